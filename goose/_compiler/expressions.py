"""From a function's tree to instructions (lower): expressions."""

from __future__ import annotations

import ast
import sys
from argparse import Namespace
from types import FunctionType
from typing import Any, NamedTuple

from goose._compiler import bindings, names
from goose._compiler.calls import Calls
from goose._compiler.code import BINARY, COMPARE, IS_CONSTANT, UNARY, Code, Label, Reference
from goose._compiler.entities import (
    CannotFollow,
    Client,
    Const,
    Entity,
    Environment,
    More,
    NotNative,
    Property,
    Rest,
    Self,
    Slot,
    SuperOf,
    Verb,
)
from goose._compiler.pieces import Pieces
from goose._compiler.scope import VERBS, Scope

Comprehension = ast.ListComp | ast.DictComp | ast.GeneratorExp
_LARGE = 1 << 18
REPLY_ATTRIBUTES = frozenset(["status_code", "ok", "text", "content", "url", "reason", "history"])


class Note(NamedTuple):
    """A piece that runs as Python. ``file``: where, unless in the task's own."""

    line: int
    text: str
    what: str
    file: str = ""


class Snapshot(NamedTuple):
    """Where to go back to when something cannot be lowered."""

    in_closure: bool
    rows: int
    handlers: int
    temps: int
    bound: set[str]
    foreign: set[str]
    notes: int


