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
                "slow_operations: while around is not None and around not in slow: without: "
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
            "disclosure_of: return None => pass",
            "_gates: return None => pass",
        ],
        TYPES: [
            (
                "sent_by: found = disclosure_of(op) if isinsta…) else None without: "
                "isinstance(op, Call)"
            ),
        ],
        SOONER: [
            "_gates: waiting.update(dict.fromkeys(new)) => pass",
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
                "key_of: if op.regions or not op.results or o…effect(op): without: "
                "op.has_trait(IsTerminator)"
            ),
            "key_of: if op.regions or not op.results or o…effect(op): without: not op.results",
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
            "give_the_same: break => pass",
        ],
        TYPES: [
            (
                "give_the_same: if key is None or found is None or f…ds) != key: without: key is "
                "None"
            ),
            "give_the_same: same.update(zip(other.results, op.re…rict=True)) True => False",
        ],
    },
    "passes/analysis/feeders.py": {
        "The owner of an argument is a block, which never stands where an operation does.": [
            (
                "made_for: if not isinstance(op, Operation) or …n decisive: without: not "
                "isinstance(op, Operation)"
            ),
        ],
    },
    "passes/analysis/alike.py": {
        "The calls are equal in what the first is asked for, so another tells it as well.": [
            "samples_in: model, prompt = calls[0].model, calls[0].prompt 0 => 1",
            "samples_in: model, prompt = calls[0].model, calls[0].prompt 0 => 1 (2)",
            "unlike: first, draws = parameters(calls[0]),…l in calls] 0 => 1",
            "unlike: if calls[0].tools is not None: 0 => 1",
        ],
    },
    "passes/analysis/independent_answers.py": {
        "The same tell one from another, whichever of both stands for an index that counts.": [
            (
                "_are_apart: shapes = {(draw.chain, tuple([i is N…w in draws} i is None => i is "
                "not None"
            ),
        ],
        TYPES: [
            (
                "greatest_difference: if members is None or members > MAX_MEMBERS: without: "
                "members is None"
            ),
        ],
        LIMIT: [
            (
                "greatest_difference: if members is None or members > MAX_MEMBERS: members > "
                "MAX_MEMBERS => members >= MAX_MEMBERS"
            ),
        ],
        "A vote is not decided before its first answer.": [
            "greatest_difference: least = 1 if vote.min_valid is None ….value.data 1 => 0",
        ],
    },
    "passes/analysis/folds.py": {
        "A value that is no result of an operation is not read by one that gives it.": [
            (
                "fold_of: if not isinstance(combine, Operation…ot combine: without: not "
                "isinstance(combine, Operation)"
            ),
        ],
        "Nothing that texts, lists or counts are combined by has a region.": [
            "fold_of: if combine.parent is not block or co…_one_use(): without: combine.regions",
        ],
        "What reads the value of a round, and gives that of the next one, stands in the round.": [
            (
                "fold_of: if combine.parent is not block or co…_one_use(): without: "
                "combine.parent is not block"
            ),
        ],
    },
    "passes/analysis/adaptive_votes.py": {
        (
            "Any margin will do that is small beside the last of the places to which the bound "
            "is rounded up."
        ): [
            "module: MARGIN = Fraction(1, 10**6) 1 => 2",
            "module: MARGIN = Fraction(1, 10**6) 10 => 11",
            "module: MARGIN = Fraction(1, 10**6) 6 => 7",
        ],
        "A vote is not decided before its first answer.": [
            "most_differing: def most_differing(members: int, con…-> Decimal: 1 => 0",
            "differing: def differing(members: int, confiden…uence[int]: 1 => 0",
        ],
        "Of more answers than are left there is no choice, so that nothing is added.": [
            "_count: for more in range(members - one - other + 1): 1 => 2",
        ],
        "Two winners are compared, and the other way round they are as equal, or not.": [
            (
                "_wins: return one > other or (one == other and first) negated: one > other or "
                "(one == other and first)"
            ),
        ],
        SOONER: [
            "supremum: reached = max(shares[0], shares[-1]) max => min",
            "supremum: reached = max(shares[0], shares[-1]) 1 => 0",
            "supremum: reached = max(reached, Fraction(left[-1], unit)) 1 => 0",
        ],
        "What is just as far above as it may be is close enough; one more step is no harm.": [
            (
                "supremum: if Fraction(max(coefficients), unit)…d + MARGIN: "
                "Fraction(max(coefficients), unit) > …ed + MARGIN => Fraction(max(coefficients), "
                "unit) >=…ed + MARGIN"
            ),
        ],
    },
}
