"""Texts that once were not answered well, and a few hundred new ones, are."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from ember_mlir.tools.fuzz.check import problem_with
from ember_mlir.tools.fuzz.corpus import read_corpus
from ember_mlir.tools.fuzz.inputs import Inputs

FOLDER = Path(__file__).parent / "corpus"
SEEDS = sorted(FOLDER.glob("*.mlir"))


@pytest.mark.parametrize("path", SEEDS, ids=[path.stem for path in SEEDS])
def test_what_was_found_stays_mended(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    for number in range(12):
        assert problem_with(text, Random(number)) is None


def test_new_texts_are_answered() -> None:
    inputs = Inputs(read_corpus([FOLDER.parent.parent.parent / "lit_tests" / "dialects"]), seed=0)
    for number in range(150):
        assert problem_with(inputs.make(number), inputs.random(-number - 1)) is None
