"""Write the reference, `docs/dialects/*.md` and `docs/passes.md`, from the definitions.

An operation's page is its docstring and a table of its parts, a pass's its docstring.

`python -m ember_mlir.tools.reference` writes them; with `--check` it only says which ones
are stale, with exit status 1.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xdsl.ir import Operation

DIALECT_PAGES = Path("docs") / "dialects"
PASSES_PAGE = Path("docs") / "passes.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages below the current folder, or check them: the exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    stale = 0
    for path, text in pages().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if given == ["--check"]:
            print(f"{path} must say what the definitions say, but is stale; run make docs")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if stale and given == ["--check"] else 0


def pages() -> dict[Path, str]:
    """The text of every page."""
    from ember_mlir.universe import DIALECTS

    found = {DIALECT_PAGES / f"{name}.md": _dialect_page(name) for name in DIALECTS}
    return found | {PASSES_PAGE: _passes_page()}


def _dialect_page(name: str) -> str:
    from ember_mlir.universe import DIALECTS

    dialect = DIALECTS[name]()
    module = import_module(f"ember_mlir.dialects.{name}")
    parts = [f"# Dialect `{name}`", _body(module.__doc__)]
    if attributes := list(dialect.attributes):
        parts.append("## Types and attributes")
    for attribute in attributes:
        parts += [f"### `{attribute.name}`", _body(attribute.__doc__)]
    parts.append("## Operations")
    for op in dialect.operations:
        parts += [f"### `{op.name}`", _body(op.__doc__), *_table_of(op)]
    return _page(parts)


def _table_of(op: type[Operation]) -> list[str]:
    from xdsl.irdl import IRDLOperation

    from ember_mlir.tools.definitions import part_rows, table

    assert issubclass(op, IRDLOperation)
    found = table(part_rows(op.get_irdl_definition()))
    return [found] if found else []


def _passes_page() -> str:
    from ember_mlir.universe import PASSES

    parts = ["# Passes", "In the order of the standard pipeline. Each works on one module."]
    for name, load in PASSES.items():
        module = import_module(load().__module__)
        meaning = _body(module.__doc__).removeprefix(f"`{name}`: ")
        parts += [f"## `{name}`", _fenced(meaning[:1].upper() + meaning[1:])]
    return _page(parts)


def _page(parts: Sequence[str]) -> str:
    note = "<!-- Written by `make docs` from the definitions; edit those. -->"
    return "\n\n".join([note, *parts]) + "\n"


def _body(docstring: str | None) -> str:
    return cleandoc(docstring or "")


def _fenced(text: str) -> str:
    """`text` with its indented paragraphs, which are equations, as fenced blocks."""
    paragraphs = [
        f"```\n{dedent(paragraph)}\n```" if paragraph.startswith("    ") else paragraph
        for paragraph in text.split("\n\n")
    ]
    return "\n\n".join(paragraphs)


if __name__ == "__main__":
    sys.exit(main())
