"""`fuse-maps` beyond its lit file: on random programs, and in linear time."""

from __future__ import annotations

import pytest
from hypothesis import given
from xdsl.ir import Operation

from ember_mlir.dialects.ensemble import MapOp
from ember_mlir.parsing import parse_module
from ember_mlir.testing import Program, programs
from ember_mlir.testing.exactness import FAULTS, check_exact, optimized, remarks_of
from ember_mlir.testing.moves import LANGUAGES

TEXTS = "!llm.list<!llm.text>"


def row_of_maps(count: int) -> str:
    maps = "\n".join(
        f"""%l{i + 1} = ensemble.map %x{i} in %l{i} : {TEXTS} -> {TEXTS} do {{
          %y{i} = llm.template "{{0}}{{0}}"(%x{i})
          ensemble.yield %y{i} : !llm.text
        }}"""
        for i in range(count)
    )
    return f"""func.func @f(%l0: {TEXTS}) -> {TEXTS} {{
    {maps}
    func.return %l{count} : {TEXTS}
    }}"""


@given(program=programs(LANGUAGES["fuse-maps"]), faults=FAULTS)
def test_it_keeps_what_a_program_means(program: Program, faults: int) -> None:
    check_exact(program, "fuse-maps", faults)


def test_each_operation_of_a_row_of_maps_moves_once(monkeypatch: pytest.MonkeyPatch) -> None:
    module = parse_module(row_of_maps(100))
    moved: list[str] = []
    detach = Operation.detach

    def counting(op: Operation) -> None:
        moved.append(op.name)
        detach(op)

    monkeypatch.setattr(Operation, "detach", counting)
    (fused,) = [op for op in optimized(module, "fuse-maps").walk() if isinstance(op, MapOp)]
    assert len(list(fused.body.block.ops)) == 101
    assert moved.count("llm.template") <= 100


def test_it_tells_what_stands_in_the_way() -> None:
    fused = row_of_maps(2)
    read = fused.replace("return %l2 :", f"return %l2, %l1 : {TEXTS},")
    read = read.replace(f"-> {TEXTS} {{", f"-> ({TEXTS}, {TEXTS}) {{")
    assert remarks_of(fused, "fuse-maps") == [
        (True, "takes in the map before it, whose list nobody else reads")
    ]
    assert remarks_of(read, "fuse-maps") == [(False, "maps over a list that others read, too")]
