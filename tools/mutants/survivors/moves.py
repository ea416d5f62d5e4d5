"""Changes that show nowhere: to what makes calls elsewhere."""

from __future__ import annotations

from ember_mlir.tools.mutants.survivors.reasons import (
    NAMES,
    SAME,
    SOONER,
    Reasons,
)

MOVES: Reasons = {
    "passes/hoist_calls/placing.py": {
        NAMES: [
            "enough_items: some.result.name_hint = \"some\" some.result.name_hint = 'some' => pass",
        ],
        "Nothing but a request has a temperature, so all that is greedy is one.": [
            (
                "asks_greedily: return op.has_trait(AsksModel) and is_greedy(op) without: "
                "op.has_trait(AsksModel)"
            ),
        ],
    },
    "passes/hoist_calls/guarding.py": {
        NAMES: [
            "guarded: found.value.name_hint = value.name_hint => pass",
        ],
    },
    "passes/cancel_losers/groups.py": {
        SOONER: [
            "Cancelling.rises: return False => pass",
        ],
    },
    "passes/cancel_losers/ending.py": {
        SAME: [
            "cancel_unless_read.nothing: return [*made, *lost, sched.AcceptOp…condition)] 1 => 0",
        ],
    },
}
