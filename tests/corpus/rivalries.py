"""The programs of the corpus that have a rival, and what both are run on."""

from __future__ import annotations

from ember_mlir.tools.bench.corpus import Rivalry

from .answering import Answering
from .rivals import RIVALS
from .ways import CORPUS

RIVALRIES = tuple(
    [
        Rivalry(written.function, RIVALS[written.name], written.inputs, Answering)
        for written in CORPUS
        if written.name in RIVALS
    ]
)
