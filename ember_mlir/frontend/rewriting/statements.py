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
from collections.abc import Sequence
from typing import TypeVar

from ember_mlir.frontend.narrowing import is_any_list
from ember_mlir.frontend.rewriting.expressions import OPERATORS, Expressions
from ember_mlir.frontend.rewriting.jumps import PREFIX, without_jumps
from ember_mlir.frontend.rewriting.places import number_calls, shape_of
from ember_mlir.frontend.rewriting.plain_forms import ASK, PlainForms
from ember_mlir.frontend.rewriting.positions import placed
from ember_mlir.frontend.rewriting.scopes import bound, bound_last, is_exposed, read
from ember_mlir.frontend.source import Definition, FunctionNode

NodeT = TypeVar("NodeT", bound=ast.AST)
InnerT = TypeVar("InnerT", ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

_REFUSED: dict[str, tuple[str, str]] = {
    "AsyncFor": ("an asynchronous loop", "write a loop over a list"),
    "AsyncWith": ("a 'with' block", "enter it around the call of the program"),
    "ClassDef": ("a class", "define it outside of the function"),
    "Global": ("'global'", "return the value instead"),
    "Nonlocal": ("'nonlocal'", "return the value instead"),
    "TryStar": ("'except*'", "write 'except'"),
    "With": ("a 'with' block", "enter it around the call of the program"),
    "Yield": ("'yield'", "build a list and return it"),
    "YieldFrom": ("'yield from'", "build a list and return it"),
}


class Rewriter(Expressions):
    """Rewrites one function and those inside it."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(definition)
        self._broken: dict[ast.stmt, str] = {}
        self._reads: Counter[str] = Counter()
        self._depth = 0

    def whole(self, node: FunctionNode) -> None:
        """Rewrite a function that is captured."""
        number_calls(node)
        for inner in ast.walk(node):
            if ASK in (getattr(inner, "id", None), getattr(inner, "arg", None)):
                self.refuse(inner, f"the name '{ASK}'", "choose another one")
        self.function(node)

    def function(self, node: FunctionNode) -> None:
        """Rewrite a body, in a scope of its own."""
        outer = self._broken, self._reads, self._depth
        self._depth = 0
        if isinstance(node, ast.Lambda):
            with self.scope(_arguments(node)):
                self.risky.append(set())
                node.body = self.expression(node.body)
        else:
            self.body(node)
        self.risky.pop()
        self._broken, self._reads, self._depth = outer
        for argument in _all_arguments(node):
            argument.annotation = None
        if not isinstance(node, ast.Lambda):
            node.returns = None

    def body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Rewrite the statements of a function."""
        forms = PlainForms(self.refuse)
        plain: list[ast.stmt] = []
        for statement in node.body:
            made: ast.stmt | list[ast.stmt] = forms.visit(statement)
            plain += made if isinstance(made, list) else [made]
        structured = without_jumps(plain)
        self._broken, self._reads = structured.broken, read(structured.body)
        # The test of a loop asks for its flag, which stands nowhere yet.
        self._reads.update(structured.broken.values())
        names = {*_arguments(node), *bound(structured.body)}
        with self.scope(names):
            self.risky.append(_risky(structured.body))
            node.body = self.block(structured.body)

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
        last = ast.Tuple([ast.Constant(name) for name in bound_last(node.body)], ast.Load())
        ast.fix_missing_locations(ast.copy_location(last, node))
        body = self.inside(node.body)
        arms: list[ast.stmt] = []
        for number, handler in reversed([*enumerate(node.handlers, 1)]):
            handled = self.handled(handler, with_arm)
            test = ast.Compare(with_arm.arm, [ast.Eq()], [ast.Constant(number)])
            arms = [placed(ast.If(test, handled, arms), handler)]
        test = ast.Compare(with_arm.arm, [ast.Eq()], [ast.Constant(0)])
        arm = placed(ast.If(test, body, arms), node)
        written = ast.copy_location(ast.Tuple([*kinds], ast.Load()), node)
        start = self.hook(node, "attempt", self.place(node, names=names), written, last)
        return with_arm.run(start, [arm])

    def handled(self, handler: ast.ExceptHandler, region: Region) -> list[ast.stmt]:
        """The body of a handler, with its error under its name."""
        body = self.inside(handler.body)
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
        final = [_deep_copy(statement) for statement in node.finalbody]
        again = placed(ast.Raise(ast.Name(name, ast.Load())), node)
        handler = ast.ExceptHandler(ast.Name("BaseException", ast.Load()), name, [*final, again])
        ast.fix_missing_locations(ast.copy_location(handler, node))
        whole = ast.copy_location(ast.Try(inner, [handler], [], []), node)
        self._reads.update(read([again, *node.finalbody]))
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
        mine = read([node])
        names = [
            name
            for name in bound([node])
            if self._reads[name] > mine[name] or is_exposed([node], name)
        ]
        # The flag of a loop is read by what is written around its body.
        broken = self._broken.get(node)
        return names if broken is None else [*dict.fromkeys([*names, broken])]

    # Assignments

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt] | ast.stmt:
        value = self.value_for(node.targets[0], node.value)
        return self.assigned(node.targets, value, node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt] | ast.stmt:
        # Annotations of local variables are never evaluated.
        if node.value is None:
            return placed(ast.Pass(), node)
        return self.assigned([node.target], self.value_for(node.target, node.value), node)

    def value_for(self, target: ast.expr, value: ast.expr) -> ast.expr:
        """A value that is assigned; under a name, it may be called so."""
        rewritten = self.expression(value)
        if not isinstance(target, ast.Name) or isinstance(value, ast.Constant):
            return rewritten
        return self.hook(value, "named", self.place(target, name=target.id), rewritten)

    def assigned(
        self, targets: Sequence[ast.expr], value: ast.expr, node: ast.stmt
    ) -> list[ast.stmt]:
        """Statements that assign one value to all targets."""
        if len(targets) == 1 and isinstance(targets[0], ast.Name):
            return [placed(ast.Assign([targets[0]], value), node)]
        held = f"{PREFIX}value{self._depth}"
        made: list[ast.stmt] = [placed(ast.Assign([ast.Name(held, ast.Store())], value), node)]
        for target in targets:
            made += self.stored(target, ast.Name(held, ast.Load()), node)
        return made

    def stored(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> list[ast.stmt]:
        """Statements that store a value in one target."""
        match target:
            case ast.Subscript(owner, index):
                written = [self.expression(owner), self.expression(index)]
                stored = self.hook(target, "store", self.place(target), *written, value)
                return [placed(ast.Expr(stored), node)]
            case ast.Attribute(owner, name):
                place = self.place(target, name=name)
                stored = self.hook(target, "store_attribute", place, self.expression(owner), value)
                return [placed(ast.Expr(stored), node)]
            case ast.Tuple() | ast.List():
                return self.unpacked(target, value, node)
            case _:
                return [placed(ast.Assign([target], value), node)]

    def unpacked(
        self, target: ast.Tuple | ast.List, value: ast.expr, node: ast.stmt
    ) -> list[ast.stmt]:
        """Statements that take a value apart."""
        place = self.place(target)
        number = len(self.places) - 1
        self.places[number] = self.places[number]._replace(shape=shape_of(target))
        behind: list[ast.stmt] = []
        names = self.only_names(target, behind, node)
        taken = self.hook(target, "unpacked", place, value)
        return [placed(ast.Assign([names], taken), node), *behind]

    def only_names(self, target: ast.expr, behind: list[ast.stmt], node: ast.stmt) -> ast.expr:
        """A target with names alone; what else there was is stored `behind`."""
        match target:
            case ast.Name():
                return target
            case ast.Starred(inner):
                target.value = self.only_names(inner, behind, node)
                return target
            case ast.Tuple(parts) | ast.List(parts):
                target.elts = [self.only_names(part, behind, node) for part in parts]
                return target
            case _:
                name = f"{PREFIX}part{len(behind)}"
                behind += self.stored(target, ast.Name(name, ast.Load()), node)
                return ast.copy_location(ast.Name(name, ast.Store()), target)

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        sign = ast.Constant(OPERATORS[type(node.op)])
        place = self.place(node, name=node.target.id if isinstance(node.target, ast.Name) else "")
        before, now, target = self.read_once(node.target)
        value = self.expression(node.value)
        after = self.hook(node, "augmented", place, sign, self.expression(now), value)
        return [*before, *self.stored(target, after, node)]

    def read_once(
        self, target: ast.Name | ast.Attribute | ast.Subscript
    ) -> tuple[list[ast.stmt], ast.expr, ast.expr]:
        """What evaluates the parts of a target, how it is read then, and how it is stored."""
        if isinstance(target, ast.Name):
            return [], ast.copy_location(ast.Name(target.id, ast.Load()), target), target
        parts = [target.value, *([target.slice] if isinstance(target, ast.Subscript) else [])]
        made: list[ast.stmt] = []
        names: list[str] = []
        for number, part in enumerate(parts):
            names.append(f"{PREFIX}target{number}")
            assign = ast.Assign([ast.Name(names[-1], ast.Store())], self.expression(part))
            made.append(placed(assign, target))
            self.scopes[-1].add(names[-1])

        def again(context: ast.expr_context) -> ast.expr:
            owner = ast.Name(names[0], ast.Load())
            if isinstance(target, ast.Attribute):
                written: ast.expr = ast.Attribute(owner, target.attr, context)
            else:
                written = ast.Subscript(owner, ast.Name(names[1], ast.Load()), context)
            return ast.fix_missing_locations(ast.copy_location(written, target))

        return made, again(ast.Load()), again(ast.Store())

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                written = [self.expression(target.value), self.expression(target.slice)]
                gone = self.hook(target, "delete", self.place(target), *written)
                made.append(placed(ast.Expr(gone), node))
            elif isinstance(target, ast.Name):
                made.append(placed(ast.Delete([target]), node))
            else:
                self.refuse(target, "'del' of an attribute", "leave it out")
        return made

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        parts = [part for part in (node.exc, node.cause) if part is not None]
        written = [self.expression(part) for part in parts]
        raised = self.hook(node, "raised", self.place(node), *written)
        return placed(ast.Raise(raised), node)


class Region:
    """What is written around the body of a region, whose object has a name of its own."""

    def __init__(self, rewriter: Rewriter, node: ast.stmt, name: str, names: Sequence[str]) -> None:
        self._rewriter = rewriter
        self._node = node
        self._name = name
        self._names = names

    @property
    def arm(self) -> ast.Name:
        """Which arm or element is captured."""
        return ast.Name(f"{self._name}_arm", ast.Load())

    def attribute(self, name: str) -> ast.Attribute:
        """An attribute of the region's object."""
        return ast.Attribute(ast.Name(self._name, ast.Load()), name, ast.Load())

    def call(self, name: str, *arguments: ast.expr) -> ast.Call:
        """A call of a method of the region's object."""
        return ast.Call(self.attribute(name), [*arguments], [])

    def run(
        self, start: ast.expr, body: list[ast.stmt], broken: str | None = None
    ) -> list[ast.stmt]:
        """The statements around `body`."""
        entered = self.bind(self.call("enter", self.state()))
        error = f"{self._name}_error"
        absorbed = ast.UnaryOp(ast.Not(), self.call("absorb", ast.Name(error, ast.Load())))
        handler = ast.ExceptHandler(
            ast.Name("BaseException", ast.Load()), error, [ast.If(absorbed, [ast.Raise()], [])]
        )
        left = ast.Expr(self.call("leave", self.state()))
        rounds: list[ast.stmt] = [
            self.if_live(entered),
            ast.Try(body, [handler], [], []),
            self.if_live(left),
        ]
        if broken is not None:
            over = self.call("is_over", ast.Name(broken, ast.Load()))
            rounds.append(ast.If(over, [ast.Break()], []))
        made: list[ast.stmt] = [
            ast.Assign([ast.Name(self._name, ast.Store())], start),
            ast.For(
                ast.Name(self.arm.id, ast.Store()), ast.Name(self._name, ast.Load()), rounds, []
            ),
            self.if_live(self.bind(self.attribute("result"))),
        ]
        return [placed(statement, self._node) for statement in made]

    def state(self) -> ast.expr:
        """The variables of the function, as they are now."""
        return self._rewriter.hook(self._node, "locals")

    def bind(self, value: ast.expr) -> ast.stmt:
        """Give the region's names these values."""
        if not self._names:
            return ast.Expr(value)
        names: list[ast.expr] = [ast.Name(name, ast.Store()) for name in self._names]
        return ast.Assign([ast.Tuple(names, ast.Store())], value)

    def if_live(self, statement: ast.stmt) -> ast.stmt:
        """A statement that is only for a region both of whose outcomes are captured."""
        return ast.If(self.attribute("live"), [statement], [])


def _risky(body: Sequence[ast.stmt]) -> set[str]:
    """The names that may be bound in a region, and so may be unbound or unknown behind it."""
    return {
        name
        for statement in body
        if isinstance(statement, ast.If | ast.For | ast.While | ast.Try)
        for name in bound([statement])
    }


def _arguments(node: FunctionNode) -> set[str]:
    return {argument.arg for argument in _all_arguments(node)}


def _all_arguments(node: FunctionNode) -> list[ast.arg]:
    found = node.args
    stars = [argument for argument in (found.vararg, found.kwarg) if argument is not None]
    return [*found.posonlyargs, *found.args, *found.kwonlyargs, *stars]


def _deep_copy(node: NodeT) -> NodeT:
    copy = type(node).__new__(type(node))
    for name, value in vars(node).items():
        copied: object = value
        if isinstance(value, ast.AST):
            copied = _deep_copy(value)
        elif is_any_list(value):
            copied = [_deep_copy(item) if isinstance(item, ast.AST) else item for item in value]
        setattr(copy, name, copied)
    return copy
