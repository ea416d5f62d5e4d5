"""Instructions on texts and lists: a closed set, each of which takes no time to speak of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AnyAttr,
    IRDLOperation,
    ParamAttrConstraint,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    var_operand_def,
)

from ember_mlir.dialects.formats import (
    verify_template,
)
from ember_mlir.dialects.values import (
    TEXT,
    TEXTS,
    ListType,
    TextType,
    Utf8Attr,
)


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """A text that is known.

    ```mlir
    exec.frame @hello() -> !llm.text {
      %hello = exec.constant "hello"
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.constant"

    value = prop_def(Utf8Attr)
    result = result_def(TextType)

    assembly_format = "$value attr-dict"

    def __init__(self, value: str) -> None:
        super().__init__(properties={"value": Utf8Attr(value)}, result_types=[TEXT])


@irdl_op_definition
class FormatOp(IRDLOperation):
    """A template with its holes filled.

    Values are data: braces in them are never holes.

    ```mlir
    exec.frame @greet(%name: !llm.text) -> !llm.text {
      %hello = exec.format "Hello {0}!"(%name)
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.format"

    template = prop_def(Utf8Attr)
    holes = var_operand_def(TextType)
    result = result_def(TextType)

    assembly_format = "$template (`(` $holes^ `)`)? attr-dict"

    def __init__(self, template: str, holes: Sequence[SSAValue]) -> None:
        super().__init__(
            operands=[holes], properties={"template": Utf8Attr(template)}, result_types=[TEXT]
        )

    def verify_(self) -> None:
        verify_template(self.template.data, len(self.holes))


@irdl_op_definition
class ListOp(IRDLOperation):
    """A list whose pieces become ready one by one.

    It fires at once: its consumers see each piece when that piece is there.

    ```mlir
    exec.frame @pair(%a: !llm.text) -> !llm.list<!llm.text> {
      %both = exec.list(%a, %a) : !llm.list<!llm.text>
      exec.return %both : !llm.list<!llm.text>
    }
    ```
    """

    name = "exec.list"

    T: ClassVar = VarConstraint("T", AnyAttr())
    items = var_operand_def(T)
    result = result_def(ParamAttrConstraint.get(ListType, T))

    assembly_format = "`(` $items `)` `:` type($result) attr-dict"

    def __init__(self, items: Sequence[SSAValue], result_type: Attribute) -> None:
        super().__init__(operands=[items], result_types=[result_type])


@irdl_op_definition
class JoinOp(IRDLOperation):
    """The texts of a list as one, once the whole list is there.

    ```mlir
    exec.frame @line(%words: !llm.list<!llm.text>) -> !llm.text {
      %line = exec.join %words with ", "
      exec.return %line : !llm.text
    }
    ```
    """

    name = "exec.join"

    items = operand_def(TEXTS)
    separator = prop_def(Utf8Attr)
    result = result_def(TextType)

    assembly_format = "$items `with` $separator attr-dict"

    def __init__(self, items: SSAValue, separator: str) -> None:
        super().__init__(
            operands=[items], properties={"separator": Utf8Attr(separator)}, result_types=[TEXT]
        )


@irdl_op_definition
class VoteOp(IRDLOperation):
    """The answer given most often, once the whole list is there.

    The rule is that of `ensemble.vote`; an empty list is `EmptyVoteError`.

    ```mlir
    exec.frame @elect(%answers: !llm.list<!llm.text>) -> !llm.text {
      %winner = exec.vote %answers : !llm.list<!llm.text>
      exec.return %winner : !llm.text
    }
    ```
    """

    name = "exec.vote"

    answers = operand_def(TEXTS)
    result = result_def(TextType)

    assembly_format = "$answers `:` type($answers) attr-dict"

    def __init__(self, answers: SSAValue) -> None:
        super().__init__(operands=[answers], result_types=[TEXT])
