"""Calls of tools: which one a question needs, and with what arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

from ember_mlir.errors import InvalidIRError
from ember_mlir.grammars.json_nodes import RecordNode
from ember_mlir.grammars.json_schema import read_schema
from ember_mlir.grammars.json_texts import write_json
from ember_mlir.providers.messages import Message, Tool, ToolCall
from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.json_replies import json_value
from ember_mlir.providers.simulated.likeness import overlap
from ember_mlir.providers.simulated.suggestions import Source
from ember_mlir.providers.simulated.words import terms

_PARTS = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
_COMPUTES = frozenset(terms("calculator calculate calculation arithmetic math maths compute"))
_FORMULA = re.compile(r"\d\s*[-+*/^\N{MULTIPLICATION SIGN}\N{DIVISION SIGN}]\s*\(?\d")


def tool_call(
    tools: Sequence[Tool], source: Source, chance: Chance, quality: float
) -> Message | None:
    """A turn that calls the tool that shares most words with the question, or None.

    A model of less than full quality forgets to call one from time to time. Arguments fit
    the tool's schema, with values from the question.

    >>> tools = [Tool("weather", "The weather in a city.", '{"type": "object", "properties": '
    ...     '{"city": {"type": "string"}}, "additionalProperties": false}')]
    >>> source = Source("How is the weather in Paris?", "")
    >>> tool_call(tools, source, Chance(b"a key"), 1.0).tool_calls[0].arguments
    '{"city": "Paris"}'
    """
    weights = [_weight(tool, source.question) for tool in tools]
    if not any(weights) or chance.fraction("tool") >= quality:
        return None
    tool = tools[weights.index(max(weights))]
    number = chance.pick("tool call", 16**8)
    call = ToolCall(f"call_{number:08x}", tool.name, _arguments(tool, source, chance))
    return Message("assistant", (), (call,))


def _weight(tool: Tool, question: str) -> int:
    own = terms(f"{_PARTS.sub(' ', tool.name)} {tool.description}")
    computes = _FORMULA.search(question) is not None and not _COMPUTES.isdisjoint(own)
    return overlap(own, terms(question)) + computes


def _arguments(tool: Tool, source: Source, chance: Chance) -> str:
    try:
        node = read_schema(tool.parameters)
    except InvalidIRError:
        # A schema that is not understood may still take no arguments.
        return "{}"
    if not isinstance(node, RecordNode):
        return "{}"
    numbers = count()
    return write_json(
        json_value(node, source, lambda below: chance.pick(f"argument {next(numbers)}", below))
    )
