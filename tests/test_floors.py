"""The floors' include rule: a file in csrc includes only from its own floor downwards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSRC = Path(__file__).resolve().parent.parent / "csrc"

# floor -> the floors below it
BELOW: dict[str, set[str]] = {
    "base": set(),
    "plan": {"base"},
    "stat": {"base"},
    "net": {"base", "plan", "stat"},
    "engine": {"base", "plan", "stat", "net"},
    "gaggle": {"base", "plan", "stat", "net", "engine"},
    "py": {"base", "plan", "stat", "net", "engine", "gaggle"},
    "target": {"base", "stat", "net"},
}
# system libraries -> the floors that may know them
LIBRARIES: dict[str, set[str]] = {
    "Python.h": {"py"},
    "structmember.h": {"py"},
    "greenlet/": {"py"},
    "openssl/": {"net", "target"},
    "zlib.h": {"net", "target"},
    "uv.h": {"net", "engine", "gaggle", "py", "target"},
    "curl/": {"net"},
    "nghttp2/": {"net"},
    "cbor.h": {"gaggle"},
    "nng/": {"gaggle"},
}

# who may include target/: the extension that runs it, and the test that attacks it
KNOW_THE_TARGET = {("py", "target_module.c"), ("engine", "on_target_test.c")}


def sources() -> list[Path]:
    return sorted(
        path
        for floor in BELOW
        for path in (CSRC / floor).glob("**/*")
        if path.suffix in (".c", ".h")
    )


def includes(path: Path) -> list[tuple[str, str]]:
    """(kind, name) of each include: kind is ``"`` for ours and ``<`` for the system's."""
    return re.findall(r'^\s*#\s*include\s*(["<])([^">]+)[">]', path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(CSRC)))
def test_includes(path: Path) -> None:
    floor = path.relative_to(CSRC).parts[0]
    for kind, name in includes(path):
        if kind == '"':
            other = name.split("/")[0]
            assert (CSRC / name).is_file(), f"{name}: ours are named from csrc on"
            allowed = {floor} | BELOW[floor]
            if (floor, path.name) in KNOW_THE_TARGET:
                allowed.add("target")
            assert other in allowed, f"{floor} must not know {name}"
        else:
            for library, floors in LIBRARIES.items():
                if path.name.endswith("_test.c") and library == "openssl/":
                    continue  # a test may need a certificate for its server
                if name == library or (library.endswith("/") and name.startswith(library)):
                    assert floor in floors, f"{floor} must not know {name}"


def test_every_folder_is_a_floor() -> None:
    folders = {path.name for path in CSRC.iterdir() if path.is_dir()}
    assert folders - {"fuzz"} <= set(BELOW)
    assert len(sources()) > 60


def test_the_gil_is_taken_and_dropped_in_one_file() -> None:
    calls = re.compile(r"PyEval_(SaveThread|RestoreThread)|PyGILState_(Ensure|Release)")
    users = {path.name for path in sources() if calls.search(path.read_text())}
    assert users == {"gil.c"}


def test_only_the_hub_knows_greenlets() -> None:
    users = {path.name for path in sources() if "PyGreenlet_" in path.read_text()}
    assert users == {"hub.c"}


def test_no_cycle_among_headers_of_a_floor() -> None:
    graph = {
        str(path.relative_to(CSRC)): {name for kind, name in includes(path) if kind == '"'}
        for path in sources()
        if path.suffix == ".h"
    }

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        for other in graph.get(name, ()):
            visit(other, (*trail, name))

    for name in graph:
        visit(name, ())