class Expressions(Calls, Pieces):
    """Lowers expressions: ``value`` gives the operand that holds one."""

    def __init__(
        self, scope: Scope, unit: Any, code: Code, function: FunctionType, tree: ast.FunctionDef
    ) -> None:
        self.scope = scope
        self.unit = unit
        self.code = code
        self.program = code.program
        self.function = function
        self.tree = tree
        self.roles: dict[str, Entity] = dict(unit.roles)
        self.locals: dict[str, int] = {}
        self.bound: set[str] = set()
        self.foreign: set[str] = set()  # locals that hold what Python made
        self.aliases: dict[str, Entity] = {}
        self.notes: list[Note] = []
        self.replies: list[int] = []
        self.failing = 0
        self.in_closure = False  # in what Python makes a function of its own of
        self.island_made: ast.AST | None = None
        self.globals_declared = {
            name
            for n in ast.walk(tree)
            if isinstance(n, (ast.Global, ast.Nonlocal))
            for name in n.names
        }
        self.walrus = {n.target.id for n in ast.walk(tree) if isinstance(n, ast.NamedExpr)}
        self._take_registers()

    def _take_registers(self) -> None:
        arguments = self.tree.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        parameters = [argument.arg for argument in named]
        for entity in self.roles.values():
            if isinstance(entity, Rest):
                parameters += [f"{entity.name}.{place}" for place in range(entity.size)]
            if isinstance(entity, More):
                parameters += [f"{entity.name}.{key}" for key in entity.keys]
        if arguments.kwarg:
            parameters.append(arguments.kwarg.arg)
        for name in parameters:
            if name in self.roles:
                continue
            self.locals[name] = self.code.local()
            self.bound.add(name)
        self.code.params = len(self.locals)
        for name in bindings.assigned(self.tree):
            if name not in self.roles and name not in self.globals_declared:
                self.locals.setdefault(name, -1)
        for name, place in self.locals.items():
            if place < 0:
                self.locals[name] = self.code.local()

    def check_bindings(self) -> bool:
        """Whether it is a generator; CannotFollow for a task with parameters that nobody gives."""
        vararg = self.tree.args.vararg
        if vararg and vararg.arg not in self.roles:
            raise CannotFollow(self.tree, "it takes any number of arguments (*args)")
        return any(
            isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await))
            for node in bindings.own_nodes(self.tree)
        )

    # ---- state ---------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """What ``restore`` goes back to."""
        rows, handlers, temps = self.code.state()
        return Snapshot(
            self.in_closure,
            rows,
            handlers,
            temps,
            set(self.bound),
            set(self.foreign),
            len(self.notes),
        )

    def restore(self, to: Snapshot) -> None:
        """Forgets what was lowered since."""
        self.in_closure = to.in_closure
        self.code.restore(to.rows, to.handlers, to.temps)
        self.bound, self.foreign = set(to.bound), set(to.foreign)
        del self.notes[to.notes :]

    def note(self, node: ast.AST, what: str) -> None:
        """A piece that Python runs, unless only errors lead there."""
        if not self.failing:
            file = self.function.__code__.co_filename
            self.notes.append(Note(getattr(node, "lineno", 0), self.quote(node), what, file))

    @staticmethod
    def quote(node: ast.AST) -> str:
        """The source of a node, on one line."""
        text = " ".join(ast.unparse(node).split())
        return text if len(text) <= 60 else text[:57] + "..."

    def drop_replies(self) -> None:
        """Replies in temporary registers are let go, as Python would."""
        for register in self.replies:
            self.code.emit("UNSET", register)
        self.replies.clear()

    # ---- names ---------------------------------------------------------------------------------

    def is_local(self, name: str) -> bool:
        return name in self.locals

    def register(self, name: str) -> int:
        return self.locals[name]

    def read_local(self, name: str, node: ast.AST) -> int:
        if name not in self.bound:
            self.code.emit("CHECK", self.locals[name], self.text(name), n=int(self.in_closure))
            self.bound.add(name)
        return self.locals[name]

    def alias(self, name: str, value: ast.expr) -> bool:
        """client = self.client: a name for what is known already, set once."""
        entity = self.static(value) if isinstance(value, (ast.Name, ast.Attribute)) else None
        if not isinstance(entity, (Self, Client, Environment)):
            return False
        if bindings.count_stores(self.tree, name) != 1:
            raise CannotFollow(value, f"`{name}` is the user or its client, and more")
        self.aliases[name] = entity
        return True

    def kind_of(self, name: str, value: ast.expr) -> None:
        """Remembers whether the local was just made by an island."""
        if self.island_made is value:
            self.foreign.add(name)
        else:
            self.foreign.discard(name)

    def constant(self, value: Any) -> int:
        return self.program.constant(value)

    def reference(self, value: Any) -> int:
        return self.program.constant(Reference(value))

    def text(self, value: str) -> int:
        return self.program.text(value)

    def slot(self, entity: Slot) -> int:
        return self.program.slot(entity.owner, entity.name)

    # ---- what is known before it runs ------------------------------------------------------------

    def static(self, node: ast.expr | None) -> Entity | None:
        """What an expression is known to be, or None."""
        if isinstance(node, ast.Name):
            return self._static_name(node)
        if isinstance(node, ast.Attribute):
            return self._static_attribute(node)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "super"
        ):
            return self._super(node)
        return None

    def _static_name(self, node: ast.Name) -> Entity | None:
        name = node.id
        if name in self.aliases:
            return self.aliases[name]
        if name in self.roles:
            return self.roles[name]
        if name in self.locals:
            return None
        found = names.closure_value(self.function, name)
        if found is not names.MISSING and name in self.scope.writes.nonlocals:
            raise CannotFollow(node, f"`{name}` of the enclosing function changes")
        if found is names.MISSING:
            module = str(self.function.__globals__.get("__name__"))
            if (module, name) in self.scope.writes.globals:
                return None
            found = names.global_value(self.function, name)
        return None if found is names.MISSING else Const(found)

    def _static_attribute(self, node: ast.Attribute) -> Entity | None:
        owner = self.static(node.value)
        if isinstance(owner, Self):
            return self.scope.attribute(owner, node.attr, node)
        if isinstance(owner, Client):
            if node.attr in VERBS:
                return Verb(node.attr.upper())
            return Verb(None) if node.attr == "request" else None
        if isinstance(owner, SuperOf):
            return self.super_attribute(owner, node)
        if isinstance(owner, Environment):
            return self._environment(node)
        if isinstance(owner, Const):
            found = names.attribute_value(owner.value, node.attr, self.scope.writes)
            return None if found is names.MISSING else Const(found)
        return None

    def _environment(self, node: ast.Attribute) -> Entity | None:
        environment, name = self.scope.environment, node.attr
        if name not in ("host", "parsed_options"):
            return None
        if environment is None:  # explained without an attack
            self.unit.unsure[self.quote(node)] = node.lineno
            return Const("" if name == "host" else Namespace())
        if name in self.scope.writes.attributes:
            return None
        return Const(getattr(environment, name, None))

    def _super(self, node: ast.Call) -> Entity | None:
        for entity in self.roles.values():
            if isinstance(entity, Self) and not node.args and self.unit.defined_in is not None:
                return SuperOf(entity, self.unit.defined_in)
        return None

    def known_truth(self, node: ast.expr) -> bool | None:
        """Of a condition whose value is known: hasattr(self, "x") of a class attribute ..."""
        if isinstance(node, ast.Constant):
            return bool(node.value)
        return None

    # ---- values --------------------------------------------------------------------------------

    def value(self, node: ast.expr, into: int | None = None, unused: bool = False) -> int:
        """The operand that holds the expression's value; ``into``: in that register."""
        before, line = self.snapshot(), self.code.line
        self.code.line = getattr(node, "lineno", line)
        try:
            self.island_made = None
            if isinstance(node, ast.Call):
                operand = self.call(node, into, unused)
            else:
                method = getattr(self, "of_" + type(node).__name__, None)
                if method is None:
                    raise NotNative
                operand = method(node, into)
        except NotNative:
            self.restore(before)
            operand = self.island(node, into)
        self.code.line = line
        if into is not None and operand != into:
            self.code.emit("MOVE", into, operand)
            operand = into
        return operand

    def copy_of(self, node: ast.expr) -> int:
        """The value in a register that later code does not change."""
        operand = self.value(node)
        if operand & IS_CONSTANT:
            return operand
        temp = self.code.temps()
        self.code.emit("MOVE", temp, operand)
        return temp

    def row(self, nodes: list[ast.expr]) -> int:
        """The values in registers in a row; the first of them."""
        first = self.code.temps(len(nodes))
        for place, node in enumerate(nodes):
            self.value(node, into=first + place)
        return first

    def target(self, into: int | None) -> int:
        """A register for a result."""
        return self.code.temps() if into is None else into

    def of_Constant(self, node: ast.Constant, into: int | None) -> int:
        if not names.is_plain(node.value):
            return self.reference(node.value)
        return self.constant(node.value)

    def of_Name(self, node: ast.Name, into: int | None) -> int:
        if node.id in self.locals and node.id not in self.aliases:
            operand = self.read_local(node.id, node)
            if node.id not in self.walrus:
                return operand
            target = self.target(into)  # what is evaluated after it may change the local
            self.code.emit("MOVE", target, operand)
            return target
        return self.of_entity(node, into)

    def of_Attribute(self, node: ast.Attribute, into: int | None) -> int:
        entity = self.static(node)
        if entity is not None:
            return self.of_entity(node, into)
        if node.attr == "hex" and self.is_uuid4(node.value):
            return self.native("uuid.uuid4().hex", [], into)
        owner = self.static(node.value)
        if isinstance(owner, Const):
            target = self.target(into)
            self.code.emit("ATTR", target, self.of_entity(node.value, None), self.text(node.attr))
            self.note(node, "is read by Python")
            return target
        if owner is not None or node.attr not in REPLY_ATTRIBUTES:
            raise NotNative
        operand = self.native_value(node.value)
        target = self.target(into)
        self.code.emit("ATTR", target, operand, self.text(node.attr))
        return target

    def native_value(self, node: ast.expr) -> int:
        """The value of a receiver; where Python makes it, Python goes on with it."""
        operand = self.value(node)
        if self.island_made is node:
            raise NotNative
        return operand

    def of_entity(self, node: ast.expr, into: int | None) -> int:
        """The value of what is known."""
        entity = self.static(node)
        if isinstance(entity, Const):
            return self.of_object(entity.value)
        if isinstance(entity, Slot):
            target = self.target(into)
            self.code.emit("SELF_GET", target, self.slot(entity), n=entity.owner)
            return target
        if isinstance(entity, Rest):
            names_of = [
                ast.copy_location(ast.Name(f"{entity.name}.{place}", ast.Load()), node)
                for place in range(entity.size)
            ]
            return self.display("TUPLE", list(names_of), into)
        if isinstance(entity, More):
            values: list[ast.expr] = [
                ast.copy_location(ast.Name(f"{entity.name}.{key}", ast.Load()), node)
                for key in entity.keys
            ]
            keys: list[ast.expr | None] = [ast.Constant(key) for key in entity.keys]
            return self.of_Dict(ast.Dict(keys, values), into)
        if isinstance(entity, Property):
            return self.invoke(node, entity.function, [entity.self], [], [], into)
        if entity is None:
            raise NotNative
        raise CannotFollow(node, f"`{self.quote(node)}` is used as a value")

    def of_object(self, value: Any) -> int:
        """The operand of a live object."""
        if isinstance(value, (str, bytes)) and len(value) > _LARGE:
            return self.reference(value)  # one copy of it is enough
        if names.is_plain(value):
            return self.constant(value)
        if type(value) in names.CONTAINERS and not self.is_shared(value):
            return self.constant(value)
        return self.reference(value)

    def is_shared(self, value: Any) -> bool:
        """Whether a container may be changed while the attack runs."""
        if id(value) in self.scope.thawed:
            return True
        for module in self.scope.modules:
            for name, other in vars(module).items():
                if other is value and (module.__name__, name) in self.scope.writes.unsafe:
                    return True
        return False

    def of_BinOp(self, node: ast.BinOp, into: int | None) -> int:
        shape = node.left.value if isinstance(node.left, ast.Constant) else None
        if isinstance(node.op, ast.Mod) and isinstance(shape, str):
            return self.percent(node, shape, into)
        left = self.value(node.left)
        right = self.value(node.right)
        target = self.target(into)
        self.code.emit("BINARY", target, left, right, n=BINARY.index(type(node.op).__name__))
        return target

    def of_UnaryOp(self, node: ast.UnaryOp, into: int | None) -> int:
        operand = self.value(node.operand)
        number: Any = node.operand.value if isinstance(node.operand, ast.Constant) else None
        is_number = operand & IS_CONSTANT and type(number) in (int, float)
        if is_number and isinstance(node.op, ast.USub):
            return self.constant(-number)
        target = self.target(into)
        if isinstance(node.op, ast.Not):
            self.code.emit("NOT", target, operand)
        else:
            self.code.emit("UNARY", target, operand, n=UNARY.index(type(node.op).__name__))
        return target

    def of_Compare(self, node: ast.Compare, into: int | None) -> int:
        members = self.constant_set(node)
        if members is not None:
            target = self.native("x in {...}", [node.left, members], into)
            if isinstance(node.ops[0], ast.NotIn):
                self.code.emit("NOT", target, target)
            return target
        target = self.target(None)
        end = Label()
        left = self.value(node.left)
        bound = self.bound
        for place, (operator, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            operand = self.value(right)
            if place == 0:
                bound = set(self.bound)  # what follows may be jumped over
            code = COMPARE.index(type(operator).__name__)
            self.code.emit("COMPARE", target, left, operand, n=code)
            if place + 1 < len(node.ops):
                self.code.emit("UNLESS", target, 0, end)
            left = operand
        self.bound = bound
        self.code.place(end)
        return target

    @staticmethod
    def constant_set(node: ast.Compare) -> ast.expr | None:
        """The members of ``x in {1, 2}``, as a tuple."""
        display = node.comparators[0]
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return None
        if not isinstance(display, ast.Set):
            return None
        if not all(isinstance(item, ast.Constant) for item in display.elts):
            return None
        return ast.copy_location(ast.Tuple(display.elts, ast.Load()), node)

    def of_BoolOp(self, node: ast.BoolOp, into: int | None) -> int:
        target, end = self.target(None), Label()
        jump = "UNLESS" if isinstance(node.op, ast.And) else "IF"
        self.value(node.values[0], into=target)
        bound = set(self.bound)  # what follows may be jumped over
        for part in node.values[1:]:
            self.code.emit(jump, target, 0, end)
            self.value(part, into=target)
        self.bound = bound
        self.code.place(end)
        return target

    def of_IfExp(self, node: ast.IfExp, into: int | None) -> int:
        target, otherwise, end = self.target(None), Label(), Label()
        self.branch(node.test, otherwise, False)
        bound = set(self.bound)
        self.value(node.body, into=target)
        self.code.emit("JUMP", 0, 0, end)
        self.code.place(otherwise)
        self.bound = set(bound)
        self.value(node.orelse, into=target)
        self.bound = bound
        self.code.place(end)
        return target

    def branch(self, node: ast.expr, to: Label, when: bool) -> None:
        """Goes to the label if the condition is ``when``."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.branch(node.operand, to, not when)
            return
        if isinstance(node, ast.BoolOp):
            sooner = isinstance(node.op, ast.Or)  # the value that decides alone
            past, bound = Label(), self.bound
            for part in node.values:
                last = part is node.values[-1]
                if sooner == when or last:
                    self.branch(part, to, when)
                else:
                    self.branch(part, past, not when)
                if part is node.values[0]:
                    bound = set(self.bound)  # what follows may be jumped over
            self.bound = bound
            self.code.place(past)
            return
        operand = self.value(node)
        self.code.emit("IF" if when else "UNLESS", operand, 0, to)

    def of_NamedExpr(self, node: ast.NamedExpr, into: int | None) -> int:
        if not isinstance(node.target, ast.Name) or not self.is_local(node.target.id):
            raise NotNative
        register = self.register(node.target.id)
        self.value(node.value, into=register)
        self.kind_of(node.target.id, node.value)
        self.bound.add(node.target.id)
        return register

    # ---- subscripts and displays ---------------------------------------------------------------

    def of_Subscript(self, node: ast.Subscript, into: int | None) -> int:
        if isinstance(node.slice, ast.Slice):
            owner = self.native_value(node.value)
            first = self.code.temps(3)
            for place, part in enumerate((node.slice.lower, node.slice.upper, node.slice.step)):
                if part is None:
                    self.code.emit("UNSET", first + place)
                else:
                    self.value(part, into=first + place)
            target = self.target(into)
            self.code.emit("SLICE", target, owner, first)
            return target
        if self.is_environ(node.value):
            return self.environ(node, [node.slice], into)
        if self.part_of_session(node.value):
            return self.session_item(node, into)
        steps: list[ast.expr] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Subscript) and not isinstance(inner.slice, ast.Slice):
            steps.insert(0, inner.slice)
            inner = inner.value
        if self.is_of_reply(inner) and len(steps) == 1:
            assert isinstance(inner, ast.Attribute)
            return self.method(f"{inner.attr}.__getitem__", inner.value, steps, into)
        owner = self.native_value(inner)
        if len(steps) == 1:
            at = self.value(steps[0])
            target = self.target(into)
            self.code.emit("INDEX", target, owner, at)
            return target
        first = self.row(steps)
        target = self.target(into)
        self.code.emit("PATH", target, owner, first, n=len(steps))
        return target

    def is_of_reply(self, node: ast.expr) -> bool:
        """r.headers or r.cookies, where r is no client."""
        return (
            isinstance(node, ast.Attribute)
            and node.attr in ("headers", "cookies")
            and self.static(node.value) is None
            and not (isinstance(node.value, ast.Name) and node.value.id in self.foreign)
        )

    def of_List(self, node: ast.List, into: int | None) -> int:
        return self.display("LIST", node.elts, into)

    def of_Tuple(self, node: ast.Tuple, into: int | None) -> int:
        if all(isinstance(item, ast.Constant) for item in node.elts):
            whole = tuple(item.value for item in node.elts)  # type: ignore[attr-defined]
            if names.is_plain(whole):
                return self.constant(whole)
        return self.display("TUPLE", node.elts, into)

    def display(self, op: str, items: list[ast.expr], into: int | None) -> int:
        if any(isinstance(item, ast.Starred) for item in items):
            return self.starred(op, items)
        if len(items) > 200:
            raise NotNative
        first = self.row(items)
        target = self.target(into)
        self.code.emit(op, target, first, n=len(items))
        return target

    def starred(self, op: str, items: list[ast.expr]) -> int:
        if op != "LIST":
            raise NotNative
        target = self.target(None)
        self.code.emit("LIST", target, 0, n=0)
        for item in items:
            if isinstance(item, ast.Starred):
                self.code.emit("EXTEND", target, self.value(item.value))
            else:
                self.code.emit("PUSH", target, self.value(item))
        return target

    def of_Dict(self, node: ast.Dict, into: int | None) -> int:
        target = self.target(None)
        if None in node.keys or len(node.keys) > 100:
            self.code.emit("DICT", target, 0, n=0)
            for key, item in zip(node.keys, node.values, strict=True):
                if key is None:
                    self.code.emit("MERGE", target, self.value(item))
                else:
                    self.code.emit("PAIR", target, self.copy_of(key), self.value(item))
            return target
        first = self.code.temps(2 * len(node.keys))
        for place, (key, item) in enumerate(zip(node.keys, node.values, strict=True)):
            assert key is not None
            self.value(key, into=first + 2 * place)
            self.value(item, into=first + 2 * place + 1)
        self.code.emit("DICT", target, first, n=len(node.keys))
        return target

    # ---- comprehensions ------------------------------------------------------------------------

    def of_ListComp(self, node: ast.ListComp, into: int | None) -> int:
        return self.comprehension(node, node.elt, None)

    def of_DictComp(self, node: ast.DictComp, into: int | None) -> int:
        return self.comprehension(node, node.value, node.key)

    def comprehension(
        self,
        node: Comprehension,
        item: ast.expr,
        key: ast.expr | None,
    ) -> int:
        """A list, or a dict with ``key``."""
        target = self.target(None)
        self.code.emit("LIST" if key is None else "DICT", target, 0, n=0)

        def add() -> None:
            if key is None:
                self.code.emit("PUSH", target, self.value(item))
            else:
                self.code.emit("PAIR", target, self.copy_of(key), self.value(item))

        self.walk(node, add)
        return target

    def walk(self, node: Comprehension, inside: Any) -> None:
        """The loops of a comprehension around ``inside()``; its names are its own."""
        generators = node.generators
        names_inside = [
            n.id
            for generator in generators
            for n in ast.walk(generator.target)
            if isinstance(n, ast.Name)
        ]
        hidden = {name: self.locals.get(name) for name in names_inside}
        bound, foreign, aliases = set(self.bound), set(self.foreign), dict(self.aliases)
        iterator = self.iterator(generators[0].iter)
        for name in names_inside:
            self.locals[name] = self.code.temps()
            self.bound.discard(name)
            self.foreign.discard(name)
            self.aliases.pop(name, None)
        outer = self.in_closure
        # PEP 709: those of 3.12 are part of the function, but for generators
        inlined = sys.version_info >= (3, 12) and not isinstance(node, ast.GeneratorExp)
        self.in_closure = outer or not inlined
        self._walk(generators, 0, iterator, inside)
        self.in_closure = outer
        for name, place in hidden.items():
            if place is None:
                del self.locals[name]
            else:
                self.locals[name] = place
        self.bound, self.foreign, self.aliases = bound, foreign, aliases

    def _walk(
        self, generators: list[ast.comprehension], depth: int, iterator: int, inside: Any
    ) -> None:
        generator = generators[depth]
        if generator.is_async:
            raise NotNative
        again, done = Label(), Label()
        item = self.code.temps()
        self.code.place(again)
        self.code.emit("NEXT", item, iterator, done)
        self.store(generator.target, item)
        mark = self.code.mark()
        for condition in generator.ifs:
            self.branch(condition, again, False)
        if depth + 1 < len(generators):
            inner = self.iterator(generators[depth + 1].iter)
            self._walk(generators, depth + 1, inner, inside)
        else:
            inside()
        self.code.release(mark)
        self.code.emit("JUMP", 0, 0, again)
        self.code.place(done)

    # ---- text ----------------------------------------------------------------------------------

    def of_JoinedStr(self, node: ast.JoinedStr, into: int | None) -> int:
        pieces: list[ast.expr] = list(node.values)
        first = self.code.temps(len(pieces))
        for place, piece in enumerate(pieces):
            if isinstance(piece, ast.FormattedValue):
                self.formatted(piece, first + place)
            else:
                self.value(piece, into=first + place)
        target = self.target(into)
        self.code.emit("CONCAT", target, first, n=len(pieces))
        return target

    def formatted(self, node: ast.FormattedValue, into: int) -> None:
        spec = ""
        if node.format_spec is not None:
            parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
            if not all(isinstance(part, ast.Constant) for part in parts):
                raise NotNative
            spec = "".join(str(part.value) for part in parts)  # type: ignore[attr-defined]
        conversion = max(node.conversion, 0)
        if not spec and not conversion:
            self.text_of(node.value, into)
            return
        self.code.emit("FORMAT", into, self.value(node.value), self.text(spec), n=conversion)

    def is_only_text(self, name: str) -> bool:
        """Whether a local that is assigned once is only made text of: str(x), f"{x}"."""
        if bindings.count_stores(self.tree, name) != 1:
            return False
        read: set[int] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FormattedValue):
                if node.format_spec is None and node.conversion in (-1, ord("s")):
                    read.add(id(node.value))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                entity = self.static(node.func)
                if isinstance(entity, Const) and entity.value is str and len(node.args) == 1:
                    read.add(id(node.args[0]))
        return all(
            id(node) in read
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        )

    def text_of(self, node: ast.expr, into: int) -> None:
        """A value that is about to become text."""
        if self.is_uuid4(node):
            self.native("str(uuid.uuid4())", [], into)
        else:
            self.value(node, into=into)

    def percent(self, node: ast.BinOp, template: str, into: int | None) -> int:
        pieces = split_percent(template)
        if pieces is None:
            raise NotNative
        wanted = sum(1 for piece in pieces if piece.startswith("%"))
        many = isinstance(node.right, ast.Tuple)
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        if len(given) != wanted or any(isinstance(item, ast.Starred) for item in given):
            raise NotNative
        values = [self.copy_of(item) for item in given]
        first = self.code.temps(len(pieces))
        for place, piece in enumerate(pieces):
            if piece.startswith("%"):
                spec = self.text(piece)
                self.code.emit("PERCENT", first + place, values.pop(0), spec, n=0 if many else 1)
            else:
                self.code.emit("MOVE", first + place, self.constant(piece[1:]))
        target = self.target(into)
        self.code.emit("CONCAT", target, first, n=len(pieces))
        return target


def split_percent(template: str) -> list[str] | None:
    """A %-template in pieces: conversions, and plain text behind a mark. None: by name or *."""
    import re

    pieces: list[str] = []
    at = 0
    for found in re.finditer(r"%(?:%|[-+ #0]*\d*(?:\.\d+)?[hlL]?[diouxXeEfFgGcrsa])", template):
        if "%" in template[at : found.start()]:
            return None
        text = template[at : found.start()]
        at = found.end()
        if found[0] == "%%":
            pieces.append("=" + text + "%")
            continue
        if text:
            pieces.append("=" + text)
        pieces.append(found[0])
    rest = template[at:]
    if "%" in rest:
        return None
    return [*pieces, "=" + rest] if rest else pieces
