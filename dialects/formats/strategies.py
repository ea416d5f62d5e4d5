"""What `sched` and `exec` say alike: when to stop, retry, hedge, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xdsl.dialects.builtin import IntegerAttr, UnitAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import IRDLOperation
from xdsl.irdl.declarative_assembly_format import (
    AttributeVariable,
    ParsingState,
    PrintingState,
    irdl_custom_directive,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats.directives import AttributeDirective
from ember_mlir.dialects.formats.requests import integer, verify_limits
from ember_mlir.dialects.values import DecimalAttr, Utf8Attr

STOP = (
    "(`stop` custom<Word>($stop)^)? (`confidence` custom<Number>($confidence)^)? "
    "(`at_once` $at_once^)?"
)
"""Whether a vote looks at all members, or stops at those that decide it; when they are asked."""

HEDGE = "(`after` custom<Number>($delay)^ `seconds`)? (`by_token` $by_token^)?"
"""When the next arm of a race starts, and what counts as finishing first."""

BACKOFF = (
    "(`backoff` custom<Number>($least_backoff)^ `to` custom<Number>($most_backoff) `seconds`)?"
)
"""How long to wait between tries, at least and at most."""

RETRY = f"(`at_most` $at_most^)? (`redraw` $redraw^)? {BACKOFF}"
"""How often an arm is tried, with which draws, and how long to wait in between."""

LIMITS = (
    "(`budget` custom<Number>($budget)^ `usd`)? (`deadline` custom<Number>($deadline)^ `seconds`)?"
)
"""What a scope may spend, and how long it may take."""

MAX_TRIES = 100
STOPS = ("lossless", "adaptive")
AUDIENCES = ("user", "tenant", "shared")
"""Who may be answered with a stored result: its user, all of its tenant's, or all users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """When the arms of a race start, and which has won; without a delay, all at once.

    With `by_token` the first to stream a token has won, else the first that is over.
    """

    delay: Decimal | None = None
    by_token: bool = False

    def properties(self) -> dict[str, Attribute | None]:
        """These parameters as the properties of an operation."""
        return {"delay": _decimal(self.delay), "by_token": UnitAttr() if self.by_token else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often to try: `at_most` times, and with `redraw` each time with other draws.

    `backoff` is the least and most that it may wait between tries, in seconds.
    """

    at_most: int | None = None
    redraw: bool = False
    backoff: tuple[Decimal, Decimal] | None = None

    def properties(self) -> dict[str, Attribute | None]:
        """These parameters as the properties of an operation."""
        least, most = self.backoff or (None, None)
        return {
            "at_most": None if self.at_most is None else integer(self.at_most),
            "redraw": UnitAttr() if self.redraw else None,
            "least_backoff": _decimal(least),
            "most_backoff": _decimal(most),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a scope may spend, in dollars, and how long it may take, in seconds."""

    budget: Decimal | None = None
    deadline: Decimal | None = None

    def properties(self) -> dict[str, Attribute | None]:
        """These limits as the properties of an operation."""
        return {"budget": _decimal(self.budget), "deadline": _decimal(self.deadline)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """When a vote looks at no more members.

    Without `stop` it looks at all; `lossless` stops when none of the missing can change
    the result, `adaptive` when that is as likely as `confidence` says. One that stops asks
    for members as it needs them, or for all `at_once`, and cancels the rest.
    """

    min_valid: int | None = None
    stop: Literal["lossless", "adaptive"] | None = None
    confidence: Decimal | None = None
    at_once: bool = False

    def properties(self) -> dict[str, Attribute | None]:
        """These parameters as the properties of an operation."""
        return {
            "min_valid": None if self.min_valid is None else integer(self.min_valid),
            "stop": None if self.stop is None else Utf8Attr(self.stop),
            "confidence": _decimal(self.confidence),
            "at_once": UnitAttr() if self.at_once else None,
        }


def _decimal(value: Decimal | None) -> DecimalAttr | None:
    return None if value is None else DecimalAttr(value)


EFFECTS = ("pure", "idempotent", "effectful")
"""What calling a function does: nothing; the same however often; something each time."""


@irdl_custom_directive
class Word(AttributeDirective):
    """One word of a closed set, without quotes: `lossless`."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        self.value.set(state, Utf8Attr(parser.parse_identifier()))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        value = self.value.get(op)
        if isinstance(value, Utf8Attr):
            state.print_whitespace(printer)
            printer.print_string(value.data)


def verify_word(op: Operation, name: str, known: Sequence[str]) -> None:
    """Check that a property, if it is there, is one of the words `known`."""
    word = op.properties.get(name)
    if isinstance(word, Utf8Attr) and word.data not in known:
        raise VerifyException(f"{name} must be one of {', '.join(known)}, but got '{word.data}'")


def verify_amounts(op: Operation, *names: str) -> None:
    """Check that the decimals which `op` states are not below zero."""
    for name in names:
        amount = op.properties.get(name)
        if isinstance(amount, DecimalAttr) and amount.data < 0:
            raise VerifyException(f"{name} must not be negative, but got {amount.data:f}")


def verify_quorum(op: Operation) -> None:
    """Check the rules of a vote that may stop early, and cancels what is missing."""
    verify_vote(op)
    if "stop" in op.properties and not op.operands[0].has_one_use():
        raise VerifyException(
            "a quorum that stops early must be the only reader of its list, but there are others"
        )


def verify_vote(op: Operation) -> None:
    """Check the rules of a vote that may stop early."""
    verify_limits(op, "min_valid")
    verify_word(op, "stop", STOPS)
    stop, confidence = op.properties.get("stop"), op.properties.get("confidence")
    if (stop == Utf8Attr("adaptive")) != (confidence is not None):
        raise VerifyException(
            "a confidence must go with 'stop adaptive', and 'stop adaptive' with a confidence"
        )
    if stop is None and "at_once" in op.properties:
        raise VerifyException("'at_once' must go with a 'stop': without, all are asked at once")
    if isinstance(confidence, DecimalAttr) and not 0 < confidence.data < 1:
        raise VerifyException(
            f"confidence must be between 0 and 1, and neither, but got {confidence.data:f}"
        )


def verify_on_error(op: Operation, default: SSAValue | None, member: Attribute) -> None:
    """Check that a member that fails is dropped or replaced, and by a value of its type."""
    if default is None:
        return
    if "drop" in op.properties:
        raise VerifyException("a member that fails must be dropped or replaced, not both")
    if default.type != member:
        raise VerifyException(
            f"what is used for a member that fails must be {member}, but got {default.type}"
        )


def verify_attempt(op: Operation) -> None:
    """Check the rules of tries, their draws and the pauses between them."""
    verify_tries(op, "redraw", "backoff")


def verify_tries(op: Operation, *need_several: Literal["redraw", "backoff"]) -> None:
    """Check a number of tries and the pauses between them.

    `need_several` are the words of the operation that mean nothing for a single try.
    """
    verify_limits(op, "at_most")
    verify_amounts(op, "least_backoff", "most_backoff")
    found = op.properties
    at_most = found.get("at_most")
    tries = at_most.value.data if isinstance(at_most, IntegerAttr) else 1
    if tries > MAX_TRIES:
        raise VerifyException(f"at_most must be at most {MAX_TRIES}, but got {tries}")
    if tries == 1 and ("redraw" in found or "least_backoff" in found):
        words = " and ".join(f"'{word}'" for word in need_several)
        raise VerifyException(f"{words} must go with 'at_most' 2 or more tries")
    least, most = found.get("least_backoff"), found.get("most_backoff")
    if (least is None) != (most is None):
        raise VerifyException("a backoff must have both ends or neither, but got one")
    if isinstance(least, DecimalAttr) and isinstance(most, DecimalAttr) and least.data > most.data:
        raise VerifyException(
            f"a backoff must go from less to more, but got {least.data:f} to {most.data:f}"
        )
