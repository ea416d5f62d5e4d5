"""What went wrong with an engine before: each pitfall has a test named for it.

Every run is watched: when it is over, whatever has ended it, nothing is under way, nothing
waits, and nothing is reserved. Defects, the tenth pitfall, are in test_defects.py.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from xdsl.dialects.builtin import FunctionType, ModuleOp
from xdsl.ir import Block, Region

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.values import TEXT
from ember_mlir.errors import (
    ProviderError,
)
from ember_mlir.providers import Reply, Request
from ember_mlir.runtime.run import Run, prepare
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where
from ember_mlir.testing.playing import LIST, MIXED, Playing, answering, map_on, mixed, words

if TYPE_CHECKING:
    from conftest import Harness

ON_ALL = pytest.mark.parametrize("where", EVERYWHERE)
ON_LOOPS = pytest.mark.parametrize("where", EVERYWHERE[1:])
VIRTUALLY = pytest.mark.parametrize("where", EVERYWHERE[:2])
REFUSED = ProviderError("the model refused")
BUSY = ProviderError("busy", retryable=True)


# 1. Waits that round to zero spin for ever.


@VIRTUALLY
@pytest.mark.parametrize("wait", [0.0, 5e-324, 1e-12, 1e-9])
def test_waits_that_round_to_zero_do_not_spin(harness: Harness, where: Where, wait: float) -> None:
    limited = ProviderError("429", retryable=True, rate_limited=True, retry_after=wait)
    provider = Playing(lambda prompt, before: (limited if before < 2 else "ok", 1e-12))
    # Neither rate goes evenly into a minute.
    limits = "requests_per_minute 7001 tokens_per_minute 700001 at_most 3 backoff 0 to 0 seconds"
    watched = Watched(harness.prepare(map_on(limits, 3)), [words(20)], provider)
    assert watched.run(where).outputs == [["ok"] * 20]
    assert len(provider.starts) < 100


@VIRTUALLY
def test_timers_that_round_to_zero_do_not_spin(harness: Harness, where: Where) -> None:
    text = """
exec.frame @main(%t: !llm.text) -> (!exec.token, !llm.text) {
  %a = exec.after 0.000000000000000001 seconds
  %b = exec.after 0.0000000001 seconds from %a
  %h, %x = exec.spawn @ask deadline 0.000000001 seconds with %t : !llm.text -> !llm.text
  exec.return %b, %x : !exec.token, !llm.text
}
exec.frame @ask(%t: !llm.text) -> !llm.text {
  %x = exec.format "{0}!"(%t)
  exec.return %x : !llm.text
}
"""
    watched = Watched(harness.prepare(text), ["q"], answering())
    outcome = watched.run(where)
    assert (outcome.outputs, outcome.seconds < 1e-6) == ([None, "q!"], True)


def test_time_never_runs_backwards_although_nobody_traces(harness: Harness) -> None:
    # The second request comes long after the lane was told to wait, and need not wait.
    text = f"""
exec.lane @lane model "m" from "p" concurrency 2
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @twice over %xs : {LIST} on_error drop -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @twice(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  %y = exec.request @lane(%x) sampled site <1[*]> label "public"
  exec.return %y : !llm.text
}}
"""
    limited = ProviderError("429", retryable=True, rate_limited=True, retry_after=20.0)
    for spans in (100, 0):
        provider = Playing(
            lambda prompt, before: (limited, 1.0) if prompt == "a" else (f"<{prompt}>", 30.0)
        )
        watched = Watched(harness.prepare(text), [["a", "b"]], provider, spans=spans)
        assert watched.run("heap").seconds == 60.0
        assert provider.starts == [("a", 0.0), ("b", 0.0), ("<b>", 30.0)]


# 2. Loops whose condition does not depend on their calls unroll without limit.


@VIRTUALLY
def test_a_loop_that_need_not_wait_for_its_calls_holds_a_window_of_rounds(
    harness: Harness, where: Where
) -> None:
    text = """
