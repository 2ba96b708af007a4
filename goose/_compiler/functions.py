"""From a function's tree to instructions (lower): calls of the script's own functions and of
goose's."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

from goose._compiler import names
from goose._compiler.code import (
    INTERRUPT,
    INTERRUPT_NOW,
)
from goose._compiler.entities import (
    CannotFollow,
    Client,
    Entity,
    Environment,
    Method,
    More,
    Ours,
    Rest,
    Self,
    SuperOf,
)
from goose._compiler.parts import Part, source_place
from goose._compiler.source import NoSource, function_tree
from goose.user import TaskSet
from goose.wait import WaitKind


class Functions(Part):
    """Lowers what is followed into other functions."""

    def invoke(
        self,
        node: ast.expr,
        function: FunctionType,
        first: list[Entity],
        arguments: list[ast.expr],
        keywords: list[ast.keyword],
        into: int | None,
    ) -> int:
        """Calls a function of the script as part of the program."""
        given = self.bind_arguments(node, function, first, arguments, keywords)
        roles = {name: item for name, item in given.items() if isinstance(item, tuple)}
        index = self.unit.compiler.need(function, roles, node)
        values = [(name, item) for name, item in given.items() if name not in roles]
        base = self.code.temps(len(values))
        places = list(enumerate(item for _, item in values))
        for place, item in sorted(places, key=lambda row: source_place(row[1])):
            if isinstance(item, ast.AST):
                self.value(item, into=base + place)
            else:
                self.code.emit("MOVE", base + place, self.default(item))
        target = self.target(into)
        self.code.emit("INVOKE", target, base, index, n=len(values))
        return int(target)

    def default(self, value: Any) -> int:
        """The operand of a default argument."""
        return int(self.constant(value) if names.is_plain(value) else self.reference(value))

    @staticmethod
    def only_hands_on(function: FunctionType, name: str) -> bool:
        """Whether a function does nothing with its **kwargs but give them to others."""
        try:
            tree = function_tree(function)
        except NoSource:
            return False
        given = {
            id(keyword.value)
            for keyword in ast.walk(tree)
            if isinstance(keyword, ast.keyword) and keyword.arg is None
        }
        return all(
            id(node) in given
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id == name
        )

    def bind_arguments(
        self,
        node: ast.expr,
        function: FunctionType,
        first: list[Entity],
        arguments: list[ast.expr],
        keywords: list[ast.keyword],
    ) -> dict[str, Any]:
        """By parameter, in their order: an entity (a tuple), an expression, or a default."""
        code = function.__code__
        arguments = self.spread(arguments)
        keywords = self.handed_on(keywords)
        if any(isinstance(argument, ast.Starred) for argument in arguments):
            raise CannotFollow(node, f"`{self.quote(node)}` has arguments that are not known here")
        positional = code.co_varnames[: code.co_argcount]
        named = code.co_argcount + code.co_kwonlyargcount
        every = code.co_varnames[:named]
        rest_name = code.co_varnames[named] if code.co_flags & 0x04 else None
        more_name = (
            code.co_varnames[named + (rest_name is not None)] if code.co_flags & 0x08 else None
        )
        given: dict[str, Any] = {}
        for name, item in zip(positional, [*first, *arguments], strict=False):
            given[name] = item
        surplus = [*first, *arguments][len(positional) :]
        if surplus and rest_name is None:
            raise CannotFollow(node, f"`{self.quote(node)}` gives too many arguments")
        more = ast.Dict([], [])
        for keyword in keywords:
            if keyword.arg in every and keyword.arg not in given:
                given[str(keyword.arg)] = keyword.value
            elif more_name is None or keyword.arg in given:
                raise CannotFollow(node, f"`{self.quote(node)}` gives a wrong argument")
            elif keyword.arg is None and not all(name in given for name in every):
                raise CannotFollow(
                    node, f"`**{self.quote(keyword.value)}` may give any argument", "write them out"
                )
            else:
                more.keys.append(None if keyword.arg is None else ast.Constant(keyword.arg))
                more.values.append(keyword.value)
        defaults = dict(
            zip(reversed(positional), reversed(function.__defaults__ or ()), strict=False)
        )
        defaults |= function.__kwdefaults__ or {}
        found: dict[str, Any] = {}
        for name in every:
            if name in given:
                item = given[name]
                entity = self.static(item) if isinstance(item, ast.expr) else item
                role = isinstance(entity, (Self, Client, Environment))
                found[name] = entity if role else item
            elif name in defaults:
                found[name] = defaults[name]
                if isinstance(found[name], (tuple, ast.AST)):
                    found[name] = ast.copy_location(ast.Constant(defaults[name]), node)
            else:
                raise CannotFollow(node, f"`{self.quote(node)}` lacks the argument `{name}`")
        if rest_name is not None:
            found[rest_name] = Rest(rest_name, len(surplus))
            for place, item in enumerate(surplus):
                if not isinstance(item, ast.expr):
                    raise CannotFollow(node, f"`{self.quote(node)}` is given the user")
                found[f"{rest_name}.{place}"] = item
        if (
            more_name is not None
            and None not in more.keys
            and self.only_hands_on(function, more_name)
        ):
            keys = tuple(str(key.value) for key in more.keys if isinstance(key, ast.Constant))
            found[more_name] = More(more_name, keys)
            for key, item in zip(keys, more.values, strict=True):
                found[f"{more_name}.{key}"] = item
        elif more_name is not None:
            first_given = more.values[0] if more.values else node
            found[more_name] = ast.fix_missing_locations(ast.copy_location(more, first_given))
        return found

    # ---- goose's own methods ---------------------------------------------------------------------

    def ours(self, node: ast.Call, entity: Ours, into: int | None) -> int:
        """self.interrupt() and the like."""
        if entity.name == "interrupt":
            self.code.emit("END", n=self.interrupt_kind(node))
            return int(self.constant(None))
        if entity.name == "wait" and not node.args and not node.keywords:
            return self.wait(node, entity.self)
        if entity.name in ("on_start", "on_stop"):
            return int(self.constant(None))
        raise CannotFollow(node, f"`{self.quote(node)}` belongs to goose and is not compiled")

    def wait(self, node: ast.Call, of: Self) -> int:
        """self.wait(): as between two tasks."""
        function = names.class_attribute(of.cls, "wait_time")
        if function is TaskSet.wait_time:
            function = names.class_attribute(self.scope.user, "wait_time")
        kind, low, high = getattr(function, "goose_wait", (None, 0.0, 0.0))
        if kind == WaitKind.CONSTANT:
            self.code.emit("SLEEP", self.constant(low))
        elif kind == WaitKind.BETWEEN:
            first = self.code.temps(2)
            self.code.emit("MOVE", first, self.constant(low))
            self.code.emit("MOVE", first + 1, self.constant(high))
            self.emit_native("random.uniform", first, first, 2)
            self.code.emit("SLEEP", first)
        elif names.is_script_function(function):
            result = self.invoke(node, function, [of], [], [], None)
            self.code.emit("SLEEP", result)
        else:
            raise CannotFollow(node, f"`{self.quote(node)}` paces the user")
        return int(self.constant(None))

    def interrupt_kind(self, node: ast.Call) -> int:
        """By interrupt(reschedule=True)."""
        given = [*node.args, *(k.value for k in node.keywords)]
        if not given:
            return INTERRUPT_NOW
        if len(given) == 1 and isinstance(given[0], ast.Constant):
            return INTERRUPT_NOW if given[0].value else INTERRUPT
        raise CannotFollow(node, "interrupt() with a computed argument")

    def super_attribute(self, owner: SuperOf, node: ast.Attribute) -> Entity | None:
        """super().name, a method of a base class."""
        line = owner.self.cls.__mro__
        for base in line[line.index(owner.after) + 1 :]:
            if node.attr in vars(base):
                found = vars(base)[node.attr]
                if names.is_script_function(found):
                    return Method(found, owner.self)
                if isinstance(found, FunctionType):
                    return Ours(node.attr, owner.self)
                break
        raise CannotFollow(node, f"`super().{node.attr}` is no method of the script")
