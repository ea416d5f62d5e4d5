"""Changes that show nowhere: to what leaves out branches and requests, or joins them."""

from __future__ import annotations

from ember_mlir.tools.mutants.survivors.reasons import (
    LIMIT,
    NAMES,
    SAME,
    SOONER,
    TYPES,
    WALKS,
    Reasons,
)

CHOICES: Reasons = {
    "passes/prune_branches/arms.py": {
        "Where there is no branch or cascade, a walk finds nothing that is worth it.": [
            "Arms.__init__: self.found = False False => True",
        ],
        SAME: [
            "SameInBothArms.match_and_rewrite: rewriter.replace(op, (), given[0]) 0 => 1",
        ],
    },
    "passes/prune_branches/answers.py": {
        "One of both sides is a known text, and of that no grammar is known.": [
            "NeverThatText.match_and_rewrite: return => pass",
        ],
    },
    "passes/prune_branches/rungs.py": {
        "All arms are kept then, and set as they are.": [
            (
                "RungsOfKnown.match_and_rewrite: if len(kept) < len(arms): len(kept) < len(arms) "
                "=> len(kept) <= len(arms)"
            ),
        ],
        "What stands in the arm is erased; nothing looks for the arm itself.": [
            "RungsOfKnown.match_and_rewrite: arm.parent = None => pass",
        ],
    },
    "passes/prune_branches/__init__.py": {
        WALKS: [
            "PruneBranchesPass.apply: break => pass",
        ],
    },
    "passes/speculate_branches/__init__.py": {
        LIMIT: [
            "module: RECENT = 16 16 => 17",
        ],
        TYPES: [
            (
                "Speculation.speculate: for arm, others in zip(op.regions, r…rict=True): True => "
                "False"
            ),
        ],
    },
    "passes/speculate_branches/early.py": {
        NAMES: [
            "make_early: fallback.result.name_hint = value.name_hint => pass",
        ],
    },
    "passes/stop_early/arms.py": {
        TYPES: [
            (
                "ListToParallel.match_and_rewrite: arms = [arm_of(item, ops) for item, "
                "…rict=True)] True => False"
            ),
        ],
    },
    "passes/pack_prompts/elements.py": {
        "A body that is longer than the pattern does not match it, however much of it is taken.": [
            "packable: match list(islice(op.body.block.ops, 4)): 4 => 5",
        ],
    },
    "passes/batch_requests/__init__.py": {
        SOONER: [
            "BatchRequestsPass.apply: return => pass",
        ],
    },
    "passes/batch_requests/grouping.py": {
        (
            "The borders before two requests are only compared, so it does not matter where they "
            "begin to count."
        ): [
            "Grouping.block: borders, asks = 0, False 0 => 1",
        ],
        TYPES: [
            (
                "Grouping.block: if isinstance(op, Call) and op in self._kinds: without: "
                "isinstance(op, Call)"
            ),
        ],
    },
}
