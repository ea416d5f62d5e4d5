"""The `llm` dialect: what is asked of a language model.

It says which model gets which prompt with which parameters. It does not say when a
call is made, in what order, or on which connection: any schedule that gives every
sampled call its own draw is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from xdsl.dialects.builtin import (
    I64,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
    SymbolRefAttr,
    UnitAttr,
)
from xdsl.ir import Dialect, SSAValue
from xdsl.irdl import (
    AnyAttr,
    IRDLOperation,
    ParamAttrConstraint,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import Pure, SymbolOpInterface
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    PRICES,
    SAMPLING,
    Number,
    Site,
    integer,
    request_properties,
    verify_draw,
    verify_sampling,
    verify_template,
)
from ember_mlir.dialects.values import (
    TEXT,
    TEXTS,
    DecimalAttr,
    DrawAttr,
    DrawsFromTape,
    LabelAttr,
    ListType,
    RefersTo,
    SourceAttr,
    TextType,
    Utf8Attr,
)


@irdl_op_definition
class ModelOp(IRDLOperation):
    """A model that calls of this module may use, with all that planning must know.

    The symbol is the model's name unless `named` gives another. Prices are dollars per
    million tokens; without them the cost of a call is unknown, not zero. Nothing is
    promised about the model's answers.

    ```mlir
    llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
    llm.model @fast named "vendor/fast" from "vendor" concurrency 8 supports_n
    ```
    """

    name = "llm.model"

    sym_name = prop_def(SymbolNameConstraint())
    model = opt_prop_def(Utf8Attr)
    provider = prop_def(Utf8Attr)
    input_usd_per_million = opt_prop_def(DecimalAttr)
    output_usd_per_million = opt_prop_def(DecimalAttr)
    concurrency = opt_prop_def(IntegerAttr[I64])
    supports_n = opt_prop_def(UnitAttr)

    traits = traits_def(SymbolOpInterface())
    custom_directives = (Number,)
    assembly_format = (
        "$sym_name (`named` $model^)? `from` $provider "
        + PRICES
        + " (`concurrency` $concurrency^)? (`supports_n` $supports_n^)? attr-dict"
    )

    def __init__(
        self,
        symbol: str,
        provider: str,
        *,
        model: str | None = None,
        prices: tuple[Decimal, Decimal] | None = None,
        concurrency: int | None = None,
        supports_n: bool = False,
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "model": None if model is None or model == symbol else Utf8Attr(model),
                "provider": Utf8Attr(provider),
                "input_usd_per_million": DecimalAttr(prices[0]) if prices else None,
                "output_usd_per_million": DecimalAttr(prices[1]) if prices else None,
                "concurrency": None if concurrency is None else integer(concurrency),
                "supports_n": UnitAttr() if supports_n else None,
            }
        )

    @property
    def model_name(self) -> str:
        """The name that the provider knows the model by."""
        return self.sym_name.data if self.model is None else self.model.data

    def verify_(self) -> None:
        if (self.input_usd_per_million is None) != (self.output_usd_per_million is None):
            raise VerifyException("a model must have both prices or neither, but got one")
        for price in (self.input_usd_per_million, self.output_usd_per_million):
            if price is not None and price.data < 0:
                raise VerifyException(f"a price must not be negative, but got {price.data:f}")
        if self.concurrency is not None and self.concurrency.value.data < 1:
            raise VerifyException(
                f"concurrency must be at least 1, but got {self.concurrency.value.data}"
            )


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """A text that is known.

    ```mlir
    %question = llm.constant "Où est la gare ?"
    ```
    """

    name = "llm.constant"

    value = prop_def(Utf8Attr)
    result = result_def(TextType)

    traits = traits_def(Pure())
    assembly_format = "$value attr-dict"

    def __init__(self, value: str) -> None:
        super().__init__(properties={"value": Utf8Attr(value)}, result_types=[TEXT])


@irdl_op_definition
class TemplateOp(IRDLOperation):
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

    traits = traits_def(Pure())
    assembly_format = "$template (`(` $holes^ `)`)? attr-dict"

    def __init__(self, template: str, holes: Sequence[SSAValue]) -> None:
        super().__init__(
            operands=[holes],
            properties={"template": Utf8Attr(template)},
            result_types=[TEXT],
        )

    def verify_(self) -> None:
        verify_template(self.template.data, len(self.holes))


@irdl_op_definition
class GenerateOp(IRDLOperation):
    """One answer of a model to a prompt.

    The answer is a function of the request and of its draw. With `temperature 0` the
    call is greedy: it draws nothing, and equal requests are one value. Without a
    temperature the provider's default holds, so the call is sampled. A sampled call
    without a draw is fresh: no two are ever one. Calls may be made in any order, and
    not at all if nobody uses the answer; no answer is promised to be right.

    ```mlir
    llm.model @small from "simulated"
    func.func @ask(%prompt: !llm.text) -> !llm.text {
      %answer = llm.generate @small(%prompt) temperature 0.7 max_tokens 16 draw <0>
      func.return %answer : !llm.text
    }
    ```
    """

    name = "llm.generate"

    model = prop_def(SymbolRefAttr)
    prompt = operand_def(TextType)
    temperature = opt_prop_def(DecimalAttr)
    max_tokens = opt_prop_def(IntegerAttr[I64])
    draw = opt_prop_def(DrawAttr)
    result = result_def(TextType)

    traits = traits_def(DrawsFromTape(), RefersTo("model", "llm.model"))
    custom_directives = (Number, Site)
    assembly_format = f"$model `(` $prompt `)` {SAMPLING} custom<Site>($draw) attr-dict"

    def __init__(
        self,
        model: str,
        prompt: SSAValue,
        *,
        temperature: Decimal | None = None,
        max_tokens: int | None = None,
        draw: DrawAttr | None = None,
    ) -> None:
        super().__init__(
            operands=[prompt],
            properties={
                "model": SymbolRefAttr(model),
                **request_properties(temperature=temperature, max_tokens=max_tokens, draw=draw),
            },
            result_types=[TEXT],
        )

    def verify_(self) -> None:
        verify_sampling(self)
        verify_draw(self)


@irdl_op_definition
class ListOp(IRDLOperation):
    """A list of values in the order written.

    ```mlir
    %yes = llm.constant "yes"
    %answers = llm.list(%yes, %yes) : !llm.list<!llm.text>
    ```
    """

    name = "llm.list"

    T: ClassVar = VarConstraint("T", AnyAttr())
    items = var_operand_def(T)
    result = result_def(ParamAttrConstraint.get(ListType, T))

    traits = traits_def(Pure())
    assembly_format = "`(` $items `)` `:` type($result) attr-dict"

    def __init__(self, items: Sequence[SSAValue], result_type: ListType) -> None:
        super().__init__(operands=[items], result_types=[result_type])


@irdl_op_definition
class JoinOp(IRDLOperation):
    """The texts of a list as one, with a separator between them.

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

    traits = traits_def(Pure())
    assembly_format = "$items `with` $separator attr-dict"

    def __init__(self, items: SSAValue, separator: str) -> None:
        super().__init__(
            operands=[items],
            properties={"separator": Utf8Attr(separator)},
            result_types=[TEXT],
        )


LLM = Dialect(
    "llm",
    [ModelOp, ConstantOp, TemplateOp, GenerateOp, ListOp, JoinOp],
    [TextType, ListType, Utf8Attr, DecimalAttr, DrawAttr, LabelAttr, SourceAttr],
)
