"""Every instruction does what the text says, and follows when the text is edited."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import EmptyReduceError, EmptyVoteError, SourceLocation
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.providers import Request, Session
from ember_mlir.runtime.run import run_module
from ember_mlir.tape import draw_number, tape_of

if TYPE_CHECKING:
    from conftest import Harness

LIST = "!llm.list<!llm.text>"
LISTS = "!llm.list<!llm.list<!llm.text>>"

ASK = """
exec.frame @ask(%p: !llm.text) -> !llm.text {
  %a = exec.request @lane(%p) temperature 0 site <1[*]> label "public"
  exec.return %a : !llm.text
}
"""


def test_constant_and_format(harness: Harness) -> None:
    text = """exec.frame @f(%x: !llm.text) -> (!llm.text, !llm.text) {
      %c = exec.constant "été {0} 日本\\n\\"😀\\""
      %t = exec.format "{1}{{}}{0}{1}"(%x, %c)
      exec.return %c, %t : !llm.text, !llm.text
    }"""
    constant = 'été {0} 日本\n"😀"'
    assert harness.run(text, "{1}").outputs == [constant, f"{constant}{{}}{{1}}{constant}"]


def test_format_without_holes(harness: Harness) -> None:
    text = """exec.frame @f() -> !llm.text {
      %t = exec.format "a {{b}}"
      exec.return %t : !llm.text
    }"""
    assert harness.run(text).outputs == ["a {b}"]


def test_list_and_join(harness: Harness) -> None:
    text = f"""exec.frame @f(%x: !llm.text) -> ({LIST}, !llm.text) {{
      %y = exec.constant "y"
      %l = exec.list(%x, %y, %x) : {LIST}
      %j = exec.join %l with ", "
      exec.return %l, %j : {LIST}, !llm.text
    }}"""
    assert harness.run(text, "x").outputs == [["x", "y", "x"], "x, y, x"]


def test_lists_without_elements(harness: Harness) -> None:
    text = f"""exec.frame @f() -> ({LIST}, !llm.text, {LIST}) {{
      %l = exec.list() : {LIST}
      %j = exec.join %l with ", "
      %m = exec.fanout @ask over %l : {LIST} -> {LIST}
      exec.return %l, %j, %m : {LIST}, !llm.text, {LIST}
    }}{ASK}"""
    assert harness.run(text).outputs == [[], "", []]


def test_lists_of_lists(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}, %xss: {LISTS}) -> ({LISTS}, {LISTS}) {{
      %two = exec.list(%xs, %xs) : {LISTS}
      exec.return %two, %xss : {LISTS}, {LISTS}
    }}"""
    outputs = harness.run(text, ["a", "b"], (["c"], ())).outputs
    assert outputs == [[["a", "b"], ["a", "b"]], [["c"], []]]


