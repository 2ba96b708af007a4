"""Writes scripts out of the tables of ``grammar.py``, led by Hypothesis."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st

from . import grammar
from .answers import KINDS

EXPRESSION_DEPTH = 4
BLOCK_DEPTH = 3
FUNCTION_FUEL = 14
"""Statements of one function, blocks included."""

_HOLE = re.compile(r"<([@$&=~!]?)([A-Z_]+)>|<#>")
_MARK = re.compile(r"(?:\*(\d+) ?)?((?:@[a-z]+ )*)(.*)")
_F_STRING = 'f"""'
_ATOM = re.compile(r"[A-Za-z_]\w*(\.\w+)*|'[^']*'")
_BLOCKS = frozenset({"BLOCK", "LOOP", "JUDGED"})
_CALLS = frozenset({"CALL", "LIST_CALL", "CAUGHT"})


class Source(str):
    """A script; shown as it would be printed."""

    def __repr__(self) -> str:
        return f"\n{self}\n"


class Program(NamedTuple):
    """A script and the seed it runs with."""

    text: Source
    seed: int


class Alternative(NamedTuple):
    """One line of a table."""

    weight: int
    text: str
    needs: frozenset[str]  # features of the place it stands in
    refuses: frozenset[str]
    holes: tuple[str, ...]  # tables that fill it


# ---- the tables, read ---------------------------------------------------------------------------


def _alternative(line: str, statement: bool) -> Alternative:
    found = _MARK.fullmatch(line)
    assert found is not None
    text = found[3].replace("\\n", "\n") if statement else found[3]
    needs = {mark.strip() for mark in found[2].split("@") if mark.strip()}
    assert needs <= set(grammar.MARKS), line
    refuses = set()
    holes = []
    for hole in _HOLE.finditer(text):
        sort, kind = hole[1], hole[2]
        if kind == "RETURNED":
            holes.append("ANY")
        elif kind in _BLOCKS or kind is None or kind == "KIND":
            continue
        elif sort in ("", "@"):
            holes.append(kind)
        elif sort in ("$", "&", "!"):
            needs.add(sort + kind)
    if re.search(r"\bself\b", text) or not _CALLS.isdisjoint(holes):
        needs.add("self")
    if _F_STRING in text or "\\" in text:
        refuses.add("f")
    return Alternative(int(found[1] or 1), text, frozenset(needs), frozenset(refuses), tuple(holes))


def _table(name: str) -> list[Alternative]:
    statement = name in ("STATEMENT", "JUDGEMENT")
    lines = getattr(grammar, name)[1:-1].split("\n")
    return [_alternative(line, statement) for line in lines]


TABLES = {name: _table(name) for name in [*grammar.EXPRESSIONS, "STATEMENT", "JUDGEMENT"]}


def _heights() -> dict[str, int]:
    """How deep the shallowest expansion of each table is, where nothing is in scope."""
    heights: dict[str, int] = {}
    while len(heights) < len(TABLES):
        for name, table in TABLES.items():
            known = [
                1 + max((heights[hole] for hole in alternative.holes), default=0)
                for alternative in table
                if all(hole in heights for hole in alternative.holes)
                and not any(need[0] in "$&!" for need in alternative.needs)
            ]
            if known:
                heights[name] = min(known)
    return heights


HEIGHTS = _heights()


def _height(alternative: Alternative) -> int:
    return 1 + max((HEIGHTS[hole] for hole in alternative.holes), default=0)


@cache
def _usable(name: str, features: frozenset[str], shallow: bool) -> tuple[Alternative, ...]:
    """What a table offers here, each as often as its weight says."""
    fitting = [a for a in TABLES[name] if a.needs <= features and not a.refuses & features]
    if shallow:
        lowest = min(_height(a) for a in fitting)
        fitting = [a for a in fitting if _height(a) == lowest]
    return tuple(a for a in fitting for _ in range(a.weight))


