"""The core of a run: it never waits, and knows no clock and no input or output.

The core tells its driver `start`, `cancel`, `soon` and `finish`; the driver tells the
core how each call ended: `complete`, `error`, `ended` or `skipped`. Each of these runs
on until nothing is ready, and then fills the lanes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, TypeGuard

from ember_mlir.errors import EmberError, ProviderError
from ember_mlir.providers.bill import Bill
from ember_mlir.providers.protocol import Provider, Reply, Request
from ember_mlir.providers.replies import MOST_TOKENS, check_reply, tokens_of
from ember_mlir.providers.session import Progress
from ember_mlir.runtime.bodies import Window
from ember_mlir.runtime.failures import (
    Failure,
    call_failure,
    combined,
    failure_of,
    internal_error,
)
from ember_mlir.runtime.frames import (
    AGAIN,
    PENDING,
    Frame,
    FrameTable,
    Instruction,
    Slot,
)
from ember_mlir.runtime.lanes import Call, open_lanes, total
from ember_mlir.runtime.tables import Program, RequestSpec


class Driver(Protocol):
    """What the core asks of the world."""

    def start(self, call: Call) -> None:
        """Send `call.request`, now or soon, and tell the core how it ended."""
        ...

    def cancel(self, call: Call) -> None:
        """Ask a started call to end; the core is told when it really has."""
        ...

    def soon(self, function: Callable[[], None]) -> None:
        """Call `function` after all that happens at this moment."""
        ...

    def finish(self) -> None:
        """The run is over: nothing is under way any more."""
        ...


class Root:
    """What runs the entry frame, and takes its results."""

    __slots__ = ("engine", "outputs")

    frame = None
    row = 0

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.outputs: dict[int, Slot] = {}

    def returned(self, body: Frame, number: int, value: Slot) -> None:
        self.outputs[number] = value

    def finished(self, body: Frame) -> Frame | None:
        self.engine.finished = True
        self.engine.driver.finish()
        return None


class Engine:
    """One run of a program.

    `ready` holds what may fire, first in first out; `in_flight` the calls that the
    driver has been given. `stopping` is set by the first failure or by `cancel`: from
    then on nothing new starts, and the run is over when the last call has left.
    """

    def __init__(
        self,
        program: Program,
        driver: Driver,
        provider_for: Callable[[str], Provider],
        tape: bytes,
        progress: Progress | None = None,
    ) -> None:
        self.driver = driver
        self.tape = tape
        self._window_size = program.window
        self._windows: dict[Instruction, Window] = {}
        self.lanes = open_lanes(program.lanes, provider_for)
        self.ready: deque[tuple[Frame, int]] = deque()
        self.in_flight: dict[Call, None] = {}
        self.stopping = False
        self.finished = False
        self._progress = progress
        self._done = 0
        self._root = Root(self)
        self._failures: list[Failure] = []
        self._later: list[EmberError] = []
        self._broken: Exception | None = None

    # What the driver calls.

    def begin(self, entry: FrameTable, arguments: Sequence[Slot]) -> None:
        """Start to run `entry`."""
        try:
            frame = Frame(self, entry, self._root, 0, ())
            if not frame.left:
                self.finish(frame)
            frame.begin(arguments)
            self._drain()
        except Exception as error:
            self._break(internal_error(error))

    def complete(self, call: Call, answer: object) -> None:
        """A call has ended with what should be a reply."""
        try:
            self._leave(call)
            input_tokens, output_tokens = tokens_of(answer)
            lane = call.lane
            lane.input_tokens += input_tokens
            lane.output_tokens += output_tokens
            reply = _checked(call.request, answer)
            if not self.stopping:
                self._resolve(call.frame, call.instruction, reply.values[0])
        except ProviderError as error:
            self._failed(call, error)
        except Exception as error:
            self._break(internal_error(error))
        self._go_on(call)

    def error(self, call: Call, error: BaseException) -> None:
        """A call has ended with an exception."""
        try:
            self._leave(call)
            self._failed(call, error)
        except Exception as defect:
            self._break(internal_error(defect))
        self._go_on(call)

    def ended(self, call: Call) -> None:
        """A call that was cancelled has left."""
        self._leave(call)
        self._go_on(call)

    def skipped(self, call: Call) -> None:
        """A call that was given to the driver was never sent, because the run is over."""
        call.lane.calls -= 1
        self._done -= 1
        self.ended(call)

    def cancel(self) -> None:
        """End the run from outside."""
        self._stop()
        self.cancel_in_flight()

    def cancel_in_flight(self) -> None:
        """Ask all calls under way to end; being asked again does no harm."""
        for call in list(self.in_flight):
            call.cancelled = True
            self.driver.cancel(call)

    def outputs(self) -> list[Slot]:
        """The results of the finished run; raises what has ended it."""
        if self._broken is not None:
            raise self._broken
        if self._failures:
            raise combined(self._failures, self._later)
        if not self.finished:
            raise internal_error(RuntimeError("nothing is under way, but results are missing"))
        outputs = self._root.outputs
        return [outputs[number] for number in range(len(outputs))]

    def bill(self, seconds: float) -> Bill:
        """What the run has cost so far; `seconds` is how long it has taken."""
        return total(self.lanes, seconds)

    # What instructions call.

    def submit(
        self, frame: Frame, instruction: Instruction, spec: RequestSpec, prompt: str
    ) -> None:
        """Ask a model, as soon as its lane has room."""
        lane = self.lanes[spec.lane.number]
        call = Call(frame, instruction, spec, lane, prompt)
        if lane.room and not lane.waiting:
            self._issue(call)
        else:
            lane.waiting.append(call)

    def window_of(self, instruction: Instruction) -> Window:
        """The window that all runs of `instruction` share."""
        if (window := self._windows.get(instruction)) is None:
            window = self._windows[instruction] = Window(self._window_size)
        return window

    def settle(self, frame: Frame) -> None:
        """Count down a frame: one of its instructions is over, and nothing follows it."""
        frame.left -= 1
        if not frame.left:
            self.finish(frame)

    def finish(self, frame: Frame) -> None:
        """Close a frame that is over, and those around it that are over with it."""
        over: Frame | None = frame
        while over is not None:
            following = over.parent.finished(over)
            over.close()
            over = following

    # The core itself.

    def _drain(self, frame: Frame | None = None, index: int = -1) -> None:
        """Fire row `index` of `frame`, if one is given, and then all that is ready."""
        ready = self.ready
        while True:
            if index < 0 or frame is None:
                if not ready:
                    return
                frame, index = ready.popleft()
            row, slots = frame.table.code[index], frame.slots
            try:
                value = row.fire(frame)
            except EmberError as error:
                self._fail(failure_of(frame, row, error))
                return
            index = -1
            if value is AGAIN:
                continue
            for slot in row.releases:
                slots[slot] = None
            if value is PENDING:
                continue
            if row.settles:
                self.settle(frame)
            else:
                # Run on into the first that is ready now; the others wait their turn.
                index = frame.put(row.output, value)

    def _resolve(self, frame: Frame, row: Instruction, value: Slot) -> None:
        """Go on with the value of an instruction that was pending."""
        if row.returns >= 0:
            frame.parent.returned(frame, row.returns, value)
        if row.settles:
            self.settle(frame)
            self._drain()
        else:
            self._drain(frame, frame.put(row.output, value))

    def _issue(self, call: Call) -> None:
        call.make_request(self.tape)
        lane = call.lane
        lane.room -= 1
        lane.calls += 1
        self.in_flight[call] = None
        self.driver.start(call)

    def _leave(self, call: Call) -> None:
        del self.in_flight[call]
        call.lane.room += 1
        self._done += 1

    def _go_on(self, call: Call) -> None:
        """After a call has left: fill its lane, report, and see whether the run is over."""
        try:
            lane = call.lane
            while lane.waiting and lane.room:
                self._issue(lane.waiting.popleft())
            if self._progress is not None:
                self._report(self._progress)
        except Exception as error:
            self._break(internal_error(error))
        if self.stopping and not self.in_flight:
            self.driver.finish()

    def _report(self, progress: Progress) -> None:
        try:
            progress(self._done, sum(lane.calls for lane in self.lanes))
        except Exception as error:
            # The user's own function failed: it ends the run under its own name.
            self._break(error)

    def _failed(self, call: Call, error: BaseException) -> None:
        failure = call_failure(call, error)
        if call.cancelled:
            self._later.append(failure.error)
        else:
            self._fail(failure)

    def _fail(self, failure: Failure) -> None:
        self._failures.append(failure)
        self._stop_soon()

    def _break(self, error: Exception) -> None:
        if self._broken is None:
            self._broken = error
        self._stop_soon()

    def _stop_soon(self) -> None:
        # What fails at this same moment is still seen, so that of several failures the
        # first in program order is reported, whichever was noticed first.
        if not self.stopping:
            self._stop()
            self.driver.soon(self.cancel_in_flight)

    def _stop(self) -> None:
        self.stopping = True
        self.ready.clear()
        for lane in self.lanes:
            lane.waiting.clear()
        if not self.in_flight:
            self.driver.finish()


def _checked(request: Request, answer: object) -> Reply:
    return answer if _is_plain(answer, request) else check_reply(request, answer)


def _is_plain(reply: object, request: Request) -> TypeGuard[Reply]:
    """Whether `reply` is right at first sight; `check_reply` says what else is."""
    return (
        request.kind == "generate"
        and isinstance(reply, Reply)
        and reply.values.__class__ is list
        and len(reply.values) == 1
        and isinstance(reply.values[0], str)
        and reply.values[0].isascii()
        and reply.input_tokens.__class__ is int
        and reply.output_tokens.__class__ is int
        and 0 <= reply.input_tokens <= MOST_TOKENS
        and 0 <= reply.output_tokens <= MOST_TOKENS
    )
