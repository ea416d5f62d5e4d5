"""What a prompt asks for, as one of the few things that a simulated model can do."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from ember_mlir.providers.simulated.arithmetic import evaluate
from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.counting import count_asked
from ember_mlir.providers.simulated.mistakes import arithmetic_mistakes, counting_mistakes
from ember_mlir.providers.simulated.questions import Question, questions
from ember_mlir.providers.simulated.quotation import Quotation
from ember_mlir.providers.simulated.summary import Summary
from ember_mlir.providers.simulated.summary_request import summary_request


class Task(Protocol):
    """Something to do, worked out as far as it does not depend on chance."""

    def answer(self, chance: Chance, quality: float, max_tokens: int | None) -> str:
        """The answer of a model of that quality; it may still exceed `max_tokens`."""
        ...


class Calculation(NamedTuple):
    """A question with one right answer, and the wrong ones that a model might give.

    >>> Calculation("4", ("5",)).answer(Chance(b"a key"), quality=1.0, max_tokens=None)
    '4'
    """

    right: str
    wrong: tuple[str, ...]

    def answer(self, chance: Chance, quality: float, max_tokens: int | None) -> str:
        """The right answer with probability `quality`, else any of the wrong ones."""
        if chance.fraction("right") < quality:
            return self.right
        return self.wrong[chance.pick("mistake", len(self.wrong))]


def task_of(prompt: str) -> Task:
    """What to do about `prompt`: summarize, calculate, or quote.

    Of several questions the last one counts.

    >>> task_of("What is 1+1? And what is 2+3?")
    Calculation(right='5', wrong=('3', '4', '6', '7', '15', '50'))
    """
    wanted = summary_request(prompt)
    if wanted is not None:
        return Summary.of(wanted)
    asked = None
    for question in questions(prompt):
        task = _calculation(question)
        if task is not None:
            return task
        if question.is_explicit:
            asked = question
            break
    return Quotation.of(prompt, asked)


def _calculation(question: Question) -> Calculation | None:
    number = count_asked(question.text, question.rest)
    if number is not None:
        return Calculation(str(number), counting_mistakes(number))
    value = evaluate(question.text)
    return None if value is None else Calculation(value, arithmetic_mistakes(value))
