"""Mistakes that are made by machine: each node of a syntax tree, changed a little.

    if a and b:      =>  not, or, a alone, b alone
    x < 2            =>  <=, 3
    x is y           =>  is not
    return f(x)      =>  not f(x), in what gives a condition
    f(x), x += 1     =>  pass, as for a `return` or `continue` in a branch
    case A() | B():  =>  case A(), case B(), never
    {a, b}, A | B    =>  {a}, {b}, A, B
    min, any, +      =>  max, all, -

Texts stay as they are, as remarks and messages decide nothing; so do docstrings,
annotations, imports, decorators, and what is said of a failure or an impossible case.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

from ember_mlir.tools.mutants.changes import ENCODING, Change, Edit, line_at, shown, source_of

T = TypeVar("T")

New = tuple[ast.AST, str, str]
"""A node, the text that takes its place, and what is said of that."""

COMPARED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
DECIDED = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
"""Comparisons whose other one is their negation."""

COMPUTED: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
DROPPED = ("reversed", "sorted")
"""Functions that give what they take, in an order."""

NEVER = "'nothing is this text'"
"""A pattern that nothing matches."""

TOLD = ("fired", "missed")
"""Functions that are told a text."""


def mutants_of(path: str) -> list[Change]:
    """All changes that are made to a file, in the order of the text."""
    source = source_of(path)
    lines = source.encode(ENCODING).splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    found: dict[Edit, str] = {}
    keys: dict[Edit, str] = {}
    for scope, (node, new, said) in Mutator().all_of(ast.parse(source)):
        edit = Edit(*_extent(node, starts), new)
        text = shown(lines[line_at(path, edit.start) - 1].decode(ENCODING))
        found.setdefault(edit, said)
        keys.setdefault(edit, f"{scope}: {said if said.startswith(text) else f'{text} {said}'}")
    counts: Counter[str] = Counter()
    changes: list[Change] = []
    for edit, said in sorted(found.items()):
        key = keys[edit]
        counts[key] += 1
        key = key if counts[key] == 1 else f"{key} ({counts[key]})"
        changes.append(Change(path, edit, said, key))
    return changes


def _extent(node: ast.AST, starts: Sequence[int]) -> tuple[int, int]:
    """Where a node begins and ends in its file, in bytes."""
    assert isinstance(node, ast.expr | ast.stmt | ast.pattern)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    start = starts[node.lineno - 1] + node.col_offset
    return start, starts[node.end_lineno - 1] + node.end_col_offset


class Mutator:
    """Walks over a syntax tree and tells what may be changed, and in which function."""

    def __init__(self) -> None:
        self._scope: list[str] = []
        self._gives_condition = False

    def all_of(self, node: ast.AST) -> Iterator[tuple[str, New]]:
        """What may be changed in a node and below it."""
        before = self._gives_condition
        named = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if named:
            self._scope.append(node.name)
        if isinstance(node, ast.FunctionDef):
            self._gives_condition = node.returns is not None and _is(node.returns, "bool")
        for new in self._changes(node):
            yield ".".join(self._scope) or "module", new
        for child in _children(node):
            yield from self.all_of(child)
        if named:
            self._scope.pop()
        self._gives_condition = before

    def _changes(self, node: ast.AST) -> Iterator[New]:
        match node:
            case ast.If() | ast.While() | ast.IfExp():
                yield from _negated(node.test)
                if isinstance(node, ast.If):
                    yield from _without_guards(node)
            case ast.comprehension():
                for test in node.ifs:
                    yield from _negated(test)
            case ast.match_case():
                yield from _never(node)
            case ast.Return(ast.expr() as value) if self._gives_condition:
                yield from _negated(value)
            case ast.stmt():
                yield from _left_out(node)
            case ast.expr() | ast.pattern():
                yield from _of_expression(node)
            case _:
                pass


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node in which something may be changed."""
    left: list[ast.AST | None] = []
    match node:
        case ast.FunctionDef():
            left = [*node.decorator_list, node.returns]
        case ast.ClassDef():
            left = [*node.decorator_list, *node.bases, *node.keywords]
        case ast.AnnAssign():
            left = [node.annotation, node.target]
        case ast.Subscript() if _is_type(node.value):
            left = [node.slice]
        case ast.Call() if any(_is(node.func, name) for name in TOLD):
            left = [*node.args]
        case ast.arg() | ast.Assert() | ast.Raise() | ast.JoinedStr():
            return
        case ast.Return(ast.Tuple() as value) | ast.Assign(value=ast.Tuple() as value):
            # One that is taken apart at once has as many elements as it must.
            yield from value.elts
            return
        case _:
            pass
    yield from (child for child in ast.iter_child_nodes(node) if child not in left)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_type(node: ast.AST) -> bool:
    """Whether what stands before `[…]` is a type, as one with parameters."""
    name = node.id if isinstance(node, ast.Name) else ""
    return name in ("dict", "list", "set", "tuple", "type", "frozenset") or name[:1].isupper()


def _changed(node: ast.AST, new: str) -> New:
    return node, new, f"{shown(ast.unparse(node))} => {shown(new)}"


def _negated(test: ast.expr) -> Iterator[New]:
    old = ast.unparse(test)
    match test:
        case ast.Compare(ops=[ast.cmpop() as only]) if isinstance(only, DECIDED):
            pass
        case ast.Constant():
            pass
        case ast.UnaryOp(ast.Not(), operand):
            yield test, _in_brackets(operand), f"negated: {shown(old)}"
        case _:
            yield test, f"not ({old})", f"negated: {shown(old)}"


