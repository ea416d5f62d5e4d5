"""Instructions that run a frame once, again and again, or until it succeeds."""

from __future__ import annotations

from decimal import Decimal

from ember_mlir.errors import EmberError, SourceLocation, is_named
from ember_mlir.runtime.attempts import AttemptState, FirstState, does_not_fit, may_pass
from ember_mlir.runtime.branches import BranchState, LoopState, SpawnState
from ember_mlir.runtime.frames import AGAIN, PENDING, TOKEN, Frame, FrameTable, Instruction, Slot
from ember_mlir.runtime.lists import all_there


class Runner(Instruction):
    """An instruction that runs frames with captures, which follow by `Capture`.

    `takes` is how many values all of its frames take behind what is their own; `results`
    are the slots of what comes out.
    """

    __slots__ = ("results", "takes")

    has_bodies = True

    def __init__(
        self,
        inputs: tuple[int, ...],
        results: tuple[int, ...],
        handle: int,
        *,
        takes: int,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, handle=handle, location=location)
        self.results = results
        self.takes = takes

    @property
    def outputs(self) -> tuple[int, ...]:
        return self.results


class Select(Runner):
    """`exec.select`: one of two frames, by a condition."""

    __slots__ = ("_tables",)

    def __init__(
        self,
        inputs: tuple[int, ...],
        results: tuple[int, ...],
        handle: int,
        *,
        tables: tuple[FrameTable, FrameTable],
        takes: int,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, results, handle, takes=takes, location=location)
        self._tables = tables

    def fire(self, frame: Frame) -> Slot:
        state = BranchState(frame, self)
        if self.takes:
            frame.hand(self.handle, state)
        then, otherwise = self._tables
        state.open(then if frame.slots[self.inputs[0]] else otherwise)
        return PENDING


class Spawn(Runner):
    """`exec.spawn`: a frame in a scope of its own; times are nanoseconds."""

    __slots__ = ("budget", "deadline", "results_read", "running", "table")

    def __init__(
        self,
        results: tuple[int, ...],
        handle: int,
        running: int,
        *,
        table: FrameTable,
        takes: int,
        budget: Decimal | None,
        deadline: int | None,
        location: SourceLocation | None,
    ) -> None:
        super().__init__((), results, handle, takes=takes, location=location)
        self.table = table
        self.running = running
        self.budget = budget
        self.deadline = deadline
        # How many of its results somebody reads; known when the frame is linked.
        self.results_read = 0

    def fire(self, frame: Frame) -> Slot:
        state = SpawnState(frame, self)
        if self.takes:
            frame.hand(self.handle, state)
        frame.deliver(self.running, state)
        state.open()
        return PENDING


class Cancel(Instruction):
    """`exec.cancel`: ends a frame if the condition says so; the token is there when it has."""

    __slots__ = ("_condition",)

    def __init__(self, inputs: tuple[int, ...], output: int, condition: int | None) -> None:
        super().__init__(inputs, output)
        self._condition = condition

    def fire(self, frame: Frame) -> Slot:
        running: SpawnState = frame.slots[self.inputs[0]]
        wanted = self._condition is None or frame.slots[self._condition]
        if not wanted or running.is_over:
            return TOKEN
        running.cancel(frame, self.index)
        return AGAIN


class Loop(Runner):
    """`exec.loop`: a frame while it says so; the state follows by `Initial`."""

    __slots__ = ("at_most", "state", "table")

    def __init__(
        self,
        results: tuple[int, ...],
        handle: int,
        *,
        table: FrameTable,
        takes: int,
        at_most: int | None,
        location: SourceLocation | None,
    ) -> None:
        super().__init__((), results, handle, takes=takes, location=location)
        self.table = table
        self.at_most = at_most
        self.state = len(results) - 1

    def fire(self, frame: Frame) -> Slot:
        state = LoopState(frame, self)
        frame.hand(self.handle, state)
        state.open()
        return PENDING


