"""Changes that show nowhere: to what passes look up."""

from __future__ import annotations

from ember_mlir.tools.mutants.survivors.reasons import (
    LIMIT,
    NAMED_TYPES,
    ONE_BLOCK,
    SOONER,
    TYPES,
    Reasons,
)

LOOKUPS: Reasons = {
    "passes/analysis/enclosing.py": {
        SOONER: [
            (
                "with_enclosing: while around is not None and around …t in found: without: "
                "around not in found"
            ),
        ],
    },
    "passes/analysis/failures.py": {
        SOONER: [
            (
                "effectful_operations: while around is not None and around … in acting: without: "
                "around not in acting"
            ),
        ],
        ONE_BLOCK: [
            "_mark: for block in reversed(region.blocks): without: reversed",
        ],
    },
    "passes/analysis/lateness.py": {
        SOONER: [
            (
                "_slow_operations: while around is not None and around not in slow: without: "
                "around not in slow"
            ),
        ],
        "A region that gives something ends with an operation.": [
            "_mark: is_late |= last is not None and any(…t.operands) without: last is not None",
        ],
    },
    "passes/analysis/disclosures.py": {
        LIMIT: [
            "module: MAX_STEPS = 256 256 => 257",
        ],
        TYPES: [
            "sends: return is_certain and op.results[0].…is not None without: is_certain",
        ],
    },
    "passes/analysis/invariants.py": {
        TYPES: [
            (
                "Invariants._made_by: return [own for own in owners if isi…self._sure] without: "
                "isinstance(own, Operation)"
            ),
        ],
    },
    "passes/analysis/losers.py": {
        NAMED_TYPES: [
            "module: Reader = Group | Region | None without: Region",
            "module: Reader = Group | Region | None without: Group",
            "module: Reader = Group | Region | None without: None",
            "module: Reader = Group | Region | None without: Group | Region",
        ],
        "All else that gives something stands for an effect, which is in no group.": [
            (
                "Losers._join: if len(found) != 1 or op in self._ke…, Running): without: not "
                "isinstance(op, Running)"
            ),
        ],
    },
    "passes/analysis/readers.py": {
        (
            "Times are compared with one another, so it does not matter where they begin or how "
            "far they are apart."
        ): [
            "Readers.__init__: self._time = 0 0 => 1",
            "Readers.inside: self._time += 1 1 => 2",
        ],
        (
            "Of two regions that are as deep, both are left for those around them, one after the "
            "other."
        ): [
            (
                "shared_by: if first.depth < second.depth: first.depth < second.depth => "
                "first.depth <= second.depth"
            ),
        ],
    },
    "passes/analysis/votes.py": {
        NAMED_TYPES: [
            "module: Source = SampleOp | MapOp | ParallelOp without: SampleOp",
            "module: Source = SampleOp | MapOp | ParallelOp without: MapOp",
            "module: Source = SampleOp | MapOp | ParallelOp without: SampleOp | MapOp",
            "module: Source = SampleOp | MapOp | ParallelOp without: ParallelOp",
        ],
        SOONER: [
            (
                "Votes._least_told: while around is not None and found.g…S)) > rank: without: "
                "found.get(around, len(LABELS)) > rank"
            ),
            (
                "Votes._least_told: while around is not None and found.g…S)) > rank: "
                "found.get(around, len(LABELS)) > rank => found.get(around, len(LABELS)) >= rank"
            ),
        ],
        "Of an empty list no member is asked for.": [
            "Votes.is_saving: return bool(calls) and most_items(vo…t in (0, 1) without: 0",
            "Votes.is_saving: return bool(calls) and most_items(vo…t in (0, 1) 0 => 1",
        ],
    },
    "passes/analysis/vocabularies.py": {
        TYPES: [
            (
                "vocabulary_of: if isinstance(owner, ParseOp) and is… TextType): without: "
                "isinstance(value.type, TextType)"
            ),
        ],
    },
    "passes/analysis/equality.py": {
        "What ends a region gives nothing, so that either tells it.": [
            (
                "key_of: if op.regions or not op.results or o…) != set(): without: "
                "op.has_trait(IsTerminator)"
            ),
            "key_of: if op.regions or not op.results or o…) != set(): without: not op.results",
        ],
        (
            "Each arm ends with an operation that the other has not, or that ends both: none is "
            "missing."
        ): [
            (
                "give_the_same: if op is None or other is None: and for or: op is None or other "
                "is None"
            ),
            "give_the_same: if op is None or other is None: without: other is None",
            "give_the_same: if op is None or other is None: without: op is None",
        ],
        TYPES: [
            "give_the_same: if key is None or found is None or f…ds) != key: without: key is None",
            "give_the_same: same.update(zip(other.results, op.re…rict=True)) True => False",
        ],
    },
}
