"""What rewrites keep of a program: a chain of promises, from `exact` to `meaning`.

    exact               the same outputs and effects for every tape
    distribution        the same joint law of outputs and effects
    bounded(0.05)       a total variation of the laws of 0.05 at most; it adds up
    meaning             answers may change

Whoever keeps a promise keeps all behind it. docs/meaning.md says what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from ember_mlir.errors import PipelineError

Kind = Literal["exact", "distribution", "bounded", "meaning"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """A promise; of a bounded one, `delta` is the greatest total variation of the laws."""

    kind: Kind
    delta: Decimal = Decimal(0)

    def permits(self, needed: Equivalence) -> bool:
        """Whether what must be kept this well may be rewritten so that `needed` is kept.

        >>> Equivalence.parse("bounded(0.05)").permits(DISTRIBUTION)
        True
        >>> Equivalence.parse("bounded(0.05)").permits(bounded(Decimal("0.1")))
        False
        """
        own, other = KINDS.index(self.kind), KINDS.index(needed.kind)
        return own > other or (own == other and self.delta >= needed.delta)

    def after(self, rewrite: Equivalence) -> Equivalence:
        """What is kept in all when this much is, and then a `rewrite` is made.

        >>> print(bounded(Decimal("0.01")).after(bounded(Decimal("0.02"))))
        bounded(0.03)
        >>> print(MEANING.after(EXACT))
        meaning
        """
        if self.kind == rewrite.kind == "bounded":
            return bounded(self.delta + rewrite.delta)
        return self if KINDS.index(self.kind) > KINDS.index(rewrite.kind) else rewrite

    @classmethod
    def parse(cls, text: str) -> Equivalence:
        """The promise that is written so.

        Raises `PipelineError` if there is none, or if δ is not a number from 0 to 1.

        >>> print(Equivalence.parse("bounded(0.05)"))
        bounded(0.05)
        """
        match text:
            case "exact" | "distribution" | "meaning":
                return cls(text)
            case str() if text.startswith("bounded(") and text.endswith(")"):
                delta = _decimal(text.removeprefix("bounded(").removesuffix(")"))
                if delta is not None and 0 <= delta <= 1:
                    return bounded(delta)
            case _:
                pass
        raise PipelineError(
            "a promise must be exact, distribution, bounded(δ) with a δ from 0 to 1, "
            f"or meaning, but got '{text}'"
        )

    def __str__(self) -> str:
        return f"bounded({self.delta:f})" if self.kind == "bounded" else self.kind


def _decimal(text: str) -> Decimal | None:
    # Python reads more than is a number: spaces, underscores, other digits.
    if not text.isascii() or text != text.strip() or "_" in text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def bounded(delta: Decimal) -> Equivalence:
    """The promise that the laws differ by `delta` at most."""
    return Equivalence("bounded", delta)


EXACT = Equivalence("exact")
DISTRIBUTION = Equivalence("distribution")
MEANING = Equivalence("meaning")
