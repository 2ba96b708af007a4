"""The option table, its values, the command line and the cores."""

from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from goose._command import choose_classes, parse_command_line
from goose._cores import usable_cores
from goose._options import BY_NAME, OPTIONS, OptionError, Options, validate


def refused(line: str, **environ: str) -> str:
    """The text of the error that a command line gives."""
    with pytest.raises(OptionError) as info:
        parse_command_line(line.split(), environ)
    return str(info.value)


# --- The table. ---------------------------------------------------------------------------------


def test_each_row_is_a_field_and_each_field_a_row() -> None:
    assert set(Options._fields) == set(BY_NAME)


def test_names_flags_and_environment_follow_from_one_another() -> None:
    for option in OPTIONS:
        assert option.flag == "--" + option.name.replace("_", "-")
        assert option.environment == "GOOSE_" + option.name.upper()
    flags = [flag for option in OPTIONS for flag in option.flags]
    assert len(flags) == len(set(flags))


def test_defaults() -> None:
    options = validate()
    assert options.users == options.lanes == usable_cores()
    assert options.hatch_rate == 1.0
    assert options.stop_timeout == 5.0
    assert (options.host, options.run_time, options.running_metrics, options.report_file) == (
        None,
        None,
        None,
        None,
    )
    assert (options.tags, options.exclude_tags) == ((), ())
    assert validate().seed != validate().seed


def test_what_was_validated_validates_again(tmp_path: Path) -> None:
    options = validate(
        host="http://x/", users=3, run_time="1h", tags="a,b", report_file=tmp_path / "r.json"
    )
    assert validate(**options._asdict()) == options


# --- Values from Python. ------------------------------------------------------------------------


def test_python_values() -> None:
    options = validate(
        host="https://example.com/base/",
        users=8,
        hatch_rate=0.5,
        run_time=timedelta(minutes=1),
        stop_timeout=0,
        tags=["a", "b", "a"],
        seed=2**64 - 1,
        no_metrics=True,
        lanes=None,
    )
    assert options.host == "https://example.com/base"
    assert options.run_time == 60.0
    assert options.stop_timeout == 0.0
    assert options.tags == ("a", "b")
    assert options.no_metrics


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("users", 0),
        ("users", -1),
        ("users", 2.0),
        ("users", True),
        ("users", 10**9),
        ("users", float("nan")),
        ("users", "x"),
        ("users", ""),
        ("users", "1_0"),
        ("hatch_rate", 0),
        ("hatch_rate", -0.5),
        ("hatch_rate", float("nan")),
        ("hatch_rate", float("inf")),
        ("hatch_rate", 1e9),
        ("hatch_rate", "fast"),
        ("hatch_rate", "1_0"),
        ("hatch_rate", True),
        ("hatch_rate", 10**400),
        ("hatch_rate", []),
        ("lanes", 0),
        ("lanes", 5000),
        ("lanes", "two"),
        ("seed", -1),
        ("seed", 2**64),
        ("run_time", 0),
        ("run_time", "0"),
        ("run_time", "20x"),
        ("run_time", float("inf")),
        ("run_time", -1),
        ("run_time", 1e300),
        ("stop_timeout", "never"),
        ("running_metrics", 0),
        ("host", "example.com"),
        ("host", "ftp://example.com"),
        ("host", "http://"),
        ("host", "http://x:0"),
        ("host", "http://x:99999"),
        ("host", "http://x:port"),
        ("host", "http://x y"),
        ("host", "http://x\r\nEvil: 1"),
        ("host", "http://x/?q=1"),
        ("host", "http://[::1"),
        ("host", ""),
        ("host", 5),
        ("tags", 5),
        ("tags", [5]),
        ("no_metrics", "perhaps"),
        ("no_metrics", 2),
        ("report_file", "report.html"),
        ("report_file", "report"),
        ("report_file", ""),
        ("report_file", 3),
        ("report_file", "no/such/folder/report.json"),
        ("report_file", "nul\0.json"),
        ("verbose", -1),
    ],
)
def test_bad_values_name_option_value_and_what_is_allowed(name: str, value: object) -> None:
    with pytest.raises(OptionError) as info:
        validate(**{name: value})
    error = info.value
    assert (error.option, error.value) == (name, value)
    assert str(error).startswith(f"{name}: {value!r}"[:100])
    assert f" is not {error.allowed}" in str(error)


def test_an_unknown_name_is_a_type_error_with_a_proposal() -> None:
    with pytest.raises(TypeError, match="'user' is not an option; did you mean 'users'"):
        validate(user=3)


