"""Changes of what captured code has made."""

from __future__ import annotations

from ember_mlir.frontend.containers import TrackedList
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Unknown, describe


def note_change(trace: Trace, value: object, change: str) -> None:
    """Take note that `value` is changed; refuse it unless captured code has made it."""
    place = trace.place_of(value)
    if place is None:
        trace.refuse(
            f"{change} of {describe(value)} from outside",
            "make one inside, as in list(items), or return the value instead",
        )
    if trace.aliases.is_copied(value):
        trace.refuse(
            f"{change} of {describe(value)} that is a part of another value by now",
            "change it before it is put there, or make a new one",
        )
    if isinstance(value, TrackedList) and isinstance(value.symbolic, Unknown):
        trace.refuse(f"{change} of {describe(value.symbolic)}", "make a list of its own for it")
    trace.change(place)
    for twin in trace.aliases.twins(value):
        _forget(trace, twin, change)


def _forget(trace: Trace, twin: object, change: str) -> None:
    """Take note that `twin` may have been changed, too."""
    place = trace.place_of(twin)
    if place is None or trace.is_over(place):
        return
    if not isinstance(twin, TrackedList):
        trace.refuse(
            f"{change} of {describe(twin)} that may be one or another here",
            "make a new one instead of changing it",
        )
    if not isinstance(twin.symbolic, Unknown):
        trace.change(place)
        place.become(Unknown("a list", "which may have been changed under another name"))
