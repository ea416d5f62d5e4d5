"""Changes that show nowhere: to what writes programs in a simpler way."""

from __future__ import annotations

from ember_mlir.tools.mutants.survivors.reasons import (
    LIMIT,
    NAMED_TYPES,
    NAMES,
    REPLACED,
    SOONER,
    STEPS,
    TYPES,
    WALKS,
    Reasons,
)

SHAPES: Reasons = {
    "passes/canonicalize/simplifier.py": {
        LIMIT: [
            "module: MAX_REWRITES = 10_000 10000 => 10001",
        ],
        WALKS: [
            "Simplifier.__init__: self.has_changed = False False => True",
            "Simplifier._visit: return block.first_op if before is N…ore.next_op => pass (2)",
        ],
        "What is erased reads nothing any more by then.": [
            "Simplifier.finish: op.erase(drop_references=False) => pass",
            "Simplifier.finish: op.erase(drop_references=False) False => True",
        ],
        "A simplifier walks over one module, and is finished once.": [
            "Simplifier.finish: self.dead.clear() => pass",
        ],
        SOONER: [
            "Simplifier._visit: if op.regions and self._rewrite(op): without: op.regions",
            "Simplifier._patterns_of: self._patterns[kind] = known => pass",
        ],
        "No pattern of these puts nothing, or the value itself, in the place of a value.": [
            (
                "RecordingRewriter.replace_all_uses_with: if to_value is not None and "
                "to_value…from_value: or for and: to_value is not None and to_value is… "
                "from_value"
            ),
            (
                "RecordingRewriter.replace_all_uses_with: if to_value is not None and "
                "to_value…from_value: without: to_value is not from_value"
            ),
            (
                "RecordingRewriter.replace_all_uses_with: if to_value is not None and "
                "to_value…from_value: without: to_value is not None"
            ),
        ],
        "A replacement gives another value and erases: either notes that it was made.": [
            "RecordingRewriter.replace_all_uses_with: self.has_done_action = True => pass",
            "RecordingRewriter.replace_all_uses_with: self.has_done_action = True True => False",
            "RecordingRewriter.erase: self.has_done_action = True => pass",
        ],
        "No call gives this argument, and nothing here reads it.": [
            (
                "RecordingRewriter.replace_all_uses_with: self, from_value: SSAValue, "
                "to_value…bool = True True => False"
            ),
            (
                "RecordingRewriter.erase: def erase(self, op: Operation, safe_…e) -> None: True "
                "=> False"
            ),
        ],
        "The arguments of these bodies are as many as the values that are given for them.": [
            (
                "RecordingRewriter.inline_block: for argument, value in "
                "zip(block.arg…rict=True): True => False"
            ),
        ],
    },
    "passes/canonicalize/known.py": {
        "Where a whole number is asked for, no other constant has that type.": [
            (
                "known_integer: if isinstance(owner, arith.ConstantO…tegerAttr): without: "
                "isinstance(owner.value, IntegerAttr)"
            ),
        ],
    },
    "passes/canonicalize/ensemble.py": {
        LIMIT: [
            "module: MAX_UNROLLED = 64 64 => 65",
        ],
        (
            "A body of as many operations as the limit allows is unrolled for one element alone, "
            "either way."
        ): [
            "_size: if size > MAX_UNROLLED: size > MAX_UNROLLED => size >= MAX_UNROLLED",
        ],
        SOONER: [
            "_size: break => pass",
        ],
        "A body ends with an operation.": [
            (
                "MapOfSame.match_and_rewrite: if last is not None and last is op.b…k.first_op: "
                "without: last is not None"
            ),
        ],
        "Any number but 0 says that it is accepted.": [
            (
                "CascadeOfKnown.match_and_rewrite: accepted = 1 if isinstance(last, "
                "ens…epted(last) 1 => 2"
            ),
            (
                "CascadeOfKnown.match_and_rewrite: rest = [_moved(arm) for arm in op.arms[1:]] 1 "
                "=> 2"
            ),
        ],
    },
    "passes/canonicalize/llm.py": {
        REPLACED: [
            "MessagesAfterMessages.match_and_rewrite: return => pass",
            "ConcatOfLists.match_and_rewrite: return => pass",
            "EqualOfKnown.match_and_rewrite: return => pass",
            "RestoreOfRedact.match_and_rewrite: return => pass",
        ],
        STEPS: [
            "MessagesAfterMessages.match_and_rewrite: return => pass (2)",
            "ConcatOfLists.match_and_rewrite: return => pass (2)",
        ],
        "A list that several read has become one list by then, or holds what is not known.": [
            (
                "ConcatOfLists.match_and_rewrite: if isinstance(inner, llm.ConcatOp) "
                "a…_one_use(): without: value.has_one_use()"
            ),
        ],
        "All of a chain stand in one block, so it does not matter which of them is asked.": [
            (
                "MessagesAfterMessages.match_and_rewrite: while len(chain[-1].before) == 1 "
                "and…before[0]): 1 => 0 (3)"
            ),
        ],
        TYPES: [
            (
                "FieldOfRecord.match_and_rewrite: if isinstance(made, llm.RecordOp) "
                "an…ecordType): without: isinstance(op.record.type, RecordType)"
            ),
        ],
    },
    "passes/canonicalize/scf.py": {
        "The pattern of xDSL, which stands in its place then, does the same.": [
            "module: PATTERNS: Mapping[str, Sequence[Rewr…ttern]] = { without: 'scf.if'",
        ],
        "The pattern of xDSL, which stands in its place then, finds nothing in these programs.": [
            "module: PATTERNS: Mapping[str, Sequence[Rewr…ttern]] = { without: 'scf.while'",
        ],
    },
    "passes/canonicalize/__init__.py": {
        LIMIT: [
            "module: MAX_WALKS = 10 10 => 11",
        ],
        WALKS: [
            "CanonicalizePass.apply: break => pass",
        ],
    },
    "passes/canonicalize/absorbing.py": {
        STEPS: [
            (
                "taken_in_later: return use is not None and type(use)…s op.parent use is not "
                "None => use is None"
            ),
            (
                "taken_in_later: return use is not None and type(use)…s op.parent without: use "
                "is not None"
            ),
            (
                "taken_in_later: return use is not None and type(use)…s op.parent without: "
                "use.parent is op.parent"
            ),
            (
                "taken_in_later: return use is not None and type(use)…s op.parent use.parent is "
                "op.parent => use.parent is not op.parent"
            ),
        ],
        TYPES: [
            (
                "only_used_by: return isinstance(owner, Operation) …s_one_use() without: "
                "isinstance(owner, Operation)"
            ),
        ],
    },
    "passes/canonicalize/templates.py": {
        LIMIT: [
            "module: MAX_SHARED = 1024 1024 => 1025",
        ],
        NAMED_TYPES: [
            "module: Piece = str | SSAValue without: str",
            "module: Piece = str | SSAValue without: SSAValue",
        ],
        STEPS: [
            (
                "FlattenTemplate.match_and_rewrite: if taken_in_later(op) and "
                "read_once(op.result): without: taken_in_later(op)"
            ),
            "FlattenTemplate.match_and_rewrite: return => pass",
        ],
        TYPES: [
            (
                "read_once: if use is None or not isinstance(use…emplateOp): without: not "
                "isinstance(use.operation, TemplateOp)"
            ),
        ],
    },
    "passes/raise_ensembles/calls.py": {
        "An arm ends with what it yields, so that something follows its call.": [
            (
                "is_all_of_its_arm: return last is not None and last.nex…call.result without: "
                "last is not None"
            ),
        ],
    },
    "passes/raise_ensembles/rounds.py": {
        NAMES: [
            "map_of: element.name_hint = elements.reads[0…s else None => pass",
        ],
    },
    "passes/rewriting.py": {
        "No call gives this argument, and nothing here reads it.": [
            (
                "Replacer.replace_all_uses_with: self, from_value: SSAValue, to_value…bool = "
                "True True => False"
            ),
            "Replacer.erase: def erase(self, op: Operation, safe_…e) -> None: True => False",
        ],
        SOONER: [
            "rename: if new and any(operand in new for op….operands): without: new",
            (
                "rename: if new and any(operand in new for op….operands): or for and: new and "
                "any((operand in new for oper….operands))"
            ),
            (
                "rename: if new and any(operand in new for op….operands): without: any((operand "
                "in new for operand in op.operands))"
            ),
            "SymbolNames.fresh: self._numbers[wanted] = number => pass",
        ],
        TYPES: [
            "block_for: for argument, value in zip(block.arg…rict=True): True => False",
        ],
    },
}
