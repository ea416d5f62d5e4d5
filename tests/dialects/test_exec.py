"""`exec` built by hand reads as its text, and computes what the levels above compute."""

from __future__ import annotations

from decimal import Decimal

import pytest
from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, IndexType, IntegerAttr, f64, i1, i64
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.utils.test_value import create_ssa_value

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects.exec.computing import COMPUTATIONS, TOOL_CALL
from ember_mlir.dialects.formats import Sampling
from ember_mlir.dialects.formats.lanes import LaneLimits
from ember_mlir.dialects.formats.strategies import Hedge, Limits, Retry, Stopping
from ember_mlir.dialects.sched.tasks import LOCAL_OPS
from ember_mlir.dialects.values import (
    EMBEDDING,
    MESSAGES,
    TEXT,
    TEXTS,
    Draw,
    DrawAttr,
    LabelAttr,
    ListType,
    RecordType,
    Turn,
)
from ember_mlir.errors import SourceLocation
from ember_mlir.grammars import Grammar
from ember_mlir.passes.analysis.levels import NUMBERS

HALF = Decimal("0.5")
SITE, PUBLIC = DrawAttr(Draw((0,))), LabelAttr("public")
PLACE = SourceLocation("a.py", 3, 7)
ORIGIN = 'site <0> label "public" at "a.py":3:7'


def value(found: Attribute, name: str = "x") -> SSAValue:
    """A value of a type, from nowhere."""
    made = create_ssa_value(found)
    made.name_hint = name
    return made


