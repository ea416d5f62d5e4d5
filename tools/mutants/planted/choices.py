"""Which branches and answers need not be looked at."""

from __future__ import annotations

from ember_mlir.tools.mutants.planted.bug import Planted

PRUNING = "passes/prune_branches"
CONDITIONS = "passes/analysis/conditions"
VOCABULARIES = "passes/analysis/vocabularies"
STOPPING = "passes/stop_early"
VOTES = "passes/analysis/votes"
FEEDERS = "passes/analysis/feeders"
INDEPENDENT = "passes/analysis/independent_answers"
ADAPTIVE = "passes/analysis/adaptive_votes"
REPETITIONS = "passes/analysis/repetitions"

CHOICES = (
    Planted(
        "prune-branches",
        "a condition holds in the first arm, and does not in the second",
        PRUNING,
        "self._tell_arm(op.cond, op.false_region, holds=False)",
        "self._tell_arm(op.cond, op.false_region, holds=True)",
    ),
    Planted(
        "prune-branches",
        "what is known in an arm is not known behind it",
        PRUNING,
        "            for value in new:\n                del self._known[value]\n",
        "",
    ),
    Planted(
        "prune-branches",
        "of what is not both, either may hold",
        CONDITIONS,
        "case arith.AndIOp(lhs=lhs, rhs=rhs) if found:",
        "case arith.AndIOp(lhs=lhs, rhs=rhs):",
    ),
    Planted(
        "prune-branches",
        "of what is one or the other, either may not hold",
        CONDITIONS,
        "case arith.OrIOp(lhs=lhs, rhs=rhs) if not found:",
        "case arith.OrIOp(lhs=lhs, rhs=rhs):",
    ),
    Planted(
        "prune-branches",
        "what is not that holds, is not",
        CONDITIONS,
        "known.append((lhs, not found))",
        "known.append((lhs, found))",
    ),
    Planted(
        "prune-branches",
        "white space and case count where texts are compared",
        VOCABULARIES,
        "            return self.grammar.accepts(text)\n",
        "            return text in (words_of(self.grammar) or {text})\n",
    ),
    Planted(
        "prune-branches",
        "around JSON, and in what it escapes, there may be anything",
        VOCABULARIES,
        'if self.grammar.spelling == "json_schema" and not self.parsed:',
        "if False:",
    ),
    Planted(
        "prune-branches",
        "what stands in for an answer need not look like one",
        VOCABULARIES,
        "    if isinstance(owner, SampleOp) and owner.default is not None:\n",
        "    if False:\n",
    ),
    Planted(
        "prune-branches",
        "that a text may not contain another says nothing of the other way round",
        PRUNING,
        "            [(first, second)]\n",
        "            [(first, second), (second, first)]\n",
    ),
    Planted(
        "prune-branches",
        "arms with the same result do nothing else, and cannot fail",
        PRUNING,
        "        if not all(is_sure_region(region) for region in op.regions):\n",
        "        if False:\n",
    ),
    Planted(
        "prune-branches",
        "a rung that is never accepted may do something, or fail where that decides something",
        PRUNING,
        "any(op in self.decisive and not is_sure(op) for op in list(arm.block.ops)[:-1])",
        "False",
    ),
    Planted(
        "stop-early",
        "nobody else reads what is not made",
        VOTES,
        "    if not vote.answers.has_one_use():\n",
        "    if False:\n",
    ),
    Planted(
        "stop-early",
        "a vote by keys needs those of all answers",
        VOTES,
        "    if vote.keys is not None:\n",
        "    if False:\n",
    ),
    Planted(
        "stop-early",
        "a list that others take piece by piece comes whole",
        VOTES,
        "    if isinstance(vote.result.type, ListType):\n",
        "    if False:\n",
    ),
    Planted(
        "stop-early",
        "a vote that stops by a rule keeps it",
        STOPPING,
        " and vote.stop is None]",
        "]",
    ),
    Planted(
        "stop-early",
        "that a member fails, decides nothing",
        VOTES,
        "        if any(source in self._decisive for source in sources):\n",
        "        if False:\n",
    ),
    Planted(
        "stop-early",
        "members call no function that is not pure",
        VOTES,
        "        if any(source in self._acting for source in sources):\n",
        "        if False:\n",
    ),
    Planted(
        "stop-early",
        "how many are asked tells no model what it is not told",
        STOPPING,
        "    if votes.tells_more(vote):\n",
        "    if False:\n",
    ),
    Planted(
        "stop-early",
        "a vote stops only if that saves requests",
        STOPPING,
        "    if not votes.is_saving(vote):\n",
        "    if False:\n",
    ),
    Planted(
        "stop-early",
        "what makes the members runs as often as the vote",
        VOTES,
        "isinstance(owner, SampleOp | MapOp | ParallelOp) and owner.parent is vote.parent:",
        "isinstance(owner, SampleOp | MapOp | ParallelOp):",
    ),
    Planted(
        "stop-early",
        "where members are left out, no place is known before all are there",
        VOTES,
        "        if isinstance(owner, SampleOp | MapOp | ParallelOp) and owner.drop is not None:\n",
        "        if False:\n",
    ),
    Planted(
        "stop-early",
        "calls that others read, too, stay where they are",
        FEEDERS,
        " and value.has_one_use():",
        ":",
    ),
    Planted(
        "stop-early",
        "calls whose failure decides something stay where they are",
        FEEDERS,
        " or op in decisive:",
        ":",
    ),
    Planted(
        "stop-early",
        "calls without a draw, and what is not pure, stay where they are",
        FEEDERS,
        "if has_no_effect(op) and len(",
        "if len(",
    ),
    Planted(
        "stop-early",
        "no answers are put into arms that must be there where the vote decides more",
        STOPPING,
        "        if listed in self.decisive:\n",
        "        if False:\n",
    ),
    Planted(
        "stop-early",
        "answers that are written elsewhere are not put into arms",
        STOPPING,
        " and listed.parent is vote.parent",
        "",
    ),
    Planted(
        "stop-early",
        "what keeps less than exact must be allowed",
        STOPPING,
        "    elif not permitted(bounded(delta)):\n",
        "    elif False:\n",
    ),
    Planted(
        "stop-early",
        "what is spent of δ is counted",
        STOPPING,
        'fired(vote, f"stops as soon as {said}", kept)',
        'fired(vote, f"stops as soon as {said}")',
    ),
    Planted(
        "stop-early",
        "where latency counts, all answers are asked for at once",
        STOPPING,
        'current_setting().optimize_for != "cost"',
        "False",
    ),
    Planted(
        "stop-early",
        "a bound is known of samples of one request",
        INDEPENDENT,
        "    if not isinstance(root, SampleOp):\n",
        "    if root is None:\n",
    ),
    Planted(
        "stop-early",
        "a bound is known of answers of which none is left out or replaced",
        INDEPENDENT,
        "if any(source.drop is not None or source.default is not None for source in sources):",
        "if False:",
    ),
    Planted(
        "stop-early",
        "a bound is known where there can be two answers only",
        INDEPENDENT,
        "return texts is not None and len(set(map(vote_key, texts))) <= 2",
        "return texts is not None",
    ),
    Planted(
        "stop-early",
        "a bound is known of samples whose draws no other has",
        INDEPENDENT,
        "    if any(source in dependent for source in sources):\n",
        "    if False:\n",
    ),
    Planted(
        "stop-early",
        "δ adds up over how often a vote runs",
        INDEPENDENT,
        "min(Decimal(1), times * most_differing(members, confidence, least))",
        "min(Decimal(1), most_differing(members, confidence, least))",
    ),
    Planted(
        "stop-early",
        "of what runs nobody knows how often, no bound is known",
        REPETITIONS,
        "return prod(known) if len(known) == len(counts) else None",
        "return prod(known)",
    ),
    Planted(
        "adaptive_votes",
        "δ is the greatest over all probabilities of an answer",
        ADAPTIVE,
        "        if Fraction(max(coefficients), unit) > reached + MARGIN:\n",
        "        if False:\n",
    ),
    Planted(
        "adaptive_votes",
        "a bound is rounded up",
        ADAPTIVE,
        "Decimal(ceil(bound * 10**PLACES))",
        "Decimal(int(bound * 10**PLACES))",
    ),
    Planted(
        "adaptive_votes",
        "a vote does not stop before it is valid",
        ADAPTIVE,
        "if length >= min_valid and lead",
        "if lead",
    ),
)
