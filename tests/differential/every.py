"""Every line of the grammar by itself: small scripts that run one alternative with operands of the
kinds that it is meant for, then with empty ones, then with wrong ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from .generate import (
    EXPRESSION_DEPTH,
    TABLES,
    Alternative,
    Helper,
    Scope,
    Source,
    Variable,
    Writer,
    completed,
    tidied,
)


class Single(NamedTuple):
    """A script round one alternative."""

    alternative: str
    text: Source


class _Plain(Writer):
    """Most operands are the variables of their kind."""

    def inner(self, kind: str, scope: Scope, depth: int) -> str:
        """As Writer's."""
        known = any(variable.kind == kind and variable.local for variable in scope.variables)
        if known and self.number(4):
            return self.variable(kind, scope, local=True)
        return super().inner(kind, scope, depth)


OPERANDS = {
    "int1": ("INT", "5", "0", "'7'"),
    "floa1": ("FLOAT", "2.5", "-0.0", "None"),
    "str1": ("STR", "'a-b,c/d'", "''", "12"),
    "bool1": ("BOOL", "True", "False", "'no'"),
    "list1": ("LIST", "['b', 'a', 'ccc']", "[]", "('x', 1)"),
    "ints1": ("INTS", "[3, 1, 2]", "[]", "['1', None]"),
    "dict1": ("DICT", "{'a': 1, 'b': 'x', 'n': None}", "{}", "[1]"),
    "item1": ("ITEM", "r1.json()", "{}", "None"),
    "item2": ("ITEMS", "r2.json()", "[]", "{'id': 1}"),
    "any1": ("ANY", "{'k': 1.5}", "None", "2 ** 70"),
    "e1": ("E", "ValueError('bad', 3)", "KeyError('k')", "'none'"),
}
"""Local variables: kind, and their value in each of the three runs."""

ANSWERS = (
    ("/k/ok/items/7", "/k/ok/list/3"),
    ("/k/empty/1", "/k/nothing/1"),
    ("/k/missing/1", "/k/broken/1"),
)

HELPERS = {
    "INT": ("(n, by=2)", "n + by"),
    "STR": ("(n, by='-')", "f'{n}{by}'"),
    "FLOAT": ("(n)", "n / 2"),
    "BOOL": ("(n)", "n > 2"),
    "LIST": ("(n)", "[n, n]"),
    "ITEM": ("(n)", "{'id': n, 'name': 'h', 'tags': []}"),
    "NOTHING": ("(n)", "SEEN.append(n)"),
    "R": ("(n)", "self.client.get(f'/items/{n}')"),
}

USES = {
    "TYPE": "self.client.post('/v', data=repr(isinstance(any1, <>)))",
    "TEXT": "self.client.post('/v', data=f'<>')",
    "URL": "self.client.get(<>)",
    "LIST_URL": "self.client.get(<>)",
    "OPTIONS": "self.client.post('/echo'<>)",
    "BODY": "self.client.post('/echo'<>)",
    "PAYLOAD": "self.client.post('/echo', json=<>)",
    "DATA": "self.client.post('/echo', data=<>)",
    "PARAMS": "self.client.get('/echo', params=<>)",
    "HEADERS": "self.client.get('/echo', headers=<>)",
    "CALL": "self.client.post('/v', data=repr(<>))",
    "LIST_CALL": "self.client.post('/v', data=repr(<>))",
    "CAUGHT": "with <> as r3:\n    r3.failure(f'no: {r3.text[:20]}')",
    "CAUGHT_ERROR": """
for one in (KeyError('k'), json.JSONDecodeError('m', 'text', 1), ZeroDivisionError(), TypeError(),
            AssertionError('a'), UnboundLocalError('u'), Trouble('t'), HTTPError('h', r1),
            OSError(2), IndexError('i'), AttributeError('x')):
    try:
        try:
            raise one
        except <>:
            print('caught', repr(one))
    except Exception as other:
        print('passed', repr(one), repr(other))
""",
    "RAISED": "raise <>",
    "STATEMENT": "<>",
    "JUDGEMENT": "<>",
}
"""What is done with an alternative; the value of others is sent."""


