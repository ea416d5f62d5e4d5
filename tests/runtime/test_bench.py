"""The benchmark compares like with like: both forms make the same calls and agree."""

from __future__ import annotations

import asyncio

import pytest

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.providers import Session
from ember_mlir.runtime.run import prepare, run_async
from ember_mlir.tools.bench.workloads import Fake, Workload, chain, ensemble, tree, wide_map

SMALL = [ensemble(5, 0), wide_map(20, 3, 0), chain(10, 0), tree(8, 0)]


@pytest.mark.parametrize("workload", SMALL, ids=lambda workload: workload.name)
def test_both_forms_agree(workload: Workload) -> None:
    module = parse_module(workload.text)
    verify_module(module)
    engine, by_hand = Fake(0), Fake(0)
    inputs = list(workload.inputs.values())
    outputs = asyncio.run(run_async(prepare(module), inputs, Session(engine))).outputs
    assert outputs == asyncio.run(workload.by_hand(by_hand))
    assert engine.calls == by_hand.calls == workload.calls
