"""Requests: what is sent to a provider, inside a task that says when and at what price."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import I64, ArrayAttr, IntegerAttr, SymbolRefAttr, f64
from xdsl.ir import SSAValue
from xdsl.irdl import (
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import HasParent

from ember_mlir.dialects.formats import (
    SAMPLING,
    As,
    Number,
    OneOrMore,
    Prompt,
    Quoted,
    Sampling,
    SamplingFields,
    Site,
    Stop,
    TextUnless,
    integer,
    verify_draw,
    verify_sampling,
)
from ember_mlir.dialects.formats.answers import (
    answer_type,
    own_indices,
    verify_embedding,
    verify_request,
    verify_scores,
)
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.sched.tasks import TaskOp
from ember_mlir.dialects.values import (
    EMBEDDING,
    TEXT,
    TEXTS,
    AsksModel,
    DrawAttr,
    DrawsFromTape,
    GrammarAttr,
    LabelAttr,
    ListType,
    MessagesType,
    RefersTo,
    TextType,
)


@op_definition
class RequestOp(SamplingFields):
    """One request to a provider: a prompt, and the model and parameters to ask with.

    It stands in a task, which says on which lane and at what price. The same request
    with the same draw is the same answer, however often it has to be sent.

    `times 5` asks for five answers in one request, and a list of prompts is sent as one
    batch; either gives a list, and its draw one more index. The draws of a known number of
    answers, or of runs of the fan-out around, may be listed, one for each. Where all of
    that is refused or fails, all answers fail together. An answer that does not look as
    written (`as`) is the error `ParseError`; with `tools` the answer is a turn, which may
    ask for calls.

    ```mlir
    llm.model @small from "simulated"
    sched.lane @small_lane for @small concurrency 64
    func.func @ask(%question: !sched.future<!llm.text>) -> !sched.list<!llm.text> {
      %answers = sched.task(%q = %question : !sched.future<!llm.text>) on @small_lane
          estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
        %a = sched.request @small(%q) times 5 temperature 0.7 draw <0[*]> -> !llm.list<!llm.text>
        sched.yield %a : !llm.list<!llm.text>
      }
      func.return %answers : !sched.list<!llm.text>
    }
    ```
    """

    name = "sched.request"

    model = prop_def(SymbolRefAttr)
    prompt = operand_def(TextType | MessagesType | ListType)
    times = opt_prop_def(IntegerAttr[I64])
    grammar = opt_prop_def(GrammarAttr)
    tools = opt_prop_def(ArrayAttr[SymbolRefAttr])
    draw = opt_prop_def(DrawAttr)
    label = opt_prop_def(LabelAttr)
    result = result_def(TextType | MessagesType | ListType)

    traits = traits_def(
        DrawsFromTape(),
        HasParent(TaskOp),
        RefersTo("model", "llm.model"),
        RefersTo("tools", "llm.tool"),
    )
    custom_directives = (As, Number, OneOrMore, Prompt, Quoted, Site, Stop, TextUnless)
    assembly_format = (
        f"$model custom<Prompt>($prompt, type($prompt)) (`times` $times^)? {SAMPLING} "
        "(`as` custom<As>($grammar)^)? (`tools` custom<OneOrMore>($tools)^)? "
        "custom<Site>($draw) (`label` $label^)? custom<TextUnless>(type($result)) attr-dict"
    )

    def __init__(
        self,
        model: str,
        prompt: SSAValue,
        *,
        times: int | None = None,
        sampling: Sampling | None = None,
        tools: Sequence[str] = (),
        draw: DrawAttr | None = None,
        label: str | None = None,
    ) -> None:
        used = ArrayAttr([symbol_ref(tool) for tool in tools]) if tools else None
        super().__init__(
            operands=[prompt],
            properties={
                "model": symbol_ref(model),
                "times": None if times is None else integer(times),
                **({} if sampling is None else sampling.properties()),
                "tools": used,
                "draw": draw,
                "label": None if label is None else LabelAttr(label),
            },
            result_types=[answer_type(prompt.type, times=times, tools=bool(tools))],
        )

    def verify_(self) -> None:
        verify_sampling(self)
        verify_request(self)
        verify_draw(self, own=own_indices(self))


@op_definition
class EmbedOp(DialectOperation):
    """One request for the embedding of a text, or for those of a list of texts at once.

    Nothing is drawn: equal requests are one value. A list may take several requests, of
    as many texts as the model allows (`batch`); of no text, none is sent. The site of a
    list has one more index, which counts its texts.

    ```mlir
    llm.model @small from "simulated"
    sched.lane @small_lane for @small concurrency 64
    func.func @embed(%texts: !sched.list<!llm.text>) -> !sched.list<tensor<?xf32>> {
      %vectors = sched.task(%t = %texts : !sched.list<!llm.text>) on @small_lane
          estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<tensor<?xf32>> {
        %v = sched.embed @small(%t : !llm.list<!llm.text>) site <0[*]> -> !llm.list<tensor<?xf32>>
        sched.yield %v : !llm.list<tensor<?xf32>>
      }
      func.return %vectors : !sched.list<tensor<?xf32>>
    }
    ```
    """

    name = "sched.embed"

    model = prop_def(SymbolRefAttr)
    text = operand_def(TextType | ListType)
    draw = opt_prop_def(DrawAttr)
    label = opt_prop_def(LabelAttr)
    result = result_def()

    traits = traits_def(AsksModel(), HasParent(TaskOp), RefersTo("model", "llm.model"))
    custom_directives = (Prompt,)
    assembly_format = (
        "$model custom<Prompt>($text, type($text)) (`site` $draw^)? (`label` $label^)? "
        "`->` type($result) attr-dict"
    )

    def __init__(
        self, model: str, text: SSAValue, draw: DrawAttr | None = None, label: str | None = None
    ) -> None:
        vectors = ListType(EMBEDDING)
        super().__init__(
            operands=[text],
            properties={
                "model": symbol_ref(model),
                "draw": draw,
                "label": None if label is None else LabelAttr(label),
            },
            result_types=[EMBEDDING if text.type == TEXT else vectors],
        )

    def verify_(self) -> None:
        verify_embedding(self)
        verify_draw(self, own=own_indices(self))


@op_definition
class ScoreOp(DialectOperation):
    """One request for how well each of some labels fits a text, or each text of a list.

    The scores of a text are numbers from 0 to 1, one for each label and in their order.
    Nothing is drawn: equal requests are one value. A list may take several requests, as
    for `sched.embed`; of no text, or no label, none is sent.

    ```mlir
    llm.model @small from "simulated"
    sched.lane @small_lane for @small concurrency 64
    func.func @score(%text: !sched.future<!llm.text>, %labels: !sched.list<!llm.text>)
        -> !sched.list<f64> {
      %scores = sched.task(%t = %text : !sched.future<!llm.text>,
          %l = %labels : !sched.list<!llm.text>) on @small_lane
          estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<f64> {
        %s = sched.score @small(%t) among %l site <0> -> !llm.list<f64>
        sched.yield %s : !llm.list<f64>
      }
      func.return %scores : !sched.list<f64>
    }
    ```
    """

    name = "sched.score"

    model = prop_def(SymbolRefAttr)
    text = operand_def(TextType | ListType)
    labels = operand_def(TEXTS)
    draw = opt_prop_def(DrawAttr)
    label = opt_prop_def(LabelAttr)
    result = result_def()

    traits = traits_def(AsksModel(), HasParent(TaskOp), RefersTo("model", "llm.model"))
    custom_directives = (Prompt,)
    assembly_format = (
        "$model custom<Prompt>($text, type($text)) `among` $labels (`site` $draw^)? "
        "(`label` $label^)? `->` type($result) attr-dict"
    )

    def __init__(
        self,
        model: str,
        text: SSAValue,
        labels: SSAValue,
        draw: DrawAttr | None = None,
        label: str | None = None,
    ) -> None:
        scores = ListType(f64)
        super().__init__(
            operands=[text, labels],
            properties={
                "model": symbol_ref(model),
                "draw": draw,
                "label": None if label is None else LabelAttr(label),
            },
            result_types=[scores if text.type == TEXT else ListType(scores)],
        )

    def verify_(self) -> None:
        verify_scores(self)
        verify_draw(self, own=own_indices(self))
