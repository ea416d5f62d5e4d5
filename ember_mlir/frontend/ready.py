"""Operators that are ready to use: ensembles, votes, judges, and refinements."""

from __future__ import annotations

from collections.abc import Callable

from ember_mlir.frontend.composition import Operator
from ember_mlir.frontend.operations.asking import generate, sample
from ember_mlir.frontend.operations.combining import vote


class Ensemble(Operator[str, "list[str]"]):
    """Several independent answers of a model to one prompt.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     len(ember.Ensemble(num_units=3)("Q: 2 + 2\\nA:"))
    3
    """

    def __init__(
        self,
        num_units: int = 3,
        model_name: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> None:
        self.num_units = num_units
        self.model_name = model_name
        self.temperature = temperature
        self.max_tokens = max_tokens

    def forward(self, prompt: str) -> list[str]:
        return sample(
            prompt,
            self.num_units,
            model=self.model_name,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
        )


class MostCommon(Operator["list[str]", str]):
    """The answer given most often; a tie goes to the first.

    >>> MostCommon()(["4", "5", "5"])
    '5'
    """

    def forward(self, answers: list[str]) -> str:
        return vote(answers)


class Judge(Operator["list[str]", str]):
    """What a model makes of several answers, by an instruction.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     isinstance(ember.Judge("Which answer is right?")(["4", "5"]), str)
    True
    """

    def __init__(self, instruction: str, model_name: str | None = None) -> None:
        self.instruction = instruction
        self.model_name = model_name

    def forward(self, answers: list[str]) -> str:
        numbered = [f"{number}. {answer}" for number, answer in enumerate(answers, 1)]
        listed = "\n".join(numbered)
        return generate(
            f"{self.instruction}\n\n{listed}\n\nAnswer:", model=self.model_name, temperature=0
        )


class Refine(Operator[str, str]):
    """A text that a model improves until it is accepted, in a number of rounds at most.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     ember.Refine("Improve:", lambda text: len(text) > 3, rounds=2)("long enough")
    'long enough'
    """

    def __init__(
        self,
        instruction: str,
        accept: Callable[[str], bool],
        rounds: int = 3,
        model_name: str | None = None,
    ) -> None:
        self.instruction = instruction
        self.accept = accept
        self.rounds = rounds
        self.model_name = model_name

    def forward(self, text: str) -> str:
        for _ in range(self.rounds):
            if self.accept(text):
                return text
            text = generate(f"{self.instruction}\n\n{text}", model=self.model_name)
        return text
