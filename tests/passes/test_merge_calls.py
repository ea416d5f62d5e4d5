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