@cache
def _below(top: int) -> st.SearchStrategy[int]:
    return st.integers(0, top - 1)


# ---- scopes -------------------------------------------------------------------------------------


class Variable(NamedTuple):
    """A name that an expression may use."""

    name: str
    kind: str
    local: bool = True
    kept: bool = False  # a counter: nothing else assigns to it


class Helper(NamedTuple):
    """A generated function: how it is called, what of, what it gives."""

    name: str
    parameters: tuple[tuple[str, str, bool], ...]  # name, kind, whether it may be left out
    returns: str


class Scope:
    """Where a statement stands: what it may use."""

    def __init__(self, marks: frozenset[str], returns: str, known: list[Variable]) -> None:
        self.marks = marks
        self.returns = returns
        self.variables = known  # the latest last
        self.loops = 0
        self.blocks = 0
        self.fuel = FUNCTION_FUEL
        self.numbers: dict[str, int] = {}
        self.inside: list[str] = []  # "f": an f-string, "closed": a comprehension or lambda

    def features(self, helpers: list[Helper]) -> frozenset[str]:
        """What alternatives may need or refuse."""
        found = set(self.marks) | set(self.inside)
        found.update("$" + variable.kind for variable in self.variables)
        found.update("&" + v.kind for v in self.variables if v.local and not v.kept)
        found.update("!" + h.returns for h in helpers if "self" in self.marks or _pure(h))
        found.add("loop" if self.loops else "once")
        if self.loops < 2:
            found.add("shallow")
        if "closed" not in self.inside:
            found.add("open")
        return frozenset(found)

    def fresh(self, kind: str) -> str:
        """A name not used yet."""
        stem = {"R": "r", "RL": "r", "E": "e", "#": "i", "~": "v"}.get(kind, kind.lower()[:4])
        self.numbers[stem] = self.numbers.get(stem, 0) + 1
        return f"{stem}{self.numbers[stem]}"

    @contextmanager
    def within(self, what: list[str]) -> Iterator[None]:
        """Inside of f-strings or comprehensions."""
        before = list(self.inside)
        self.inside += what
        yield
        self.inside[:] = before

    @contextmanager
    def knowing(self, variables: list[Variable]) -> Iterator[None]:
        """These names are known as well."""
        before = list(self.variables)
        self.variables += variables
        yield
        bound = self.variables[len(before) + len(variables) :]
        self.variables[:] = before + bound


def _pure(helper: Helper) -> bool:
    return not helper.name.startswith("self.") and "self" not in [p[0] for p in helper.parameters]


# ---- writing ------------------------------------------------------------------------------------


class _Piece:
    """One alternative while its holes are filled."""

    def __init__(self) -> None:
        self.own: dict[str, str] = {}  # <~KIND> and <#>
        self.bound: list[Variable] = []


