"""Traps that such compilers are known to fall into, wherever the rule is kept that avoids them.

Some have no rule here yet, as nothing does what it forbids: no pass asks for several samples
in one request, caches answers, or hedges. Rules of one pass stand with that: that samples
which draw stay several, while greedy ones are one call, with `merge-calls`; what prompts are
packed for, and what they fall back to, with `pack-prompts`.
"""

from __future__ import annotations

from ember_mlir.tools.mutants.planted.bug import Planted

REGIONS = "passes/analysis/label_regions"
ARMS = "passes/lower_to_sched/arms"
ATTEMPTS = "ember_mlir/runtime/attempts"
RUNNING = "ember_mlir/pipeline/running"
REGRESSIONS = ("tests/test_regressions.py",)
REQUESTS = ("tests/test_regressions_requests.py",)
LABELS = ("lit_tests/passes/verify_labels.mlir",)
NAMED = ("tests/test_named_errors.py",)
COMPILING = ("tests/passes/test_compiling.py", "tests/passes/test_equivalence.py")

TRAPS = (
    Planted(
        "labels",
        "every arm of a fallback must be cleared for what it is told",
        REGIONS,
        "for number, body in enumerate(bodies, 1):",
        "for number, body in enumerate(bodies[:1], 1):",
        LABELS,
        REQUESTS,
    ),
    Planted(
        "labels",
        "every arm of a race must be cleared for what it is told",
        REGIONS,
        "for body in flows.bodies(op):\n        flows.run(body, replace(inner, failures=over",
        "for body in flows.bodies(op)[:1]:\n        flows.run(body, replace(inner, failures=over",
        LABELS,
        REQUESTS,
    ),
    Planted(
        "labels",
        "every rung of a cascade must be cleared for what it is told",
        REGIONS,
        "for body in flows.bodies(op):\n        flows.run(body, inner)\n        flows.copy(",
        "for body in flows.bodies(op)[:1]:\n        flows.run(body, inner)\n        flows.copy(",
        LABELS,
        REQUESTS,
    ),
    Planted(
        "retries",
        "an answer that does not fit is drawn anew: by the engine",
        ATTEMPTS,
        "            redraws = (*redraws, self._try)\n",
        "            pass\n",
        python=REQUESTS,
    ),
    Planted(
        "retries",
        "an answer that does not fit is drawn anew: by the reference",
        "ember_mlir/interpreter/requests",
        "[attempt] if attempt else []",
        "[]",
        python=REQUESTS,
    ),
    Planted(
        "retries",
        "an answer that does not fit is drawn anew: in the schedule",
        "passes/lower_to_sched/requests",
        "redraw=True",
        "redraw=False",
        python=REQUESTS,
    ),
    Planted(
        "errors",
        "an error that a fallback does not name is its own",
        "ember_mlir/runtime/instructions/control",
        "return self.errors is None or is_named(error, self.errors)",
        "return True",
        python=NAMED,
    ),
    Planted(
        "errors",
        "what may be a named error waits for what can fail before it",
        "passes/lower_to_sched/effects",
        "    return acting | deciding_operations(root)\n",
        "    return acting\n",
        ("lit_tests/passes/lower_to_sched_named_errors.mlir",),
        NAMED,
    ),
    Planted(
        "errors",
        "what may be a named error keeps its place in passes",
        "passes/analysis/failures",
        "    return acting | deciding_operations(root)\n",
        "    return acting\n",
        python=("tests/passes/test_named_errors.py",),
    ),
    Planted(
        "errors",
        "an error is as secret as what it comes of",
        REGIONS,
        "                flows.flow(told, argument)\n",
        "                flows.flow(inner.point, argument)\n",
        LABELS,
    ),
    Planted(
        "retries",
        "a call that is refused is not drawn anew, which would favour some answers",
        "ember_mlir/runtime/instructions/control",
        "return does_not_fit(error) if self.redraw else may_pass(error)",
        "return True",
        python=("tests/test_regressions_requests.py", "tests/runtime/test_control.py"),
    ),
    Planted(
        "retries",
        "what is sent again for another reason keeps its draw",
        ATTEMPTS,
        "        if attempt.redraw and self._try:\n",
        "        if self._try:\n",
        python=("tests/test_regressions_requests.py", "tests/runtime/test_control.py"),
    ),
    Planted(
        "cancelling",
        "what is cancelled is charged as its model bills it",
        "ember_mlir/runtime/traffic",
        "        elif (worst := spec.worst_tokens(call)) is not None:\n",
        "        elif (worst := None) is not None:\n",
        python=("tests/runtime/test_money.py",),
    ),
    Planted(
        "cancelling",
        "no vote is made to stop at the level below whose answers others read",
        "passes/lower_to_sched/votes",
        "return {vote for vote in stops if votes.obstacle(vote) is None}",
        "return set(stops)",
        ("lit_tests/passes/lower_to_sched_votes.mlir",),
    ),
    Planted(
        "racing",
        "a fallback is no race",
        ARMS,
        "sched.AttemptOp(taken_arms(op), found, errors=errors)",
        "sched.FirstOp(taken_arms(op), found)",
        ("lit_tests/passes/lower_to_sched_arms.mlir",),
        REQUESTS,
    ),
    Planted(
        "racing",
        "arms with an effect do not race",
        ARMS,
        "several = len(op.arms) > 1 and op not in self.acting",
        "several = len(op.arms) > 1",
        ("lit_tests/passes/lower_to_sched_effects.mlir",),
    ),
    Planted(
        "helpers",
        "one helper that is called twice shares no draws",
        "ember_mlir/frontend/recorder",
        "        self.chain.append(site)\n",
        "        self.chain.append(0)\n",
        python=REGRESSIONS,
    ),
    Planted(
        "helpers",
        "a helper in a loop shares no draws with itself",
        "ember_mlir/frontend/tracing/requests",
        "Draw(tuple(self.chain), (*self.indices, *own))",
        "Draw(tuple(self.chain), own)",
        python=REGRESSIONS,
    ),
    Planted(
        "helpers",
        "the samples of a vote share no draw",
        "ember_mlir/tape",
        "[{','.join(map(str, indices))}]",
        "[]",
        python=REGRESSIONS,
    ),
    Planted(
        "rewriting",
        "a dependent prompt never sees a stale value",
        "passes/rewriting",
        "op.operands = newest",
        "pass",
        ("lit_tests/passes/batch_requests.mlir",),
        ("tests/passes/test_rewriting.py",),
    ),
    Planted(
        "rewriting",
        "what is replaced twice is the newest",
        "passes/canonicalize/simplifier",
        "        while (found := self.renamed.get(value)) is not None:\n",
        "        if (found := self.renamed.get(value)) is not None:\n",
    ),
    Planted(
        "gate",
        "a pass above the allowance does not run",
        RUNNING,
        "if found.name not in setting.asked and not setting.permits(promise):",
        "if False:",
        python=COMPILING,
    ),
    Planted(
        "gate",
        "a pass that serves another aim does not run",
        RUNNING,
        "    if serves not in (None, setting.optimize_for):\n",
        "    if False:\n",
        python=COMPILING,
    ),
    Planted(
        "gate",
        "what was kept before counts: δ adds up over passes and runs",
        "passes/equivalence",
        "return bounded(self.delta + rewrite.delta)",
        "return bounded(rewrite.delta)",
        python=COMPILING,
    ),
    Planted(
        "gate",
        "a pass that makes a program cost more is left out",
        RUNNING,
        "step.before.rises_to(step.after)",
        "False",
        python=("tests/passes/test_compiling.py",),
    ),
)
