"""From a function's tree to instructions (lower): builtins and the standard library, and what
is walked over."""

from __future__ import annotations

import ast
import logging
from typing import Any

from goose._compiler import names
from goose._compiler.code import (
    NATIVES,
    Label,
)
from goose._compiler.entities import (
    CannotFollow,
    Client,
    Const,
    Environment,
    NotNative,
    Self,
)
from goose._compiler.parts import Part, source_place

WALKED = ("keys", "values", "items")
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "critical": 50}
_LOGS = {name: getattr(logging, name) for name in _LEVELS if name != "warn"}

_BASIC = {str: "str", int: "int", float: "float", bool: "bool", list: "list", tuple: "tuple"}
_BASIC |= {dict: "dict", bytes: "bytes", type(None): "NoneType"}


class Library(Part):
    """Lowers calls of live objects."""

    def call_object(self, node: ast.Call, called: Any, into: int | None) -> int:
        """A call of a live object: native, of the script, or Python's."""
        if names.is_sleep(called):
            if len(node.args) != 1 or node.keywords:
                raise CannotFollow(node, "sleep takes one number")
            self.code.emit("SLEEP", self.value(node.args[0]))
            return int(self.constant(None))
        if any(called is function for function in _LOGS.values()):
            return self.log(node, called.__name__, None)
        path = self.scope.natives.get(id(called))
        if path is not None and not (path.startswith("random.") and self.is_module_random(node)):
            return self.native_call(node, path, into)
        if names.is_script_function(called):
            roles = any(
                isinstance(self.static(a), (Self, Client, Environment))
                for a in [*node.args, *(k.value for k in node.keywords)]
            )
            if roles or self.scope.may_request(called):
                return int(self.invoke(node, called, [], node.args, node.keywords, into))
            try:
                return int(self.invoke(node, called, [], node.args, node.keywords, into))
            except CannotFollow:
                raise NotNative from None
        raise NotNative

    def log(self, node: ast.Call, method: str, name: str | None) -> int:
        """logging.info(...), logger.info(...): queued, written by another thread."""
        level = _LEVELS.get(method)
        if level is None or not node.args or node.keywords:
            raise NotNative
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise NotNative
        first = self.code.temps(2 + len(node.args))
        self.code.emit("MOVE", first, self.constant(level))
        self.code.emit("MOVE", first + 1, self.constant(name))
        for place, argument in enumerate(node.args):
            self.value(argument, into=first + 2 + place)
        target = int(self.code.temps())
        self.emit_native("logging.log", target, first, 2 + len(node.args))
        return int(self.constant(None))

    def is_module_random(self, node: ast.Call) -> bool:
        """``from random import choice``, where it can be told which generator draws."""
        return isinstance(node.func, ast.Name) and self.scope.follows_random

    def native_call(self, node: ast.Call, path: str, into: int | None) -> int:
        """A native function with these arguments."""
        name = path.rpartition(".")[2]
        arguments: list[ast.expr] = list(node.args)
        if any(isinstance(argument, ast.Starred) for argument in arguments):
            raise NotNative
        if name == "dict" and len(node.args) == 1 and node.keywords:
            return self.dict_with(node, path)
        if node.keywords:
            arguments = self.rearranged(name, node)
            given = [item for item in arguments if not isinstance(item, ast.Constant)]
            if given != sorted(given, key=source_place):
                raise NotNative  # evaluated in another order than they are taken
        if name == "isinstance":
            return self.is_instance(node, into)
        if name in ("choice", "choices", "sample") and arguments:
            arguments[0] = self.drawn_from(arguments[0])
        if name in ("any", "all") and isinstance(arguments[0], ast.GeneratorExp):
            return self.any_of(arguments[0], name == "any")
        if name == "str" and len(arguments) == 1:
            target = int(self.target(None))
            if self.is_uuid4(arguments[0]):
                return self.native("str(uuid.uuid4())", [], target)
        if name in ("range", "enumerate", "zip", "reversed", "iter"):
            raise NotNative  # walked over elsewhere: here it would be a value
        if len(arguments) == 1 and name in ("list", "tuple", "sorted", "sum", "min", "max"):
            first = int(self.code.temps())
            self.walked(arguments[0], first)
            target = int(self.target(into))
            if name == "list" and isinstance(arguments[0], ast.GeneratorExp):
                self.code.emit("MOVE", target, first)
            else:
                self.emit_native(path, target, first, 1)
            return target
        return self.native(path, arguments, into)

    def drawn_from(self, node: ast.expr) -> ast.expr:
        """A range of known numbers, as a tuple of them."""
        if not isinstance(node, ast.Call) or node.keywords or not node.args:
            return node
        entity = self.static(node.func)
        numbers = [part.value for part in node.args if isinstance(part, ast.Constant)]
        if not isinstance(entity, Const) or entity.value is not range:
            return node
        if len(numbers) != len(node.args) or not all(type(number) is int for number in numbers):
            return node
        try:
            drawn = range(*numbers)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return node
        if len(drawn) > 10_000:
            return node
        values: Any = tuple(drawn)  # as the compiler itself puts it into a Constant
        return ast.copy_location(ast.Constant(values), node)

    def walked(self, node: ast.expr, into: int) -> None:
        """What is walked over at once, as a list."""
        if isinstance(node, ast.GeneratorExp):
            listed = self.comprehension(node, node.elt, None)
            self.code.emit("MOVE", into, listed)
            return
        call = self.walk_call(node)
        if call is None:
            self.value(node, into=into)
            return
        again, done = Label(), Label()
        item = self.code.temps()
        self.code.emit("LIST", into, 0, n=0)
        self.code.place(again)
        self.code.emit("NEXT", item, call, done)
        self.code.emit("PUSH", into, item)
        self.code.emit("JUMP", 0, 0, again)
        self.code.place(done)

    def dict_with(self, node: ast.Call, path: str) -> int:
        """dict(other, key=value)"""
        if any(keyword.arg is None for keyword in node.keywords):
            raise NotNative
        first, target = self.row(node.args), int(self.target(None))
        values = self.row([keyword.value for keyword in node.keywords])
        self.emit_native(path, target, first, 1)
        for place, keyword in enumerate(node.keywords):
            self.code.emit("PAIR", target, self.constant(keyword.arg), values + place)
        return target

    def rearranged(self, name: str, node: ast.Call) -> list[ast.expr]:
        """Keywords of the natives that have some, in their places."""
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        none = ast.Constant(None)
        if name == "choices" and set(keywords) <= {"weights", "k"}:
            weights = node.args[1] if len(node.args) > 1 else keywords.get("weights", none)
            return [node.args[0], weights, none, keywords.get("k", ast.Constant(1))]
        if name == "sample" and set(keywords) == {"k"} and len(node.args) == 1:
            return [node.args[0], keywords["k"]]
        if name == "int" and set(keywords) == {"base"} and len(node.args) == 1:
            return [node.args[0], keywords["base"]]
        if name == "round" and set(keywords) == {"ndigits"} and len(node.args) == 1:
            return [node.args[0], keywords["ndigits"]]
        if name == "randint" and set(keywords) == {"a", "b"} and not node.args:
            return [keywords["a"], keywords["b"]]
        if name == "dict" and not node.args and None not in keywords:
            display = ast.Dict(
                [ast.Constant(str(key)) for key in keywords], list(keywords.values())
            )
            return [ast.fix_missing_locations(ast.copy_location(display, node))]
        raise NotNative

    def native(self, path: str, arguments: list[ast.expr], into: int | None) -> int:
        """Emits the call."""
        _, least, most = NATIVES[path]
        if not least <= len(arguments) <= most:
            raise NotNative  # Python says what is wrong
        first = self.row(arguments)
        target = int(self.target(into))
        self.emit_native(path, target, first, len(arguments))
        return target

    def emit_native(self, path: str, target: int, first: int, count: int) -> None:
        self.code.emit("CALL", target, first, NATIVES[path][0], n=count)

    def is_instance(self, node: ast.Call, into: int | None) -> int:
        """isinstance(x, (str, int))"""
        if len(node.args) != 2:
            raise NotNative
        kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        found = [self.static(kind) for kind in kinds]
        types = [entity.value for entity in found if isinstance(entity, Const)]
        if len(types) != len(kinds) or not all(
            isinstance(kind, type) and kind in _BASIC for kind in types
        ):
            raise NotNative
        words = "|".join(_BASIC[kind] for kind in types)
        first = self.code.temps(2)
        self.value(node.args[0], into=first)
        self.code.emit("MOVE", first + 1, self.constant(words))
        target = int(self.target(into))
        self.emit_native("builtins.isinstance", target, first, 2)
        return target

    def any_of(self, node: ast.GeneratorExp, wanted: bool) -> int:
        """any(... for ...) ends at the first that decides."""
        target = int(self.target(None))
        done = Label()
        self.code.emit("MOVE", target, self.constant(not wanted))

        def look() -> None:
            past = Label()
            self.branch(node.elt, past, not wanted)
            self.code.emit("MOVE", target, self.constant(wanted))
            self.code.emit("JUMP", 0, 0, done)
            self.code.place(past)

        self.walk(node, look)
        self.code.place(done)
        return target

    # ---- walking -------------------------------------------------------------------------------

    def iterator(self, node: ast.expr) -> int:
        """A register with an iterator over it."""
        call = self.walk_call(node)
        if call is not None:
            return call
        target = int(self.code.temps())
        operand = (
            self.comprehension(node, node.elt, None)
            if isinstance(node, ast.GeneratorExp)
            else self.value(node)
        )
        self.code.emit("ITER", target, operand)
        return target

    def walk_call(self, node: ast.expr) -> int | None:
        """range(...), d.items(), enumerate(...), zip(...): walked over without being made."""
        plain = isinstance(node, ast.Call) and not node.keywords
        if not plain and not self.is_enumerate_start(node):
            return None
        assert isinstance(node, ast.Call)
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return None
        entity = self.static(node.func)
        if isinstance(entity, Const):
            path = self.scope.natives.get(id(entity.value), "")
            name = path.rpartition(".")[2]
            if name not in ("range", "enumerate", "zip", "reversed"):
                return None
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            _, least, most = NATIVES[path]
            if not least <= len(arguments) <= most:
                return None
            first = int(self.code.temps(len(arguments)))
            for place, argument in enumerate(arguments):
                inner = self.walk_call(argument) if name in ("enumerate", "zip") else None
                if inner is not None:
                    self.code.emit("MOVE", first + place, inner)
                elif (
                    name == "reversed"
                    or (name in ("enumerate", "zip") and place == 0)
                    or name == "zip"
                ):
                    self.walked(argument, first + place)
                else:
                    self.value(argument, into=first + place)
            target = int(self.code.temps())
            self.emit_native(path, target, first, len(arguments))
            return target
        if (
            entity is None
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WALKED
            and not node.args
            and not (isinstance(node.func.value, ast.Name) and node.func.value.id in self.foreign)
            and not isinstance(self.static(node.func.value), (Client, Self, Environment))
            and not self.is_environ(node.func.value)
        ):
            first = int(self.code.temps())
            self.value(node.func.value, into=first)
            target = int(self.code.temps())
            self.code.emit("METHOD", target, first, self.text(node.func.attr + "!"), n=1)
            self.code.emit("ITER", target, target)
            return target
        return None

    def is_enumerate_start(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return False
        return node.func.id == "enumerate" and [k.arg for k in node.keywords] == ["start"]