class Initial(Instruction):
    """A part of the state of the first run of a loop."""

    __slots__ = ("_position",)

    def __init__(self, handle: int, value: int, position: int) -> None:
        super().__init__((handle, value))
        self._position = position

    def fire(self, frame: Frame) -> Slot:
        handle, source = self.inputs
        frame.slots[handle].initial(self._position, frame.slots[source], shared=self.shared)


class Attempt(Runner):
    """`exec.attempt`: frames one after the other, each tried so often, in nanoseconds."""

    __slots__ = ("at_most", "errors", "least_backoff", "most_backoff", "redraw", "tables")

    def __init__(
        self,
        output: int,
        handle: int,
        *,
        tables: tuple[FrameTable, ...],
        takes: int,
        at_most: int,
        redraw: bool,
        errors: tuple[str, ...] | None = None,
        backoff: tuple[int, int],
        location: SourceLocation | None,
    ) -> None:
        super().__init__((), (), handle, takes=takes, location=location)
        self.output = output
        self.tables = tables
        self.at_most = at_most
        self.redraw = redraw
        self.errors = errors
        self.least_backoff, self.most_backoff = backoff

    def tries_again(self, error: EmberError) -> bool:
        """Whether a frame that has failed in this way is tried again."""
        return does_not_fit(error) if self.redraw else may_pass(error)

    def hands_on(self, error: EmberError) -> bool:
        """Whether the next frame runs after one that has failed in this way for good."""
        return self.errors is None or is_named(error, self.errors)

    def fire(self, frame: Frame) -> Slot:
        state = AttemptState(frame, self)
        if self.takes:
            frame.hand(self.handle, state)
        state.open()
        return PENDING


class First(Runner):
    """`exec.first`: frames at once, or some nanoseconds apart, until one succeeds."""

    __slots__ = ("delay", "tables")

    def __init__(
        self,
        output: int,
        handle: int,
        *,
        tables: tuple[FrameTable, ...],
        takes: int,
        delay: int | None,
        location: SourceLocation | None,
    ) -> None:
        super().__init__((), (), handle, takes=takes, location=location)
        self.output = output
        self.tables = tables
        self.delay = delay

    def fire(self, frame: Frame) -> Slot:
        state = FirstState(frame, self)
        if self.takes:
            frame.hand(self.handle, state)
        state.open()
        return PENDING


class After(Instruction):
    """`exec.after`: a token some nanoseconds after another, or after the frame has begun."""

    __slots__ = ("_delay",)

    def __init__(self, inputs: tuple[int, ...], output: int, delay: int) -> None:
        super().__init__(inputs, output)
        self._delay = delay

    def fire(self, frame: Frame) -> Slot:
        engine = frame.engine
        engine.after(self._delay, lambda: self._rings(frame))
        return PENDING

    def _rings(self, frame: Frame) -> None:
        if not frame.scope.dead:
            frame.engine.give(frame, self, TOKEN)


class Remember(Runner):
    """`exec.cache_lookup`: what its frame gives; this engine keeps no results itself.

    That a result is found again is not promised. The frame takes the key first.
    """

    __slots__ = ("table",)

    def __init__(
        self,
        output: int,
        handle: int,
        *,
        table: FrameTable,
        takes: int,
        location: SourceLocation | None,
    ) -> None:
        super().__init__((), (output,), handle, takes=takes, location=location)
        self.table = table

    def fire(self, frame: Frame) -> Slot:
        state = BranchState(frame, self)
        if self.takes:
            frame.hand(self.handle, state)
        state.open(self.table, (TOKEN,))
        return PENDING


class Store(Instruction):
    """`exec.cache_store`: a token once the value is there, lists with all their pieces."""

    __slots__ = ()

    def fire(self, frame: Frame) -> Slot:
        return TOKEN if all_there(frame, self.index, (frame.slots[self.inputs[0]],)) else AGAIN
