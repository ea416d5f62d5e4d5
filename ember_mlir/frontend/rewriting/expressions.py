"""Rewriting of expressions: whatever might meet a value that is not known goes through a hook.

    f"Q: {q}"        =>   _E_.text(P, "Q: ", (q, -1, None))
    [f(x) for x in xs if c]
                     =>   _E_.collected(P, _E_.collect(P), [_E_.item(P, f(x))
                                        for x in _E_.source(P, xs) if _E_.kept(P, c)])

The operands stay where they are in the user's own frame, so that `await` and assignments
in them work as they did.
"""

from __future__ import annotations

import ast

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.bindings import flag_of, refusal_of
from ember_mlir.frontend.rewriting.calls import Calls
from ember_mlir.frontend.rewriting.places import shape_of
from ember_mlir.frontend.rewriting.positions import placed


class Expressions(Calls):
    """Rewrites the expressions of one function and of those inside it."""

    # Names, attributes and elements

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
            # A function inside cannot even read what has no value.
            is_not = ast.Compare(flag, [ast.Is()], [ast.Constant(False)])
            value = placed(ast.IfExp(is_not, ast.Constant(None), node), node)
            return self.hook(node, "if_bound", place, value, flag, is_own)
        if refusal_of(node.id) in self.scopes[local]:
            what = f"the value of '{node.id}', which may have no value here,"
            self.refuse(node, what, "give it one value and type before")
        if any(node.id in names for names in self.risky):
            return self.hook(node, "local", self.place(node, name=node.id), node)
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        value = self.expression(node.value)
        if not node.target.id.startswith(PREFIX):
            # What is bound where Python may not come would be bound in any case.
            value = self.hook(node, "bound", self.place(node, name=node.target.id), value)
        node.value = value
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

    def visit_Await(self, node: ast.Await) -> ast.expr:
        node.value = self.hook(node, "awaitable", self.place(node), self.expression(node.value))
        return node

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
