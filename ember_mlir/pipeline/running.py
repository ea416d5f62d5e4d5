"""Running passes: those that may do what they do, each watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from ember_mlir.errors import EmberError
from ember_mlir.passes.analysis.counts import NOTHING, Estimate
from ember_mlir.passes.analysis.estimates import estimate
from ember_mlir.passes.analysis.levels import level_of
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.passes.equivalence import MEANING, Equivalence
from ember_mlir.passes.optimization import Optimization, Setting, missed
from ember_mlir.passes.promises import read_promises, write_promises
from ember_mlir.universe import PASSES


class CostsMore(Exception):
    """A pass has made a program take more calls or tokens, and nobody has asked for that."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.name)
        self.step = step


class Step(NamedTuple):
    """What a pass has made of the calls and tokens of a program."""

    name: str
    before: Estimate
    after: Estimate


@dataclass
class Watch:
    """How closely passes are watched, and what was seen.

    With `verify_each` the module is checked after each pass; `after_each` is called then.
    With `estimates` what a program takes is counted before all passes, and after each that
    has rewritten something at the level `llm`; if there is an `original`, of which the module
    is a copy, it is counted only when a pass has. With `thrifty` one that raises it without
    serving the objective is `CostsMore`. `left_out` are the passes that were not allowed to run.
    """

    verify_each: bool = False
    after_each: Callable[[ModulePass, ModuleOp], None] | None = None
    estimates: bool = False
    original: ModuleOp | None = None
    thrifty: bool = False
    steps: list[Step] = field(default_factory=list[Step])
    before: Estimate = NOTHING
    left_out: list[str] = field(default_factory=list[str])


def run_passes(
    ctx: Context,
    module: ModuleOp,
    passes: Sequence[ModulePass],
    *,
    setting: Setting | None = None,
    watch: Watch | None = None,
    verify_each: bool = False,
) -> None:
    """Run `passes` on `module`, which changes in place, as far as the `setting` permits.

    Without a setting, whoever calls has decided. What they have not kept of the program is
    written into the module, and what it says already counts. With `verify_each` an error
    says which pass left the module broken.
    """
    setting, watch = setting or Setting(allow=MEANING), watch or Watch(verify_each=verify_each)
    setting.kept |= read_promises(module)
    run = _Run(ctx, module, setting, watch, lowered=level_of(module) != "llm")
    with setting.current():
        for found in passes:
            setting.pass_name = found.name
            reason = obstacle(found, setting)
            if reason is None:
                run.apply(found)
            else:
                if not isinstance(found, Optimization) or found.is_about(module):
                    missed(module, f"is left alone: {reason}")
                watch.left_out.append(f"the pass '{found.name}' was left out: {reason}")
    write_promises(module, setting.kept)


def promise_of(found: ModulePass) -> Equivalence:
    """The promise that a pass declares; one that declares none promises nothing."""
    declared = getattr(found, "equivalence", None)
    return Equivalence.parse(declared) if isinstance(declared, str) else MEANING


def is_optional(found: ModulePass) -> bool:
    """Whether a program means the same, and runs, without this pass."""
    return isinstance(found, Optimization) or found.name not in PASSES


def obstacle(found: ModulePass, setting: Setting) -> str | None:
    """Why a pass may not run at all, in words; None if it may."""
    promise = promise_of(found)
    if found.name not in setting.asked and not setting.permits(promise):
        return f"this keeps {promise}, and only {setting.allow} is allowed"
    serves = found.serves if isinstance(found, Optimization) else None
    if serves not in (None, setting.optimize_for):
        return f"this serves {serves}, and the aim is {setting.optimize_for}"
    return None


@dataclass
class _Run:
    """Passes that run one after another on one module."""

    ctx: Context
    module: ModuleOp
    setting: Setting
    watch: Watch
    taken: Estimate | None = None
    lowered: bool = False

    def apply(self, found: ModulePass) -> None:
        """Run one pass, and look at what it leaves."""
        watch, before = self.watch, self.setting.rewrites
        # What is estimated are programs of the level `llm`.
        self.lowered |= found.name.startswith("lower-to-")
        counts = watch.estimates and is_optional(found) and not self.lowered
        if counts and self.taken is None and watch.original is None:
            self.taken = watch.before = estimate(self.module)
        found.apply(self.ctx, self.module)
        if is_optional(found) and not isinstance(found, Optimization):
            # It does not tell what it does, so it counts as having done it.
            self.setting.note(promise_of(found))
        if watch.after_each is not None:
            watch.after_each(found, self.module)
        if watch.verify_each:
            _verify_after(found, self.module)
        if counts and self.setting.rewrites > before:
            self._count(found)

    def _count(self, found: ModulePass) -> None:
        if self.taken is None:
            # Nothing before has rewritten anything, so the original takes as much.
            assert self.watch.original is not None
            self.taken = self.watch.before = estimate(self.watch.original)
        step = Step(found.name, self.taken, estimate(self.module))
        self.taken = step.after
        self.watch.steps.append(step)
        serves = found.serves if isinstance(found, Optimization) else None
        if self.watch.thrifty and serves is None and step.before.rises_to(step.after):
            raise CostsMore(step)


def _verify_after(found: ModulePass, module: ModuleOp) -> None:
    try:
        verify_module(module)
    except EmberError as error:
        error.add_note(f"after the pass '{found.name}'")
        raise
