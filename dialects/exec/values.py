"""Instructions on values of all kinds: they compute, parse, insist and let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from xdsl.dialects.builtin import DictionaryAttr, StringAttr, i1
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    AnyAttr,
    VarConstraint,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    var_operand_def,
    var_result_def,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.exec.computing import COMPUTATIONS
from ember_mlir.dialects.exec.types import shown
from ember_mlir.dialects.formats import As, Source
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import (
    GrammarAttr,
    SourceAttr,
    TextType,
    type_of_shape,
)
from ember_mlir.errors import SourceLocation
from ember_mlir.grammars import Grammar


@op_definition
class ComputeOp(DialectOperation):
    """The result of one of a closed set of computations on values.

    It has the name, the parameters and the meaning of the operation that it comes from.
    Of a list it reads what it needs: a length does not wait for the elements.

    ```mlir
    exec.frame @first(%words: !llm.list<!llm.text>, %seen: i64) -> (!llm.text, i1) {
      %zero = exec.constant 0 : i64
      %word = exec.compute "llm.get"(%words, %zero) : (!llm.list<!llm.text>, i64) -> !llm.text
      %none = exec.compute "arith.cmpi"(%seen, %zero) where {predicate = 0 : i64} : (i64, i64) -> i1
      exec.return %word, %none : !llm.text, i1
    }
    ```
    """

    name = "exec.compute"

    operation = prop_def(StringAttr)
    values = var_operand_def()
    parameters = opt_prop_def(DictionaryAttr)
    outcomes = var_result_def()

    assembly_format = (
        "$operation `(` $values `)` (`where` $parameters^)? `:` "
        "functional-type($values, $outcomes) attr-dict"
    )

    def __init__(
        self,
        operation: str,
        values: Sequence[SSAValue],
        result_types: Sequence[Attribute],
        parameters: Mapping[str, Attribute] | None = None,
    ) -> None:
        super().__init__(
            operands=[values],
            properties={
                "operation": StringAttr(operation),
                "parameters": DictionaryAttr(dict(parameters)) if parameters else None,
            },
            result_types=[result_types],
        )

    @classmethod
    def like(cls, op: Operation) -> ComputeOp:
        """The instruction that computes what `op` does; its name must be in the set."""
        kept = COMPUTATIONS[op.name].parameters
        found = {name: op.properties[name] for name in kept if name in op.properties}
        return cls(op.name, op.operands, [result.type for result in op.results], found)

    def verify_(self) -> None:
        name = self.operation.data
        computation = COMPUTATIONS.get(name)
        if computation is None:
            raise VerifyException(
                f"a computation must be one of {', '.join(COMPUTATIONS)}, but got '{name}'"
            )
        given: Mapping[str, Attribute] = {}
        if self.parameters is not None:
            given = self.parameters.data
        if set(given) != set(computation.parameters):
            raise VerifyException(
                f"'{name}' must have the parameters ({', '.join(computation.parameters)}), "
                f"but got ({', '.join(given)})"
            )
        expected = computation.rule(self.values.types, given, self.outcomes.types)
        if expected is None:
            raise VerifyException(
                f"'{name}' must have operands that it can compute with, "
                f"but got {shown(self.values.types)} -> {shown(self.outcomes.types)}"
            )
        if tuple(expected) != self.outcomes.types:
            raise VerifyException(
                f"'{name}' of {shown(self.values.types)} must give {shown(expected)}, "
                f"but got {shown(self.outcomes.types)}"
            )


@op_definition
class ParseOp(DialectOperation):
    """The value that a text spells, by a grammar; a text that does not fit is `ParseError`.

    ```mlir
    exec.frame @age(%answer: !llm.text) -> !llm.text {
      %age = exec.parse %answer as regex "[0-9]+" at "app.py":12:5 : !llm.text
      exec.return %age : !llm.text
    }
    ```
    """

    name = "exec.parse"

    text = operand_def(TextType)
    grammar = prop_def(GrammarAttr)
    source = prop_def(SourceAttr)
    result = result_def()

    custom_directives = (As, Source)
    assembly_format = (
        "$text `as` custom<As>($grammar) custom<Source>($source) `:` type($result) attr-dict"
    )

    def __init__(self, text: SSAValue, grammar: Grammar, source: SourceLocation) -> None:
        super().__init__(
            operands=[text],
            properties={"grammar": GrammarAttr(grammar), "source": SourceAttr(source)},
            result_types=[type_of_shape(grammar.shape)],
        )

    def verify_(self) -> None:
        expected: Attribute = type_of_shape(self.grammar.data.shape)
        if self.result.type != expected:
            raise VerifyException(
                f"the result must be of the grammar's type, {expected}, but got {self.result.type}"
            )


@op_definition
class AcceptOp(DialectOperation):
    """A value, if it is accepted; else the error `NotAcceptedError`.

    ```mlir
    exec.frame @check(%draft: !llm.text, %good: i1) -> !llm.text {
      %checked = exec.accept %draft if %good at "app.py":12:5 : !llm.text
      exec.return %checked : !llm.text
    }
    ```
    """

    name = "exec.accept"

    T: ClassVar = VarConstraint("T", AnyAttr())
    value = operand_def(T)
    condition = operand_def(i1)
    source = prop_def(SourceAttr)
    result = result_def(T)

    custom_directives = (Source,)
    assembly_format = "$value `if` $condition custom<Source>($source) `:` type($value) attr-dict"

    def __init__(self, value: SSAValue, condition: SSAValue, source: SourceLocation) -> None:
        super().__init__(
            operands=[value, condition],
            properties={"source": SourceAttr(source)},
            result_types=[value.type],
        )


@op_definition
class ReleaseOp(DialectOperation):
    """Values that are let go of once all other instructions that read them have fired.

    Nothing behind it in the text reads them. It changes no result: it says where memory
    may be given back.

    ```mlir
    exec.frame @line(%words: !llm.list<!llm.text>) -> !llm.text {
      %line = exec.join %words with ", "
      exec.release %words : !llm.list<!llm.text>
      exec.return %line : !llm.text
    }
    ```
    """

    name = "exec.release"

    values = var_operand_def()

    assembly_format = "$values `:` type($values) attr-dict"

    def __init__(self, values: Sequence[SSAValue]) -> None:
        super().__init__(operands=[values])

    def verify_(self) -> None:
        if not self.values:
            raise VerifyException("a release must name at least 1 value, but got none")
