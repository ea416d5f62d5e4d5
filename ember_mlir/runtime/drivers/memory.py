"""How much memory the functions under way have declared to take, and which wait for some."""

from __future__ import annotations

from asyncio import CancelledError, Future, get_running_loop
from collections import OrderedDict

from ember_mlir.runtime.functions import Function


class Memory:
    """An amount of memory that functions share, in megabytes; first come, first served.

    One that needs little does not overtake one that needs much, which might wait for ever.
    """

    def __init__(self, amount: int) -> None:
        self._left = amount
        self._waiting: OrderedDict[Future[None], int] = OrderedDict()

    async def take(self, amount: int) -> None:
        """Wait until there is so much for the caller."""
        if not self._waiting and amount <= self._left:
            self._left -= amount
            return
        turn: Future[None] = get_running_loop().create_future()
        self._waiting[turn] = amount
        try:
            await turn
        except CancelledError:
            if turn.cancelled():
                self._waiting.pop(turn, None)
                self._hand_out()
            else:
                # Its turn came in the same moment.
                self.give_back(amount)
            raise

    def give_back(self, amount: int) -> None:
        """So much is needed no more."""
        self._left += amount
        self._hand_out()

    def _hand_out(self) -> None:
        """Let those begin whose turn it is."""
        while self._waiting:
            turn, amount = next(iter(self._waiting.items()))
            # One that was cancelled may not have noticed yet.
            if amount > self._left and not turn.cancelled():
                return
            del self._waiting[turn]
            if not turn.cancelled():
                self._left -= amount
                turn.set_result(None)


def memory_of(function: Function) -> int:
    """How many megabytes a function is declared to take; 0 if that is not declared."""
    found = getattr(function, "memory_mb", None)
    return found if isinstance(found, int) else 0
