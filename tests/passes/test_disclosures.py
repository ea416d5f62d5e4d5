"""What a request tells: the values that its prompt is built from."""

from __future__ import annotations

import pytest
from xdsl.ir import Operation

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.disclosures import MAX_STEPS, Call, disclosure_of, sends

HEAD = """llm.model @m from "p"
llm.model @n from "p"
func.func @f(%q: !llm.text, %r: !llm.text, %c: !llm.messages, %xs: !llm.list<!llm.text>) {
"""
BODY = """
  %k = llm.constant "known"
  %t = llm.template "{0} {1} {0}"(%q, %k)
  %l = llm.list(%q, %r) : !llm.list<!llm.text>
  %ll = llm.concat(%l, %xs) : !llm.list<!llm.text>
  %j = llm.join %ll with ", "
  %cs = llm.messages after(%c) user(%q)
  %n = llm.length of %q : !llm.text
  %p = llm.parse %q as regex "[a-z]+" : !llm.text
"""


def last_call(body: str) -> Call:
    """The last call of a function with this body."""
    ops: list[Operation] = list(parse_module(f"{HEAD}{body}\n  func.return\n}}").walk())
    return [op for op in ops if isinstance(op, Call)][-1]


@pytest.mark.parametrize(
    ("call", "model", "told"),
    [
        ("llm.generate @m(%q) draw <0>", "m", ["q"]),
        ("llm.generate @n(%k) draw <0>", "n", []),
        ("llm.generate @m(%t) draw <0>", "m", ["q"]),
        ("llm.generate @m(%j) draw <0>", "m", ["q", "r", "xs"]),
        ("llm.generate @m(%cs : !llm.messages) draw <0>", "m", ["c", "q"]),
        ("llm.generate @m(%p) draw <0>", "m", ["p"]),
        ("ensemble.sample 3 of @m(%t) draw <0[*]>", "m", ["q"]),
        ("ensemble.sample 3 of @m(%t) on_error use %r draw <0[*]>", "m", ["q"]),
        (
            "llm.embed @m(%l : !llm.list<!llm.text>) site <0[*]> -> !llm.list<tensor<?xf32>>",
            "m",
            ["q", "r"],
        ),
        ("ensemble.judge @m(%t) among %l draw <0>", "m", ["q", "r"]),
        ("llm.score @m(%q) among %l site <0>", "m", ["q", "r"]),
    ],
)
def test_a_call_tells_what_its_prompt_is_built_from(call: str, model: str, told: list[str]) -> None:
    found = disclosure_of(last_call(f"{BODY}  %a = {call}"))
    assert found is not None
    assert found.model.string_value() == model
    assert sorted(str(value.name_hint) for value in found.values) == told


@pytest.mark.parametrize(("length", "is_known"), [(MAX_STEPS, True), (MAX_STEPS + 1, False)])
def test_what_is_built_in_too_many_steps_is_not_followed(length: int, is_known: bool) -> None:
    chain = [f'%t{n} = llm.template "{{0}}."(%t{n - 1})' for n in range(1, length + 1)]
    lines = [*chain, f"%a = llm.generate @m(%t{length}) draw <0>"]
    found = disclosure_of(last_call("\n".join(lines).replace("%t0)", "%q)")))
    assert (found is not None) == is_known


@pytest.mark.parametrize(
    ("call", "gives", "sent"),
    [
        ("llm.generate @m(%q) draw <0>", "!llm.text", True),
        ("llm.embed @m(%q) site <0>", "tensor<?xf32>", True),
        ("ensemble.sample 3 of @m(%q) draw <0[*]>", "!llm.list<!llm.text>", True),
        ("llm.score @m(%q) among %xs site <0>", "!llm.list<f64>", False),
    ],
)
def test_what_is_read_is_sent_but_for_what_may_need_no_request(
    call: str, gives: str, sent: bool
) -> None:
    reading = f"%l = llm.list(%a) : !llm.list<{gives}>"
    assert sends(last_call(f"%a = {call}\n{reading}")) == sent
    assert not sends(last_call(f"%a = {call}"))
