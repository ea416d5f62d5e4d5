"""Python functions that a program applies."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import StringAttr, SymbolRefAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.irdl.declarative_assembly_format import (
    AttributeVariable,
    CustomDirective,
    ParsingState,
    PrintingState,
    irdl_custom_directive,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import EffectInstance, MemoryEffect, MemoryEffectKind
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats.strategies import EFFECTS
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref


@irdl_custom_directive
class Effect(CustomDirective):
    """One of `EFFECTS`, as a bare word."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        self.value.set(state, StringAttr(parser.parse_keyword_in(EFFECTS)))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        effect = self.value.get(op)
        if isinstance(effect, StringAttr):
            state.print_whitespace(printer)
            printer.print_string(effect.data)


class EffectOfFunction(MemoryEffect):
    """The effect that the operation declares: only a pure function has none."""

    @classmethod
    def get_effects(cls, op: Operation) -> set[EffectInstance]:
        pure = op.properties.get("effect") == StringAttr("pure")
        return set() if pure else {EffectInstance(MemoryEffectKind.WRITE)}


@op_definition
class ApplyOp(DialectOperation):
    """The result of a Python function, which the program is given by name when it runs.

    A `pure` function depends on its arguments alone: it may be left out, repeated, merged
    with an equal one and called at any time. An `idempotent` one may be called again with
    the same arguments. An `effectful` one is called at most once, in program order with
    the other effectful ones, and only when all before it that can fail has succeeded. A
    function that is unknown or raises is the error `FunctionError`.

    ```mlir
    func.func @shout(%word: !llm.text) -> !llm.text {
      %loud = llm.apply pure @upper(%word) : (!llm.text) -> !llm.text
      func.return %loud : !llm.text
    }
    ```
    """

    name = "llm.apply"

    effect = prop_def(StringAttr)
    function = prop_def(SymbolRefAttr)
    arguments = var_operand_def()
    result = result_def()

    traits = traits_def(EffectOfFunction())
    custom_directives = (Effect,)
    assembly_format = (
        "custom<Effect>($effect) $function `(` $arguments `)` `:` "
        "functional-type($arguments, $result) attr-dict"
    )

    def __init__(
        self, effect: str, function: str, arguments: Sequence[SSAValue], result_type: Attribute
    ) -> None:
        super().__init__(
            operands=[arguments],
            properties={"effect": StringAttr(effect), "function": symbol_ref(function)},
            result_types=[result_type],
        )

    def verify_(self) -> None:
        if self.effect.data not in EFFECTS:
            raise VerifyException(
                f"the effect of a function must be one of {', '.join(EFFECTS)}, "
                f"but got '{self.effect.data}'"
            )
