"""Errors of xDSL's parser in our own words, with what was got and what is near it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from xdsl.context import Context
from xdsl.utils.exceptions import MultipleSpansParseError, ParseError
from xdsl.utils.lexer import Span

from ember_mlir.dialects.wording import sentence

_CLEARER = {
    " in block definition": "a region must go on with an operation or end with '}'",
    "Could not parse entire input!": "there must be an operation or the end of the text here",
}
"""For messages that do not say what is wrong."""

_UNREGISTERED = re.compile(r"'([^']+)' is not registered")
_ALIAS = re.compile(r"undefined symbol alias '(.)(.+)'")
_LONGEST_TOKEN = 40


def reworded(error: ParseError, ctx: Context) -> tuple[str, int]:
    """What a user is told about an error of xDSL's parser, and the position it is at."""
    position = error.span.start
    if (unregistered := _UNREGISTERED.fullmatch(error.msg)) is not None:
        sign, position = _sign_before(error.span, unregistered[1].partition(".")[0])
        message = _unknown_kind(unregistered[1], sign, ctx)
    elif (alias := _ALIAS.fullmatch(error.msg)) is not None:
        whole = alias[1] + alias[2]
        _, position = _sign_before(error.span, alias[2])
        message = f"there is no alias '{whole}'; define it above, as in {whole} = …"
    else:
        message = _CLEARER.get(error.msg) or sentence(error.msg)
        if ("expected" in message or message in _CLEARER.values()) and " got " not in message:
            message += f", but got {_token(error.span)}"
    if isinstance(error, MultipleSpansParseError) and error.refs:
        first = error.refs[0][0].get_location()
        message += f"; see line {first.line}, column {first.col}"
    return message, position


def suggestion(name: str, known: Iterable[str], prefix: str = "") -> str:
    """`; did you mean 'x'` for the known name nearest to `name`, or nothing.

    >>> suggestion("llm.txt", ["llm.text", "llm.list"], "!")
    "; did you mean '!llm.text'"
    """
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean '{prefix}{near[0]}'" if near else ""


def load_all(ctx: Context) -> None:
    """Load all dialects of `ctx`, so that their names can be suggested."""
    loaded = {dialect.name for dialect in ctx.loaded_dialects}
    for name in ctx.registered_dialect_names:
        if name not in loaded:
            ctx.load_registered_dialect(name)


def _unknown_kind(name: str, sign: str, ctx: Context) -> str:
    load_all(ctx)
    if sign == "!":
        return f"there is no type '!{name}'{suggestion(name, _names(ctx.loaded_types), '!')}"
    known = _names(ctx.loaded_attrs)
    return f"there is no attribute '#{name}'{suggestion(name, known, '#')}"


def _names(kinds: Iterable[type]) -> list[str]:
    return [str(getattr(kind, "name", "")) for kind in kinds]


def _sign_before(span: Span[str] | Span[bytes], name: str) -> tuple[str, int]:
    """The sign, `!` or `#`, that `name` is written with before `span`, and its position."""
    text = span.input.content
    assert isinstance(text, str)
    position, sign = max((text.rfind(sign + name, 0, span.start), sign) for sign in "!#")
    return sign, max(position, 0)


def _token(span: Span[str] | Span[bytes]) -> str:
    text = span.input.content
    assert isinstance(text, str)
    if span.start >= len(text):
        return "the end of the text"
    got = text[span.start : max(span.end, span.start + 1)].partition("\n")[0]
    return f"'{got[:_LONGEST_TOKEN]}…'" if len(got) > _LONGEST_TOKEN else f"'{got}'"
