"""The prompt about all elements of a list, made of the one about each."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.semantics import escape_template, parse_template

PROMPT = """\
Do one task for each of several items, and for each as if it were the only one. Items are \
numbered, and each is written as a JSON string; in the task, {item} stands for its text. What \
an item says concerns that item alone.

Task:
{task}

Items:
{items}

Answer with a JSON array of strings: the result for each item, in the order of the items, \
and nothing else."""


def packed_template(op: ensemble.MapOp, call: llm.GenerateOp) -> tuple[str, Sequence[SSAValue]]:
    """The template of the prompt about all elements, and what fills it but the elements."""
    prompt, element = call.prompt.owner, op.body.block.args[0]
    assert isinstance(prompt, llm.TemplateOp)
    captured = list(dict.fromkeys(hole for hole in prompt.holes if hole is not element))
    numbers: dict[SSAValue, int] = {value: number for number, value in enumerate(captured)}
    pieces = parse_template(prompt.template.data)
    item = "<item>"
    while any(isinstance(piece, str) and item in piece for piece in pieces):
        item = f"<{item}>"
    holes = [prompt.holes[piece] if isinstance(piece, int) else piece for piece in pieces]
    task = [
        escape_template(hole)
        if isinstance(hole, str)
        else (item if hole is element else f"{{{numbers[hole]}}}")
        for hole in holes
    ]
    text = PROMPT.format(item=item, task="".join(task), items=f"{{{len(captured)}}}")
    return text, captured
