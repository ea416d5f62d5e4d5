"""Pieces of assembly format that several dialects share, and the checks that go with them.

A directive is used as `custom<Name>($property)`; the helpers are for the few operations
whose syntax binds names, or joins regions by words, and therefore is written by hand.
"""

from __future__ import annotations

from ember_mlir.dialects.formats.directives import (
    As,
    EmbeddingUnless,
    Number,
    OneOrMore,
    OnError,
    Prompt,
    Quoted,
    ScoresUnless,
    Site,
    Source,
    Stop,
    TextUnless,
)
from ember_mlir.dialects.formats.regions import (
    parse_arity,
    parse_arms,
    parse_body,
    parse_list_binding,
    parse_on_error,
    print_arms,
    print_binding,
    print_body,
    print_on_error,
    verify_arity,
)
from ember_mlir.dialects.formats.requests import (
    ANSWER,
    PARAMETERS,
    PRICES,
    SAMPLING,
    AnswerFields,
    Sampling,
    SamplingFields,
    integer,
    request_properties,
    verify_draw,
    verify_limits,
    verify_prices,
    verify_sampling,
    verify_template,
)

__all__ = [
    "ANSWER",
    "PARAMETERS",
    "PRICES",
    "SAMPLING",
    "AnswerFields",
    "As",
    "EmbeddingUnless",
    "Number",
    "OnError",
    "OneOrMore",
    "Prompt",
    "Quoted",
    "Sampling",
    "SamplingFields",
    "ScoresUnless",
    "Site",
    "Source",
    "Stop",
    "TextUnless",
    "integer",
    "parse_arity",
    "parse_arms",
    "parse_body",
    "parse_list_binding",
    "parse_on_error",
    "print_arms",
    "print_binding",
    "print_body",
    "print_on_error",
    "request_properties",
    "verify_arity",
    "verify_draw",
    "verify_limits",
    "verify_prices",
    "verify_sampling",
    "verify_template",
]