class Writer:
    """Writes one script; ``below(n)`` chooses a number from 0 to n - 1."""

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below
        self.helpers: list[Helper] = []

    def number(self, top: int) -> int:
        """Below ``top``."""
        return self.below(top) if top > 1 else 0

    def chance(self, percent: int) -> bool:
        """Seldom or often; shrinks to no."""
        return self.number(100) >= 100 - percent

    # -- expressions

    def expression(self, kind: str, scope: Scope, depth: int = 0) -> str:
        """Python for a value of that kind."""
        if kind in grammar.ODD and self.number(60) == 59:
            kind = "ANY"
        shallow = depth >= EXPRESSION_DEPTH
        usable = _usable(kind, scope.features(self.helpers), shallow)
        return self.filled(usable[self.number(len(usable))].text, scope, depth)

    def filled(self, text: str, scope: Scope, depth: int) -> str:
        """The text with its holes filled, from the left."""
        piece = _Piece()
        for kind in dict.fromkeys(hole[2] for hole in _HOLE.finditer(text) if hole[1] == "~"):
            piece.own["~" + kind] = scope.fresh("~")
        inside = [*(["closed"] if piece.own else []), *(["f"] if _F_STRING in text else [])]
        with scope.within(inside):
            made = _HOLE.sub(lambda hole: self.hole(hole, text, piece, scope, depth), text)
        self.bind(piece, scope)
        return made

    def hole(self, hole: re.Match[str], text: str, piece: _Piece, scope: Scope, depth: int) -> str:
        """What fills one hole."""
        sort, kind = hole[1], hole[2]
        if kind is None:
            return self.counter(piece, scope)
        if kind in _BLOCKS:
            self.bind(piece, scope)
            return self.nested(kind, scope, text[: hole.start()].rpartition("\n")[2])
        if sort == "~":
            return piece.own["~" + kind]
        if sort in ("$", "&"):
            return self.variable(kind, scope, local=sort == "&")
        if sort == "=":
            return self.name(kind, piece, scope)
        if sort == "!":
            return self.call(kind, scope, depth)
        if sort == "@":
            own = [Variable(n, k[1:], False) for k, n in piece.own.items() if k[0] == "~"]
            with scope.knowing(own):
                return self.inner(kind, scope, depth)
        return self.inner(kind, scope, depth)

    def inner(self, kind: str, scope: Scope, depth: int) -> str:
        """An expression inside of another."""
        if kind == "KIND":
            return list(KINDS)[self.number(len(KINDS))]
        if kind == "RETURNED":
            return self.returned(scope)
        made = self.expression(kind, scope, depth + 1)
        return made if kind in grammar.PIECES or _ATOM.fullmatch(made) else f"({made})"

    def counter(self, piece: _Piece, scope: Scope) -> str:
        """The piece's own counter."""
        if "#" not in piece.own:
            piece.own["#"] = scope.fresh("#")
            piece.bound.append(Variable(piece.own["#"], "INT", kept=True))
        return piece.own["#"]

    def variable(self, kind: str, scope: Scope, local: bool) -> str:
        """One that is there, the latest first."""
        found = [v.name for v in scope.variables if v.kind == kind and (v.local or not local)]
        if local:
            found = [v.name for v in scope.variables if v.kind == kind and v.local and not v.kept]
        return found[-1 - self.number(len(found))]

    def name(self, kind: str, piece: _Piece, scope: Scope) -> str:
        """One to bind: a new one, or one that is there."""
        known = [v.name for v in scope.variables if v.kind == kind and v.local and not v.kept]
        at = self.number(1 + min(len(known), 2))
        if at:
            return known[-at]
        made = scope.fresh(kind)
        piece.bound.append(Variable(made, kind))
        return made

    def bind(self, piece: _Piece, scope: Scope) -> None:
        """From here on the piece's names are known."""
        scope.variables += piece.bound
        piece.bound = []

    def call(self, kind: str, scope: Scope, depth: int) -> str:
        """A call of a helper that gives this kind."""
        fitting = [
            h for h in self.helpers if h.returns == kind and ("self" in scope.marks or _pure(h))
        ]
        helper = fitting[-1 - self.number(len(fitting))]
        given = []
        for name, parameter, optional in helper.parameters:
            if name == "self":
                given.append("self")
            elif not optional:
                given.append(self.argument(parameter, scope, depth))
            elif self.chance(50):
                given.append(f"{name}={self.argument(parameter, scope, depth)}")
        return f"{helper.name}({', '.join(given)})"

    def argument(self, kind: str, scope: Scope, depth: int) -> str:
        """A response is given by name, or asked for."""
        if kind != "R":
            return self.inner(kind, scope, depth)
        if any(variable.kind == "R" for variable in scope.variables):
            return self.variable("R", scope, local=False)
        return "self.client.get('/items/5')" if "self" in scope.marks else "None"

    # -- statements

    def nested(self, kind: str, scope: Scope, line: str) -> str:
        """A block behind a colon, or on a line of its own where ``line``, which stands before it,
        is white space. What it binds is seldom known behind it."""
        before = len(scope.variables)
        scope.blocks += 1
        scope.loops += kind == "LOOP"
        lines = self.block(scope, judged=kind == "JUDGED")
        scope.loops -= kind == "LOOP"
        scope.blocks -= 1
        if len(scope.variables) > before and not self.chance(15):
            del scope.variables[before:]
        if not line.strip():
            return "".join(f"{line if i else ''}{one}\n" for i, one in enumerate(lines))
        space = " " * (len(line) - len(line.lstrip()) + 4)
        return "\n" + "".join(f"{space}{one}\n" for one in lines)

    def block(self, scope: Scope, judged: bool = False) -> list[str]:
        """The lines of one statement or more."""
        lines: list[str] = []
        while True:
            lines += self.one_of(scope, judged)
            if scope.fuel <= 0 or not self.chance(50 if scope.blocks else 85):
                return lines

    def one_of(self, scope: Scope, judged: bool) -> list[str]:
        """The lines of one statement of a block."""
        judgement = judged and self.number(5) < 3
        return self.statement("JUDGEMENT" if judgement else "STATEMENT", scope)

    def statement(self, table: str, scope: Scope) -> list[str]:
        """The lines of one statement."""
        scope.fuel -= 1
        shallow = scope.blocks >= BLOCK_DEPTH or scope.fuel <= 0
        usable = _usable(table, scope.features(self.helpers), False)
        if shallow:
            usable = _flat(usable)
        alternative = usable[self.number(len(usable))]
        return self.filled(alternative.text, scope, 0).rstrip("\n").split("\n")

    def returned(self, scope: Scope) -> str:
        """What a helper gives back; nothing large, for it may be called in loops."""
        kind = "CALL" if scope.returns == "R" else scope.returns
        made = self.expression(kind, scope, 1)
        if kind in ("STR", "LIST"):
            return f"({made})[:40]"
        return f"({made}) % 10007" if kind == "INT" else made

    # -- functions

    def body(self, scope: Scope, first: list[str]) -> list[str]:
        """The lines of a function; ``first`` stands before what is generated."""
        lines = first + self.block(scope)
        if scope.returns not in ("", "NOTHING"):
            lines.append(f"return {self.returned(scope)}")
        return lines

    def helper(self, number: int, method: bool) -> list[str]:
        """The lines of a helper, which is known from then on."""
        kinds = ("INT", "STR", "LIST", "R", "ITEM")
        parameters = [
            (f"p{i}", kinds[self.number(len(kinds))], bool(i) and self.chance(40))
            for i in range(1 + self.number(3))
        ]
        parameters.sort(key=lambda parameter: parameter[2])
        returns = _RETURNED[self.number(len(_RETURNED))]
        has_self = method or returns == "R" or self.chance(50)
        scope = self.scope("helper", returns, "self" if has_self else "")
        scope.variables += [Variable(name, kind) for name, kind, _ in parameters]
        lines = self.body(scope, [])
        shown = [f"{name}={_DEFAULTS[kind]}" if o else name for name, kind, o in parameters]
        name = f"{'method' if method else 'helper'}{number}"
        taken = tuple(parameters) if method or not has_self else (("self", "", False), *parameters)
        self.helpers.append(Helper(f"self.{name}" if method else name, taken, returns))
        return _function(name, (["self"] if has_self else []) + shown, lines)

    def helped(self, scope: Scope) -> list[str]:
        """Lines that call helpers, so that most are called at all."""
        kinds = dict.fromkeys(h.returns for h in self.helpers if self.chance(50))
        called = [("" if kind == "NOTHING" else f"<={kind}> = ") + f"<!{kind}>" for kind in kinds]
        return [self.filled(text, scope, 0) for text in called]

    def scope(self, mark: str, returns: str, *more: str) -> Scope:
        """A function's, with what the module has."""
        marks = frozenset({*more, *([] if returns == "NOTHING" else [mark])} - {""})
        known = [Variable(name, kind, False) for name, (kind, _) in grammar.CONSTANTS.items()]
        if "self" in marks:
            attributes = grammar.ATTRIBUTES.items()
            known += [Variable(f"self.{name}", kind, False) for name, (kind, _) in attributes]
        return Scope(marks, returns, known)


