"""What went wrong before, or could: each pitfall of an engine has a test named for it.

Every run here is watched: when it is over, whatever has ended it, nothing is under way,
nothing waits, and nothing is reserved.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from xdsl.dialects.builtin import FunctionType, ModuleOp
from xdsl.ir import Block, Region

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.values import TEXT
from ember_mlir.errors import (
    EmberError,
    EmptyVoteError,
    FrameCancelledError,
    FunctionError,
    Interrupted,
    ProviderError,
)
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.protocol import Outcome
from ember_mlir.providers.simulated import Simulated
from ember_mlir.runtime.attempts import AttemptState
from ember_mlir.runtime.core import Engine
from ember_mlir.runtime.frames import Frame, Instruction, Slot
from ember_mlir.runtime.instructions import control, values
from ember_mlir.runtime.lanes import Lane
from ember_mlir.runtime.requests import RequestSpec
from ember_mlir.runtime.run import prepare, run, run_async
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where

if TYPE_CHECKING:
    from conftest import Harness

ON_ALL = pytest.mark.parametrize("where", EVERYWHERE)
ON_LOOPS = pytest.mark.parametrize("where", EVERYWHERE[1:])
VIRTUALLY = pytest.mark.parametrize("where", EVERYWHERE[:2])
LIST = "!llm.list<!llm.text>"
REFUSED = ProviderError("the model refused")
BUSY = ProviderError("busy", retryable=True)


def map_on(limits: str, concurrency: int = 8, on_error: str = "") -> str:
    """A map of one request, on a lane of its own."""
    return f"""
exec.lane @lane model "m" from "p" concurrency {concurrency} {limits}
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} {on_error} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) max_tokens 9 sampled site <0[*]> label "public" at "a.py":1:1
  exec.return %x : !llm.text
}}
"""


class Playing:
    """A provider that is told what comes of each sending of a prompt, and after how long.

    What `play` gets is the prompt, and how often it was sent before. `live` is how many
    are under way; `now` is the time of the run.
    """

    def __init__(self, play: Callable[[str, int], tuple[str | Exception, float]]) -> None:
        self.play = play
        self.sent: Counter[str] = Counter()
        self.starts: list[tuple[str, float]] = []
        self.live = 0
        self.now: Callable[[], float] = lambda: 0.0

    def begin(self, now: Callable[[], float]) -> None:
        self.now = now

    def simulate(self, request: Request) -> tuple[Outcome, float]:
        prompt = request.prompt or ""
        self.starts.append((prompt, self.now()))
        answer, seconds = self.play(prompt, self.sent[prompt])
        self.sent[prompt] += 1
        return (Reply([answer], 2, 1) if isinstance(answer, str) else answer), seconds

    async def generate(self, request: Request) -> Reply:
        outcome, seconds = self.simulate(request)
        self.live += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self.live -= 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def answering(seconds: float = 0.001) -> Playing:
    return Playing(lambda prompt, before: (f"<{prompt}>", seconds))


def words(count: int) -> list[str]:
    return [f"w{number}" for number in range(count)]


# 1. Waits that round to zero spin for ever.


@VIRTUALLY
@pytest.mark.parametrize("wait", [0.0, 5e-324, 1e-12, 1e-9])
def test_waits_that_round_to_zero_do_not_spin(
    harness: Harness, where: Where, wait: float
) -> None:
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
    text = f"""
exec.lane @lane model "m" from "p" concurrency 1
exec.frame @main(%n: i64) -> i64 {{
  %zero = exec.constant 0 : i64
  %more, %k = exec.loop @body from %zero : i64 with %n : i64
  exec.return %k : i64
}}
exec.frame @body(%i: i64, %n: i64) -> (i1, i64) {{
  %one = exec.constant 1 : i64
  %j = exec.compute "arith.addi"(%i, %one) : (i64, i64) -> i64
  %c = exec.compute "arith.cmpi"(%j, %n) where {{predicate = 2 : i64}} : (i64, i64) -> i1
  %p = exec.constant "q"
  %x = exec.request @lane(%p) sampled site <0[*]> label "public"
  exec.return %c, %j : i1, i64
}}
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
    for depth in (1500, 3000):
        watched = Watched(prepare(nested_calls(depth)), ["x"], answering(), spans=0)
        gc.collect()
        tracemalloc.start()
        outputs = watched.run("heap").outputs
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert outputs == ["x"]
    assert peaks[1] < 2.5 * peaks[0]


