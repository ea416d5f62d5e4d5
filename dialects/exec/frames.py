"""Lanes and frames: where requests go, and what runs as one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
)
from xdsl.dialects.utils import parse_func_op_like, print_func_op_like
from xdsl.ir import Attribute, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    lazy_traits_def,
    opt_prop_def,
    prop_def,
    region_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import (
    HasParent,
    IsolatedFromAbove,
    IsTerminator,
    SymbolOpInterface,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    PRICES,
    Number,
    integer,
)
from ember_mlir.dialects.values import (
    DecimalAttr,
    Utf8Attr,
)


@irdl_op_definition
class LaneOp(IRDLOperation):
    """All that the engine needs to know of where requests go: provider, prices, limits.

    At most `concurrency` requests of a lane are in flight at once.

    ```mlir
    exec.lane @small_lane model "small" from "simulated" concurrency 64
        usd_per_million 0.15 in 0.60 out
    ```
    """

    name = "exec.lane"

    sym_name = prop_def(SymbolNameConstraint())
    model = prop_def(Utf8Attr)
    provider = prop_def(Utf8Attr)
    concurrency = prop_def(IntegerAttr[I64])
    input_usd_per_million = opt_prop_def(DecimalAttr)
    output_usd_per_million = opt_prop_def(DecimalAttr)

    traits = traits_def(SymbolOpInterface())
    custom_directives = (Number,)
    assembly_format = (
        "$sym_name `model` $model `from` $provider `concurrency` $concurrency "
        + PRICES
        + " attr-dict"
    )

    def __init__(
        self,
        symbol: str,
        model: str,
        provider: str,
        concurrency: int,
        prices: tuple[Decimal, Decimal] | None = None,
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "model": Utf8Attr(model),
                "provider": Utf8Attr(provider),
                "concurrency": integer(concurrency),
                "input_usd_per_million": DecimalAttr(prices[0]) if prices else None,
                "output_usd_per_million": DecimalAttr(prices[1]) if prices else None,
            }
        )

    def verify_(self) -> None:
        if self.concurrency.value.data < 1:
            raise VerifyException(
                f"concurrency must be at least 1, but got {self.concurrency.value.data}"
            )
        if (self.input_usd_per_million is None) != (self.output_usd_per_million is None):
            raise VerifyException("a lane must have both prices or neither, but got one")
        for price in (self.input_usd_per_million, self.output_usd_per_million):
            if price is not None and price.data < 0:
                raise VerifyException(f"a price must not be negative, but got {price.data:f}")


@irdl_op_definition
class FrameOp(IRDLOperation):
    """A flat block of instructions, each of which fires when its inputs are ready.

    Nothing orders instructions but their inputs, and no result waits for another. A
    frame that no instruction names can be run from outside; its arguments are known by
    their attribute `ember.name`.

    ```mlir
    exec.frame @greet(%name: !llm.text {ember.name = #llm.utf8"name"}) -> !llm.text {
      %hello = exec.format "Hello {0}!"(%name)
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.frame"

    sym_name = prop_def(SymbolNameConstraint())
    function_type = prop_def(FunctionType)
    arg_attrs = opt_prop_def(ArrayAttr[DictionaryAttr])
    body = region_def("single_block")

    traits = traits_def(SymbolOpInterface(), IsolatedFromAbove())

    def __init__(
        self,
        symbol: str,
        function_type: FunctionType,
        body: Region,
        arg_attrs: ArrayAttr[DictionaryAttr] | None = None,
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "function_type": function_type,
                "arg_attrs": arg_attrs,
            },
            regions=[body],
        )

    def print(self, printer: Printer) -> None:
        print_func_op_like(
            printer,
            self.sym_name,
            self.function_type,
            self.body,
            self.attributes,
            arg_attrs=self.arg_attrs,
            reserved_attr_names=(),
        )

    @classmethod
    def parse(cls, parser: Parser) -> FrameOp:
        name, inputs, outputs, body, extra, arg_attrs, _ = parse_func_op_like(
            parser, reserved_attr_names=("sym_name", "function_type", "arg_attrs")
        )
        op = cls(name, FunctionType.from_lists(inputs, outputs), body, arg_attrs)
        if extra is not None:
            op.attributes.update(extra.data)
        return op

    def verify_(self) -> None:
        got = [argument.type for argument in self.body.block.args]
        if got != list(self.function_type.inputs):
            raise VerifyException("the block of a frame must take the arguments of its type")
        last = self.body.block.last_op
        if not isinstance(last, ReturnOp):
            raise VerifyException("a frame must end with 'exec.return', but it does not")
        returned = [value.type for value in last.values]
        if returned != list(self.function_type.outputs):
            raise VerifyException(
                f"a frame must return {_shown(self.function_type.outputs.data)}, "
                f"but got {_shown(returned)}"
            )
        for op in self.body.block.ops:
            if op.regions:
                raise VerifyException(f"a frame must be flat, but '{op.name}' has a region")


@irdl_op_definition
class ReturnOp(IRDLOperation):
    """The results of a frame; each leaves as soon as it is there.

    ```mlir
    exec.frame @same(%text: !llm.text) -> !llm.text {
      exec.return %text : !llm.text
    }
    ```
    """

    name = "exec.return"

    values = var_operand_def()

    traits = lazy_traits_def(lambda: (IsTerminator(), HasParent(FrameOp)))
    assembly_format = "($values^ `:` type($values))? attr-dict"

    def __init__(self, values: Sequence[SSAValue]) -> None:
        super().__init__(operands=[values])


def _shown(types: Sequence[Attribute]) -> str:
    return "(" + ", ".join(map(str, types)) + ")"
