"""What came of a run, and what it has cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from os import PathLike, fspath
from typing import TYPE_CHECKING, Generic, TypeVar

from ember_mlir.errors import InputError
from ember_mlir.providers import Bill

if TYPE_CHECKING:
    from ember_mlir.pipeline import Saving
    from ember_mlir.runtime.trace import Span, Trace

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class LastRun(Generic[R_co]):
    """What came of the last run of a program that succeeded, and what it has cost.

    `saved` is what it did not have to ask for, if its session was `recorded`.
    """

    answer: R_co
    bill: Bill
    saved: Saving | None = None
    _trace: Trace | None = field(default=None, repr=False, compare=False)

    @property
    def calls(self) -> int:
        """How many requests were issued."""
        return self.bill.calls

    @property
    def tokens(self) -> int:
        """The tokens of input and output together."""
        return self.bill.tokens

    @property
    def usd(self) -> Decimal | None:
        """The cost in US dollars; None where a price is unknown."""
        return self.bill.usd

    @property
    def seconds(self) -> float:
        """How long it took, on the session's clock."""
        return self.bill.seconds

    @property
    def spans(self) -> list[Span]:
        """What was done, in the order in which it ended; of an eager run, nothing."""
        return [] if self._trace is None else self._trace.spans()

    def trace(self, path: str | PathLike[str]) -> None:
        """Write a JSON file that https://ui.perfetto.dev and chrome://tracing open.

        It has a row for each request of a lane that was under way at the same time, with
        its line, wait, sends, tokens and dollars, and no text of any prompt or answer. Of
        a run with very many requests it has the last. Raises `InputError` if the file
        cannot be written, or if the run was eager.
        """
        if self._trace is None:
            raise InputError(
                "a trace must be of a compiled run, but the last run was eager; "
                "call the program itself"
            )
        self._trace.write(fspath(path))
