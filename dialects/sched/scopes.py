"""What belongs together: ends together, is paid from one budget, or is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.irdl import (
    operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.traits import (
    EffectInstance,
    MemoryEffect,
    MemoryEffectKind,
    Pure,
    RecursiveMemoryEffect,
)

from ember_mlir.dialects.formats import Number
from ember_mlir.dialects.formats.strategies import (
    AUDIENCES,
    LIMITS,
    Limits,
    Word,
    verify_amounts,
    verify_word,
)
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.sched.regions import verify_region
from ember_mlir.dialects.sched.types import (
    DONE,
    YES_OR_NO,
    FutureType,
    ScopeType,
    StreamType,
)
from ember_mlir.dialects.values import DecimalAttr, Utf8Attr


@op_definition
class ScopeOp(DialectOperation):
    """Tasks that are cancelled together, with what they may spend and how long they may take.

    When a task in here fails, the deadline passes, or `sched.cancel` names the handle,
    nothing new starts in the scope and what is under way in it is cancelled. A call that
    might cost more than is left of the `budget` is not sent, and is an error; so is a
    deadline that passes. The budget of a scope is part of that of the scope around it.
    Results leave one by one, as they are ready.

    ```mlir
    func.func @bounded(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %scope, %answer = sched.scope budget 1.50 usd deadline 30 seconds
          -> !sched.future<!llm.text> do {
        sched.yield %a : !sched.future<!llm.text>
      }
      func.return %answer : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.scope"

    budget = opt_prop_def(DecimalAttr)
    deadline = opt_prop_def(DecimalAttr)
    body = region_def("single_block")
    handle = result_def(ScopeType())
    values = var_result_def(FutureType | StreamType)

    traits = traits_def(RecursiveMemoryEffect())
    custom_directives = (Number,)
    assembly_format = f"{LIMITS} (`->` type($values)^)? attr-dict-with-keyword `do` $body"

    def __init__(
        self, body: Region, result_types: Sequence[Attribute], limits: Limits | None = None
    ) -> None:
        super().__init__(
            properties=(limits or Limits()).properties(),
            regions=[body],
            result_types=[ScopeType(), result_types],
        )

    def verify_(self) -> None:
        verify_amounts(self, "budget", "deadline")
        verify_region(self.body, self.values.types)


class EndsTasks(MemoryEffect):
    """The operation ends work that is under way: it may not be left out or repeated."""

    @classmethod
    def get_effects(cls, op: Operation) -> set[EffectInstance]:
        return {EffectInstance(MemoryEffectKind.WRITE)}


@op_definition
class CancelOp(DialectOperation):
    """The end of a scope that is no longer needed, as soon as the condition says so.

    Where it says no, or the scope is over, nothing happens. What is under way is asked to
    end and may be billed in full; nothing new starts. A result of the scope that is not
    there by then never will be: whatever reads it fails.

    ```mlir
    func.func @drop(%a: !sched.future<!llm.text>, %enough: !sched.future<i1>) {
      %guess, %text = sched.scope -> !sched.future<!llm.text> do {
        sched.yield %a : !sched.future<!llm.text>
      }
      sched.cancel %guess when %enough
      func.return
    }
    ```
    """

    name = "sched.cancel"

    scope = operand_def(ScopeType())
    condition = operand_def(YES_OR_NO)

    traits = traits_def(EndsTasks())
    assembly_format = "$scope `when` $condition attr-dict"

    def __init__(self, scope: SSAValue, condition: SSAValue) -> None:
        super().__init__(operands=[scope, condition])


@op_definition
class DoneOp(DialectOperation):
    """A future that is ready once others are, lists with all their pieces; of none, at once.

    It carries no value, only order: a task that reads it starts after all of them have
    succeeded.

    ```mlir
    func.func @both(%a: !sched.future<!llm.text>, %b: !sched.list<!llm.text>)
        -> !sched.future<none> {
      %over = sched.done(%a, %b : !sched.future<!llm.text>, !sched.list<!llm.text>)
      func.return %over : !sched.future<none>
    }
    ```
    """

    name = "sched.done"

    values = var_operand_def(FutureType | StreamType)
    result = result_def(DONE)

    traits = traits_def(Pure())
    assembly_format = "(`(` $values^ `:` type($values) `)`)? attr-dict"

    def __init__(self, values: Sequence[SSAValue]) -> None:
        super().__init__(operands=[values], result_types=[DONE])


@op_definition
class CachedOp(DialectOperation):
    """The result of a region, or the same result from an earlier run that had the same key.

    The key is made of the region, of the values that it reads and, where it draws, of its
    draws; it differs between those who may not share: `user`, `tenant` or all who use the
    store (`shared`, which is for what is public only). A result is kept for that many
    seconds; errors and truncated answers are never kept. That a result is found again is
    not promised.

    ```mlir
    func.func @remember(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %answer = sched.cached per user for 3600 seconds -> !sched.future<!llm.text> do {
        sched.yield %a : !sched.future<!llm.text>
      }
      func.return %answer : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.cached"

    audience = prop_def(Utf8Attr)
    seconds = prop_def(DecimalAttr)
    body = region_def("single_block")
    result = result_def(FutureType | StreamType)

    traits = traits_def(RecursiveMemoryEffect())
    custom_directives = (Number, Word)
    assembly_format = (
        "`per` custom<Word>($audience) `for` custom<Number>($seconds) `seconds` "
        "`->` type($result) attr-dict-with-keyword `do` $body"
    )

    def __init__(
        self, audience: str, seconds: Decimal, body: Region, result_type: Attribute
    ) -> None:
        super().__init__(
            properties={"audience": Utf8Attr(audience), "seconds": DecimalAttr(seconds)},
            regions=[body],
            result_types=[result_type],
        )

    def verify_(self) -> None:
        verify_word(self, "audience", AUDIENCES)
        verify_amounts(self, "seconds")
        verify_region(self.body, (self.result.type,))
