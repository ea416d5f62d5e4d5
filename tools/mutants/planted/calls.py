"""Which calls are one, and which need not be made."""

from __future__ import annotations

from ember_mlir.tools.mutants.planted.bug import Planted

NUMBERING = "passes/assign_draws"
EQUALITY = "passes/analysis/equality"
MERGING = "passes/merge_calls"
REMOVING = "passes/remove_dead_calls"
FAILURES = "passes/analysis/failures"

CALLS = (
    Planted(
        "assign-draws",
        "identities that are there stay",
        NUMBERING,
        "        if draw_of(op) is None:\n",
        "        if True:\n",
    ),
    Planted(
        "assign-draws",
        "numbers count from one above the largest in use",
        NUMBERING,
        "number = max(taken, default=-1)",
        "number = -1",
    ),
    Planted(
        "assign-draws",
        "no two requests get one number: one helper that is called twice shares no draws",
        NUMBERING,
        "            number += 1\n",
        "",
    ),
    Planted(
        "assign-draws",
        "there is a `*` for each region around a request that repeats",
        NUMBERING,
        "repetitions_around(op) + own_indices(op)",
        "own_indices(op)",
    ),
    Planted(
        "assign-draws",
        "there is one more `*` where a request is about several texts",
        NUMBERING,
        "own_indices(op) + isinstance(op, SampleOp)",
        "isinstance(op, SampleOp)",
    ),
    Planted(
        "assign-draws",
        "there is one more `*` where a request has several samples",
        NUMBERING,
        "own_indices(op) + isinstance(op, SampleOp)",
        "own_indices(op)",
    ),
    Planted(
        "assign-draws",
        "a module is stamped once, with the program that it came from",
        NUMBERING,
        "if PROGRAM not in op.attributes:",
        "if True:",
    ),
    Planted(
        "merge-calls",
        "calls with different draws are independent samples (a vote over five stays five)",
        EQUALITY,
        'if "draw" in op.properties and is_greedy(op):',
        'if "draw" in op.properties:',
    ),
    Planted(
        "merge-calls",
        "of greedy calls the site does not count (a greedy duplicate is one call)",
        EQUALITY,
        'if "draw" in op.properties and is_greedy(op):',
        "if False:",
    ),
    Planted(
        "merge-calls",
        "calls without a draw are not merged",
        EQUALITY,
        " or not has_no_effect(op)",
        "",
    ),
    Planted(
        "merge-calls",
        "equal calls have equal parameters: another temperature is another request",
        EQUALITY,
        "(*properties, *labels), tuple(op.result_types)",
        "(*labels,), tuple(op.result_types)",
    ),
    Planted(
        "merge-calls",
        "equal calls have equal operands",
        EQUALITY,
        "Key(op.name, tuple(op.operands), ",
        "Key(op.name, (), ",
    ),
    Planted(
        "merge-calls",
        "what is labelled is not what is not, though the values be the same",
        EQUALITY,
        "(*properties, *labels), tuple(op.result_types)",
        "(*properties,), tuple(op.result_types)",
    ),
    Planted(
        "merge-calls",
        "an operation merges only into one that is visible where it stands",
        MERGING,
        "    for key in own:\n        del known[key]\n",
        "",
    ),
    Planted(
        "merge-calls",
        "samples that draw stay several",
        MERGING,
        "op.count.value.data > 1 and is_greedy(op)",
        "op.count.value.data > 1",
    ),
    Planted(
        "merge-calls",
        "greedy samples that fail are all left out or replaced",
        MERGING,
        "if op.drop is None and op.default is None and is_one(op) and may_change(op):",
        "if is_one(op) and may_change(op):",
    ),
    Planted(
        "merge-calls",
        "equal arms have equal operations",
        EQUALITY,
        "if key is None or found is None or found._replace(operands=operands) != key:",
        "if key is None or found is None:",
    ),
    Planted(
        "merge-calls",
        "equal arms end with the same value",
        EQUALITY,
        "return operands == tuple(op.operands)",
        "return True",
    ),
    Planted(
        "merge-calls",
        "the label of what asks several times is not lost",
        MERGING,
        "    if is_labelled(op):\n",
        "    if False:\n",
    ),
    Planted(
        "merge-calls",
        "what an operation reads is renamed before it is compared (no stale values)",
        MERGING,
        "            op.operands = [merged.get(operand, operand) for operand in op.operands]\n",
        "            pass\n",
    ),
    Planted(
        "remove-dead-calls",
        "what somebody reads stays",
        REMOVING,
        "if not op.results or not is_trivially_dead(op):",
        "if not op.results:",
    ),
    Planted(
        "remove-dead-calls",
        "what does something stays, read or not",
        REMOVING,
        "if not op.results or not is_trivially_dead(op):",
        "if not op.results or any(found.first_use is not None for found in op.results):",
    ),
    Planted(
        "remove-dead-calls",
        "what can fail stays where its failure decides something",
        REMOVING,
        "elif op in decisive and not is_speculatable(op):",
        "elif False:",
    ),
    Planted(
        "remove-dead-calls",
        "what cannot fail goes wherever it stands",
        REMOVING,
        "elif op in decisive and not is_speculatable(op):",
        "elif op in decisive:",
    ),
    Planted(
        "failures",
        "a failure in an arm of a fallback that is not its last is handled",
        FAILURES,
        "            return region is not op.regions[-1]\n",
        "            return False\n",
    ),
    Planted(
        "failures",
        "a failure in an arm of a race is handled",
        FAILURES,
        "            # What an arm gives is permitted only where the arm succeeds.\n"
        "            return True\n",
        "            return False\n",
    ),
    Planted(
        "failures",
        "a failure in a body with an `on_error drop` is handled",
        FAILURES,
        "return op.drop is not None or op.default is not None",
        "return op.default is not None",
    ),
    Planted(
        "failures",
        "a failure in a body with an `on_error use` is handled",
        FAILURES,
        "return op.drop is not None or op.default is not None",
        "return op.drop is not None",
    ),
    Planted(
        "failures",
        "what fails before a function that is not pure keeps it from being called",
        FAILURES,
        "            kept = decides or acts\n",
        "            kept = decides\n",
    ),
    Planted(
        "failures",
        "what stands in a region that applies such a function may come before it",
        FAILURES,
        "inside = not isolated and (kept or op in acting)",
        "inside = not isolated and kept",
    ),
    Planted(
        "failures",
        "an idempotent function is not pure",
        FAILURES,
        'effect.data != "pure"',
        'effect.data == "effectful"',
    ),
)
