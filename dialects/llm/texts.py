"""Texts: known ones, templates, joins, and what is read out of them."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import NoMemoryEffect, Pure
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import As, verify_template
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import (
    TEXT,
    TEXTS,
    Canonicalizes,
    GrammarAttr,
    LabelAttr,
    TextType,
    Utf8Attr,
    type_of_shape,
)
from ember_mlir.grammars import Grammar


@op_definition
class ConstantOp(DialectOperation):
    """A text that is known, and how sensitive it is: public unless a label says more.

    ```mlir
    %greeting = llm.constant "Où est la gare ?"
    %secret = llm.constant "ada@example.com" label "pii"
    ```
    """

    name = "llm.constant"

    value = prop_def(Utf8Attr)
    label = opt_prop_def(LabelAttr)
    result = result_def(TextType)

    traits = traits_def(Pure())
    assembly_format = "$value (`label` $label^)? attr-dict"

    def __init__(self, value: str, label: str | None = None) -> None:
        super().__init__(
            properties={
                "value": Utf8Attr(value),
                "label": None if label is None else LabelAttr(label),
            },
            result_types=[TEXT],
        )


@op_definition
class TemplateOp(DialectOperation):
    """A text with its holes filled.

    `{0}` is the first operand; `{{` and `}}` are braces. Every operand is used and
    every hole has an operand. Operands are data: braces in them stay as they are.

    ```mlir
    %name = llm.constant "Ada"
    %hello = llm.template "Hello {0}, {{friend}}!"(%name)
    ```
    """

    name = "llm.template"

    template = prop_def(Utf8Attr)
    holes = var_operand_def(TextType)
    result = result_def(TextType)

    traits = traits_def(Pure(), Canonicalizes())
    assembly_format = "$template (`(` $holes^ `)`)? attr-dict"

    def __init__(self, template: str, holes: Sequence[SSAValue]) -> None:
        super().__init__(
            operands=[holes],
            properties={"template": Utf8Attr(template)},
            result_types=[TEXT],
        )

    def verify_(self) -> None:
        verify_template(self.template.data, len(self.holes))


@op_definition
class JoinOp(DialectOperation):
    """The texts of a list as one, with a separator between them; of no text, the empty one.

    ```mlir
    %word = llm.constant "word"
    %words = llm.list(%word, %word) : !llm.list<!llm.text>
    %line = llm.join %words with ", "
    ```
    """

    name = "llm.join"

    items = operand_def(TEXTS)
    separator = prop_def(Utf8Attr)
    result = result_def(TextType)

    traits = traits_def(Pure(), Canonicalizes())
    assembly_format = "$items `with` $separator attr-dict"

    def __init__(self, items: SSAValue, separator: str) -> None:
        super().__init__(
            operands=[items],
            properties={"separator": Utf8Attr(separator)},
            result_types=[TEXT],
        )


@op_definition
class QuoteOp(DialectOperation):
    r"""The texts of a list as numbered lines, for a prompt that is about all of them.

    Line k is `k. "…"`, with the text as a JSON string in which quotes, line breaks and all
    else that cannot be seen are escaped. So no text can end its line, begin another or
    look like one, whatever it holds. Of no text it is the empty text.

    ```mlir
    func.func @ask(%reviews: !llm.list<!llm.text>) -> !llm.text {
      %quoted = llm.quote %reviews
      %prompt = llm.template "Which of these reviews is the kindest?\n{0}"(%quoted)
      func.return %prompt : !llm.text
    }
    ```
    """

    name = "llm.quote"

    items = operand_def(TEXTS)
    result = result_def(TextType)

    traits = traits_def(Pure())
    assembly_format = "$items attr-dict"

    def __init__(self, items: SSAValue) -> None:
        super().__init__(operands=[items], result_types=[TEXT])


@op_definition
class ParseOp(DialectOperation):
    """The value that a text spells, by a grammar.

    A grammar is spelled as a JSON schema, a regular expression with named groups, or in
    Lark; all of them mean a Lark grammar. The type follows from it: an object of a schema
    is a record, as are the named groups of an expression, and what may be null is an object,
    which holds None or the value. A text that does not fit is the error `ParseError`. The text
    is data: nothing in it is read as a grammar or template.

    ```mlir
    func.func @age(%answer: !llm.text) -> !llm.text {
      %age = llm.parse %answer as json_schema "{\\"type\\": \\"integer\\"}" : i64
      %read = llm.parse %answer as regex "(?P<name>[a-z]+)!" : !llm.record<"name": !llm.text>
      %name = llm.field "name" of %read : !llm.record<"name": !llm.text>
      func.return %name : !llm.text
    }
    ```
    """

    name = "llm.parse"

    text = operand_def(TextType)
    grammar = prop_def(GrammarAttr)
    result = result_def()

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), Canonicalizes())
    custom_directives = (As,)
    assembly_format = "$text `as` custom<As>($grammar) `:` type($result) attr-dict"

    def __init__(self, text: SSAValue, grammar: Grammar) -> None:
        super().__init__(
            operands=[text],
            properties={"grammar": GrammarAttr(grammar)},
            result_types=[type_of_shape(grammar.shape)],
        )

    def verify_(self) -> None:
        expected: Attribute = type_of_shape(self.grammar.data.shape)
        if self.result.type != expected:
            raise VerifyException(
                f"the result must be of the grammar's type, {expected}, but got {self.result.type}"
            )
