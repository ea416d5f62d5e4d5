"""From one level to the next: which passes lead there, and running them safely."""

from __future__ import annotations

from ember_mlir.passes.analysis.levels import level_of
from ember_mlir.passes.equivalence import Equivalence
from ember_mlir.passes.optimization import Objective
from ember_mlir.pipeline.compiling import (
    Compiled,
    Options,
    compile_to,
    compile_with,
    for_reference,
    run_named,
)
from ember_mlir.pipeline.explaining import Explanation, PassReport, Saving, explain
from ember_mlir.pipeline.parsing import known_passes, parse_passes, passes_of
from ember_mlir.pipeline.running import Step, Watch, run_passes
from ember_mlir.pipeline.stages import REFERENCE, STAGES, passes_between

__all__ = [
    "REFERENCE",
    "STAGES",
    "Compiled",
    "Equivalence",
    "Explanation",
    "Objective",
    "Options",
    "PassReport",
    "Saving",
    "Step",
    "Watch",
    "compile_to",
    "compile_with",
    "explain",
    "for_reference",
    "known_passes",
    "level_of",
    "parse_passes",
    "passes_between",
    "passes_of",
    "run_named",
    "run_passes",
]
