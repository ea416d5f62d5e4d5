"""The shape of a reduction depends on the length alone, never on the order of arrival."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.providers import Session
from ember_mlir.runtime.run import Prepared, run
from ember_mlir.semantics import reduce_levels
from ember_mlir.tape import draw_number, tape_of

if TYPE_CHECKING:
    from conftest import Harness

LIST = "!llm.list<!llm.text>"


def program(arity: int, *, streamed: bool) -> str:
    """A reduction by requests, over an argument or over a list that comes piece by piece."""
    source = f"%ys = exec.fanout @leaf over %xs : {LIST} -> {LIST}" if streamed else ""
    leaf = """exec.frame @leaf(%x: !llm.text) -> !llm.text {
      %a = exec.request @lane(%x) temperature 0 site <0[*]> label "public"
      exec.return %a : !llm.text
    }"""
    return f"""exec.frame @f(%xs: {LIST}) -> !llm.text {{
      {source}
      %r = exec.reduce @node over {"%ys" if streamed else "%xs"} by {arity} : {LIST}
      exec.return %r : !llm.text
    }}
    exec.frame @node(%g: {LIST}) -> !llm.text {{
      %j = exec.join %g with " "
      %a = exec.request @lane(%j) sampled site <1[*]> label "public"
      exec.return %a : !llm.text
    }}
    {leaf if streamed else ""}"""


def expected(items: list[str], arity: int) -> tuple[str, dict[int, str]]:
    """The result, and the prompt of each node by its number, from the plain definition."""
    prompts: dict[int, str] = {}
    for length, first in reduce_levels(len(items), arity):
        groups = [items[start : start + arity] for start in range(0, length, arity)]
        items = []
        for group in groups:
            if len(group) > 1:
                prompts[first + len(items)] = " ".join(group)
                items.append(f"({' '.join(group)})")
            else:
                items += group
    return items[0], prompts


def check(harness: Harness, prepared: Prepared, length: int, arity: int, order: int) -> None:
    names = [f"x{number}" for number in range(length)]
    provider = harness.Scripted(
        answer=lambda prompt: f"({prompt})" if " " in prompt else prompt,
        seconds=lambda prompt: sum(map(ord, prompt)) * order % 101,
    )
    outputs = run(prepared, [names], Session(provider, seed=7, clock="virtual")).outputs
    result, prompts = expected(names, arity)
    tape = tape_of(7, "f")
    assert outputs == [result]
    assert {r.draws[0]: r.prompt for r in provider.requests if r.draws} == {
        draw_number(tape, (1,), (number,)): prompt for number, prompt in prompts.items()
    }


@pytest.mark.parametrize("streamed", [False, True], ids=["complete", "streamed"])
@pytest.mark.parametrize("arity", [2, 3, 4, 5])
def test_shape_and_draws(harness: Harness, arity: int, streamed: bool) -> None:
    prepared = harness.prepare(program(arity, streamed=streamed))
    for length in range(1, 41):
        check(harness, prepared, length, arity, order=length * 37)


@settings(deadline=None)
@given(length=st.integers(1, 200), arity=st.integers(2, 9), order=st.integers(0, 10_000))
def test_any_order_of_arrival(harness: Harness, length: int, arity: int, order: int) -> None:
    check(harness, harness.prepare(program(arity, streamed=True)), length, arity, order)


def test_levels_shrink_and_nodes_are_numbered_without_gaps() -> None:
    for length in range(2, 200):
        for arity in range(2, 6):
            levels = list(reduce_levels(length, arity))
            assert all(a[1] < b[1] for a, b in pairwise(levels))


def test_nodes_start_as_soon_as_their_group_is_there(harness: Harness) -> None:
    # x3 is slow: all nodes that do not need it are over before it comes.
    provider = harness.Scripted(seconds=lambda prompt: 100.0 if prompt == "x3" else 1.0)
    names = [f"x{number}" for number in range(8)]
    run = harness.run(program(2, streamed=True), names, provider=provider)
    assert provider.prompts.index("<x6> <x7>") < provider.prompts.index("<x2> <x3>")
    # Its own node, the one above and the top: 100 + 3 seconds.
    assert run.seconds == 103
