"""What several operations demand of the types that they take."""

from __future__ import annotations

from xdsl.ir import Attribute
from xdsl.irdl import BaseAttr, MessageConstraint
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.values.types import (
    ListType,
    MessagesType,
    ObjectType,
    RecordType,
    TextType,
)

TEXT_OR_MESSAGES = MessageConstraint(
    BaseAttr(TextType) | BaseAttr(MessagesType), "must be !llm.text or !llm.messages"
)
TEXT_OR_LIST = MessageConstraint(
    BaseAttr(TextType) | BaseAttr(ListType), "must be !llm.text or a !llm.list"
)


def verify_comparable(found: Attribute) -> None:
    """Check that values of a type can be compared: nobody knows what objects are equal."""
    if not is_comparable(found):
        raise VerifyException(
            f"values that are compared must hold no !llm.object, but got {found}; "
            "compare them in a function"
        )


def is_comparable(found: Attribute) -> bool:
    """Whether it is known of any two values of a type if they are the same."""
    match found:
        case ListType():
            return is_comparable(found.element)
        case RecordType():
            return all(map(is_comparable, found.types))
        case _:
            return not isinstance(found, ObjectType)
