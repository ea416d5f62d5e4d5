"""Pieces flow one by one; nothing waits for a whole list, and nothing grows with it."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import FunctionType, ModuleOp
from xdsl.ir import Block, Operation, Region, SSAValue

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.values import TEXT, Draw, DrawAttr, LabelAttr
from ember_mlir.errors import SourceLocation
from ember_mlir.providers import Request, Session
from ember_mlir.runtime.run import prepare, run

if TYPE_CHECKING:
    from conftest import Harness

LIST = "!llm.list<!llm.text>"

TWO_MAPS = f"""
exec.lane @lane model "m" from "p" concurrency 4
exec.frame @f(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @first over %xs : {LIST} -> {LIST}
  %zs = exec.fanout @second over %ys : {LIST} -> {LIST}
  exec.return %zs : {LIST}
}}
exec.frame @first(%p: !llm.text) -> !llm.text {{
  %a = exec.request @lane(%p) temperature 0 site <0[*]> label "public"
  exec.return %a : !llm.text
}}
exec.frame @second(%p: !llm.text) -> !llm.text {{
  %a = exec.request @lane(%p) temperature 0 site <1[*]> label "public"
  exec.return %a : !llm.text
}}
"""


def test_two_maps_in_a_row_do_not_wait_for_the_list(harness: Harness) -> None:
    # Each element is slow in one of the two maps: 2 + 1 seconds, not 2 + 2.
    slow = {"a", "<b>"}
    provider = harness.Scripted(seconds=lambda prompt: 2.0 if prompt in slow else 1.0)
    run = harness.run(TWO_MAPS, ["a", "b"], provider=provider)
    assert run.outputs == [["<<a>>", "<<b>>"]]
    assert run.seconds == 3
    assert provider.prompts == ["a", "b", "<b>", "<a>"]


def test_an_inner_result_leaves_before_its_frame_is_over(harness: Harness) -> None:
    # The body asks twice, and returns what is there first.
    text = f"""exec.frame @f(%xs: {LIST}) -> {LIST} {{
      %ys = exec.fanout @body over %xs : {LIST} -> {LIST}
      %zs = exec.fanout @next over %ys : {LIST} -> {LIST}
      exec.return %zs : {LIST}
    }}
    exec.frame @body(%p: !llm.text) -> !llm.text {{
      %slow = exec.constant "slow"
      %unused = exec.request @lane(%slow) temperature 0 site <0[*]> label "public"
      %a = exec.request @lane(%p) temperature 0 site <1[*]> label "public"
      exec.return %a : !llm.text
    }}
    exec.frame @next(%p: !llm.text) -> !llm.text {{
      %a = exec.request @lane(%p) temperature 0 site <2[*]> label "public"
      exec.return %a : !llm.text
    }}"""
    provider = harness.Scripted(seconds=lambda prompt: 9.0 if prompt == "slow" else 1.0)
    run = harness.run(text, ["a"], provider=provider)
    assert (run.outputs, run.seconds) == ([["<<a>>"]], 9.0)
    # The next map was over at 2 seconds, while the body still ran.
    assert provider.prompts == ["slow", "a", "<a>"]


def test_inner_lists_flow_on_before_they_are_complete(harness: Harness) -> None:
    lists = f"!llm.list<{LIST}>"
    text = f"""exec.frame @f(%xss: {lists}) -> {lists} {{
      %yss = exec.fanout @row over %xss : {lists} -> {lists}
      %zss = exec.fanout @row over %yss : {lists} -> {lists}
      exec.return %zss : {lists}
    }}
    exec.frame @row(%xs: {LIST}) -> {LIST} {{
      %ys = exec.fanout @cell over %xs : {LIST} -> {LIST}
      exec.return %ys : {LIST}
    }}
    exec.frame @cell(%p: !llm.text) -> !llm.text {{
      %a = exec.request @lane(%p) temperature 0 site <1[*, *]> label "public"
      exec.return %a : !llm.text
    }}"""
    slow = {"a", "<b>"}
    provider = harness.Scripted(seconds=lambda prompt: 2.0 if prompt in slow else 1.0)
    run = harness.run(text, [["a", "b"]], provider=provider)
    assert (run.outputs, run.seconds) == ([[["<<a>>", "<<b>>"]]], 3.0)


def test_a_wide_map_that_is_folded_holds_a_window_only(harness: Harness) -> None:
    text = f"""exec.lane @lane model "m" from "p" concurrency 16
    exec.frame @f(%xs: {LIST}) -> !llm.text {{
      %ys = exec.fanout @leaf over %xs : {LIST} -> {LIST}
      %r = exec.reduce @node over %ys by 8 : {LIST}
      exec.return %r : !llm.text
    }}
    exec.frame @leaf(%p: !llm.text) -> !llm.text {{
      %a = exec.request @lane(%p) temperature 0 site <0[*]> label "public"
      exec.return %a : !llm.text
    }}
    exec.frame @node(%g: {LIST}) -> !llm.text {{
      %j = exec.join %g with ""
      %a = exec.request @lane(%j) temperature 0 site <1[*]> label "public"
      exec.return %a : !llm.text
    }}"""
    prepared = harness.prepare(text)
    items = [str(number) for number in range(20_000)]
    provider = harness.Scripted(
        answer=lambda prompt: prompt[-1] * 2000, seconds=lambda prompt: 1 + len(prompt) % 7
    )
    provider.requests = Forgetful()
    gc.collect()
    tracemalloc.start()
    outputs = run(prepared, [items], Session(provider, clock="virtual", spans=0)).outputs
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outputs == ["9" * 2000]
    # All answers together are 40 MB.
    assert peak < 6_000_000


def test_nested_maps_share_a_window(harness: Harness) -> None:
    lists = f"!llm.list<{LIST}>"
    text = f"""exec.lane @lane model "m" from "p" concurrency 4
    exec.frame @f(%xss: {lists}) -> !llm.text {{
      %ys = exec.fanout @row over %xss : {lists} -> {LIST}
      %r = exec.reduce @glue over %ys by 8 : {LIST}
      exec.return %r : !llm.text
    }}
    exec.frame @row(%xs: {LIST}) -> !llm.text {{
      %ys = exec.fanout @cell over %xs : {LIST} -> {LIST}
      %r = exec.reduce @glue over %ys by 8 : {LIST}
      exec.return %r : !llm.text
    }}
    exec.frame @cell(%p: !llm.text) -> !llm.text {{
      %a = exec.request @lane(%p) temperature 0 site <0[*, *]> label "public"
      exec.return %a : !llm.text
    }}
    exec.frame @glue(%g: {LIST}) -> !llm.text {{
      %j = exec.join %g with ""
      exec.return %j : !llm.text
    }}"""
    prepared = harness.prepare(text)
    provider = harness.Scripted(answer=lambda prompt: prompt)
    provider.requests = Forgetful()
    items = [["x"] * 100] * 300
    gc.collect()
    tracemalloc.start()
    outputs = run(prepared, [items], Session(provider, clock="virtual", spans=0)).outputs
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outputs == ["x" * 30_000]
    # 256 rows with one live cell each, not 256 times 100 cells.
    assert peak < 5_000_000


class Forgetful(list[Request]):
    """A list that keeps nothing."""

    def append(self, item: Request, /) -> None:
        pass


def test_nothing_is_left_to_the_garbage_collector(harness: Harness) -> None:
    prepared = harness.prepare(TWO_MAPS)
    session = Session(harness.Scripted(), clock="virtual", spans=0)
    items = [str(number) for number in range(500)]
    run(prepared, [items], session)
    gc.collect()
    gc.disable()
    try:
        run(prepared, [items], session)
        # What remains does not depend on the number of elements.
        assert gc.collect() < 100
    finally:
        gc.enable()


def chain(length: int, make: type[ops.RequestOp] | type[ops.FormatOp]) -> ModuleOp:
    """A frame of `length` instructions, each on the result of the one before."""
    block = Block(arg_types=[TEXT])
    value: SSAValue = block.args[0]
    for number in range(length):
        op: Operation
        if make is ops.FormatOp:
            op = ops.FormatOp("{0}", [value])
        else:
            op = ops.RequestOp(
                "lane",
                value,
                temperature=None,
                max_tokens=None,
                sampled=True,
                site=DrawAttr(Draw((number,))),
                label=LabelAttr("public"),
                source=SourceLocation("chain", number, 1),
            )
        block.add_op(op)
        value = op.results[0]
    block.add_op(ops.ReturnOp([value]))
    frame = ops.FrameOp("f", FunctionType.from_lists([TEXT], [TEXT]), Region(block))
    return ModuleOp([ops.LaneOp("lane", "m", "p", 4), frame])


def test_deep_chains_need_no_recursion(harness: Harness) -> None:
    provider = harness.Scripted(answer=lambda prompt: prompt, seconds=lambda prompt: 0.0)
    for make in (ops.RequestOp, ops.FormatOp):
        prepared = prepare(chain(10_000, make))
        for clock in ("virtual", "real"):
            assert run(prepared, ["x"], Session(provider, clock=clock)).outputs == ["x"]
    assert len(provider.requests) == 20_000
