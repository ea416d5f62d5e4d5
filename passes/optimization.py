"""What optimizations share: what they may do, what they aim at, and what they tell of it.

An optimization is an `Optimization`: a pass that may be left out. It declares the promise
that its rewrites keep, and tells of each rewrite by `fired`, and by `missed` of a place
that looked like one but was not. What it may do and should aim at stands in the current
`Setting`, which whoever runs passes sets.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Generator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from ember_mlir.dialects.locations import location_of, operators_of
from ember_mlir.errors import SourceLocation
from ember_mlir.passes.equivalence import DISTRIBUTION, EXACT, Equivalence, Kind

Objective = Literal["both", "cost", "latency"]
"""What is to be little: calls and tokens, or the time until the answer is there.

For `both` nothing is done that makes either more; for one, the other may grow.
"""


class Optimization(ModulePass, ABC):
    """A pass that makes a program better, and may be left out.

    `equivalence` is the promise that it needs to be allowed to break at most, to be of
    any use. Rewrites that keep less ask `permitted` first, each for itself. One that
    `serves` an objective runs only if that is aimed at, and may then raise what the other
    objective counts; no other pass may, and a rewrite that does looks at the setting first.
    """

    equivalence: ClassVar[str] = "exact"
    serves: ClassVar[Objective | None] = None

    def is_about(self, module: ModuleOp) -> bool:
        """Whether there is what this looks for: only then is it told that it may not run."""
        return True


Promises = dict[Kind, Equivalence]
"""What was kept, by the classes of the rewrites that were made; the δ of each is the sum."""


class Remark(NamedTuple):
    """What an optimization has done at a place (`fired`), or why it has not.

    `operators` are those of the front end that the place belongs to.
    """

    pass_name: str
    fired: bool
    op_name: str
    said: str
    source: SourceLocation | None
    equivalence: Equivalence
    operators: str = ""


@dataclass
class Setting:
    """What optimizations may do and aim at, and what they have done.

    `kept` is what their rewrites have kept, and `rewrites` how many they were. Remarks are
    noted only in a list that is given, as texts cost time. The passes in `asked` run
    whatever is allowed: somebody has asked for just them.
    """

    allow: Equivalence = DISTRIBUTION
    optimize_for: Objective = "both"
    speculate: bool = False
    remarks: list[Remark] | None = None
    asked: Set[str] = frozenset()
    kept: Promises = field(default_factory=Promises)
    rewrites: int = 0
    pass_name: str = ""

    def permits(self, rewrite: Equivalence) -> bool:
        """Whether one more rewrite may be made that keeps no more than this.

        What others have done counts only if it adds up, as δ does: that something weaker
        was asked for before is no reason to do less now.
        """
        return self.allow.permits(self.kept.get(rewrite.kind, EXACT).after(rewrite))

    def note(self, rewrite: Equivalence) -> None:
        """Count a rewrite, and what it has kept."""
        self.rewrites += 1
        self.kept[rewrite.kind] = self.kept.get(rewrite.kind, EXACT).after(rewrite)

    @contextmanager
    def current(self) -> Generator[Setting]:
        """Have this setting hold for the passes that are run inside."""
        token = _CURRENT.set(self)
        try:
            yield self
        finally:
            _CURRENT.reset(token)


_CURRENT: ContextVar[Setting | None] = ContextVar("_CURRENT", default=None)


def current_setting() -> Setting:
    """The setting that holds here; outside of a compilation, the default one."""
    return _CURRENT.get() or Setting()


def permitted(rewrite: Equivalence) -> bool:
    """Whether one more rewrite may be made that keeps no more than this."""
    return current_setting().permits(rewrite)


def fired(op: Operation, said: str, rewrite: Equivalence = EXACT) -> None:
    """Tell that `op` has been rewritten, and how; `said` completes "this operation …"."""
    setting = current_setting()
    setting.note(rewrite)
    _note(setting, op, said, rewrite, fired=True)


def missed(op: Operation, said: str) -> None:
    """Tell that `op` has not been rewritten, because …: the first obstacle, in words."""
    _note(current_setting(), op, said, EXACT, fired=False)


def _note(setting: Setting, op: Operation, said: str, rewrite: Equivalence, *, fired: bool) -> None:
    if setting.remarks is not None:
        place, around = location_of(op), operators_of(op)
        setting.remarks.append(
            Remark(setting.pass_name, fired, op.name, said, place, rewrite, around)
        )