# 4. Frames, lists and instructions that hold one another are left to the garbage collector.

MIXED = f"""
exec.lane @lane model "m" from "p" concurrency 8
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @element over %xs : {LIST} on_error drop -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @element(%x: !llm.text) -> !llm.text {{
  %a = exec.attempt [@fails, @vote] at_most 2 with %x : !llm.text -> !llm.text
  %b = exec.first [@slow, @ask] after 0.5 seconds with %a : !llm.text -> !llm.text
  %h, %c = exec.spawn @rows deadline 60 seconds with %b : !llm.text -> !llm.text
  %go = exec.constant true
  %d = exec.select %go then @ask else @slow with %c : !llm.text -> !llm.text
  %more, %e = exec.loop @again from %d : !llm.text at_most 3 with %go : i1
  exec.return %e : !llm.text
}}
exec.frame @fails(%x: !llm.text) -> !llm.text {{
  %bad = exec.format "bad {{0}}"(%x)
  %y = exec.request @lane(%bad) sampled site <0[*]> label "public"
  exec.return %y : !llm.text
}}
exec.frame @vote(%x: !llm.text) -> !llm.text {{
  %all = exec.fanout @draw times 5 with %x : !llm.text -> {LIST}
  %v = exec.quorum %all stop lossless : {LIST}
  exec.return %v : !llm.text
}}
exec.frame @draw(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <1[*, *]> label "public"
  exec.return %y : !llm.text
}}
exec.frame @slow(%x: !llm.text) -> !llm.text {{
  %s = exec.format "slow {{0}}"(%x)
  %y = exec.request @lane(%s) sampled site <2[*]> label "public"
  exec.return %y : !llm.text
}}
exec.frame @ask(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <3[*]> label "public"
  exec.return %y : !llm.text
}}
exec.frame @rows(%x: !llm.text) -> !llm.text {{
  %row = exec.list(%x, %x, %x) : {LIST}
  %ys = exec.fanout @draw over %row : {LIST} -> {LIST}
  %r = exec.reduce @node over %ys by 2 : {LIST}
  exec.return %r : !llm.text
}}
exec.frame @node(%g: {LIST}) -> !llm.text {{
  %j = exec.join %g with "+"
  exec.return %j : !llm.text
}}
exec.frame @again(%x: !llm.text, %go: i1) -> (i1, !llm.text) {{
  %y = exec.request @lane(%x) sampled site <4[*, *]> label "public"
  exec.return %go, %y : i1, !llm.text
}}
"""


def mixed(prompt: str, before: int) -> tuple[str | Exception, float]:
    if prompt.startswith("bad"):
        return REFUSED, 0.25
    return prompt[-9:], 9.0 if prompt.startswith("slow") else 0.125


def test_no_instruction_leaves_circles_of_references(harness: Harness) -> None:
    prepared = harness.prepare(MIXED)
    found: list[int] = []
    for count in (5, 5, 50):
        watched = Watched(prepared, [words(count)], Playing(mixed), spans=0)
        gc.collect()
        gc.disable()
        try:
            assert len(watched.run("heap").outputs[0]) == count
            watched.started.ring = watched.engine.ready = None  # type: ignore[assignment]
            found.append(gc.collect())
        finally:
            gc.enable()
    # Errors hold the frames of Python that they have passed; nothing else may grow.
    assert found[2] - found[1] < 100


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


@ON_ALL
def test_a_function_that_cancels_itself_has_failed(harness: Harness, where: Where) -> None:
    def cancels(text: str) -> str:
        raise asyncio.CancelledError("by itself")

    with pytest.raises(FunctionError, match="raised CancelledError: by itself"):
        apply(harness, cancels).run(where)


