"""Changes that show nowhere: to what leaves out branches and requests, or joins them."""

from __future__ import annotations

from ember_mlir.tools.mutants.survivors.reasons import (
    SAME,
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
}
