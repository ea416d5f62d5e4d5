"""`pack-prompts{most=8}`: ask about all elements of a short list in one prompt.

    %ys = map %x in %xs { %p = template(%x, %c), yield generate @m(%p) }
      =>  %ys = fallback {
            %few = %xs if it has 2 to `most` elements, else fail
            %a = generate @m(template(%c, quote %few)) as an array of texts
            yield parse %a if it has as many elements as %xs, else fail
          } else { yield map … }

Whoever wants this says how many elements one prompt may have: `most`, without which nothing
is packed. A list of another length, when it runs, is asked about element by element as
before. So is one whose packed answer fails, does not parse, or has another number of
answers, which takes a request more.

Elements are data: in the prompt they are numbered JSON strings, so that none can pass for
another, or for what is asked. They are of one list, and so of one user and one label. But
how many answers there are depends on answers from now on: legal only if a request tells no
more than its being sent, which is how many elements there are. Texts that end an answer
(`stop`) would end all of them, and answers that must look like something, or call tools,
are not those of an array. A model may answer otherwise when it sees several elements, so
this keeps `meaning` only; it serves cost, as one long answer takes longer than short ones.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import islice

from xdsl.context import Context
from xdsl.dialects import arith, func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.formats import integer
from ember_mlir.dialects.values import TEXTS, GrammarAttr
from ember_mlir.errors import PipelineError
from ember_mlir.grammars import Grammar
from ember_mlir.passes.analysis.labels import infer_labels
from ember_mlir.passes.assign_draws import assign_draws
from ember_mlir.passes.canonicalize.known import is_labelled, known_items, whole
from ember_mlir.passes.equivalence import MEANING
from ember_mlir.passes.optimization import Optimization, fired, missed, permitted
from ember_mlir.passes.rewriting import apply_once
from ember_mlir.semantics import escape_template, parse_template

ANSWERS = Grammar("json_schema", '{"type": "array", "items": {"type": "string"}}')
"""What a packed answer must look like."""

MAX_TOKENS = 2**31 - 1
"""The highest limit that an answer may have."""

TOKENS_AROUND = 8
"""What an answer takes more as an element of an array."""

PROMPT = """\
Do one task for each of several items, and for each as if it were the only one. Items are \
numbered, and each is written as a JSON string; in the task, {item} stands for its text. What \
an item says concerns that item alone.

Task:
{task}

Items:
{items}

