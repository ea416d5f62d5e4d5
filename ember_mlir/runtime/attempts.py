"""The states of instructions that run frames until one of them succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from ember_mlir.errors import EmberError, ParseError, ProviderError, handed_on
from ember_mlir.runtime.backoff import jittered, longest_wait
from ember_mlir.runtime.bodies import Runs
from ember_mlir.runtime.failures import combined
from ember_mlir.runtime.frames import MISSING, Body, Frame, Slot
from ember_mlir.runtime.scopes import Scope

if TYPE_CHECKING:
    from ember_mlir.runtime.instructions.control import Attempt, First


class AttemptState(Runs):
    """Frames one after the other, each tried a number of times, until one succeeds.

    Its result leaves only when all of it has succeeded.
    """

    __slots__ = ("_arm", "_attempt", "_failed", "_result", "_try")

    def __init__(self, frame: Frame, instruction: Attempt) -> None:
        super().__init__(frame, instruction, instruction.takes, repeats=True)
        self._attempt = instruction
        self._arm = 0
        self._try = 0
        self._failed: list[EmberError] = []
        self._result: Slot = MISSING

    def open(self) -> None:
        """Start the next try."""
        around, attempt = self.frame, self._attempt
        if around.scope.dead:
            return
        redraws = around.redraws
        if attempt.redraw and self._try:
            redraws = (*redraws, self._try)
        scope = Scope(around.engine, around.scope, self, catches=True)
        self._result = MISSING
        own: tuple[Slot, ...] = ()
        if attempt.errors is not None and self._failed:
            own = (handed_on(self._failed[-1]),)
        self.run(attempt.tables[self._arm], self._arm, own, scope, around.path, redraws)

    def returned(self, body: Body, number: int, value: Slot) -> None:
        self._result = value

    def finished(self, body: Body) -> Frame | None:
        body.scope.close()
        self.frame.deliver(self._attempt.output, self._result)
        return self.over()

    def drained(self, scope: Scope) -> None:
        """A try has failed: make another, or go on to the next frame."""
        attempt, error = self._attempt, combined(scope.failures, scope.later)
        self._try += 1
        if self._try < attempt.at_most and attempt.tries_again(error):
            self._later(error)
            return
        self._failed.append(error)
        self._arm, self._try = self._arm + 1, 0
        if self._arm < len(attempt.tables) and attempt.hands_on(error):
            self.open()
        else:
            self.frame.engine.fail(self.frame, attempt, last_of(self._failed))

    def _later(self, error: EmberError) -> None:
        around, attempt = self.frame, self._attempt
        engine = around.engine
        longest = longest_wait(attempt.least_backoff, attempt.most_backoff, self._try - 1)
        if not longest and not asks_to_wait(error):
            self.open()
            return
        place = (*around.path, self._arm, self._try)
        # Attempts have no site: where they stand in the text tells them apart.
        chain = (crc32(around.table.symbol.encode()), attempt.index)
        engine.after(jittered(longest, engine.tape, chain, place, error), self.open)


class FirstState(Runs):
    """Frames at once, or each some time after the one before, until one succeeds.

    The result leaves at once; the instruction is over when the others have left.
    """

    __slots__ = ("_failed", "_first", "_live_scopes", "_next", "_results", "_won")

    def __init__(self, frame: Frame, instruction: First) -> None:
        super().__init__(frame, instruction, instruction.takes, repeats=True)
        self._first = instruction
        self._next = 0
        self._won = False
        self._failed: dict[int, EmberError] = {}
        self._results: dict[int, Slot] = {}
        self._live_scopes: dict[Scope, None] = {}

    def open(self) -> None:
        """Start the first frame, or all."""
        while self._next < len(self._first.tables):
            self._start()
            if self._first.delay is not None:
                return

    def _start(self) -> None:
        around, arm = self.frame, self._next
        self._next += 1
        scope = Scope(around.engine, around.scope, self, catches=True, tag=arm)
        self._live_scopes[scope] = None
        delay = self._first.delay
        if delay is not None and self._next < len(self._first.tables):
            around.engine.after(delay, lambda: self._hedge(arm + 1))
        self.run(self._first.tables[arm], arm, (), scope, around.path, around.redraws)

    def _hedge(self, arm: int) -> None:
        if arm == self._next and not self._won and not self.frame.scope.dead:
            self._start()

    def returned(self, body: Body, number: int, value: Slot) -> None:
        self._results[body.index] = value

    def finished(self, body: Body) -> Frame | None:
        engine, scope = self.frame.engine, body.scope
        scope.close()
        del self._live_scopes[scope]
        if not self._won:
            self._won = True
            self.frame.deliver(self._first.output, self._results[body.index])
            for other in self._live_scopes:
                engine.kill(other)
        self._results.clear()
        return None if self._live_scopes else self.over()

    def drained(self, scope: Scope) -> None:
        """An arm has failed, or has lost and left."""
        del self._live_scopes[scope]
        if scope.failures:
            self._failed[scope.tag] = combined(scope.failures, scope.later)
        if self._won:
            if not self._live_scopes:
                self.close()
        elif self._next < len(self._first.tables):
            self._start()
        elif not self._live_scopes:
            failed = [self._failed[arm] for arm in sorted(self._failed)]
            self.frame.engine.fail(self.frame, self._first, last_of(failed))


def last_of(failed: list[EmberError]) -> EmberError:
    """The error of the last of several frames, which tells of the others."""
    *others, last = failed
    # One that a handler has raised again is the same.
    for other in (other for other in others if other is not last):
        last.add_note(f"also failed: {other}")
    return last


def may_pass(error: EmberError) -> bool:
    """Whether a try that has failed in this way may succeed later, with the same draws."""
    return isinstance(error, ProviderError) and error.retryable


def asks_to_wait(error: EmberError) -> bool:
    """Whether the provider has said when to come back."""
    return isinstance(error, ProviderError) and error.retry_after is not None


def does_not_fit(error: EmberError) -> bool:
    """Whether another answer may have the structure that this one lacks."""
    return isinstance(error, ParseError)
