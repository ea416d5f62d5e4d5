"""What a run has cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from ember_mlir.providers.protocol import Reply

# Sums of money are exact: prices times tokens need far fewer digits than these.
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_MILLIONTH = Decimal("0.000001")


@dataclass(slots=True)
class Bill:
    """The running account of one run.

    `calls` counts requests issued, `usd` is exact US dollars, and None as soon as one
    price was unknown: unknown stays unknown. `seconds` is the time of the whole run on
    its clock, set by who runs it; `simulated` says that a simulated model has answered,
    `estimated` that some tokens are not the provider's count but the most that a
    cancelled request can have used.

    >>> bill = Bill(seconds=0.61, simulated=True)
    >>> for _ in range(5):
    ...     bill.charge(Reply(["391"], 27, 1), Decimal("0.15"), Decimal("0.60"))
    >>> print(bill)
    5 calls, 140 tokens, $0.000023, 0.61 s (simulated)
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: Decimal | None = Decimal(0)
    seconds: float = 0.0
    simulated: bool = False
    estimated: bool = False

    @property
    def tokens(self) -> int:
        """The tokens of input and output together."""
        return self.input_tokens + self.output_tokens

    def charge(
        self, reply: Reply, input_price: Decimal | None, output_price: Decimal | None
    ) -> None:
        """Count one request and the tokens of its reply.

        Prices are US dollars per million tokens, None where unknown. A request that was
        issued and failed has no reply: add it to `calls` alone.
        """
        self.calls += 1
        self.input_tokens += reply.input_tokens
        self.output_tokens += reply.output_tokens
        if self.usd is None or input_price is None or output_price is None:
            self.usd = None
            return
        millionths = _EXACT.fma(
            reply.input_tokens, input_price, _EXACT.multiply(reply.output_tokens, output_price)
        )
        self.usd = _EXACT.fma(millionths, _MILLIONTH, self.usd)

    def as_json(self) -> dict[str, int | float | bool | None]:
        """The bill as plain data; `usd` is a number, or None where it is unknown."""
        return {
            "calls": self.calls,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "tokens": self.tokens,
            "usd": None if self.usd is None else float(self.usd),
            "seconds": self.seconds,
            "simulated": self.simulated,
            "estimated": self.estimated,
        }

    def __str__(self) -> str:
        parts = [
            _counted(self.calls, "call"),
            _counted(self.tokens, "token"),
            _dollars(self.usd),
            f"{self.seconds:.2f} s",
        ]
        marks = [name for name in ("simulated", "estimated") if getattr(self, name)]
        return ", ".join(parts) + (f" ({', '.join(marks)})" if marks else "")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _dollars(usd: Decimal | None) -> str:
    """Dollars for people: to the cent, and small sums to two significant digits.

    >>> _dollars(Decimal("12.345")), _dollars(Decimal("0.0000511")), _dollars(None)
    ('$12.34', '$0.000051', '$?')
    """
    if usd is None:
        return "$?"
    places = 2 if usd == 0 else max(2, 1 - usd.adjusted())
    return f"${usd:.{places}f}"
