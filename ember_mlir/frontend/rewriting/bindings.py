"""Names that may be read before they have a value: a flag tells whether they have one.

    for d in documents:              =>      bound_found = False
        if fits(d):                          for d in documents:
            found = d                            if fits(d):
            break                                    found = d
    else:                                            bound_found = True
        found = "none"                               break
    return found                             else: …
                                             return _E_.if_bound(P, found, bound_found, True)

Which names these are is told by a definite assignment analysis, as compilers of Java do it
(The Java Language Specification, chapter 16), so that a well-written program has no flags. A
name without one is never read where it has no value, so whatever stands for it there will do.
Java has no `del`, so that of a loop and of an attempt is taken into account here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.evaluation import Reads, free_in, free_names, given, walruses
from ember_mlir.frontend.rewriting.positions import placed
from ember_mlir.frontend.rewriting.scopes import (
    FUNCTIONS,
    NameUses,
    bound,
    nodes_in_scope,
    statements_in_scope,
)

_FLAG = f"{PREFIX}bound_"

State = frozenset[str] | None
"""The names that surely have a value; None where control never comes."""


def flag_of(name: str) -> str:
    """The name of the flag that tells whether `name` has a value."""
    return _FLAG + name


def is_of_jump(name: str) -> bool:
    """Whether a name is one of ours that tells of a jump, not of whether a name has a value."""
    return name.startswith(PREFIX) and not name.startswith(_FLAG)


def refusal_of(name: str) -> str:
    """A name that no user has: where it is in a scope, `name` is not to be read there."""
    return f"{PREFIX}unsure_{name}"


class Unsure(NamedTuple):
    """The names of a function's own that may be read before they have a value.

    A statement may tell when it gives the `flagged` ones a value; others are bound `within`
    expressions, or for a handler alone.
    """

    flagged: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()


def unsure_names(
    body: Sequence[ast.stmt], arguments: Iterable[str], own: set[str], uses: NameUses
) -> Unsure:
    """Which of a function's `own` names may be read in `body` before they have a value."""
    if not own:
        return Unsure()
    nodes = [*nodes_in_scope(body)]
    handlers = {node.name for node in nodes if isinstance(node, ast.ExceptHandler)}
    walruses = {node.target.id for node in nodes if isinstance(node, ast.NamedExpr)}
    analysis = _Analysis(own, uses, bool(walruses))
    analysis.block(body, frozenset(arguments))
    unsure = analysis.unsure | (own & _read_later(nodes) & _lost(nodes))
    within = walruses | {name for name in handlers if name is not None}
    within |= {name for node in nodes for name in _bound_in_turn(node)}
    # Which errors a handler takes is asked for even if there is none.
    kinds = [node.type for node in nodes if isinstance(node, ast.ExceptHandler) and node.type]
    within |= free_in(kinds)
    return Unsure(frozenset(unsure - within), frozenset(unsure & within))


def with_flags(body: Sequence[ast.stmt], unsure: Unsure) -> list[ast.stmt]:
    """A body that keeps the flags of names, and reads what it deletes, as that needs a value."""
    if not unsure.flagged and not unsure.within:
        return [*body]
    start = [_set(name, False, body[0]) for name in sorted(unsure.flagged)]
    return [*start, *_Flags(unsure).block(body)]


def _read_later(nodes: Iterable[ast.AST]) -> set[str]:
    """What functions inside read, which are called at any time."""
    return {name for node in nodes if isinstance(node, FUNCTIONS) for name in free_names(node)}