def _in_brackets(node: ast.AST) -> str:
    return f"({ast.unparse(node)})"


def _without_guards(node: ast.If) -> Iterator[New]:
    for statement in (*node.body, *node.orelse):
        if isinstance(statement, ast.Return | ast.Continue | ast.Break):
            yield _changed(statement, "pass")


def _never(case: ast.match_case) -> Iterator[New]:
    if case.guard is not None:
        yield from _negated(case.guard)
        yield case.guard, "True", f"always: {shown(ast.unparse(case.guard))}"
    elif not isinstance(case.pattern, ast.MatchAs) or case.pattern.pattern is not None:
        yield case.pattern, NEVER, f"never: {shown(ast.unparse(case.pattern))}"


def _left_out(node: ast.stmt) -> Iterator[New]:
    match node:
        case ast.Expr(ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign() | ast.Delete():
            yield _changed(node, "pass")
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield _changed(node, "pass")
        case _:
            pass


def _of_expression(node: ast.expr | ast.pattern) -> Iterator[New]:
    match node:
        case ast.BoolOp():
            yield from _of_operands(node)
        case ast.Compare():
            for index, op in enumerate(node.ops):
                ops = [*node.ops[:index], COMPARED[type(op)](), *node.ops[index + 1 :]]
                other = ast.Compare(node.left, ops, node.comparators)
                yield node, _in_brackets(other), _changed(node, ast.unparse(other))[2]
        case ast.BinOp(left, ast.BitOr(), right):
            yield node, _in_brackets(left), f"without: {shown(ast.unparse(right))}"
            yield node, _in_brackets(right), f"without: {shown(ast.unparse(left))}"
        case ast.BinOp(left, op, right) if type(op) in COMPUTED:
            other = ast.BinOp(left, COMPUTED[type(op)](), right)
            yield node, _in_brackets(other), _changed(node, ast.unparse(other))[2]
        case ast.Constant(bool() as value):
            yield _changed(node, str(not value))
        case ast.Constant(int() as value):
            yield from (
                _changed(node, str(new)) for new in ((0, 2) if value == 1 else (value + 1,))
            )
        case ast.Call(ast.Name(name), [argument, *_]):
            if name in CALLED:
                yield node.func, CALLED[name], _changed(node.func, CALLED[name])[2]
            if name in DROPPED:
                yield node, _in_brackets(argument), f"without: {name}"
        case ast.List() | ast.Set() | ast.Tuple() | ast.Dict() | ast.MatchOr():
            yield from _without_one(node)
        case _:
            pass


def _of_operands(node: ast.BoolOp) -> Iterator[New]:
    """`and` in place of `or`, and each operand left out."""
    values, is_and = node.values, isinstance(node.op, ast.And)
    other, said = (ast.Or(), "or for and") if is_and else (ast.And(), "and for or")
    yield node, _in_brackets(ast.BoolOp(other, values)), f"{said}: {shown(ast.unparse(node))}"
    for index, value in enumerate(values):
        rest = values[:index] + values[index + 1 :]
        new = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        yield node, _in_brackets(new), f"without: {shown(ast.unparse(value))}"


def _without_one(node: ast.List | ast.Set | ast.Tuple | ast.Dict | ast.MatchOr) -> Iterator[New]:
    """What is written out, without one of its elements; not what is assigned to."""
    match node:
        case ast.Dict():
            elements = list(zip(node.keys, node.values, strict=True))
            rests = [_but(elements, index) for index in range(len(elements))]
            news: list[ast.AST] = [
                ast.Dict([key for key, _ in rest], [value for _, value in rest]) for rest in rests
            ]
            said = [ast.unparse(key) if key is not None else "**" for key, _ in elements]
        case ast.MatchOr(patterns):
            left = [_but(patterns, index) for index in range(len(patterns))]
            news = [few[0] if len(few) == 1 else ast.MatchOr(few) for few in left]
            said = [ast.unparse(pattern) for pattern in patterns]
        case _:
            if not isinstance(node, ast.Set) and not isinstance(node.ctx, ast.Load):
                return
            if isinstance(node, ast.Tuple) and not any(map(_is_fixed, node.elts)):
                return
            fewer = [_but(node.elts, index) for index in range(len(node.elts))]
            news = [_like(node, elements) for elements in fewer]
            said = [ast.unparse(element) for element in node.elts]
    if len(said) > 1:
        for new, element in zip(news, said, strict=True):
            text = _in_brackets(new) if isinstance(new, ast.Tuple) else ast.unparse(new)
            yield node, text, f"without: {shown(element)}"


def _but(elements: list[T], index: int) -> list[T]:
    return elements[:index] + elements[index + 1 :]


def _like(node: ast.List | ast.Set | ast.Tuple, elements: list[ast.expr]) -> ast.AST:
    return ast.Set(elements) if isinstance(node, ast.Set) else type(node)(elements, ast.Load())


def _is_fixed(node: ast.expr) -> bool:
    """Whether an element of a tuple shows that the tuple is no row of values of one kind each."""
    match node:
        case ast.Starred() | ast.Constant() | ast.Attribute():
            return True
        case _:
            return isinstance(node, ast.Name) and node.id[:1].isupper()