exec.lane @lane model "m" from "p" concurrency 1
exec.frame @main(%n: i64) -> i64 {
  %zero = exec.constant 0 : i64
  %more, %k = exec.loop @body from %zero : i64 with %n : i64
  exec.return %k : i64
}
exec.frame @body(%i: i64, %n: i64) -> (i1, i64) {
  %one = exec.constant 1 : i64
  %j = exec.compute "arith.addi"(%i, %one) : (i64, i64) -> i64
  %c = exec.compute "arith.cmpi"(%j, %n) where {predicate = 2 : i64} : (i64, i64) -> i1
  %p = exec.constant "q"
  %x = exec.request @lane(%p) sampled site <0[*]> label "public"
  exec.return %c, %j : i1, i64
}
"""
    watched = Watched(harness.prepare(text), [1000], answering(0.01), spans=0)
    outcome = watched.run(where)
    assert (outcome.outputs, outcome.bill.calls) == ([1000], 1000)
    assert watched.engine.most_live <= 256


# 3. What a frame knows of its place grows with its depth, and all together with its square.


def nested_calls(depth: int) -> ModuleOp:
    """Frames that run one another, as branches and as scopes in turns, so deep."""
    frames: list[ops.FrameOp] = []
    for number in range(depth):
        block = Block(arg_types=[TEXT])
        value = block.args[0]
        if number:
            inner = ops.SpawnOp(f"f{number - 1}", [value], [TEXT])
            block.add_op(inner)
            value = inner.values[0]
        block.add_op(ops.ReturnOp([value]))
        signature = FunctionType.from_lists([TEXT], [TEXT])
        frames.append(ops.FrameOp(f"f{number}", signature, Region(block)))
    return ModuleOp(frames)


def test_memory_is_linear_in_the_depth_of_calls() -> None:
    peaks: list[int] = []
    for depth in (600, 1200):
        watched = Watched(prepare(nested_calls(depth)), ["x"], answering(), spans=0)
        gc.collect()
        tracemalloc.start()
        outputs = watched.run("heap").outputs
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert outputs == ["x"]
    assert peaks[1] < 2.5 * peaks[0]


# 4. Frames, lists and instructions that hold one another are left to the garbage collector.


def members(run: Run) -> int:
    """The length of the one list that a run has given."""
    [output] = run.outputs
    return len(output) if isinstance(output, list) else -1


def test_no_instruction_leaves_circles_of_references(harness: Harness) -> None:
    prepared = harness.prepare(MIXED)
    found: list[int] = []
    for count in (5, 5, 50):
        watched = Watched(prepared, [words(count)], Playing(mixed), spans=0)
        gc.collect()
        gc.disable()
        try:
            assert members(watched.run("heap")) == count
            found.append(gc.collect())
        finally:
            gc.enable()
    # Errors hold the frames of Python that they have passed; nothing else may grow.
    assert found[2] - found[1] < 100


@ON_ALL
def test_all_instructions_give_back_what_they_have_taken(harness: Harness, where: Where) -> None:
    def play(prompt: str, before: int) -> tuple[str | Exception, float]:
        answer, seconds = mixed(prompt, before)
        return answer, seconds / 100

    outcome = Watched(harness.prepare(MIXED), [words(3)], Playing(play)).run(where)
    assert members(outcome) == 3


# 5. A `CancelledError` has three owners: the engine, the event loop, or the call itself.
#    For the first two see test_drivers.py.


@ON_LOOPS
def test_a_call_that_cancels_itself_may_be_sent_again(harness: Harness, where: Where) -> None:
    class Cancels(Playing):
        async def generate(self, request: Request) -> Reply:
            reply = await super().generate(request)
            if self.sent[request.prompt or ""] < 3:
                raise asyncio.CancelledError
            return reply

    provider = Cancels(lambda prompt, before: (f"<{prompt}>", 0.001))
    text = map_on("at_most 3 backoff 0.001 to 0.001 seconds", 2)
    outcome = Watched(harness.prepare(text), [words(4)], provider).run(where)
    assert outcome.outputs == [[f"<w{number}>" for number in range(4)]]
    assert outcome.bill.calls == 12


@ON_LOOPS
def test_a_worker_is_rid_of_a_cancellation_once_the_call_has_ended(
    harness: Harness, where: Where
) -> None:
    # The first sending takes too long, the second cancels itself: on the same worker.
    class Cancels(Playing):
        async def generate(self, request: Request) -> Reply:
            reply = await super().generate(request)
            if self.sent[request.prompt or ""] == 2:
                raise asyncio.CancelledError
            return reply

    provider = Cancels(lambda prompt, before: ("ok", 0.001 if before else 9.0))
    text = map_on("at_most 3 backoff 0.001 to 0.001 seconds timeout 0.02 seconds", 1)
    outcome = Watched(harness.prepare(text), [["q"]], provider).run(where)
    assert (outcome.outputs, outcome.bill.calls) == ([["ok"]], 3)


def test_what_cleans_up_after_a_time_limit_is_not_disturbed(harness: Harness) -> None:
    # Another member fails while the call, which took too long, is still cleaning up.
    cleaned: list[str] = []

    class Cleaning(Playing):
        async def generate(self, request: Request) -> Reply:
            try:
                return await super().generate(request)
            except asyncio.CancelledError:
                await asyncio.sleep(1.0)
                cleaned.append(request.prompt or "")
                raise

    def play(prompt: str, before: int) -> tuple[str | Exception, float]:
        return (REFUSED if before else BUSY, 0.75) if prompt == "b" else ("", 9.0)

    text = map_on("at_most 2 backoff 0.01 to 0.01 seconds timeout 1 seconds")
    with pytest.raises(ProviderError, match="refused"):
        Watched(harness.prepare(text), [["a", "b"]], Cleaning(play)).run("virtual loop")
    assert cleaned == ["a"]


# 6. Workers that park after many calls were cancelled are slow to leave.

MANY_THEN_ONE = f"""
exec.lane @lane model "m" from "p" concurrency 300
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.attempt [@all, @one] with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @all(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @map deadline 0.01 seconds with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @map(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
exec.frame @one(%xs: {LIST}) -> {LIST} {{
  %p = exec.constant "last"
  %x = exec.request @lane(%p) sampled site <1> label "public"
  %ys = exec.list(%x) : {LIST}
  exec.return %ys : {LIST}
}}
"""


@ON_LOOPS
def test_workers_leave_after_many_calls_were_cancelled(harness: Harness, where: Where) -> None:
    most: list[int] = []

    class Counting(Playing):
        async def generate(self, request: Request) -> Reply:
            reply = await super().generate(request)
            most.append(len(asyncio.all_tasks()))
            return reply

    provider = Counting(lambda prompt, before: ("ok", 0.005 if prompt == "last" else 9.0))
    watched = Watched(harness.prepare(MANY_THEN_ONE), [words(300)], provider)
    assert watched.run(where).outputs == [["ok"]]
    # The run, the worker of the last call, and what waits for one of them.
    assert most == [most[0]]
    assert most[0] <= 3


# 7. A window that refills starts draws that the vote does not need: see test_quorum.py.


@VIRTUALLY
def test_a_vote_starts_no_more_draws_than_may_decide_it(harness: Harness, where: Where) -> None:
    text = f"""
exec.lane @lane model "m" from "p" concurrency 100
exec.frame @main(%t: !llm.text) -> !llm.text {{
  %all = exec.fanout @ask times 99 with %t : !llm.text -> {LIST}
  %v = exec.quorum %all stop lossless : {LIST}
  exec.return %v : !llm.text
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""
    # Of 99, 50 decide. One in ten says otherwise, so that as many more are needed.
    provider = Playing(lambda prompt, before: ("b" if before % 10 == 3 else "a", 1.0 + before))
    outcome = Watched(harness.prepare(text), ["q"], provider).run(where)
    says_a = [number % 10 != 3 for number in range(99)]
    needed = next(count for count in range(100) if sum(says_a[:count]) == 50)
    assert (outcome.outputs, outcome.bill.calls) == (["a"], needed)


# 8. A retry budget that fails at once turns a burst of refusals into an error.


@VIRTUALLY
def test_a_burst_of_refusals_is_waited_out(harness: Harness, where: Where) -> None:
    # All 64 are refused at once, many more than the lane may send again meanwhile.
    limited = ProviderError("429", retryable=True, rate_limited=True)
    provider = Playing(
        lambda prompt, before: (limited if before < 1 else f"<{prompt}>", 0.13 + before / 7)
    )
    text = map_on("retries 5 at_most 8 backoff 0.5 to 30 seconds", 64)
    outcome = Watched(harness.prepare(text), [words(64)], provider).run(where)
    assert outcome.outputs == [[f"<w{number}>" for number in range(64)]]
    assert outcome.bill.calls == 128


# 9. A scope that is there to be cancelled must not catch the errors in it.

CAUGHT = f"""
exec.frame @main(%t: !llm.text) -> !llm.text {{
  %x = exec.attempt [@tried, @sorry] with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}}
exec.frame @sorry(%t: !llm.text) -> !llm.text {{
  exec.return %t : !llm.text
}}
exec.frame @vote(%t: !llm.text) -> !llm.text {{
  %all = exec.fanout @ask times 3 with %t : !llm.text -> {LIST}
  %v = exec.quorum %all stop lossless : {LIST}
  exec.return %v : !llm.text
}}
exec.frame @spawn(%t: !llm.text) -> !llm.text {{
  %h, %x = exec.spawn @vote deadline 60 seconds with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


@ON_ALL
@pytest.mark.parametrize("tried", ["@vote", "@spawn"])
def test_a_scope_that_does_not_catch_is_not_its_own_catcher(
    harness: Harness, where: Where, tried: str
) -> None:
    prepared = harness.prepare(CAUGHT.replace("@tried", tried))
    provider = Playing(lambda prompt, before: (REFUSED, 0.001))
    assert Watched(prepared, ["q"], provider).run(where).outputs == ["q"]
    uncaught = harness.prepare(CAUGHT.replace("[@tried, @sorry]", f"[{tried}]"))
    with pytest.raises(ProviderError, match="refused"):
        Watched(uncaught, ["q"], provider).run(where)
