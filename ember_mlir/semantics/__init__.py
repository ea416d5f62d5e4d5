"""What the operations on values mean, as plain functions of Python values.

The reference interpreter, the engine and eager execution all call these, so that a
vote or a template has one definition. Nothing here knows about IR, models or time.
"""

from __future__ import annotations

from ember_mlir.semantics.choices import (
    accepted,
    ballot,
    best,
    check_choosable,
    check_same_length,
    check_valid,
    elect,
    judge_prompt,
    read_verdict,
    vote,
    vote_key,
)
from ember_mlir.semantics.confidence import Boundary
from ember_mlir.semantics.limits import (
    MAX_TEMPERATURE,
    extra_problem,
    max_tokens_problem,
    temperature_problem,
    top_p_problem,
)
from ember_mlir.semantics.lists import check_reducible, concatenated, element, reduce_levels, top_k
from ember_mlir.semantics.numbers import (
    ARITHMETIC,
    arithmetic,
    check_step,
    comparison,
    real_comparison,
    rounds,
    wrapping,
)
from ember_mlir.semantics.templates import escape_template, fill_template, parse_template
from ember_mlir.semantics.texts import abridged, quoted
from ember_mlir.semantics.values import (
    V,
    Value,
    Vector,
    contains,
    equal,
    frozen,
    is_list,
    is_record,
    is_vector,
    selected,
)

__all__ = [
    "ARITHMETIC",
    "MAX_TEMPERATURE",
    "Boundary",
    "V",
    "Value",
    "Vector",
    "abridged",
    "accepted",
    "arithmetic",
    "ballot",
    "best",
    "check_choosable",
    "check_reducible",
    "check_same_length",
    "check_step",
    "check_valid",
    "comparison",
    "concatenated",
    "contains",
    "elect",
    "element",
    "equal",
    "escape_template",
    "extra_problem",
    "fill_template",
    "frozen",
    "is_list",
    "is_record",
    "is_vector",
    "judge_prompt",
    "max_tokens_problem",
    "parse_template",
    "quoted",
    "read_verdict",
    "real_comparison",
    "reduce_levels",
    "rounds",
    "selected",
    "temperature_problem",
    "top_k",
    "top_p_problem",
    "vote",
    "vote_key",
    "wrapping",
]
