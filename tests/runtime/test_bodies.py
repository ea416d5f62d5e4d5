"""Frames that instructions run: how many at once, with what, and that they are forgotten."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.providers import Reply, Request
from ember_mlir.providers.protocol import Outcome
from ember_mlir.runtime.bodies import Runs
from ember_mlir.runtime.frames import Frame
from ember_mlir.runtime.scopes import Scope
from ember_mlir.tape import draw_number, tape_of
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where
from ember_mlir.testing.playing import LIST, MIXED, Playing, answering, mixed, words

if TYPE_CHECKING:
    from conftest import Harness

VIRTUALLY = pytest.mark.parametrize("where", EVERYWHERE[:2])
BUSY = ProviderError("busy", retryable=True)

NESTED = f"""
exec.lane @lane model "m" from "p" concurrency 2
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @row over %xs : {LIST} with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @row(%x: !llm.text, %xs: {LIST}) -> !llm.text {{
  %ys = exec.fanout @cell over %xs : {LIST} with %xs : {LIST} -> {LIST}
  %r = exec.reduce @node over %ys by 2 : {LIST}
  exec.return %r : !llm.text
}}
exec.frame @cell(%x: !llm.text, %xs: {LIST}) -> !llm.text {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  %p = exec.reduce @inner over %ys by 2 : {LIST}
  %more, %r = exec.loop @again from %p : !llm.text
  exec.return %r : !llm.text
}}
exec.frame @ask(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <0[*, *, *]> label "public"
  %z = exec.format "{{0}}"(%y)
  exec.return %z : !llm.text
}}
exec.frame @node(%g: {LIST}) -> !llm.text {{
  %j = exec.join %g with ""
  %x = exec.request @lane(%j) sampled site <1[*, *]> label "public"
  exec.return %x : !llm.text
}}
exec.frame @inner(%g: {LIST}) -> !llm.text {{
  %j = exec.join %g with ""
  %x = exec.request @lane(%j) sampled site <2[*, *, *]> label "public"
  exec.return %x : !llm.text
}}
exec.frame @again(%x: !llm.text) -> (i1, !llm.text) {{
  %y = exec.request @lane(%x) sampled site <3[*, *, *]> label "public"
  %no = exec.constant false
  exec.return %no, %y : i1, !llm.text
}}
"""


@VIRTUALLY
@pytest.mark.parametrize("window", [1, 2, 256])
def test_the_narrowest_window_lets_everything_end(
    harness: Harness, where: Where, window: int
) -> None:
    provider = Playing(lambda prompt, before: (prompt, 1.0))
    watched = Watched(harness.prepare(NESTED), [list("abc")], provider, window=window)
    assert watched.run(where).outputs == [["abcabcabc"] * 3]


CAPTURED = f"""
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  %zs = exec.fanout @row over %xs : {LIST} with %ys : {LIST} -> {LIST}
  exec.return %zs : {LIST}
}}
exec.frame @row(%x: !llm.text, %ys: {LIST}) -> !llm.text {{
  %zs = exec.fanout @cell over %ys : {LIST} with %x : !llm.text -> {LIST}
  %j = exec.join %zs with " "
  exec.return %j : !llm.text
}}
exec.frame @cell(%y: !llm.text, %x: !llm.text) -> !llm.text {{
  %z = exec.format "{{0}}{{1}}"(%x, %y)
  exec.return %z : !llm.text
}}
exec.frame @ask(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <0[*]> label "public"
  exec.return %y : !llm.text
}}
"""


@VIRTUALLY
def test_a_list_that_many_bodies_take_apart_is_kept(harness: Harness, where: Where) -> None:
    watched = Watched(harness.prepare(CAPTURED), [list("ab")], answering())
    assert watched.run(where).outputs == [["a<a> a<b>", "b<a> b<b>"]]


@VIRTUALLY
def test_members_in_order_run_one_after_another(harness: Harness, where: Where) -> None:
    text = CAPTURED[: CAPTURED.index("  %zs")] + f"  exec.return %ys : {LIST}\n}}\n"
    text = text.replace(f": {LIST} -> {LIST}\n", f": {LIST} in_order -> {LIST}\n")
    text += CAPTURED[CAPTURED.index("exec.frame @ask") :]
    provider = answering(1.0)
    outcome = Watched(harness.prepare(text), [words(5)], provider).run(where)
    assert round(outcome.seconds, 3) == 5.0
    assert [prompt for prompt, _ in provider.starts] == words(5)


@pytest.mark.parametrize(
    ("deadline", "kinds"), [("", (Scope, Frame, Runs)), ("deadline 900 seconds", (Frame, Runs))]
)
def test_what_is_over_is_forgotten(
    harness: Harness, deadline: str, kinds: tuple[type, ...]
) -> None:
    alive: list[int] = []

    def play(prompt: str, before: int) -> tuple[str | Exception, float]:
        if prompt in ("bad w30", "bad w90"):
            gc.collect()
            alive.append(sum([isinstance(found, kinds) for found in gc.get_objects()]))
        return mixed(prompt, before)

    text = MIXED.replace("deadline 60 seconds", deadline)
    text = text.replace("on_error drop", "in_order on_error drop")
    Watched(harness.prepare(text), [words(91)], Playing(play)).run("heap")
    # What is left is of the last few members.
    assert alive[1] - alive[0] < 10


TRIED = """
exec.frame @main(%t: !llm.text) -> !llm.text {
  %x = exec.attempt [@a, @b] at_most 3 OPTION with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}
