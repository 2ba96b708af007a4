"""The compiler: task functions of a user class to a program for the VM (csrc/plan/vm.h).

The passes: ``source`` parses, ``names`` and ``scope`` bind, ``entities`` and ``islands`` check,
``lower``, ``expressions`` and ``calls`` lower, ``code`` emits.
"""

from __future__ import annotations

import ast
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

from goose._compiler import names
from goose._compiler.code import SET, USER, Code, Program, TooLarge
from goose._compiler.entities import CannotFollow, Entity, NotNative, Self
from goose._compiler.expressions import Note
from goose._compiler.lower import Lowering
from goose._compiler.scope import Scope
from goose._compiler.source import NoSource, function_tree

NOT_COMPILED = 0xFFFFFFFF
_DEPTH_MAX = 40  # of functions that call functions, while they are lowered


class Verdict(NamedTuple):
    """How a function runs. ``function``: its index in the program, or NOT_COMPILED. ``notes``: the
    pieces that run as Python. Python: ``line``, ``reason`` and, where there is one, ``hint``."""

    function: int
    notes: tuple[Note, ...] = ()
    line: int = 0
    reason: str = ""
    hint: str = ""
    file: str = ""
    """Of ``line``, unless it is the task's own."""
    unsure: tuple[tuple[str, int], ...] = ()
    """What only a run can tell, with its line."""

    @property
    def kind(self) -> str:
        """``compiled``, ``islands`` or ``python``."""
        if self.function == NOT_COMPILED:
            return "python"
        return "islands" if self.notes else "compiled"


class Unit:
    """One function with the entities that its parameters are."""

    def __init__(
        self, compiler: ClassCompiler, function: FunctionType, roles: dict[str, Entity]
    ) -> None:
        self.compiler = compiler
        self.function = function
        self.roles = roles
        self.island_reads = compiler.island_reads
        self.defined_in = _defining_class(function, roles)
        self.notes: list[Note] = []
        self.unsure: dict[str, int] = {}
        self.failure: CannotFollow | None = None
        self.index = 0
        self.calls: list[Unit] = []


def _defining_class(function: FunctionType, roles: dict[str, Entity]) -> type | None:
    for entity in roles.values():
        if isinstance(entity, Self):
            for base in entity.cls.__mro__:
                if function in vars(base).values():
                    return base
    return None


