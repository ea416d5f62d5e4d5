"""Templates: texts with holes, and what fills them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ember_mlir.errors import InvalidIRError

_HOLE = re.compile(r"\{\{|\}\}|\{(0|[1-9][0-9]{0,5})\}|[{}]")


@lru_cache(maxsize=4096)
def parse_template(text: str) -> tuple[str | int, ...]:
    """Split a template into its literal pieces and the numbers of its holes.

    `{0}` is hole 0; `{{` and `}}` are braces. Any other brace raises
    `InvalidIRError` with its position, which counts characters from 0.

    >>> parse_template("Q: {0} of {{{1}}}")
    ('Q: ', 0, ' of {', 1, '}')
    """
    pieces: list[str | int] = []
    literal: list[str] = []
    end = 0
    for match in _HOLE.finditer(text):
        literal.append(text[end : match.start()])
        end = match.end()
        if match[1] is not None:
            pieces += [*_joined(literal), int(match[1])]
            literal = []
        elif len(match[0]) == 2:
            literal.append(match[0][0])
        else:
            raise InvalidIRError(
                f"a brace in a template must be '{{{{', '}}}}' or a hole such as '{{0}}', "
                f"but got '{match[0]}' at position {match.start()}; double it to mean a brace"
            )
    literal.append(text[end:])
    return (*pieces, *_joined(literal))


def _joined(literal: list[str]) -> list[str]:
    text = "".join(literal)
    return [text] if text else []


def escape_template(text: str) -> str:
    """The template that stands for `text` itself.

    >>> escape_template("a {brace}")
    'a {{brace}}'
    """
    return text.replace("{", "{{").replace("}", "}}")


def fill_template(pieces: Sequence[str | int], values: Sequence[str]) -> str:
    """Put `values` into the holes of a parsed template.

    A value is data: braces in it are never read as holes.

    >>> fill_template(parse_template("{1}, {0}!"), ["{0}", "hello"])
    'hello, {0}!'
    """
    return "".join([piece if isinstance(piece, str) else values[piece] for piece in pieces])