_RETURNED = ("INT", "STR", "BOOL", "NOTHING", "LIST", "R", "ITEM", "FLOAT")
_DEFAULTS = {"INT": "2", "STR": "'d'", "LIST": "()", "R": "None", "ITEM": "None"}


class _Led(Writer):
    """A writer that Hypothesis leads."""

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__(lambda top: draw(_below(top)))
        self.draw = draw

    def one_of(self, scope: Scope, judged: bool) -> list[str]:
        """Drawn by a strategy of its own: Hypothesis can leave out a statement with its parts."""
        return self.draw(_statement(self, scope, judged))


@st.composite
def _statement(draw: st.DrawFn, writer: Writer, scope: Scope, judged: bool) -> list[str]:
    judgement = judged and draw(_below(5)) < 3
    return writer.statement("JUDGEMENT" if judgement else "STATEMENT", scope)


@cache
def _flat(usable: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    return tuple(a for a in usable if not any(f"<{block}>" in a.text for block in _BLOCKS))


def _function(name: str, parameters: list[str], lines: list[str]) -> list[str]:
    return [f"def {name}({', '.join(parameters)}):", *_indented(lines)]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


# ---- modules ------------------------------------------------------------------------------------


class _Shape(NamedTuple):
    """How a script is built round its tasks."""

    wraps: Callable[[list[str], list[str]], list[str]]
    marks: frozenset[str]
    left: str  # the counter of runs that are left


def _plain(own: list[str], members: list[str]) -> list[str]:
    return ["class Visitor(HttpUser):", *_indented([*own, *members])]


def _derived(own: list[str], members: list[str]) -> list[str]:
    base = ["abstract = True", "def on_start(self):", "    self.client.get('/base')", *own]
    return [
        *["class Base(HttpUser):", *_indented(base)],
        *["class Mixin:", "    def base_label(self):", "        return 'mixed'"],
        *["class Visitor(Mixin, Base):", *_indented(members)],
    ]


def _set(own: list[str], members: list[str], base: str = "TaskSet") -> list[str]:
    return [
        *[f"class Steps({base}):", *_indented([*_SHARED, *members])],
        *["class Visitor(HttpUser):", *_indented([*own, "tasks = [Steps]"])],
    ]


def _sequence(own: list[str], members: list[str]) -> list[str]:
    return _set(own, members, "SequentialTaskSet")


_SHARED = [f"{name} = {value}" for name, value in grammar.CLASS_ATTRIBUTES.items()]
_SHAPES = (
    _Shape(_plain, frozenset(), "self.left"),
    _Shape(_plain, frozenset(), "self.left"),
    _Shape(_derived, frozenset(), "self.left"),
    _Shape(_sequence, frozenset({"set"}), "self.user.left"),
    _Shape(_set, frozenset({"set"}), "self.user.left"),
)
_WAITS = ("", "wait_time = constant(0)", "wait_time = between(0, 0.001)")
_TASK_MARKS = ("@task", "@task(3)", "@task(weight=2, name='named')", "@task(sequence=1)")


def _tasks(writer: Writer, shape: _Shape) -> list[str]:
    lines: list[str] = []
    for number in range(1, 2 + writer.number(3)):
        lines.append(_TASK_MARKS[writer.number(len(_TASK_MARKS))])
        guard = [f"{shape.left} -= 1", f"if {shape.left} < 0:", "    raise StopUser"]
        scope = writer.scope("task", "", "self", *shape.marks)
        body = writer.body(scope, guard + writer.helped(scope)) + _state(writer, scope)
        lines += _function(f"task{number}", ["self"], body)
    return lines


def _state(writer: Writer, scope: Scope) -> list[str]:
    """A last request that shows what the task's variables hold, so that a wrong one does not pass
    unseen."""
    names = dict.fromkeys(v.name for v in scope.variables if v.local and v.kind != "E")
    if not names or not writer.chance(70):
        return []
    return [f"self.client.post('/state', data=repr([{', '.join(names)}]))"]


def _hooks(writer: Writer, shape: _Shape, text: str) -> list[str]:
    """on_start with the attributes that the script uses, on_stop which tells their end."""
    start: list[str] = []
    if writer.chance(60):
        start = writer.body(writer.scope("task", "", "self"), [])  # an interrupt here: for ever
    text = "\n".join([text, *start])
    used = [name for name in grammar.ATTRIBUTES if re.search(rf"\bself\.{name}\b", text)]
    first = ["super().on_start()"] if shape.wraps is _derived else []
    first += [f"self.{name} = {grammar.ATTRIBUTES[name][1]}" for name in used]
    lines = _function("on_start", ["self"], [*first, *start]) if first or start else []
    if used and writer.chance(60):
        shown = ", ".join(f"self.{name}" for name in used)
        last = [f"self.client.post('/bye', data=repr([{shown}]))"]
        lines += _function("on_stop", ["self"], last)
    return lines


def _module(writer: Writer) -> str:
    shape = _SHAPES[writer.number(len(_SHAPES))]
    functions: list[str] = []
    members: list[str] = []
    for number in range(1, 1 + writer.number(3)):
        method = writer.chance(50)
        (members if method else functions).extend(writer.helper(number, method))
    members += _tasks(writer, shape)
    text = "\n".join([*functions, *members])
    members += _hooks(writer, shape, text)
    if "self.check(" in text:
        members += grammar.CHECK.strip("\n").split("\n")
    own = [f"left = {2 + writer.number(6)}", *_SHARED, _WAITS[writer.number(len(_WAITS))]]
    lines = [*functions, *shape.wraps([line for line in own if line], members)]
    return completed("\n".join(lines) + "\n")


def completed(text: str) -> str:
    """With the imports, constants and helpers that it uses, and no others."""
    uses = _words(text)
    for _ in range(3):  # helpers use constants, and constants each other
        known = {name: value for name, (_, value) in grammar.CONSTANTS.items()} | grammar.SNIPPETS
        uses |= _words("\n".join(source for name, source in known.items() if name in uses))
    constants = [f"{n} = {value}" for n, (_, value) in grammar.CONSTANTS.items() if n in uses]
    snippets = [source for name, source in grammar.SNIPPETS.items() if name in uses]
    imports = [
        line
        for line in (_used_part(line, uses) for line in grammar.IMPORTS.strip().split("\n"))
        if line
    ]
    names = ", ".join(name for name in grammar.GOOSE_NAMES if name in uses)
    goose = [f"from goose import {names}"]
    return "\n".join([*imports, *goose, *constants, *snippets, text])


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))


def _used_part(line: str, uses: set[str]) -> str:
    """An import line without the names that are not used."""
    start, _, names = line.rpartition("import ")
    used = [name for name in names.split(", ") if name in uses]
    return f"{start}import {', '.join(used)}" if used else ""


def tidied(text: str) -> str:
    """The same script as a person would set it."""
    try:
        tidy = ast.unparse(ast.parse(text))
    except ValueError:  # before 3.12 some f-strings cannot be written anew
        return text
    return re.sub(r"\n(?=(?:class|def|@)\b)", "\n\n\n", tidy) + "\n"


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Scripts that end by themselves."""
    text = _module(_Led(draw))
    return Program(Source(tidied(text)), draw(_below(1000)))