def _scope(needs: frozenset[str]) -> Scope:
    known = [Variable("r1", "R"), Variable("r2", "RL")]
    known += [Variable(name, kind) for name, (kind, *_) in OPERANDS.items()]
    known += [Variable("self.count", "INT", False), Variable("self.seen", "LIST", False)]
    marks = frozenset({"self", "helper" if "helper" in needs else "task", *(needs & {"set"})})
    scope = Scope(marks, "INT", known)
    scope.numbers = dict.fromkeys(("r", "int", "floa", "str", "bool", "list", "dict", "e"), 2)
    scope.numbers |= {"ints": 1, "item": 2, "any": 1}
    scope.loops = int("loop" in needs)
    scope.fuel = 1  # blocks hold one simple statement
    return scope


def _statement(writer: Writer, table: str, alternative: Alternative, scope: Scope) -> list[str]:
    made = writer.filled(alternative.text, scope, EXPRESSION_DEPTH - 1)
    use = USES.get(table, "self.client.post('/v', data=repr(<>))")
    lines = use.replace("<>", made).strip("\n").split("\n")
    if "loop" in alternative.needs:
        return ["for i9 in range(3):", *(f"    {line}" for line in lines)]
    return lines


def _task(writer: Writer, table: str, alternative: Alternative, turn: int) -> list[str]:
    scope = _scope(alternative.needs)
    before = len(scope.variables)
    lines = [f"{name} = {values[1 + turn]}" for name, values in OPERANDS.items()]
    lines += _statement(writer, table, alternative, scope)
    shown = [name for name in OPERANDS if name != "e1"]
    shown += [variable.name for variable in scope.variables[before:] if variable.kind != "E"]
    first, second = ANSWERS[turn]
    lines = [f"r1 = self.client.get('{first}')", f"r2 = self.client.get('{second}')", *lines]
    lines.append(f"self.client.post('/state', data=repr([{', '.join(shown)}]))")
    if "helper" in alternative.needs:
        inner = [f"    {line}" for line in [f"def inner{turn}(self):", *_indented(lines)]]
        call = [f"self.client.post('/v', data=repr(self.inner{turn}()))"]
        return [*inner, *_method(turn, call)]
    return _method(turn, lines)


def _method(turn: int, lines: list[str]) -> list[str]:
    return ["    @task", f"    def turn{turn}(self):", *(f"        {line}" for line in lines)]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _helpers(writer: Writer) -> list[str]:
    lines = []
    for kind, (parameters, value) in HELPERS.items():
        name = f"give_{kind.lower()}"
        optional = (("by", "STR" if kind == "STR" else "INT", True),) * ("by" in parameters)
        writer.helpers.append(Helper(f"self.{name}", (("n", "INT", False), *optional), kind))
        lines += [f"    def {name}(self, {parameters[1:]}:", f"        return {value}"]
    return lines


def _script(table: str, alternative: Alternative, seed: int) -> Source:
    writer = _Plain(random.Random(seed).randrange)
    lines = [
        "class Steps(SequentialTaskSet):",
        "    limit = 3",
        "    region = 'eu'",
        "    def on_start(self):",
        *("        self.user.left -= 1", "        if self.user.left < 0: raise StopUser"),
        "        self.count = 1",
        "        self.seen = ['s']",
        *("        self.total = 0.5", "        self.label = 'l'", "        self.last = None"),
        *("        self.cart = {}", "        self.item = {'id': 3, 'name': 'i'}"),
        "    def check(self, response):",
        "        return response.status_code == 200",
        *_helpers(writer),
    ]
    for turn in range(3):
        lines += _task(writer, table, alternative, turn)
    lines += ["    @task", "    def leave(self):", "        raise StopUser"]
    visitor = [
        "class Visitor(HttpUser):",
        "    left = 2",
        "    region = 'eu'",
        "    tasks = [Steps]",
    ]
    return Source(tidied(completed("\n".join([*lines, *visitor]) + "\n")))


def alternatives(table: str, seed: int = 0) -> Iterator[Single]:
    """A script for each alternative of a table; ``seed`` chooses what fills its holes."""
    for alternative in TABLES[table]:
        yield Single(alternative.text, _script(table, alternative, seed))
