"""What stands in front of a map: one request about all elements, and the check of its answer."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.ir import Block, Operation, Region, SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.formats import integer
from ember_mlir.dialects.values import TEXTS, GrammarAttr
from ember_mlir.grammars import Grammar
from ember_mlir.passes.canonicalize.known import whole
from ember_mlir.passes.pack_prompts.prompts import packed_template

ANSWERS = Grammar("json_schema", '{"type": "array", "items": {"type": "string"}}')
"""What a packed answer must look like."""

MAX_TOKENS = 2**31 - 1
"""The highest limit that an answer may have."""

TOKENS_AROUND = 8
"""What an answer takes more as an element of an array."""


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


def packed_call(call: llm.GenerateOp, prompt: SSAValue, most: int) -> llm.GenerateOp:
    """The request of `call` about `most` elements at most, without an identity."""
    made = llm.GenerateOp(call.model.string_value(), prompt)
    for name in ("temperature", "top_p", "seed", "extra"):
        if name in call.properties:
            made.properties[name] = call.properties[name]
    made.properties["grammar"] = GrammarAttr(ANSWERS)
    if call.max_tokens is not None:
        limit = most * (call.max_tokens.value.data + TOKENS_AROUND)
        made.properties["max_tokens"] = integer(min(limit, MAX_TOKENS))
    made.attributes.update(call.attributes)
    return made
