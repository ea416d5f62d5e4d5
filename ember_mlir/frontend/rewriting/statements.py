"""Rewriting of statements: branches, loops and attempts run through a region of their own.

    if test: body        =>   r = _E_.branch(P, test)
    else: other               for arm in r:
                                  if r.live: x, y = r.enter(_E_.state(P, _E_.locals()))
                                  try:
                                      if arm: body
                                      else: other
                                  except BaseException as error:
                                      if not r.absorb(error): raise
                                  if r.live: r.leave(_E_.state(P, _E_.locals()))
                              if r.live: x, y = r.result

Where the test is known, the region is not `live`, and the body runs once, as it was
written. Where it is not, both arms run one after the other, each in the state that was
there before, and `result` is what stands for either outcome.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.assignments import Assignments
from ember_mlir.frontend.rewriting.bindings import (
    flag_of,
    refusal_of,
    unsure_names,
    with_flags,
)
from ember_mlir.frontend.rewriting.boxes import box
from ember_mlir.frontend.rewriting.jumps import without_jumps
from ember_mlir.frontend.rewriting.places import number_calls
from ember_mlir.frontend.rewriting.plain_forms import ASK, PlainForms
from ember_mlir.frontend.rewriting.positions import copied, placed
from ember_mlir.frontend.rewriting.regions import Region
from ember_mlir.frontend.rewriting.scopes import NameUses, statements_in_scope
from ember_mlir.frontend.source import Definition, FunctionNode
from ember_mlir.frontend.trees import nodes_of

InnerT = TypeVar("InnerT", ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

_REFUSED: dict[str, tuple[str, str]] = {
    "AsyncFor": ("an asynchronous loop", "write a loop over a list"),
    "ClassDef": ("a class", "define it outside of the function"),
    "Global": ("'global'", "return the value instead"),
    "Nonlocal": ("'nonlocal'", "return the value instead"),
    "TryStar": ("'except*'", "write 'except'"),
    "Yield": ("'yield'", "build a list and return it"),
    "YieldFrom": ("'yield from'", "build a list and return it"),
}


class Rewriter(Assignments):
    """Rewrites one function and those inside it."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(definition)
        self._broken: dict[ast.stmt, str] = {}
        self._reads: Counter[str] = Counter()
        self._names = NameUses()
        # The handlers around a statement, the innermost last.
        self._handling: list[Region] = []

    def whole(self, node: FunctionNode) -> None:
        """Rewrite a function that is captured."""
        number_calls(node)
        if any(ASK in line for line in self.definition.lines):
            for inner in nodes_of(node):
                if ASK in (getattr(inner, "id", None), getattr(inner, "arg", None)):
                    self.refuse(inner, f"the name '{ASK}'", "choose another one")
        self.function(node)

    def function(self, node: FunctionNode) -> None:
        """Rewrite a body, in a scope of its own."""
        outer = self._broken, self._reads, self._names, self._depth, self._handling
        self._depth = 0
        self._handling = []
        if isinstance(node, ast.Lambda):
            with self.scope(_arguments(node)):
                self.risky.append(set())
                node.body = self.expression(node.body)
        else:
            self.body(node)
        self.risky.pop()
        self._broken, self._reads, self._names, self._depth, self._handling = outer
        for argument in _all_arguments(node):
            argument.annotation = None
        if not isinstance(node, ast.Lambda):
            node.returns = None

    def body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Rewrite the statements of a function."""
        box(node, _arguments(node), self.refuse)
        forms = PlainForms(self.refuse)
        plain: list[ast.stmt] = []
        for statement in [*_own_entries(node), *node.body]:
            made: ast.stmt | list[ast.stmt] = forms.visit(statement)
            plain += made if isinstance(made, list) else [made]
        uses = NameUses()
        unsure = unsure_names(plain, _arguments(node), _risky(plain, uses), uses)
        flags = {name: flag_of(name) for name in unsure.flagged}
        structured = without_jumps(with_flags(plain, unsure))
        self._names = uses = NameUses(flags)
        self._broken, self._reads = structured.broken, uses.read(structured.body)
        # The test of a loop asks for its flag, which stands nowhere yet.
        self._reads.update(structured.broken.values())
        names = {*_arguments(node), *uses.bound(structured.body)}
        names |= {refusal_of(name) for name in unsure.within}
        with self.scope(names):
            self.risky.append(_risky(structured.body, uses))
            node.body = self.block(structured.body)

    def is_read_outside(self, node: ast.AST, name: str) -> bool:
        return self._reads[name] > self._names.read([node])[name]

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Statements, rewritten."""
        made: list[ast.stmt] = []
        for statement in statements:
            result: ast.stmt | list[ast.stmt] = self.visit(statement)
            made += result if isinstance(result, list) else [result]
        return made

    def generic_visit(self, node: ast.AST) -> ast.AST:
        found = _REFUSED.get(type(node).__name__)
        if found is not None:
            self.refuse(node, *found)
        return super().generic_visit(node)

    # Functions inside

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return self.inner(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        return self.inner(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        return self.inner(node)

    def inner(self, node: InnerT) -> InnerT:
        """A function inside: its defaults are evaluated in the scope around it."""
        if not isinstance(node, ast.Lambda) and node.decorator_list:
            what = f"a decorator of the inner function '{node.name}'"
            self.refuse(node.decorator_list[0], what, "define the function outside")
        found = node.args
        found.defaults = [self.expression(default) for default in found.defaults]
        found.kw_defaults = [None if d is None else self.expression(d) for d in found.kw_defaults]
        self.function(node)
        return node

    # Regions

    def visit_If(self, node: ast.If) -> list[ast.stmt]:
        names = self.live_names(node)
        test = self.condition(node.test)
        with_arm = self.region(node, names)
        body, other = self.inside(node.body), self.inside(node.orelse)
        arm = placed(ast.If(with_arm.arm, body or [ast.Pass()], other), node)
        start = self.hook(node.test, "branch", self.place(node.test, names=names), test)
        return with_arm.run(start, [arm])

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        names = self.live_names(node)
        items = self.expression(node.iter)
        with_arm = self.region(node, names)
        broken = self._broken.get(node)
        taken = self.assigned([node.target], with_arm.arm, node)
        body = [*taken, *self.inside(node.body)]
        if broken is not None:
            unbroken = ast.UnaryOp(ast.Not(), ast.Name(broken, ast.Load()))
            body = self.guarded(node, unbroken, body)
        start = self.hook(node.iter, "loop", self.place(node.iter, names=names), items)
        return with_arm.run(start, body, broken)

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        names = self.live_names(node)
        test: ast.expr = node.test
        broken = self._broken.get(node)
        if broken is not None:
            unbroken = ast.UnaryOp(ast.Not(), ast.Name(broken, ast.Load()))
            values = [unbroken, test]
            bare = isinstance(test, ast.Constant) and test.value is True
            test = unbroken if bare else ast.BoolOp(ast.And(), values)
            ast.fix_missing_locations(ast.copy_location(test, node.test))
        with_arm = self.region(node, names)
        asked = with_arm.call("goes_on", self.condition(test))
        body = self.inside(node.body)
        rounds = placed(ast.If(asked, body or [ast.Pass()], []), node)
        place = self.place(node.test, names=names)
        state = self.hook(node, "locals")
        start = self.hook(node.test, "rounds", place, state)
        return with_arm.run(start, [rounds])

    def visit_Try(self, node: ast.Try) -> list[ast.stmt]:
        if node.finalbody:
            return self.finally_(node)
        names = self.live_names(node)
        kinds = [
            ast.copy_location(ast.Name("BaseException", ast.Load()), node)
            if handler.type is None
            else self.expression(handler.type)
            for handler in node.handlers
        ]
        with_arm = self.region(node, names)
        last = _names_of(node, self._names.bound_last(node.body))
        again = _names_of(node, self._names.bound_again(node.body))
        body = self.stepwise(node, with_arm)
        arms: list[ast.stmt] = []
        for number, handler in reversed([*enumerate(node.handlers, 1)]):
            handled = self.handled(handler, with_arm)
            test = ast.Compare(with_arm.arm, [ast.Eq()], [ast.Constant(number)])
            arms = [placed(ast.If(test, handled, arms), handler)]
        test = ast.Compare(with_arm.arm, [ast.Eq()], [ast.Constant(0)])
        arm = placed(ast.If(test, body, arms), node)
        written = ast.copy_location(ast.Tuple([*kinds], ast.Load()), node)
        looks = ast.Tuple(
            [ast.Constant(number) for number in _looking(node, self._names)], ast.Load()
        )
        ast.fix_missing_locations(ast.copy_location(looks, node))
        place = self.place(node, names=names)
        start = self.hook(node, "attempt", place, written, last, again, looks)
        return with_arm.run(start, [arm])

    def stepwise(self, node: ast.Try, region: Region) -> list[ast.stmt]:
        """The body of a `try`, which tells what is bound when a handler reads some of that."""
        read_there = self._names.read(node.handlers)
        if read_there.keys().isdisjoint(self._names.bound(node.body)):
            return self.inside(node.body)
        made: list[ast.stmt] = []
        for statement in node.body:
            step = region.if_live(ast.Expr(region.call("step", region.state())))
            made += [*self.inside([statement]), placed(step, statement)]
        return made

    def handled(self, handler: ast.ExceptHandler, region: Region) -> list[ast.stmt]:
        """The body of a handler, with its error under its name."""
        self._handling.append(region)
        body = self.inside(handler.body)
        self._handling.pop()
        if handler.name is None:
            return body
        error = ast.Assign([ast.Name(handler.name, ast.Store())], region.attribute("error"))
        return [placed(error, handler), *body]

    def finally_(self, node: ast.Try) -> list[ast.stmt]:
        """What is done in any case stands behind the body, and in a handler of all errors."""
        self._depth += 1
        name = f"{PREFIX}error{self._depth}"
        inner: list[ast.stmt] = node.body
        if node.handlers:
            inner = [ast.copy_location(ast.Try(node.body, node.handlers, [], []), node)]
        final = [copied(statement) for statement in node.finalbody]
        again = placed(ast.Raise(ast.Name(name, ast.Load())), node)
        handler = ast.ExceptHandler(ast.Name("BaseException", ast.Load()), name, [*final, again])
        ast.fix_missing_locations(ast.copy_location(handler, node))
        whole = ast.copy_location(ast.Try(inner, [handler], [], []), node)
        self._reads.update(self._names.read([again, *node.finalbody]))
        self.scopes[-1].add(name)
        made = [*self.block([whole]), *self.block(node.finalbody)]
        self._depth -= 1
        return made

    def guarded(self, node: ast.stmt, test: ast.expr, body: list[ast.stmt]) -> list[ast.stmt]:
        """Statements that are rewritten already, under a test that is not."""
        names = self.live_names(node)
        place = ast.fix_missing_locations(ast.copy_location(test, node))
        region = Region(self, node, f"{PREFIX}g{self._depth}", names)
        arm = placed(ast.If(region.arm, body, []), node)
        start = self.hook(node, "branch", self.place(node, names=names), self.condition(place))
        return region.run(start, [arm])

    def inside(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Statements of a region."""
        self._depth += 1
        made = self.block(statements)
        self._depth -= 1
        return made

    def region(self, node: ast.stmt, names: Sequence[str]) -> Region:
        """What is written around a region."""
        return Region(self, node, f"{PREFIX}r{self._depth}", names)

    def live_names(self, node: ast.stmt) -> list[str]:
        """The names that a region may bind and that matter outside of it, or to another arm."""
        uses = self._names
        mine = uses.read([node])
        names = [
            name
            for name in uses.bound([node])
            if self._reads[name] > mine[name] or uses.is_exposed(node, name)
        ]
        # The flag of a loop is read by what is written around its body.
        broken = self._broken.get(node)
        return names if broken is None else [*dict.fromkeys([*names, broken])]

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.stmt:
        return self.visit_With(node)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> ast.stmt:
        for item in node.items:
            if not isinstance(item.optional_vars, ast.Name | None):
                self.refuse(node, "'with' that takes a value apart", "give it a name first")
            where = item.context_expr
            place = self.place(node)
            item.context_expr = self.hook(where, "context", place, self.expression(where))
        node.body = self.block(node.body)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        parts = [part for part in (node.exc, node.cause) if part is not None]
        written = [self.expression(part) for part in parts]
        if not parts and self._handling:
            written = [placed(self._handling[-1].attribute("error"), node)]
        raised = self.hook(node, "raised", self.place(node), *written)
        return placed(ast.Raise(raised), node)


def _names_of(node: ast.stmt, names: Iterable[str]) -> ast.Tuple:
    """Some names, as an expression."""
    made = ast.Tuple([ast.Constant(name) for name in names], ast.Load())
    return ast.fix_missing_locations(ast.copy_location(made, node))


def _looking(node: ast.Try, uses: NameUses) -> list[int]:
    """The numbers of the handlers that look at their error, or raise it again."""
    return [
        number
        for number, handler in enumerate(node.handlers, 1)
        if handler.name in uses.read(handler.body)
        or any(
            isinstance(found, ast.Raise) and found.exc is None
            for found in statements_in_scope(handler.body)
        )
    ]


def _risky(body: Sequence[ast.stmt], uses: NameUses) -> set[str]:
    """The names that may be bound in a region, and so may be unbound or unknown behind it."""
    return {
        name
        for statement in body
        if isinstance(statement, ast.If | ast.For | ast.While | ast.Try | ast.With | ast.AsyncWith)
        for name in uses.bound([statement])
    }


def _arguments(node: FunctionNode) -> set[str]:
    return {argument.arg for argument in _all_arguments(node)}


def _own_entries(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """`entries = {**entries}`: what a call has made of named arguments may be changed."""
    if node.args.kwarg is None:
        return []
    name = node.args.kwarg.arg
    copy = ast.Dict([None], [ast.Name(name, ast.Load())])
    return [placed(ast.Assign([ast.Name(name, ast.Store())], copy), node.body[0])]


def _all_arguments(node: FunctionNode) -> list[ast.arg]:
    found = node.args
    stars = [argument for argument in (found.vararg, found.kwarg) if argument is not None]
    return [*found.posonlyargs, *found.args, *found.kwonlyargs, *stars]
