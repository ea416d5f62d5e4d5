"""What the engine does not do is refused by name, and nothing of it is left out."""

from __future__ import annotations

import pytest

from ember_mlir.dialects.exec import EXEC
from ember_mlir.errors import InvalidIRError
from ember_mlir.parsing import parse_module
from ember_mlir.runtime.decode import decode
from ember_mlir.runtime.unsupported import RUN

LANE = 'exec.lane @l model "m" from "p" concurrency 1'
SITE = 'site <0> label "public"'
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
    ("limit", "name"),
    [
        ("requests_per_minute 1", "requests_per_minute"),
        ("tokens_per_minute 1", "tokens_per_minute"),
        ("retries 1", "retries"),
        ("bills_cancelled", "bills_cancelled"),
    ],
)
def test_a_limit_of_a_lane_that_is_not_kept_is_refused(limit: str, name: str) -> None:
    with pytest.raises(InvalidIRError, match=f"'exec.lane' must do without '{name}', which"):
        decode(parse_module(f"{LANE} {limit}"))


@pytest.mark.parametrize(
    ("line", "arguments", "what"),
    [
        (
            f'%b = exec.request @l(%a) times 2 sampled site <0[*]> label "public" -> {LIST}',
            "%a: !llm.text",
            "'times'",
        ),
        (
            f'%b = exec.request @l(%a) as regex "[a-z]+" sampled {SITE}',
            "%a: !llm.text",
            "'grammar'",
        ),
        (
            f"%b = exec.request @l(%a) tools [@t] sampled {SITE} -> !llm.messages",
            "%a: !llm.text",
            "'tools'",
        ),
        (
            f"%b = exec.request @l(%a : !llm.messages) sampled {SITE}",
            "%a: !llm.messages",
            "prompts other than texts",
        ),
        (f"%b = exec.fanout @g over %a : {LIST} in_order -> {LIST}", f"%a: {LIST}", "'in_order'"),
        (f"%b = exec.fanout @g over %a : {LIST} on_error drop -> {LIST}", f"%a: {LIST}", "'drop'"),
        (
            f"%b = exec.fanout @g over %a : {LIST} on_error use %c -> {LIST}",
            f"%a: {LIST}, %c: !llm.text",
            "'on_error use'",
        ),
        (f"%b = exec.vote %a min_valid 2 : {LIST}", f"%a: {LIST}", "'min_valid'"),
        (f"%b = exec.vote %a by %a : {LIST}, {LIST}", f"%a: {LIST}", "keys"),
        ("%b = exec.vote %a : !llm.list<i64>", "%a: !llm.list<i64>", "answers other than texts"),
        ("%b = exec.constant 5 : i64", "%a: !llm.text", "values other than texts"),
    ],
    ids=lambda found: found if found.startswith("'") else "",
)
def test_a_part_of_an_instruction_that_is_not_done_is_refused(
    line: str, arguments: str, what: str
) -> None:
    with pytest.raises(InvalidIRError, match=f"must do without {what}, which this engine"):
        decode(parse_module(framed(line, arguments)))


@pytest.mark.parametrize(
    "line",
    [
        f"%b = exec.embed @l(%a) {SITE} -> tensor<?xf32>",
        "%h, %b = exec.spawn @g with %a : !llm.text -> !llm.text",
        "%b = exec.attempt [@g] with %a : !llm.text -> !llm.text",
        "%b = exec.done",
        '%b = exec.compute "llm.length"(%a) : (!llm.text) -> i64',
        "exec.release %a : !llm.text",
    ],
    ids=lambda line: line.partition("exec.")[2].partition(" ")[0],
)
def test_an_instruction_that_is_not_run_is_refused(line: str) -> None:
    expected = "must be one of the instructions that this engine runs, 'exec.constant', "
    with pytest.raises(InvalidIRError, match=expected) as caught:
        decode(parse_module(framed(line), "program.mlir"))
    assert caught.value.location is not None
    assert caught.value.location.file == "program.mlir"


def test_what_is_run_is_part_of_the_dialect() -> None:
    assert {f"exec.{name}" for name in RUN} <= {op.name for op in EXEC.operations}
