"""Frames: what runs as one."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    StringAttr,
    SymbolNameConstraint,
)
from xdsl.dialects.utils import parse_func_op_like, print_func_op_like
from xdsl.ir import Region, SSAValue
from xdsl.irdl import (
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

from ember_mlir.dialects.exec.types import shown
from ember_mlir.dialects.operations import DialectOperation, op_definition


@op_definition
class FrameOp(DialectOperation):
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
                f"a frame must return {shown(self.function_type.outputs.data)}, "
                f"but got {shown(returned)}"
            )
        for op in self.body.block.ops:
            if op.regions:
                raise VerifyException(f"a frame must be flat, but '{op.name}' has a region")


@op_definition
class ReturnOp(DialectOperation):
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
