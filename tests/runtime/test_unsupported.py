"""What the engine does not do is refused by name, and nothing of it is left out."""

from __future__ import annotations

import pytest

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.exec import EXEC
from ember_mlir.errors import InvalidIRError
from ember_mlir.parsing import parse_module
from ember_mlir.runtime.decode import decode
from ember_mlir.runtime.decode.rows import ROWS

LANE = 'exec.lane @l model "m" from "p" concurrency 1'
LIST = "!llm.list<!llm.text>"


def framed(line: str, arguments: str = "%a: !llm.text") -> str:
    """A program of one instruction, and of frames that it may run."""
    return f"""{LANE}
    exec.tool @t "Tells." takes "{{\\"type\\": \\"object\\"}}"
    exec.frame @f({arguments}) -> () {{
      {line}
      exec.return
    }}
    exec.frame @g(%a: !llm.text) -> !llm.text {{
      exec.return %a : !llm.text
    }}
    """


@pytest.mark.parametrize(
    ("line", "arguments", "what"),
    [
        (
            f'%b = exec.request @l(%a : {LIST}) sampled site <0[*]> label "public" -> {LIST}',
            f"%a: {LIST}",
            "lists of prompts",
        ),
        (
            "%b = exec.first [@g, @g] by_token with %a : !llm.text -> !llm.text",
            "%a: !llm.text",
            "'by_token', as no provider streams,",
        ),
    ],
)
def test_a_part_of_an_instruction_that_is_not_done_is_refused(
    line: str, arguments: str, what: str
) -> None:
    with pytest.raises(InvalidIRError, match=f"must do without {what}") as caught:
        decode(parse_module(framed(line, arguments), "program.mlir"))
    assert caught.value.location is not None
    assert caught.value.location.file == "program.mlir"


def test_an_operation_of_another_level_is_refused() -> None:
    text = framed('%b = llm.constant "x"')
    with pytest.raises(InvalidIRError, match="must be lowered to the level 'exec' before it can"):
        decode(parse_module(text))


def test_every_instruction_is_run() -> None:
    apart = {ops.ConstantOp, ops.ReleaseOp, ops.LaneOp, ops.ToolOp, ops.FrameOp}
    assert {*ROWS, *apart} == set(EXEC.operations)
