"""What `redact-prompts` puts around a request: masks in front of it, originals behind it."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, ModuleOp, f64
from xdsl.ir import Block, BlockArgument, Operation, OpResult, Region, SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.locations import location_of
from ember_mlir.dialects.values import (
    TEXT,
    TEXTS,
    Label,
    ListType,
    MessagesType,
)
from ember_mlir.errors import LabelError
from ember_mlir.passes.analysis.flow_graph import Length
from ember_mlir.passes.analysis.labels import Asking, Labels
from ember_mlir.passes.verify_labels import exceeds

Masked = tuple[SSAValue, SSAValue | None]
"""A value without what is sensitive in it, and what it hides if it hides anything."""


class Masking:
    """Masked forms of values, made once each, where the value itself is made."""

    def __init__(self, labels: Labels, policies: Sequence[str], to: Label) -> None:
        self.labels = labels
        self.to: Label = to
        self._policies = policies
        self._texts: dict[SSAValue, Masked] = {}
        self._talks: dict[tuple[SSAValue, Label], Masked] = {}
        # The labels of what has been made or changed since `labels` were inferred.
        self._known: dict[SSAValue, Label] = {}
        self._renamed: dict[SSAValue, SSAValue] = {}
        self._finished: set[Operation] = set()

    def label(self, value: SSAValue) -> Label:
        """The label of a value, also of one that is new."""
        return self._known.get(value) or self.labels.of(value)

    def learn(self, value: SSAValue, label: Label) -> None:
        """Note the label of a value that is new, or no longer what it was."""
        self._known[value] = label

    def current(self, value: SSAValue) -> SSAValue:
        """What stands for `value` now: an answer is restored."""
        return self._renamed.get(value, value)

    def stand_for(self, answer: SSAValue, restored: SSAValue) -> None:
        """Let all that reads `answer`, a masked one from now on, read `restored`."""
        self.learn(restored, self.label(answer))
        self.learn(answer, self.to)
        self._renamed[answer] = restored

    def finish(self, op: Operation) -> None:
        """Note that `op`, and all in it, reads what it should."""
        self._finished.update(op.walk())

    def rename(self, module: ModuleOp) -> None:
        """Let all operations read what is current: each one's operands are set once.

        Setting them answer by answer would take quadratic time in a list of many.
        """
        for op in module.walk():
            if op not in self._finished and any(value in self._renamed for value in op.operands):
                op.operands = [self.current(value) for value in op.operands]

    def text(self, value: SSAValue, bound: Label, asking: Asking) -> Masked:
        """A text that is not above `bound`."""
        value = self.current(value)
        if not exceeds(self.label(value), bound):
            return value, None
        made = value.owner
        if isinstance(made, llm.RestoreOp) and not exceeds(self.label(made.text), bound):
            return made.text, made.hidden
        if value not in self._texts:
            redaction = llm.RedactOp(value, self._policies, self.to)
            redaction.masked.name_hint, redaction.hidden.name_hint = "masked", "hidden"
            self._insert_behind(value, redaction, asking.op)
            self._texts[value] = redaction.masked, redaction.hidden
            self.learn(redaction.masked, self.to)
            self.learn(redaction.hidden, self.label(value))
        return self._texts[value]

    def texts(self, value: SSAValue, bound: Label, asking: Asking) -> SSAValue:
        """A list of texts, none of which is above `bound`."""
        value = self.current(value)
        if not exceeds(self.label(value), bound):
            return value
        if exceeds(self.labels.of_node(Length(value)), bound):
            raise unmaskable(asking, "how many texts there are is sensitive itself")
        block = Block(arg_types=[TEXT])
        redaction = llm.RedactOp(block.args[0], self._policies, self.to)
        block.add_ops([redaction, ensemble.YieldOp(redaction.masked)])
        masked = ensemble.MapOp(value, Region(block), TEXTS)
        _locate(masked, asking.op)
        self.finish(masked)
        assert asking.op.parent is not None
        asking.op.parent.insert_op_before(masked, asking.op)
        return masked.result

    def messages(self, value: SSAValue, bound: Label, asking: Asking) -> Masked:
        """A conversation none of whose texts is above `bound`."""
        if not exceeds(self.label(value), bound):
            return value, None
        made = value.owner
        if not isinstance(made, llm.MessagesOp):
            raise unmaskable(asking, "its conversation is not written out in 'llm.messages'")
        if (value, bound) not in self._talks:
            before = [self.messages(found, bound, asking) for found in made.before]
            parts = [
                self._part(kind, part, bound, asking)
                for turn, found in made.turns_and_parts()
                for kind, part in zip(turn.parts, found, strict=True)
            ]
            hidden = {found for _, found in (*before, *parts) if found is not None}
            if len(hidden) != 1:
                raise unmaskable(asking, "several of its texts are sensitive, which share masks")
            turns = [turn.data for turn in made.turns.data]
            masked = llm.MessagesOp(turns, [p for p, _ in parts], [b for b, _ in before])
            self._insert_behind(value, masked, asking.op)
            self._talks[value, bound] = masked.result, hidden.pop()
            self.learn(masked.result, bound)
        return self._talks[value, bound]

    def _part(self, kind: str, value: SSAValue, bound: Label, asking: Asking) -> Masked:
        if kind == "image" and exceeds(self.label(value), bound):
            raise unmaskable(asking, "the address of an image is sensitive")
        return self.text(value, bound, asking)

    def _insert_behind(self, value: SSAValue, made: Operation, op: Operation) -> None:
        """Insert `made`, on behalf of `op`, where `value` begins to be there."""
        made.location = op.location
        self.finish(made)
        if isinstance(value, OpResult):
            block = value.op.parent
            assert block is not None
            block.insert_op_after(made, value.op)
            return
        assert isinstance(value, BlockArgument)
        first = value.block.first_op
        assert first is not None
        value.block.insert_op_before(made, first)


def unmaskable(asking: Asking, reason: str) -> LabelError:
    return LabelError(
        f"'{asking.op.name}' must have a prompt that can be redacted, but {reason}; "
        "redact or declassify it by hand, or ask a model with clearance",
        location=location_of(asking.op),
    )


def _locate(made: Operation, op: Operation) -> None:
    for inner in made.walk():
        inner.location = op.location


def hand_on(asking: Asking, made: Sequence[Operation], masking: Masking) -> None:
    """Let the result of the last of `made` stand for the answer of a request."""
    op = asking.op
    answer, given = op.results[0], made[-1].results[0]
    assert op.parent is not None
    op.parent.insert_ops_after(list(made), op)
    for found in made:
        _locate(found, op)
        masking.finish(found)
    given.name_hint = answer.name_hint
    masking.stand_for(answer, given)


def mask_request(asking: Asking, clearance: Label, masking: Masking) -> None:
    """Mask what a request tells so that it is not above `clearance`.

    Raises `LabelError` if masks cannot help.
    """
    if exceeds(masking.labels.of_sending(asking), clearance):
        path = masking.labels.path_to_sending(asking)
        raise unmaskable(asking, f"that it is sent at all is sensitive: {path}")
    if exceeds(masking.to, clearance):
        raise unmaskable(
            asking, f"what is masked is '{masking.to}', above '{clearance}', its model's clearance"
        )
    masking.finish(asking.op)
    match asking.op:
        case llm.GenerateOp() | ensemble.SampleOp():
            _mask_answer(asking.op, asking, clearance, masking)
        case ensemble.JudgeOp():
            _mask_judge(asking.op, asking, clearance, masking)
        case llm.EmbedOp() as op:
            op.operands = [_text_or_texts(op.text, clearance, asking, masking)]
        case llm.ScoreOp() as op:
            text = _text_or_texts(op.text, clearance, asking, masking)
            op.operands = [text, masking.texts(op.labels, clearance, asking)]
        case _:
            raise unmaskable(asking, "it is lowered already")


def _text_or_texts(value: SSAValue, clearance: Label, asking: Asking, masking: Masking) -> SSAValue:
    if isinstance(value.type, ListType):
        return masking.texts(value, clearance, asking)
    return masking.text(value, clearance, asking)[0]


def _mask_answer(
    op: llm.GenerateOp | ensemble.SampleOp, asking: Asking, clearance: Label, masking: Masking
) -> None:
    """The answer is restored; each one of a sample."""
    if isinstance(op, llm.GenerateOp) and op.tools is not None:
        raise unmaskable(asking, "calls of tools in its answer cannot be restored")
    talks = isinstance(op.prompt.type, MessagesType)
    mask = masking.messages if talks else masking.text
    prompt, hidden = mask(op.prompt, clearance, asking)
    assert hidden is not None
    op.operands = [prompt, *map(masking.current, op.operands[1:])]
    if isinstance(op, llm.GenerateOp):
        hand_on(asking, [llm.RestoreOp(op.result, hidden)], masking)
        return
    block = Block(arg_types=[TEXT])
    restored = llm.RestoreOp(block.args[0], hidden)
    block.add_ops([restored, ensemble.YieldOp(restored.result)])
    hand_on(asking, [ensemble.MapOp(op.result, Region(block), TEXTS)], masking)


def _mask_judge(op: ensemble.JudgeOp, asking: Asking, clearance: Label, masking: Masking) -> None:
    """The answer is the first of those whose masked form has been chosen."""
    prompt, _ = masking.text(op.prompt, clearance, asking)
    answers = masking.current(op.answers)
    masked = masking.texts(answers, clearance, asking)
    op.operands = [prompt, masked]
    if masked is answers:
        return
    block = Block(arg_types=[TEXT])
    chosen = llm.EqualOp(block.args[0], op.result)
    yes, no = (arith.ConstantOp(FloatAttr(score, f64)) for score in (1.0, 0.0))
    score = arith.SelectOp(chosen.result, yes.result, no.result)
    block.add_ops([chosen, yes, no, score, ensemble.YieldOp(score.result)])
    scores = ensemble.MapOp(masked, Region(block), ListType(f64))
    hand_on(asking, [scores, ensemble.BestOp(answers, scores.result)], masking)
