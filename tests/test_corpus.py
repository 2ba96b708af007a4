"""The corpus: scripts as people write them (tests/corpus), run by Python, and what the compiler is
expected to make of each of their tasks (tests/corpus/expected.json).

``compiled``: only constructs that the compiler knows; ``islands``: calls back into Python for an
expression or a helper without requests; ``python``: requests where no compiler sees them.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import HERE, Target

from goose import Attack, events
from goose._attack import Handle
from goose._explain import explain
from goose._plan import Compiling, build
from goose._script import Script, load

CORPUS = HERE / "corpus"
EXPECTED: dict[str, dict[str, str]] = json.loads((CORPUS / "expected.json").read_text())
VERDICTS = ("compiled", "islands", "python")

AT_LEAST_S, AT_MOST_S = 0.35, 10.0
USERS = 3  # of each class

# The errors that the scripts are meant to have. True: at each run of the task.
TASK_ERRORS: dict[tuple[str, str], tuple[str, bool]] = {
    ("crawler.py", "Crawler.sitemap"): ("JSONDecodeError", True),
    ("hotel_booking.py", "Guest.BookRoom.book"): ("IndexError", False),
    ("old_wiki.py", "WebsiteUser.UserTasks.purgePage"): ("AttributeError", True),
    ("token_login.py", "ApiUser.refresh"): ("KeyError: 'access_token'", True),
    ("warehouse_sync.py", "Terminal.self_test"): ("RuntimeError: self test failed", True),
}
# The requests that are meant to fail, by the name of their row.
FAILED_REQUESTS: dict[str, set[str]] = {
    "batch_jobs.py": {"/jobs/submit"},
    "clinic_suite.py": {"Patient/[trouble]"},
    "flaky_gateway.py": {"/orders/[id]/status"},
    "warehouse_sync.py": {"/selftest"},
}


@contextlib.contextmanager
def loaded(file: str) -> Iterator[Script]:
    """A script of the corpus. Neither its modules nor its listeners stay afterwards."""
    path = list(sys.path)
    hooks = {hook: list(hook._listeners) for hook in vars(events).values()}
    try:
        yield load(CORPUS / file)
    finally:
        sys.path[:] = path
        for hook, listeners in hooks.items():
            hook._listeners[:] = listeners
        for name, module in list(sys.modules.items()):
            if CORPUS in Path(getattr(module, "__file__", None) or "/").parents:
                del sys.modules[name]


def attack(script: Script, target: Target, **options: Any) -> Attack:
    """All its users at once, nothing reset, ended by whoever started it."""
    given = {
        "host": target.url,
        "users": USERS * len(script.user_classes),
        "hatch_rate": 100000,
        "run_time": 2 * AT_MOST_S,
        "lanes": 1,
        "seed": 1,
        "no_reset_metrics": True,
        **options,
    }
    return Attack(*script.user_classes, **given)


def task_names(made: Attack) -> set[str]:
    """Its tasks as in expected.json; on_start and on_stop are none."""
    return {f"{row.cls}.{row.name}" for row in made.plan().tasks if not row.hook}


def runs(handle: Handle) -> Counter[str]:
    """How often each task has ended so far."""
    return Counter({f"{row.user_class}.{row.name}": row.count for row in handle.metrics().tasks})


def run_all(handle: Handle, names: set[str]) -> None:
    """Lets it run until all of the tasks have run, and then ends it."""
    began = time.monotonic()
    while time.monotonic() - began < AT_MOST_S:
        if handle.wait(0.05):
            break
        if time.monotonic() - began >= AT_LEAST_S and all(runs(handle)[name] for name in names):
            break
    handle.stop("all tasks have run")
    assert handle.wait(10)


@pytest.mark.parametrize("file", sorted(EXPECTED))
def test_runs_in_python(file: str, target: Target) -> None:
    with loaded(file) as script:
        made = attack(script, target)
        names = task_names(made)
        assert names == set(EXPECTED[file])
        handle = made.start()
        run_all(handle, names)
    metrics = handle.metrics()
    assert not [name for name in names if not runs(handle)[name]], "tasks that never ran"

    texts: dict[str, set[str]] = {}
    for error in metrics.errors:
        if error.method == "TASK":
            texts.setdefault(error.name, set()).add(error.text)
    meant = {name: text for (where, name), (text, _) in TASK_ERRORS.items() if where == file}
    for name, said in texts.items():
        assert name in meant, "".join(text for text, _ in handle.tracebacks)
        assert {text.startswith(meant[name]) for text in said} == {True}, said
    for row in metrics.tasks:
        _, always = TASK_ERRORS.get((file, f"{row.user_class}.{row.name}"), ("", False))
        assert not always or row.failures == row.count

    failed = {row.name for row in metrics.requests if row.failures}
    assert failed <= FAILED_REQUESTS.get(file, set()), metrics.errors
    total = metrics.total
    if file != "tickets.py":  # its @test_start asks too
        assert total.count + total.redirects + total.resent == target.requests()
    assert metrics.client.dropped_users == 0


def test_expectations_are_complete() -> None:
    assert {path.name for path in CORPUS.glob("*.py")} == set(EXPECTED)
    for file, expected in EXPECTED.items():
        assert list(expected.values()), file
        assert set(expected.values()) <= set(VERDICTS), file


def test_proportions() -> None:
    counts = Counter(verdict for tasks in EXPECTED.values() for verdict in tasks.values())
    total = sum(counts.values())
    assert len(EXPECTED) >= 24
    assert total >= 115
    shares = {verdict: counts[verdict] / total for verdict in VERDICTS}
    assert shares == pytest.approx({"compiled": 0.75, "islands": 0.17, "python": 0.08}, abs=0.02)


# ---- the compiler's verdicts against expected.json -----------------------------------------------


def verdicts(file: str) -> dict[str, str]:
    """By task, how the compiler runs it."""
    with loaded(file) as script:
        plan = build(list(script.user_classes), None, compiling=Compiling(), needs_host=False)
        assert not plan.warnings
        return {row.name: row.kind for row in explain(plan)}


def test_most_tasks_are_compiled_and_few_need_a_greenlet() -> None:
    found = Counter(
        verdicts(file)[name] for file, expected in EXPECTED.items() for name in expected
    )
    share = {verdict: 100 * found[verdict] / sum(found.values()) for verdict in VERDICTS}
    assert share["compiled"] >= 73, share
    assert share["compiled"] + share["islands"] >= 92, share


@pytest.mark.parametrize("file", sorted(EXPECTED))
def test_no_task_is_compiled_that_nobody_could_follow(file: str) -> None:
    """What hands the user or its client to code out of sight must stay Python."""
    found = verdicts(file)
    wrong = [
        name
        for name, expected in EXPECTED[file].items()
        if expected == "python" and found[name] == "compiled"
    ]
    assert not wrong


@pytest.mark.parametrize("file", ["quick_shop.py"])
def test_scripts_that_are_all_compiled_never_ask_for_python(file: str, target: Target) -> None:
    assert set(verdicts(file).values()) == {"compiled"}
    with loaded(file) as script:
        metrics = attack(script, target, run_time=AT_LEAST_S).run()
    assert metrics.programs.requests == metrics.total.count + metrics.total.cut_off > 0
    assert (metrics.programs.islands, metrics.programs.slow) == (0, 0)
