"""Structured jumps: `return`, `break` and `continue` become flags.

    if found:            =>      if found:
        return a                     result = a
    rest                         else:
                                     rest

An arm that always leaves takes what follows into the other arm, so that the common early
return needs no flag to be asked for. Otherwise what follows is guarded by the flags.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.positions import placed
from ember_mlir.frontend.rewriting.scopes import blocks_of, statements_in_scope

NodeT = TypeVar("NodeT", bound=ast.AST)

RETURNED = f"{PREFIX}returned"
RESULT = f"{PREFIX}result"
RESULT_BEFORE_END = f"{PREFIX}result_before_end"
"""The result where a `finally` may change what is returned."""


class Loop(NamedTuple):
    """The flags of a loop: that it has been left, and that a round has."""

    broken: str
    skipped: str


class Block(NamedTuple):
    """Statements without jumps, the flags that they may set, and whether they always leave."""

    statements: list[ast.stmt]
    flags: frozenset[str]
    leaves: bool


class Structured(NamedTuple):
    """A body in which nothing jumps but one `return` at its end.

    `broken` has the flags of the loops that may be left before their end.
    """

    body: list[ast.stmt]
    broken: dict[ast.stmt, str]


def without_jumps(body: Sequence[ast.stmt]) -> Structured:
    """The structured form of a function's body."""
    *first, last = body
    inside = [*first, last] if blocks_of(last) else first
    early = any(isinstance(node, ast.Return) for node in statements_in_scope(inside))
    ends = any(isinstance(node, ast.Try) and node.finalbody for node in statements_in_scope(body))
    result = RESULT_BEFORE_END if ends else RESULT
    lowering = _Lowering(early, result)
    block = lowering.block(body, ())
    if not early:
        return Structured(block.statements, lowering.broken)
    if not block.leaves:
        # The end returns None, so that every path gives the result a value.
        lowering = _Lowering(early, result)
        block = lowering.block([*body, placed(ast.Return(ast.Constant(None)), last)], ())
    start = _assign(RETURNED, ast.Constant(False), body[0])
    end = placed(ast.Return(_name(result)), last)
    return Structured([start, *block.statements, end], lowering.broken)