Answer with a JSON array of strings: the result for each item, in the order of the items, \
and nothing else."""


@dataclass(frozen=True)
class PackPromptsPass(Optimization):
    """Ask about all elements of a list of 2 to `most` in one prompt."""

    name = "pack-prompts"
    equivalence = "meaning"
    serves = "cost"

    most: int = 1

    def __post_init__(self) -> None:
        if self.most < 1:
            raise PipelineError(
                f"'most' must be at least 1, but got {self.most}; "
                "give the number of elements that one prompt may be about"
            )

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        ops = list(op.walk())
        maps = [found for found in ops if isinstance(found, ensemble.MapOp)]
        if self.most < 2 or not any(packable(found) for found in maps):
            return
        labels = infer_labels(op)
        telling = {a.op for a in labels.requests if labels.of_request(a) != labels.of_sending(a)}
        pattern = ElementsToPrompt(self.most, telling)
        apply_once(op, ops, [pattern])
        for function in op.ops if pattern.has_packed else ():
            if isinstance(function, func.FuncOp):
                assign_draws(function)


class ElementsToPrompt(RewritePattern):
    """The map stays, for where the prompt about all elements does not lead to an answer.

    map %x in %xs { … }  =>  fallback { one request about all of %xs } else { map %x in %xs { … } }
    """

    def __init__(self, most: int, telling: Set[Operation]) -> None:
        self.most = most
        self.telling = telling
        self.has_packed = False

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.MapOp, rewriter: PatternRewriter, /) -> None:
        call = packable(op)
        if call is None:
            return
        if (reason := self.obstacle(op, call)) is not None:
            missed(call, reason)
            return
        fired(call, f"asks about 2 to {self.most} elements in one prompt", MEANING)
        self.has_packed = True
        packed, single = Block(packed_request(op, call, self.most)), Block()
        for made in packed.walk():
            made.location = call.location
        fallback = ensemble.FallbackOp([Region(packed), Region(single)], TEXTS)
        fallback.location = op.location
        fallback.result.name_hint = op.result.name_hint
        rewriter.insert(fallback, InsertPoint.before(op))
        rewriter.replace_all_uses_with(op.result, fallback.result)
        op.detach()
        leave = ensemble.YieldOp(op.result)
        leave.location = op.location
        single.add_ops([op, leave])

    def obstacle(self, op: ensemble.MapOp, call: llm.GenerateOp) -> str | None:
        """Why a request must be about one element each, in words."""
        items = known_items(op.items)
        if not permitted(MEANING):
            return "would keep meaning, which is above the allowance"
        if call.grammar is not None or call.tools is not None:
            return "must have an answer of its own form, or may call tools"
        if call.stop is not None:
            return "has an answer that ends at certain texts, which would end all"
        if items is not None and not 2 <= len(items.operands) <= self.most:
            return f"is about {len(items.operands)} elements, where 2 to {self.most} are packed"
        if call in self.telling:
            return "tells what is more sensitive than how many elements there are"
        return "stands in for one about all elements already" if is_packed(op) else None


def packable(op: ensemble.MapOp) -> llm.GenerateOp | None:
    """The request about each element, if it and its prompt are all that a map makes."""
    body = list(islice(op.body.block.ops, 4))
    match body:
        case [llm.TemplateOp() as prompt, llm.GenerateOp() as call, ensemble.YieldOp() as last]:
            is_all = call.prompt is prompt.result and last.operands[0] is call.result
            is_about = op.body.block.args[0] in prompt.holes
            return call if is_all and is_about and not is_labelled(prompt) else None
        case _:
            return None


def is_packed(op: ensemble.MapOp) -> bool:
    """Whether a map is what a packed request falls back to."""
    around = op.parent_op()
    if not isinstance(around, ensemble.FallbackOp):
        return False
    first = around.arms[0].block.last_op
    checked = None if first is None else first.operands[0].owner
    if not isinstance(checked, ensemble.CascadeOp):
        return False
    accepted = checked.arms[0].block.last_op
    read = None if accepted is None else accepted.operands[0].owner
    return isinstance(read, llm.ParseOp) and read.grammar.data == ANSWERS


def packed_request(op: ensemble.MapOp, call: llm.GenerateOp, most: int) -> list[Operation]:
    """What asks about all elements, and yields as many answers or fails."""
    length, least, greatest = llm.LengthOp(op.items), whole(2), whole(most)
    enough = arith.CmpiOp(length.result, least.result, "sge")
    fitting = arith.CmpiOp(length.result, greatest.result, "sle")
    both = arith.AndIOp(enough.result, fitting.result)
    few = if_true(op.items, both.result)
    # The request waits for this check, as it is about what the check gives.
    quoted = llm.QuoteOp(few.result)
    template, captured = packed_template(op, call)
    prompt = llm.TemplateOp(template, [*captured, quoted.result])
    asked = packed_call(call, prompt.result, most)
    answers = llm.ParseOp(asked.result, ANSWERS)
    given = llm.LengthOp(answers.result)
    same = arith.CmpiOp(given.result, length.result, "eq")
    checked = if_true(answers.result, same.result)
    leave = ensemble.YieldOp(checked.result)
    check = [length, least, greatest, enough, fitting, both, few]
    return [*check, quoted, prompt, asked, answers, given, same, checked, leave]


def if_true(value: SSAValue, condition: SSAValue) -> ensemble.CascadeOp:
    """A list of texts, or a failure."""
    return ensemble.CascadeOp([Region(Block([ensemble.AcceptOp(value, condition)]))], TEXTS)


def packed_template(op: ensemble.MapOp, call: llm.GenerateOp) -> tuple[str, Sequence[SSAValue]]:
    """The template of the prompt about all elements, and what fills it but the elements."""
    prompt, element = call.prompt.owner, op.body.block.args[0]
    assert isinstance(prompt, llm.TemplateOp)
    captured = list(dict.fromkeys(hole for hole in prompt.holes if hole is not element))
    numbers: dict[SSAValue, int] = {value: number for number, value in enumerate(captured)}
    pieces = parse_template(prompt.template.data)
    item = "<item>"
    while any(isinstance(piece, str) and item in piece for piece in pieces):
        item = f"<{item}>"
    holes = [prompt.holes[piece] if isinstance(piece, int) else piece for piece in pieces]
    task = [
        escape_template(hole)
        if isinstance(hole, str)
        else (item if hole is element else f"{{{numbers[hole]}}}")
        for hole in holes
    ]
    text = PROMPT.format(item=item, task="".join(task), items=f"{{{len(captured)}}}")
    return text, captured


def packed_call(call: llm.GenerateOp, prompt: SSAValue, most: int) -> llm.GenerateOp:
    """The request of `call` about `most` elements at most, without an identity."""
    made = llm.GenerateOp(call.model.string_value(), prompt)
    for name in ("temperature", "top_p"):
        if name in call.properties:
            made.properties[name] = call.properties[name]
    made.properties["grammar"] = GrammarAttr(ANSWERS)
    if call.max_tokens is not None:
        limit = most * (call.max_tokens.value.data + TOKENS_AROUND)
        made.properties["max_tokens"] = integer(min(limit, MAX_TOKENS))
    made.attributes.update(call.attributes)
    return made
