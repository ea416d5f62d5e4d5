"""What xDSL says of a broken rule, in the form of our errors: one sentence."""

from __future__ import annotations

import re

_SUBJECT = re.compile(
    r"(?:Region '(?P<region>\S+)' at position \d+ entry arguments"
    r"|(?P<kind>operand|result|region|parameter) '(?P<name>\S+)'"
    r"(?: (?:expected )?at positions? [\d to]+)?) do(?:es)? not verify:"
)
_ALTERNATIVES = "The following constraints were not satisfied:"
_UNDERLYING = re.compile(r"(.+)\nUnderlying verification failure: (.+)", re.DOTALL)

# What must hold of one type or attribute; which one it is stands before.
_CONSTRAINTS = (
    (r"Expected attribute (.+) but got (.+)", r"must be \1, but got \2"),
    (r"Expected one of (.+), but got (.+)", r"must be one of \1, but got \2"),
    (r"(.+) should be of base attribute (\S+)", r"must be of the kind \2, but got \1"),
    (r"(.+) should be of attribute subclassing `(\S+)`", r"must be of the kind \2, but got \1"),
    (
        r"attributes? (.+) expected from (?:range )?variable '\w+', but got (.+)",
        r"must be \1 as the others are, but got \2",
    ),
    (r"[Ee]xpected integer >= (\S+), got (\S+)", r"must be at least \1, but got \2"),
    (r"[Ee]xpected integer <= (\S+), got (\S+)", r"must be at most \1, but got \2"),
    (r"Invalid value (\S+), expected (.+)", r"must be \2, but got \1"),
    (r"Expected a single attribute, got (\d+)", r"must be one, but got \1"),
)

# What must hold of an operation; its name stands before.
_RULES = (
    (
        r"Region '(\S+)' at position \d+ expected a single block, but got (\d+) blocks?",
        r"must have one block in its region '\1', but got \2",
    ),
    (
        r"Expected (.+? (?:operand|result|region|successor)s?), but got (.+)",
        r"must have \1, but got \2",
    ),
    (
        r"(property|attribute) '(\S+)' expected in operation '\S+'",
        r"must have the \1 '\2', but has none",
    ),
    (
        r"property '(\S+)' is not defined by the operation '\S+'\..*",
        r"must have its own properties only, but got '\1'; write yours in its attributes",
    ),
    (r"'\S+' expects parent op (?:to be one of )?(.+)", r"must stand in \1"),
    (
        r"'\S+' must be the last operation in its parent block",
        r"must be the last operation of its region",
    ),
    (r"'\S+' does not contain single-block regions", r"must have regions of one block"),
    (
        r"'\S+' contains empty block instead of at least terminating with (\S+)",
        r"must end its region with '\1', but the region is empty",
    ),
    (
        r"'\S+' terminates with operation (\S+) instead of (\S+)",
        r"must end its region with '\2', but got '\1'",
    ),
    (r"Redefinition of symbol \"(.+)\"", r"must not hold two symbols @\1"),
)


def sentence(message: str) -> str:
    r"""`message` of xDSL in the form of our errors: lower case, one line, no full stop.

    What it says of types becomes what must hold and what was got.

    >>> sentence("operand 'x' at position 0 does not verify:\nExpected attribute i1 but got i64")
    "operand 'x' must be i1, but got i64"
    >>> sentence("Unexpected token!")
    'unexpected token'
    """
    first, _, rest = message.strip().partition("\n")
    subject = _SUBJECT.fullmatch(first) if rest else None
    if subject is not None:
        return f"{_named(subject)} {_constraint(rest) or sentence(rest)}"
    rule = _constraint(message)
    if rule is not None:
        return f"a type or property {rule}"
    line = " ".join(message.split())
    return _matching(_RULES, line) or _lower_case(line)


def _named(subject: re.Match[str]) -> str:
    if subject["region"] is not None:
        return f"arguments of the region '{subject['region']}'"
    return f"{subject['kind']} '{subject['name']}'"


def _constraint(message: str) -> str | None:
    """`message` as what must hold of a type or attribute, or None if it is no such rule."""
    first, _, rest = message.strip().partition("\n")
    if (underlying := _UNDERLYING.fullmatch(message.strip())) is not None:
        got = re.sub(r"[Uu]nexpected attribute ", "", underlying[2].partition(", but got ")[0])
        return f"{_lower_case(underlying[1])}, but got {got}"
    if rest and first == _ALTERNATIVES:
        return _either([_constraint(line) or _lower_case(line) for line in rest.splitlines()])
    if rest and first.endswith(":"):
        return _constraint(rest)
    return _matching(_CONSTRAINTS, " ".join(message.split()))


def _either(rules: list[str]) -> str:
    """Rules on one value of which one must hold, as one."""
    parts = [rule.removeprefix("must be ").partition(", but got ") for rule in rules]
    got = parts[0][2]
    if any(part[2] != got for part in parts) or not got:
        return " or ".join(rules)
    return f"must be {' or '.join(part[0] for part in parts)}, but got {got}"


def _matching(rules: tuple[tuple[str, str], ...], line: str) -> str | None:
    for pattern, form in rules:
        if (match := re.fullmatch(pattern, line)) is not None:
            return match.expand(form)
    return None


def _lower_case(line: str) -> str:
    line = line.rstrip(".!")
    capitalised = line[:1].isupper() and line[1:2].islower()
    return line[:1].lower() + line[1:] if capitalised else line