class _Lowering:
    """The lowering of one function; `early` says that it may return before its end."""

    def __init__(self, early: bool, result: str) -> None:
        self.early = early
        self.result = result
        self.broken: dict[ast.stmt, str] = {}
        self._made = 0

    def block(self, statements: Sequence[ast.stmt], loops: tuple[Loop, ...]) -> Block:
        """Statements without jumps, inside of `loops`."""
        made: list[ast.stmt] = []
        flags: frozenset[str] = frozenset()
        for number, statement in enumerate(statements):
            rest = statements[number + 1 :]
            done = self.statement(statement, rest, loops)
            made += done.block.statements
            flags |= done.block.flags
            if done.takes_rest or done.block.leaves:
                return Block(made, flags, done.block.leaves)
            if done.block.flags and rest:
                guarded = self.guarded(done.block.flags, rest, loops)
                return Block([*made, *guarded.statements], flags | guarded.flags, False)
        return Block(made, flags, False)

    def guarded(
        self, flags: frozenset[str], rest: Sequence[ast.stmt], loops: tuple[Loop, ...]
    ) -> Block:
        """What follows, if none of the flags is set."""
        tests: list[ast.expr] = [
            placed(ast.UnaryOp(ast.Not(), _name(flag)), rest[0]) for flag in sorted(flags)
        ]
        inner = self.block(rest, loops)
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
        guard = placed(ast.If(placed(test, rest[0]), inner.statements, []), rest[0])
        return Block([guard], inner.flags, False)

    def statement(
        self, statement: ast.stmt, rest: Sequence[ast.stmt], loops: tuple[Loop, ...]
    ) -> _Lowered:
        match statement:
            case ast.Return() if self.early:
                return _Lowered(self.returned(statement, loops))
            case ast.Break():
                flag = loops[-1].broken
                return _Lowered(_set([flag], statement))
            case ast.Continue():
                return _Lowered(_set([loops[-1].skipped], statement))
            case ast.If():
                return self.branch(statement, rest, loops)
            case ast.For() | ast.While():
                return _Lowered(self.loop(statement, loops))
            case ast.Try():
                return _Lowered(self.attempt(statement, loops))
            case ast.With() | ast.AsyncWith():
                return _Lowered(self.within(statement, loops))
            case _:
                return _Lowered(Block([statement], frozenset(), False))

    def returned(self, statement: ast.Return, loops: tuple[Loop, ...]) -> Block:
        value = statement.value or ast.Constant(None)
        result = _assign(self.result, value, statement)
        left = _set([RETURNED, *[loop.broken for loop in loops]], statement)
        return Block([result, *left.statements], left.flags, True)

    def branch(
        self, statement: ast.If, rest: Sequence[ast.stmt], loops: tuple[Loop, ...]
    ) -> _Lowered:
        body, other = (self.block(block, loops) for block in (statement.body, statement.orelse))
        takes_rest = bool(rest) and body.leaves != other.leaves
        if takes_rest and body.leaves:
            other = self.block([*statement.orelse, *rest], loops)
        elif takes_rest:
            body = self.block([*statement.body, *rest], loops)
        made = ast.If(statement.test, body.statements or [placed(ast.Pass(), statement)], [])
        made.orelse = other.statements
        leaves = body.leaves and other.leaves
        return _Lowered(
            Block([placed(made, statement)], body.flags | other.flags, leaves), takes_rest
        )

    def loop(self, statement: ast.For | ast.While, loops: tuple[Loop, ...]) -> Block:
        number = self.number()
        own = Loop(f"{PREFIX}broken{number}", f"{PREFIX}skipped{number}")
        body = self.block(statement.body, (*loops, own))
        made = _copied(statement)
        made.body = body.statements
        made.orelse = []
        before: list[ast.stmt] = []
        if own.skipped in body.flags:
            made.body.insert(0, _assign(own.skipped, ast.Constant(False), statement))
        if own.broken in body.flags:
            before.append(_assign(own.broken, ast.Constant(False), statement))
            self.broken[made] = own.broken
        flags = body.flags - {*own}
        if _is_endless(statement):
            return Block([*before, made], flags, True)
        if not statement.orelse:
            return Block([*before, made], flags, False)
        ends = frozenset({own.broken}) & body.flags
        behind = (
            self.guarded(ends, statement.orelse, loops)
            if ends
            else self.block(statement.orelse, loops)
        )
        return Block([*before, made, *behind.statements], flags | behind.flags, behind.leaves)

    def number(self) -> int:
        """A number of its own for a flag."""
        self._made += 1
        return self._made

    def attempt(self, statement: ast.Try, loops: tuple[Loop, ...]) -> Block:
        if statement.orelse:
            return self.attempt_and_then(statement, loops)
        body = self.block(statement.body, loops)
        made = _copied(statement)
        made.body, made.orelse = body.statements, []
        flags, leaves = body.flags, body.leaves
        made.handlers = []
        for handler in statement.handlers:
            handled = self.block(handler.body, loops)
            flags |= handled.flags
            leaves &= handled.leaves
            copy = _copied(handler)
            copy.body = handled.statements
            made.handlers.append(copy)
        final = self.block(statement.finalbody, loops)
        made.finalbody = final.statements
        return Block([made], flags | final.flags, leaves)

    def within(self, statement: ast.With | ast.AsyncWith, loops: tuple[Loop, ...]) -> Block:
        """A block that may be left early by an error, too."""
        body = self.block(statement.body, loops)
        made = _copied(statement)
        made.body = body.statements
        return Block([made], body.flags, False)

    def attempt_and_then(self, statement: ast.Try, loops: tuple[Loop, ...]) -> Block:
        """An `else` runs behind the `try`, which does not handle what is raised there."""
        fine = f"{PREFIX}fine{self.number()}"
        inner = _copied(statement)
        inner.body = [*statement.body, _assign(fine, ast.Constant(True), statement)]
        inner.orelse, inner.finalbody = [], []
        then = placed(ast.If(placed(_name(fine), statement), statement.orelse, []), statement)
        body = [_assign(fine, ast.Constant(False), statement), inner, then]
        if not statement.finalbody:
            return self.block(body, loops)
        outer = placed(ast.Try(body, [], [], statement.finalbody), statement)
        return self.attempt(outer, loops)


def _is_endless(statement: ast.For | ast.While) -> bool:
    """Whether only `return` and errors leave a loop."""
    if not isinstance(statement, ast.While) or not isinstance(statement.test, ast.Constant):
        return False
    return bool(statement.test.value) and not _breaks(statement.body)


def _breaks(statements: Sequence[ast.stmt]) -> bool:
    """Whether there is a `break` of the loop around."""
    for statement in statements:
        inner = [] if isinstance(statement, ast.For | ast.While) else blocks_of(statement)
        behind = statement.orelse if isinstance(statement, ast.For | ast.While) else []
        if isinstance(statement, ast.Break) or any(map(_breaks, [*inner, behind])):
            return True
    return False


class _Lowered(NamedTuple):
    """A statement without jumps; `takes_rest` if what follows has been taken into it."""

    block: Block
    takes_rest: bool = False


def _set(flags: Sequence[str], statement: ast.stmt) -> Block:
    made = [_assign(flag, ast.Constant(True), statement) for flag in flags]
    return Block([*made], frozenset(flags), True)


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _assign(name: str, value: ast.expr, at: ast.stmt) -> ast.stmt:
    target: ast.expr = placed(ast.Name(name, ast.Store()), at)
    return placed(ast.Assign([target], placed(value, at)), at)


def _copied(node: NodeT) -> NodeT:
    copy = type(node)(**{name: getattr(node, name, None) for name in node._fields})
    return ast.copy_location(copy, node)
