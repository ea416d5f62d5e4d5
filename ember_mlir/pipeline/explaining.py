"""What became of a program on its way down, in words: which passes did what, and which not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from ember_mlir.errors import PipelineError
from ember_mlir.passes.analysis.counts import Estimate
from ember_mlir.passes.equivalence import MEANING, Equivalence
from ember_mlir.passes.optimization import Remark
from ember_mlir.passes.promises import promises_of
from ember_mlir.pipeline.compiling import Compiled
from ember_mlir.pipeline.running import Step, promise_of

MAX_REMARKS = 20
"""How many places are shown for each pass; of more, only how many they are."""


@dataclass(frozen=True)
class Saving:
    """What a run did not have to ask for: the calls and tokens of the program as written.

    Tokens of what was never asked are not known, and are counted as the estimates are.
    """

    calls: int
    tokens: int
    calls_as_written: int

    def __str__(self) -> str:
        made = self.calls_as_written - self.calls
        tokens = f"{abs(self.tokens)} tokens {'less' if self.tokens >= 0 else 'more'}"
        return (
            f"made {made} of the {self.calls_as_written} calls of the program as it is written, "
            f"and took about {tokens}"
        )


@dataclass(frozen=True)
class PassReport:
    """What one pass has done (`fired`), and what it has not (`missed`), and why.

    `saves` is how much less the program takes by it: an estimate.
    """

    name: str
    promise: Equivalence
    fired: Sequence[Remark]
    missed: Sequence[Remark]
    saves: Estimate

    def lines(self) -> Iterator[str]:
        """The report as text."""
        saves = f", saves {self.saves.shown()}" if self.saves != Estimate() else ""
        yield f"{self.name} ({self.promise}){saves}"
        yield from _places("+", self.fired, self.promise)
        yield from _places("-", self.missed, self.promise)


@dataclass(frozen=True)
class Explanation:
    """Which optimizations did what to a program, and why the others did not.

    It prints as text: a line per pass, with `+` each place where it did something and
    with `-` each place where it did not, and the first obstacle. `before` and `after`
    estimate what the program takes, and `actual` is what the last recorded run has saved.
    """

    passes: Sequence[PassReport]
    before: Estimate
    after: Estimate
    kept: str
    warnings: Sequence[str] = ()
    actual: Saving | None = None

    @property
    def fired(self) -> Sequence[PassReport]:
        """The passes that have done something."""
        return [report for report in self.passes if report.fired]

    def __str__(self) -> str:
        told = [report for report in self.passes if report.fired or report.missed]
        idle = [report.name for report in self.passes if report not in told]
        lines = [line for report in told for line in report.lines()]
        if idle:
            lines.append(f"nothing to do: {', '.join(idle)}")
        lines += [f"warning: {warning}" for warning in self.warnings]
        lines.append(f"as written: {self.before.shown()}; now: {self.after.shown()} (estimates)")
        if "n" in f"{self.before.calls}{self.after.calls}":
            lines.append("n is the length of a list that is not known before the program runs")
        lines.append(f"kept: {self.kept}")
        if self.actual is not None:
            lines.append(f"the last run {self.actual}")
        return "\n".join(lines)


def explain(compiled: Compiled, actual: Saving | None = None) -> Explanation:
    """What became of a program, if it was compiled to be explained."""
    before = compiled.before
    after = compiled.steps[-1].after if compiled.steps else before
    # A pass that runs twice is told of once.
    known = {found.name: found for found in reversed(compiled.considered)}
    names = dict.fromkeys(found.name for found in compiled.considered)
    return Explanation(
        [_report(known[name], compiled.steps, compiled.remarks) for name in names],
        before,
        after,
        promises_of(compiled.module) or "exact",
        compiled.warnings,
        actual,
    )


def _report(found: ModulePass, steps: Sequence[Step], remarks: Sequence[Remark]) -> PassReport:
    own = [remark for remark in remarks if remark.pass_name == found.name]
    saves = Estimate()
    for step in steps:
        if step.name == found.name:
            saves = saves.plus(step.before.minus(step.after))
    return PassReport(
        found.name,
        _known_promise(found),
        _once([remark for remark in own if remark.fired]),
        _once([remark for remark in own if not remark.fired]),
        saves,
    )


def _known_promise(found: ModulePass) -> Equivalence:
    """The promise of a pass; one that claims what there is not has been left out."""
    try:
        return promise_of(found)
    except PipelineError:
        return MEANING


def _once(remarks: Sequence[Remark]) -> list[Remark]:
    """Remarks, each place once: what is written once may have been copied."""
    found = {(one.op_name, one.source, one.operators, one.said): one for one in remarks}
    return [*found.values()]


def _places(sign: str, remarks: Sequence[Remark], promise: Equivalence) -> Iterator[str]:
    for remark in remarks[:MAX_REMARKS]:
        weaker = remark.fired and remark.equivalence != promise
        kept = f" ({remark.equivalence})" if weaker else ""
        yield f"  {sign} {_where(remark)}{remark.said}{kept}"
    if len(remarks) > MAX_REMARKS:
        yield f"  {sign} and {len(remarks) - MAX_REMARKS} more"


def _where(remark: Remark) -> str:
    """Which operation a remark is about, on which line, of which operator; nothing for all."""
    if remark.op_name == ModuleOp.name:
        return ""
    place = "" if remark.source is None else f"{remark.source}: "
    around = f" of {remark.operators}" if remark.operators else ""
    return f"{place}'{remark.op_name}'{around} "
