"""Which names statements bind and read."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ember_mlir.frontend.trees import children, nodes_of

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LOOPS = (ast.For, ast.While)
_BINDING = (*FUNCTIONS, *COMPREHENSIONS, ast.Delete, ast.Import, ast.ImportFrom, ast.pattern)
"""Nodes that bind names in ways of their own."""


def nodes_in_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of statements and those inside, but not those of functions inside."""
    pending = [*nodes][::-1]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, FUNCTIONS):
            pending += _defaults(node)
        elif not isinstance(node, ast.ClassDef):
            pending += children(node)[::-1]


def statements_in_scope(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """As `nodes_in_scope`, without expressions and what stands in them."""
    pending = [*statements][::-1]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            pending += [one for one in children(node)[::-1] if not isinstance(one, ast.expr)]


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.AST]:
    found = node.args
    return [*found.defaults, *[default for default in found.kw_defaults if default is not None]]


def bound(statements: Iterable[ast.AST]) -> dict[str, None]:
    """The names that statements bind in their own scope, in order."""
    found: dict[str, None] = {}
    own: set[int] = set()
    for node in nodes_in_scope(statements):
        if isinstance(node, COMPREHENSIONS):
            # What a comprehension runs through is its own.
            for generator in node.generators:
                own.update(map(id, nodes_of(generator.target)))
        name = None if id(node) in own else bound_name(node)
        if name is not None:
            found[name] = None
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [(alias.asname or alias.name).split(".")[0] for alias in node.names]
            found.update(dict.fromkeys(names))
    return found


def is_name(node: ast.AST, name: str) -> bool:
    """Whether a node is a name, and this one."""
    return isinstance(node, ast.Name) and node.id == name


def bound_name(node: ast.AST) -> str | None:
    """The name that a node itself binds, or unbinds."""
    match node:
        case ast.Name(name, ast.Store() | ast.Del()):
            return name
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            return name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return name
        case _:
            return None


