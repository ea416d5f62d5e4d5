"""`sched` built by hand reads as its text, and its attributes keep every value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import IndexType, ModuleOp, i1, i64
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.test_value import create_ssa_value

from ember_mlir.dialects import sched
from ember_mlir.dialects.formats import Sampling
from ember_mlir.dialects.formats.lanes import LaneLimits
from ember_mlir.dialects.formats.strategies import Hedge, Limits, Retry, Stopping
from ember_mlir.dialects.sched.regions import yielded_types
from ember_mlir.dialects.values import EMBEDDING, MESSAGES, TEXT, TEXTS, Draw, DrawAttr, ListType
from ember_mlir.errors import InvalidIRError
from ember_mlir.grammars import Grammar
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.analysis.levels import verify_level

FUTURE = sched.FutureType(TEXT)
STREAM = sched.StreamType(TEXT)
HALF = Decimal("0.5")


IN_TASKS = {
    f"sched.{name}" for name in ("request", "embed", "score", "ballot", "elect", "accept", "rounds")
}
"""What must stand in a task, and so does not verify on its own."""


def value(found: Attribute, name: str = "x") -> SSAValue:
    """A value of a type, from nowhere."""
    made = create_ssa_value(found)
    made.name_hint = name
    return made


def line(op: Operation) -> str:
    """The first line of an operation's text, behind its results."""
    shown = str(op).splitlines()[0]
    return shown.partition(" = ")[2] if op.results else shown


def yielding(*values: SSAValue, takes: tuple[Attribute, ...] = ()) -> Region:
    """A region that yields values from outside."""
    block = Block(arg_types=takes)
    block.add_op(sched.YieldOp(*values))
    return Region(block)


