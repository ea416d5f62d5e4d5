"""Requests on lanes; their site, label and source are required, so that no pass drops them."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    IntegerAttr,
    SymbolRefAttr,
    UnitAttr,
    f64,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    SAMPLING,
    As,
    Number,
    OneOrMore,
    Prompt,
    Quoted,
    Sampling,
    SamplingFields,
    Source,
    Stop,
    TextUnless,
    integer,
    verify_sampling,
)
from ember_mlir.dialects.formats.answers import (
    answer_type,
    verify_embedding,
    verify_request,
    verify_scores,
)
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.values import (
    EMBEDDING,
    TEXT,
    TEXTS,
    DecimalAttr,
    DrawAttr,
    GrammarAttr,
    LabelAttr,
    ListType,
    MessagesType,
    RefersTo,
    SourceAttr,
    TextType,
    is_greedy,
)
from ember_mlir.errors import SourceLocation

_ORIGIN = "(`priority` $priority^)? `site` $site `label` $label custom<Source>($source)"


@op_definition
class RequestOp(SamplingFields):
    """One request on a lane.

    Site, label and source are required, so that no pass can lose them: the site is the
    identity of the call, the label says who may see the prompt, the source is the line
    that errors point to (where the text names none, the line of the text itself). A
    `sampled` request reads the tape at its site; one that is not sends no draws. Where
    the number of answers, or of runs of the fan-out around, is known, a site may list one
    for each.

    Of those that wait for one lane, the highest `priority` goes first; it is 0 unless it
    is written. `times 5` asks for five answers in one request, and a list of prompts is
    sent as one batch; either gives a list, and its site one more index. An answer that does
    not look as written (`as`) is the error `ParseError`; with `tools` the answer is a turn.

    ```mlir
    exec.lane @small_lane model "small" from "simulated" concurrency 64
    exec.frame @ask(%prompt: !llm.text) -> (!llm.text, !llm.list<!llm.text>) {
      %a = exec.request @small_lane(%prompt) temperature 0.7 sampled
          site <0> label "public" at "app.py":12:5
      %b = exec.request @small_lane(%prompt) times 5 sampled priority 2
          site <1[*]> label "public" at "app.py":13:5 -> !llm.list<!llm.text>
      exec.return %a, %b : !llm.text, !llm.list<!llm.text>
    }
    ```
    """

    name = "exec.request"

    lane = prop_def(SymbolRefAttr)
    prompt = operand_def(TextType | MessagesType | ListType)
    times = opt_prop_def(IntegerAttr[I64])
    grammar = opt_prop_def(GrammarAttr)
    tools = opt_prop_def(ArrayAttr[SymbolRefAttr])
    sampled = opt_prop_def(UnitAttr)
    priority = opt_prop_def(IntegerAttr[I64])
    site = prop_def(DrawAttr)
    label = prop_def(LabelAttr)
    source = prop_def(SourceAttr)
    result = result_def(TextType | MessagesType | ListType)

    traits = traits_def(RefersTo("lane", "exec.lane"), RefersTo("tools", "exec.tool"))
    custom_directives = (As, Number, OneOrMore, Prompt, Quoted, Source, Stop, TextUnless)
    assembly_format = (
        f"$lane custom<Prompt>($prompt, type($prompt)) (`times` $times^)? {SAMPLING} "
        "(`as` custom<As>($grammar)^)? (`tools` custom<OneOrMore>($tools)^)? "
        f"(`sampled` $sampled^)? {_ORIGIN} custom<TextUnless>(type($result)) attr-dict"
    )

    def __init__(
        self,
        lane: str,
        prompt: SSAValue,
        *,
        temperature: DecimalAttr | None = None,
        max_tokens: IntegerAttr | None = None,
        sampling: Sampling | None = None,
        times: int | None = None,
        tools: Sequence[str] = (),
        sampled: bool,
        priority: int = 0,
        site: DrawAttr,
        label: LabelAttr,
        source: SourceLocation,
    ) -> None:
        given = {"temperature": temperature, "max_tokens": max_tokens}
        used = ArrayAttr([symbol_ref(tool) for tool in tools]) if tools else None
        super().__init__(
            operands=[prompt],
            properties={
                "lane": symbol_ref(lane),
                "times": None if times is None else integer(times),
                **(given if sampling is None else sampling.properties()),
                "tools": used,
                "sampled": UnitAttr() if sampled else None,
                **_origin(priority, site, label, source),
            },
            result_types=[answer_type(prompt.type, times=times, tools=bool(tools))],
        )

    def verify_(self) -> None:
        _verify_priority(self)
        verify_sampling(self)
        verify_request(self)
        if is_greedy(self) and self.sampled is not None:
            raise VerifyException("a request with temperature 0 must not be 'sampled'")
        if not is_greedy(self) and self.sampled is None:
            raise VerifyException(
                "a request must be 'sampled' unless its temperature is 0, but it is neither"
            )


@op_definition
class EmbedOp(DialectOperation):
    """One request for the embedding of a text, or for those of a list of texts at once.

    A list takes as many requests as it must by the lane's `batch`, and is one value: all are
    there, or the first failure in order is that of all. Of no text, none is sent.

    ```mlir
    exec.lane @small_lane model "small" from "simulated" concurrency 64
    exec.frame @embed(%text: !llm.text) -> tensor<?xf32> {
      %vector = exec.embed @small_lane(%text) site <0> label "public" -> tensor<?xf32>
      exec.return %vector : tensor<?xf32>
    }
    ```
    """

    name = "exec.embed"

    lane = prop_def(SymbolRefAttr)
    text = operand_def(TextType | ListType)
    priority = opt_prop_def(IntegerAttr[I64])
    site = prop_def(DrawAttr)
    label = prop_def(LabelAttr)
    source = prop_def(SourceAttr)
    result = result_def()

    traits = traits_def(RefersTo("lane", "exec.lane"))
    custom_directives = (Prompt, Source)
    assembly_format = (
        f"$lane custom<Prompt>($text, type($text)) {_ORIGIN} `->` type($result) attr-dict"
    )

    def __init__(
        self,
        lane: str,
        text: SSAValue,
        site: DrawAttr,
        label: LabelAttr,
        source: SourceLocation,
        *,
        priority: int = 0,
    ) -> None:
        vectors = ListType(EMBEDDING)
        super().__init__(
            operands=[text],
            properties={"lane": symbol_ref(lane), **_origin(priority, site, label, source)},
            result_types=[EMBEDDING if text.type == TEXT else vectors],
        )

    def verify_(self) -> None:
        _verify_priority(self)
        verify_embedding(self)


@op_definition
class ScoreOp(DialectOperation):
    """One request for how well each of some labels fits a text, or each text of a list.

    A list takes as many requests as it must, as for `exec.embed`; of no label, none is sent.

    ```mlir
    exec.lane @small_lane model "small" from "simulated" concurrency 64
    exec.frame @score(%text: !llm.text, %labels: !llm.list<!llm.text>) -> !llm.list<f64> {
      %scores = exec.score @small_lane(%text) among %labels site <0> label "public"
          -> !llm.list<f64>
      exec.return %scores : !llm.list<f64>
    }
    ```
    """

    name = "exec.score"

    lane = prop_def(SymbolRefAttr)
    text = operand_def(TextType | ListType)
    labels = operand_def(TEXTS)
    priority = opt_prop_def(IntegerAttr[I64])
    site = prop_def(DrawAttr)
    label = prop_def(LabelAttr)
    source = prop_def(SourceAttr)
    result = result_def()

    traits = traits_def(RefersTo("lane", "exec.lane"))
    custom_directives = (Prompt, Source)
    assembly_format = (
        "$lane custom<Prompt>($text, type($text)) `among` $labels "
        f"{_ORIGIN} `->` type($result) attr-dict"
    )

    def __init__(
        self,
        lane: str,
        text: SSAValue,
        labels: SSAValue,
        site: DrawAttr,
        label: LabelAttr,
        source: SourceLocation,
        *,
        priority: int = 0,
    ) -> None:
        scores = ListType(f64)
        super().__init__(
            operands=[text, labels],
            properties={"lane": symbol_ref(lane), **_origin(priority, site, label, source)},
            result_types=[scores if text.type == TEXT else ListType(scores)],
        )

    def verify_(self) -> None:
        _verify_priority(self)
        verify_scores(self)


def _origin(
    priority: int, site: DrawAttr, label: LabelAttr, source: SourceLocation
) -> dict[str, Attribute | None]:
    return {
        "priority": integer(priority) if priority else None,
        "site": site,
        "label": label,
        "source": SourceAttr(source),
    }


def _verify_priority(op: RequestOp | EmbedOp | ScoreOp) -> None:
    if op.priority is not None and op.priority.value.data < 0:
        raise VerifyException(f"a priority must not be negative, but got {op.priority.value.data}")
