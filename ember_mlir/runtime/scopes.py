"""Scopes: the parts of a run that fail, are cancelled and are paid for as one."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from ember_mlir.runtime.failures import Failure

if TYPE_CHECKING:
    from ember_mlir.errors import EmberError
    from ember_mlir.runtime.calls import Call
    from ember_mlir.runtime.core import Engine


class Owner(Protocol):
    """What has opened a scope, and goes on when it has ended early."""

    def drained(self, scope: Scope) -> None:
        """The scope has failed or was cancelled, and nothing is under way in it any more.

        Its `failures` are empty if it was cancelled.
        """
        ...


class Stoppable(Protocol):
    """What runs frames in a scope, and must give back what they hold when it dies."""

    def abandoned(self) -> None:
        """All that it runs is dead."""
        ...


class Scope:
    """A part of a run.

    A scope that `catches` is where errors of the program end, instead of failing the
    scope around it. From its first failure, or from when it is cancelled, it is `dead`,
    and all scopes in it with it: nothing new starts. Then what is under way in it is
    asked to end, and when that has left, its owner is told. `in_flight` are the calls under
    way in it, in the order in which they were sent, and `busy` counts the scopes in it in
    which something is.

    `failures` are those of the moment at which it died, `later` what failed while it was
    being cancelled. `budget` is the innermost that its calls are paid from.
    """

    __slots__ = (
        "_children",
        "_stoppable",
        "budget",
        "busy",
        "cancelled",
        "catches",
        "dead",
        "engine",
        "failures",
        "in_flight",
        "later",
        "owner",
        "parent",
        "tag",
    )

    def __init__(
        self,
        engine: Engine,
        parent: Scope | None,
        owner: Owner,
        *,
        catches: bool,
        tag: int = 0,
        budget: Budget | None = None,
    ) -> None:
        self.engine = engine
        self.parent = parent
        self.owner: Owner | None = owner
        self.catches = catches
        self.tag = tag
        self.budget = budget
        self.dead = False
        self.cancelled = False
        self.busy = 0
        self.in_flight: dict[Call, None] = {}
        self.failures: list[Failure] = []
        self.later: list[EmberError] = []
        self._children: dict[Scope, None] | None = None
        self._stoppable: dict[Stoppable, None] | None = None
        if parent is not None:
            self.dead = parent.dead
            if self.budget is None:
                self.budget = parent.budget
            if parent._children is None:
                parent._children = {}
            parent._children[self] = None

    def close(self) -> None:
        """Leave the scope around it: all in here is over."""
        # Owners hold their scopes: one that is over must not hold its owner.
        self.owner = None
        parent = self.parent
        if parent is not None and parent._children is not None:
            parent._children.pop(self, None)

    def hold(self, runner: Stoppable) -> None:
        """Tell `runner` if the scope dies."""
        if self._stoppable is None:
            self._stoppable = {}
        self._stoppable[runner] = None

    def let_go(self, runner: Stoppable) -> None:
        """`runner` is over, and need not be told any more."""
        if self._stoppable is not None:
            self._stoppable.pop(runner, None)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way in here, however deep."""
        return not self.in_flight and not self.busy

    def enter(self) -> None:
        """Something is about to be under way in here: count this in the scopes around it."""
        around = None if self.in_flight or self.busy else self.parent
        while around is not None:
            is_idle = not around.in_flight and not around.busy
            around.busy += 1
            around = around.parent if is_idle else None

    def leave(self) -> None:
        """Something has left: tell the owners of the scopes in which nothing is under way."""
        scope = self
        while not scope.in_flight and not scope.busy:
            # A scope counts as busy in the one around it until its owner has been told,
            # so that what that starts in the meantime keeps it busy.
            if scope.cancelled:
                scope.drained()
            if scope.parent is None:
                return
            scope = scope.parent
            scope.busy -= 1

    def drained(self) -> None:
        """Nothing is under way any more in here, after this has ended early."""
        self.cancelled = False
        owner = self.owner
        self.close()
        if owner is not None and (self.parent is None or not self.parent.dead):
            try:
                owner.drained(self)
            except Exception as error:
                # Those around it are counted down in any case, so that the run ends.
                self.engine.defect(error)

    def catcher(self, *, handled: bool) -> Scope:
        """The scope that an error in here fails: the innermost that catches, if `handled`."""
        scope = self
        while scope.parent is not None and not (handled and scope.catches):
            scope = scope.parent
        return scope

    def kill(self) -> None:
        """Nothing starts any more in here, however deep."""
        pending: list[Scope] = [self]
        while pending:
            scope = pending.pop()
            scope.dead = True
            if scope._stoppable is not None:
                for runner in scope._stoppable:
                    runner.abandoned()
                scope._stoppable = None
            if scope._children:
                pending.extend(scope._children)

    def calls(self) -> list[Call]:
        """What is under way in here, however deep."""
        found: list[Call] = []
        pending: list[Scope] = [self]
        while pending:
            scope = pending.pop()
            found += scope.in_flight
            if scope._children:
                pending.extend(scope._children)
        return found


class Budget:
    """What the calls of a scope may cost, in trillionths of a dollar; `around` is part of it.

    The worst cost of a call is `held` from before it is sent until it is settled, so
    that what has been spent never exceeds the `limit`.
    """

    __slots__ = ("around", "held", "limit", "spent", "waiting")

    def __init__(self, limit: int, around: Budget | None) -> None:
        self.limit = limit
        self.around = around
        self.spent = 0
        self.held = 0
        self.waiting: deque[Call] = deque()

    def lacking(self, cost: int) -> Budget | None:
        """The first budget, from here outwards, that has no `cost` left; None if all have."""
        budget: Budget | None = self
        while budget is not None:
            if budget.spent + budget.held + cost > budget.limit:
                return budget
            budget = budget.around
        return None

    def hold(self, cost: int) -> None:
        """Reserve the worst cost of a call."""
        budget: Budget | None = self
        while budget is not None:
            budget.held += cost
            budget = budget.around

    def settle(self, held: int, cost: int) -> list[Call]:
        """Give back what was held for a call, and pay; the calls that may be tried again."""
        freed: list[Call] = []
        budget: Budget | None = self
        while budget is not None:
            budget.held -= held
            budget.spent += cost
            if budget.waiting:
                freed += budget.waiting
                budget.waiting.clear()
            budget = budget.around
        return freed
