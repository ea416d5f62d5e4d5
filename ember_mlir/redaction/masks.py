"""Replaces what policies find by placeholders, and puts it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from ember_mlir.errors import InputError, ShapeError
from ember_mlir.redaction.contacts import find_emails, find_phones
from ember_mlir.redaction.folding import fold
from ember_mlir.redaction.keys import find_keys
from ember_mlir.redaction.numbers import find_cards, find_ibans, find_ips
from ember_mlir.redaction.spans import Span

_FINDERS: dict[str, Callable[[str], Iterator[Span]]] = {
    "email": find_emails,
    "phone": find_phones,
    "card": find_cards,
    "iban": find_ibans,
    "ip": find_ips,
    "key": find_keys,
}

POLICIES: tuple[str, ...] = tuple(_FINDERS)
"""What can be asked for: e-mail addresses, telephone numbers, cards, IBANs, IPs, keys."""

# Of parts that overlap and are equally long, the surer kind gives the name.
_PRIORITY = ("key", "iban", "card", "email", "ip", "phone")

_PLACEHOLDER = re.compile(
    rf"\[(?:{'|'.join(policy.upper() for policy in POLICIES)})_([1-9][0-9]{{0,17}})\]"
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted text, and what its placeholders stand for.

    `originals` holds placeholders and originals in turn, in order of appearance:
    `("[EMAIL_1]", "ann@example.org", "[PHONE_2]", "+1 555 010 9999")`.
    """

    text: str
    originals: tuple[str, ...]


def check_policies(policies: Iterable[str]) -> None:
    """Raise `InputError` for a policy that is not in `POLICIES`."""
    for policy in policies:
        if policy not in _FINDERS:
            raise InputError(
                f"a redaction policy must be one of {', '.join(POLICIES)}, but got '{policy}'; "
                "correct the name"
            )


def redact(text: str, policies: Iterable[str]) -> Redacted:
    """Replace what the policies find by placeholders that are numbered from 1.

    Equal originals share a placeholder. A number that already stands in a placeholder of
    the text is not used, so that `restore` gives the very text back. Of parts that
    overlap, all is masked, as one, under the kind of the longest. Takes time that grows
    linearly with the text. Raises `InputError` for an unknown policy.

    >>> redact("Mail ann@example.org or ANN@example.org", ["email", "phone"])
    Redacted(text='Mail [EMAIL_1] or [EMAIL_2]',
             originals=('[EMAIL_1]', 'ann@example.org', '[EMAIL_2]', 'ANN@example.org'))
    """
    asked = tuple(policies)
    check_policies(asked)
    taken = {int(match[1]) for match in _PLACEHOLDER.finditer(text)}
    numbers = (number for number in count(1) if number not in taken)
    placeholders: dict[str, str] = {}
    pieces: list[str] = []
    end = 0
    for policy, span in _masked(text, asked):
        original = text[span.start : span.end]
        if original not in placeholders:
            placeholders[original] = f"[{policy.upper()}_{next(numbers)}]"
        pieces += [text[end : span.start], placeholders[original]]
        end = span.end
    pairs = [part for original, mask in placeholders.items() for part in (mask, original)]
    return Redacted("".join([*pieces, text[end:]]), tuple(pairs))


def restore(text: str, originals: Sequence[str]) -> str:
    """Put the originals back where their placeholders stand, exactly as written.

    One pass: an original that looks like a placeholder itself stays as it is. Other text
    is not changed. Raises `ShapeError` if `originals` are not pairs of a placeholder and
    an original, or a placeholder stands for two originals.

    >>> restore("Dear [EMAIL_1], not [EMAIL_3]", ("[EMAIL_1]", "ann@example.org"))
    'Dear ann@example.org, not [EMAIL_3]'
    """
    known = _pairs(originals)
    return _PLACEHOLDER.sub(lambda match: known.get(match[0], match[0]), text)


def _pairs(originals: Sequence[str]) -> dict[str, str]:
    if len(originals) % 2:
        raise ShapeError(
            "originals must be pairs of a placeholder and what it stands for, "
            f"but got {len(originals)} texts; give restore what redact gave"
        )
    known: dict[str, str] = {}
    for mask, original in zip(originals[::2], originals[1::2], strict=True):
        if known.setdefault(mask, original) != original:
            raise ShapeError(
                f"a placeholder must stand for one original, but '{mask}' stands for two; "
                "join the texts before they are redacted"
            )
    return known


def _masked(text: str, policies: Sequence[str]) -> Iterator[tuple[str, Span]]:
    """The parts to be masked, in order and apart from one another, and their kinds."""
    folded = fold(text)
    found = sorted(
        (folded.original(span), policy)
        for policy in dict.fromkeys(policies)
        for span in _FINDERS[policy](folded.text)
    )
    group: list[tuple[Span, str]] = []
    end = 0
    for span, policy in found:
        if group and span.start >= end:
            yield _merged(group, end)
            group = []
        group.append((span, policy))
        end = max(end, span.end)
    if group:
        yield _merged(group, end)


def _merged(group: Sequence[tuple[Span, str]], end: int) -> tuple[str, Span]:
    """Parts that overlap as one, under the kind of the longest."""
    _, policy = min(group, key=lambda part: (part[0].start - part[0].end, _PRIORITY.index(part[1])))
    return policy, Span(group[0][0].start, end)
