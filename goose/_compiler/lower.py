"""From a function's tree to instructions (lower): statements. Expressions: ``expressions.py``."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any, NamedTuple

from goose._compiler import bindings, names
from goose._compiler.code import BINARY, IN_PLACE, NOTHING, Code, Label
from goose._compiler.entities import (
    CannotFollow,
    Client,
    Const,
    Environment,
    NotNative,
    Slot,
)
from goose._compiler.expressions import Expressions
from goose._compiler.managers import Managers
from goose._compiler.scope import Scope
from goose.exception import InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately, StopUser

# What ends a task on purpose; an except clause for none of these is narrow.
_CONTROL = (StopUser, InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately)


class Loop:
    """Where break and continue go, and how deep in finally they stand."""

    def __init__(self, depth: int) -> None:
        self.again = Label()
        self.out = Label()
        self.depth = depth


class Region:
    """Instructions under a handler. Holes: what of finally runs on the way out of it."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.holes: list[tuple[int, int]] = []

    def parts(self, stop: int) -> list[tuple[int, int]]:
        """The instructions in it, without the holes."""
        found, at = [], self.start
        for start, end in sorted(self.holes):
            found.append((at, start))
            at = max(at, end)
        return [*found, (at, stop)]


class Final(NamedTuple):
    """A finally to run on the way out; ``depth``: how many regions stand around its try."""

    body: list[ast.stmt]
    depth: int


