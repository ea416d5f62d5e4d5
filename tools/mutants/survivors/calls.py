"""Changes that show nowhere: to what makes calls one, or leaves them out."""

from __future__ import annotations

from ember_mlir.tools.mutants.survivors.reasons import (
    ONE_BLOCK,
    SOONER,
    TYPES,
    WALKS,
    Reasons,
)

CALLS: Reasons = {
    "passes/assign_draws.py": {
        "A longer hash tells programs apart as well.": [
            "_Stamp.__init__: self._digest = blake2b(digest_size=8) 8 => 9",
        ],
        SOONER: [
            ("_Stamp._text_of: if isinstance(attribute, Utf8Attr | DrawAttr): without: Utf8Attr"),
            ("_Stamp._text_of: if isinstance(attribute, Utf8Attr | DrawAttr): without: DrawAttr"),
        ],
    },
    "passes/remove_dead_calls.py": {
        ONE_BLOCK: [
            "remove_dead: for block in reversed(region.blocks): without: reversed",
        ],
        "What gives nothing and has no effect does nothing, left or not.": [
            (
                "remove_dead: if not op.results or not is_trivially_dead(op): without: not "
                "op.results"
            ),
        ],
    },
    "passes/merge_calls/__init__.py": {
        TYPES: [
            "merge_equal: merged.update(zip(op.results, first.…rict=True)) True => False",
        ],
    },
    "passes/merge_calls/broadcasts.py": {
        WALKS: [
            "is_one: return False False => True",
        ],
    },
    "passes/merge_calls/samples.py": {
        SOONER: [
            "Samples.stays: if draw is None or is_greedy(op): without: draw is None",
        ],
    },
}
