"""Programs that people write, too, and that are not captured yet: they run as written."""

from __future__ import annotations

import ember_mlir as ember

from .acting import price
from .written import Written


class Cart:
    """What a customer wants to buy."""

    def __init__(self) -> None:
        self.articles: list[str] = []

    def put(self, article: str, count: int) -> str:
        """Puts an article into the cart."""
        self.articles += [article] * max(count, 0)
        return f"{len(self.articles)} articles"


def cart_agent(wish: str) -> list[str]:
    """An agent whose tool is a method that changes its object."""
    cart = Cart()
    clerk = ember.agent([cart.put, price], max_steps=3)
    try:
        clerk(wish)
    except ember.NotAcceptedError:
        return ["unfinished", *cart.articles]
    return cart.articles


REFUSED = [
    Written(cart_agent, (("Two apples, please",), ("Bread and cake",))),
]
