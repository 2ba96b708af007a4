"""From a function's tree to instructions (lower): calls of every kind."""

from __future__ import annotations

import ast

from goose._compiler.entities import (
    CannotFollow,
    Client,
    Const,
    Environment,
    Method,
    NotNative,
    Ours,
    Property,
    Self,
    Slot,
    SuperOf,
    Verb,
)
from goose._compiler.functions import Functions
from goose._compiler.library import Library
from goose._compiler.methods import Methods
from goose._compiler.patterns import Patterns
from goose._compiler.requests import Requests
from goose._compiler.session import Session


class Calls(Requests, Functions, Library, Methods, Patterns, Session):
    """Lowers calls, by what is called."""

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