def test_vote(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> !llm.text {{
      %v = exec.vote %xs : {LIST}
      exec.return %v : !llm.text
    }}"""
    assert harness.run(text, [" b", "a", "B", "A "]).outputs == [" b"]


def test_vote_over_nothing_fails_at_its_place(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> !llm.text {{
      %v = exec.vote %xs : {LIST}
      exec.return %v : !llm.text
    }}"""
    with pytest.raises(EmptyVoteError) as caught:
        harness.run(text, [])
    assert caught.value.location == SourceLocation("test.mlir", 3, 12)


def test_request_is_sent_as_written(harness: Harness) -> None:
    text = """exec.lane @lane model "modèle" from "p" concurrency 8
    exec.frame @f(%p: !llm.text) -> (!llm.text, !llm.text) {
      %a = exec.request @lane(%p) temperature 0.7 max_tokens 16 sampled site <4/2> label "public"
      %b = exec.request @lane(%a) temperature 0 site <5> label "public"
      exec.return %a, %b : !llm.text, !llm.text
    }"""
    provider = harness.Scripted()
    assert harness.run(text, "hi", provider=provider, seed=3).outputs == ["<hi>", "<<hi>>"]
    draw = draw_number(tape_of(3, "f"), (4, 2), ())
    assert provider.requests == [
        Request("modèle", "hi", temperature=0.7, max_tokens=16, draws=(draw,)),
        Request("modèle", "<hi>", temperature=0.0),
    ]


def test_edited_text_is_what_runs(harness: Harness) -> None:
    text = """exec.lane @lane model "m" from "p" concurrency 8 usd_per_million 1 in 3 out
    exec.frame @f(%p: !llm.text) -> !llm.text {
      %t = exec.format "Q: {0}"(%p)
      %a = exec.request @lane(%t) temperature 0 site <0> label "public"
      exec.return %a : !llm.text
    }"""
    edited = text.replace("Q:", "Question:").replace("1 in 3 out", "0.5 in 7 out")
    edited = edited.replace('"m"', '"other"').replace("temperature 0", "temperature 0 max_tokens 5")
    provider = harness.Scripted()
    before = harness.run(text, "x", provider=provider)
    after = harness.run(edited, "x", provider=provider)
    assert provider.requests == [
        Request("m", "Q: x", temperature=0.0),
        Request("other", "Question: x", temperature=0.0, max_tokens=5),
    ]
    assert (before.outputs, after.outputs) == (["<Q: x>"], ["<Question: x>"])
    # A reply of the script has 2 tokens in and 1 out.
    assert before.bill.usd == Decimal("0.000005")
    assert after.bill.usd == Decimal("0.000008")


def test_text_that_was_printed_runs_the_same(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST} {{ember.name = #llm.utf8"été"}}) -> {LIST} {{
      %m = exec.fanout @ask over %xs : {LIST} -> {LIST}
      exec.return %m : {LIST}
    }}{ASK}"""
    module = parse_module(harness.lane + text)
    for generic in (False, True):
        again = parse_module(print_module(module, generic=generic))
        with Session(harness.Scripted(), clock="virtual") as session:
            assert run_module(again, {"été": ["a"]}, session).outputs == [["<a>"]]


def test_fanout_over_a_list(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> {LIST} {{
      %m = exec.fanout @ask over %xs : {LIST} -> {LIST}
      exec.return %m : {LIST}
    }}{ASK}"""
    slow_first = harness.Scripted(seconds=lambda prompt: 3 - int(prompt))
    assert harness.run(text, ["0", "1", "2"], provider=slow_first).outputs == [
        ["<0>", "<1>", "<2>"]
    ]


def test_fanout_a_number_of_times_with_captures(harness: Harness) -> None:
    text = f"""exec.frame @f(%x: !llm.text, %ys: {LIST}) -> {LIST} {{
      %m = exec.fanout @g times 3 with %x, %ys : !llm.text, {LIST} -> {LIST}
      exec.return %m : {LIST}
    }}
    exec.frame @g(%x: !llm.text, %ys: {LIST}) -> !llm.text {{
      %j = exec.join %ys with "+"
      %t = exec.format "{{0}}:{{1}}"(%x, %j)
      exec.return %t : !llm.text
    }}"""
    assert harness.run(text, "x", ["a", "b"]).outputs == [["x:a+b"] * 3]


def test_fanout_takes_captures_that_come_late(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}, %p: !llm.text) -> {LIST} {{
      %late = exec.request @lane(%p) temperature 0 site <0> label "public"
      %lates = exec.fanout @ask over %xs : {LIST} -> {LIST}
      %m = exec.fanout @g over %xs : {LIST} with %late, %lates : !llm.text, {LIST} -> {LIST}
      exec.return %m : {LIST}
    }}
    exec.frame @g(%x: !llm.text, %late: !llm.text, %lates: {LIST}) -> !llm.text {{
      %own = exec.request @lane(%x) temperature 0 site <2[*]> label "public"
      %j = exec.join %lates with "+"
      %t = exec.format "{{0}} {{1}} {{2}}"(%own, %late, %j)
      exec.return %t : !llm.text
    }}{ASK}"""
    slow = harness.Scripted(seconds=lambda prompt: 2.0 if prompt == "late" else 1.0)
    run = harness.run(text, ["a", "b"], "late", provider=slow)
    assert run.outputs == [["<a> <late> <a>+<b>", "<b> <late> <a>+<b>"]]
    assert run.seconds == 2


def test_fanout_with_a_capture_that_bodies_ignore(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}, %p: !llm.text) -> {LIST} {{
      %late = exec.request @lane(%p) temperature 0 site <0> label "public"
      %m = exec.fanout @g over %xs : {LIST} with %late : !llm.text -> {LIST}
      exec.return %m : {LIST}
    }}
    exec.frame @g(%x: !llm.text, %late: !llm.text) -> !llm.text {{
      exec.return %x : !llm.text
    }}"""
    assert harness.run(text, ["a"], "p").outputs == [["a"]]
    assert harness.run(text, [], "p").outputs == [[]]