def line(op: Operation) -> str:
    """The text of an operation, behind its results."""
    shown = str(op)
    return shown.partition(" = ")[2] if op.results else shown


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (
            instructions.LaneOp(
                "l",
                "m",
                "p",
                2,
                (HALF, HALF),
                LaneLimits(
                    requests_per_minute=6,
                    tokens_per_minute=9,
                    retries=1,
                    at_most=2,
                    backoff=(HALF, HALF),
                    timeout=HALF,
                ),
                batch=5,
                bills_cancelled=True,
            ),
            'exec.lane @l model "m" from "p" concurrency 2 usd_per_million 0.5 in 0.5 out '
            "requests_per_minute 6 tokens_per_minute 9 retries 1 at_most 2 "
            "backoff 0.5 to 0.5 seconds timeout 0.5 seconds batch 5 bills_cancelled",
        ),
        (
            instructions.ToolOp("t", "Tells.", '{"type": "object"}'),
            'exec.tool @t "Tells." takes "{\\"type\\": \\"object\\"}"',
        ),
        (instructions.ConstantOp("a"), 'exec.constant "a"'),
        (instructions.ConstantOp(IntegerAttr(5, i64)), "exec.constant 5 : i64"),
        (instructions.ConstantOp(FloatAttr(0.5, f64)), "exec.constant 5.000000e-01 : f64"),
        (
            instructions.RequestOp(
                "l",
                value(TEXT),
                sampling=Sampling(max_tokens=3, grammar=Grammar("regex", "[a-z]+")),
                times=2,
                sampled=True,
                priority=4,
                site=SITE,
                label=PUBLIC,
                source=PLACE,
            ),
            'exec.request @l(%x) times 2 max_tokens 3 as regex "[a-z]+" sampled '
            f"priority 4 {ORIGIN} -> !llm.list<!llm.text>",
        ),
        (
            instructions.RequestOp(
                "l",
                value(MESSAGES),
                tools=["t"],
                sampled=True,
                site=SITE,
                label=PUBLIC,
                source=PLACE,
            ),
            f"exec.request @l(%x : !llm.messages) tools [@t] sampled {ORIGIN} -> !llm.messages",
        ),
        (
            instructions.EmbedOp("l", value(TEXT), SITE, PUBLIC, PLACE),
            f"exec.embed @l(%x) {ORIGIN} -> tensor<?xf32>",
        ),
        (
            instructions.EmbedOp("l", value(TEXTS), SITE, PUBLIC, PLACE, priority=1),
            f"exec.embed @l(%x : !llm.list<!llm.text>) priority 1 {ORIGIN} "
            "-> !llm.list<tensor<?xf32>>",
        ),
        (
            instructions.ScoreOp(
                "l", value(TEXT), value(TEXTS, "c"), SITE, PUBLIC, PLACE, priority=1
            ),
            f"exec.score @l(%x) among %c priority 1 {ORIGIN} -> !llm.list<f64>",
        ),
        (
            instructions.ScoreOp("l", value(TEXTS), value(TEXTS, "c"), SITE, PUBLIC, PLACE),
            f"exec.score @l(%x : !llm.list<!llm.text>) among %c {ORIGIN} "
            "-> !llm.list<!llm.list<f64>>",
        ),
        (
            instructions.ParseOp(value(TEXT), Grammar("regex", "[a-z]+"), PLACE),
            'exec.parse %x as regex "[a-z]+" at "a.py":3:7 : !llm.text',
        ),
        (
            instructions.AcceptOp(value(TEXT), value(i1, "c"), PLACE),
            'exec.accept %x if %c at "a.py":3:7 : !llm.text',
        ),
        (
            instructions.VoteOp(value(TEXTS), keys=value(TEXTS, "k"), rule=Stopping(min_valid=2)),
            "exec.vote %x by %k min_valid 2 : !llm.list<!llm.text>, !llm.list<!llm.text>",
        ),
        (
            instructions.QuorumOp(value(TEXTS), rule=Stopping(stop="lossless")),
            "exec.quorum %x stop lossless : !llm.list<!llm.text>",
        ),
        (instructions.QuorumOp(value(TEXTS)), "exec.quorum %x : !llm.list<!llm.text>"),
        (
            instructions.ApplyOp(
                "effectful", "f", [value(TEXT)], TEXT, PLACE, after=value(instructions.TOKEN, "t")
            ),
            'exec.apply effectful @f(%x) after %t at "a.py":3:7 : (!llm.text) -> !llm.text',
        ),
        (
            instructions.SpawnOp("f", [value(TEXT)], [TEXT], Limits(budget=HALF)),
            "exec.spawn @f budget 0.5 usd with %x : !llm.text -> !llm.text",
        ),
        (instructions.SpawnOp("f", [], []), "exec.spawn @f"),
        (
            instructions.SelectOp(value(i1, "c"), "f", "g", [value(TEXT)], [TEXT]),
            "exec.select %c then @f else @g with %x : !llm.text -> !llm.text",
        ),
        (
            instructions.LoopOp("f", [value(TEXT)], [value(i1, "c")], 3),
            "exec.loop @f from %x : !llm.text at_most 3 with %c : i1",
        ),
        (instructions.LoopOp("f", [], [], None), "exec.loop @f"),
        (
            instructions.FanoutOp("f", 3, [], TEXTS, in_order=True, drop=True),
            "exec.fanout @f times 3 in_order on_error drop -> !llm.list<!llm.text>",
        ),
        (
            instructions.ParallelOp(["f", "g"], [value(i1)], TEXTS, default=value(TEXT, "d")),
            "exec.parallel [@f, @g] with %x : i1 on_error use %d -> !llm.list<!llm.text>",
        ),
        (
            instructions.FirstOp(["f", "g"], [], TEXT, Hedge(delay=HALF)),
            "exec.first [@f, @g] after 0.5 seconds -> !llm.text",
        ),
        (
            instructions.AttemptOp(["f"], [], TEXT, Retry(at_most=2)),
            "exec.attempt [@f] at_most 2 -> !llm.text",
        ),
        (instructions.DoneOp([]), "exec.done"),
        (instructions.DoneOp([value(TEXT)]), "exec.done(%x : !llm.text)"),
        (instructions.AfterOp(HALF), "exec.after 0.5 seconds"),
        (
            instructions.AfterOp(HALF, value(instructions.TOKEN)),
            "exec.after 0.5 seconds from %x",
        ),
        (
            instructions.CancelOp(
                value(instructions.HANDLE, "h"),
                condition=value(i1, "c"),
                after=value(instructions.TOKEN, "t"),
            ),
            "exec.cancel %h when %c after %t",
        ),
        (
            instructions.CacheLookupOp(
                "9f", "user", PUBLIC, "f", [value(TEXT)], TEXT, sampled=True
            ),
            'exec.cache_lookup "9f" per user sampled label "public" else @f '
            "with %x : !llm.text -> !llm.text",
        ),
        (
            instructions.CacheStoreOp(value(TEXT), value(instructions.KEY, "k"), HALF),
            "exec.cache_store %x under %k for 0.5 seconds : !llm.text",
        ),
        (instructions.ReleaseOp([value(TEXT)]), "exec.release %x : !llm.text"),
    ],
    ids=lambda found: found.name if isinstance(found, Operation) else "",
)
def test_an_instruction_reads_as_its_text(op: Operation, expected: str) -> None:
    op.verify()
    assert line(op) == expected


