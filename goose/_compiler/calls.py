"""From a function's tree to instructions (lower): calls of every kind."""

from __future__ import annotations

import ast
import logging
import os
import re
import string
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

from goose import _engine
from goose._compiler import names
from goose._compiler.code import (
    INTERRUPT,
    INTERRUPT_NOW,
    NATIVES,
    WORDS,
    Label,
)
from goose._compiler.entities import (
    CannotFollow,
    Client,
    Const,
    Entity,
    Environment,
    Method,
    More,
    NotNative,
    Ours,
    Property,
    Rest,
    Self,
    Slot,
    SuperOf,
    Verb,
)
from goose._compiler.source import NoSource, function_tree
from goose.user import TaskSet
from goose.wait import WaitKind

if TYPE_CHECKING:
    from goose._compiler.code import Code, Program
    from goose._compiler.scope import Scope

TEXT_METHODS = frozenset(
    str.split(
        "upper lower title capitalize swapcase casefold strip lstrip rstrip split rsplit "
        "splitlines join replace find rfind index count startswith endswith isdigit isalpha "
        "isalnum isspace isupper islower isnumeric isdecimal zfill ljust rjust center partition "
        "rpartition removeprefix removesuffix encode decode hex expandtabs"
    )
)
LIST_METHODS = frozenset(
    str.split("append extend pop insert clear index remove count copy reverse sort")
)
DICT_METHODS = frozenset(
    ["get", "items", "keys", "values", "update", "pop", "setdefault", "copy", "clear"]
)
REPLY_METHODS = frozenset(["json", "success", "failure", "raise_for_status", "close"])
NATIVE_METHODS = TEXT_METHODS | LIST_METHODS | DICT_METHODS | REPLY_METHODS
WALKED = ("keys", "values", "items")

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "critical": 50}
_LOGS = {name: getattr(logging, name) for name in _LEVELS if name != "warn"}

_BASIC = {str: "str", int: "int", float: "float", bool: "bool", list: "list", tuple: "tuple"}
_BASIC |= {dict: "dict", bytes: "bytes", type(None): "NoneType"}