exec.frame @a(%t: !llm.text) -> !llm.text {
  %u = exec.format "a {0}"(%t)
  %x = exec.request @lane(%u) as regex "[0-9]+" sampled site <4> label "public"
  exec.return %x : !llm.text
}
exec.frame @b(%t: !llm.text) -> !llm.text {
  %u = exec.format "b {0}"(%t)
  %x = exec.request @lane(%u) as regex "[0-9]+" sampled site <5> label "public"
  exec.return %x : !llm.text
}
"""


@VIRTUALLY
def test_each_frame_is_tried_as_often(harness: Harness, where: Where) -> None:
    provider = Playing(lambda prompt, before: (BUSY if prompt == "a q" or before < 2 else "7", 1.0))
    text = TRIED.replace("OPTION", "backoff 0 to 0 seconds")
    assert Watched(harness.prepare(text), ["q"], provider).run(where).outputs == ["7"]
    assert [prompt for prompt, _ in provider.starts] == ["a q"] * 3 + ["b q"] * 3


@VIRTUALLY
def test_a_try_that_draws_again_appends_its_number(harness: Harness, where: Where) -> None:
    drawn: list[int] = []

    class Recording(Playing):
        def simulate(self, request: Request) -> tuple[Outcome, float]:
            drawn.extend(request.draws)
            return super().simulate(request)

    provider = Recording(lambda prompt, before: ("7" if prompt == "b q" and before else "?", 1.0))
    text = TRIED.replace("OPTION", "redraw")
    assert Watched(harness.prepare(text), ["q"], provider).run(where).outputs == ["7"]
    tape = tape_of(7, "main")
    tries = [((4,), ()), ((4,), (1,)), ((4,), (2,)), ((5,), ()), ((5,), (1,))]
    assert drawn == [draw_number(tape, chain, indices) for chain, indices in tries]


LEFT = """
exec.frame @main(%t: !llm.text) -> !llm.text {
  %x = exec.attempt [@hurried, @patient] with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}
exec.frame @hurried(%t: !llm.text) -> !llm.text {
  %h, %x = exec.spawn @tried deadline 3 seconds with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}
exec.frame @tried(%t: !llm.text) -> !llm.text {
  %x = exec.attempt [@ask] at_most 3 backoff 60 to 60 seconds with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}
exec.frame @ask(%t: !llm.text) -> !llm.text {
  %x = exec.request @lane(%t) sampled site <0> label "public"
  exec.return %x : !llm.text
}
exec.frame @patient(%t: !llm.text) -> !llm.text {
  %u = exec.format "patient {0}"(%t)
  %x = exec.request @lane(%u) sampled site <1> label "public"
  exec.return %x : !llm.text
}
"""


@VIRTUALLY
def test_nothing_is_tried_again_in_a_scope_that_is_over(harness: Harness, where: Where) -> None:
    provider = Playing(
        lambda prompt, before: ("late", 900.0) if prompt.startswith("patient") else (BUSY, 1.0)
    )
    outcome = Watched(harness.prepare(LEFT), ["q"], provider).run(where)
    assert (outcome.outputs, outcome.bill.calls) == (["late"], 2)
    assert [(s.outcome, s.sends) for s in outcome.trace.spans()] == [("failed", 1), ("ok", 1)]


def test_a_deadline_is_nothing_to_a_frame_that_is_being_cancelled(harness: Harness) -> None:
    class Cleaning(Playing):
        async def generate(self, request: Request) -> Reply:
            try:
                return await super().generate(request)
            finally:
                await asyncio.sleep(9.0)

    text = """
exec.frame @main(%t: !llm.text) -> !exec.token {
  %soon = exec.after 1 seconds
  %h, %x = exec.spawn @ask deadline 3 seconds with %t : !llm.text -> !llm.text
  %over = exec.cancel %h after %soon
  exec.return %over : !exec.token
}
""" + LEFT[LEFT.index("exec.frame @ask") : LEFT.index("exec.frame @patient")]
    provider = Cleaning(lambda prompt, before: ("never", 900.0))
    outcome = Watched(harness.prepare(text), ["q"], provider).run("virtual loop")
    assert (outcome.outputs, round(outcome.seconds, 3)) == ([None], 10.0)
