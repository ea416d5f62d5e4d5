"""Writes trees of regular expressions as Lark texts that decoders read alike."""

from __future__ import annotations

from ember_mlir.grammars.regex_nodes import (
    ANY,
    LAST,
    SURROGATES,
    CharacterSet,
    Choice,
    Group,
    Regex,
    Repeat,
    Sequence,
    complement,
    is_nullable,
    merged,
)

_ESCAPED = frozenset('\\^$.|?*+()[]{}/-&~#"')
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", " ": " "}


def write_regex(node: Regex) -> str:
    """The text of a regular expression, without names and lazy repetitions.

    The same texts fit. It is ready to stand between slashes in a Lark text.

    >>> write_regex(Repeat(CharacterSet(((97, 122), (47, 47))), 1, None, lazy=True))
    '[a-z\\\\/]+'
    """
    match node:
        case CharacterSet():
            return _write_set(node)
        case Sequence(parts):
            return "".join(_wrapped(part, isinstance(part, Choice)) for part in parts)
        case Choice(parts):
            return "|".join(map(write_regex, parts))
        case Repeat(part, low, high):
            single = isinstance(part, CharacterSet) and part != ANY
            return _wrapped(part, not single) + _count(low, high)
        case Group(_, part):
            return _wrapped(part, isinstance(part, Choice))


def _wrapped(part: Regex, wrap: bool) -> str:
    written = write_regex(part)
    return f"(?:{written})" if wrap else written


def _count(low: int, high: int | None) -> str:
    match low, high:
        case 0, 1:
            return "?"
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 1, 1:
            return ""
        case _, None:
            return f"{{{low},}}"
        case _:
            return f"{{{low}}}" if low == high else f"{{{low},{high}}}"


def _write_set(letters: CharacterSet) -> str:
    if letters == ANY:
        return "(?:.|\\n)"
    if not letters.negated and not letters.classes and len(letters.ranges) == 1:
        low, high = letters.ranges[0]
        if low == high:
            return _write_character(low)
    if not letters.negated and not letters.ranges and len(letters.classes) == 1:
        return f"\\{letters.classes}"
    if letters == CharacterSet(((10, 10),), negated=True):
        return "."
    ranges, negated = letters.ranges, letters.negated
    if not negated and not letters.classes and ranges[-1][1] == LAST:
        # No text has surrogates, and decoders refuse to read them.
        ranges, negated = complement(merged([*ranges, SURROGATES])), True
    classes = "".join(f"\\{name}" for name in letters.classes)
    return f"[{'^' * negated}{''.join(map(_write_range, ranges))}{classes}]"


def _write_range(ends: tuple[int, int]) -> str:
    low, high = ends
    if low == high:
        return _write_character(low)
    return f"{_write_character(low)}-{_write_character(high)}"


def _write_character(point: int) -> str:
    character = chr(point)
    if character in _ESCAPED:
        return f"\\{character}"
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable() or point > 0xFFFF:
        return character
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"


def nonempty(node: Regex) -> Regex | None:
    """The same expression without the empty text, or None if nothing is left.

    Lark refuses a terminal that fits the empty text.
    """
    if not is_nullable(node):
        return node
    match node:
        case CharacterSet():
            return node
        case Sequence(parts):
            return _nonempty_sequence(parts)
        case Choice(parts):
            return _choice([nonempty(part) for part in parts])
        case Repeat(part, low, high):
            return _nonempty_repeat(part, low, high)
        case Group(_, part):
            return nonempty(part)


def _nonempty_sequence(parts: tuple[Regex, ...]) -> Regex | None:
    if len(parts) < 2:
        return nonempty(parts[0]) if parts else None
    # Either the first half has something, or it is left out. Halves keep the text short.
    half = len(parts) // 2
    first = _nonempty_sequence(parts[:half])
    filled = None if first is None else Sequence((first, *parts[half:]))
    return _choice([filled, _nonempty_sequence(parts[half:])])


def _nonempty_repeat(part: Regex, low: int, high: int | None) -> Regex | None:
    first = nonempty(part)
    if first is None or high == 0:
        return None
    # Rounds that are empty can be left out where the part may be empty.
    least = 1 if is_nullable(part) else max(low, 1)
    return Repeat(first, least, high)


def _choice(parts: list[Regex | None]) -> Regex | None:
    left = [part for part in parts if part is not None]
    return None if not left else left[0] if len(left) == 1 else Choice(tuple(left))


def write_literal(text: str) -> str:
    """The text in double quotes, as a Lark literal.

    >>> write_literal('a "b"\\n')
    '"a \\\\"b\\\\"\\\\n"'
    """
    return f'"{"".join(map(_write_literal_character, text))}"'


def _write_literal_character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable() or ord(character) > 0xFFFF:
        return character
    return f"\\u{ord(character):04x}"


def only_text(node: Regex) -> str | None:
    """The one text that fits, or None if it is not obvious that there is one."""
    match node:
        case CharacterSet(ranges, "", False) if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
            return chr(ranges[0][0])
        case Sequence(parts):
            texts = [only_text(part) for part in parts]
            return None if None in texts else "".join(text for text in texts if text is not None)
        case _:
            return None


def write_terminal(node: Regex) -> str:
    """A literal or regex of a Lark rule that fits what `node` does, which is not empty."""
    text = only_text(node)
    return f"/{write_regex(node)}/" if text is None else write_literal(text)
