"""The good texts that hostile ones are made from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ember_mlir.errors import EmberError
from ember_mlir.expected_diagnostics import split_chunks
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.pipeline import compile_to

_FENCED = re.compile(r"```mlir\n(.*?)```", re.DOTALL)


def read_corpus(folders: Iterable[Path]) -> list[str]:
    """The programs in `folders`, in the order of their paths.

    A program that compiles is also there in the generic format, and at each level.
    """
    texts: dict[str, None] = {}
    for folder in folders:
        for path in sorted([*folder.rglob("*.mlir"), *folder.rglob("*.md")]):
            content = path.read_bytes().decode("utf-8", "replace")
            fenced = _FENCED.findall(content)
            plain = [chunk.text for chunk in split_chunks(content)]
            texts.update(dict.fromkeys(fenced if path.suffix == ".md" else plain))
    for text in list(texts):
        texts.update(dict.fromkeys(_other_forms(text)))
    return list(texts)


def _other_forms(text: str) -> list[str]:
    try:
        module = parse_module(text)
        forms = [print_module(module, generic=True)]
        for level in ("sched", "exec"):
            compiled = compile_to(module, level)
            forms += [print_module(compiled), print_module(compiled, generic=True)]
    except EmberError:
        return []
    return forms
