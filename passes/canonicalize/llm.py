"""The simplest forms of the operations of `llm`; templates have a file of their own.

parse (constant "…") as g           =>  the value, where the text fits
content (messages … user(%x))       =>  %x
messages after(messages a) b        =>  messages a b
messages after(%m)                  =>  %m
get (list(…, %x, …))[constant i]    =>  %x
concat(list(a), list(b))            =>  list(a, b)
concat(%a)                          =>  %a
length of list(…) or constant "…"   =>  constant n
equal %x, %x                        =>  true
contains (constant), (constant)     =>  true or false
field "f" of record(…, %x, …)       =>  %x
redact (constant "…") hiding …      =>  constant masked, list hidden
restore %masked from %hidden        =>  %x        of one redaction of %x
restore %x from list()              =>  %x
"""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.dialects.builtin import IntegerType, i1
from xdsl.ir import Attribute, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import TEXTS, ListType, RecordType, TextType, is_comparable
from ember_mlir.errors import ParseError
from ember_mlir.passes.canonicalize.absorbing import only_used_by, taken_in_later
from ember_mlir.passes.canonicalize.known import (
    known_integer,
    known_items,
    known_text,
    maker,
    whole,
    written,
)
from ember_mlir.passes.canonicalize.templates import FlattenTemplate, JoinOfFew
from ember_mlir.redaction import redact


class ParseOfLiteral(RewritePattern):
    """A known text that fits its grammar is its value; one that does not stays, and fails."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.ParseOp, rewriter: PatternRewriter, /) -> None:
        text = known_text(op.text)
        # What may be null is an object, and no operation makes one that is known.
        if text is None or not is_comparable(op.result.type):
            return
        try:
            value = op.grammar.data.parse(text)
        except ParseError:
            return
        rewriter.replace(op, written(value, op.result.type))


class ContentOfMessages(RewritePattern):
    """The content of a conversation whose last turn is one text is that text."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.ContentOp, rewriter: PatternRewriter, /) -> None:
        made = maker(op.messages)
        if not isinstance(made, llm.MessagesOp) or not made.turns.data:
            return
        if made.turns.data[-1].data.parts == ("text",):
            rewriter.replace(op, (), [made.operands[-1]])


class MessagesAfterMessages(RewritePattern):
    """A conversation takes in those that only it goes on from."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.MessagesOp, rewriter: PatternRewriter, /) -> None:
        if not op.turns.data and len(op.before) == 1:
            rewriter.replace(op, (), [op.before[0]])
            return
        if taken_in_later(op):
            return
        chain = [op]
        while len(chain[-1].before) == 1 and only_used_by(chain[-1], before := chain[-1].before[0]):
            inner = maker(before)
            if not isinstance(inner, llm.MessagesOp):
                break
            chain.append(inner)
        if len(chain) > 1:
            turns = [turn.data for link in reversed(chain) for turn in link.turns.data]
            parts = [part for link in reversed(chain) for part in link.parts]
            rewriter.replace(op, llm.MessagesOp(turns, parts, list(chain[-1].before)))


class GetOfList(RewritePattern):
    """An element of a list that is written out."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.GetOp, rewriter: PatternRewriter, /) -> None:
        items, index = known_items(op.items), known_integer(op.index)
        if items is None or index is None:
            return
        length = len(items.operands)
        if -length <= index < length:
            rewriter.replace(op, (), [items.operands[index % length]])


