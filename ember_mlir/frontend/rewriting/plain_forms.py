"""Statements that are written out as simpler ones before anything else is done with them.

match x: case P: body    =>  if <P fits x>: names of P = …; body  else: the other cases
assert test, said        =>  if not test: raise AssertionError(said)
while (x := f()): body   =>  while True: if not (x := f()): break; body
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.positions import placed
from ember_mlir.frontend.rewriting.scopes import statements_in_scope
from ember_mlir.frontend.trees import children

Refuse = Callable[[ast.AST, str, str], NoReturn]
"""How a construct is refused: where, what it is, and what to do instead."""

ASK = "_E_"
"""The name under which rewritten code reaches its hooks."""


class PlainForms(ast.NodeTransformer):
    """Writes out what is short for something else; functions inside are left alone."""

    def __init__(self, refuse: Refuse) -> None:
        self.refuse = refuse
        self._subjects = 0

    def generic_visit(self, node: ast.AST) -> ast.AST:
        # No expression is short for something else.
        return node if isinstance(node, ast.expr) else super().generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        said = [] if node.msg is None else [node.msg]
        error = ast.Call(ast.Name("AssertionError", ast.Load()), said, [])
        failed = ast.UnaryOp(ast.Not(), node.test)
        return placed(ast.If(failed, [ast.Raise(error)], []), node)

    def visit_While(self, node: ast.While) -> ast.stmt:
        self.generic_visit(node)
        if any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node.test)):
            if any(map(_jumps, node.orelse)):
                what = "a jump in the 'else' of a loop whose test has ':='"
                self.refuse(node.orelse[0], what, "set a flag there, and jump behind")
            leave = ast.If(ast.UnaryOp(ast.Not(), node.test), [*node.orelse, ast.Break()], [])
            node.body, node.orelse = [placed(leave, node), *node.body], []
            node.test = placed(ast.Constant(True), node)
        return node

    def visit_Try(self, node: ast.Try) -> ast.stmt:
        self.generic_visit(node)
        jump = next((one for one in node.finalbody if _jumps(one, or_returns=True)), None)
        if jump is not None:
            self.refuse(jump, "a jump out of 'finally', which drops an error,", "jump behind it")
        return node

    def visit_Match(self, node: ast.Match) -> list[ast.stmt]:
        self.generic_visit(node)
        self._subjects += 1
        subject = f"{PREFIX}subject{self._subjects}"
        cases: list[ast.stmt] = []
        for case in reversed(node.cases):
            cases = [self.case(case, subject, cases)]
        start = ast.Assign([ast.Name(subject, ast.Store())], node.subject)
        return [placed(start, node), *cases]

    def case(self, case: ast.match_case, subject: str, others: list[ast.stmt]) -> ast.stmt:
        """One case as a branch: names are bound as the guard is asked for."""
        fits = _Fits(self.refuse).of(case.pattern, ast.Name(subject, ast.Load()))
        tests = fits.tests
        body = case.body
        if case.guard is not None:
            tests = [*tests, *[_bound(name, value) for name, value in fits.names], case.guard]
        else:
            names = [ast.Assign([ast.Name(n, ast.Store())], value) for n, value in fits.names]
            body = [*names, *body]
        made = ast.If(_all(tests), body, others)
        return placed(made, case.pattern)


class Fit(NamedTuple):
    """What must hold for a pattern to fit, and the names that it binds."""

    tests: list[ast.expr]
    names: list[tuple[str, ast.expr]]


class _Fits:
    """Says when patterns fit."""

    def __init__(self, refuse: Refuse) -> None:
        self.refuse = refuse

    def of(self, pattern: ast.pattern, value: ast.expr) -> Fit:
        match pattern:
            case ast.MatchValue(wanted):
                return Fit([ast.Compare(value, [ast.Eq()], [wanted])], [])
            case ast.MatchSingleton(wanted):
                return Fit([ast.Compare(value, [ast.Is()], [ast.Constant(wanted)])], [])
            case ast.MatchAs(None, name):
                return Fit([], [(name, value)] if name else [])
            case ast.MatchAs(ast.pattern() as inner, name):
                fit = self.of(inner, value)
                return Fit(fit.tests, [*fit.names, *([(name, value)] if name else [])])
            case ast.MatchOr(patterns):
                return self.either(pattern, patterns, value)
            case ast.MatchSequence(patterns):
                return self.sequence(pattern, patterns, value)
            case ast.MatchMapping(keys, patterns, None):
                return self.mapping(keys, patterns, value)
            case ast.MatchClass(made, patterns, names, named):
                return self.instance(made, patterns, zip(names, named, strict=True), value)
            case _:
                self.refuse(pattern, "this pattern", "write the test with 'if'")

    def either(self, where: ast.pattern, patterns: Sequence[ast.pattern], value: ast.expr) -> Fit:
        fits = [self.of(pattern, value) for pattern in patterns]
        if any(fit.names for fit in fits):
            self.refuse(where, "a name inside of '|' patterns", "write a case for each")
        return Fit([ast.BoolOp(ast.Or(), [_all(fit.tests) for fit in fits])], [])

    def sequence(self, where: ast.pattern, patterns: Sequence[ast.pattern], value: ast.expr) -> Fit:
        if any(isinstance(pattern, ast.MatchStar) for pattern in patterns):
            self.refuse(where, "'*' in a pattern", "compare the length, and take slices")
        is_list = hook("is_sequence_of", value, ast.Constant(len(patterns)))
        places = [ast.Subscript(value, ast.Constant(n), ast.Load()) for n in range(len(patterns))]
        return self.parts([is_list], [*zip(patterns, places, strict=True)])

    def mapping(
        self, keys: Sequence[ast.expr], patterns: Sequence[ast.pattern], value: ast.expr
    ) -> Fit:
        tests: list[ast.expr] = [hook("is_mapping", value)]
        tests += [ast.Compare(key, [ast.In()], [value]) for key in keys]
        places = [ast.Subscript(value, key, ast.Load()) for key in keys]
        return self.parts(tests, [*zip(patterns, places, strict=True)])

    def instance(
        self,
        made: ast.expr,
        patterns: Sequence[ast.pattern],
        named: zip[tuple[str, ast.pattern]],
        value: ast.expr,
    ) -> Fit:
        test = ast.Call(ast.Name("isinstance", ast.Load()), [value, made], [])
        parts: list[tuple[ast.pattern, ast.expr]] = [
            (pattern, hook("matched", made, value, ast.Constant(number)))
            for number, pattern in enumerate(patterns)
        ]
        parts += [(pattern, ast.Attribute(value, name, ast.Load())) for name, pattern in named]
        return self.parts([test], parts)

    def parts(self, tests: list[ast.expr], parts: Sequence[tuple[ast.pattern, ast.expr]]) -> Fit:
        names: list[tuple[str, ast.expr]] = []
        for pattern, place in parts:
            fit = self.of(pattern, place)
            tests = [*tests, *fit.tests]
            names += fit.names
        return Fit(tests, names)


def _jumps(statement: ast.AST, *, or_returns: bool = False) -> bool:
    """Whether a statement may leave a loop around it, or begin its next round, or return."""
    inner = children(statement)
    match statement:
        case ast.Break() | ast.Continue():
            return True
        case ast.Return():
            return or_returns
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.expr():
            return False
        case ast.For() | ast.While() if not or_returns:
            inner = statement.orelse
        case ast.For() | ast.While():
            returns = any(isinstance(one, ast.Return) for one in statements_in_scope([statement]))
            return returns or any(map(_jumps, statement.orelse))
        case _:
            pass
    return any(_jumps(one, or_returns=or_returns) for one in inner)


def hook(name: str, *arguments: ast.expr) -> ast.Call:
    """A call of a hook that needs no place."""
    return ast.Call(ast.Attribute(ast.Name(ASK, ast.Load()), name, ast.Load()), [*arguments], [])


def _bound(name: str, value: ast.expr) -> ast.expr:
    """A test that always holds, and binds a name."""
    return hook("true", ast.NamedExpr(ast.Name(name, ast.Store()), value))


def _all(tests: Sequence[ast.expr]) -> ast.expr:
    if len(tests) < 2:
        return tests[0] if tests else ast.Constant(True)
    return ast.BoolOp(ast.And(), [*tests])
