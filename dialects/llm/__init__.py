"""The `llm` dialect: what is asked of a language model.

It says which model gets which prompt with which parameters, and what is done with the
answers. It does not say when a call is made, in what order, or on which connection: any
schedule that gives every sampled call its own draw is right.
"""

from __future__ import annotations

from xdsl.ir import Dialect

from ember_mlir.dialects.llm.calls import EmbedOp, GenerateOp, ScoreOp
from ember_mlir.dialects.llm.functions import ApplyOp
from ember_mlir.dialects.llm.labels import DeclassifyOp, RedactOp, RestoreOp
from ember_mlir.dialects.llm.lists import (
    ConcatOp,
    GetOp,
    LengthOp,
    ListOp,
    TopKOp,
)
from ember_mlir.dialects.llm.messages import ContentOp, MessagesOp, ToolCallsOp
from ember_mlir.dialects.llm.models import ModelOp, ToolOp
from ember_mlir.dialects.llm.records import ContainsOp, EqualOp, FieldOp, RecordOp
from ember_mlir.dialects.llm.texts import ConstantOp, JoinOp, ParseOp, QuoteOp, TemplateOp
from ember_mlir.dialects.values import (
    DecimalAttr,
    DrawAttr,
    GrammarAttr,
    LabelAttr,
    ListType,
    MessagesType,
    ObjectType,
    RecordType,
    SourceAttr,
    TextType,
    TurnAttr,
    Utf8Attr,
)

__all__ = [
    "LLM",
    "ApplyOp",
    "ConcatOp",
    "ConstantOp",
    "ContainsOp",
    "ContentOp",
    "DeclassifyOp",
    "EmbedOp",
    "EqualOp",
    "FieldOp",
    "GenerateOp",
    "GetOp",
    "JoinOp",
    "LengthOp",
    "ListOp",
    "MessagesOp",
    "ModelOp",
    "ParseOp",
    "QuoteOp",
    "RecordOp",
    "RedactOp",
    "RestoreOp",
    "ScoreOp",
    "TemplateOp",
    "ToolCallsOp",
    "ToolOp",
    "TopKOp",
]

LLM = Dialect(
    "llm",
    [
        ModelOp,
        ToolOp,
        ConstantOp,
        TemplateOp,
        JoinOp,
        QuoteOp,
        ParseOp,
        MessagesOp,
        ContentOp,
        ToolCallsOp,
        GenerateOp,
        EmbedOp,
        ScoreOp,
        ApplyOp,
        ListOp,
        GetOp,
        ConcatOp,
        LengthOp,
        TopKOp,
        RecordOp,
        FieldOp,
        EqualOp,
        ContainsOp,
        RedactOp,
        RestoreOp,
        DeclassifyOp,
    ],
    [
        TextType,
        MessagesType,
        ListType,
        RecordType,
        ObjectType,
        Utf8Attr,
        DecimalAttr,
        DrawAttr,
        LabelAttr,
        SourceAttr,
        GrammarAttr,
        TurnAttr,
    ],
)
