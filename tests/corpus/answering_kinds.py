"""Answers that are no free text: JSON of a schema, turns with tool calls, embeddings, scores.

All are picked by a number that stands for chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from ember_mlir.providers import Message, Tool, ToolCall

TEXTS = ("apple", "the lift", "a cake", "", "Paris", "Ann")
NUMBERS = (2, 0, 7, 1, 42, 40, -3, 9)
FRACTIONS = (0.5, 2.0, 3, -1.25)
UNFIT = ("I do not know.", "{}", '{"name": 3}', "[1, 2", "null", "")


class Picks:
    """One choice after the other, all of them from one number."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._count = 0

    def below(self, most: int) -> int:
        """A number from 0 to below `most`."""
        self._count += 1
        digest = blake2b(repr((self._number, self._count)).encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") % most


def json_answer(schema: str, number: int) -> str:
    """A text that fits a JSON schema; one in six does not."""
    picks = Picks(number)
    if picks.below(6) == 0:
        return UNFIT[picks.below(len(UNFIT))]
    return json.dumps(_value(json.loads(schema), picks))


def _value(schema: Any, picks: Picks) -> object:
    if "enum" in schema:
        return schema["enum"][picks.below(len(schema["enum"]))]
    match schema["type"]:
        case "object":
            return {name: _value(one, picks) for name, one in schema["properties"].items()}
        case "array":
            return [_value(schema["items"], picks) for _ in range(picks.below(4))]
        case "integer":
            return NUMBERS[picks.below(len(NUMBERS))]
        case "number":
            return FRACTIONS[picks.below(len(FRACTIONS))]
        case "boolean":
            return picks.below(2) == 0
        case _:
            return TEXTS[picks.below(len(TEXTS))]


def turn(tools: Sequence[Tool], rounds: int, text: str, number: int) -> Message:
    """A turn that says a text, or asks for up to three tools, some of them wrongly.

    After more `rounds` of calls it is less likely to ask for more.
    """
    picks = Picks(number)
    if picks.below(3 + 2 * rounds) > 1:
        return Message("assistant", (text,))
    calls: list[ToolCall] = []
    for place in range(1 + picks.below(3)):
        tool = tools[picks.below(len(tools))]
        name = tool.name if picks.below(10) else "fly"
        calls.append(ToolCall(f"c{place}", name, json_answer(tool.parameters, picks.below(997))))
    return Message("assistant", (), tuple(calls))


def embedding(text: str) -> tuple[float, ...]:
    """A vector that is alike for texts that share words."""
    vector = [0.0] * 12
    for word in re.findall(r"\w+", text.lower()):
        vector[blake2b(word.encode(), digest_size=1).digest()[0] % 12] += 1.0
    return tuple(vector)


def scores(labels: Sequence[str], number: int) -> tuple[float, ...]:
    """How well each label fits: in steps of a twentieth, so that some are equal."""
    picks = Picks(number)
    return tuple([picks.below(21) / 20 for _ in labels])
