"""From a function to its syntax tree, by file and position.

The file is read as Python's own tracebacks read it (`linecache`), so notebooks and
doctests work. The right node is the one that compiles to the very code that runs: where
none does, the file has changed since it was imported.
"""

from __future__ import annotations
import __future__

import ast
import linecache
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from types import CodeType, FunctionType

from ember_mlir.errors import CaptureError, SourceLocation
from ember_mlir.frontend.trees import nodes_of, statements_of

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

# `nested_scopes` shares its bit with a flag that every inner function carries.
_FUTURE_FLAGS = sum(
    getattr(__future__, name).compiler_flag
    for name in __future__.all_feature_names
    if name not in ("nested_scopes", "generators")
)
_WARNINGS = Lock()


@dataclass(frozen=True, slots=True)
class Definition:
    """A function as it is written: its node, its file, and how to compile it."""

    node: FunctionNode
    file: str
    lines: tuple[str, ...]
    flags: int
    current: bool

    @property
    def name(self) -> str:
        """The name after `def`, or `<lambda>`."""
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    def location(self, node: ast.stmt | ast.expr | ast.arg | ast.pattern) -> SourceLocation:
        """Where `node` begins; columns count characters, as editors do."""
        return SourceLocation(self.file, node.lineno, self.column(node.lineno, node.col_offset))

    def column(self, line: int, offset: int) -> int:
        """The column, from 1, of a byte offset in a line."""
        if not 0 < line <= len(self.lines):
            return offset + 1
        text = self.lines[line - 1]
        if text.isascii():
            return min(offset, len(text)) + 1
        return len(text.encode()[:offset].decode(errors="replace")) + 1


@dataclass(frozen=True, slots=True)
class _File:
    """A parsed file: its functions, and the code that each compiles to."""

    lines: tuple[str, ...]
    nodes: dict[tuple[str, int], list[FunctionNode]]
    codes: dict[tuple[str, int], list[CodeType]]


def find_definition(function: FunctionType) -> Definition:
    """How `function` is written.

    Raises `CaptureError` if there is no source, or if it is certainly not the source of
    the code that runs. `Definition.current` is False where an assertion stands in the
    way of knowing: test runners rewrite those.
    """
    code = function.__code__
    # What tracebacks would show comes first; the file itself may be newer.
    definition = _find(function)
    if definition is None or not definition.current:
        linecache.checkcache(code.co_filename)
        definition = _find(function) or definition
    if definition is None or not (definition.current or _has_assertion(definition.node)):
        raise CaptureError(
            f"the source of '{function.__name__}' must be the code that runs, but the file has "
            "changed since it was imported; import it again",
            location=_start(code),
        )
    return definition


def _find(function: FunctionType) -> Definition | None:
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines:
        raise CaptureError(
            f"the source of '{function.__name__}' must be readable, but there is none in "
            f"'{code.co_filename}'; define the function in a file or a notebook cell",
            location=_start(code),
        )
    flags = code.co_flags & _FUTURE_FLAGS
    try:
        file = _parse("".join(lines), code.co_filename, flags)
    except (SyntaxError, ValueError):
        return None
    key = code.co_name, code.co_firstlineno
    current = code in file.codes.get(key, ())
    nodes = file.nodes.get(key, [])
    if len(nodes) > 1:
        nodes = [node for node in nodes if _is_body_of(node, code)]
    if len(nodes) > 1:
        raise CaptureError(
            f"there must be one function per line where columns are unknown, but got "
            f"{len(nodes)}; put each lambda on a line of its own",
            location=_start(code),
        )
    return Definition(nodes[0], code.co_filename, file.lines, flags, current) if nodes else None


@lru_cache(maxsize=64)
def _parse(text: str, name: str, flags: int) -> _File:
    # The file has been compiled before, so its warnings have been given.
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text, name)
        module = compile(tree, name, "exec", flags=flags, dont_inherit=True)
    nodes: defaultdict[tuple[str, int], list[FunctionNode]] = defaultdict(list)
    # Without a lambda in it, no expression needs to be looked into.
    for node in nodes_of(tree) if "lambda" in text else statements_of(tree):
        if isinstance(node, ast.Lambda):
            nodes["<lambda>", node.lineno].append(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.decorator_list[0] if node.decorator_list else node
            nodes[node.name, first.lineno].append(node)
    codes: defaultdict[tuple[str, int], list[CodeType]] = defaultdict(list)
    for code in nested_codes(module):
        codes[code.co_name, code.co_firstlineno].append(code)
    return _File(tuple(text.split("\n")), dict(nodes), dict(codes))


def nested_codes(code: CodeType) -> Iterator[CodeType]:
    """The code objects inside `code`, at any depth."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from nested_codes(constant)


def _is_body_of(node: FunctionNode, code: CodeType) -> bool:
    """Whether `code` runs the body of `node`: a lambda returns its whole body last."""
    body = node.body
    if isinstance(body, list):
        return True
    extent = body.lineno, body.end_lineno, body.col_offset, body.end_col_offset
    known = [position for position in code.co_positions() if position[3]]
    return not known or (
        extent in known
        and all(
            (extent[0], extent[2]) <= (position[0] or 0, position[2] or 0)
            and (position[1] or 0, position[3] or 0) <= (extent[1] or 0, extent[3] or 0)
            for position in known
        )
    )


def _has_assertion(node: FunctionNode) -> bool:
    return any(isinstance(inner, ast.Assert) for inner in nodes_of(node))


def _start(code: CodeType) -> SourceLocation:
    return SourceLocation(code.co_filename, code.co_firstlineno, 1)
