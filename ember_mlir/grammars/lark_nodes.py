"""Lark grammars as trees: rules over terminals, terminals as regular expressions."""

from __future__ import annotations

from dataclasses import dataclass

from ember_mlir.grammars.regex_nodes import Regex


@dataclass(frozen=True, slots=True)
class Terminal:
    """A literal or regex; `position` counts characters of the grammar's text from 0."""

    regex: Regex
    position: int


@dataclass(frozen=True, slots=True)
class Name:
    """A rule (lower case) or a named terminal (upper case)."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class All:
    """All parts, one after the other."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """A part, `low` to `high` times; None: any number."""

    part: Expression
    low: int
    high: int | None


Expression = Terminal | Name | All | OneOf | Times
"""What stands to the right of a colon."""


@dataclass(frozen=True, slots=True)
class LarkRules:
    """A grammar in which every name is known: its rules and its terminals."""

    rules: dict[str, Expression]
    terminals: dict[str, Regex]
