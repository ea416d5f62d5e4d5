"""Calls of models: answers, embeddings and scores."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xdsl.dialects.builtin import ArrayAttr, SymbolRefAttr, f64
from xdsl.ir import SSAValue
from xdsl.irdl import (
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    ANSWER,
    SAMPLING,
    AnswerFields,
    As,
    EmbeddingUnless,
    Number,
    OneOrMore,
    Prompt,
    Quoted,
    Sampling,
    ScoresUnless,
    Site,
    Stop,
    TextUnless,
    verify_draw,
    verify_sampling,
)
from ember_mlir.dialects.formats.answers import own_indices, verify_embedding, verify_scores
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.values import (
    EMBEDDING,
    MESSAGES,
    TEXT,
    TEXT_OR_MESSAGES,
    TEXTS,
    AsksModel,
    DrawAttr,
    DrawsFromTape,
    ListType,
    RefersTo,
    TextType,
)


@op_definition
class GenerateOp(AnswerFields):
    """One answer of a model to a prompt, which is a text or a conversation.

    The answer is a function of the request and of its draw. With `temperature 0` the
    call is greedy: it draws nothing, and equal requests are one value. Without a
    temperature the provider's default holds, so the call is sampled. A sampled call
    without a draw is fresh: no two are ever one. Calls may be made in any order, and
    not at all if nobody uses the answer; no answer is promised to be right. An answer ends
    before the first text of `stop`; one that the provider reports as cut off or refused is
    the error `ProviderError`.

    An answer that must look like something (`as`) is checked: one that does not is asked
    for again, attempt k with k appended to its draw, at most `retries` times, and then is
    the error `ParseError`. With `tools` the result is a conversation of one turn, the
    model's, which may ask for calls of them.

    ```mlir
    llm.model @small from "simulated"
    llm.tool @time "Tells the time." takes "{\\"type\\": \\"object\\", \\"properties\\": {}}"
    func.func @ask(%prompt: !llm.text, %talk: !llm.messages) -> (!llm.text, !llm.text) {
      %answer = llm.generate @small(%prompt) temperature 0.7 max_tokens 16 draw <0>
      %number = llm.generate @small(%talk : !llm.messages) as regex "[0-9]+" retries 2 draw <1>
      %turn = llm.generate @small(%prompt) tools [@time] draw <2> -> !llm.messages
      func.return %answer, %number : !llm.text, !llm.text
    }
    ```
    """

    name = "llm.generate"

    model = prop_def(SymbolRefAttr)
    prompt = operand_def(TEXT_OR_MESSAGES)
    tools = opt_prop_def(ArrayAttr[SymbolRefAttr])
    draw = opt_prop_def(DrawAttr)
    result = result_def(TEXT_OR_MESSAGES)

    traits = traits_def(
        DrawsFromTape(), RefersTo("model", "llm.model"), RefersTo("tools", "llm.tool")
    )
    custom_directives = (As, Number, OneOrMore, Prompt, Quoted, Site, Stop, TextUnless)
    assembly_format = (
        f"$model custom<Prompt>($prompt, type($prompt)) {SAMPLING} {ANSWER} "
        "(`tools` custom<OneOrMore>($tools)^)? custom<Site>($draw) "
        "custom<TextUnless>(type($result)) attr-dict"
    )

    def __init__(
        self,
        model: str,
        prompt: SSAValue,
        *,
        temperature: Decimal | None = None,
        max_tokens: int | None = None,
        sampling: Sampling | None = None,
        tools: Sequence[str] = (),
        draw: DrawAttr | None = None,
    ) -> None:
        sampling = sampling or Sampling(temperature=temperature, max_tokens=max_tokens)
        used = ArrayAttr([symbol_ref(tool) for tool in tools]) if tools else None
        super().__init__(
            operands=[prompt],
            properties={
                "model": symbol_ref(model),
                **sampling.properties(),
                "tools": used,
                "draw": draw,
            },
            result_types=[MESSAGES if tools else TEXT],
        )

    def verify_(self) -> None:
        verify_sampling(self)
        verify_draw(self)
        if self.tools is not None and not self.tools.data:
            raise VerifyException("tools must name at least 1 tool, but got none")
        if self.tools is not None and self.grammar is not None:
            raise VerifyException(
                "a call must have tools or a grammar ('as'), not both: what asks for tools "
                "need not look like the grammar"
            )
        expected = TEXT if self.tools is None else MESSAGES
        if self.result.type != expected:
            kind = "without" if self.tools is None else "with"
            raise VerifyException(
                f"a call {kind} tools must have the result {expected}, but got {self.result.type}"
            )


@op_definition
class EmbedOp(DialectOperation):
    """The embedding of a text: a vector whose direction tells what the text is about.

    Nothing is drawn: equal requests are one value. The length of the vector is the
    model's own; vectors of different models must not be compared.

    Of a list it is a list: the embedding of each text, which may be asked for together, in
    as few requests as the model allows (`batch`). If one of them fails, all do. Of no text,
    no model is asked. The site of a list has one more index, which counts its texts.

    ```mlir
    llm.model @small from "simulated" batch 100
    func.func @embed(%text: !llm.text, %texts: !llm.list<!llm.text>)
        -> (tensor<?xf32>, !llm.list<tensor<?xf32>>) {
      %one = llm.embed @small(%text) site <0>
      %all = llm.embed @small(%texts : !llm.list<!llm.text>) site <1[*]>
          -> !llm.list<tensor<?xf32>>
      func.return %one, %all : tensor<?xf32>, !llm.list<tensor<?xf32>>
    }
    ```
    """

    name = "llm.embed"

    model = prop_def(SymbolRefAttr)
    text = operand_def(TextType | ListType)
    draw = opt_prop_def(DrawAttr)
    result = result_def()

    traits = traits_def(AsksModel(), RefersTo("model", "llm.model"))
    custom_directives = (EmbeddingUnless, Prompt, Site)
    assembly_format = (
        "$model custom<Prompt>($text, type($text)) custom<Site>($draw) "
        "custom<EmbeddingUnless>(type($result)) attr-dict"
    )

    def __init__(self, model: str, text: SSAValue, draw: DrawAttr | None = None) -> None:
        super().__init__(
            operands=[text],
            properties={"model": symbol_ref(model), "draw": draw},
            result_types=[EMBEDDING if text.type == TEXT else ListType(EMBEDDING)],
        )

    def verify_(self) -> None:
        verify_embedding(self)
        verify_draw(self, own=own_indices(self))


@op_definition
class ScoreOp(DialectOperation):
    """How well each of some labels fits a text: a number from 0 to 1 for each, in order.

    Nothing is drawn: equal requests are one value. Of no label, no model is asked. That the
    scores add up to 1 is not promised. Of a list of texts it is a list, of the scores of
    each text; all that `llm.embed` says of lists holds.

    ```mlir
    llm.model @small from "simulated" batch 100
    func.func @score(%text: !llm.text, %texts: !llm.list<!llm.text>, %labels: !llm.list<!llm.text>)
        -> (!llm.list<f64>, !llm.list<!llm.list<f64>>) {
      %one = llm.score @small(%text) among %labels site <0>
      %all = llm.score @small(%texts : !llm.list<!llm.text>) among %labels site <1[*]>
          -> !llm.list<!llm.list<f64>>
      func.return %one, %all : !llm.list<f64>, !llm.list<!llm.list<f64>>
    }
    ```
    """

    name = "llm.score"

    model = prop_def(SymbolRefAttr)
    text = operand_def(TextType | ListType)
    labels = operand_def(TEXTS)
    draw = opt_prop_def(DrawAttr)
    result = result_def()

    traits = traits_def(AsksModel(), RefersTo("model", "llm.model"))
    custom_directives = (Prompt, ScoresUnless, Site)
    assembly_format = (
        "$model custom<Prompt>($text, type($text)) `among` $labels custom<Site>($draw) "
        "custom<ScoresUnless>(type($result)) attr-dict"
    )

    def __init__(
        self, model: str, text: SSAValue, labels: SSAValue, draw: DrawAttr | None = None
    ) -> None:
        scores = ListType(f64)
        super().__init__(
            operands=[text, labels],
            properties={"model": symbol_ref(model), "draw": draw},
            result_types=[scores if text.type == TEXT else ListType(scores)],
        )

    def verify_(self) -> None:
        verify_scores(self)
        verify_draw(self, own=own_indices(self))
