"""`redact-prompts`: hide what is sensitive from models that may not see it.

    %a = llm.generate @m(%p)         =>    %p', %h = llm.redact %p hiding […] to "public"
                                           %b = llm.generate @m(%p')
                                           %a = llm.restore %b from %h
    %d = ensemble.sample k of @m(%p) =>    the same, and a map that restores each answer
    %b = ensemble.judge @m(%p) among %xs
                                     =>    the judge sees %p and %xs masked; %b is the element
                                           of %xs whose masked form it has chosen
    llm.embed @m(%p)                 =>    llm.embed @m(%p'), and so for llm.score
    llm.messages … user(%t)          =>    a conversation with %t masked, where it is sent

Only requests above the clearance of their model change. A text that was restored from
what a mask hides is masked by leaving that out, so that a conversation keeps its masks
from turn to turn. What masks cannot help is a `LabelError`: a request whose being sent is
already too much, an answer that calls tools, a conversation with several sensitive texts
(their masks would be confused; join them first). That an answer fits its grammar is
checked before it is restored, not after.

Keeps `meaning` only: a model that sees masks may answer otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.values import LABELS, Label
from ember_mlir.errors import LabelError, PipelineError
from ember_mlir.passes.analysis.labels import Asking, Labels, infer_labels
from ember_mlir.passes.equivalence import MEANING
from ember_mlir.passes.infer_labels import write_labels
from ember_mlir.passes.masking import Masking, mask_request
from ember_mlir.passes.optimization import fired
from ember_mlir.passes.verify_labels import clearance_of, clearances_of, exceeds
from ember_mlir.redaction import POLICIES, check_policies


@dataclass(frozen=True)
class RedactPromptsPass(ModulePass):
    """Hide what some policies find from models that may not see it."""

    name = "redact-prompts"
    equivalence = "meaning"

    policies: tuple[str, ...] = POLICIES
    to: str = "public"

    def __post_init__(self) -> None:
        check_policies(self.policies)
        if self.to not in LABELS:
            raise PipelineError(f"a label must be one of {', '.join(LABELS)}, but got '{self.to}'")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        to = LABELS[LABELS.index(self.to)]
        write_labels(op, redact_prompts(op, self.policies, to))


LOWERS = llm.EmbedOp | llm.ScoreOp | ensemble.JudgeOp
"""Requests whose answers are not restored: what depends on them may be public then."""


def redact_prompts(module: ModuleOp, policies: Sequence[str], to: Label) -> Labels:
    """Mask the prompts of all requests that are above the clearance of their models.

    Gives the labels of the module as it is now. Raises `LabelError` at the first request
    that masks cannot help.
    """
    clearances = clearances_of(module)
    while True:
        labels = infer_labels(module)
        above: list[tuple[Asking, Label]] = []
        for asking in labels.requests:
            clearance = clearance_of(asking.op, clearances)
            if exceeds(labels.of_request(asking), clearance):
                above.append((asking, clearance))
        if not above:
            return labels
        lowering = [pair for pair in above if isinstance(pair[0].op, LOWERS)]
        masking = Masking(labels, policies, to)
        mask_some(lowering or above, masking)
        masking.rename(module)


def mask_some(requests: Sequence[tuple[Asking, Label]], masking: Masking) -> None:
    """Mask those of `requests` that can be masked; `LabelError` if none can."""
    errors: list[LabelError] = []
    for asking, clearance in requests:
        try:
            mask_request(asking, clearance, masking)
        except LabelError as error:
            errors.append(error)
        else:
            fired(asking.op, "asks about what is masked", MEANING)
    if len(errors) == len(requests):
        raise errors[0]
