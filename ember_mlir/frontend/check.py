"""What may stand in a captured function, checked before anything of it runs.

What is listed here as captured is traced exactly; all else is refused with its line, and
never frozen at capture.
"""

from __future__ import annotations

import ast
from typing import NoReturn

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.source import Definition, FunctionNode

HOOKS = "_E_"
"""The name under which rewritten code reaches its hooks."""

CONSUMERS = ("dict", "join", "list", "max", "min", "sorted", "sum", "tuple", "vote")
"""Callables that take all of a generator expression at once: there it is a list."""

_CAPTURED = (
    *(ast.Return, ast.Expr, ast.If, ast.Pass, ast.Break, ast.Continue),
    *(ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Constant),
    *(ast.Dict, ast.List, ast.Tuple, ast.Starred, ast.Subscript, ast.Slice, ast.Attribute),
    *(ast.JoinedStr, ast.FormattedValue, ast.keyword),
    *(ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.expr_context),
)

_OUTSIDE = "do it outside and pass the result as an argument"
_REFUSED: dict[str, tuple[str, str]] = {
    "AsyncFor": ("an asynchronous loop", "use ember.map, which runs its calls at once"),
    "AsyncFunctionDef": ("an async function", "write 'def': calls run at once anyway"),
    "AsyncWith": ("a 'with' block", _OUTSIDE),
    "Assert": ("an assertion", "check the arguments before the call, or the result after it"),
    "Await": ("'await'", "call without it: calls run at once anyway"),
    "ClassDef": ("a class", "define it outside of the function"),
    "Delete": ("'del'", "leave it out"),
    "GeneratorExp": ("a generator expression here", "write a list comprehension"),
    "Global": ("'global'", "return the value instead"),
    "Import": ("an import", "import at the top of the file"),
    "ImportFrom": ("an import", "import at the top of the file"),
    "Match": ("'match'", "use ember.vote or decide outside, on the program's result"),
    "NamedExpr": ("an assignment expression", "write the assignment on a line of its own"),
    "Nonlocal": ("'nonlocal'", "return the value instead"),
    "Raise": ("'raise'", "raise outside, on the program's result"),
    "Set": ("a set", "write a list: the order of a set is not fixed"),
    "SetComp": ("a set comprehension", "write a list comprehension: a set has no fixed order"),
    "Try": ("'try'", "catch errors around the call of the program"),
    "TryStar": ("'try'", "catch errors around the call of the program"),
    "While": ("a while loop", "use 'for' over a list that is known, as in range(5)"),
    "With": ("a 'with' block", "enter it around the call of the program"),
    "Yield": ("'yield'", "build a list and return it"),
    "YieldFrom": ("'yield from'", "build a list and return it"),
}


def check_definition(definition: Definition) -> None:
    """Raise `CaptureError` at the first construct of a function that is not captured."""
    checker = _Checker(definition)
    node = definition.node
    if isinstance(node, ast.AsyncFunctionDef):
        checker.refuse(node)
    checker.body(node)
    if not definition.current:
        checker.stale()


def check_entry(definition: Definition) -> None:
    """Raise `CaptureError` if a function cannot be an entry: its arguments have names."""
    arguments = definition.node.args
    for found, stars in ((arguments.vararg, "*"), (arguments.kwarg, "**")):
        if found is not None:
            raise CaptureError(
                f"'{stars}{found.arg}' of an entry is not captured yet; "
                "name each argument, or take one list",
                location=definition.location(found),
            )


class _Checker(ast.NodeVisitor):
    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def refuse(self, node: ast.AST, what: str = "", step: str = "") -> NoReturn:
        found = _REFUSED.get(type(node).__name__)
        if not what:
            what, step = found or (f"'{type(node).__name__}'", _OUTSIDE)
        location = (
            self.definition.location(node)
            if isinstance(node, ast.stmt | ast.expr | ast.arg)
            else self.definition.location(self.definition.node)
        )
        raise CaptureError(f"{what} is not captured yet; {step}", location=location)

    def stale(self) -> NoReturn:
        # Only an assertion can be in the way here, and those are refused above.
        raise CaptureError(
            f"the source of '{self.definition.name}' must be the code that runs, but it differs; "
            "import it again",
            location=self.definition.location(self.definition.node),
        )

    def body(self, node: FunctionNode) -> None:
        for statement in node.body if isinstance(node.body, list) else [node.body]:
            self.visit(statement)

    def generic_visit(self, node: ast.AST) -> None:
        if not isinstance(node, _CAPTURED):
            self.refuse(node)
        super().generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.decorator_list:
            what = f"a decorator of the inner function '{node.name}'"
            self.refuse(node.decorator_list[0], what, "define the function outside")
        self.name(node, node.name)
        self.arguments(node.args)
        self.body(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.arguments(node.args)
        self.visit(node.body)

    def arguments(self, arguments: ast.arguments) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)

    def visit_Name(self, node: ast.Name) -> None:
        self.name(node, node.id)

    def name(self, node: ast.stmt | ast.expr, name: str) -> None:
        if name == HOOKS:
            self.refuse(node, f"the name '{HOOKS}'", "choose another one")

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self.target(target)
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.target(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.target(node.target)
        self.visit(node.value)

    def visit_For(self, node: ast.For) -> None:
        self.target(node.target)
        self.visit(node.iter)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def target(self, node: ast.expr) -> None:
        match node:
            case ast.Name():
                self.visit(node)
            case ast.Tuple() | ast.List():
                for element in node.elts:
                    self.target(element)
            case ast.Starred():
                self.target(node.value)
            case ast.Subscript():
                self.refuse(node, "assignment to an element", "build a new list or dict")
            case _:
                self.refuse(node, "assignment to an attribute", "assign to a name")

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self.comprehension(node, node.elt)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self.comprehension(node, node.key, node.value)

    def comprehension(
        self, node: ast.ListComp | ast.DictComp | ast.GeneratorExp, *elements: ast.expr
    ) -> None:
        for generator in node.generators:
            if generator.is_async:
                self.refuse(node, "an asynchronous comprehension", "use ember.map")
            self.target(generator.target)
            for inner in (generator.iter, *generator.ifs):
                self.visit(inner)
        for element in elements:
            self.visit(element)

    def visit_Call(self, node: ast.Call) -> None:
        self.visit(node.func)
        for argument in node.args:
            if isinstance(argument, ast.GeneratorExp) and _consumes(node.func):
                self.comprehension(argument, argument.elt)
            else:
                self.visit(argument)
        for keyword in node.keywords:
            self.visit(keyword)

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for number, op in enumerate(node.ops):
            pair = operands[number : number + 2]
            if isinstance(op, ast.Is | ast.IsNot) and not any(map(_is_singleton, pair)):
                self.refuse(node, "'is' between two values", "compare with '=='")
        for operand in operands:
            self.visit(operand)


def _consumes(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else None
    return (function.id if isinstance(function, ast.Name) else name) in CONSUMERS


def _is_singleton(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))
