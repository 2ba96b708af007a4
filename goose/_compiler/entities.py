"""What an expression can be known to be before it runs (check): the user, its client, a live
object ..., and why something cannot be followed."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple


class Self(NamedTuple):
    """The user (owner USER) or the task set (SET) that runs."""

    owner: int
    cls: type


class Client(NamedTuple):
    """self.client."""


class Verb(NamedTuple):
    """self.client.get and its like; method None: self.client.request."""

    method: str | None


class Rest(NamedTuple):
    """*args of a function: so many, in locals of their own."""

    name: str
    size: int


class More(NamedTuple):
    """**kwargs of a function that only hands them on: these keys, in locals of their own."""

    name: str
    keys: tuple[str, ...]


class Environment(NamedTuple):
    """self.environment."""


class Const(NamedTuple):
    """A live object."""

    value: Any


class Method(NamedTuple):
    """A method of the script's, on the user or task set."""

    function: Any  # a FunctionType, which mypy would bind
    self: Self


class Property(NamedTuple):
    """A property of the script's, on the user or task set."""

    function: Any  # a FunctionType, which mypy would bind
    self: Self


class Ours(NamedTuple):
    """A method of goose's own classes, like self.interrupt."""

    name: str
    self: Self


class Slot(NamedTuple):
    """An attribute of the user or task set."""

    owner: int
    name: str


class SuperOf(NamedTuple):
    """super() in a method."""

    self: Self
    after: type


Entity = (
    Self
    | Client
    | Verb
    | Rest
    | More
    | Environment
    | Const
    | Method
    | Property
    | Ours
    | Slot
    | SuperOf
)


class NotNative(Exception):
    """The compiler has nothing for it: Python may run it, if it makes no request."""


class CannotFollow(Exception):
    """It may make requests, and cannot be compiled: the whole function is Python."""

    def __init__(self, node: ast.AST | None, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.line = getattr(node, "lineno", 0)
        self.file = ""  # where, once known
        self.node = node
        self.reason = reason
        self.hint = hint
