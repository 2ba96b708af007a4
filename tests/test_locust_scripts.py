"""Locust's quick-start and scripts in the manner of real ones, with only the import line changed.

Each is judged by what the target has counted and by the report, not by its exit code alone.
"""

from __future__ import annotations

from typing import Any

import pytest
from helpers import SCRIPTS, CliRun, RunCli, Target

NO_RESET = "--no-reset-metrics"


def by_name(run: CliRun) -> dict[str, int]:
    """Counts by name of the row."""
    return {row["name"]: row["count"] for row in run.report["requests"]}


def assert_whole(run: CliRun, target: Target) -> None:
    """All the target has answered is in the report, and nothing else."""
    total = run.report["total"]
    assert total["cut_off"] == 0
    assert total["count"] + total["redirects"] + total["resent"] == target.requests()
    assert run.printed() == (total["count"], total["failures"])
    assert run.report["client"]["dropped_users"] == 0
    assert not run.report["client"]["held_lanes"]


def test_quickstart(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "8", "-r", "100", "-t", "2", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "quickstart.py")
    assert_whole(run, target)
    assert run.code == 1  # the target knows no such pages
    counts = run.counts()
    assert counts["POST /login"] == target.count("/login", "POST") == 8
    assert counts.get("GET /hello", 0) == target.count("/hello") == target.count("/world")
    assert counts["GET /item"] == target.count("/item")
    assert run.rows()["GET /item"]["failures"] == counts["GET /item"]
    assert {row["text"] for row in run.report["errors"]} == {"status 404", "status 400"}
    assert run.tasks()["on_start"]["count"] == 8
    # each user that views items asks once a second, and is cut off in its sleep
    assert counts["GET /item"] <= 8 * 2
    assert run.tasks()["view_items"]["cut_off"] >= 1


def test_nested_tasksets_with_interrupt(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "10", "-r", "1000", "-t", "1", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "nested.py")
    assert run.code == 0, run.err
    assert_whole(run, target)
    counts = by_name(run)
    assert counts["/json/post"] == target.count("/json/100")
    assert counts["/"] == target.count("/")
    assert counts["forum"] == target.count("/bytes/10")
    assert counts["left thread"] == target.count("/bytes/1") > 0
    tasks = run.tasks()
    assert tasks["Thread.on_stop"]["count"] == counts["left thread"]
    assert tasks["Thread.read_post"]["count"] == counts["/json/post"]
    # three posts to each thread, those under way at the end aside
    assert 0 <= 3 * counts["left thread"] - counts["/json/post"] <= 3 * 10
    assert tasks["Forum.on_start"]["count"] == counts["forum"]


def test_module_lock_round_a_post(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "20", "-r", "1000", "-t", "1", "--lanes", "2", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "locked_post.py")
    assert run.code == 0, run.err
    assert_whole(run, target)
    assert by_name(run)["/upload/transfer"] == target.count("/upload/transfer", "POST") > 20
    assert by_name(run)["/bytes/20"] == target.count("/bytes/20") > 20
    assert set(run.out.split("\n")) >= {"most inside: 1"}


