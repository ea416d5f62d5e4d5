"""What calls cost: what is reserved, what is paid for, and what is charged when they end early."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import BudgetError, DeadlineError
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where
from ember_mlir.testing.playing import LIST, answering, words

if TYPE_CHECKING:
    from conftest import Harness

VIRTUALLY = pytest.mark.parametrize("where", EVERYWHERE[:2])


def spawns(outer: str, inner: str, lane: str = "") -> str:
    """A map in a scope in a scope, with limits of their own."""
    return f"""
exec.lane @lane model "m" from "p" concurrency 4 usd_per_million 1 in 10 out {lane}
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @outer {outer} with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @outer(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @inner {inner} with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @inner(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) max_tokens 10 sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


@VIRTUALLY
@pytest.mark.parametrize(("outer", "inner"), [("0.0004", "1"), ("1", "0.0004")])
def test_a_budget_is_part_of_the_one_around_it(
    harness: Harness, where: Where, outer: str, inner: str
) -> None:
    # A call costs 12 millionths, and might cost 134: the 24th does not fit any more.
    prepared = harness.prepare(spawns(f"budget {outer} usd", f"budget {inner} usd"))
    watched = Watched(prepared, [words(22)], answering(1.0))
    assert watched.run(where).bill.calls == 22
    # Three at most fit at once.
    assert sorted(budget.spent for budget in watched.engine.budgets) == [264_000_000] * 2
    watched = Watched(prepared, [words(40)], answering(1.0))
    with pytest.raises(BudgetError, match="must fit into what is left of the budget") as caught:
        watched.run(where)
    assert caught.value.bill is not None
    assert caught.value.bill.usd is not None
    assert caught.value.bill.usd <= Decimal("0.0004")


@VIRTUALLY
@pytest.mark.parametrize(
    ("lane", "tokens"),
    [
        # Four characters to a token, rounded up, and one for each call; nothing is answered.
        ("", (4, 0)),
        # At most a token for each byte and 32 around the turn, and all of the answer.
        ("bills_cancelled", (4 * 34, 40)),
    ],
)
def test_what_is_cancelled_is_charged_as_its_lane_says(
    harness: Harness, where: Where, lane: str, tokens: tuple[int, int]
) -> None:
    prepared = harness.prepare(spawns("deadline 1 seconds", "deadline 2 seconds", lane))
    with pytest.raises(DeadlineError) as caught:
        Watched(prepared, [words(4)], answering(5.0)).run(where)
    bill = caught.value.bill
    assert bill is not None
    assert (bill.calls, bill.input_tokens, bill.output_tokens) == (4, *tokens)
    assert bill.estimated
    assert bill.usd == Decimal(tokens[0] + 10 * tokens[1]) / 1_000_000
