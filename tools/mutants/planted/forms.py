"""What is written as something simpler."""

from __future__ import annotations

from ember_mlir.tools.mutants.planted.bug import Planted

KNOWN = "passes/canonicalize/known"
ENSEMBLES = "passes/canonicalize/ensemble"
DRAWS = "passes/canonicalize/draws"
LITERALS = "passes/canonicalize/llm"
TEMPLATES = "passes/canonicalize/templates"
BRANCHES = "passes/canonicalize/scf"

FORMS = (
    Planted(
        "flatten-templates",
        "holes are renumbered when templates are merged",
        TEMPLATES,
        'f"{{{numbers.setdefault(piece, len(numbers))}}}"',
        'f"{{{numbers.setdefault(piece, 0)}}}"',
    ),
    Planted(
        "flatten-templates",
        "a known text that is taken in has its braces doubled",
        TEMPLATES,
        "        escape_template(piece)\n",
        "        piece\n",
    ),
    Planted(
        "flatten-templates",
        "a text from outside of a region is not put together again in each run",
        TEMPLATES,
        "if not isinstance(inner, TemplateOp) or inner.parent is not op.parent:",
        "if not isinstance(inner, TemplateOp):",
    ),
    Planted(
        "flatten-templates",
        "a long text that several read is not copied",
        TEMPLATES,
        "return pieces_of(inner) if short or read_once(value) else None",
        "return pieces_of(inner)",
    ),
    Planted(
        "flatten-templates",
        "a text with a label is not taken in",
        KNOWN,
        "    if isinstance(owner, ConstantOp) and owner.label is None:\n",
        "    if isinstance(owner, ConstantOp):\n",
    ),
    Planted(
        "canonicalize",
        "what has a label written on it is not folded",
        "passes/canonicalize/simplifier",
        "(folder is None and not patterns) or is_labelled(op):",
        "folder is None and not patterns:",
    ),
    Planted(
        "canonicalize",
        "what has a label is not taken apart",
        KNOWN,
        "return owner if isinstance(owner, Operation) and not is_labelled(owner) else None",
        "return owner if isinstance(owner, Operation) else None",
    ),
    Planted(
        "canonicalize",
        "a sample of one that may fail keeps handling that",
        ENSEMBLES,
        "if op.count.value.data != 1 or op.drop is not None or op.default is not None:",
        "if op.count.value.data != 1:",
    ),
    Planted(
        "canonicalize",
        "a map that may leave out elements keeps doing so",
        ENSEMBLES,
        "if items is None or op.drop is not None or op.default is not None:",
        "if items is None:",
    ),
    Planted(
        "canonicalize",
        "a vote of too few answers fails",
        ENSEMBLES,
        "if item is not None and enough and has_key:",
        "if item is not None and has_key:",
    ),
    Planted(
        "canonicalize",
        "the `*` of a body that no longer repeats becomes the number of its run",
        ENSEMBLES,
        "            fix_index(body.block, position, index)\n",
        "            fix_index(body.block, position, 0)\n",
    ),
    Planted(
        "canonicalize",
        "of several `*` the right one becomes a number",
        DRAWS,
        "    indices[dynamic[position]] = index\n",
        "    indices[dynamic[0]] = index\n",
    ),
    Planted(
        "canonicalize",
        "a rung that is not accepted goes only if it cannot fail",
        ENSEMBLES,
        "elif accepted == 0 and len(op.arms) > 1 and _cannot_fail(first):",
        "elif accepted == 0 and len(op.arms) > 1:",
    ),
    Planted(
        "canonicalize",
        "a fallback to what may fail stays",
        ENSEMBLES,
        "        if len(op.arms) == 1 or _cannot_fail(first):\n",
        "        if True:\n",
    ),
    Planted(
        "canonicalize",
        "a refinement that must be accepted fails if it is not",
        ENSEMBLES,
        "op.rounds.value.data == 1 and op.must_accept is None",
        "op.rounds.value.data == 1",
    ),
    Planted(
        "canonicalize",
        "a text that does not fit its grammar fails",
        LITERALS,
        "        except ParseError:\n            return\n",
        '        except ParseError:\n            value = ""\n',
    ),
    Planted(
        "canonicalize",
        "an index outside of its list fails",
        LITERALS,
        "        if -length <= index < length:\n",
        "        if length:\n",
    ),
    Planted(
        "canonicalize",
        "what is not a number is not equal to itself",
        LITERALS,
        "            if reflexive(op.left.type):\n",
        "            if True:\n",
    ),
    Planted(
        "canonicalize",
        "a text is restored from what hid it, and from nothing else",
        LITERALS,
        "isinstance(redaction, llm.RedactOp) and op.hidden is redaction.hidden",
        "isinstance(redaction, llm.RedactOp)",
    ),
    Planted(
        "canonicalize",
        "a loop whose step is below 1 fails",
        BRANCHES,
        "        if step < 1:\n",
        "        if False:\n",
    ),
    Planted(
        "canonicalize",
        "what can fail stays where its failure decides something",
        "passes/canonicalize/__init__",
        "            remove_dead(region, decisive_operations(op))\n            for",
        "            remove_dead(region, set())\n            for",
    ),
)
