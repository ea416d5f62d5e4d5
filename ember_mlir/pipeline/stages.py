"""The standard pipeline: which passes lead from one level to the next."""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.errors import PipelineError
from ember_mlir.passes.analysis.levels import LEVELS, check_level

STAGES: dict[str, tuple[str, ...]] = {
    "llm": (
        # clean up: every call gets its identity before anything may depend on it
        "assign-draws",
        "canonicalize",
        "prune-branches",
        # equal prompts are one before calls of one prompt are looked for
        "merge-calls",
        "raise-ensembles",
        "remove-dead-calls",
        "fuse-maps",
        # behind what puts templates beside one another
        "flatten-templates",
        # choose what is asked where
        "hoist-calls",
        # what was hoisted may be there already
        "merge-calls",
        "sink-calls",
        "speculate-branches",
        # strategy: how it is asked
        "batch-requests",
        "stop-early",
        # check: nothing is sent to who may not see it
        "infer-labels",
        "verify-labels",
        "verify-level{level=llm}",
    ),
    # schedule
    "sched": (
        "lower-to-sched",
        "cancel-losers",
        "set-priorities",
        "verify-labels",
        "verify-level{level=sched}",
    ),
    # instructions
    "exec": ("lower-to-exec", "plan-slots", "verify-labels", "verify-level{level=exec}"),
}
"""The passes that make a level's text out of that of the level before, in order."""


def passes_between(
    source: str, target: str, *, redact: Sequence[str] = (), limits: str = ""
) -> list[str]:
    """The passes that are missing from a module at level `source` to one at `target`.

    Calls of a scheduled module that nobody has numbered are numbered. With policies to
    `redact` by, prompts that a model may not see are masked for it; as that may change
    answers, it must be asked for, and works from the level "llm" on. `limits` is the pass that
    limits what a run may take, if one does. Raises
    `PipelineError` if `target` is above `source`: what lowering dissolves is gone.

    >>> passes_between("sched", "exec")[:3]
    ['assign-draws', 'verify-labels', 'verify-level{level=sched}']
    >>> passes_between("exec", "exec")
    ['verify-labels', 'verify-level{level=exec}']
    """
    first, last = LEVELS.index(check_level(source)), LEVELS.index(check_level(target))
    if last < first:
        raise PipelineError(
            f"a module can only be lowered, but it is at the level '{source}' and "
            f"'{target}' was asked for; start from its text at the level '{target}'"
        )
    if source == "exec":
        return ["verify-labels", "verify-level{level=exec}"]
    names: list[str] = []
    if source == "sched":
        names += ["assign-draws", "verify-labels", "verify-level{level=sched}"]
        first += 1
    for level in LEVELS[first : last + 1]:
        names += STAGES[level]
    if redact and "infer-labels" in names:
        masking = f"redact-prompts{{policies={','.join(redact)}}}"
        names.insert(names.index("infer-labels"), masking)
    if limits and "lower-to-sched" in names:
        names.insert(names.index("lower-to-sched") + 1, limits)
    return names


REFERENCE = "assign-draws,infer-labels,verify-labels,verify-level{level=llm}"
"""What the reference needs of a program: identities, and that it is right; nothing else."""