def test_nested_fanouts_have_an_index_each(harness: Harness) -> None:
    text = f"""exec.frame @f(%xss: {LISTS}) -> {LISTS} {{
      %m = exec.fanout @row over %xss : {LISTS} -> {LISTS}
      exec.return %m : {LISTS}
    }}
    exec.frame @row(%xs: {LIST}) -> {LIST} {{
      %m = exec.fanout @cell over %xs : {LIST} -> {LIST}
      exec.return %m : {LIST}
    }}
    exec.frame @cell(%x: !llm.text) -> !llm.text {{
      %a = exec.request @lane(%x) sampled site <3/1[*, 9, *]> label "public"
      exec.return %a : !llm.text
    }}"""
    provider = harness.Scripted()
    run = harness.run(text, [["a", "b"], [], ["c"]], provider=provider)
    assert run.outputs == [[["<a>", "<b>"], [], ["<c>"]]]
    tape = tape_of(7, "f")
    assert {r.prompt: r.draws[0] for r in provider.requests} == {
        "a": draw_number(tape, (3, 1), (0, 9, 0)),
        "b": draw_number(tape, (3, 1), (0, 9, 1)),
        "c": draw_number(tape, (3, 1), (2, 9, 0)),
    }


def test_list_with_several_readers(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> ({LIST}, !llm.text, {LIST}, !llm.text) {{
      %m = exec.fanout @ask over %xs : {LIST} -> {LIST}
      %v = exec.vote %m : {LIST}
      %n = exec.fanout @ask over %m : {LIST} -> {LIST}
      %r = exec.reduce @glue over %m by 2 : {LIST}
      exec.return %m, %v, %n, %r : {LIST}, !llm.text, {LIST}, !llm.text
    }}
    exec.frame @glue(%g: {LIST}) -> !llm.text {{
      %j = exec.join %g with "+"
      exec.return %j : !llm.text
    }}{ASK}"""
    outputs = harness.run(text, ["a", "b", "a"]).outputs
    assert outputs == [
        ["<a>", "<b>", "<a>"],
        "<a>",
        ["<<a>>", "<<b>>", "<<a>>"],
        "<a>+<b>+<a>",
    ]


def test_inner_lists_with_several_readers(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> ({LISTS}, {LISTS}, {LIST}) {{
      %two = exec.fanout @pair over %xs : {LIST} -> {LISTS}
      %a = exec.fanout @row over %two : {LISTS} -> {LISTS}
      %b = exec.fanout @row over %two : {LISTS} -> {LISTS}
      %c = exec.reduce @first over %two by 2 : {LISTS}
      exec.return %a, %b, %c : {LISTS}, {LISTS}, {LIST}
    }}
    exec.frame @pair(%x: !llm.text) -> {LIST} {{
      %l = exec.list(%x, %x) : {LIST}
      %m = exec.fanout @deep over %l : {LIST} -> {LIST}
      exec.return %m : {LIST}
    }}
    exec.frame @row(%xs: {LIST}) -> {LIST} {{
      %m = exec.fanout @deep over %xs : {LIST} -> {LIST}
      exec.return %m : {LIST}
    }}
    exec.frame @deep(%p: !llm.text) -> !llm.text {{
      %a = exec.request @lane(%p) temperature 0 site <1[*, *]> label "public"
      exec.return %a : !llm.text
    }}
    exec.frame @first(%g: {LISTS}) -> {LIST} {{
      %m = exec.fanout @join over %g : {LISTS} -> {LIST}
      exec.return %m : {LIST}
    }}
    exec.frame @join(%xs: {LIST}) -> !llm.text {{
      %j = exec.join %xs with "+"
      exec.return %j : !llm.text
    }}"""
    rows = [["<<a>>", "<<a>>"], ["<<b>>", "<<b>>"]]
    assert harness.run(text, ["a", "b"]).outputs == [rows, rows, ["<a>+<a>", "<b>+<b>"]]


def test_reduction_with_captures_of_all_lengths(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}, %p: !llm.text) -> !llm.text {{
      %how = exec.request @lane(%p) temperature 0 site <0> label "public"
      %r = exec.reduce @node over %xs by 2 : {LIST} with %how : !llm.text
      exec.return %r : !llm.text
    }}
    exec.frame @node(%g: {LIST}, %how: !llm.text) -> !llm.text {{
      %j = exec.join %g with "+"
      %t = exec.format "({{0}}{{1}})"(%j, %how)
      exec.return %t : !llm.text
    }}"""
    assert harness.run(text, ["a", "b", "c"], "!").outputs == ["((a+b<!>)+c<!>)"]
    assert harness.run(text, ["a"], "!").outputs == ["a"]


def test_reduction_of_nothing_fails_at_its_place(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> !llm.text {{
      %r = exec.reduce @glue over %xs by 2 : {LIST}
      exec.return %r : !llm.text
    }}
    exec.frame @glue(%g: {LIST}) -> !llm.text {{
      %j = exec.join %g with "+"
      exec.return %j : !llm.text
    }}"""
    with pytest.raises(EmptyReduceError) as caught:
        harness.run(text, [])
    assert caught.value.location == SourceLocation("test.mlir", 3, 12)


