"""The rewriter: the same function, whose calls, texts, loops and reads go through hooks.

    answer = ask(f"Q: {q}")      =>      answer = _E_.named(3, _E_.call(0, _E_.name(1, ask),
                                                  _E_.text(2, "Q: ", (q, -1, None))))

The code runs in the user's own frame: file, lines and scopes stay as they are. The first
argument of a hook is a place: it says where the construct stands, and for a call its
site, which is the ordinal of the call in the source of its function.
"""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import NamedTuple, TypeVar

from ember_mlir.errors import SourceLocation
from ember_mlir.frontend.check import HOOKS, check_definition
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.source import Definition, FunctionNode, find_definition, nested_codes

NodeT = TypeVar("NodeT", bound=ast.AST)

_FACTORY = "_ember_factory"
_FUNCTION = "_ember_function"


class Place(NamedTuple):
    """Where a hook stands; `site` numbers calls, `name` is what is read or assigned."""

    location: SourceLocation
    site: int = -1
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The rewritten code of a function, and the places of its hooks."""

    code: CodeType
    places: tuple[Place, ...]
    definition: Definition


# By code and file: functions made by one `def` share their code. Equal code is equal text.
_REWRITTEN: dict[tuple[CodeType, str], Rewritten] = {}
_RESULTS: dict[int, CodeType] = {}


def is_rewritten(code: CodeType) -> bool:
    """Whether `code` is, or stands inside, a result of `rewrite`."""
    return id(code) in _RESULTS


def rewrite(function: FunctionType) -> Rewritten:
    """The rewritten form of `function`; raises `CaptureError` if it cannot be captured."""
    code = function.__code__
    key = code, code.co_filename
    found = _REWRITTEN.get(key)
    if found is None:
        definition = find_definition(function)
        check_definition(definition)
        found = _build(definition, code)
        for result in (found.code, *nested_codes(found.code)):
            _RESULTS[id(result)] = result
        _REWRITTEN[key] = found
    return found


def _build(definition: Definition, code: CodeType) -> Rewritten:
    node = _copied(definition.node)
    _mangle(node, _class_of(code))
    rewriter = _Rewriter(definition)
    rewriter.function(node)
    # The defaults are those of the function that there is; annotations are not needed.
    node.args.defaults = []
    node.args.kw_defaults = [None] * len(node.args.kwonlyargs)
    statement = _as_statement(node)
    # The variables of the enclosing functions are the factory's, so that they stay free.
    free = (HOOKS, *code.co_freevars)
    names: list[ast.expr] = [ast.Name(name, ast.Store()) for name in free]
    module = ast.parse(f"def {_FACTORY}(): pass")
    factory = module.body[0]
    assert isinstance(factory, ast.FunctionDef)
    factory.body = [ast.Assign(names, ast.Constant(None))]
    ast.fix_missing_locations(module)
    factory.body.append(statement)
    compiled = compile(module, definition.file, "exec", flags=definition.flags, dont_inherit=True)
    made = next(nested_codes(next(nested_codes(compiled))))
    renamed = _renamed(made, made.co_qualname, code.co_qualname).replace(co_name=code.co_name)
    return Rewritten(renamed, tuple(rewriter.places), definition)


def _renamed(code: CodeType, old: str, new: str) -> CodeType:
    """`code` and those inside it with qualified names that begin with `new` for `old`."""
    constants = [
        _renamed(constant, old, new) if isinstance(constant, CodeType) else constant
        for constant in code.co_consts
    ]
    name = new + code.co_qualname.removeprefix(old)
    return code.replace(co_consts=tuple(constants), co_qualname=name)


def _class_of(code: CodeType) -> str:
    """The name of the innermost class around `code`, or nothing."""
    *outer, _ = code.co_qualname.split(".")
    while outer and outer[-1] == "<locals>":
        del outer[-2:]
    return outer[-1] if outer else ""


def _mangle(tree: ast.AST, owner: str) -> None:
    """Name what is private to the class `owner` as Python does, since `tree` leaves the class."""
    prefix = f"_{owner.lstrip('_')}"
    for node in ast.walk(tree) if len(prefix) > 1 else ():
        for field in ("id", "arg", "attr", "name"):
            name = getattr(node, field, None)
            if isinstance(name, str) and name.startswith("__") and not name.endswith("__"):
                setattr(node, field, prefix + name)


def _copied(node: NodeT) -> NodeT:
    """A copy of a tree to change; `copy.deepcopy` would take most of the time of a capture."""
    copy = type(node).__new__(type(node))
    for name, value in vars(node).items():
        copied: object = value
        if isinstance(value, ast.AST):
            copied = _copied(value)
        elif is_list(value):
            copied = [_copied(item) if isinstance(item, ast.AST) else item for item in value]
        setattr(copy, name, copied)
    return copy


def _as_statement(node: FunctionNode) -> ast.stmt:
    if isinstance(node, ast.Lambda):
        return ast.copy_location(ast.Return(node), node)
    # Under its own name it would hide the global or free variable of that name.
    node.name = _FUNCTION
    node.decorator_list = []
    return node


class _Rewriter(ast.NodeTransformer):
    """Rewrites one function and those inside it."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.places: list[Place] = []
        self.sites: list[int] = []
        self.scopes: list[set[str]] = []

    def place(self, node: ast.expr | ast.stmt, *, site: int = -1, name: str = "") -> int:
        """The number of a new place."""
        self.places.append(Place(self.definition.location(node), site, name))
        return len(self.places) - 1

    def hook(self, node: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
        """A call of a hook, where `node` stands."""
        function = ast.Attribute(ast.Name(HOOKS, ast.Load()), name, ast.Load())
        call = ast.copy_location(ast.Call(function, list(arguments), []), node)
        for child in (function, function.value, *arguments):
            if not hasattr(child, "lineno"):
                ast.copy_location(child, node)
        return call

    # Scopes

    def function(self, node: FunctionNode) -> None:
        """Rewrite a body in a scope and with call sites of its own."""
        self.sites.append(0)
        with self.scope(_local_names(node)):
            if isinstance(node, ast.Lambda):
                node.body = self.expression(node.body)
            else:
                node.body = [self.statement(statement) for statement in node.body]
        self.sites.pop()
        for argument in _arguments(node):
            argument.annotation = None
        if not isinstance(node, ast.Lambda):
            node.returns = None

    @contextmanager
    def scope(self, names: set[str]) -> Generator[None]:
        self.scopes.append(names)
        yield
        self.scopes.pop()

    def expression(self, node: ast.expr) -> ast.expr:
        result = self.visit(node)
        assert isinstance(result, ast.expr)
        return result

    def statement(self, node: ast.stmt) -> ast.stmt:
        result = self.visit(node)
        assert isinstance(result, ast.stmt)
        return result

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.defaults(node.args)
        self.function(node)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        self.defaults(node.args)
        self.function(node)
        return node

    def defaults(self, arguments: ast.arguments) -> None:
        """Defaults are evaluated in the scope around the function."""
        arguments.defaults = [self.expression(default) for default in arguments.defaults]
        arguments.kw_defaults = [
            None if default is None else self.expression(default)
            for default in arguments.kw_defaults
        ]

    # Reads

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Store) or any(node.id in scope for scope in self.scopes):
            return node
        return self.hook(node, "name", ast.Constant(self.place(node, name=node.id)), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        place = self.place(node, name=node.attr)
        return self.hook(node, "attribute", ast.Constant(place), self.expression(node.value))

    # Calls, texts, lists

    def visit_Call(self, node: ast.Call) -> ast.expr:
        site = self.sites[-1]
        self.sites[-1] += 1
        place = ast.Constant(self.place(node, site=site))
        function = self.expression(node.func)
        arguments = [self.argument(argument) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self.expression(keyword.value)
        call = self.hook(node, "call", place, function, *arguments)
        call.keywords = node.keywords
        return call

    def argument(self, node: ast.expr) -> ast.expr:
        """An argument; a generator expression becomes a list, as it is consumed at once."""
        if isinstance(node, ast.GeneratorExp):
            node = ast.copy_location(ast.ListComp(node.elt, node.generators), node)
        return self.expression(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        place = ast.Constant(self.place(node))
        return self.hook(node, "text", place, *[self.piece(piece) for piece in node.values])

    def piece(self, node: ast.expr) -> ast.expr:
        if not isinstance(node, ast.FormattedValue):
            return node
        value = self.expression(node.value)
        spec = ast.Constant(None) if node.format_spec is None else self.visit(node.format_spec)
        parts: list[ast.expr] = [value, ast.Constant(node.conversion), spec]
        return ast.fix_missing_locations(ast.copy_location(ast.Tuple(parts, ast.Load()), node))

    def visit_List(self, node: ast.List) -> ast.expr:
        if isinstance(node.ctx, ast.Store):
            return node
        node.elts = [self.expression(element) for element in node.elts]
        return self.hook(node, "made", node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        operands = [self.expression(operand) for operand in (node.left, *node.comparators)]
        node.left, *node.comparators = operands
        # A text itself refuses other items than texts, before those can.
        match node.ops:
            case [ast.In()]:
                return self.contains(node, operands)
            case [ast.NotIn()]:
                found = self.contains(node, operands)
                return ast.copy_location(ast.UnaryOp(ast.Not(), found), node)
            case _:
                return node

    def contains(self, node: ast.Compare, operands: list[ast.expr]) -> ast.expr:
        return self.hook(node, "contains", ast.Constant(self.place(node)), *operands)

    # Loops

    def visit_For(self, node: ast.For) -> ast.For:
        node.iter = self.loop(node.iter)
        node.body = [self.statement(statement) for statement in node.body]
        node.orelse = [self.statement(statement) for statement in node.orelse]
        return node

    def loop(self, node: ast.expr) -> ast.expr:
        return self.hook(node, "loop", ast.Constant(self.place(node)), self.expression(node))

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        with self.scope(_targets(generator.target for generator in node.generators)):
            node.elt = self.expression(node.elt)
        self.generators(node.generators)
        return self.hook(node, "made", node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.expr:
        with self.scope(_targets(generator.target for generator in node.generators)):
            node.key = self.expression(node.key)
            node.value = self.expression(node.value)
        self.generators(node.generators)
        return node

    def generators(self, generators: list[ast.comprehension]) -> None:
        # The first list is evaluated in the scope around the comprehension.
        generators[0].iter = self.loop(generators[0].iter)
        with self.scope(_targets(generator.target for generator in generators)):
            for number, generator in enumerate(generators):
                if number:
                    generator.iter = self.loop(generator.iter)
                generator.ifs = [self.expression(condition) for condition in generator.ifs]

    # Assignments

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        node.value = self.assigned(node.targets[0], node.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        # Annotations of local variables are never evaluated.
        if node.value is not None:
            node.value = self.assigned(node.target, node.value)
        return node

    def assigned(self, target: ast.expr, value: ast.expr) -> ast.expr:
        rewritten = self.expression(value)
        if isinstance(target, ast.Tuple | ast.List):
            place = ast.Constant(self.place(target))
            return self.hook(value, "unpacked", place, rewritten)
        if not isinstance(target, ast.Name) or isinstance(value, ast.Constant):
            return rewritten
        place = ast.Constant(self.place(target, name=target.id))
        return self.hook(value, "named", place, rewritten)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AugAssign:
        assert isinstance(node.target, ast.Name)
        place = ast.Constant(self.place(node, name=node.target.id))
        value = self.expression(node.value)
        current = ast.Name(node.target.id, ast.Load())
        node.value = self.hook(node.value, "added", place, current, value)
        return node


def _local_names(node: FunctionNode) -> set[str]:
    """The names that a function binds itself: its arguments and what it assigns."""
    names = {argument.arg for argument in _arguments(node)}
    pending: list[ast.AST] = list(node.body) if isinstance(node.body, list) else []
    while pending:
        inner = pending.pop()
        if isinstance(inner, ast.FunctionDef):
            names.add(inner.name)
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            names.add(inner.id)
        elif not isinstance(inner, ast.Lambda | ast.ListComp | ast.DictComp | ast.GeneratorExp):
            pending += ast.iter_child_nodes(inner)
    return names


def _arguments(node: FunctionNode) -> list[ast.arg]:
    found = node.args
    stars = [argument for argument in (found.vararg, found.kwarg) if argument is not None]
    return [*found.posonlyargs, *found.args, *found.kwonlyargs, *stars]


def _targets(targets: Iterator[ast.expr]) -> set[str]:
    return {
        name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
    }
