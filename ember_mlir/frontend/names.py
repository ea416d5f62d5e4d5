"""Names of Python and of models as names of a module."""

from __future__ import annotations

import re

PREFIX = "_ember_"
"""How names begin that rewritten functions have besides their own."""

_PLAIN = re.compile(r"[!#-\[\]-~][ !#-\[\]-~]*")


def ascii_symbol(name: str) -> str:
    r"""A symbol for `name`: itself if it is printable ASCII, else with its other characters spelt.

    >>> ascii_symbol("answer"), ascii_symbol("résumé"), ascii_symbol("vendor/fast-2")
    ('answer', 'r_u00e9_sum_u00e9_', 'vendor/fast-2')
    >>> ascii_symbol("<lambda>")
    'lambda'
    """
    if name == "<lambda>":
        return "lambda"
    if _PLAIN.fullmatch(name):
        return name
    spelt = [c if _PLAIN.fullmatch(c) else f"_u{ord(c):04x}_" for c in name]
    return "".join(spelt)


def value_hint(name: str) -> str | None:
    """`name` if it can be the name of a value in a module, and is the user's own, else None."""
    is_own = not name.startswith(PREFIX)
    return name if is_own and name.isascii() and name.isidentifier() else None
