"""`merge-calls` beyond its lit file: what it keeps and tells, and that it stays linear."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction

import pytest
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.dialects.llm import ListOp
from ember_mlir.errors import ProviderError
from ember_mlir.interpreter import Send
from ember_mlir.parsing import make_context, parse_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.passes.merge_calls import MergeCallsPass
from ember_mlir.passes.optimization import Setting
from ember_mlir.pipeline import run_passes
from ember_mlir.providers import Reply, Request
from ember_mlir.testing.counting import counted_operands
from ember_mlir.testing.laws import Option, law, playing


def list_of_duplicates(count: int) -> ModuleOp:
    calls = "\n".join(f"%a{i} = llm.generate @m(%q) temperature 0 site <{i}>" for i in range(count))
    names = ", ".join(f"%a{i}" for i in range(count))
    return parse_module(
        f"""llm.model @m from "p"
        func.func @f(%q: !llm.text) -> !llm.list<!llm.text> {{
        {calls}
        %l = llm.list({names}) : !llm.list<!llm.text>
        func.return %l : !llm.list<!llm.text>
        }}"""
    )


def test_operands_are_renamed_once_per_user() -> None:
    module = list_of_duplicates(300)
    (users,) = [op for op in module.walk() if isinstance(op, ListOp)]
    with counted_operands() as renamed:
        MergeCallsPass().apply(make_context(), module)
    # `erase` drops the operands of the 299 duplicates; the list is renamed in one go.
    assert renamed[users] == 1
    assert len(set(users.items)) == 1


def test_what_it_leaves_is_valid() -> None:
    module = list_of_duplicates(50)
    MergeCallsPass().apply(make_context(), module)
    verify_module(module)
    (function,) = [op for op in module.ops if isinstance(op, func.FuncOp)]
    assert [op.name for op in function.body.block.ops] == [
        "llm.generate",
        "llm.list",
        "func.return",
    ]


def told(calls: str) -> list[tuple[bool, str]]:
    """What is told of a module with these calls."""
    module = parse_module(f"""llm.model @m from "p"
        func.func @f(%q: !llm.text) {{
        {calls}
        func.return
        }}""")
    setting = Setting(remarks=[])
    run_passes(make_context(), module, [MergeCallsPass()], setting=setting)
    return [(found.fired, found.said) for found in setting.remarks or []]


MERGED = (True, "is one with the call before it that asks the same")
APART = (False, "has a draw of its own: independent samples stay so")


def test_calls_that_are_made_one_are_told() -> None:
    greedy = "\n".join(f"%a{i} = llm.generate @m(%q) temperature 0 site <{i}>" for i in range(3))
    assert told(greedy) == [MERGED] * 2


def test_of_samples_that_stay_apart_one_is_told() -> None:
    samples = "\n".join(f"%a{i} = llm.generate @m(%q) draw <{i}>" for i in range(5))
    others = "\n".join(f"%b{i} = llm.generate @m(%q) top_p 0.5 draw <{i}>" for i in range(2))
    assert told(samples) == [APART]
    assert told(f"{samples}\n{others}") == [APART] * 2


def test_calls_that_are_not_alike_or_fresh_are_not_told() -> None:
    assert told("%a = llm.generate @m(%q) draw <0>") == []
    assert told("%a = llm.generate @m(%q)\n%b = llm.generate @m(%q)") == []
    texts = '%a = llm.constant "a"\n%b = llm.constant "a"'
    assert told(texts) == []


def test_what_stands_in_two_arms_is_not_told() -> None:
    asked = (
        '%t = llm.constant "a"',
        "%b = llm.generate @m(%q) temperature 0 site <0>",
        "%c = llm.generate @m(%q) draw <1>",
    )
    arm = "\n".join([*asked, "ensemble.yield %c : !llm.text"])
    other = arm.replace("site <0>", "site <2>").replace('"a"', '"b"')
    text = f"%l = ensemble.parallel : !llm.list<!llm.text> do {{\n{arm}\n}} and {{\n{other}\n}}"
    assert told(text) == []


def test_parameters_have_no_order() -> None:
    module = parse_module(
        """llm.model @m from "p"
        func.func @f(%q: !llm.text) -> !llm.list<!llm.text> {
          %a = llm.generate @m(%q) temperature 0 max_tokens 5 site <0>
          %b = llm.generate @m(%q) temperature 0 max_tokens 5 site <1>
          %l = llm.list(%a, %b) : !llm.list<!llm.text>
          func.return %l : !llm.list<!llm.text>
        }"""
    )
    first, *_ = [op for op in module.walk() if op.name == "llm.generate"]
    first.properties = dict(reversed(first.properties.items()))
    MergeCallsPass().apply(make_context(), module)
    assert [op.name for op in module.walk()].count("llm.generate") == 1


# One operation that asks for one answer several times.

ONCE = (True, "asks once for what it gives several times, as it is always the same answer")
LIST = "!llm.list<!llm.text>"
GREEDY_ARM = (
    "{{\n%a = llm.generate @m(%q) temperature 0 site <{}>\nensemble.yield %a : !llm.text\n}}"
)
PARALLEL = f"ensemble.parallel HOW : {LIST} do {GREEDY_ARM.format(0)} and {GREEDY_ARM.format(1)}"
SEVERAL = {
    "sample": "ensemble.sample 4 of @m(%q) temperature 0 HOW site <0[*]>",
    "sample of a form": (
        'ensemble.sample 4 of @m(%q) temperature 0 as regex "[ab]" HOW site <0[*]>'
    ),
    "sites": "ensemble.sample 2 of @m(%q) temperature 0 HOW site [<0>, <5>]",
    "parallel": PARALLEL,
}
READERS = {
    "list": "",
    "vote": f"%v = ensemble.vote %l : {LIST}\n",
    "join": '%v = llm.join %l with ", "\n',
    "map": f"""%v = ensemble.map %x in %l : {LIST} -> {LIST} do {{
  %y = llm.generate @m(%x) temperature 0 site <9[*]>
  ensemble.yield %y : !llm.text
}}
""",
}


def several(form: str, how: str, reader: str) -> ModuleOp:
    """A program that asks for an answer several times, and what reads the list of them."""
    found = LIST if reader in ("list", "map") else "!llm.text"
    result = "%l" if reader == "list" else "%v"
    return parse_module(
        f"""llm.model @m from "p"
        func.func @f(%q: !llm.text) -> {found} {{
        %l = {SEVERAL[form].replace("HOW", how)}
        {READERS[reader]}func.return {result} : {found}
        }}"""
    )


def answers(_: Request) -> Sequence[Option]:
    """What may be answered: what has the form that is asked for, what has not, or nothing."""
    return [(answer, Fraction(1, 3)) for answer in ("a", "x", ProviderError("no"))]


@pytest.mark.parametrize("form", SEVERAL)
@pytest.mark.parametrize("how", ["", "on_error drop", "on_error use %q"])
@pytest.mark.parametrize("reader", READERS)
def test_what_is_asked_once_gives_the_same_on_every_tape(form: str, how: str, reader: str) -> None:
    plain = several(form, how, reader)
    merged = plain.clone()
    MergeCallsPass().apply(make_context(), merged)
    verify_module(merged)
    first, second = playing(plain, ["?"]), playing(merged, ["?"])
    counts: set[tuple[bool, bool]] = set()

    def is_same(send: Send) -> Hashable:
        asked = [0, 0]

        def counted(which: int) -> Send:
            def noting(request: Request) -> Reply:
                asked[which] += 1
                return send(request)

            return noting

        full, once = first(counted(0)), second(counted(1))
        counts.add((asked[1] < asked[0], asked[1] <= asked[0]))
        return full == once

    assert law(is_same, answers) == {True: 1}
    assert (True, True) in counts
    assert all(never_more for _, never_more in counts)


@pytest.mark.parametrize("form", SEVERAL)
def test_what_is_asked_once_is_told(form: str) -> None:
    assert told(f"%l = {SEVERAL[form].replace('HOW', '')}") == [ONCE]


def test_what_has_a_label_is_told() -> None:
    sample = SEVERAL["sample"].replace("HOW", "")
    label = '{ember.label = #llm.label"internal"}'
    why = "would give one answer several times, but has a label of its own"
    assert told(f"%l = {sample} {label}") == [(False, why)]


def test_what_is_made_of_parts_is_asked_once_in_parts_that_are_equal() -> None:
    inner = SEVERAL["sample"].replace("HOW", "")
    arm = f"{{\n%i = {inner}\nensemble.yield %i : {LIST}\n}}"
    assert told(f"%l = ensemble.parallel : !llm.list<{LIST}> do {arm} and {arm}") == [ONCE] * 3


def test_a_single_sample_or_arm_stays() -> None:
    assert told("%l = ensemble.sample 1 of @m(%q) temperature 0") == []
    assert told(f"%l = ensemble.parallel : {LIST} do {GREEDY_ARM.format(0)}") == []


def test_what_asks_nobody_stays() -> None:
    arm = '{\n%t = llm.template "{0}!"(%q)\nensemble.yield %t : !llm.text\n}'
    assert told(f"%l = ensemble.parallel : {LIST} do {arm} and {arm}") == []


def test_arms_that_do_something_stay() -> None:
    arm = (
        "{\n%a = llm.generate @m(%q) temperature 0\n"
        "%t = llm.apply effectful @send(%a) : (!llm.text) -> !llm.text\n"
        "ensemble.yield %t : !llm.text\n}"
    )
    assert told(f"%l = ensemble.parallel : {LIST} do {arm} and {arm}") == []
