"""Compiling a module: the standard pipeline, with whatever does not help left out.

A program is not to fail because a pass does. Where the passes of a level leave a module
that breaks a rule, and it would not without them, the first one that is to blame is
found by bisection and left out, and what it was given is written to a file for whoever
mends it. A pass that makes a program take more, with nothing to show for it, is left
out too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from tempfile import gettempdir

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from ember_mlir.collecting import seldom_collected
from ember_mlir.dialects.locations import location_of
from ember_mlir.errors import EmberError, InputError, PipelineError
from ember_mlir.limits import on_any_stack
from ember_mlir.parsing import print_module
from ember_mlir.passes.analysis.counts import NOTHING, Estimate
from ember_mlir.passes.analysis.levels import level_of
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.passes.equivalence import DISTRIBUTION, EXACT, Equivalence
from ember_mlir.passes.optimization import Objective, Remark, Setting
from ember_mlir.pipeline.entries import check_entries
from ember_mlir.pipeline.parsing import parse_passes
from ember_mlir.pipeline.running import CostsMore, Step, Watch, is_optional, run_passes
from ember_mlir.pipeline.stages import REFERENCE, passes_between
from ember_mlir.text_files import write_text

FIRST_CHECKS = ("redact-prompts", "infer-labels")
"""What comes behind the optimizations of the level `llm`."""


@dataclass(frozen=True)
class Options:
    """What may become of a program on its way down.

    `allow` is how little its rewrites may keep, and `optimize_for` what they aim at. With
    `speculate` calls may be made that turn out not to be needed, to win time. `passes` are
    run behind the optimizations of the level `llm`; those named in `without` are not run.
    `redact` are the policies by which prompts are masked for models that may not see them;
    none means that they are refused. A run may spend `budget_usd` and take `timeout_s` seconds,
    if they are given.
    """

    allow: Equivalence = DISTRIBUTION
    optimize_for: Objective = "both"
    speculate: bool = False
    passes: Sequence[ModulePass] = ()
    without: frozenset[str] = frozenset()
    redact: Sequence[str] = ()
    budget_usd: Decimal | None = None
    timeout_s: Decimal | None = None

    @property
    def limits(self) -> str:
        """The pass that limits a run, as a pipeline names it; nothing, if nothing does."""
        usd = "" if self.budget_usd is None else f"usd={self.budget_usd:f}"
        seconds = "" if self.timeout_s is None else f"seconds={self.timeout_s:f}"
        named = " ".join([one for one in (usd, seconds) if one])
        return f"limit-run{{{named}}}" if named else ""


@dataclass
class Compiled:
    """A module that has been brought down, and what has become of it on the way.

    `considered` are the optimizations in order, whether or not they ran; `before` is what
    the program takes as it is written, and `steps` what they have made of that; `remarks`
    are what they tell of it, if somebody has asked for that, and `warnings` which ones had
    to be left out, and why.
    """

    module: ModuleOp
    options: Options
    before: Estimate = NOTHING
    considered: Sequence[ModulePass] = ()
    steps: Sequence[Step] = ()
    remarks: Sequence[Remark] = ()
    warnings: list[str] = field(default_factory=list[str])


def compile_to(
    module: ModuleOp, level: str, options: Options | None = None, *, redact: Sequence[str] = ()
) -> ModuleOp:
    """A copy of `module` brought down to `level`: "llm" (cleaned up), "sched" or "exec".

    Raises `PipelineError` if the module is below that level, `InvalidIRError` if it breaks
    a rule on the way, and `LabelError` if it would tell a model what it may not see.
    """
    return compile_with(module, level, options or Options(redact=redact)).module


def run_named(
    ctx: Context,
    module: ModuleOp,
    pipeline: str,
    options: Options,
    watch: Watch,
    *,
    explained: bool = False,
) -> Compiled:
    """Run the passes that a text names on `module`, which changes in place.

    Nothing is left out but what the options do not allow: that is a warning. Raises what
    `parse_passes`, the passes and the verifiers raise.
    """
    passes = [found for found in parse_passes(pipeline) if found.name not in options.without]
    setting = setting_of(options, explained=explained)
    watch = replace(watch, estimates=explained, steps=[], left_out=[])
    run_passes(ctx, module, passes, setting=setting, watch=watch)
    return compiled(module, options, passes, setting, watch)


def setting_of(options: Options, *, explained: bool) -> Setting:
    """What the passes are told of the options; with remarks if there is to be explained."""
    asked = {"redact-prompts"} if options.redact else set[str]()
    if options.limits:
        asked.add("limit-run")
    return Setting(
        options.allow,
        options.optimize_for,
        options.speculate,
        remarks=[] if explained else None,
        asked=asked,
    )


def compiled(
    module: ModuleOp,
    options: Options,
    considered: Sequence[ModulePass],
    setting: Setting,
    watch: Watch,
) -> Compiled:
    """What has become of a module, as its passes and those who watched them tell."""
    optional = [found for found in considered if is_optional(found)]
    remarks = setting.remarks or []
    return Compiled(module, options, watch.before, optional, watch.steps, remarks, watch.left_out)


def compile_with(
    module: ModuleOp,
    level: str,
    options: Options | None = None,
    *,
    explained: bool = False,
    watch: Watch | None = None,
    verify_first: bool = True,
) -> Compiled:
    """As `compile_to`, with all that there is to tell of it.

    The module is verified before all passes, unless whoever has just made it does not want
    to wait for that; at the end of each level it is in any case.
    """
    compiler = _Compiler(module, level, options or Options(), explained, watch or Watch())
    compiler.verify_first = verify_first
    with seldom_collected():
        return on_any_stack(compiler.compile)


@dataclass
class _Compiler:
    """One compilation, which may take several tries."""

    source: ModuleOp
    level: str
    options: Options
    explained: bool
    watch: Watch
    warnings: list[str] = field(default_factory=list[str])
    remarks: list[Remark] = field(default_factory=list[Remark])
    considered: Sequence[ModulePass] = ()
    verify_first: bool = True

    def compile(self) -> Compiled:
        """Compile without the passes that do not help, or do harm."""
        if self.verify_first:
            verify_module(self.source)
        passes = self.considered = self._passes()
        while True:
            try:
                return self._attempt(passes)
            except CostsMore as more:
                self._note_dear(more.step)
                left_out = more.step.name
            except Exception as error:
                guilty = self._guilty(passes, error)
                self._note_guilty(passes, guilty, error)
                left_out = guilty.name
            passes = [found for found in passes if found.name != left_out]

    def _passes(self) -> list[ModulePass]:
        """The passes of the standard pipeline and those of the options, in order."""
        options = self.options
        names = passes_between(
            level_of(self.source), self.level, redact=options.redact, limits=options.limits
        )
        passes = parse_passes(",".join(names))
        labelling = [i for i, found in enumerate(passes) if found.name in FIRST_CHECKS]
        if labelling:
            passes[labelling[0] : labelling[0]] = options.passes
        elif options.passes:
            raise PipelineError(
                "passes of one's own must be given a module of the level 'llm', but got one "
                f"of the level '{level_of(self.source)}'; run them by ember-opt -p"
            )
        known = {found.name for found in passes if is_optional(found)}
        for name in sorted(options.without - known):
            listed = ", ".join(sorted(known)) or "none"
            raise PipelineError(
                f"only an optimization can be left out, but got '{name}'; there is {listed}"
            )
        return [found for found in passes if found.name not in options.without]

    def _attempt(self, passes: Sequence[ModulePass]) -> Compiled:
        module = self.source.clone()
        setting = setting_of(self.options, explained=self.explained)
        # What is to be explained needs the estimates also where nothing is rewritten.
        original = None if self.explained else self.source
        watch = replace(
            self.watch,
            estimates=True,
            original=original,
            thrifty=True,
            steps=[],
            left_out=[],
        )
        run_passes(Context(), module, passes, setting=setting, watch=watch)
        check_entries(self.source, module)
        found = compiled(module, self.options, self.considered, setting, watch)
        found.remarks = [*self.remarks, *found.remarks]
        found.warnings = self.warnings
        return found

    def _note_dear(self, step: Step) -> None:
        """Note that a pass is left out as it would make the program take more."""
        said = (
            f"is left alone: this would take {step.after.shown()} instead of {step.before.shown()}"
        )
        self.remarks.append(
            Remark(step.name, False, self.source.name, said, location_of(self.source), EXACT)
        )

    def _guilty(self, passes: Sequence[ModulePass], error: Exception) -> ModulePass:
        """The first pass that makes those before it fail; raises what is no pass's fault."""
        optional = [found for found in passes if is_optional(found)]
        if (own := self._error_with(passes, optional, 0)) is not None:
            raise own if isinstance(own, EmberError) else error
        # With the first `good` of them nothing fails, with the first `bad` something does.
        good, bad = 0, len(optional)
        while bad - good > 1:
            middle = (good + bad) // 2
            if self._error_with(passes, optional, middle) is None:
                good = middle
            else:
                bad = middle
        return optional[bad - 1]

    def _error_with(
        self, passes: Sequence[ModulePass], optional: Sequence[ModulePass], count: int
    ) -> Exception | None:
        """What goes wrong if of the optional passes only the first few run."""
        left_out = {id(found) for found in optional[count:]}
        try:
            self._attempt([found for found in passes if id(found) not in left_out])
        except CostsMore:
            return None
        except Exception as error:
            return error
        return None

    def _note_guilty(
        self, passes: Sequence[ModulePass], guilty: ModulePass, error: Exception
    ) -> None:
        """Note that a pass is left out as it breaks the program, and keep what it was given."""
        reason = (
            error.message if isinstance(error, EmberError) else f"{type(error).__name__}: {error}"
        )
        module = self.source.clone()
        before = list(passes[: [id(found) for found in passes].index(id(guilty))])
        run_passes(Context(), module, before, setting=Setting(allow=self.options.allow))
        kept = write_reproducer(module, guilty, reason)
        self.warnings.append(
            f"the pass '{guilty.name}' must leave a program that is right, but does not "
            f"({reason}); it was left out, and {kept}"
        )
        self.remarks.append(
            Remark(
                guilty.name, False, module.name, "is left alone: this would break it", None, EXACT
            )
        )


def write_reproducer(module: ModuleOp, guilty: ModulePass, reason: str) -> str:
    """Write what a pass was given to a file, with how to see it fail; says where it is."""
    text = print_module(module, locations=True)
    digest = blake2b(text.encode(), digest_size=4).hexdigest()
    path = str(Path(gettempdir()) / f"ember-{guilty.name}-{digest}.mlir")
    head = f"// {' '.join(reason.split())}\n// ember-opt --verify-each -p '{guilty}' {path}\n"
    try:
        write_text(path, head + text)
    except InputError as error:
        return f"what it was given could not be kept: {error.message}"
    return f"what it was given is in {path}"


def for_reference(module: ModuleOp) -> ModuleOp:
    """A copy of `module` that the reference interpreter runs as it was written.

    Raises `PipelineError` if it is not at the level "llm", and what `compile_to` raises.
    """
    verify_module(module)
    passes_between(level_of(module), "llm")
    copied = module.clone()
    run_passes(Context(), copied, parse_passes(REFERENCE))
    return copied