def arms(count: int) -> list[Region]:
    """Regions that yield one future each."""
    return [yielding(value(FUTURE)) for _ in range(count)]


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (sched.LaneOp("l", "m", 4), "sched.lane @l for @m concurrency 4"),
        (
            sched.LaneOp(
                "l",
                "m",
                4,
                LaneLimits(
                    requests_per_minute=60,
                    tokens_per_minute=9,
                    clearance="pii",
                    retries=0,
                    at_most=8,
                    backoff=(HALF, Decimal(30)),
                    timeout=Decimal(600),
                ),
            ),
            "sched.lane @l for @m concurrency 4 requests_per_minute 60 tokens_per_minute 9 "
            'clearance "pii" retries 0 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds',
        ),
        (sched.RequestOp("m", value(TEXT)), "sched.request @m(%x)"),
        (
            sched.RequestOp(
                "m",
                value(TEXT),
                times=2,
                sampling=Sampling(
                    temperature=HALF, top_p=HALF, stop=["."], grammar=Grammar("regex", "[a-z]+")
                ),
                draw=DrawAttr(Draw((0,), (None,))),
                label="pii",
            ),
            'sched.request @m(%x) times 2 temperature 0.5 top_p 0.5 stop ["."] as regex "[a-z]+" '
            'draw <0[*]> label "pii" -> !llm.list<!llm.text>',
        ),
        (
            sched.RequestOp("m", value(ListType(MESSAGES)), tools=["t"]),
            "sched.request @m(%x : !llm.list<!llm.messages>) tools [@t] "
            "-> !llm.list<!llm.messages>",
        ),
        (sched.EmbedOp("m", value(TEXT)), "sched.embed @m(%x) -> tensor<?xf32>"),
        (
            sched.EmbedOp("m", value(TEXTS), DrawAttr(Draw((0,), (None,))), "pii"),
            'sched.embed @m(%x : !llm.list<!llm.text>) site <0[*]> label "pii" '
            "-> !llm.list<tensor<?xf32>>",
        ),
        (
            sched.ScoreOp("m", value(TEXT), value(TEXTS, "l")),
            "sched.score @m(%x) among %l -> !llm.list<f64>",
        ),
        (
            sched.ScoreOp("m", value(TEXTS), value(TEXTS, "l"), DrawAttr(Draw((0,))), "public"),
            'sched.score @m(%x : !llm.list<!llm.text>) among %l site <0> label "public" '
            "-> !llm.list<!llm.list<f64>>",
        ),
        (
            sched.ParallelOp(arms(2), STREAM, drop=True),
            "sched.parallel on_error drop -> !sched.list<!llm.text> do {",
        ),
        (
            sched.FanoutOp(2, arms(1)[0], STREAM, in_order=True, default=value(FUTURE)),
            "sched.fanout times 2 in_order on_error use %x -> !sched.list<!llm.text> do {",
        ),
        (
            sched.QuorumOp(
                value(STREAM),
                keys=value(sched.StreamType(i64), "k"),
                rule=Stopping(min_valid=2, stop="adaptive", confidence=HALF),
            ),
            "sched.quorum %x by %k min_valid 2 stop adaptive confidence 0.5 "
            ": !sched.list<!llm.text>, !sched.list<i64>",
        ),
        (sched.QuorumOp(value(STREAM)), "sched.quorum %x : !sched.list<!llm.text>"),
        (sched.BallotOp(value(TEXT), value(TEXTS, "l")), "sched.ballot %x among %l"),
        (sched.ElectOp(value(TEXT), value(TEXTS, "l")), "sched.elect %x among %l"),
        (sched.AcceptOp(value(TEXT), value(i1, "c")), "sched.accept %x if %c : !llm.text"),
        (
            sched.RoundsOp(*(value(IndexType(), name) for name in ("a", "b", "c"))),
            "sched.rounds %a to %b step %c",
        ),
        (
            sched.ReduceOp(
                value(STREAM, "l"),
                3,
                yielding(value(FUTURE), takes=(STREAM,)),
                FUTURE,
                in_order=True,
            ),
            "sched.reduce %1 in %l by 3 in_order : !sched.list<!llm.text> do {",
        ),
        (
            sched.IfOp(value(sched.YES_OR_NO, "c"), arms(1)[0], arms(1)[0], [FUTURE]),
            "sched.if %c -> !sched.future<!llm.text> do {",
        ),
        (
            sched.FirstOp(arms(2), FUTURE, Hedge(delay=HALF, by_token=True)),
            "sched.first after 0.5 seconds by_token -> !sched.future<!llm.text> do {",
        ),
        (sched.FirstOp(arms(2), FUTURE), "sched.first -> !sched.future<!llm.text> do {"),
        (
            sched.AttemptOp(arms(1), FUTURE, Retry(at_most=3, redraw=True, backoff=(HALF, HALF))),
            "sched.attempt at_most 3 redraw backoff 0.5 to 0.5 seconds "
            "-> !sched.future<!llm.text> do {",
        ),
        (sched.AttemptOp(arms(1), FUTURE), "sched.attempt -> !sched.future<!llm.text> do {"),
        (
            sched.CachedOp("tenant", Decimal(60), arms(1)[0], FUTURE),
            "sched.cached per tenant for 60 seconds -> !sched.future<!llm.text> do {",
        ),
        (
            sched.ScopeOp(arms(1)[0], [FUTURE], Limits(budget=HALF, deadline=Decimal(3))),
            "sched.scope budget 0.5 usd deadline 3 seconds -> !sched.future<!llm.text> do {",
        ),
        (sched.ScopeOp(yielding(), []), "sched.scope do {"),
        (
            sched.CancelOp(value(sched.ScopeType(), "s"), value(sched.YES_OR_NO, "c")),
            "sched.cancel %s when %c",
        ),
        (sched.DoneOp([]), "sched.done"),
        (sched.DoneOp([value(STREAM)]), "sched.done(%x : !sched.list<!llm.text>)"),
    ],
    ids=lambda found: found.name if isinstance(found, Operation) else "",
)
def test_an_operation_reads_as_its_text(op: Operation, expected: str) -> None:
    if op.name not in IN_TASKS:
        op.verify(verify_nested_ops=False)
    assert line(op) == expected


