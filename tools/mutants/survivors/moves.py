"""Changes that show nowhere: to what makes calls elsewhere."""

from __future__ import annotations

from ember_mlir.tools.mutants.survivors.reasons import (
    NAMES,
    ONE_BLOCK,
    SAME,
    SOONER,
    TYPES,
    Reasons,
)

MOVES: Reasons = {
    "passes/hoist_calls/placing.py": {
        NAMES: [
            (
                "enough_items: some.result.name_hint = \"some\" some.result.name_hint = 'some' => "
                "pass"
            ),
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
    "passes/sink_calls/__init__.py": {
        "Nothing stands around a module that could move into it.": [
            "SinkCallsPass.apply: sinking.sink_in(region, barrier=True) True => False",
        ],
        ONE_BLOCK: [
            "Sinking.sink_in: for op in (op for block in reversed(…ock.ops))): without: reversed",
        ],
    },
    "passes/sink_calls/obstacles.py": {
        TYPES: [
            (
                "Obstacles.would_wait: return own is not None and self.wait…its.of(own) without: "
                "own is not None"
            ),
        ],
    },
}