class ClassCompiler:
    """Compiles the functions of one user class, and of its task sets, into one program."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.program = Program()
        self.units: dict[Any, Unit] = {}
        self.island_reads: set[int] = set()
        self._stack: list[Unit] = []

    def function(self, function: Any, of: type, owner: int) -> Verdict:
        """Compiles a task, a hook or wait_time of the class."""
        if not isinstance(function, FunctionType):
            return Verdict(NOT_COMPILED, reason="it is no plain function")
        if function.__code__.co_argcount < 1:
            return Verdict(NOT_COMPILED, reason="it takes no self")
        if not names.is_script_function(function):
            return Verdict(NOT_COMPILED, reason="it comes from a library")
        first = function.__code__.co_varnames[0]
        try:
            index = self.need(function, {first: Self(owner, of)}, None)
        except CannotFollow as found:
            file = _other_file(found.file, function)
            return Verdict(NOT_COMPILED, (), found.line, found.reason, found.hint, file)
        except NotNative:
            return Verdict(NOT_COMPILED, reason="it cannot be compiled")
        except (TooLarge, RecursionError) as found:
            return Verdict(NOT_COMPILED, reason=str(found) or "it is nested too deeply")
        unit = self.units[_key(function, {first: Self(owner, of)})]
        notes = [
            note._replace(file=_other_file(note.file, function)) for note in _all_notes(unit, set())
        ]
        return Verdict(index, tuple(dict.fromkeys(notes)), unsure=tuple(unit.unsure.items()))

    def need(self, function: FunctionType, roles: dict[str, Entity], node: ast.AST | None) -> int:
        """The index of a function of the program, lowered on first use."""
        key = _key(function, roles)
        unit = self.units.get(key)
        if unit is None:
            unit = self.units[key] = Unit(self, function, roles)
            unit.index = len(self.program.codes)
            self.program.codes.append(None)
            self._lower(unit, node)
        if unit.failure is not None:
            raise unit.failure
        if self._stack:
            self._stack[-1].calls.append(unit)
        return unit.index

    def _lower(self, unit: Unit, node: ast.AST | None) -> None:
        function = unit.function
        self._stack.append(unit)
        try:
            if len(self._stack) > _DEPTH_MAX:
                raise CannotFollow(node, "functions call functions too deeply")
            tree = function_tree(function)
            code = Code(
                self.program,
                function.__qualname__,
                function.__code__.co_filename,
                function.__code__.co_firstlineno,
            )
            lowering = Lowering(self.scope, unit, code, function, tree)
            lowering.lower()
            unit.notes = lowering.notes
            self.program.codes[unit.index] = code
        except NoSource as found:
            unit.failure = CannotFollow(tree_of(function), str(found))
        except CannotFollow as found:
            found.file = found.file or function.__code__.co_filename
            unit.failure = found
        finally:
            self._stack.pop()
            if unit.failure is not None:
                self.program.codes[unit.index] = self._nothing(unit)

    def _nothing(self, unit: Unit) -> Code:
        """In the place of what could not be lowered; nobody calls it."""
        code = Code(self.program, unit.function.__qualname__, "", 0)
        code.params = unit.function.__code__.co_argcount
        code.emit("RETURN", self.program.constant(None))
        return code

    def shared_with_python(self) -> set[int]:
        """Containers (by id) that code which runs as Python may change: islands, and functions
        that could not be compiled where they hold others."""
        found = set(self.island_reads)
        for unit in self.units.values():
            if unit.failure is None:
                continue
            for name in unit.function.__code__.co_names:
                value = unit.function.__globals__.get(name)
                if type(value) in (list, dict) and names.is_nested(value):
                    found.add(id(value))
        return found

    def birth(self, of: type, owner: int) -> int:
        """A function that gives the attributes of a new instance what the class says."""
        code = Code(self.program, f"{of.__qualname__}.<attributes>", "", 0)
        found = False
        for name in self.program.slots[owner]:
            value = names.class_attribute(of, name)
            if value is names.MISSING:
                continue
            found = True
            operand = self.program.constant(value) if names.is_plain(value) else self._object(value)
            code.emit("SELF_SET", operand, self.program.slot(owner, name), n=owner)
        if not found:
            return NOT_COMPILED
        code.emit("RETURN", self.program.constant(None))
        self.program.codes.append(code)
        return len(self.program.codes) - 1

    def _object(self, value: Any) -> int:
        from goose._compiler.code import Reference

        return self.program.constant(Reference(value))


def _other_file(file: str, function: FunctionType) -> str:
    """The name of a file that is not the function's own, else nothing."""
    return "" if file in ("", function.__code__.co_filename) else Path(file).name


def tree_of(function: FunctionType) -> ast.AST:
    """A node at the function's first line, for messages."""
    return ast.Pass(lineno=function.__code__.co_firstlineno, col_offset=0)


def _key(function: FunctionType, roles: dict[str, Entity]) -> Any:
    return (id(function), tuple(sorted((name, repr(item)) for name, item in roles.items())))


def _all_notes(unit: Unit, seen: set[int]) -> list[Note]:
    """Its own notes and those of what it calls, each once."""
    if unit.index in seen:
        return []
    seen.add(unit.index)
    found = list(unit.notes)
    for called in unit.calls:
        found += _all_notes(called, seen)
    return list(dict.fromkeys(found))


__all__ = ["NOT_COMPILED", "SET", "USER", "ClassCompiler", "Note", "Scope", "Verdict"]