def _lost(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that some nodes take a value from; that of an error is its handler's."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Delete):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ExceptHandler) and node.name is not None:
            found.add(node.name)
    return found


def _bound_in_turn(node: ast.AST) -> set[str]:
    """What a statement binds before a step of its own that may fail, as in `x, d[k] = …`."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.For):
        targets = [node.target]
    parts = [target.elts for target in targets if isinstance(target, ast.Tuple | ast.List)]
    flat = [one for row in parts for one in row]
    plain = [one.value if isinstance(one, ast.Starred) else one for one in flat]
    takes_apart = len(targets) > 1 and bool(parts)
    if not takes_apart and all(isinstance(one, ast.Name) for one in plain):
        others = [one for one in targets if not isinstance(one, ast.Tuple | ast.List)]
        if all(isinstance(one, ast.Name) for one in others):
            return set()
    return {*bound(targets)}


class _Analysis:
    """The definite assignment analysis of one function."""

    def __init__(self, own: set[str], uses: NameUses, has_walruses: bool) -> None:
        self.own = own
        self.uses = uses
        self.has_walruses = has_walruses
        self.unsure: set[str] = set()
        # What surely has a value where loops are left, loop by loop.
        self._breaks: list[list[State]] = []

    def block(self, statements: Sequence[ast.stmt], state: State) -> State:
        """The state behind statements, which are reached in `state`."""
        for statement in statements:
            state = None if state is None else self.statement(statement, state)
        return state

    def statement(self, statement: ast.stmt, state: frozenset[str]) -> State:
        """The state behind a statement."""
        match statement:
            case ast.If(test):
                self.read([test], state)
                then, other = self.given(test, state)
                return _both(self.block(statement.body, then), self.block(statement.orelse, other))
            case ast.For() | ast.While():
                return self.loop(statement, state)
            case ast.Try():
                return self.attempt(statement, state)
            case ast.With() | ast.AsyncWith():
                return self.block(statement.body, self.evaluated(statement.items, state))
            case ast.Return() | ast.Raise():
                self.read([statement], state)
                return None
            case ast.Break():
                self._breaks[-1].append(state)
                return None
            case ast.Continue():
                return None
            case ast.AnnAssign(value=None):
                return state
            case _:
                return self.evaluated([statement], state)

    def loop(self, loop: ast.For | ast.While, state: frozenset[str]) -> State:
        """A loop may have no round; one without an end is left by a `break` alone."""
        is_endless = False
        # What a round takes the value from has none in the next one.
        state -= self.lost([loop])
        if isinstance(loop, ast.For):
            after = self.evaluated([loop.iter], state)
            inside = self.evaluated([loop.target], after)
        else:
            self.read([loop.test], state)
            inside, after = self.given(loop.test, state)
            is_endless = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
        self._breaks.append([])
        self.block(loop.body, inside)
        broken = self._breaks.pop()
        return _both(None if is_endless else self.block(loop.orelse, after), *broken)

    def attempt(self, attempt: ast.Try, state: frozenset[str]) -> State:
        """A handler begins with what there was before the attempt, and is there still."""
        ends = [self.block(attempt.orelse, self.block(attempt.body, state))]
        kept = state - self.lost(attempt.body)
        self.read([one.type for one in attempt.handlers if one.type is not None], kept)
        for handler in attempt.handlers:
            named = frozenset[str]() if handler.name is None else frozenset([handler.name])
            end = self.block(handler.body, kept | named)
            ends.append(None if end is None else end - named)
        self.block(attempt.finalbody, state - self.lost([attempt]))
        return self.block(attempt.finalbody, _both(*ends))

    def lost(self, nodes: Sequence[ast.AST]) -> set[str]:
        """The names that statements may take a value from."""
        if self.own.isdisjoint(self.uses.bound(nodes)):
            return set()
        return _lost(statements_in_scope(nodes))

    def evaluated(self, nodes: Sequence[ast.AST], state: frozenset[str]) -> frozenset[str]:
        """What is read in some nodes is read now, and what is bound there has a value then."""
        self.read(nodes, state)
        found = self.own & self.uses.bound(nodes).keys()
        if any(isinstance(node, ast.Delete) for node in nodes):
            return state - found
        if self.has_walruses:
            found -= walruses(nodes, surely=False) - walruses(nodes, surely=True)
        return state if found <= state else state | found

    def given(self, test: ast.expr, state: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """What surely has a value if a test is true, and if it is false."""
        if not self.has_walruses:
            return state, state
        return state | given(test, True), state | given(test, False)

    def read(self, nodes: Sequence[ast.AST], state: frozenset[str]) -> None:
        """Note what is read in some nodes before it surely has a value.

        A function may be called from here on, and reads itself behind its definition.
        """
        if (self.own & self.uses.read(nodes).keys()) <= state:
            return
        found = self.own & {name for node in nodes for name in free_names(node)}
        found -= {node.name for node in nodes if isinstance(node, FUNCTIONS[:2])}
        if self.has_walruses and not found.isdisjoint(walruses(nodes, surely=False)):
            reads = Reads()
            reads.all_of(nodes, state)
            found &= reads.unsure
        self.unsure |= found - state


def _both(*states: State) -> State:
    """What surely has a value behind one of several ways."""
    alive = [state for state in states if state is not None]
    return alive[0].intersection(*alive) if alive else None


class _Flags:
    """Sets the flags of some names wherever they get a value, or lose it."""

    def __init__(self, unsure: Unsure) -> None:
        self.names = unsure.flagged
        self.unsure = unsure.flagged | unsure.within

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Statements, and the flags that they set."""
        return [made for statement in statements for made in self.statement(statement)]

    def statement(self, statement: ast.stmt) -> list[ast.stmt]:
        """A statement, and the flags that it sets."""
        match statement:
            case ast.For(target):
                inside = [*self.set_by([target], statement), *self.block(statement.body)]
                statement.body, statement.orelse = inside, self.block(statement.orelse)
            case ast.If() | ast.While():
                statement.body = self.block(statement.body)
                statement.orelse = self.block(statement.orelse)
            case ast.Try():
                statement.body = self.block(statement.body)
                statement.orelse = self.block(statement.orelse)
                statement.finalbody = self.block(statement.finalbody)
                for handler in statement.handlers:
                    handler.body = self.block(handler.body)
            case ast.With(items) | ast.AsyncWith(items):
                inside = [*self.set_by(items, statement), *self.block(statement.body)]
                statement.body = inside
            case ast.AnnAssign(value=None):
                pass
            case ast.Delete(targets):
                return [made for one in targets for made in self.deleted(one, statement)]
            case _:
                return [statement, *self.set_by([statement], statement)]
        return [statement]

    def deleted(self, target: ast.expr, place: ast.stmt) -> list[ast.stmt]:
        """What deletes a target, which must have a value."""
        gone = placed(ast.Delete([target]), place)
        if not isinstance(target, ast.Name) or target.id not in self.unsure:
            return [gone]
        read = placed(ast.Expr(ast.Name(target.id, ast.Load())), place)
        return [read, gone, *self.set_by([target], place, False)]

    def set_by(
        self, nodes: Sequence[ast.AST], place: ast.stmt, value: bool = True
    ) -> list[ast.stmt]:
        """What sets the flags of the names that nodes bind."""
        return [_set(name, value, place) for name in bound(nodes) if name in self.names]


def _set(name: str, value: bool, place: ast.stmt) -> ast.stmt:
    target = ast.Name(flag_of(name), ast.Store())
    return placed(ast.Assign([target], ast.Constant(value)), place)
