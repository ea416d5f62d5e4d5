"""Punctuation of the scripts that the simulated models read, for use in patterns.

Marks that look like those of ASCII are written by their names.
"""

from __future__ import annotations

COLONS = ":\N{FULLWIDTH COLON}"

APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"

QUESTION_ENDS = ("?", "\N{FULLWIDTH QUESTION MARK}")
"""What a question ends with."""

UNSPACED_ENDS = "。｡\N{FULLWIDTH EXCLAMATION MARK}\N{FULLWIDTH QUESTION MARK}"
"""What ends a sentence even where no space follows."""

CLOSERS = "\"'”»)]」』\N{RIGHT SINGLE QUOTATION MARK}\N{FULLWIDTH RIGHT PARENTHESIS}"
"""What may follow the end of a sentence and still belongs to it."""

LOOSE_ENDS = " :;,、\N{FULLWIDTH COLON}\N{FULLWIDTH SEMICOLON}\N{FULLWIDTH COMMA}"
"""What a line may end with that ends no sentence."""

OPEN_QUOTES = "\"'`“«「『\N{LEFT SINGLE QUOTATION MARK}"

CLOSE_QUOTES = "\"'`”»」』\N{RIGHT SINGLE QUOTATION MARK}"
