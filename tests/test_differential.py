"""Python and the compiled programs mean the same: every script is run both ways, and the requests,
byte by byte, the metrics, the error texts and what was printed must be equal.

Scripts come from a grammar (``differential/grammar.py``), from ``differential/kept`` (what once
failed, and what must not), and from everything else in this tree that is a script. More of the
first: ``GOOSE_DIFFERENTIAL_EXAMPLES=5000``, which also takes other examples each time. A script
that brings the process down is left in pytest's folder for this run, ``differential*/current.py``.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from differential.every import alternatives
from differential.generate import TABLES, Program, programs
from differential.run import (
    ENDLESS,
    Outcome,
    both,
    class_count,
    difference,
    recording,
    report,
)
from differential.server import Server
from helpers import bounded
from hypothesis import HealthCheck, Verbosity, given, settings
from hypothesis.configuration import set_hypothesis_home_dir

HERE = Path(__file__).resolve().parent
SEED = re.compile(r"^# seed: (\d+)$", re.MULTILINE)

GIVEN = os.environ.get("GOOSE_DIFFERENTIAL_EXAMPLES")
EXAMPLES = int(GIVEN or 300)
SHRINKING_S = 400
COMPILED_SHARE = 0.25
"""At least so much of the generated scripts' requests comes from the VM: the rest are scripts with
constructs that are meant for Python."""

REQUESTS = 20
"""Where scripts that would run for ever are stopped."""

FAST = {
    "sleep": "sleep(0)",
    "between": "between(0, 0)",
    "constant": "constant(0)",
    "constant_pacing": "constant_pacing(0)",
    "constant_throughput": "constant_throughput(1e9)",
}
SLOW = re.compile(rf"\b({'|'.join(FAST)})\([ \d.,]+\)")

OTHERS = sorted(
    path
    for pattern in ("../examples/*.py", "scripts/*.py", "corpus/*.py")
    for path in HERE.glob(pattern)
)
EXCLUDED = {
    ("login.py", "packaged"): "the target's form has another token each time",
    ("form_login.py", "packaged"): "the target's form has another token each time",
    ("signup.py", "packaged"): "its fake data comes from an unseeded random.Random()",
    ("signup.py", "own"): "its fake data comes from an unseeded random.Random()",
    ("tagged.py", "packaged"): "it rests for 0.1 s between tasks; once is enough",
}
"""(name, who answers): why Python is not equal to itself there."""

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "goose-differential")


@pytest.fixture(autouse=True)
def _bounded(_bounded: None) -> Iterator[None]:
    """Shrinking takes time."""
    with bounded(60 + EXAMPLES * 0.2 + SHRINKING_S):
        yield


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """The server that answers every path, now and then wrongly."""
    with recording() as server:
        yield server


@pytest.fixture(scope="module")
def packaged() -> Iterator[Server]:
    """The packaged target."""
    with recording(packaged=True) as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("differential")


def compared(
    folder: Path, server: Server, text: str, seed: int, limit: int | None = None, number: int = 0
) -> Outcome:
    """Runs the script both ways; fails where they differ. Gives the compiled side."""
    path = folder / "current.py"
    path.write_text(f"# seed: {seed}\n{text}", encoding="utf-8")
    python, compiled = both(path, server, seed=seed, limit=limit, number=number)
    assert python.ended != ENDLESS, f"this script does not end in Python:\n{path.read_text()}"
    if difference(python, compiled) is not None:
        raise AssertionError("\n" + report(path, python, compiled))
    return compiled


# ---- scripts from the grammar -------------------------------------------------------------------


def test_generated_scripts(own: Server, folder: Path) -> None:
    compiled: list[int] = []
    requests: list[int] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=GIVEN is None,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def same(program: Program) -> None:
        outcome = compared(folder, own, program.text, program.seed)
        compiled.append(outcome.compiled_requests)
        requests.append(len(outcome.requests))

    same()
    if EXAMPLES < 100:
        return  # too few to say
    assert sum(requests) > EXAMPLES, "the grammar makes scripts that do nothing"
    assert sum(compiled) >= COMPILED_SHARE * sum(requests), "the VM runs next to nothing"


@pytest.mark.parametrize("table", TABLES)
def test_every_line_of_the_grammar(own: Server, folder: Path, table: str) -> None:
    failed: dict[str, str] = {}
    for seed in range(1 + EXAMPLES // 2000):
        for single in alternatives(table, seed):
            try:
                compared(folder, own, single.text, seed)
            except AssertionError as error:
                failed.setdefault(single.alternative, str(error))
    first = next(iter(failed.values()), "")
    assert not failed, f"{len(failed)} lines of {table} differ: {list(failed)}\nThe first:\n{first}"


# ---- scripts that somebody wrote ----------------------------------------------------------------


def _name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", sorted((HERE / "differential/kept").glob("*.py")), ids=_name)
def test_kept_scripts(own: Server, folder: Path, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    seed = SEED.search(text)
    compared(folder, own, text, int(seed[1]) if seed else 1)


@pytest.mark.parametrize("answers", ["own", "packaged"])
@pytest.mark.parametrize("path", OTHERS, ids=_name)
def test_scripts_of_this_tree(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    path: Path,
    answers: str,
) -> None:
    if reason := EXCLUDED.get((path.name, answers)):
        pytest.skip(reason)
    server: Server = request.getfixturevalue(answers)
    monkeypatch.syspath_prepend(path.parent)
    text = quick(path)
    for number in range(class_count(path)):
        compared(folder, server, text, seed=number + 1, limit=REQUESTS, number=number)


def quick(path: Path) -> str:
    """The script without its waits, and as if it stood where it does."""
    text = path.read_text(encoding="utf-8").replace("__file__", repr(str(path)))
    return SLOW.sub(lambda found: FAST[found[1]], text)


def test_the_example_is_compiled(packaged: Server, folder: Path) -> None:
    text = quick(HERE.parent / "examples/simple.py")
    assert compared(folder, packaged, text, 1, REQUESTS).compiled_requests >= REQUESTS
