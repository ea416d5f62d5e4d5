"""Rewriting of calls.

f(x, *rest)            =>   _E_.call(P, f, x, *_E_.spread(P, rest))
rows[key].append(x)    =>   _E_.call(P, _E_.part(P, rows, key), x)
any(f(x) for x in xs)  =>   what `stopping` shows
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from ember_mlir.frontend.rewriting.bindings import flag_of
from ember_mlir.frontend.rewriting.operators import Operators
from ember_mlir.frontend.rewriting.places import shape_of, site_of
from ember_mlir.frontend.rewriting.plain_forms import ASK
from ember_mlir.frontend.rewriting.positions import copied, placed
from ember_mlir.frontend.rewriting.scopes import is_name, read
from ember_mlir.frontend.rewriting.stopping import (
    DEFAULT,
    FIRST,
    ITEM,
    PICKED,
    Stopping,
    asked_of,
    bound_in,
    function_of,
    is_in_order,
    lambda_of,
    names_of,
    stopping,
)

_CHANGING = (
    *("add", "append", "clear", "discard", "extend", "insert", "remove", "reverse", "sort"),
    "update",
)
"""Methods that change a list, set or dict, and give nothing."""
_SCOPES = ("super", "locals", "globals", "vars", "eval", "exec", "dir", "breakpoint")
"""Functions that look at the frame that calls them."""


class Calls(Operators):
    """Rewrites calls."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = node.func
        if isinstance(function, ast.Attribute) and is_name(function.value, ASK):
            node.args = [self.expression(argument) for argument in node.args]
            return node
        if isinstance(function, ast.Name) and function.id in _SCOPES:
            # With all names given, `eval` does not look at the frame.
            is_given = function.id == "eval" and len(node.args) > 1
            if not is_given and not self.is_local(function.id):
                return self.frame_call(node, function.id)
        found = stopping(node, self.is_read_outside)
        if found is not None and not self.is_local(found.name):
            return self.stopping_call(node, found)
        place = self.place(node, site=site_of(node))
        arguments = [self.argument(argument) for argument in node.args]
        for keyword in node.keywords:
            where, value = keyword.value, self.expression(keyword.value)
            if keyword.arg is None:
                value = self.hook(where, "spread_entries", self.place(where), value)
            keyword.value = value
        called = self.part(function) or self.expression(function)
        call = self.hook(node, "call", place, called, *arguments)
        call.keywords = node.keywords
        return call

    def part(self, function: ast.expr) -> ast.expr | None:
        """A method that changes an element of a dict where it stands, if it is called such."""
        if not isinstance(function, ast.Attribute) or function.attr not in _CHANGING:
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
        if not is_in_order(found):
            self.refuse(node, "a default of 'next' that is computed there", "give it a name before")
        place = self.place(node, site=site_of(node))
        source = self.unsure_source(found)
        every = self.thunk(lambda: self.expression(copied(found.generator)), found.generator)
        given = [DEFAULT] if found.default else []
        stop = self.thunk(lambda: self.stopped(node, found), found.generator, given)
        function = self.expression(node.func)
        default = [self.expression(one) for one in found.default]
        return self.hook(node, "stopping", place, function, source, every, stop, *default)

    def unsure_source(self, found: Stopping) -> ast.expr:
        """What is looked through, if that is a name that may have no value: it is read here.

        In a function of its own, as what follows is, reading it would be another error.
        """
        source = found.generator.generators[0].iter
        unsure = [name for name in read([source]) if flag_of(name) in self.scopes[-1]]
        if unsure and not isinstance(source, ast.Name):
            what = f"'{unsure[0]}', which may have no value here,"
            step = f"give what {found.name}() looks through a name first"
            self.refuse(source, what, step)
        return self.expression(copied(source)) if unsure else ast.Constant(None)

    def thunk(
        self, write: Callable[[], ast.expr], where: ast.expr, names: Sequence[str] = ()
    ) -> ast.expr:
        """An expression that is evaluated when it is asked for, and is given what has `names`."""
        with self.scope({*names}):
            return placed(lambda_of(names, write()), where)

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
        written += [placed(ast.Name(DEFAULT, ast.Load()), one) for one in found.default]
        return self.hook(node, "stopped", place, source, *written)

    def of_each(self, generator: ast.comprehension, body: ast.expr) -> ast.expr:
        """A function of what a generator expression runs through."""
        made = function_of(generator.target, body)
        if isinstance(generator.target, ast.Name):
            return made
        place = self.place(generator.target)
        number = len(self.places) - 1
        self.places[number] = self.places[number]._replace(shape=shape_of(generator.target))
        item = placed(ast.Name(ITEM, ast.Load()), body)
        parts = ast.Starred(self.hook(body, "unpacked", place, item), ast.Load())
        return lambda_of([ITEM], placed(ast.Call(made, [parts], []), body))

    def frame_call(self, node: ast.Call, name: str) -> ast.expr:
        """A call of what looks at the frame: `super()` alone is left as it is."""
        if name == "super" and not node.args:
            return node
        self.refuse(node, f"a call of {name}()", "write out what you need")


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
