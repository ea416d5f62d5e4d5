"""One answer out of several: by majority, by a judge, by score."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from xdsl.dialects.builtin import I64, IntegerAttr, SymbolRefAttr, UnitAttr, f64, i64
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AnyAttr,
    ParamAttrConstraint,
    VarConstraint,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import NoMemoryEffect
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    SAMPLING,
    Number,
    Quoted,
    Sampling,
    SamplingFields,
    Site,
    Stop,
    verify_draw,
    verify_sampling,
)
from ember_mlir.dialects.formats.strategies import STOP, Stopping, Word, verify_vote
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.values import (
    TEXT,
    TEXTS,
    Canonicalizes,
    DecimalAttr,
    DrawAttr,
    DrawsFromTape,
    ListType,
    RefersTo,
    TextType,
    Utf8Attr,
    verify_comparable,
)


@op_definition
class VoteOp(DialectOperation):
    """The answer given most often.

    Answers are compared by their keys, which are a list of the same length. Without keys
    texts are compared without outer white space and without case, other values as they
    are; objects cannot be compared. A tie goes to the answer whose first giver stands
    earliest in the list, never to the first to arrive, and the result is that first giver's
    answer as it was given. A vote of fewer than `min_valid` answers, 1 if none is written,
    is the error `EmptyVoteError`; keys of another length are the error `ShapeError`.

    A `stop` says that answers need not be made that nobody else reads. `stop lossless` means
    what the vote over all means. `stop adaptive confidence 0.95` is a vote of its own: over
    the shortest row of answers from the first on whose leader is the likelier answer with
    that probability (`Boundary` has the rule), and over all if there is none. Either looks at
    answers in the order of the list, never of arrival. A row has at least `min_valid`
    answers. They are asked for as the vote needs them, or `at_once`, and those that it does not
    need are cancelled. Whether the missing ones would have failed, nobody knows; where a
    failure decides more than the end of the program, all are made.

    ```mlir
    func.func @elect(%answers: !llm.list<!llm.text>, %keys: !llm.list<i64>) -> !llm.text {
      %loudest = ensemble.vote %answers : !llm.list<!llm.text>
      %likely = ensemble.vote %answers stop adaptive confidence 0.95 : !llm.list<!llm.text>
      %winner = ensemble.vote %answers by %keys min_valid 3 : !llm.list<!llm.text>, !llm.list<i64>
      func.return %winner : !llm.text
    }
    ```
    """

    name = "ensemble.vote"

    T: ClassVar = VarConstraint("T", AnyAttr())
    answers = operand_def(ParamAttrConstraint.get(ListType, T))
    keys = opt_operand_def(ListType)
    min_valid = opt_prop_def(IntegerAttr[I64])
    stop = opt_prop_def(Utf8Attr)
    confidence = opt_prop_def(DecimalAttr)
    at_once = opt_prop_def(UnitAttr)
    result = result_def(T)

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), Canonicalizes())
    custom_directives = (Number, Word)
    assembly_format = (
        f"$answers (`by` $keys^)? (`min_valid` $min_valid^)? {STOP} `:` type($answers) "
        "(`,` type($keys)^)? attr-dict"
    )

    def __init__(
        self, answers: SSAValue, *, keys: SSAValue | None = None, rule: Stopping | None = None
    ) -> None:
        assert isinstance(answers.type, ListType)
        super().__init__(
            operands=[answers, keys],
            properties=(rule or Stopping()).properties(),
            result_types=[answers.type.element],
        )

    def verify_(self) -> None:
        verify_vote(self)
        verify_comparable((self.answers if self.keys is None else self.keys).type)


@op_definition
class JudgeOp(SamplingFields):
    """The answer that a model finds best.

    The request is the prompt, the answers under their numbers from 1, and the request to
    reply with the number of the best one. The first number in the reply decides; a reply
    without the number of an answer is the error `ParseError`. A judgement of no answer is
    the error `EmptyChoiceError`; of one, no model is asked. That the judgement is right or
    fair, whatever the order of the answers, is not promised.

    ```mlir
    llm.model @large from "simulated"
    func.func @pick(%prompt: !llm.text, %answers: !llm.list<!llm.text>) -> !llm.text {
      %best = ensemble.judge @large(%prompt) among %answers temperature 0 site <0>
      func.return %best : !llm.text
    }
    ```
    """

    name = "ensemble.judge"

    model = prop_def(SymbolRefAttr)
    prompt = operand_def(TextType)
    answers = operand_def(TEXTS)
    draw = opt_prop_def(DrawAttr)
    result = result_def(TextType)

    traits = traits_def(DrawsFromTape(), RefersTo("model", "llm.model"), Canonicalizes())
    custom_directives = (Number, Quoted, Site, Stop)
    assembly_format = (
        f"$model `(` $prompt `)` `among` $answers {SAMPLING} custom<Site>($draw) attr-dict"
    )

    def __init__(
        self,
        model: str,
        prompt: SSAValue,
        answers: SSAValue,
        *,
        temperature: Decimal | None = None,
        max_tokens: int | None = None,
        draw: DrawAttr | None = None,
    ) -> None:
        sampling = Sampling(temperature=temperature, max_tokens=max_tokens).properties()
        asked = {name: sampling[name] for name in ("temperature", "max_tokens")}
        super().__init__(
            operands=[prompt, answers],
            properties={"model": symbol_ref(model), **asked, "draw": draw},
            result_types=[TEXT],
        )

    def verify_(self) -> None:
        verify_sampling(self)
        verify_draw(self)


@op_definition
class BestOp(DialectOperation):
    """The answer with the highest score.

    Scores are a list of the same length; of equal ones the first counts, and what is not a
    number is below all numbers. Of no answer it is the error `EmptyChoiceError`; scores of
    another length are the error `ShapeError`.

    ```mlir
    func.func @pick(%answers: !llm.list<!llm.text>, %scores: !llm.list<f64>) -> !llm.text {
      %best = ensemble.best %answers by %scores : !llm.list<!llm.text>, !llm.list<f64>
      func.return %best : !llm.text
    }
    ```
    """

    name = "ensemble.best"

    T: ClassVar = VarConstraint("T", AnyAttr())
    answers = operand_def(ParamAttrConstraint.get(ListType, T))
    scores = operand_def(ListType)
    result = result_def(T)

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), Canonicalizes())
    assembly_format = "$answers `by` $scores `:` type($answers) `,` type($scores) attr-dict"

    def __init__(self, answers: SSAValue, scores: SSAValue) -> None:
        assert isinstance(answers.type, ListType)
        super().__init__(operands=[answers, scores], result_types=[answers.type.element])

    def verify_(self) -> None:
        if self.scores.type not in (ListType(i64), ListType(f64)):
            raise VerifyException(
                f"scores must be a list of i64 or f64, but got {self.scores.type}"
            )
