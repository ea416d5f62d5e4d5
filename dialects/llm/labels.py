"""Labels: what lowers them, and what brings hidden text back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import ArrayAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AnyAttr,
    VarConstraint,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import NoMemoryEffect, Pure
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import Stop
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import (
    TEXT,
    TEXTS,
    Canonicalizes,
    LabelAttr,
    TextType,
    Utf8Attr,
)
from ember_mlir.redaction import POLICIES


@op_definition
class RedactOp(DialectOperation):
    """A text with what some policies find hidden behind masks, and what was hidden.

    What was hidden is a list of each mask, as `[EMAIL_1]`, and the text that it stands for,
    in turn. A mask is never one that the text holds already. The masked text has the label
    that is written, or its own if that is lower; what was hidden keeps the label of the
    text. Policies find what they know: that nothing else in the text is sensitive is the
    author's claim, which is why it is written down.

    ```mlir
    func.func @hide(%letter: !llm.text) -> !llm.text {
      %masked, %hidden = llm.redact %letter hiding ["email", "phone"] to "public"
      func.return %masked : !llm.text
    }
    ```
    """

    name = "llm.redact"

    text = operand_def(TextType)
    policies = prop_def(ArrayAttr[Utf8Attr])
    label = prop_def(LabelAttr)
    masked = result_def(TextType)
    hidden = result_def(TEXTS)

    traits = traits_def(Pure(), Canonicalizes())
    custom_directives = (Stop,)
    assembly_format = "$text `hiding` custom<Stop>($policies) `to` $label attr-dict"

    def __init__(self, text: SSAValue, policies: Sequence[str], label: str) -> None:
        super().__init__(
            operands=[text],
            properties={
                "policies": ArrayAttr([Utf8Attr(policy) for policy in policies]),
                "label": LabelAttr(label),
            },
            result_types=[TEXT, TEXTS],
        )

    def verify_(self) -> None:
        if not self.policies.data:
            raise VerifyException("a redaction must have at least 1 policy, but got none")
        for policy in self.policies.data:
            if policy.data not in POLICIES:
                raise VerifyException(
                    f"a policy must be one of {', '.join(POLICIES)}, but got '{policy.data}'"
                )


@op_definition
class RestoreOp(DialectOperation):
    """A text with the masks of a redaction replaced by what they hide.

    The result has the labels of both. Masks that the redaction did not make stay as they
    are, and what is put in is not searched for masks. What is hidden must be pairs, and a
    mask must stand for one text, else it is the error `ShapeError`; what `llm.redact` gives
    is so, two of its lists made one may not be.

    ```mlir
    func.func @same(%letter: !llm.text) -> !llm.text {
      %masked, %hidden = llm.redact %letter hiding ["email"] to "public"
      %same = llm.restore %masked from %hidden
      func.return %same : !llm.text
    }
    ```
    """

    name = "llm.restore"

    text = operand_def(TextType)
    hidden = operand_def(TEXTS)
    result = result_def(TextType)

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), Canonicalizes())
    assembly_format = "$text `from` $hidden attr-dict"

    def __init__(self, text: SSAValue, hidden: SSAValue) -> None:
        super().__init__(operands=[text, hidden], result_types=[TEXT])


@op_definition
class DeclassifyOp(DialectOperation):
    """The same value with a lower label, for a reason that is written down.

    ```mlir
    func.func @publish(%press_release: !llm.text) -> !llm.text {
      %open = llm.declassify %press_release to "public" because "approved for release" : !llm.text
      func.return %open : !llm.text
    }
    ```
    """

    name = "llm.declassify"

    T: ClassVar = VarConstraint("T", AnyAttr())
    value = operand_def(T)
    label = prop_def(LabelAttr)
    reason = prop_def(Utf8Attr)
    result = result_def(T)

    traits = traits_def(Pure())
    assembly_format = "$value `to` $label `because` $reason `:` type($value) attr-dict"

    def __init__(self, value: SSAValue, label: str, reason: str) -> None:
        super().__init__(
            operands=[value],
            properties={"label": LabelAttr(label), "reason": Utf8Attr(reason)},
            result_types=[value.type],
        )

    def verify_(self) -> None:
        if not self.reason.data.strip():
            raise VerifyException("a declassification must have a reason, but it is empty")
