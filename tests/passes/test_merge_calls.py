"""`merge-calls` beyond its lit file: it stays linear where a list has many duplicates."""

from __future__ import annotations

import pytest
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from ember_mlir.dialects.llm import ListOp
from ember_mlir.parsing import make_context, parse_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.passes.merge_calls import MergeCallsPass
from ember_mlir.passes.optimization import Setting
from ember_mlir.pipeline import run_passes


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


def test_operands_are_renamed_once_per_user(monkeypatch: pytest.MonkeyPatch) -> None:
    module = list_of_duplicates(300)
    (users,) = [op for op in module.walk() if isinstance(op, ListOp)]
    renamed: list[Operation] = []
    write = Operation.operands.fset
    assert write is not None

    def counting(op: Operation, new: object) -> None:
        renamed.append(op)
        write(op, new)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(Operation, "operands", Operation.operands.setter(counting))
    MergeCallsPass().apply(make_context(), module)
    # `erase` drops the operands of the 299 duplicates; the list is renamed in one go.
    assert renamed.count(users) == 1
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
    other = arm.replace("site <0>", "site <2>")
    text = f"%l = ensemble.parallel : !llm.list<!llm.text> do {{\n{arm}\n}} and {{\n{other}\n}}"
    assert told(text) == []