class ConcatOfLists(RewritePattern):
    """Lists that are written out are one list; a list alone is itself."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.ConcatOp, rewriter: PatternRewriter, /) -> None:
        if len(op.operands) == 1:
            rewriter.replace(op, (), [op.operands[0]])
            return
        if taken_in_later(op):
            return
        items: list[SSAValue] = []
        pending = list(reversed(op.operands))
        while pending:
            value = pending.pop()
            inner = maker(value)
            if isinstance(inner, llm.ConcatOp) and value.has_one_use():
                pending += reversed(inner.operands)
            elif isinstance(inner, llm.ListOp) and (value.has_one_use() or not inner.operands):
                items += inner.operands
            else:
                return
        found = op.result.type
        assert isinstance(found, ListType)
        rewriter.replace(op, llm.ListOp(items, found))


class LengthOfKnown(RewritePattern):
    """The length of a list that is written out, or of a known text."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.LengthOp, rewriter: PatternRewriter, /) -> None:
        items, text = known_items(op.value), known_text(op.value)
        if items is not None:
            rewriter.replace(op, whole(len(items.operands)))
        elif text is not None:
            rewriter.replace(op, whole(len(text)))


class EqualOfKnown(RewritePattern):
    """A value is equal to itself, unless it may be no number; known texts are compared."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.EqualOp, rewriter: PatternRewriter, /) -> None:
        if op.left is op.right:
            if reflexive(op.left.type):
                rewriter.replace(op, whole(1, i1))
            return
        left, right = known_text(op.left), known_text(op.right)
        if left is not None and right is not None:
            rewriter.replace(op, whole(int(left == right), i1))


def reflexive(found: Attribute) -> bool:
    """Whether every value of a type is equal to itself: what is no number is not."""
    match found:
        case ListType():
            return reflexive(found.element)
        case RecordType():
            return all(map(reflexive, found.types))
        case _:
            return isinstance(found, TextType | IntegerType)


class ContainsOfKnown(RewritePattern):
    """A known text is searched for a known one."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.ContainsOp, rewriter: PatternRewriter, /) -> None:
        whole_text, part = known_text(op.whole), known_text(op.part)
        if whole_text is not None and part is not None:
            rewriter.replace(op, whole(int(part in whole_text), i1))


class FieldOfRecord(RewritePattern):
    """A field of a record that is written out."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.FieldOp, rewriter: PatternRewriter, /) -> None:
        made = maker(op.record)
        if isinstance(made, llm.RecordOp) and isinstance(op.record.type, RecordType):
            position = list(op.record.type.fields).index(op.field.data)
            rewriter.replace(op, (), [made.operands[position]])


class RedactOfPublic(RewritePattern):
    """A known public text is masked now."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.RedactOp, rewriter: PatternRewriter, /) -> None:
        text = known_text(op.text)
        if text is None:
            return
        found = redact(text, [policy.data for policy in op.policies.data])
        masked = llm.ConstantOp(found.text)
        hidden = written(list(found.originals), TEXTS)
        results = [masked.result, hidden[-1].results[0]]
        rewriter.replace(op, [masked, *hidden], results)


class RestoreOfRedact(RewritePattern):
    """What was masked and is restored is what it was; with nothing hidden, nothing changes."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.RestoreOp, rewriter: PatternRewriter, /) -> None:
        hidden = known_items(op.hidden)
        if hidden is not None and not hidden.operands:
            rewriter.replace(op, (), [op.text])
            return
        redaction = maker(op.text)
        if isinstance(redaction, llm.RedactOp) and op.hidden is redaction.hidden:
            rewriter.replace(op, (), [redaction.text])


PATTERNS: Mapping[str, tuple[RewritePattern, ...]] = {
    "llm.template": (FlattenTemplate(),),
    "llm.join": (JoinOfFew(),),
    "llm.parse": (ParseOfLiteral(),),
    "llm.messages": (MessagesAfterMessages(),),
    "llm.content": (ContentOfMessages(),),
    "llm.get": (GetOfList(),),
    "llm.concat": (ConcatOfLists(),),
    "llm.length": (LengthOfKnown(),),
    "llm.equal": (EqualOfKnown(),),
    "llm.contains": (ContainsOfKnown(),),
    "llm.field": (FieldOfRecord(),),
    "llm.redact": (RedactOfPublic(),),
    "llm.restore": (RestoreOfRedact(),),
}