def test_a_loop_gives_its_state_after_whether_it_would_go_on() -> None:
    go = value(sched.YES_OR_NO, "go")
    body = yielding(go, value(FUTURE, "next"), takes=(FUTURE,))
    loop = sched.LoopOp([value(FUTURE)], body, 3)
    loop.verify(verify_nested_ops=False)
    assert [result.type for result in loop.results] == [sched.YES_OR_NO, FUTURE]
    assert line(loop).endswith("= %x at_most 3 : !sched.future<!llm.text> do {")
    endless = sched.LoopOp([], yielding(go), None)
    endless.verify(verify_nested_ops=False)
    assert line(endless) == "sched.loop do {"


def test_a_task_says_where_how_soon_and_with_what() -> None:
    block = Block(arg_types=[TEXT])
    block.add_op(sched.YieldOp(block.args[0]))
    task = sched.TaskOp(
        [value(FUTURE)],
        Region(block),
        FUTURE,
        priority=2,
        resources=sched.ResourcesAttr(sched.Resources(cpu=HALF, locality="à côté")),
    )
    task.verify(verify_nested_ops=False)
    assert 'priority 2 resources <cpu 0.5, memory_mb ?, gpu ?, locality "à côté"> ->' in line(task)


@pytest.mark.parametrize(
    ("asks", "given"),
    [
        ("sched.request @m(%x)", "!llm.text"),
        ("sched.embed @m(%x) -> tensor<?xf32>", "tensor<?xf32>"),
        ("sched.score @m(%x) among %l -> !llm.list<f64>", "!llm.list<f64>"),
    ],
)
def test_whatever_asks_a_model_has_an_identity_once_scheduled(asks: str, given: str) -> None:
    future = "!sched.list<f64>" if "list" in given else f"!sched.future<{given}>"
    text = f"""llm.model @m from "p"
    llm.tool @t "Tells." takes "{{\\"type\\": \\"object\\"}}"
    sched.lane @l for @m concurrency 1
    func.func @f(%a: !sched.future<!llm.text>, %b: !sched.list<!llm.text>) -> {future} {{
      %r = sched.task(%x = %a : !sched.future<!llm.text>, %l = %b : !sched.list<!llm.text>)
          on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> {future} {{
        %y = {asks}
        sched.yield %y : {given}
      }}
      func.return %r : {future}
    }}
    """
    with pytest.raises(InvalidIRError, match="must have a draw or site once scheduled"):
        verify_level(parse_module(text), "sched")
    word = "draw" if "request" in asks else "site"
    numbered = asks.replace(" ->", f" {word} <0> ->") if "->" in asks else f"{asks} {word} <0>"
    verify_level(parse_module(text.replace(asks, numbered)), "sched")


def test_a_yield_may_have_any_number_of_values() -> None:
    one, other = value(FUTURE), value(STREAM)
    assert sched.YieldOp(one).value is one
    assert yielded_types(yielding(one, other)) == (FUTURE, STREAM)
    assert yielded_types(yielding()) == ()


def test_a_value_at_this_level_is_a_future_or_list() -> None:
    assert sched.value_of(sched.DONE) == sched.DONE.value
    assert sched.value_of(sched.future_of(EMBEDDING)) == EMBEDDING
    with pytest.raises(VerifyException, match=r"must be a future or list, but got !llm\.text"):
        sched.value_of(TEXT)


AMOUNTS = st.none() | st.decimals(0, 10**6, allow_nan=False, places=3)


@settings(derandomize=True, max_examples=50)
@given(AMOUNTS, AMOUNTS, AMOUNTS, st.none() | st.text(st.characters(codec="utf-8"), max_size=8))
def test_resources_keep_every_value(
    cpu: Decimal | None, memory: Decimal | None, gpu: Decimal | None, locality: str | None
) -> None:
    resources = sched.ResourcesAttr(sched.Resources(cpu, memory, gpu, locality))
    estimate = sched.EstimateAttr(sched.Estimate(cpu, memory, gpu, cpu))
    module = ModuleOp([], {"r": resources, "e": estimate})
    again = parse_module(print_module(module))
    assert again.attributes == {"r": resources, "e": estimate}
