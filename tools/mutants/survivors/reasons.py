"""Why several changes show nowhere, in words; and what the tables of them are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Reasons = Mapping[str, Mapping[str, Sequence[str]]]
"""Which changes of a file show nowhere, by why that is."""

LIMIT = (
    "Any number is as good for a limit that only keeps programs from growing, or time from passing."
)
NAMED_TYPES = "It is a name for types, which nothing asks for when programs run."
NAMES = "It is the name of a value in a printed text, which nothing depends on."
ONE_BLOCK = "A region of these programs has one block at most."
REPLACED = "What has been replaced is not looked at again, and the second time would give the same."
SAME = "Both are the same there."
SOONER = "The rest comes to the same; this only takes less time."
STEPS = "What is taken in step by step comes to the same, in more time."
TYPES = "It tells the type checker what is always so there."
WALKS = "Nothing is left to do by then, so this only saves a walk."
