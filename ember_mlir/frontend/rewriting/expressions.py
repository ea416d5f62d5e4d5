"""Rewriting of expressions: whatever might meet a value that is not known goes through a hook.

    f"Q: {q}"        =>   _E_.text(P, "Q: ", (q, -1, None))
    a and f(b)       =>   _E_.joined(P, _E_.unless_false(P, a) and _E_.call(P, f, b))
    x if c else y    =>   _E_.chosen(P, _E_.then(x) if _E_.asked(P, c) else None,
                                        _E_.otherwise(y) if _E_.other() else None)
    [f(x) for x in xs if c]
                     =>   _E_.collected(P, _E_.collect(P), [_E_.item(P, f(x))
                                        for x in _E_.source(P, xs) if _E_.kept(P, c)])

The operands stay where they are in the user's own frame, so that `await` and assignments
in them work as they did.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.bindings import flag_of, refusal_of
from ember_mlir.frontend.rewriting.places import Place, shape_of, site_of
from ember_mlir.frontend.rewriting.plain_forms import ASK
from ember_mlir.frontend.rewriting.positions import copied, placed, position_of
from ember_mlir.frontend.rewriting.stopping import (
    FIRST,
    ITEM,
    PICKED,
    Stopping,
    asked_of,
    bound_in,
    lambda_of,
    names_of,
    stopping,
)
from ember_mlir.frontend.source import Definition

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_SIGNS: dict[type[ast.unaryop], str] = {ast.UAdd: "+", ast.USub: "-", ast.Invert: "~"}
CHANGING = (
    *("add", "append", "clear", "discard", "extend", "insert", "remove", "reverse", "sort"),
    "update",
)
"""Methods that change a list, set or dict, and give nothing."""
_SCOPES = ("super", "locals", "globals", "vars", "eval", "exec", "dir", "breakpoint")
"""Functions that look at the frame that calls them."""


class Expressions(ast.NodeTransformer):
    """Rewrites the expressions of one function and of those inside it."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.places: list[Place] = []
        self.scopes: list[set[str]] = []
        self.risky: list[set[str]] = []

    def place(
        self, node: ast.AST, *, site: int = -1, name: str = "", names: Sequence[str] = ()
    ) -> ast.Constant:
        """The number of a new place, as an expression."""
        assert isinstance(node, ast.expr | ast.stmt | ast.pattern)
        location = self.definition.location(node)
        self.places.append(Place(location, site, name, tuple(names)))
        return ast.Constant(len(self.places) - 1)

    def refuse(self, node: ast.AST, what: str, step: str) -> NoReturn:
        """Raise the `CaptureError` of a construct that cannot be rewritten."""
        known = isinstance(node, ast.stmt | ast.expr | ast.arg | ast.pattern)
        place = node if known else self.definition.node
        assert isinstance(place, ast.stmt | ast.expr | ast.arg | ast.pattern)
        raise CaptureError(
            f"{what} is not captured yet; {step}", location=self.definition.location(place)
        )

    def hook(self, node: ast.AST, name: str, *arguments: ast.expr) -> ast.Call:
        """A call of a hook, where `node` stands."""
        assert isinstance(node, ast.expr | ast.stmt | ast.pattern)
        position = position_of(node)
        asked = ast.Name(ASK, ast.Load(), **position)
        for argument in arguments:
            if not hasattr(argument, "lineno"):
                vars(argument).update(position)
        function = ast.Attribute(asked, name, ast.Load(), **position)
        return ast.Call(function, [*arguments], [], **position)

    def expression(self, node: ast.expr) -> ast.expr:
        """An expression, rewritten."""
        result = self.visit(node)
        assert isinstance(result, ast.expr)
        return result

    @contextmanager
    def scope(self, names: set[str]) -> Generator[None]:
        """Be where these names are local."""
        self.scopes.append(names)
        yield
        self.scopes.pop()

    # Names and attributes

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            return node
        local = next((n for n in range(len(self.scopes))[::-1] if node.id in self.scopes[n]), None)
        if local is None:
            return self.hook(node, "name", self.place(node, name=node.id), node)
        if flag_of(node.id) in self.scopes[local]:
            flag = ast.Name(flag_of(node.id), ast.Load())
            is_own = ast.Constant(local == len(self.scopes) - 1)
            place = self.place(node, name=node.id)
            return self.hook(node, "if_bound", place, node, flag, is_own)
        if refusal_of(node.id) in self.scopes[local]:
            what = f"the value of '{node.id}', which may have no value here,"
            self.refuse(node, what, "give it one value and type before")
        if any(node.id in names for names in self.risky):
            return self.hook(node, "local", self.place(node, name=node.id), node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            node.value = self.expression(node.value)
            return node
        place = self.place(node, name=node.attr)
        return self.hook(node, "attribute", place, self.expression(node.value))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        value, index = self.expression(node.value), self.expression(node.slice)
        return self.hook(node, "element", self.place(node), value, index)

    def visit_Slice(self, node: ast.Slice) -> ast.expr:
        # A slice may only stand in brackets.
        parts = [node.lower, node.upper, node.step]
        written = [ast.Constant(None) if part is None else self.expression(part) for part in parts]
        for part in written:
            if not hasattr(part, "lineno"):
                ast.copy_location(part, node)
        return self.hook(node, "slice", *written)

    # Calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = node.func
        if isinstance(function, ast.Attribute) and _is_name(function.value, ASK):
            node.args = [self.expression(argument) for argument in node.args]
            return node
        if isinstance(function, ast.Name) and function.id in _SCOPES:
            return self.frame_call(node, function)
        found = stopping(node, self.is_read_outside)
        if found is not None and not any(found.name in names for names in self.scopes):
            return self.stopping_call(node, found)
        place = self.place(node, site=site_of(node))
        arguments = [self.argument(argument) for argument in node.args]
        for keyword in node.keywords:
            where, value = keyword.value, self.expression(keyword.value)
            is_all = keyword.arg is None
            spread = (
                self.hook(where, "spread_entries", self.place(where), value) if is_all else value
            )
            keyword.value = spread
        called = self.part(function) or self.expression(function)
        call = self.hook(node, "call", place, called, *arguments)
        call.keywords = node.keywords
        return call

    def part(self, function: ast.expr) -> ast.expr | None:
        """A method that changes an element of a dict where it stands, if it is called such."""
        if not isinstance(function, ast.Attribute) or function.attr not in CHANGING:
            return None
        whole = function.value
        place = self.place(function, name=function.attr)
        if isinstance(whole, ast.Subscript) and not isinstance(whole.slice, ast.Slice):
            written = self.expression(whole.value), self.expression(whole.slice)
            return self.hook(function, "part", place, *written)
        if isinstance(whole, ast.Call) and _is_new(whole):
            assert isinstance(whole.func, ast.Attribute)
            given = [self.expression(one) for one in whole.args]
            return self.hook(function, "part_or", place, self.expression(whole.func.value), *given)
        return None

    def is_read_outside(self, node: ast.AST, name: str) -> bool:
        """Whether a name that an expression binds may be read anywhere else."""
        del node, name
        return True

    def stopping_call(self, node: ast.Call, found: Stopping) -> ast.expr:
        """A call that stops at the first element that decides."""
        place = self.place(node, site=site_of(node))
        every = self.thunk(lambda: self.expression(copied(found.generator)), found.generator)
        stop = self.thunk(lambda: self.stopped(node, found), found.generator)
        function = self.expression(node.func)
        default = [self.expression(one) for one in found.default]
        return self.hook(node, "stopping", place, function, every, stop, *default)

    def thunk(self, write: Callable[[], ast.expr], where: ast.expr) -> ast.expr:
        """An expression that is evaluated when it is asked for."""
        with self.scope(set()):
            return placed(lambda_of([], write()), where)

    def stopped(self, node: ast.Call, found: Stopping) -> ast.expr:
        """A call of what loops until an element decides."""
        generator, *others = copied(found.generator).generators
        source = self.expression(generator.iter)
        with self.scope({*names_of(generator), *bound_in(found.generator)}):
            written = [
                self.of_each(generator, self.condition(one) if is_test else self.expression(one))
                for one, is_test in asked_of(node, found, generator.ifs, others)
            ]
        name = PICKED if found.name == FIRST and len(written) == 1 else found.name
        place = self.place(node, site=site_of(node), name=name)
        written += [self.expression(copied(one)) for one in found.default]
        return self.hook(node, "stopped", place, source, *written)

    def of_each(self, generator: ast.comprehension, body: ast.expr) -> ast.expr:
        """A function of what a generator expression runs through."""
        names = names_of(generator)
        made = lambda_of(names, body)
        if isinstance(generator.target, ast.Name):
            return made
        place = self.place(generator.target)
        number = len(self.places) - 1
        self.places[number] = self.places[number]._replace(shape=shape_of(generator.target))
        item = placed(ast.Name(ITEM, ast.Load()), body)
        parts = ast.Starred(self.hook(body, "unpacked", place, item), ast.Load())
        return lambda_of([ITEM], placed(ast.Call(made, [parts], []), body))

    def frame_call(self, node: ast.Call, function: ast.Name) -> ast.expr:
        """A call of what looks at the frame: `super()` alone is left as it is."""
        if function.id == "super" and not node.args:
            return node
        # With all names given, `eval` does not look at the frame.
        is_given = function.id == "eval" and len(node.args) > 1
        if is_given or any(function.id in scope for scope in self.scopes):
            return self.generic_call(node)
        self.refuse(node, f"a call of {function.id}()", "write out what you need")

    def generic_call(self, node: ast.Call) -> ast.expr:
        """A call of a local function that has the name of one of Python's."""
        place = self.place(node, site=site_of(node))
        arguments = [self.argument(argument) for argument in node.args]
        return self.hook(node, "call", place, self.expression(node.func), *arguments)

    def argument(self, node: ast.expr, spread: str = "spread") -> ast.expr:
        """An argument of a call."""
        if isinstance(node, ast.Starred):
            value = self.expression(node.value)
            node.value = self.hook(node.value, spread, self.place(node.value), value)
            return node
        return self.expression(node)

    # Texts

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return self.hook(node, "text", self.place(node), *[self.piece(one) for one in node.values])

    def piece(self, node: ast.expr) -> ast.expr:
        """A literal of an f-string, or a value with its conversion and its format."""
        if not isinstance(node, ast.FormattedValue):
            return node
        value = self.expression(node.value)
        spec = ast.Constant(None) if node.format_spec is None else self.visit(node.format_spec)
        parts: list[ast.expr] = [value, ast.Constant(node.conversion), spec]
        return placed(ast.Tuple(parts, ast.Load()), node)

    # Operators

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        sign = ast.Constant(OPERATORS[type(node.op)])
        left, right = self.expression(node.left), self.expression(node.right)
        return self.hook(node, "binary", self.place(node), sign, left, right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        is_not = isinstance(node.op, ast.Not)
        operand = self.condition(node.operand) if is_not else self.expression(node.operand)
        if isinstance(node.op, ast.Not):
            return self.hook(node, "negated", self.place(node), operand)
        if isinstance(node.operand, ast.Constant):
            return node
        return self.hook(
            node, "signed", self.place(node), ast.Constant(_SIGNS[type(node.op)]), operand
        )

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        if any(not _is_simple(operand) for operand in node.comparators[1:]):
            return self.expression(self.pairwise(node))
        operands = [self.expression(operand) for operand in (node.left, *node.comparators)]
        signs = [ast.Constant(COMPARISONS[type(op)]) for op in node.ops]
        if len(signs) == 1:
            return self.hook(node, "compared", self.place(node), signs[0], *operands)
        written = ast.Tuple([*signs], ast.Load())
        ast.fix_missing_locations(ast.copy_location(written, node))
        return self.hook(node, "compared_in_turn", self.place(node), written, *operands)

    def pairwise(self, node: ast.Compare) -> ast.expr:
        """`a < b < c` as `a < (x := b) and x < c`, as Python may not come to `c`."""
        pairs: list[ast.expr] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            name = f"{PREFIX}operand{len(self.places)}_{len(pairs)}"
            self.scopes[-1].add(name)
            last = len(pairs) == len(node.ops) - 1
            named = right if last else ast.NamedExpr(ast.Name(name, ast.Store()), right)
            pairs.append(ast.Compare(left, [op], [named]))
            left = ast.Name(name, ast.Load())
        both = ast.BoolOp(ast.And(), pairs)
        return ast.fix_missing_locations(ast.copy_location(both, node))

    def condition(self, node: ast.expr) -> ast.expr:
        """An expression of which only the truth counts, rewritten."""
        if isinstance(node, ast.BoolOp):
            return self.any_or_all(node, [self.truth(value) for value in node.values])
        return self.expression(node)

    def truth(self, node: ast.expr) -> ast.expr:
        """The truth of an operand, rewritten."""
        if isinstance(node, ast.BoolOp):
            return self.condition(node)
        rewritten = self.expression(node)
        if isinstance(node, ast.Compare):
            return rewritten
        return self.hook(node, "test", self.place(node), rewritten)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        return self.any_or_all(node, [self.expression(value) for value in node.values])

    def any_or_all(self, node: ast.BoolOp, operands: Sequence[ast.expr]) -> ast.expr:
        """`and` or `or` of operands that are rewritten already."""
        *before, result = operands
        is_and = isinstance(node.op, ast.And)
        for value, first in zip(node.values[-2::-1], before[::-1], strict=True):
            place = self.place(node)
            asked = self.hook(value, "unless_false" if is_and else "unless_true", place, first)
            both = ast.copy_location(ast.BoolOp(node.op, [asked, result]), node)
            result = self.hook(node, "joined", place, both)
        return result

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        place = self.place(node)
        asked = self.hook(node.test, "asked", place, self.condition(node.test))
        then = self.hook(node.body, "then", self.expression(node.body))
        other = self.hook(node.orelse, "otherwise", self.expression(node.orelse))
        nothing = ast.copy_location(ast.Constant(None), node)
        first = ast.copy_location(ast.IfExp(asked, then, nothing), node)
        again = self.hook(node, "other")
        second = ast.copy_location(ast.IfExp(again, other, nothing), node)
        return self.hook(node, "chosen", place, first, second)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        value = self.expression(node.value)
        if not node.target.id.startswith(PREFIX):
            # What is bound where Python may not come would be bound in any case.
            value = self.hook(node, "bound", self.place(node, name=node.target.id), value)
        node.value = value
        return node

    def visit_Await(self, node: ast.Await) -> ast.expr:
        node.value = self.hook(node, "awaitable", self.place(node), self.expression(node.value))
        return node

    # What is made of several values

    def visit_List(self, node: ast.List) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            return node
        if any(isinstance(element, ast.Starred) for element in node.elts):
            return self.spread_list(node)
        node.elts = [self.expression(element) for element in node.elts]
        return self.hook(node, "made", node)

    def spread_list(self, node: ast.List) -> ast.expr:
        """A list with others spread in it: those, and the elements between them as lists."""
        parts: list[ast.expr] = []
        for element in node.elts:
            star = isinstance(element, ast.Starred)
            value = self.expression(element.value if isinstance(element, ast.Starred) else element)
            part = ast.Tuple([ast.Constant(star), value], ast.Load())
            parts.append(ast.fix_missing_locations(ast.copy_location(part, element)))
        return self.hook(node, "made_of", self.place(node), *parts)

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            return node
        node.elts = [self.argument(element, "spread_known") for element in node.elts]
        return node

    def visit_Set(self, node: ast.Set) -> ast.expr:
        node.elts = [self.argument(element) for element in node.elts]
        elements = ast.copy_location(ast.List(node.elts, ast.Load()), node)
        return self.hook(node, "made_set", self.place(node), elements)

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        node.keys = [None if key is None else self.expression(key) for key in node.keys]
        node.values = [self.expression(value) for value in node.values]
        pairs: list[ast.expr] = []
        for key, value in zip(node.keys, node.values, strict=True):
            parts = [value] if key is None else [key, value]
            pairs.append(ast.copy_location(ast.Tuple(parts, ast.Load()), value))
        return self.hook(node, "made_dict", self.place(node), *pairs)

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        return self.collected(node, node.generators, node.elt, "made")

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        # Its elements are made at once: most that take it take all of it.
        return self.collected(node, node.generators, node.elt, "once")

    def visit_SetComp(self, node: ast.SetComp) -> ast.expr:
        return self.collected(node, node.generators, node.elt, "made_set")

    def visit_DictComp(self, node: ast.DictComp) -> ast.expr:
        pair = ast.copy_location(ast.Tuple([node.key, node.value], ast.Load()), node)
        # Of what is new for each key, nobody else knows.
        match node.value:
            case ast.List(elts=[]) | ast.Dict(keys=[]):
                kind = "dict_of_new"
            case _:
                kind = "dict_of_pairs"
        return self.collected(node, node.generators, pair, kind)

    def collected(
        self, node: ast.expr, generators: list[ast.comprehension], element: ast.expr, kind: str
    ) -> ast.expr:
        """A comprehension, as one of a list."""
        first, *others = generators
        source = self.source(first)
        targets = [name for one in generators for name in ast.walk(one.target)]
        with self.scope({name.id for name in targets if isinstance(name, ast.Name)}):
            sources = [source, *[self.source(other) for other in others]]
            for generator, written in zip(generators, sources, strict=True):
                if generator.is_async:
                    self.refuse(node, "an asynchronous comprehension", "write it without 'async'")
                generator.iter = written
                tests = [self.condition(test) for test in generator.ifs]
                # Of a test in the middle, what it guards is more than one element.
                kept = "kept" if generator is generators[-1] else "known"
                generator.ifs = [self.hook(t, kept, self.place(t), t) for t in tests]
            item = self.hook(element, "item", self.place(element), self.expression(element))
        comprehension = ast.copy_location(ast.ListComp(item, generators), node)
        place = self.place(node)
        kinds = ast.Constant(kind)
        return self.hook(node, "collected", place, kinds, self.hook(node, "collect"), comprehension)

    def source(self, generator: ast.comprehension) -> ast.expr:
        """What a comprehension runs through."""
        where = generator.iter
        place = self.place(where)
        number = len(self.places) - 1
        self.places[number] = self.places[number]._replace(shape=shape_of(generator.target))
        return self.hook(where, "source", place, self.expression(where))


def _is_new(node: ast.Call) -> bool:
    """Whether a call is of `setdefault`, with a list or dict that nobody else has."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "setdefault":
        return False
    if len(node.args) != 2 or node.keywords:
        return False
    default = node.args[1]
    if isinstance(default, ast.Call):
        made = isinstance(default.func, ast.Name) and default.func.id in ("list", "dict", "set")
        return made and not default.args and not default.keywords
    if isinstance(default, ast.Dict):
        return not default.keys
    return isinstance(default, ast.List) and not default.elts


def _is_simple(node: ast.expr) -> bool:
    """Whether it does not matter whether an operand is evaluated."""
    return isinstance(node, ast.Constant | ast.Name)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
