"""Random programs, and what they are run with: for tests of passes and engines.

`programs` is a Hypothesis strategy of well-typed programs over the whole of `llm`,
`ensemble`, `scf` and `arith`, each with inputs and the Python functions that it applies.
`Dice` answers their requests, and `reference` tells what the reference interpreter makes
of one: results, requests, effects, or the error. Needs Hypothesis, which only the
development of Ember installs; nothing of Ember imports this package.
"""

from __future__ import annotations

from ember_mlir.testing.answers import Dice
from ember_mlir.testing.outcomes import Effects, Outcome, numbered, reference
from ember_mlir.testing.programs import EVERYTHING, Language, Program, programs, without

__all__ = [
    "EVERYTHING",
    "Dice",
    "Effects",
    "Language",
    "Outcome",
    "Program",
    "numbered",
    "programs",
    "reference",
    "without",
]
