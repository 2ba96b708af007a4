"""Makes a script that differs smaller, for ``kept/``: leaves out statements and parts of
expressions for as long as both ways still differ.

    python -m tests.differential.reduce FILE [--seed N] > SMALLER
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from . import run
from .generate import tidied
from .server import Server

Differs = Callable[[str], bool]
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def sort_of(found: str) -> str:
    """What a difference is about, without its numbers: another difference is no smaller one."""
    return re.sub(r"\d+", "#", " ".join(found.split("'")[::2]))[:120]


def differs_as(server: Server, path: Path, seed: int, wanted: str) -> Differs:
    """Whether a text differs in that way; runs it."""

    def differs(text: str) -> bool:
        path.write_text(text, encoding="utf-8")
        try:
            with mock.patch.object(run, "TIMEOUT_S", 1.0):
                python = run.run(path, server, python=True, seed=seed)
                if python.ended == run.ENDLESS:
                    return False
                compiled = run.run(path, server, python=False, seed=seed)
                found = run.difference(python, compiled)
                if found is None or sort_of(found) != wanted:
                    return False
                again = run.run(path, server, python=True, seed=seed)
        except Exception:  # it cannot be loaded
            return False
        return run.difference(python, again) is None  # not so where texts have addresses in them

    return differs


def _keeps_the_end(node: ast.AST) -> bool:
    """Whether a statement sees to it that a script ends: those stay."""
    text = ast.unparse(node)
    return "left" in text or "StopUser" in text or isinstance(node, ast.While)


def _lists(tree: ast.Module) -> Iterator[list[ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.While):
            continue
        for name in (*_BLOCKS, "elts", "args", "keywords", "decorator_list", "targets"):
            found = getattr(node, name, None)
            if isinstance(found, list) and found:
                yield found


def _without_statements(tree: ast.Module) -> Iterator[Callable[[], Callable[[], None]]]:
    """Changes to try; each gives the way back."""
    for block in sorted(_lists(tree), key=len, reverse=True):
        for size in (8, 4, 2, 1):
            for at in range(len(block) - size, -1, -1):
                gone = block[at : at + size]
                if not any(_keeps_the_end(node) for node in gone):
                    yield lambda block=block, at=at, gone=gone: _cut(block, at, gone)  # type: ignore[misc]


def _cut(block: list[ast.AST], at: int, gone: list[ast.AST]) -> Callable[[], None]:
    before = list(block)
    if block[at : at + len(gone)] == gone:
        del block[at : at + len(gone)]
    if not block and isinstance(gone[0], ast.stmt):
        block.append(ast.Pass())
    return lambda: block.__setitem__(slice(None), before)


def _flatter(tree: ast.Module) -> Iterator[Callable[[], Callable[[], None]]]:
    """Blocks in the place of the statement that holds them."""
    for block in list(_lists(tree)):
        for node in list(block):
            inner = getattr(node, "body", None)
            if isinstance(node, (ast.If, ast.For, ast.With, ast.Try)) and isinstance(inner, list):
                yield lambda block=block, node=node, inner=inner: _put(block, node, inner)  # type: ignore[misc]


def _put(block: list[ast.AST], node: ast.AST, inner: list[ast.AST]) -> Callable[[], None]:
    before = list(block)
    if node in block:
        at = block.index(node)
        block[at : at + 1] = inner
    return lambda: block.__setitem__(slice(None), before)


def _plainer(tree: ast.Module) -> Iterator[Callable[[], Callable[[], None]]]:
    """Expressions replaced by a part of theirs, or by a constant."""
    guards = [node for node in ast.walk(tree) if isinstance(node, ast.If) and _keeps_the_end(node)]
    kept = {node for guard in guards for node in (guard, *ast.walk(guard.test))}
    for node in [node for node in ast.walk(tree) if node not in kept]:
        for name, value in list(ast.iter_fields(node)):
            places = value if isinstance(value, list) else [value]
            for at, one in enumerate(places):
                if not isinstance(one, ast.expr) or isinstance(one, (ast.Constant, ast.Name)):
                    continue
                if isinstance(getattr(one, "ctx", ast.Load()), (ast.Store, ast.Del)):
                    continue
                parts = [part for part in ast.iter_child_nodes(one) if isinstance(part, ast.expr)]
                for part in [ast.Constant(1), ast.Constant("a"), *parts]:
                    index = at if isinstance(value, list) else None
                    yield lambda n=node, f=name, i=index, o=one, p=part: _swap(n, f, i, o, p)  # type: ignore[misc]


def _swap(
    node: ast.AST, name: str, index: int | None, old: ast.expr, new: ast.expr
) -> Callable[[], None]:
    value = getattr(node, name)
    if index is None:
        setattr(node, name, new)
        return lambda: setattr(node, name, old)
    if index < len(value) and value[index] is old:
        value[index] = new
        return lambda: value.__setitem__(index, old)
    return lambda: None


def _text(tree: ast.Module) -> str | None:
    try:
        text = tidied(ast.unparse(ast.fix_missing_locations(tree)))
        compile(text, "reduced", "exec")
    except (ValueError, SyntaxError, AttributeError, TypeError, RecursionError):
        return None
    return text


def reduced(text: str, differs: Differs) -> str:
    """The smallest text that was found."""
    best = tidied(text)
    again = True
    while again:
        again = False
        for changes in (_without_statements, _flatter, _plainer):
            tree = ast.parse(best)
            for change in changes(tree):
                undo = change()
                tried = _text(tree)
                if tried is not None and len(tried) < len(best) and differs(tried):
                    best, again = tried, True
                else:
                    undo()
    return best


def main() -> int:
    """For a shell."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential.reduce")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with run.recording() as server, tempfile.TemporaryDirectory() as folder:
        found = run.difference(*run.both(given.file, server, seed=given.seed))
        if found is None:
            sys.stderr.write("both ways are the same\n")
            return 1
        path = Path(folder) / "reduced.py"
        differs = differs_as(server, path, given.seed, sort_of(found))
        text = reduced(given.file.read_text(encoding="utf-8"), differs)
    print(f"# seed: {given.seed}\n# {' '.join(found.split())[:160]}\n{text}", end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
