"""From a function's tree to instructions (lower): what Python runs, an expression or a statement
at a time."""

from __future__ import annotations

import ast
from typing import Any

from goose import _engine
from goose._compiler import bindings, islands, names
from goose._compiler.code import COMPARE, Label
from goose._compiler.entities import (
    CannotFollow,
    Client,
    Const,
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
from goose._compiler.hoisting import Hoisting

_SESSION = ("headers", "cookies", "auth", "verify", "base_url")
_OWNERS = ("self", "user", "outer")


class Pieces(Hoisting):
    """Lowers what runs as Python."""

    def island(self, node: ast.expr, into: int | None) -> int:
        """Python evaluates the expression."""
        whole = node
        node, hoisted = self.hoist(node)
        self.require_free(node)
        if any(isinstance(n, ast.NamedExpr) for n in ast.walk(node)):
            raise CannotFollow(node, f"`{self.quote(node)}` assigns in the middle of Python code")
        self.share_containers(node)
        plain = islands.rewrite(node, self.island_attribute)
        missing = self.may_be_missing(plain.attributes)
        careful = islands.rewrite(node, self.island_attribute, _absent_names(missing))
        inputs = islands.read_names(node, self.island_inputs())
        if self.in_closure and self.unsure(inputs):
            raise NotNative  # Python's error speaks of the function around
        body = [
            *islands.choose(missing, [_returning(careful.tree, node)], node),
            _returning(plain.tree, node),
        ]
        reads = [*inputs, *plain.attributes]
        made = self.make_island(node, reads, inputs, missing, body)
        first = self.emit_inputs(inputs, plain.attributes, missing)
        target = int(self.target(into))
        self.code.emit("ISLAND", target, first, self.program.island(made), n=len(reads))
        plain_name = isinstance(node, (ast.Name, ast.Attribute))
        self.note(whole, "is read by Python" if plain_name else "runs as Python")
        self.forget_hoisted(hoisted)
        self.island_made = whole
        return target

    def statement_island(self, node: ast.stmt) -> None:
        """Python runs the whole statement."""
        self.require_inside(node)
        self.require_free(node)
        plain = islands.rewrite(node, self.island_attribute)
        if plain.deleted:
            raise CannotFollow(node, f"`{self.quote(node)}` deletes an attribute in Python code")
        self.share_containers(node)
        missing = self.may_be_missing(plain.attributes)
        careful = islands.rewrite(node, self.island_attribute, _absent_names(missing))
        trees = [plain.tree, careful.tree]
        outputs = [name for name in bindings.defined(node) if self.is_local(name)]
        inputs = islands.read_names(node, self.island_inputs())
        if self.caught and self.uses_current_error(node):
            self.locals[islands.ERROR] = self.caught[-1]
            self.bound.add(islands.ERROR)
            inputs.append(islands.ERROR)
            trees = [islands.handling(tree) for tree in trees]
        lost = [name for name in outputs if self.may_end_unbound(node, name)]
        results = [*outputs, *sorted(plain.stored)]
        ending = islands.give(results, lost, node)
        body: list[Any] = [
            *islands.choose(missing, [trees[1], ending], node),  # type: ignore[list-item]
            trees[0],
            ending,
        ]
        reads = [*inputs, *plain.attributes]
        made = self.make_island(node, reads, inputs, missing, body)
        first = self.emit_inputs(inputs, plain.attributes, missing)
        result = self.code.temps(1 + len(results))
        self.code.emit("ISLAND", result, first, self.program.island(made), n=len(reads))
        self.note(node, "runs as Python")
        self.code.emit("UNPACK", result + 1, result, n=len(results))
        for place, name in enumerate(results):
            if name in plain.attributes:
                self.take_attribute(node, plain.attributes[name], result + 1 + place)
            else:
                self.store(ast.Name(name, ast.Store()), result + 1 + place)
                self.foreign.add(name)
                if name in lost:
                    self.unset_if_unbound(name)

    # ---- what goes in ----------------------------------------------------------------------------

    def island_inputs(self) -> set[str]:
        """Names that have a value of this function's own."""
        packs = {name for name, role in self.roles.items() if isinstance(role, (Rest, More))}
        return (set(self.locals) | packs) - set(self.aliases)

    def unsure(self, inputs: list[str]) -> list[str]:
        """Locals among them that may have no value."""
        return [name for name in inputs if name in self.locals and name not in self.bound]

    def may_be_missing(self, attributes: dict[str, ast.Attribute]) -> dict[str, Self]:
        """Attributes that may be missing when Python comes to read them, and whose they are."""
        found: dict[str, Self] = {}
        for name, node in attributes.items():
            owner, entity = self.static(node.value), self.static(node)
            if isinstance(entity, Slot) and not self.scope.has_class_attribute(owner, entity.name):
                found[name] = owner
        return found

    def make_island(
        self,
        node: ast.AST,
        reads: list[str],
        inputs: list[str],
        missing: dict[str, Self],
        body: list[ast.stmt],
    ) -> Any:
        """The function that stands for it."""
        free = {
            name: names.closure_value(self.function, name)
            for name in self.function.__code__.co_freevars
            if name not in reads
        }
        free = {name: value for name, value in free.items() if value is not names.MISSING}
        free |= {n: e.value for n, e in self.aliases.items() if isinstance(e, Const)}
        free[islands.MARK] = islands.UNBOUND
        for owner in missing.values():
            free[_absent_name(owner)] = islands.absent_object(owner.cls)
        if self.scope.environment is not None:
            free["_self_environment"] = self.scope.environment
        body = [*islands.take_unbound(self.unsure(inputs), node), *body]
        named = {n.id for part in body for n in ast.walk(part) if isinstance(n, ast.Name)}
        declared = sorted(named & self.globals_declared)
        if declared:
            body = [ast.copy_location(ast.Global(declared), body[0]), *body]
        return islands.make(self.function, reads, free, body)

    def emit_inputs(
        self,
        inputs: list[str],
        attributes: dict[str, ast.Attribute],
        missing: dict[str, Self],
    ) -> int:
        """The values that an island reads, in a row."""
        first = self.code.temps(len(inputs) + len(attributes))
        for place, name in enumerate(inputs):
            if name in self.locals:
                self.code.emit("MOVE", first + place, self.locals[name])
            else:
                self.value(ast.Name(name, ast.Load()), into=first + place)
        for place, (name, node) in enumerate(attributes.items(), first + len(inputs)):
            entity = self.static(node)
            if isinstance(entity, Slot):
                get = "SELF_PEEK" if name in missing else "SELF_GET"
                self.code.emit(get, place, self.slot(entity), n=entity.owner)
            elif isinstance(entity, Const):
                self.code.emit("MOVE", place, self.reference(entity.value))
            else:
                self.code.emit("CLIENT", place)
        return int(first)

    def island_attribute(self, node: ast.Attribute) -> str | None:
        """The name of self.x inside an island; None: an attribute like any other."""
        owner = self.static(node.value)
        if isinstance(owner, Self):
            entity = self.static(node)
            if isinstance(entity, (Slot, Const)):
                return f"_{_OWNERS[owner.owner]}_{node.attr}"
            if isinstance(entity, Environment):
                return None if self.scope.environment is None else "_self_environment"
            if isinstance(entity, Client):
                return "_self_client"
        return None

    def share_containers(self, node: ast.AST) -> None:
        """Containers that an island reads may be changed by it: they are Python's from now on."""
        for inner in ast.walk(node):
            entity = self.static(inner) if isinstance(inner, (ast.Name, ast.Attribute)) else None
            if isinstance(entity, Const) and type(entity.value) in (list, dict):
                self.unit.island_reads.add(id(entity.value))

    # ---- what comes out --------------------------------------------------------------------------

    def may_end_unbound(self, node: ast.stmt, name: str) -> bool:
        """Whether a local may have no value behind the statement."""
        if bindings.surely_binds(node, name):
            return False
        return name not in self.bound or name in bindings.unbound_in([node])

    def unset_if_unbound(self, name: str) -> None:
        """An island has told by a mark that the local has no value."""
        bound, register = Label(), self.register(name)
        self.skip_unless_mark(register, bound)
        self.code.emit("UNSET", register)
        self.code.place(bound)
        self.bound.discard(name)

    def take_attribute(self, node: ast.stmt, attribute: ast.Attribute, value: int) -> None:
        """self.x as an island left it; the mark: it was not there, and is not."""
        entity, end = self.static(attribute), Label()
        if not isinstance(entity, Slot):
            raise CannotFollow(node, f"`{self.quote(node)}` sets what is no attribute")
        store = Label()
        self.skip_unless_mark(value, store)
        self.code.emit("JUMP", 0, 0, end)
        self.code.place(store)
        self.code.emit("SELF_SET", value, self.slot(entity), n=entity.owner)
        self.code.place(end)

    def skip_unless_mark(self, register: int, to: Label) -> None:
        found, mark = self.code.temps(), self.reference(islands.UNBOUND)
        self.code.emit("COMPARE", found, register, mark, n=COMPARE.index("Is"))
        self.code.emit("UNLESS", found, 0, to)

    # ---- what may run as Python ------------------------------------------------------------------

    def require_inside(self, node: ast.stmt) -> None:
        """CannotFollow where a statement would return, or leave a loop around it."""
        for inner in ast.walk(node):
            if isinstance(inner, (ast.Return, ast.Break, ast.Continue)) and not _is_inside(
                inner, node
            ):
                raise CannotFollow(node, f"`{self.quote(node)}` cannot be followed")

    def require_free(self, node: ast.AST) -> None:
        """CannotFollow where a piece may make requests or sleep, or is given the user."""
        parents = {
            child: inner for inner in ast.walk(node) for child in ast.iter_child_nodes(inner)
        }
        for inner in ast.walk(node):
            if isinstance(inner, (ast.Yield, ast.YieldFrom, ast.Await)):
                raise CannotFollow(inner, "a generator or coroutine")
            if isinstance(inner, (ast.Name, ast.Attribute)):
                self._require_free_name(inner, parents.get(inner))

    def _require_free_name(self, node: ast.Name | ast.Attribute, parent: ast.AST | None) -> None:
        entity = self.static(node)
        if isinstance(entity, (Self, SuperOf)):
            if not (isinstance(parent, ast.Attribute) and parent.value is node):
                raise CannotFollow(
                    node, f"`{self.quote(parent or node)}` is given the user, and may make requests"
                )
        elif isinstance(entity, Client):
            known = isinstance(parent, ast.Attribute) and (
                parent.attr in _SESSION or not hasattr(_engine.Client, parent.attr)
            )
            if not known:
                raise CannotFollow(
                    node,
                    f"`{self.quote(parent or node)}` is given the client, and may make requests",
                )
        elif isinstance(entity, (Verb, Method, Property, Ours)):
            raise CannotFollow(node, f"`{self.quote(node)}` is called by code that is not followed")
        elif isinstance(entity, Slot) and entity.name in self.scope.tainted:
            if isinstance(parent, (ast.Attribute, ast.Call)):
                raise CannotFollow(
                    node,
                    f"`{self.quote(parent)}` makes requests inside a class the compiler "
                    "cannot follow",
                    "call self.client in the task set or user itself",
                )
        elif isinstance(entity, Const):
            if names.is_sleep(entity.value):
                raise CannotFollow(node, "code that is not followed sleeps")
            if names.is_script_function(entity.value) and self.scope.may_request(entity.value):
                raise CannotFollow(
                    node, f"`{self.quote(node)}` may make requests, and is not followed here"
                )


def _absent_name(owner: Self) -> str:
    """What stands in an island for one that lacks the attribute."""
    return f"_goose_absent_{_OWNERS[owner.owner]}"


def _absent_names(missing: dict[str, Self]) -> dict[str, str]:
    return {name: _absent_name(owner) for name, owner in missing.items()}


def _returning(tree: ast.AST, at: ast.AST) -> ast.stmt:
    return ast.copy_location(ast.Return(tree), at)  # type: ignore[arg-type]


def _is_inside(inner: ast.AST, node: ast.stmt) -> bool:
    """Whether a return, break or continue stays within the statement."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    loops = (ast.For, ast.While)
    wanted = functions if isinstance(inner, ast.Return) else functions + loops
    return any(
        isinstance(holder, wanted) and any(part is inner for part in ast.walk(holder))
        for holder in ast.walk(node)
    )