def test_generator_feeder(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "500", "-r", "10000", "-t", "1", "--lanes", "2", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "feeder.py")
    # /bytes/1/user-..: the target says 400, and counts every path
    by = {path: count for (_, path), count in target.counts().items() if "user-" in path}
    total = run.report["total"]
    assert total["count"] == target.requests()
    kept = [path for path, count in by.items() if count != 1]
    assert not kept, "handed out more than once"
    numbers = sorted(int(path.rpartition("-")[2]) for path in by)
    assert numbers[: len(numbers) // 2] == list(range(len(numbers) // 2))
    assert len(by) > 500


def test_sleep_imported_by_name(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "50", "-r", "1000", "-t", "1", "--lanes", "1", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "sleepy.py")
    assert run.code == 0, run.err
    assert_whole(run, target)
    counts = by_name(run)
    assert counts["/echo/job"] == target.count("/echo/job", "POST") > 50
    assert counts["/job/state"] == target.count("/json/120") > 50
    assert counts["/bytes/5"] == target.count("/bytes/5")
    # other users went on while one slept
    assert run.tasks()["poll"]["count"] + run.tasks()["poll"]["cut_off"] == counts["/echo/job"]
    assert run.tasks()["poll"]["minimum_ms"] >= 90
    assert run.seconds < 6


def test_own_init(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "5", "-r", "1000", "-t", "1", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "own_init.py")
    assert run.code == 0, run.err
    assert_whole(run, target)
    assert by_name(run) == {"/headers": target.count("/headers")}
    seen = [int(line.split()[1]) for line in run.out.splitlines() if line.startswith("seen ")]
    assert len(seen) == 5
    assert sum(seen) == target.count("/headers")
    assert all(9 <= one <= 11 for one in seen), "ten a second each"


def test_login_in_on_start(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "10", "-r", "1000", "-t", "1", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "login.py")
    assert run.code == 0, run.err
    counts = run.counts()
    assert counts["GET /login"] == counts["POST /login"] == counts["GET /logout"] == 10
    assert target.count("/login", "POST") == target.count("/logout") == 10
    total = run.report["total"]
    assert total["count"] + total["redirects"] == target.requests()
    assert target.statuses()["GET", "/account"] == {"200": target.count("/account")}
    assert run.rows()["POST /login"]["redirects"] == 10
    assert run.tasks()["on_stop"]["count"] == 10


@pytest.mark.parametrize("wanted", [0, 7])
def test_listeners(target: Target, run_cli: RunCli, wanted: int) -> None:
    options = ["-H", target.url, "-u", "2", "-r", "1000", "-t", "1", NO_RESET]
    script = SCRIPTS / "listeners.py"
    run = run_cli(*options, script=script, env={"WANTED_EXIT_CODE": str(wanted)})
    assert "called: init test_start test_stop quitting" in run.out
    assert_whole(run, target)
    names = by_name(run)
    assert names["/echo/ada"] == target.count("/echo/ada") > 2
    assert names["/echo/ada"] >= names["/echo/bob"] >= names["/echo/eve"] > 0
    assert names["missing"] == target.count("/missing") > 0
    assert f"attack on {target.url} with 2 users" in run.err
    assert run.code == wanted, "process_exit_code, set by a quitting listener, wins"


def test_catch_response_chains(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "4", "-r", "1000", "-t", "1", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "catching.py")
    assert run.code == 1
    assert_whole(run, target)
    rows = {row["name"]: row for row in run.report["requests"]}
    failures = {name: (row["failures"], row["count"]) for name, row in rows.items()}
    whole = {name for name, (failed, count) in failures.items() if failed == count}
    none = {name for name, (failed, _) in failures.items() if failed == 0}
    assert whole == {"slow", "undecided"}
    assert none == {"/echo/order", "gone", "both", "returned"}
    paths = {"gone": "/status/404", "slow": "/status/200", "both": "/status/500"}
    for name, path in paths.items():
        assert rows[name]["count"] == target.count(path) > 4
    errors = {row["name"]: (row["text"], row["count"]) for row in run.report["errors"]}
    assert errors == {
        "slow": ("Got wrong response: OK", rows["slow"]["count"]),
        "undecided": ("status 503", rows["undecided"]["count"]),
    }
    assert run.tasks()["chain"]["failures"] == 0


def test_helpers_mixins_and_module_state(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "9", "-r", "1000", "-t", "1", "--lanes", "2", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "mixins.py")
    assert run.code == 1
    assert_whole(run, target)
    counts = run.counts()
    assert counts["POST /upload"] == target.count("/upload", "POST") > 9
    assert counts["PUT /echo/ticket"] == target.count("/echo/ticket", "PUT") == 5
    assert counts["GET /bytes/10"] == target.count("/bytes/10")
    assert counts["GET /status/418"] == target.count("/status/418")
    rows: dict[tuple[str, str], dict[str, Any]] = {
        (row["user_class"], row["name"]): row for row in run.report["tasks"]
    }
    assert rows["Looker", "look"]["count"] == counts["GET /status/418"]
    assert rows["Worker", "inherited"]["count"] > rows["Looker", "inherited"]["count"] > 0
    assert all(row["failures"] == 0 for row in rows.values()), run.err


def test_sequences_and_task_collections(target: Target, run_cli: RunCli) -> None:
    options = ["-H", target.url, "-u", "12", "-r", "1000", "-t", "1", NO_RESET]
    run = run_cli(*options, script=SCRIPTS / "sequential.py")
    assert run.code == 0, run.err
    assert_whole(run, target)
    counts = by_name(run)
    assert counts["1 basket"] == target.count("/")
    assert counts["2 address"] == target.count("/upload", "POST")
    assert counts["3 pay"] == target.count("/upload", "PUT") > 12
    assert counts["back"] == target.count("/bytes/2") > 0
    tasks = run.tasks()
    assert tasks["Checkout.pay"]["failures"] == 0
    assert 0 <= 2 * counts["1 basket"] - counts["2 address"] <= 2 * 12
    assert 0 <= counts["1 basket"] - counts["3 pay"] <= 12


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], {"read", "write", "untagged", "inner read", "inner write", "paced", "throughput"}),
        (["--tags", "read"], {"read", "inner read", "paced"}),
        (["--tags", "write"], {"write", "inner write", "throughput"}),
        (["--tags", "read", "-E", "slow"], {"read", "inner read", "paced"}),
    ],
)
def test_tags_and_waits(
    target: Target, run_cli: RunCli, options: list[str], names: set[str]
) -> None:
    classes = ["Tagged"]
    classes += ["Paced"] if "paced" in names else []
    classes += ["Throughput"] if "throughput" in names else []
    run = run_cli(
        *classes,
        *["-H", target.url, "-u", "30", "-r", "1000", "-t", "1", "--seed", "1", NO_RESET],
        *options,
        script=SCRIPTS / "tagged.py",
    )
    assert run.code == 0, run.err
    assert_whole(run, target)
    assert set(by_name(run)) == names
    users = 30 // len(classes)
    if "paced" in names:
        assert 9 * users <= by_name(run)["paced"] <= 11 * users
    if "throughput" in names:
        assert 18 * users <= by_name(run)["throughput"] <= 21 * users
    own = [name for name in names if name not in ("paced", "throughput")]
    assert 17 * users <= sum(by_name(run)[name] for name in own) <= 21 * users
