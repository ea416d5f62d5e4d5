"""Templates and joins.

    template "a{0}"(template "b{0}"(%x))   =>  template "ab{0}"(%x)
    template "a{0}"(constant "b")          =>  constant "ab"
    template "{0}"(%x)                     =>  %x
    template "{0}{1}"(%x, %x)              =>  template "{0}{0}"(%x)
    join (list()) with s                   =>  constant ""
    join (list(%x)) with s                 =>  %x
    join (list(constant …, …)) with s      =>  constant "…"

Holes are renumbered. A text that several read is taken in only while it is short, so that
nothing grows without bound; one with a label is not, as its label would be lost.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from xdsl.ir import SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ember_mlir.dialects.llm import ConstantOp, JoinOp, TemplateOp
from ember_mlir.passes.canonicalize.absorbing import taken_in_later
from ember_mlir.passes.canonicalize.known import known_items, known_text, maker
from ember_mlir.semantics import escape_template, parse_template

MAX_SHARED = 1024
"""How long a text may be, in characters, to be copied into each template that reads it."""

Piece = str | SSAValue


class FlattenTemplate(RewritePattern):
    """A template takes in the templates and constants that fill its holes."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: TemplateOp, rewriter: PatternRewriter, /) -> None:
        if taken_in_later(op) and read_once(op.result):
            return
        match flattened(op):
            case []:
                rewriter.replace(op, ConstantOp(""))
            case [str() as text]:
                rewriter.replace(op, ConstantOp(text))
            case [SSAValue() as value]:
                rewriter.replace(op, (), [value])
            case pieces:
                template, holes = template_of(pieces)
                if (template, holes) != (op.template.data, list(op.holes)):
                    rewriter.replace(op, TemplateOp(template, holes))


def flattened(op: TemplateOp) -> list[Piece]:
    """The literal texts and values that `op` puts together, neighbouring texts joined."""
    pieces: list[Piece] = []
    pending = list(reversed(pieces_of(op)))
    while pending:
        piece = pending.pop()
        inner = None if isinstance(piece, str) else _taken_in(op, piece)
        if inner is None:
            pieces.append(piece)
        else:
            pending += reversed(inner)
    return _joined(pieces)


def pieces_of(op: TemplateOp) -> list[Piece]:
    """The literal texts of a template, and the values in its holes."""
    holes = list(op.holes)
    return [p if isinstance(p, str) else holes[p] for p in parse_template(op.template.data)]


def _taken_in(op: TemplateOp, value: SSAValue) -> list[Piece] | None:
    """What stands in place of `value`, if it is to be taken in."""
    known = known_text(value)
    if known is not None:
        return [known] if len(known) <= MAX_SHARED or read_once(value) else None
    inner = maker(value)
    if not isinstance(inner, TemplateOp) or inner.parent is not op.parent:
        return None
    short = len(inner.template.data) <= MAX_SHARED
    return pieces_of(inner) if short or read_once(value) else None


def read_once(value: SSAValue) -> bool:
    """Whether one hole of one template is all that reads `value`."""
    use = value.get_unique_use()
    if use is None or not isinstance(use.operation, TemplateOp):
        return False
    return _readings(use.operation.template.data)[use.index] == 1


@lru_cache(maxsize=4)
def _readings(template: str) -> Counter[str | int]:
    # Every operand of a wide template asks for this: once per operand would be quadratic.
    return Counter(parse_template(template))


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
            continue
        joined += ["".join(run)] if run else []
        joined.append(piece)
        run = []
    return joined + (["".join(run)] if run else [])


def template_of(pieces: list[Piece]) -> tuple[str, list[SSAValue]]:
    """The template that puts `pieces` together, and its holes; equal values share one.

    It is not made an operation, as one that is not needed would still count as a reader.
    """
    numbers: dict[SSAValue, int] = {}
    text = [
        escape_template(piece)
        if isinstance(piece, str)
        else f"{{{numbers.setdefault(piece, len(numbers))}}}"
        for piece in pieces
    ]
    return "".join(text), list(numbers)


class JoinOfFew(RewritePattern):
    """A join of no text, of one, or of known ones."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: JoinOp, rewriter: PatternRewriter, /) -> None:
        items = known_items(op.items)
        if items is None:
            return
        if len(items.operands) == 1:
            rewriter.replace(op, (), [items.operands[0]])
        elif op.items.has_one_use() or len(items.operands) <= MAX_SHARED:
            texts = [known_text(item) for item in items.operands]
            if all(text is not None for text in texts):
                known = [text for text in texts if text is not None]
                rewriter.replace(op, ConstantOp(op.separator.data.join(known)))