@ON_LOOPS
def test_what_cleans_up_after_a_time_limit_is_not_disturbed(
    harness: Harness, where: Where
) -> None:
    # Another member fails while the call, which took too long, is still cleaning up.
    cleaned: list[str] = []

    class Cleaning(Playing):
        async def generate(self, request: Request) -> Reply:
            try:
                return await super().generate(request)
            finally:
                await asyncio.sleep(0.02)
                cleaned.append(request.prompt or "")

    provider = Cleaning(lambda prompt, before: (REFUSED, 0.015) if prompt == "b" else ("", 9.0))
    watched = Watched(harness.prepare(map_on("timeout 0.03 seconds")), [["a", "b"]], provider)
    with pytest.raises(ProviderError, match="refused"):
        watched.run(where)
    assert sorted(cleaned) == ["a", "b"]


@ON_LOOPS
@pytest.mark.parametrize("exit", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_an_exit_while_a_call_is_cancelled_is_not_lost(
    harness: Harness, where: Where, exit: BaseException
) -> None:
    class Leaving(Playing):
        async def generate(self, request: Request) -> Reply:
            try:
                return await super().generate(request)
            except asyncio.CancelledError:
                raise exit from None

    provider = Leaving(lambda prompt, before: (REFUSED, 0.01) if prompt == "b" else ("", 9.0))
    watched = Watched(harness.prepare(map_on("")), [["a", "b"]], provider)
    with pytest.raises(type(exit)):
        watched.run(where)
    assert provider.live == 0


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


# 10. Defects of the engine look like errors of the program, or hang it.

DEFECTIVE = """
exec.lane @lane model "m" from "p" concurrency 1 at_most 2 backoff 0.001 to 0.001 seconds
    timeout 0.03 seconds
exec.frame @main(%t: !llm.text) -> (!llm.text, !llm.text, !exec.token) {
  %x = exec.attempt [@bad, @good] with %t : !llm.text -> !llm.text
  %late = exec.after 0.001 seconds
  %y = exec.first [@hang, @good] after 0.001 seconds with %x : !llm.text -> !llm.text
  exec.return %x, %y, %late : !llm.text, !llm.text, !exec.token
}
exec.frame @bad(%t: !llm.text) -> !llm.text {
  %u = exec.format "bad {0}"(%t)
  %x = exec.request @lane(%u) sampled site <0> label "public"
  exec.return %x : !llm.text
}
exec.frame @hang(%t: !llm.text) -> !llm.text {
  %u = exec.format "hang {0}"(%t)
  %x = exec.request @lane(%u) sampled site <1> label "public"
  exec.return %x : !llm.text
}
exec.frame @good(%t: !llm.text) -> !llm.text {
  %x = exec.request @lane(%t) sampled site <2> label "public"
  exec.return %x : !llm.text
}
"""


def defective(prompt: str, before: int) -> tuple[str | Exception, float]:
    match prompt.split()[0]:
        case "bad":
            return BUSY, 0.001
        case "hang":
            return "late", 9.0
        case _:
            return "ok", 0.001


DEFECTS = [
    (values.Return, "fire"),
    (values.Format, "fire"),
    (control.After, "fire"),
    (control.Attempt, "fire"),
    (RequestSpec, "request"),
    (RequestSpec, "read"),
    (RequestSpec, "failure"),
    (RequestSpec, "tokens"),
    (AttemptState, "drained"),
    (Lane, "failed"),
    (Lane, "settle"),
    (Lane, "answered"),
    (Lane, "push"),
    (Engine, "give"),
    (Frame, "deliver"),
]


@ON_ALL
@pytest.mark.parametrize(("owner", "name"), DEFECTS, ids=lambda part: str(part))
def test_a_defect_anywhere_ends_the_run_as_an_internal_error(
    harness: Harness, where: Where, owner: type, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*arguments: object, **options: object) -> None:
        raise KeyError("slot")

    watched = Watched(harness.prepare(DEFECTIVE), ["q"], Playing(defective))
    assert Watched(harness.prepare(DEFECTIVE), ["q"], Playing(defective)).run(where).outputs
    monkeypatch.setattr(owner, name, defect)
    monkeypatch.setattr(watched_engine(), "check_idle", lambda engine: None)
    with pytest.raises(EmberError) as caught:
        watched.run(where)
    assert caught.value.message == (
        "internal error of the engine: KeyError: 'slot'; "
        "please report it with the text of the program"
    )
    assert isinstance(caught.value.bill, object)
    assert watched.engine.in_flight == 0


def watched_engine() -> type[Engine]:
    from ember_mlir.testing.engines import WatchedEngine

    return WatchedEngine


@ON_ALL
def test_a_wake_up_that_is_lost_is_an_internal_error_and_no_hang(
    harness: Harness, where: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(self: Frame, slot: int, value: Slot) -> int:
        return -1

    watched = Watched(harness.prepare(map_on("")), [["a"]], answering())
    monkeypatch.setattr(Frame, "put", lost)
    with pytest.raises(EmberError, match="nothing is under way, but results are missing"):
        watched.run(where)


# What third parties do; see test_drivers.py for calls that hang, swallow a cancellation,
# clean up slowly, translate it, or use asyncio's own time limits and groups.

APPLY = f"""
exec.lane @lane model "m" from "p" concurrency 4
exec.frame @main(%t: !llm.text, %xs: {LIST}) -> (!llm.text, {LIST}) {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  %y = exec.apply pure @function(%t) at "a.py":1:1 : (!llm.text) -> !llm.text
  exec.return %y, %ys : !llm.text, {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


def apply(
    harness: Harness,
    function: Callable[..., object],
    provider: Playing | None = None,
    items: list[str] | None = None,
) -> Watched:
    return Watched(
        harness.prepare(APPLY),
        ["q", items or []],
        provider or answering(),
        functions={"function": function},
    )


@ON_LOOPS
@pytest.mark.parametrize("is_cancelled", [True, False])
def test_a_thread_under_way_is_waited_for(
    harness: Harness, where: Where, is_cancelled: bool
) -> None:
    began, returned = threading.Event(), threading.Event()

    def block(text: str) -> str:
        began.set()
        time.sleep(0.05)
        returned.set()
        return text

    class Failing(Playing):
        async def generate(self, request: Request) -> Reply:
            await asyncio.to_thread(began.wait)
            raise REFUSED

    provider = Failing(lambda prompt, before: ("", 0.0))
    watched = apply(harness, block, provider, [] if is_cancelled else ["a"])

    async def cancelled() -> None:
        task = asyncio.create_task(watched.on_loop())
        await asyncio.to_thread(began.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    if is_cancelled:
        run_on(where, cancelled())
    else:
        with pytest.raises(ProviderError, match="refused"):
            watched.run(where)
    assert returned.is_set()


def run_on(where: Where, coroutine: Coroutine[object, None, None]) -> None:
    from ember_mlir.testing.engines import run_watched

    run_watched(where, coroutine)


@ON_LOOPS
def test_a_provider_may_use_threads(harness: Harness, where: Where) -> None:
    class Threaded(Playing):
        async def generate(self, request: Request) -> Reply:
            await asyncio.to_thread(time.sleep, 0.001)
            return self.simulate(request)[0]  # type: ignore[return-value]

    provider = Threaded(lambda prompt, before: (f"<{prompt}>", 0.0))
    outcome = Watched(harness.prepare(map_on("")), [words(20)], provider).run(where)
    assert outcome.outputs == [[f"<w{number}>" for number in range(20)]]


@ON_ALL
def test_a_function_may_raise_stop_iteration(harness: Harness, where: Where) -> None:
    def first_of_none(text: str) -> str:
        return next(iter(()))

    with pytest.raises(FunctionError, match="RuntimeError: function raised StopIteration"):
        apply(harness, first_of_none).run(where)


async def shout(text: str) -> str:
    await asyncio.sleep(0.001)
    return f"{text}!"


class Shouting:
    """An object that is called like a function, and awaited."""

    async def __call__(self, text: str) -> str:
        return await shout(text)


@pytest.mark.parametrize("function", [shout, Shouting()], ids=["function", "object"])
@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_functions_are_awaited_on_both_clocks(
    harness: Harness, function: Callable[..., object], clock: str
) -> None:
    prepared = harness.prepare(APPLY)
    session = Session(answering(), clock=clock)  # type: ignore[arg-type]
    functions = {"function": function}
    inputs = ["q", list[str]()]
    assert run(prepared, inputs, session, functions=functions).outputs == ["q!", []]

    async def within_a_loop() -> list[object]:
        waited = await run_async(prepared, inputs, session, functions=functions)
        return [waited.outputs, run(prepared, inputs, session, functions=functions).outputs]

    assert asyncio.run(within_a_loop()) == [["q!", []]] * 2


def test_what_a_plain_function_returns_is_awaited_where_a_loop_runs(harness: Harness) -> None:
    watched = apply(harness, lambda text: shout(text))
    assert watched.run("loop").outputs == ["q!", []]
    with pytest.raises(FunctionError, match="it must be declared with 'async def' to be awaited"):
        apply(harness, lambda text: shout(text)).run("heap")


# Scopes that end early.

CANCELLED_LIST = f"""
exec.frame @main(%t: !llm.text) -> (!exec.token, !result) {{
  %late = exec.after 0.02 seconds
  %h, %s = exec.spawn @all with %t : !llm.text -> {LIST}
  %over = exec.cancel %h after %late
  %use
  exec.return %over, %r : !exec.token, !result
}}
exec.frame @all(%t: !llm.text) -> {LIST} {{
  %s = exec.fanout @ask times 3 with %t : !llm.text -> {LIST}
  exec.return %s : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


@ON_ALL
@pytest.mark.parametrize("use", ["join", "itself"])
def test_a_list_that_never_becomes_whole_is_an_error(
    harness: Harness, where: Where, use: str
) -> None:
    text = CANCELLED_LIST.replace("%use", '%r = exec.join %s with "+"' if use == "join" else "")
    text = text.replace("!result", "!llm.text" if use == "join" else LIST)
    text = text if use == "join" else text.replace("%over, %r", "%over, %s")
    with pytest.raises(FrameCancelledError, match="but it was cancelled before"):
        Watched(harness.prepare(text), ["q"], answering(0.5)).run(where)
    in_time = Watched(harness.prepare(text), ["q"], answering(0.001)).run(where)
    assert in_time.outputs == [None, "<q>+<q>+<q>" if use == "join" else ["<q>"] * 3]


BUDGETED = f"""
exec.lane @lane model "m" from "p" concurrency 8 usd_per_million 1 in 1 out
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.attempt [@poor, @rich] with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @poor(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @all budget 0.000001 usd with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @rich(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @all budget 1 usd with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @all(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) max_tokens 9 sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


@VIRTUALLY
def test_bodies_that_fail_as_they_start_keep_no_room_of_their_window(
    harness: Harness, where: Where
) -> None:
    outcome = Watched(harness.prepare(BUDGETED), [words(8)], answering(1.0)).run(where)
    assert outcome.outputs == [[f"<w{number}>" for number in range(8)]]
    # All eight at once, and nothing was sent that the budget did not allow.
    assert (round(outcome.seconds, 3), outcome.bill.calls) == (1.0, 8)


@ON_ALL
def test_calls_that_come_with_what_ends_them_are_not_sent(harness: Harness, where: Where) -> None:
    text = f"""
exec.frame @main(%xs: {LIST}, %p: !llm.text) -> (!llm.text, !llm.text) {{
  %a = exec.request @lane(%p) sampled site <0> label "public"
  %v = exec.vote %xs : {LIST}
  exec.return %a, %v : !llm.text, !llm.text
}}
"""
    provider = answering()
    watched = Watched(harness.prepare(text), [[], "p"], provider)
    with pytest.raises(EmptyVoteError) as caught:
        watched.run(where)
    assert (provider.starts, caught.value.bill and caught.value.bill.calls) == ([], 0)


@ON_ALL
def test_members_that_are_not_needed_are_counted_back(harness: Harness, where: Where) -> None:
    outcome = Watched(harness.prepare(MIXED), [words(3)], Playing(quick)).run(where)
    assert len(outcome.outputs[0]) == 3


def quick(prompt: str, before: int) -> tuple[str | Exception, float]:
    answer, seconds = mixed(prompt, before)
    return answer, seconds / 100


# Interrupts.


class Interrupting(Playing):
    """Answers once, then has the user press Ctrl-C, and hangs."""

    async def generate(self, request: Request) -> Reply:
        if request.prompt == "last":
            os.kill(os.getpid(), signal.SIGINT)
            await super().generate(request)
        return await super().generate(request)


@pytest.fixture
def interrupts() -> object:
    # The tests may have been started where interrupts are ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_tells_what_the_run_has_cost(harness: Harness, interrupts: object) -> None:
    provider = Interrupting(lambda prompt, before: ("ok", 900.0 if prompt == "last" else 0.001))
    text = map_on("usd_per_million 1000 in 1000 out", 1)
    with pytest.raises(Interrupted) as caught:
        run(harness.prepare(text), [["a", "b", "last"]], Session(provider))
    bill = caught.value.bill
    assert (bill.calls, bill.output_tokens, provider.live) == (3, 2, 0)
    assert bill.usd is not None
    assert bill.usd >= Decimal("0.006")
    assert caught.value.trace is not None
    outcomes = [span.outcome for span in caught.value.trace.spans()]
    assert outcomes == ["ok", "ok", "cancelled"]
    # The event loop that all runs share has survived.
    assert run(harness.prepare(map_on("")), [["a"]], Session(answering())).outputs == [["<a>"]]


def test_an_interrupt_on_the_virtual_clock(harness: Harness, interrupts: object) -> None:
    def play(prompt: str, before: int) -> tuple[str, float]:
        if prompt == "last":
            os.kill(os.getpid(), signal.SIGINT)
        return "ok", 7.0

    async def awaited(text: str) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(1000)
        return text

    session = Session(Playing(play), clock="virtual")
    with pytest.raises(Interrupted) as caught:
        run(harness.prepare(map_on("", 1)), [["a", "b", "last"]], session)
    assert (caught.value.bill.calls, caught.value.bill.seconds) == (3, 14.0)
    with pytest.raises(Interrupted) as caught:
        run(
            harness.prepare(APPLY),
            ["q", ["a", "b"]],
            Session(Playing(lambda prompt, before: ("ok", 7.0)), clock="virtual"),
            functions={"function": awaited},
        )
    assert caught.value.bill.calls == 2
    assert caught.value.trace is not None


# The function that is told of progress.


@ON_ALL
@pytest.mark.parametrize("error", [ZeroDivisionError(), SystemExit(4), KeyboardInterrupt()])
@pytest.mark.parametrize("last", [False, True])
def test_what_the_progress_function_raises_ends_the_run(
    harness: Harness, where: Where, error: BaseException, last: bool
) -> None:
    def progress(done: int, issued: int) -> None:
        if done == 4 or not last:
            raise error

    provider = answering()
    prepared = harness.prepare(map_on("", 2))
    watched = Watched(prepared, [words(4)], provider, progress=progress)
    with pytest.raises(type(error)):
        watched.run(where)
    assert provider.live == 0


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_an_exit_in_the_progress_function_leaves_the_event_loop_alive(
    harness: Harness, clock: str
) -> None:
    def progress(done: int, issued: int) -> None:
        raise SystemExit(4)

    prepared = harness.prepare(map_on(""))
    session = Session(answering(), clock=clock, progress=progress)  # type: ignore[arg-type]
    with pytest.raises(SystemExit):
        run(prepared, [words(4)], session)
    assert run(prepared, [["a"]], Session(answering())).outputs == [["<a>"]]


def test_the_simulated_provider_is_used_here() -> None:
    assert Simulated() is not None
    assert Instruction is not None