def test_results_that_nobody_reads(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}, %unused: !llm.text) -> !llm.text {{
      %c = exec.constant "c"
      %t = exec.format "{{0}}"(%c)
      %l = exec.list(%c) : {LIST}
      %e = exec.list() : {LIST}
      %a = exec.request @lane(%c) temperature 0 site <0> label "public"
      %v = exec.vote %xs : {LIST}
      %m = exec.fanout @ask over %xs : {LIST} -> {LIST}
      %n = exec.fanout @ask over %e : {LIST} -> {LIST}
      %r = exec.reduce @node over %m by 2 : {LIST}
      %s = exec.reduce @node over %l by 2 : {LIST}
      exec.return %c : !llm.text
    }}
    exec.frame @node(%g: {LIST}) -> !llm.text {{
      %j = exec.join %g with "+"
      exec.return %j : !llm.text
    }}{ASK}"""
    run = harness.run(text, ["a", "b"], "unused")
    assert (run.outputs, run.bill.calls) == (["c"], 3)


@pytest.mark.parametrize("signature", ["() -> ()", "(%x: !llm.text) -> ()", "()"])
def test_frame_without_results(harness: Harness, signature: str) -> None:
    inputs = ["x"] if "%x" in signature else []
    run = harness.run(f"exec.frame @f{signature} {{ exec.return }}", *inputs)
    assert (run.outputs, run.bill.calls) == ([], 0)


def test_frame_that_ends_with_an_empty_fanout(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) {{
      %m = exec.fanout @ask over %xs : {LIST} -> {LIST}
      exec.return
    }}{ASK}"""
    assert harness.run(text, []).outputs == []


def test_one_result_returned_twice_and_a_constant_returned(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> ({LIST}, !llm.text, {LIST}) {{
      %c = exec.constant "c"
      exec.return %xs, %c, %xs : {LIST}, !llm.text, {LIST}
    }}"""
    assert harness.run(text, ["a"]).outputs == [["a"], "c", ["a"]]


def test_templates_and_answers_with_several_readers(harness: Harness) -> None:
    text = """exec.frame @f(%x: !llm.text) -> (!llm.text, !llm.text, !llm.text, !llm.text) {
      %c = exec.constant "c"
      %t = exec.format "{0}{1}{0}"(%x, %c)
      %a = exec.request @lane(%t) temperature 0 site <0> label "public"
      %b = exec.request @lane(%t) temperature 0 site <1> label "public"
      %k = exec.format "{0}"(%c)
      %d = exec.request @lane(%k) temperature 0 site <2> label "public"
      %e = exec.format "{0}{1}"(%d, %b)
      %g = exec.request @lane(%e) temperature 0 site <3> label "public"
      exec.return %a, %b, %b, %g : !llm.text, !llm.text, !llm.text, !llm.text
    }"""
    run = harness.run(text, "x")
    assert run.outputs == ["<xcx>", "<xcx>", "<xcx>", "<<c><xcx>>"]
    assert run.bill.calls == 4
