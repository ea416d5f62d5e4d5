"""Why tests do not notice some changes: nothing that a pass promises is changed by them.

The keys tell what is changed, and in which function; lines may move.
"""

from __future__ import annotations

from collections.abc import Mapping

from ember_mlir.tools.mutants.changes import Change
from ember_mlir.tools.mutants.survivors.calls import CALLS
from ember_mlir.tools.mutants.survivors.choices import CHOICES
from ember_mlir.tools.mutants.survivors.lookups import LOOKUPS
from ember_mlir.tools.mutants.survivors.moves import MOVES
from ember_mlir.tools.mutants.survivors.shapes import SHAPES

EXPLAINED: Mapping[str, Mapping[str, str]] = {
    path: {key: why for why, keys in reasons.items() for key in keys}
    for table in (
        CALLS,
        CHOICES,
        LOOKUPS,
        MOVES,
        SHAPES,
    )
    for path, reasons in table.items()
}


def explanation_of(change: Change) -> str | None:
    """Why nothing shows of a change, if that is known."""
    return EXPLAINED.get(change.path, {}).get(change.key)
