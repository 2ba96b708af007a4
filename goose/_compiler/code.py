"""A program under construction (emit): functions with registers, labels and handlers; the
constants, request sites, attributes and islands that they share. Layout: csrc/plan/program.h."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from goose import _engine

TABLES = _engine.program_tables()
OPS: dict[str, tuple[int, str]] = TABLES["ops"]
NATIVES: dict[str, tuple[int, int, int]] = TABLES["natives"]
WORDS: dict[str, int] = TABLES["words"]

IS_CONSTANT = 0x8000
NOTHING = 0xFFFF
BINARY = ["Add", "Sub", "Mult", "Div", "FloorDiv", "Mod", "Pow", "LShift", "RShift", "BitAnd"]
BINARY += ["BitOr", "BitXor", "MatMult"]
COMPARE = ["Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"]
UNARY = ["USub", "UAdd", "Invert"]
IN_PLACE = 0x40
DONE, RESCHEDULE, INTERRUPT, INTERRUPT_NOW, END_USER = range(5)
SET, USER, OUTER = 0, 1, 2
REGISTERS_MAX = 4000


class TooLarge(Exception):
    """The function has more than a program can hold."""


class Reference(NamedTuple):
    """A constant that stays Python's object."""

    object: Any


class Label:
    """A place in the code, known later."""

    def __init__(self) -> None:
        self.at: int | None = None


class Code:
    """The instructions of one function."""

    def __init__(self, program: Program, name: str, file: str, first_line: int) -> None:
        self.program = program
        self.name = name
        self.file = file
        self.first_line = first_line
        self.params = 0
        self.line = first_line
        self._rows: list[tuple[int, int, Any, Any, Any, int]] = []
        self._handlers: list[tuple[int, int, Label, int, bool]] = []
        self.locals = 0
        self._temps = 0
        self._most = 0

    # ---- registers -----------------------------------------------------------------------------

    def local(self) -> int:
        """A register that stays. All of them are taken before the first ``temps``."""
        self.locals += 1
        self._most = max(self._most, self.locals)
        return self.locals - 1

    def temps(self, count: int = 1) -> int:
        """The first of so many registers in a row, until ``release``."""
        first = self.locals + self._temps
        self._temps += count
        self._most = max(self._most, first + count)
        if self._most > REGISTERS_MAX:
            raise TooLarge("it has too many values at once")
        return first

    def mark(self) -> int:
        """What ``release`` goes back to."""
        return self._temps

    def release(self, mark: int) -> None:
        """Frees the registers taken since."""
        self._temps = mark

    # ---- instructions --------------------------------------------------------------------------

    def emit(self, op: str, a: Any = 0, b: Any = 0, c: Any = 0, n: int = 0) -> None:
        """Appends an instruction; operands are numbers or labels."""
        if n > 255:
            raise TooLarge("it has more than 255 values in a row")
        self._rows.append((OPS[op][0], n, a, b, c, self.line))

    def place(self, label: Label) -> None:
        """The label is here."""
        label.at = len(self._rows)

    def here(self) -> int:
        """The next instruction's place."""
        return len(self._rows)

    def guard(self, start: int, stop: int, target: Label, register: int, narrow: bool) -> None:
        """An exception in [start, stop) goes on at target. ``narrow``: no StopUser and the like."""
        if stop > start:
            self._handlers.append((start, stop, target, register, narrow))

    def state(self) -> tuple[int, int, int]:
        """What ``restore`` takes."""
        return len(self._rows), len(self._handlers), self._temps

    def restore(self, rows: int, handlers: int, temps: int) -> None:
        """Forgets what was added since."""
        del self._rows[rows:]
        del self._handlers[handlers:]
        self._temps = temps

    def spec(self) -> tuple[Any, ...]:
        """The function for ``_engine.Program``."""
        if len(self._rows) > 0xFFFF:
            raise TooLarge("it has more than 65,535 instructions")
        code = b"".join(
            struct.pack("=BBHHH", op, n, *(x.at if isinstance(x, Label) else x for x in operands))
            for op, n, *operands, _ in self._rows
        )
        lines = struct.pack(f"={len(self._rows)}I", *(row[5] for row in self._rows))
        handlers = b"".join(
            struct.pack("=IIIHH", start, stop, target.at, register, narrow)
            for start, stop, target, register, narrow in self._handlers
        )
        name = self.program.text(self.name)
        file = self.program.text(self.file)
        registers = max(self._most, self.params, 1)
        return (name, file, self.first_line, self.params, registers, code, lines, handlers)


class Program:
    """What the functions of a user class share."""

    def __init__(self) -> None:
        self._constants: list[tuple[Any, bool]] = []
        self._known: dict[Any, int] = {}
        self._sites: list[tuple[int, bool, bytes]] = []
        self.slots: tuple[list[str], list[str]] = ([], [])
        self.islands: list[Callable[..., Any]] = []
        self.codes: list[Code | None] = []

    def constant(self, value: Any) -> int:
        """The operand of a constant: a copy of the value, or a ``Reference``."""
        key: Any
        if isinstance(value, Reference):
            key = ("reference", id(value.object))
        elif isinstance(value, (str, bytes, int, float, bool, type(None))):
            key = (type(value), repr(value))
        else:
            key = ("copy", id(value))
        if key not in self._known:
            if len(self._constants) >= 0x7FF0:
                raise TooLarge("it has too many constants")
            self._known[key] = len(self._constants)
            held = value.object if isinstance(value, Reference) else value
            self._constants.append((held, not isinstance(value, Reference)))
        return self._known[key] | IS_CONSTANT

    def text(self, value: str) -> int:
        """The plain index of a str constant."""
        return self.constant(value) & ~IS_CONSTANT

    def site(self, method: str | None, words: list[str], unused: bool) -> int:
        """The index of a request site."""
        index = NOTHING if method is None else self.text(method)
        self._sites.append((index, unused, bytes(WORDS[word] for word in words)))
        return len(self._sites) - 1

    def slot(self, owner: int, name: str) -> int:
        """The place of an attribute."""
        names = self.slots[USER if owner == USER else SET]
        if name not in names:
            names.append(name)
        return names.index(name)

    def island(self, function: Callable[..., Any]) -> int:
        """The index of an island."""
        self.islands.append(function)
        return len(self.islands) - 1

    def build(self) -> _engine.Program:
        """The program, verified and loaded."""
        functions = [code.spec() for code in self.codes if code is not None]
        return _engine.Program(
            constants=self._constants,
            functions=functions,
            sites=self._sites,
            set_slots=self.slots[SET],
            user_slots=self.slots[USER],
            islands=tuple(self.islands),
        )