class Lowering(Expressions, Managers):
    """Lowers one function."""

    def __init__(
        self, scope: Scope, unit: object, code: Code, function: FunctionType, tree: ast.FunctionDef
    ) -> None:
        super().__init__(scope, unit, code, function, tree)
        self.loops: list[Loop] = []
        self.finals: list[Final] = []
        self.regions: list[Region] = []
        self.caught: list[int] = []
        self.imports = [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]

    def lower(self) -> None:
        """The whole function."""
        if self.check_bindings():
            raise CannotFollow(self.tree, "it is a generator", "")
        self.body(self.tree.body)
        self.code.emit("RETURN", self.constant(None))

    def body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            mark = self.code.mark()
            self.code.line = statement.lineno
            self.statement(statement)
            self.drop_replies()
            self.code.release(mark)

    def statement(self, node: ast.stmt) -> None:
        """Lowers it, or makes an island of it."""
        before = self.snapshot()
        stacks: tuple[list[Any], ...] = (self.loops, self.finals, self.regions, self.caught)
        depths = [len(stack) for stack in stacks]
        failing = self.failing
        try:
            if self.caught and self.uses_current_error(node):
                raise NotNative
            method = getattr(self, "on_" + type(node).__name__, None)
            if method is None:
                raise NotNative
            method(node)
        except NotNative:
            self.restore(before)
            self.failing = failing
            for stack, depth in zip(stacks, depths, strict=True):
                del stack[depth:]
            self.statement_island(node)

    # ---- plain statements ----------------------------------------------------------------------

    def on_Pass(self, node: ast.Pass) -> None:
        pass

    def on_Global(self, node: ast.Global) -> None:
        pass

    on_Nonlocal = on_Global

    def on_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Names for modules that are there already, or for what they hold."""
        found = names.imported(node)
        if found is None or node not in self.tree.body:
            raise NotNative
        for name in found:
            stores = bindings.defined(node).count(name) + bindings.count_stores(self.tree, name)
            loads = [n for n in ast.walk(self.tree) if isinstance(n, ast.Name) and n.id == name]
            others = [n for n in self.imports if n is not node and name in bindings.defined(n)]
            if stores != 1 or others or any(n.lineno <= node.lineno for n in loads):
                raise NotNative
        for name, value in found.items():
            self.aliases[name] = Const(value)

    on_ImportFrom = on_Import

    def on_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        self.value(node.value, unused=True)

    def on_Assign(self, node: ast.Assign) -> None:
        if len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and self.alias(target.id, node.value):
                return
            if isinstance(target, ast.Name) and self.is_local(target.id):
                if self.is_uuid4(node.value) and self.is_only_text(target.id):
                    self.native("str(uuid.uuid4())", [], self.register(target.id))
                else:
                    self.value(node.value, into=self.register(target.id))
                self.kind_of(target.id, node.value)
                self.bound.add(target.id)
                return
            if (
                isinstance(target, (ast.Tuple, ast.List))
                and isinstance(node.value, (ast.Tuple, ast.List))
                and len(target.elts) == len(node.value.elts)
                and not any(isinstance(e, ast.Starred) for e in [*target.elts, *node.value.elts])
            ):
                temps = [self.copy_of(item) for item in node.value.elts]
                for item, temp in zip(target.elts, temps, strict=True):
                    self.store(item, temp)
                return
        operand = self.value(node.value)
        for target in node.targets:
            self.store(target, operand)

    def on_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            assign = ast.Assign([node.target], node.value)
            self.on_Assign(ast.copy_location(assign, node))

    def on_AugAssign(self, node: ast.AugAssign) -> None:
        operator = BINARY.index(type(node.op).__name__) | IN_PLACE
        target = node.target
        if isinstance(target, ast.Name):
            if not self.is_local(target.id):
                raise NotNative
            register = self.read_local(target.id, node)
            right = self.value(node.value)
            self.code.emit("BINARY", register, register, right, n=operator)
        elif isinstance(target, ast.Attribute):
            entity = self.static(target)
            if not isinstance(entity, Slot):
                raise NotNative
            temp = self.code.temps()
            slot = self.slot(entity)
            self.code.emit("SELF_GET", temp, slot, n=entity.owner)
            right = self.value(node.value)
            self.code.emit("BINARY", temp, temp, right, n=operator)
            self.code.emit("SELF_SET", temp, slot, n=entity.owner)
        elif isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            owner, at, temp = (
                self.copy_of(target.value),
                self.copy_of(target.slice),
                self.code.temps(),
            )
            self.code.emit("INDEX", temp, owner, at)
            right = self.value(node.value)
            self.code.emit("BINARY", temp, temp, right, n=operator)
            self.code.emit("INDEX_SET", owner, at, temp)
        else:
            raise NotNative

    def on_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name) and self.is_local(target.id):
                self.code.emit("UNSET", self.read_local(target.id, target))
                self.bound.discard(target.id)
            elif isinstance(target, ast.Subscript) and self.session_delete(target):
                pass
            elif isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
                self.code.emit("INDEX_DEL", self.value(target.value), self.value(target.slice))
            elif isinstance(target, ast.Attribute) and isinstance(self.static(target), Slot):
                entity = self.static(target)
                assert isinstance(entity, Slot)
                self.code.emit("SELF_DEL", 0, self.slot(entity), n=entity.owner)
            else:
                raise NotNative

    def store(self, target: ast.expr, operand: int) -> None:
        """target = operand"""
        if isinstance(target, ast.Name):
            if not self.is_local(target.id):
                raise NotNative
            self.code.emit("MOVE", self.register(target.id), operand)
            self.bound.add(target.id)
            self.foreign.discard(target.id)
        elif isinstance(target, ast.Attribute):
            entity = self.static(target)
            if isinstance(entity, Slot):
                self.code.emit("SELF_SET", operand, self.slot(entity), n=entity.owner)
            elif entity is None:
                self.code.emit("ATTR_SET", self.owner_of(target), self.text(target.attr), operand)
                self.note(target, "sets an attribute of a Python object")
            else:
                raise NotNative
        elif isinstance(target, ast.Subscript) and self.session_store(target, operand):
            pass
        elif isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            self.code.emit("INDEX_SET", self.value(target.value), self.value(target.slice), operand)
        elif isinstance(target, (ast.Tuple, ast.List)):
            if any(isinstance(item, ast.Starred) for item in target.elts):
                raise NotNative
            first = self.code.temps(len(target.elts))
            self.code.emit("UNPACK", first, operand, n=len(target.elts))
            for place, item in enumerate(target.elts):
                self.store(item, first + place)
        else:
            raise NotNative

    def owner_of(self, target: ast.Attribute) -> int:
        """The object whose attribute is set."""
        owner = self.static(target.value)
        if isinstance(owner, Client):
            temp = self.code.temps()
            self.code.emit("CLIENT", temp)
            return temp
        if isinstance(owner, Environment):
            return self.reference(self.scope.environment)
        return self.value(target.value)

    # ---- branches ------------------------------------------------------------------------------

    def on_If(self, node: ast.If) -> None:
        known = self.known_truth(node.test)
        if known is not None:
            self.body(node.body if known else node.orelse)
            return
        otherwise, end = Label(), Label()
        self.branch(node.test, otherwise, False)
        before = set(self.bound)
        self.body(node.body)
        after = self.bound
        self.bound = set(before)
        if node.orelse:
            self.code.emit("JUMP", 0, 0, end)
        self.code.place(otherwise)
        self.body(node.orelse)
        self.bound = self.merged(after, node.body, self.bound, node.orelse)
        self.code.place(end)

    @staticmethod
    def merged(
        a: set[str], a_body: list[ast.stmt], b: set[str], b_body: list[ast.stmt]
    ) -> set[str]:
        """What is bound behind two ways, one of which may not come back."""
        if a_body and isinstance(a_body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            return b
        if b_body and isinstance(b_body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            return a
        return a & b

    def on_While(self, node: ast.While) -> None:
        loop = Loop(len(self.finals))
        self.loops.append(loop)
        done = Label()
        self.bound -= bindings.unbound_in([node])
        before = set(self.bound)
        self.code.place(loop.again)
        self.branch(node.test, done, False)
        self.body(node.body)
        self.code.line = node.lineno
        self.code.emit("JUMP", 0, 0, loop.again)
        self.loops.pop()
        self.code.place(done)
        self.bound = set(before)
        self.body(node.orelse)
        self.bound &= before
        self.code.place(loop.out)

    def on_For(self, node: ast.For) -> None:
        loop, done = Loop(len(self.finals)), Label()
        iterator = self.iterator(node.iter)
        item = self.code.temps()
        self.bound -= bindings.unbound_in([node])
        before = set(self.bound)
        self.loops.append(loop)
        self.code.place(loop.again)
        direct = isinstance(node.target, ast.Name) and self.is_local(node.target.id)
        if direct:
            assert isinstance(node.target, ast.Name)
            item = self.register(node.target.id)
            self.foreign.discard(node.target.id)
        self.code.emit("NEXT", item, iterator, done)
        if direct:
            assert isinstance(node.target, ast.Name)
            self.bound.add(node.target.id)
        else:
            self.store(node.target, item)
        self.body(node.body)
        self.code.line = node.lineno
        self.code.emit("JUMP", 0, 0, loop.again)
        self.loops.pop()
        self.code.place(done)
        self.bound = set(before)
        self.code.emit("UNSET", iterator)
        self.body(node.orelse)
        self.bound &= before
        self.code.place(loop.out)

    def on_Break(self, node: ast.Break) -> None:
        if not self.loops:
            raise NotNative
        self.leave_finals(self.loops[-1].depth)
        self.code.emit("JUMP", 0, 0, self.loops[-1].out)

    def on_Continue(self, node: ast.Continue) -> None:
        if not self.loops:
            raise NotNative
        self.leave_finals(self.loops[-1].depth)
        self.code.emit("JUMP", 0, 0, self.loops[-1].again)

    def on_Return(self, node: ast.Return) -> None:
        operand = self.constant(None) if node.value is None else self.value(node.value)
        if self.finals and node.value is not None:
            kept = self.code.temps()
            self.code.emit("MOVE", kept, operand)
            operand = kept
        self.leave_finals(0)
        self.code.emit("RETURN", operand)

    def leave_finals(self, depth: int) -> None:
        """What stands in finally runs on the way out, the innermost first."""
        kept = self.finals
        for place in range(len(kept) - 1, depth - 1, -1):
            self.finals = kept[:place]
            start = self.code.here()
            bound = set(self.bound)
            self.body(kept[place].body)
            self.bound = bound
            for region in self.regions[kept[place].depth :]:
                region.holes.append((start, self.code.here()))
        self.finals = kept

    def open_region(self) -> Region:
        """What follows stands under a handler."""
        self.regions.append(Region(self.code.here()))
        return self.regions[-1]

    def close_region(self, region: Region) -> list[tuple[int, int]]:
        """It does no longer."""
        self.regions.remove(region)
        return region.parts(self.code.here())

    def guard(self, parts: list[tuple[int, int]], target: Label, error: int, narrow: bool) -> None:
        """Exceptions in these parts go on at target."""
        for start, stop in parts:
            self.code.guard(start, stop, target, error, narrow)

    # ---- exceptions ----------------------------------------------------------------------------

    def on_Raise(self, node: ast.Raise) -> None:
        if node.exc is None:
            if not self.caught:
                raise NotNative
            self.code.emit("RERAISE", self.caught[-1])
            return
        ending = self.ending(node)
        if ending is not None:
            self.code.emit("END", n=ending)
            return
        self.failing += 1  # what an error costs is nobody's concern
        error = self.value(node.exc)
        cause = NOTHING if node.cause is None else self.value(node.cause)
        self.failing -= 1
        self.code.emit("RAISE", error, cause)

    def ending(self, node: ast.Raise) -> int | None:
        """raise StopUser and its like, without arguments."""
        from goose._compiler import code

        error = node.exc
        if isinstance(error, ast.Call) and not error.args and not error.keywords:
            error = error.func
        entity = self.static(error) if isinstance(error, (ast.Name, ast.Attribute)) else None
        if not isinstance(entity, Const) or node.cause is not None:
            return None
        kinds: dict[type, int] = {
            StopUser: code.END_USER,
            RescheduleTask: code.DONE,
            RescheduleTaskImmediately: code.RESCHEDULE,
        }
        return kinds.get(entity.value) if isinstance(entity.value, type) else None

    def on_Assert(self, node: ast.Assert) -> None:
        good = Label()
        self.branch(node.test, good, True)
        before = set(self.bound)
        self.failing += 1
        error = self.code.temps(2)
        self.code.emit("MOVE", error, self.reference(AssertionError))
        count = 1
        if node.msg is not None:
            self.value(node.msg, into=error + 1)
            count = 2
        self.code.emit("PYCALL", error, error, NOTHING, n=count)
        self.failing -= 1
        self.code.emit("RAISE", error, NOTHING)
        self.bound = before
        self.code.place(good)

    def on_Try(self, node: ast.Try) -> None:
        if node.finalbody:
            self.finals.append(Final(node.finalbody, len(self.regions)))
        region = self.open_region()
        end = Label()
        error = self.code.temps()
        before = self.bound - bindings.unbound_in([node])
        if node.handlers:
            self.try_except(node, error, end)
        else:
            self.body(node.body)
        parts = self.close_region(region)
        if not node.finalbody:
            self.code.place(end)
            return
        self.finals.pop()
        self.code.place(end)
        self.body(node.finalbody)
        after = self.bound
        past, failed = Label(), Label()
        self.code.emit("JUMP", 0, 0, past)
        self.code.place(failed)
        self.guard(parts, failed, error, False)
        self.bound = set(before)
        self.body(node.finalbody)
        self.code.emit("RERAISE", error)
        self.code.place(past)
        self.bound = after

    def try_except(self, node: ast.Try, error: int, end: Label) -> None:
        caught, region = Label(), self.open_region()
        before = self.bound - bindings.unbound_in(node.body)
        self.body(node.body)
        parts = self.close_region(region)
        self.body(node.orelse)
        ways = [self.bound]
        self.code.emit("JUMP", 0, 0, end)
        self.code.place(caught)
        narrow = all(self.is_narrow(handler) for handler in node.handlers)
        self.guard(parts, caught, error, narrow)
        self.caught.append(error)
        for handler in node.handlers:
            self.bound = set(before)
            otherwise = Label()
            if handler.type is not None:
                self.code.line = handler.lineno
                found = self.code.temps()
                self.code.emit("MATCH", found, error, self.value(handler.type))
                self.code.emit("UNLESS", found, 0, otherwise)
            if handler.name is not None:
                self.store(ast.Name(handler.name, ast.Store()), error)
                self.foreign.add(handler.name)
            self.failing += 1
            self.body(handler.body)
            self.failing -= 1
            if handler.name is not None and self.is_local(handler.name):
                self.code.emit("UNSET", self.register(handler.name))
                self.bound.discard(handler.name)
            if not (handler.body and isinstance(handler.body[-1], (ast.Return, ast.Raise))):
                ways.append(self.bound)
            self.code.emit("JUMP", 0, 0, end)
            self.code.place(otherwise)
        self.caught.pop()
        self.code.emit("RERAISE", error)
        self.bound = set.intersection(*ways)

    def is_narrow(self, handler: ast.ExceptHandler) -> bool:
        """Whether it takes none of what ends tasks on purpose."""
        if handler.type is None:
            return False
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        for kind in kinds:
            entity = self.static(kind)
            if not (isinstance(entity, Const) and isinstance(entity.value, type)):
                return False
            if any(issubclass(control, entity.value) for control in (*_CONTROL, GeneratorExit)):
                return False
        return True

    @staticmethod
    def uses_current_error(node: ast.stmt) -> bool:
        """logging.exception and the like ask Python for the error that is handled."""
        if not isinstance(node, (ast.Expr, ast.Assign)):
            return False
        asking = ("exception", "exc_info", "format_exc", "print_exc")
        return any(
            (isinstance(part, ast.Attribute) and part.attr in asking)
            or (isinstance(part, ast.keyword) and part.arg == "exc_info")
            for part in ast.walk(node)
        )

    # ---- with ----------------------------------------------------------------------------------

    def on_With(self, node: ast.With) -> None:
        if not all(self.is_request(item.context_expr) for item in node.items):
            before = self.snapshot()
            try:
                self.statement_island(node)
                return
            except CannotFollow:  # it makes requests inside, or leaves the block
                self.restore(before)
        self.with_items(node.items, node)

    def with_items(self, items: list[ast.withitem], node: ast.With) -> None:
        if not items:
            self.body(node.body)
            return
        item = items[0]
        if not self.is_request(item.context_expr):
            inner = [ast.copy_location(ast.With(items[1:], node.body), node)]
            self.manager(item, list(inner) if items[1:] else node.body, node)
            return
        reply = self.code.temps()
        self.value(item.context_expr, into=reply)
        if item.optional_vars is not None:
            self.store(item.optional_vars, reply)
        region = self.open_region()
        before = self.bound - bindings.unbound_in(node.body)
        self.with_items(items[1:], node)
        self.bound &= before  # a verdict may cut the body short
        parts = self.close_region(region)
        end, failed = Label(), Label()
        self.code.emit("JUMP", 0, 0, end)
        error = self.code.temps(2)
        self.code.place(failed)
        # a ResponseError is a verdict on the request; nothing else is taken
        self.guard(parts, failed, error, True)
        self.code.emit("LEAVE", error + 1, reply, error)
        self.code.emit("IF", error + 1, 0, end)
        self.code.emit("RERAISE", error)
        self.code.place(end)
        self.code.emit("UNSET", reply)
