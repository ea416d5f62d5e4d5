"""Lanes: caps, order, draws, prices, progress."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ember_mlir.providers import Session
from ember_mlir.providers.session import Clock
from ember_mlir.runtime.run import run

if TYPE_CHECKING:
    from conftest import Harness

LIST = "!llm.list<!llm.text>"

TWO_LANES = f"""
exec.lane @narrow model "narrow" from "p" concurrency 3 usd_per_million 1 in 10 out
exec.lane @wide model "wide" from "q" concurrency 7 usd_per_million 0.25 in 0.5 out
exec.lane @unused model "unused" from "nobody knows" concurrency 1
exec.frame @f(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @body over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @body(%p: !llm.text) -> !llm.text {{
  %a = exec.request @narrow(%p) temperature 0 site <0[*]> label "public"
  %b = exec.request @wide(%p) sampled site <1[*]> label "public"
  %c = exec.format "{{0}}{{1}}"(%a, %b)
  exec.return %c : !llm.text
}}
"""


def test_caps_are_reached_and_never_exceeded(harness: Harness) -> None:
    provider = harness.Scripted(seconds=lambda prompt: 0.001 * (int(prompt) % 3))
    run = harness.run(TWO_LANES, list(map(str, range(60))), provider=provider, clock="real")
    assert dict(provider.most) == {"narrow": 3, "wide": 7}
    assert run.bill.calls == 120


def test_caps_hold_on_the_virtual_clock(harness: Harness) -> None:
    provider = harness.Scripted(seconds=lambda prompt: 1.0)
    run = harness.run(TWO_LANES, list(map(str, range(30))), provider=provider)
    assert run.seconds == 10


def test_requests_without_room_go_first_come_first_served(harness: Harness) -> None:
    text = f"""exec.lane @lane model "m" from "p" concurrency 1
    exec.frame @f(%xs: {LIST}) -> {LIST} {{
      %ys = exec.fanout @body over %xs : {LIST} -> {LIST}
      exec.return %ys : {LIST}
    }}
    exec.frame @body(%p: !llm.text) -> !llm.text {{
      %a = exec.request @lane(%p) temperature 0 site <0[*]> label "public"
      exec.return %a : !llm.text
    }}"""
    provider = harness.Scripted()
    items = list(map(str, range(600)))
    harness.run(text, items, provider=provider)
    assert provider.prompts == items


def test_prices_are_those_of_the_text(harness: Harness) -> None:
    bill = harness.run(TWO_LANES, ["1", "2"]).bill
    # 2 tokens in and 1 out per call: 2 calls on each lane.
    assert (bill.calls, bill.input_tokens, bill.output_tokens) == (4, 8, 4)
    assert bill.usd == Decimal("0.000026")
    assert bill.simulated


def test_unknown_prices_stay_unknown_only_where_they_are_used(harness: Harness) -> None:
    unknown = TWO_LANES.replace(" usd_per_million 0.25 in 0.5 out", "")
    assert harness.run(unknown, ["1"]).bill.usd is None
    assert harness.run(unknown, []).bill.usd == 0


def test_draws_depend_on_the_seed_and_the_element(harness: Harness) -> None:
    def draws(seed: int | None) -> list[int]:
        provider = harness.Scripted()
        harness.run(TWO_LANES, ["1", "2"], provider=provider, seed=seed)
        return sorted(draw for request in provider.requests for draw in request.draws)

    assert draws(1) == draws(1)
    assert len({*draws(1), *draws(2), *draws(None), *draws(None)}) == 8


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_progress_is_told_after_each_completion(harness: Harness, clock: Clock) -> None:
    told: list[tuple[int, int]] = []
    session = Session(
        harness.Scripted(), clock=clock, progress=lambda done, issued: told.append((done, issued))
    )
    run(harness.prepare(TWO_LANES), [["1", "2"]], session)
    assert [done for done, _ in told] == [1, 2, 3, 4]
    assert told[-1] == (4, 4)
    assert all(done <= issued <= 4 for done, issued in told)
