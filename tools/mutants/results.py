"""What came of changes: a row for each pass, and what nobody noticed."""

from __future__ import annotations

from typing import NamedTuple

from ember_mlir.tools.mutants.changes import Change
from ember_mlir.tools.mutants.checking import Verdict

LEAST_NOTICED = 85
"""How many of 100 changes that are made by machine tests must notice."""

HEAD = f"{'':22}{'planted':>12}{'automatic':>14}"


class Result(NamedTuple):
    """What came of a change to a pass, or to what it needs.

    A planted bug breaks a `condition`; of what is made by machine and does not show, an
    `explanation` says why.
    """

    group: str
    change: Change
    verdict: Verdict
    condition: str | None = None
    explanation: str | None = None

    @property
    def is_noticed(self) -> bool:
        """Whether a test has noticed the change."""
        return self.verdict.noticed_by is not None

    @property
    def is_bad(self) -> bool:
        """Whether something must be done: a test is missing, or an explanation."""
        is_clear = self.condition is None and self.explanation is not None
        return not self.is_noticed and not is_clear


class Results:
    """What came of all changes; `broken` are tests that fail without any."""

    def __init__(self) -> None:
        self.all: list[Result] = []
        self.broken: set[str] = set()

    def add(self, result: Result) -> None:
        """Take note of what came of one more change."""
        self.all.append(result)

    def row(self, group: str) -> str:
        """The row of a pass in the table, and behind it what somebody must look at."""
        found = [result for result in self.all if result.group == group]
        return "\n".join([_row(group, found), *(_told(r) for r in found if r.is_bad)])

    def report(self) -> str:
        """What follows the rows: the sum, and why nobody noticed the rest."""
        lines = [_row("all", self.all), *(f"BROKEN {test}" for test in sorted(self.broken))]
        explained = [result for result in self.all if not result.is_noticed and not result.is_bad]
        return "\n".join(lines + [_told(result) for result in explained])

    @property
    def are_good(self) -> bool:
        """Whether enough was noticed, and all else is explained."""
        made = [result for result in self.all if result.condition is None]
        noticed = sum(result.is_noticed for result in made)
        bad = self.broken or any(result.is_bad for result in self.all)
        return not bad and 100 * noticed >= LEAST_NOTICED * len(made)


def _row(name: str, results: list[Result]) -> str:
    planted = [result.is_noticed for result in results if result.condition is not None]
    made = [result.is_noticed for result in results if result.condition is None]
    share = f"{100 * sum(made) // len(made)} %" if made else ""
    return (
        f"{name:22}{_of(planted):>12}{_of(made):>14}{share:>7}"
        if planted or made
        else f"{name:22}{'nothing':>12}"
    ).rstrip()


def _told(result: Result) -> str:
    """What nobody noticed, where it is, and why that is."""
    change = result.change
    kind = "PLANTED " if result.condition is not None else ""
    why = result.explanation or ("" if result.condition else f'not explained: "{change.key}"')
    return f"  {kind}{change.path}:{change.line}: {change.said}" + (f"\n    {why}" if why else "")


def _of(noticed: list[bool]) -> str:
    return f"{sum(noticed)} of {len(noticed)}" if noticed else ""
