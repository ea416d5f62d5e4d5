"""What a prompt asks for, as one of the few things that a simulated model can do."""

from __future__ import annotations

from typing import Protocol

from ember_mlir.providers.simulated.arithmetic import evaluate
from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.counting import count_asked
from ember_mlir.providers.simulated.extraction import extraction_question
from ember_mlir.providers.simulated.judging import judge_question, rating_question
from ember_mlir.providers.simulated.labels import best_label, label_question
from ember_mlir.providers.simulated.mistakes import arithmetic_mistakes, counting_mistakes
from ember_mlir.providers.simulated.questions import Question, questions
from ember_mlir.providers.simulated.quotation import Quotation
from ember_mlir.providers.simulated.solutions import Solution
from ember_mlir.providers.simulated.summary import Summary
from ember_mlir.providers.simulated.summary_request import summary_request
from ember_mlir.providers.simulated.verdicts import NO, YES, is_yes


class Task(Protocol):
    """Something to do, worked out as far as it does not depend on chance."""

    def answer(self, chance: Chance, quality: float, max_tokens: int | None) -> str:
        """The answer of a model of that quality; it may still exceed `max_tokens`."""
        ...


def task_of(prompt: str) -> Task:
    """What to do about `prompt`: judge, summarize, classify, extract, calculate, or quote.

    Of several questions the last one counts.

    >>> task_of("What is 1+1? And what is 2+3?")
    Solution(right='5', wrong=('3', '4', '6', '7', '15', '50'))
    >>> task_of("Classify as ham or spam: You win a prize!")
    Solution(right='spam', wrong=('ham',))
    """
    judged = judge_question(prompt, solve) or rating_question(prompt, solve)
    if judged is not None:
        return judged
    wanted = summary_request(prompt)
    if wanted is not None:
        return Summary.of(wanted)
    return _labelled(prompt) or extraction_question(prompt) or _asked(prompt)


def solve(question: str) -> str | None:
    """The right answer to `question`, or None if there is none that is right for sure."""
    task = _labelled(question) or extraction_question(question) or _asked(question)
    return task.right if isinstance(task, Solution) else None


def _labelled(prompt: str) -> Solution | None:
    asked = label_question(prompt)
    if asked is None:
        return None
    words = {label.casefold(): label for label in asked.labels}
    yes = next((words[word] for word in words if word in YES), None)
    no = next((words[word] for word in words if word in NO), None)
    if yes is not None and no is not None:
        right = yes if is_yes(asked.text, _calculated) else no
    else:
        right = best_label(asked.labels, asked.text)
    return Solution(right, tuple([label for label in asked.labels if label != right]))


def _asked(prompt: str) -> Task:
    asked = None
    for question in questions(prompt):
        task = _calculation(question)
        if task is not None:
            return task
        if question.is_explicit:
            asked = question
            break
    return Quotation.of(prompt, asked)


def _calculated(question: str) -> str | None:
    task = _asked(question)
    return task.right if isinstance(task, Solution) else None


def _calculation(question: Question) -> Solution | None:
    number = count_asked(question.text, question.rest)
    if number is not None:
        return Solution(str(number), counting_mistakes(number))
    value = evaluate(question.text)
    return None if value is None else Solution(value, arithmetic_mistakes(value))
