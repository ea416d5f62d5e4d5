"""Types, attributes and traits that all levels share, and no operation.

Their names begin with `llm.` because the `llm` dialect registers them. Everything
here is UTF-8 safe and exact: a text prints as it is, and a price or temperature is a
decimal, never a float.
"""

from __future__ import annotations

from ember_mlir.dialects.values.attributes import (
    LABELS,
    DecimalAttr,
    Draw,
    DrawAttr,
    DrawList,
    Label,
    LabelAttr,
    SourceAttr,
    Utf8Attr,
    format_source,
    parse_decimal,
    parse_quoted,
    parse_source,
    quote,
)
from ember_mlir.dialects.values.constraints import (
    TEXT_OR_LIST,
    TEXT_OR_MESSAGES,
    is_comparable,
    verify_comparable,
)
from ember_mlir.dialects.values.structures import GrammarAttr, Turn, TurnAttr
from ember_mlir.dialects.values.traits import (
    AsksModel,
    Canonicalizes,
    DrawsFromTape,
    RefersTo,
    RepeatsRegion,
    ancestors,
    has_no_effect,
    is_greedy,
    repeats,
    repetitions_around,
)
from ember_mlir.dialects.values.types import (
    EMBEDDING,
    MESSAGES,
    TEXT,
    TEXTS,
    ListType,
    MessagesType,
    ObjectType,
    RecordType,
    TextType,
    shape_of_type,
    type_of_shape,
)

__all__ = [
    "EMBEDDING",
    "LABELS",
    "MESSAGES",
    "TEXT",
    "TEXTS",
    "TEXT_OR_LIST",
    "TEXT_OR_MESSAGES",
    "AsksModel",
    "Canonicalizes",
    "DecimalAttr",
    "Draw",
    "DrawAttr",
    "DrawList",
    "DrawsFromTape",
    "GrammarAttr",
    "Label",
    "LabelAttr",
    "ListType",
    "MessagesType",
    "ObjectType",
    "RecordType",
    "RefersTo",
    "RepeatsRegion",
    "SourceAttr",
    "TextType",
    "Turn",
    "TurnAttr",
    "Utf8Attr",
    "ancestors",
    "format_source",
    "has_no_effect",
    "is_comparable",
    "is_greedy",
    "parse_decimal",
    "parse_quoted",
    "parse_source",
    "quote",
    "repeats",
    "repetitions_around",
    "shape_of_type",
    "type_of_shape",
    "verify_comparable",
]