def test_the_error_survives_pickling() -> None:
    error = OptionError("--users", "x", "a whole number of at least 1")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("given", "proposal"),
    [
        ("localhost:8080", "http://localhost:8080"),
        ("example.com/base", "http://example.com/base"),
        (":8080", "http://localhost:8080"),
        ("//example.com", "http://example.com"),
        ("http:/example.com", "http://example.com"),
        ("ftp://example.com", "http://example.com"),
    ],
)
def test_a_host_without_scheme_is_proposed_with_one(given: str, proposal: str) -> None:
    with pytest.raises(OptionError, match="http:// or https://") as info:
        validate(host=given)
    assert f"did you mean {proposal!r}?" in str(info.value)


def test_a_report_path_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    with pytest.raises(OptionError, match="is a folder"):
        validate(report_file=tmp_path / "x.json")


def test_a_report_needs_metrics() -> None:
    with pytest.raises(OptionError, match="possible together with no_metrics"):
        validate(report_file="x.json", no_metrics=True)
    assert "possible together with --no-metrics" in refused("f.py --running-metrics 5 --no-metrics")


# --- The command line. --------------------------------------------------------------------------


def test_a_whole_command_line() -> None:
    line = "f.py -u20 -r 2.5 A --host=http://x -t 1h30m B -vv -q --no-reset-metrics -T a,b c"
    command = parse_command_line(line.split(), {})
    assert command.file == Path("f.py")
    assert command.classes == ("A", "B")
    options = command.options
    assert (options.users, options.hatch_rate, options.run_time) == (20, 2.5, 5400.0)
    assert (options.verbose, options.quiet) == (2, 1)
    assert options.no_reset_metrics
    assert not options.no_metrics
    assert options.tags == ("a", "b", "c")


def test_the_error_of_the_issue() -> None:
    assert refused("f.py -u x") == "--users: 'x' is not a whole number of at least 1"


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("f.py -u -5", "--users: '-5' is not a whole number"),
        ("f.py -r nan", "--hatch-rate: 'nan' is not a number above 0"),
        ("f.py -r -inf", "--hatch-rate: '-inf' is not a number above 0"),
        ("f.py -t", "--run-time: '' is not a time"),
        ("f.py --run-time=20x", "--run-time: '20x' is not a time"),
        ("f.py --hots http://x", "command line: '--hots' is not an option; did you mean '--host'?"),
        ("f.py --user 3", "command line: '--user' is not an option; did you mean '--users'?"),
        ("f.py --no-metrics=3", "--no-metrics: '3' is not possible: it takes no value"),
        ("", "FILE: '' is not the name of a Python file"),
        ("-T a f.py", "FILE: '' is not the name of a Python file with user classes (put it first"),
    ],
)
def test_bad_command_lines(line: str, start: str) -> None:
    assert refused(line).startswith(start)


def test_the_environment_comes_after_the_command_line() -> None:
    environ = {"GOOSE_USERS": "7", "GOOSE_HATCH_RATE": "3", "GOOSE_NO_METRICS": "yes"}
    options = parse_command_line(["f.py", "-r", "2", "--users", "5"], environ).options
    assert (options.users, options.hatch_rate, options.no_metrics) == (5, 2.0, True)
    assert refused("f.py", GOOSE_USERS="x").startswith("GOOSE_USERS: 'x' is not a whole number")
    assert validate().users == usable_cores()


def test_help_lists_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as info:
        parse_command_line(["-h"], {})
    assert info.value.code == 0
    text = capsys.readouterr().out
    for option in OPTIONS:
        assert option.flag in text


def test_classes_are_chosen_by_name() -> None:
    class WebsiteUser:
        pass

    class Reader:
        pass

    classes = [WebsiteUser, Reader]
    assert choose_classes(classes, []) == classes
    assert choose_classes(classes, ["Reader", "Reader"]) == [Reader]
    with pytest.raises(OptionError, match="did you mean 'WebsiteUser'") as info:
        choose_classes(classes, ["websiteuser"])
    assert "(it has: WebsiteUser, Reader)" in str(info.value)


# --- Cores. -------------------------------------------------------------------------------------


def group(root: Path, line: str, **files: str) -> str:
    """A root with one control group."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(line + "\n")
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        names = {"max": "cpu.max", "quota": "cpu.cfs_quota_us", "period": "cpu.cfs_period_us"}
        path.with_name(names[path.name]).write_text(text + "\n")
    return str(root)


def test_cores_follow_affinity_and_quotas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert usable_cores(str(tmp_path / "nothing")) == 8
    second = group(tmp_path / "v2", "0::/a/b", a__max="250000 100000", a__b__max="max 100000")
    assert usable_cores(second) == 2
    first = group(
        tmp_path / "v1", "4:cpu,cpuacct:/a", cpu__a__quota="50000", cpu__a__period="100000"
    )
    assert usable_cores(first) == 1
    odd = group(tmp_path / "odd", "nonsense", max="what ever")
    assert usable_cores(odd) == 8
