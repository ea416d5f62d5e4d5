"""What ends a run or a scope early: failures, in program order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ember_mlir.errors import EmberError

if TYPE_CHECKING:
    from ember_mlir.runtime.frames import Body, Instruction

NOTES = 5
"""How many further failures an error tells of one by one."""


class Failure(NamedTuple):
    """An error and its place in program order."""

    place: tuple[int, ...]
    error: EmberError


def place_of(body: Body, instruction: Instruction) -> tuple[int, ...]:
    """Where `instruction` stands when everything runs one after another.

    Rows of instructions and indices of runs take turns, outermost first.
    """
    place = [instruction.index]
    around: Body | None = body
    while around is not None:
        place += (around.index, around.parent.row)
        around = around.parent.frame
    return tuple(reversed(place))


def failure_of(body: Body, instruction: Instruction, error: EmberError) -> Failure:
    """The failure of an instruction, located where the text says unless it already is."""
    if error.location is None:
        error.location = instruction.location
    return Failure(place_of(body, instruction), error)


def combined(failures: Sequence[Failure], later: Sequence[EmberError]) -> EmberError:
    """The first of `failures` in program order, with notes on the others.

    `later` came from calls that were being cancelled: they are notes at most, because
    the cancellation may have caused them.
    """
    ordered = [failure.error for failure in sorted(failures, key=lambda failure: failure.place)]
    first, *others = ordered
    others += later
    others = [other for other in others if other is not first]
    for other in others[:NOTES]:
        first.add_note(f"also failed: {other}")
    if len(others) > NOTES:
        first.add_note(f"also failed: {len(others) - NOTES} more")
    return first


def internal_error(error: Exception) -> EmberError:
    """What a defect of the engine itself is reported as."""
    known = EmberError(
        f"internal error of the engine: {type(error).__name__}: {error}; "
        "please report it with the text of the program"
    )
    known.__cause__ = error
    return known
