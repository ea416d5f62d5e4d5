"""Why tests do not notice some changes: nothing that a pass promises is changed by them.

The keys tell what is changed, and in which function; lines may move.
"""

from __future__ import annotations

from collections.abc import Mapping

from ember_mlir.tools.mutants.changes import Change

EXPLAINED: Mapping[str, Mapping[str, str]] = {}


def explanation_of(change: Change) -> str | None:
    """Why nothing shows of a change, if that is known."""
    return EXPLAINED.get(change.path, {}).get(change.key)