def _is_constant(statement: ast.stmt) -> bool:
    """Whether a statement gives a name a constant, or does nothing."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
        return all(_is_of_names(target) for target in statement.targets)
    return isinstance(statement, ast.Pass)


def _is_of_names(target: ast.expr) -> bool:
    match target:
        case ast.Tuple(parts) | ast.List(parts):
            return all(_is_of_names(part) for part in parts)
        case ast.Starred(inner):
            return _is_of_names(inner)
        case _:
            return isinstance(target, ast.Name)


def read(nodes: Iterable[ast.AST]) -> Counter[str]:
    """How often each name is read in nodes, also in functions inside."""
    found: Counter[str] = Counter()
    for node in nodes:
        for inner in nodes_of(node):
            match inner:
                case ast.AugAssign(ast.Name(name)) | ast.Name(name, ast.Load() | ast.Del()):
                    found[name] += 1
                case _:
                    pass
    return found


class NameUses:
    """Which names the statements of one function bind and read, each looked at only once.

    What has been asked for must not have changed since, so another body has its own. Whoever
    reads a name that has one of the `flags` reads that, too.
    """

    def __init__(self, flags: Mapping[str, str] | None = None) -> None:
        self._flags = flags or {}
        # By identity: nodes are neither made nor lost while they are asked for.
        self._read: dict[int, Counter[str]] = {}
        self._bound: dict[int, dict[str, None]] = {}
        self._kept: list[ast.AST] = []

    def read(self, nodes: Iterable[ast.AST]) -> Counter[str]:
        """How often each name is read in nodes, also in functions inside."""
        found: Counter[str] = Counter()
        for node in nodes:
            for name, count in self._read_in(node).items():
                found[name] += count
        return found

    def _read_in(self, node: ast.AST) -> Counter[str]:
        if id(node) not in self._read:
            self._look_at(node)
        return self._read[id(node)]

    def bound(self, nodes: Iterable[ast.AST]) -> dict[str, None]:
        """The names that nodes bind in their own scope, in order."""
        found: dict[str, None] = {}
        for node in nodes:
            found |= self._bound_in(node)
        return found

    def _bound_in(self, node: ast.AST) -> dict[str, None]:
        if id(node) not in self._bound:
            self._look_at(node)
        return self._bound[id(node)]

    def _look_at(self, node: ast.AST) -> None:
        self._kept.append(node)
        parts = children(node)
        if not any(map(_is_part, parts)):
            reads, binds = _names_in(node)
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            reads, binds = self.read(parts), bound([node])
        else:
            own = bound_name(node)
            reads, binds = self.read(parts), {} if own is None else {own: None}
            binds |= self.bound(parts)
        for name in self._flags.keys() & reads.keys():
            reads[self._flags[name]] = reads[name]
        self._read[id(node)], self._bound[id(node)] = reads, binds

    def bound_last(self, body: Sequence[ast.stmt]) -> list[str]:
        """The names that statements bind only when nothing more can fail in them."""
        statements, found = [*body], list[str]()
        while statements and _is_constant(statements[-1]):
            found += self.bound([statements.pop()])
        last = statements[-1] if statements else None
        if isinstance(last, ast.Assign | ast.AnnAssign | ast.AugAssign):
            statements.pop()
            targets = last.targets if isinstance(last, ast.Assign) else [last.target]
            if all(_is_of_names(target) for target in targets):
                found += self.bound(targets)
        before = {*self.bound(statements)}
        if isinstance(last, ast.If):
            arms = (last.body, last.orelse)
            sure = [
                name for arm in arms for name in self.bound_last(arm) if self._is_last(name, arms)
            ]
            before -= {*sure} - {*self.bound([*statements[:-1], last.test])}
            found += sure
        return [name for name in dict.fromkeys(found) if name not in before]

    def bound_again(self, body: Sequence[ast.stmt]) -> list[str]:
        """The names that statements may bind to one thing, and then to another."""
        nodes = [*nodes_in_scope(body)]
        repeated = {
            name for node in nodes if isinstance(node, LOOPS) for name in self.bound([node])
        }
        counts = Counter(map(bound_name, nodes))
        constants: dict[str, list[str]] = {}
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        constants.setdefault(target.id, []).append(repr(node.value.value))
        found = [name for name in self.bound(body) if counts[name] > 1 or name in repeated]
        is_one = {name for name, each in constants.items() if each == each[:1] * counts[name]}
        return [name for name in found if name not in is_one]

    def _is_last(self, name: str, arms: Iterable[Sequence[ast.stmt]]) -> bool:
        """Whether each arm binds a name last, or not at all."""
        return all(name in self.bound_last(arm) or name not in self.bound(arm) for arm in arms)

    def is_exposed(self, statement: ast.stmt, name: str) -> bool:
        """Whether a statement may read `name` as it was before it."""
        return self._flow_of(statement, name) == "read"

    def _flow(self, statements: Sequence[ast.stmt], name: str) -> str:
        """What happens to `name` first: "read", "bound" for sure, or perhaps nothing."""
        for statement in statements:
            found = self._flow_of(statement, name)
            if found:
                return found
        return ""

    def _flow_of(self, statement: ast.stmt, name: str) -> str:
        if name not in self._read_in(statement) and name not in self._bound_in(statement):
            return ""
        blocks = blocks_of(statement)
        if not blocks:
            return "read" if name in self._read_in(statement) else "bound"
        if name in self.read(heads_of(statement)):
            return "read"
        if isinstance(statement, ast.For) and name in self.bound([statement.target]):
            # Of an empty list, it is not bound; but then no round reads it either.
            blocks = blocks[1:]
        found = [self._flow(block, name) for block in blocks]
        if "read" in found:
            return "read"
        sure = isinstance(statement, ast.If) and all(one == "bound" for one in found)
        return "bound" if sure else ""


def _names_in(node: ast.AST) -> tuple[Counter[str], dict[str, None]]:
    """The names that a node without statements inside reads, and those that it binds."""
    reads: Counter[str] = Counter()
    binds: dict[str, None] = {}
    for inner in nodes_of(node):
        if isinstance(inner, ast.Name):
            if isinstance(inner.ctx, ast.Store):
                binds[inner.id] = None
            else:
                reads[inner.id] += 1
        elif isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            reads[inner.target.id] += 1
        elif isinstance(inner, _BINDING):
            return read([node]), bound([node])
    return reads, binds


def _is_part(node: ast.AST) -> bool:
    """Whether a node is, or holds, statements of the one that it stands in."""
    return isinstance(node, ast.stmt | ast.excepthandler | ast.match_case)


def blocks_of(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of a statement that has some."""
    match statement:
        case ast.If() | ast.For() | ast.While():
            return [statement.body, statement.orelse]
        case ast.Try():
            handlers = [handler.body for handler in statement.handlers]
            return [statement.body, *handlers, statement.orelse, statement.finalbody]
        case ast.With() | ast.AsyncWith():
            return [statement.body]
        case _:
            return []


def heads_of(statement: ast.stmt) -> list[ast.AST]:
    """What of a statement with blocks is evaluated outside of them."""
    match statement:
        case ast.If(test) | ast.While(test):
            return [test]
        case ast.For():
            return [statement.iter]
        case ast.Try():
            return [handler.type for handler in statement.handlers if handler.type is not None]
        case ast.With() | ast.AsyncWith():
            return [item.context_expr for item in statement.items]
        case _:
            return []