RECORD = RecordType.of([("a", TEXT), ("b", i64)])

COMPUTED: list[Operation] = [
    llm.MessagesOp(
        [Turn("user", ("text", "image"))], [value(TEXT), value(TEXT)], [value(MESSAGES)]
    ),
    llm.QuoteOp(value(TEXTS)),
    llm.ContentOp(value(MESSAGES)),
    llm.ToolCallsOp(value(MESSAGES)),
    llm.RecordOp([value(TEXT), value(i64)], RECORD),
    llm.FieldOp("b", value(RECORD)),
    llm.GetOp(value(TEXTS), value(i64)),
    llm.ConcatOp([value(TEXTS), value(TEXTS)], TEXTS),
    llm.ConcatOp([], TEXTS),
    llm.LengthOp(value(TEXTS)),
    llm.LengthOp(value(TEXT)),
    llm.TopKOp(2, value(ListType(EMBEDDING)), value(EMBEDDING)),
    llm.EqualOp(value(TEXT), value(TEXT)),
    llm.ContainsOp(value(TEXT), value(TEXT)),
    llm.ContainsOp(value(TEXTS), value(TEXT)),
    llm.RedactOp(value(TEXT), ["email"], "public"),
    llm.RestoreOp(value(TEXT), value(TEXTS)),
    llm.DeclassifyOp(value(i64), "public", "known to all"),
    ensemble.BestOp(value(TEXTS), value(ListType(f64))),
    ensemble.BestOp(value(TEXTS), value(ListType(i64))),
    *[
        made(value(i64), value(i64))
        for made in (
            arith.AddiOp,
            arith.SubiOp,
            arith.MuliOp,
            arith.MinSIOp,
            arith.MaxSIOp,
            arith.AndIOp,
            arith.OrIOp,
            arith.XOrIOp,
        )
    ],
    *[made(value(i1), value(i1)) for made in (arith.AndIOp, arith.OrIOp, arith.XOrIOp)],
    *[
        made(value(f64), value(f64))
        for made in (
            arith.AddfOp,
            arith.SubfOp,
            arith.MulfOp,
        )
    ],
    arith.CmpiOp(value(i64), value(i64), "slt"),
    arith.CmpiOp(value(i1), value(i1), "eq"),
    arith.CmpfOp(value(f64), value(f64), "olt"),
    arith.SelectOp(value(i1), value(TEXT), value(TEXT)),
    arith.SIToFPOp(value(i64), f64),
    arith.IndexCastOp(value(i64), IndexType()),
    arith.IndexCastOp(value(IndexType()), i64),
]


@pytest.mark.parametrize("op", COMPUTED, ids=lambda op: op.name)
def test_an_operation_on_values_has_its_computation(op: Operation) -> None:
    op.verify()
    made = instructions.ComputeOp.like(op)
    made.verify()
    assert made.operation.data == op.name
    assert list(made.operands) == list(op.operands)
    assert [result.type for result in made.results] == [result.type for result in op.results]


def test_every_computation_is_tried_here_or_is_of_sched() -> None:
    tried = {op.name for op in COMPUTED} | {"sched.ballot", "sched.elect", "sched.rounds"}
    assert tried == set(COMPUTATIONS)


def test_every_local_operation_has_an_instruction() -> None:
    of_their_own = {
        "llm.constant",
        "arith.constant",
        "llm.template",
        "llm.join",
        "llm.list",
        "llm.parse",
        "llm.apply",
        "ensemble.vote",
        "sched.accept",
    }
    assert set(COMPUTATIONS) | of_their_own == LOCAL_OPS


def test_the_arithmetic_of_programs_can_be_scheduled() -> None:
    assert {name for name in LOCAL_OPS if name.startswith("arith.")} == NUMBERS


def test_the_calls_that_a_turn_asks_for_are_those_of_llm() -> None:
    assert llm.ToolCallsOp(value(MESSAGES)).result.type == ListType(TOOL_CALL)
