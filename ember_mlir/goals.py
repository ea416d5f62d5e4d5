"""What a program is to be compiled for: what may change, what is to be little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from os import environ
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from xdsl.passes import ModulePass

    from ember_mlir.pipeline import Options

Objective = Literal["both", "cost", "latency"]
"""What is to be little: calls and tokens, or the time until the answer is there.

For `both` nothing is done that makes either more; for one, the other may grow.
"""

AnyPass: TypeAlias = "str | ModulePass | type[ModulePass]"
"""A pass: its name, perhaps with options as in `a{b=1}`, its class, or an object of it."""

COMPARE = "compare"
"""What the environment says for `check`."""


@dataclass(frozen=True)
class Goals:
    """The options of `compile`, as they were given."""

    allow: str = "distribution"
    optimize_for: Objective = "both"
    speculate: bool = False
    passes: tuple[AnyPass, ...] | str = ()
    without: tuple[str, ...] | str = ()
    budget_usd: Decimal | None = None
    timeout_s: Decimal | None = None
    check: bool = False

    @classmethod
    def of(
        cls,
        allow: str,
        optimize_for: Objective,
        speculate: bool,
        passes: Sequence[AnyPass],
        without: Sequence[str],
        check: bool = False,
    ) -> Goals:
        """The options as they were given; a text in place of a list is told of on first use.

        In an environment with `EMBER_DEBUG=compare`, all runs are to be checked.
        """
        listed = passes if isinstance(passes, str) else tuple(passes)
        left_out = without if isinstance(without, str) else tuple(without)
        checked = check or COMPARE in environ.get("EMBER_DEBUG", "").split(",")
        return cls(allow, optimize_for, speculate, listed, left_out, check=checked)

    def options(self) -> Options:
        """What the compiler is told. Raises `PipelineError` for what it does not know."""
        from ember_mlir.errors import PipelineError
        from ember_mlir.pipeline import Equivalence, Options, passes_of

        if self.optimize_for not in get_args(Objective):
            listed = ", ".join(map(repr, get_args(Objective)))
            raise PipelineError(
                f"a program must be optimized for one of {listed}, but got {self.optimize_for!r}"
            )
        if isinstance(self.passes, str) or isinstance(self.without, str):
            raise PipelineError(
                "passes must be given as a list, but got a text; write it as in ['merge-calls']"
            )
        return Options(
            # What is compared must be the same, answer by answer.
            Equivalence.parse("exact" if self.check else self.allow),
            self.optimize_for,
            self.speculate and not self.check,
            passes_of(self.passes),
            frozenset(self.without),
            budget_usd=self.budget_usd,
            timeout_s=self.timeout_s,
        )