class Calls:
    """Lowers calls."""

    scope: Scope
    unit: Any
    code: Code
    program: Program
    locals: dict[str, int]
    foreign: set[str]
    bound: set[str]
    failing: int
    replies: list[int]
    aliases: dict[str, Entity]
    island_made: ast.AST | None

    # given by Expressions
    static: Any
    value: Any
    copy_of: Any
    row: Any
    target: Any
    note: Any
    quote: Any
    constant: Any
    reference: Any
    text: Any
    native_value: Any
    comprehension: Any
    walk: Any
    branch: Any
    text_of: Any
    of_entity: Any
    slot: Any
    session_call: Any

    def call(self, node: ast.Call, into: int | None, unused: bool) -> int:
        """A call, by what is called."""
        special = self.special(node, into)
        if special is None:
            special = self.session_call(node, into)
        if special is not None:
            return special
        entity = self.static(node.func)
        if isinstance(entity, Verb):
            return self.request(node, entity, into, unused)
        if isinstance(entity, Method):
            return self.invoke(node, entity.function, [entity.self], node.args, node.keywords, into)
        if isinstance(entity, Ours):
            return self.ours(node, entity, into)
        if isinstance(entity, Const):
            return self.call_object(node, entity.value, into)
        if isinstance(entity, (Self, Client, Environment, SuperOf, Property)):
            raise CannotFollow(node, f"`{self.quote(node)}` is not followed")
        if isinstance(entity, Slot) or entity is None:
            return self.call_method(node, into)
        raise NotNative

    # ---- requests ------------------------------------------------------------------------------

    def is_request(self, node: ast.expr) -> bool:
        """Whether it is a call of the client."""
        return isinstance(node, ast.Call) and isinstance(self.static(node.func), Verb)

    def request(self, node: ast.Call, verb: Verb, into: int | None, unused: bool) -> int:
        """self.client.get(...)"""
        method = verb.method
        places = ["url", "name"] if method is None else ["url"]
        if method in ("GET", "POST", "PUT", "PATCH"):
            places += ["params" if method == "GET" else "data"]
        if method == "POST":
            places += ["json"]
        given: list[tuple[str, ast.expr]] = []
        arguments = self.spread(node.args)
        keywords = self.keywords_of(node)
        if method is None:
            first = arguments.pop(0) if arguments else keywords.pop("method", None)
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                method = first.value.upper()
            elif first is not None:
                given.append(("method", first))
            else:
                raise CannotFollow(node, "client.request() without a method")
        elif "method" in keywords:
            raise CannotFollow(node, f"client.{verb.method} takes no method=")
        elif method == "HEAD":
            keywords.setdefault("allow_redirects", ast.Constant(False))
        if len(arguments) > len(places) or any(isinstance(a, ast.Starred) for a in arguments):
            raise CannotFollow(node, f"`{self.quote(node)}` has arguments that are not known here")
        given += zip(places, arguments, strict=False)
        for word, value in keywords.items():
            if word not in WORDS or word in dict(given):
                raise CannotFollow(node, f"`{word}=` is no keyword of the client")
            if word in ("catch_response", "stream") and isinstance(value, ast.Constant):
                continue
            given.append((word, value))
        if "url" not in dict(given):
            raise CannotFollow(node, "a request without a URL")
        first_register = self.row([value for _, value in given])
        site = self.program.site(method, [word for word, _ in given], unused)
        target = self.target(into)
        self.code.emit("REQUEST", target, first_register, site, n=len(given))
        if into is None and not unused:
            self.replies.append(target)
        rare = {"files", "cookies", "cert", "proxies", "hooks"}
        for word, value in given:
            if word in rare and not (isinstance(value, ast.Constant) and value.value is None):
                self.note(node, f"is rendered by Python ({word}=)")
                break
        return int(target)

    def spread(self, arguments: list[ast.expr]) -> list[ast.expr]:
        """Arguments, with those of *args where these are the function's own."""
        found: list[ast.expr] = []
        for argument in arguments:
            rest = self.static(argument.value) if isinstance(argument, ast.Starred) else None
            if isinstance(rest, Rest):
                found += [
                    ast.copy_location(ast.Name(f"{rest.name}.{place}", ast.Load()), argument)
                    for place in range(rest.size)
                ]
            else:
                found.append(argument)
        return found

    def handed_on(self, keywords: list[ast.keyword]) -> list[ast.keyword]:
        """Keywords, with those of **kwargs where these are the function's own and known."""
        found: list[ast.keyword] = []
        for keyword in keywords:
            more = self.static(keyword.value) if keyword.arg is None else None
            if isinstance(more, More):
                found += [
                    ast.keyword(
                        key, ast.copy_location(ast.Name(f"{more.name}.{key}", ast.Load()), keyword)
                    )
                    for key in more.keys
                ]
            else:
                found.append(keyword)
        return found

    def keywords_of(self, node: ast.Call) -> dict[str, ast.expr]:
        """Keywords by name, with those of ``**{"name": value}``; "rest": a dict of further ones."""
        found: dict[str, ast.expr] = {}
        for keyword in self.handed_on(node.keywords):
            if keyword.arg is not None:
                found[keyword.arg] = keyword.value
                continue
            if not isinstance(keyword.value, ast.Dict):
                if "rest" in found:
                    raise CannotFollow(node, "more than one ** in a request", "write keywords out")
                found["rest"] = keyword.value
                continue
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    raise CannotFollow(node, "keywords of a request with computed names")
                found[key.value] = value
        return found

    # ---- functions of the script ---------------------------------------------------------------

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
        for place, (_, item) in enumerate(values):
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
                found[name] = [defaults[name]][0]
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
            found[more_name] = ast.fix_missing_locations(ast.copy_location(more, node))
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

    # ---- live objects ----------------------------------------------------------------------------

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
                return self.invoke(node, called, [], node.args, node.keywords, into)
            try:
                return self.invoke(node, called, [], node.args, node.keywords, into)
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
        self.emit_native(path, target, first, 1)
        for keyword in node.keywords:
            value = self.value(keyword.value)
            self.code.emit("PAIR", target, self.constant(keyword.arg), value)
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

    # ---- methods -------------------------------------------------------------------------------

    def call_method(self, node: ast.Call, into: int | None) -> int:
        """value.name(...)"""
        function = node.func
        if not isinstance(function, ast.Attribute):
            raise NotNative
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise NotNative
        owner = self.static(function.value)
        if isinstance(owner, Const) and isinstance(owner.value, logging.Logger):
            return self.log(node, function.attr, owner.value.name)
        if isinstance(owner, Client) and self.is_no_attribute(function.attr):
            target = self.code.temps()
            self.code.emit("CLIENT", target)
            self.code.emit("ATTR", target, target, self.text(function.attr))  # raises
            return int(target)
        if isinstance(owner, (Client, Self, Environment, SuperOf)):
            raise NotNative
        if isinstance(owner, Slot) and owner.name in self.scope.tainted:
            raise CannotFollow(
                node,
                f"`{self.quote(node)}` makes requests inside a class the compiler cannot follow",
                "call self.client in the task set or user itself",
            )
        inner = function.value
        if isinstance(inner, ast.Attribute) and self.static(inner.value) is None:
            path = f"{inner.attr}.{function.attr}"
            known = ("headers.get", "cookies.get", "elapsed.total_seconds")
            if path in known and not node.keywords:
                return self.method(path, inner.value, node.args, into)
        if function.attr == "format" and isinstance(inner, ast.Constant):
            return self.format(node, inner.value, into)
        if function.attr == "format" and isinstance(owner, Const) and type(owner.value) is str:
            return self.format(node, owner.value, into)
        if node.keywords or function.attr not in NATIVE_METHODS or function.attr in WALKED:
            raise NotNative
        if function.attr == "join" and len(node.args) == 1:
            return self.join(node, inner, into)
        if isinstance(owner, Const) and type(owner.value) not in (str, bytes, list, dict, tuple):
            raise NotNative
        return self.method(function.attr, inner, node.args, into)

    def is_no_attribute(self, name: str) -> bool:
        """Whether the client has no such thing, nor is ever given it: a typing mistake."""
        return not hasattr(_engine.Client, name) and name not in self.scope.stored

    def method(
        self, name: str, owner: ast.expr, arguments: list[ast.expr], into: int | None
    ) -> int:
        """Emits the call."""
        operand = self.native_value(owner)
        first = int(self.code.temps(1 + len(arguments)))
        self.code.emit("MOVE", first, operand)
        if "." not in name and not all(self.cannot_fail(a) for a in arguments):
            self.code.emit("MEET", first, self.text(name))  # the method is looked up before
        for place, argument in enumerate(arguments):
            self.value(argument, into=first + 1 + place)
        target = int(self.target(into))
        self.code.emit("METHOD", target, first, self.text(name), n=1 + len(arguments))
        return target

    def cannot_fail(self, node: ast.expr) -> bool:
        """Whether the value is there whatever happened."""
        if isinstance(node, ast.Name):
            return node.id not in self.locals or node.id in self.bound
        return isinstance(node, ast.Constant)

    def join(self, node: ast.Call, owner: ast.expr, into: int | None) -> int:
        """ ", ".join(... for ...)"""
        first = int(self.code.temps(2))
        self.value(owner, into=first)
        self.walked(node.args[0], first + 1)
        target = int(self.target(into))
        self.code.emit("METHOD", target, first, self.text("join"), n=2)
        return target

    def format(self, node: ast.Call, template: Any, into: int | None) -> int:
        """ "...".format(...) of a known text."""
        if not isinstance(template, str):
            raise NotNative
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if None in keywords:
            raise NotNative
        try:
            parts = list(string.Formatter().parse(template))
        except ValueError:
            raise NotNative from None
        values: dict[Any, int] = {}
        for place, argument in enumerate(node.args):
            values[place] = self.copy_of(argument)
        for name, value in keywords.items():
            values[name] = self.copy_of(value)
        rows: list[tuple[str, Any, str, str | None]] = []
        automatic = 0
        for text, field, spec, conversion in parts:
            if field is None:
                rows.append((text, None, "", None))
                continue
            key: Any = field
            if field == "":
                key, automatic = automatic, automatic + 1
            elif field.isdigit():
                key = int(field)
            if key not in values or "{" in (spec or ""):
                raise NotNative
            rows.append((text, key, spec or "", conversion))
        pieces = sum((1 if text else 0) + (0 if key is None else 1) for text, key, _, _ in rows)
        first = int(self.code.temps(pieces))
        at = first
        for text, key, spec, conversion in rows:
            if text:
                self.code.emit("MOVE", at, self.constant(text))
                at += 1
            if key is not None:
                number = ord(conversion) if conversion else 0
                self.code.emit("FORMAT", at, values[key], self.text(spec), n=number)
                at += 1
        target = int(self.target(into))
        self.code.emit("CONCAT", target, first, n=pieces)
        return target

    # ---- patterns ------------------------------------------------------------------------------

    def special(self, node: ast.Call, into: int | None) -> int | None:
        """Calls that are known as a whole."""
        function = node.func
        if self.is_uuid4(node):
            raise NotNative
        if isinstance(function, ast.Attribute) and function.attr in ("isoformat", "strftime"):
            zone = self.zone_of_now(function.value)
            shape = self.shape_of_time(node, function.attr) if zone is not None else None
            if shape is not None:
                pieces: list[ast.expr] = [ast.Constant(zone), ast.Constant(shape)]
                return self.native("datetime.now().isoformat()", pieces, into)
        if isinstance(function, ast.Name) and function.id == "hasattr" and len(node.args) == 2:
            return self.has_attribute(node, into)
        if isinstance(function, ast.Name) and function.id == "getattr" and len(node.args) in (2, 3):
            return self.get_attribute(node, into)
        if isinstance(function, ast.Name) and function.id == "setattr" and node.args:
            self.refuse_setattr(node)
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "get"
            and self.is_environ(function.value)
        ):
            return self.environ(node, node.args, into)
        entity = self.static(function)
        if isinstance(entity, Const) and entity.value is os.getenv:
            return self.environ(node, node.args, into)
        return None

    def refuse_setattr(self, node: ast.Call) -> None:
        """setattr(self, name, value)"""
        if isinstance(self.static(node.args[0]), Self):
            raise CannotFollow(node, "setattr on the user", "assign the attribute by name")

    def has_attribute(self, node: ast.Call, into: int | None) -> int | None:
        """hasattr(self, "token")"""
        owner, name = self.static(node.args[0]), node.args[1]
        if not isinstance(owner, Self) or not isinstance(name, ast.Constant):
            return None
        entity = self.scope.attribute(owner, str(name.value), node)
        if not isinstance(entity, Slot):
            return int(self.constant(True))
        if self.scope.has_class_attribute(owner, str(name.value)):
            return int(self.constant(True))
        target = int(self.target(into))
        self.code.emit("SELF_HAS", target, self.slot(entity), n=entity.owner)
        return target

    def get_attribute(self, node: ast.Call, into: int | None) -> int | None:
        """getattr(self, "token", None)"""
        owner, name = self.static(node.args[0]), node.args[1]
        if not isinstance(owner, Self):
            return None
        if not isinstance(name, ast.Constant):
            raise CannotFollow(node, "getattr with a computed name on the user")
        entity = self.scope.attribute(owner, str(name.value), node)
        if isinstance(entity, Const):
            return int(
                self.value(
                    ast.copy_location(
                        ast.Attribute(node.args[0], str(name.value), ast.Load()), node
                    )
                )
            )
        if not isinstance(entity, Slot) or len(node.args) != 3:
            raise CannotFollow(node, "getattr on the user")
        target, missing, end = int(self.target(None)), Label(), Label()
        slot = self.slot(entity)
        otherwise = self.value(node.args[2])
        self.code.emit("SELF_HAS", target, slot, n=entity.owner)
        self.code.emit("UNLESS", target, 0, missing)
        self.code.emit("SELF_GET", target, slot, n=entity.owner)
        self.code.emit("JUMP", 0, 0, end)
        self.code.place(missing)
        self.code.emit("MOVE", target, otherwise)
        self.code.place(end)
        return target

    def is_uuid4(self, node: ast.expr) -> bool:
        """uuid.uuid4()"""
        import uuid

        if not isinstance(node, ast.Call) or node.args or node.keywords:
            return False
        if not isinstance(os.urandom, BuiltinFunctionType) or uuid.uuid4.__module__ != "uuid":
            return False  # somebody's own
        entity = self.static(node.func)
        return isinstance(entity, Const) and entity.value is uuid.uuid4

    def zone_of_now(self, node: ast.expr) -> int | None:
        """datetime.now(): 0, datetime.utcnow(): 1, datetime.now(timezone.utc): 2."""
        from datetime import datetime, timezone

        if not isinstance(node, ast.Call) or node.keywords:
            return None
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("now", "utcnow"):
            return None
        entity = self.static(node.func.value)
        if not isinstance(entity, Const) or entity.value is not datetime:
            return None
        if not isinstance(datetime.now, BuiltinFunctionType):
            return None  # somebody's own
        if not node.args:
            return 0 if node.func.attr == "now" else 1
        zone = self.static(node.args[0])
        is_utc = isinstance(zone, Const) and zone.value is timezone.utc
        return 2 if is_utc and node.func.attr == "now" and len(node.args) == 1 else None

    @staticmethod
    def shape_of_time(node: ast.Call, method: str) -> str | None:
        """What is made of it: "" for isoformat(), "seconds", or the format of strftime."""
        if method == "strftime":
            shape = node.args[0] if len(node.args) == 1 and not node.keywords else None
            if not isinstance(shape, ast.Constant) or not isinstance(shape.value, str):
                return None
            known = re.fullmatch(r"(?:[^%\0]|%[YmdHMSfjy%])+", shape.value)
            return shape.value if known and shape.value.isascii() else None
        if not node.args and not node.keywords:
            return ""
        spec = node.keywords[0] if len(node.keywords) == 1 and not node.args else None
        if spec is None or spec.arg != "timespec" or not isinstance(spec.value, ast.Constant):
            return None
        return "seconds" if spec.value.value == "seconds" else None

    def is_environ(self, node: ast.expr) -> bool:
        """os.environ, where nothing changes it."""
        entity = self.static(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        return (
            isinstance(entity, Const)
            and entity.value is os.environ
            and not self.scope.writes.environ
        )

    def environ(self, node: ast.expr, arguments: list[ast.expr], into: int | None) -> int:
        """os.environ["X"], .get("X", default), os.getenv: as it is at the start."""
        if self.scope.writes.environ or not arguments or len(arguments) > 2:
            raise NotNative
        name = arguments[0]
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
            raise NotNative
        if name.value in os.environ:
            return int(self.constant(os.environ[name.value]))
        if isinstance(node, ast.Subscript):
            raise NotNative
        return int(self.value(arguments[1]) if len(arguments) == 2 else self.constant(None))
