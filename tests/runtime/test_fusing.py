"""What is run as one although the text has it in parts, and calls that stand for frames."""

from __future__ import annotations

import gc
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.providers import Session
from ember_mlir.runtime.instructions.requests import Ask
from ember_mlir.runtime.prices import Prices
from ember_mlir.runtime.run import run

if TYPE_CHECKING:
    from conftest import Harness

LIST = "!llm.list<!llm.text>"
LISTS = f"!llm.list<{LIST}>"

MERGE = f"""
exec.frame @merge(%g: {LIST}) -> !llm.text {{
  %joined = exec.join %g with " & "
  %prompt = exec.format "merge {{0}}; {{0}}!"(%joined)
  %a = exec.request @lane(%prompt) sampled site <1[*]> label "public"
  exec.return %a : !llm.text
}}
"""
ASK = """
exec.frame @ask(%x: !llm.text) -> !llm.text {
  %a = exec.request @lane(%x) sampled site <0[*]> label "public"
  exec.return %a : !llm.text
}
"""


def test_a_prompt_is_put_together_by_its_request(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}, %y: !llm.text) -> !llm.text {{
      %joined = exec.join %xs with ", "
      %prompt = exec.format "{{{{{{1}}}}}} {{0}}; {{1}}?"(%joined, %y)
      %a = exec.request @lane(%prompt) sampled site <0> label "public"
      exec.return %a : !llm.text
    }}"""
    prepared = harness.prepare(text)
    (row,) = prepared.entry.code
    assert isinstance(row, Ask)
    assert harness.run(text, ["a", "b"], "y").outputs == ["<{y} a, b; y?>"]


def test_what_others_read_as_well_stays_apart(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> (!llm.text, !llm.text, !llm.text) {{
      %joined = exec.join %xs with "-"
      %prompt = exec.format "{{0}}?"(%joined)
      %a = exec.request @lane(%prompt) sampled site <0> label "public"
      %b = exec.format "{{0}}!"(%a)
      exec.return %a, %b, %joined : !llm.text, !llm.text, !llm.text
    }}"""
    assert harness.run(text, ["x", "y"]).outputs == ["<x-y?>", "<x-y?>!", "x-y"]


def test_a_node_of_a_reduction_is_one_call(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> !llm.text {{
      %all = exec.fanout @ask over %xs : {LIST} -> {LIST}
      %top = exec.reduce @merge over %all by 2 : {LIST}
      exec.return %top : !llm.text
    }}{ASK}{MERGE}"""
    assert harness.prepare(text).program.frames["merge"].leaf is not None
    inner = "<merge <a> & <b>; <a> & <b>!>"
    expected = f"<merge {inner} & <c>; {inner} & <c>!>"
    assert harness.run(text, ["a", "b", "c"]).outputs == [expected]


def test_a_joined_prompt_waits_for_all_pieces_of_its_list(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> {LIST} {{
      %rows = exec.fanout @row times 1 with %xs : {LIST} -> {LISTS}
      %out = exec.fanout @merge over %rows : {LISTS} -> {LIST}
      exec.return %out : {LIST}
    }}
    exec.frame @row(%xs: {LIST}) -> {LIST} {{
      %all = exec.fanout @ask over %xs : {LIST} -> {LIST}
      exec.return %all : {LIST}
    }}{ASK.replace("0[*]", "0[*, *]")}{MERGE.replace("{0}; {0}", "{0}")}"""
    provider = harness.Scripted(seconds=lambda prompt: 0.01 if prompt == "a" else 0.001)
    outputs = harness.run(text, ["a", "b"], provider=provider).outputs
    assert outputs == [["<merge <a> & <b>!>"]]
    assert provider.prompts == ["a", "b", "merge <a> & <b>!"]


class Loud(str):
    """A text that would be another one if it were formatted."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return self.upper()


def test_a_text_of_another_class_is_taken_as_it_is(harness: Harness) -> None:
    text = """exec.frame @f(%x: !llm.text) -> !llm.text {
      %a = exec.format "say {0}!"(%x)
      exec.return %a : !llm.text
    }"""
    assert harness.run(text, Loud("hi")).outputs == ["say hi!"]


def test_a_call_in_place_of_a_frame_fails_where_the_frame_would(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> {LIST} {{
      %all = exec.fanout @ask over %xs : {LIST} -> {LIST}
      exec.return %all : {LIST}
    }}{ASK}"""

    def answer(prompt: str) -> str | ProviderError:
        return "ok" if prompt == "a" else ProviderError(f"{prompt} has failed")

    provider = harness.Scripted(answer)
    with pytest.raises(ProviderError, match="b has failed") as caught:
        harness.run(text, ["a", "b", "c"], provider=provider)
    where = caught.value.location
    assert caught.value.__notes__ == [f"also failed: {where}: c has failed"]


def test_costs_are_rounded_up_to_the_unit_of_budgets() -> None:
    prices = Prices.of(Decimal("0.0000001"), Decimal(3))
    assert [prices.cost(read, 0) for read in (1, 10, 11)] == [1, 1, 2]
    assert prices.cost(1, 2) == 6_000_001


def test_a_finished_run_leaves_nothing_to_the_garbage_collector(harness: Harness) -> None:
    prepared = harness.prepare(ASK.replace("0[*]", "0"))
    session = Session(harness.Scripted(), seed=7, clock="virtual")
    run(prepared, ["q"], session)
    gc.collect()
    gc.disable()
    try:
        run(prepared, ["q"], session)
        assert gc.collect() == 0
    finally:
        gc.enable()
