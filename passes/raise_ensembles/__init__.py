"""`raise-ensembles`: say of what is written call by call, or in a loop, what it is as a whole.

    calls that are equal but for their draws, listed    =>  ensemble.sample
    a loop that appends one value per round to a list   =>  ensemble.map
    a loop that joins texts, concatenates or counts     =>  llm.join, ensemble.reduce, llm.length

Whatever knows samples and maps, such as a vote that stops early, then works for what was
written in another way. All draws stay: those of calls are listed, and a round has the index
of its element, as both count from 0. What must hold stands with each equation, in
`calls.py` and `folds.py`. Keeps `exact`.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.passes.optimization import Optimization
from ember_mlir.passes.raise_ensembles.calls import LoopToSample, ParallelToSample
from ember_mlir.passes.raise_ensembles.folds import TellOfOthers
from ember_mlir.passes.raise_ensembles.joins import TextsToJoin
from ember_mlir.passes.raise_ensembles.lengths import CountToLength
from ember_mlir.passes.raise_ensembles.listed import ListToSample
from ember_mlir.passes.raise_ensembles.maps import AppendToMap
from ember_mlir.passes.raise_ensembles.trees import ListsToReduce
from ember_mlir.passes.rewriting import apply_once


class RaiseEnsemblesPass(Optimization):
    """Raise calls to samples, and loops to maps, joins and trees."""

    name = "raise-ensembles"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns = [
            ListToSample(op),
            ParallelToSample(),
            LoopToSample(),
            AppendToMap(),
            TextsToJoin(),
            ListsToReduce(),
            CountToLength(),
            TellOfOthers(),
        ]
        # What is inside of a loop first, so that the loop is seen as it is then.
        apply_once(op, op.walk(region_first=True), patterns)
