"""The standard pipeline: which passes lead from one level to the next, and running them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.arg_spec import parse_pipeline

from ember_mlir.errors import EmberError, PipelineError
from ember_mlir.limits import on_any_stack
from ember_mlir.passes.analysis.levels import LEVELS, check_level, level_of
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.universe import PASSES

STAGES: dict[str, tuple[str, ...]] = {
    # clean up: every call gets its identity before anything may depend on it
    "llm": (
        "assign-draws",
        "merge-calls",
        "remove-dead-calls",
        # check: nothing is sent to who may not see it
        "infer-labels",
        "verify-labels",
        "verify-level{level=llm}",
    ),
    # schedule
    "sched": ("lower-to-sched", "set-priorities", "verify-labels", "verify-level{level=sched}"),
    # instructions
    "exec": ("lower-to-exec", "plan-slots", "verify-labels", "verify-level{level=exec}"),
}
"""The passes that make a level's text out of that of the level before, in order."""


def passes_between(source: str, target: str, *, redact: Sequence[str] = ()) -> list[str]:
    """The passes that are missing from a module at level `source` to one at `target`.

    Calls of a scheduled module that nobody has numbered are numbered. With policies to
    `redact` by, prompts that a model may not see are masked for it; as that may change
    answers, it must be asked for, and works from the level "llm" on. Raises
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
    return names


def known_passes() -> dict[str, Callable[[], type[ModulePass]]]:
    """The passes by name, as lazy loaders.

    Those of xDSL are not among them: they know neither draws nor handled failures.
    """
    return dict(PASSES)


def parse_passes(pipeline: str) -> list[ModulePass]:
    """The passes that a pipeline such as `assign-draws,merge-calls` names.

    Options stand in braces: `verify-level{level=sched}`. Raises `PipelineError` for an
    unknown pass, an unknown option, or text that is no pipeline.
    """
    known = known_passes()
    passes: list[ModulePass] = []
    try:
        specs = list(parse_pipeline(pipeline))
    except BaseException as error:
        # xDSL's own error for this is not an Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise PipelineError(
            f"a pipeline must be names with options, as in 'a,b{{c=1}}', but got '{pipeline}'"
        ) from error
    for spec in specs:
        if spec.name not in known:
            near = get_close_matches(spec.name, known) or sorted(known)
            raise PipelineError(
                f"a pass must be a known one, but got '{spec.name}'; there is {', '.join(near)}"
            )
        try:
            passes.append(known[spec.name]().from_spec(spec))
        except Exception as error:
            raise PipelineError(
                f"the options of the pass '{spec.name}' must be its own, but got '{spec}' ({error})"
            ) from error
    return passes


def run_passes(
    ctx: Context,
    module: ModuleOp,
    passes: Sequence[ModulePass],
    *,
    verify_each: bool = False,
    after_each: Callable[[ModulePass], None] | None = None,
) -> None:
    """Run `passes` on `module`, which changes in place.

    With `verify_each` the module is checked after each pass, and an error says which
    pass left it broken. `after_each` is called after each pass.
    """
    for found in passes:
        found.apply(ctx, module)
        if after_each is not None:
            after_each(found)
        if verify_each:
            try:
                verify_module(module)
            except EmberError as error:
                error.add_note(f"after the pass '{found.name}'")
                raise


REFERENCE = "assign-draws,infer-labels,verify-labels,verify-level{level=llm}"
"""What the reference needs of a program: identities, and that it is right; nothing else."""


def for_reference(module: ModuleOp) -> ModuleOp:
    """A copy of `module` that the reference interpreter runs as it was written.

    Raises `PipelineError` if it is not at the level "llm", and what `compile_to` raises.
    """
    verify_module(module)
    passes_between(level_of(module), "llm")
    copied = module.clone()
    run_passes(Context(), copied, parse_passes(REFERENCE))
    return copied


def compile_to(module: ModuleOp, level: str, *, redact: Sequence[str] = ()) -> ModuleOp:
    """A copy of `module` brought down to `level`: "llm" (cleaned up), "sched" or "exec".

    `redact` are the policies by which prompts are masked for models that may not see
    them; none means that they are refused. Raises `PipelineError` if the module is below
    that level, `InvalidIRError` if it breaks a rule on the way, and `LabelError` if it
    would tell a model what it may not see.
    """
    return on_any_stack(lambda: _compile(module, level, redact))


def _compile(module: ModuleOp, level: str, redact: Sequence[str]) -> ModuleOp:
    verify_module(module)
    names = passes_between(level_of(module), level, redact=redact)
    compiled = module.clone()
    run_passes(Context(), compiled, parse_passes(",".join(names)))
    return compiled
