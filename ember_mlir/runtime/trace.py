"""What a run has done and when: the newest spans in a ring, and a file that shows them.

The file is JSON in the Trace Event Format, which https://ui.perfetto.dev and
chrome://tracing open. No prompt or answer is ever part of a span: they are data.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from heapq import heappop, heappush
from pathlib import PurePath
from typing import Literal, NamedTuple, Protocol

from ember_mlir.errors import SourceLocation
from ember_mlir.providers.bill import Bill
from ember_mlir.providers.protocol import Reply
from ember_mlir.text_files import write_text

FUNCTIONS = "functions"
"""What stands for a lane where Python functions run."""

NEWEST = 65_536
"""How many spans a ring keeps by default; that is some 20 MB."""

Outcome = Literal["ok", "failed", "cancelled", "timed out"]
"""How something ended."""


class TracedLane(Protocol):
    """What a trace tells of a lane; prices are US dollars per million tokens."""

    @property
    def symbol(self) -> str: ...

    @property
    def input_usd_per_million(self) -> Decimal | None: ...

    @property
    def output_usd_per_million(self) -> Decimal | None: ...


class Origin(NamedTuple):
    """What all spans of one instruction share; made once, when the text is decoded.

    `name` is that of the instruction, such as "request" or "apply"; `lane` is None for
    a Python function.
    """

    name: str
    lane: TracedLane | None
    location: SourceLocation | None


class Span(NamedTuple):
    """One request, from when its prompt was there, or one call of a Python function.

    `lane` is the symbol, as in "@small", or "functions"; `path` has the indices of the
    maps and loops around it, outermost first. `queued` is when it could have started,
    `start` when it did, and `end` when it had left, in nanoseconds from the start of the
    run. `sends` counts how often the request was sent. `usd` is what its tokens cost, and
    None where a price is unknown.
    """

    name: str
    lane: str
    location: SourceLocation | None
    path: tuple[int, ...]
    queued: int
    start: int
    end: int
    sends: int
    input_tokens: int
    output_tokens: int
    usd: Decimal | None
    outcome: Outcome

    @property
    def wait(self) -> int:
        """The nanoseconds from when it could have started to when it did."""
        return self.start - self.queued


Entry = tuple[Origin, tuple[int, ...], int, int, int, int, int, int, Outcome]
"""A span as it is kept: origin, path, queued, start, end, sends, input and output tokens,
outcome. Times are those of the run's clock."""


class Ring:
    """The newest spans of a run, as plain tuples: recording one costs 0.1 to 0.2 µs.

    >>> ring = Ring(2)
    >>> for start in (0, 5, 9):
    ...     ring.record((Origin("request", None, None), (), 0, start, 10, 1, 0, 0, "ok"))
    >>> [span.start for span in ring.spans()], ring.dropped
    ([5, 9], 1)
    """

    __slots__ = ("_entries", "recorded")

    recorded: int
    """How many spans there have been, those that are no longer kept among them."""

    def __init__(self, size: int = NEWEST) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self.recorded = 0

    def record(self, entry: Entry) -> None:
        """Keep a span, in place of the oldest if there is no room."""
        self._entries.append(entry)
        self.recorded += 1

    @property
    def dropped(self) -> int:
        """How many spans are no longer kept."""
        return self.recorded - len(self._entries)

    def spans(self, began: int = 0) -> Iterator[Span]:
        """The spans that are kept, in the order in which they ended.

        `began` is the time of the run's clock at which the run began.
        """
        for origin, path, queued, start, end, sends, read, written, outcome in self._entries:
            name, lane, location = origin
            yield Span(
                name,
                FUNCTIONS if lane is None else f"@{lane.symbol}",
                location,
                path,
                queued - began,
                start - began,
                end - began,
                sends,
                read,
                written,
                _usd(lane, read, written),
                outcome,
            )


class Trace:
    """The spans of one run, and the lanes that it had, in the order of the text."""

    __slots__ = ("_began", "_lanes", "_ring")

    def __init__(self, ring: Ring, lanes: Sequence[TracedLane] = (), began: int = 0) -> None:
        self._ring = ring
        self._lanes = lanes
        self._began = began

    @property
    def dropped(self) -> int:
        """How many of the oldest spans are not in the trace, because it would be too large."""
        return self._ring.dropped

    def spans(self) -> list[Span]:
        """What was done, in the order in which it ended."""
        return list(self._ring.spans(self._began))

    def write(self, path: str) -> None:
        """Write a file that Perfetto and chrome://tracing open, whole or not at all.

        Raises `InputError` if the file cannot be written.
        """
        lanes = [f"@{lane.symbol}" for lane in self._lanes]
        write_text(path, chrome_trace(self.spans(), lanes, self.dropped))


def chrome_trace(spans: Sequence[Span], lanes: Iterable[str], dropped: int = 0) -> Iterator[str]:
    """The pieces of a text in the Trace Event Format, a line per event.

    Each lane is a process, named and ordered as in `lanes`, then as they come; its
    threads are rows. A span takes the lowest row that is free when it starts, so there
    are as many rows as were under way at once. How long it had waited is an argument.
    Times are whole microseconds, rounded down, so that no reader can round spans of one
    row into one another.

    >>> ask = Span("request", "@small", None, (), 0, 2000, 9000, 1, 3, 1, None, "ok")
    >>> print("".join(chrome_trace([ask], ["@small"])), end="")
    {"displayTimeUnit":"ms","otherData":{"dropped_spans":0},"traceEvents":[
    {"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"@small"}},
    {"ph":"M","pid":1,"tid":0,"name":"process_sort_index","args":{"sort_index":1}},
    {"ph":"M","pid":1,"tid":2,"name":"thread_name","args":{"name":"@small 1"}},
    {"ph":"X","pid":1,"tid":2,"name":"request","cat":"ok","ts":2,"dur":7,\
"args":{"outcome":"ok","wait_us":2,"sends":1,"input_tokens":3,"output_tokens":1}}
    ]}
    """
    head = {"displayTimeUnit": "ms", "otherData": {"dropped_spans": dropped}}
    yield f'{_json(head)[:-1]},"traceEvents":['
    separator = "\n"
    for event in _events(spans, lanes):
        yield f"{separator}{_json(event)}"
        separator = ",\n"
    yield "\n]}\n"


class _Rows:
    """The rows of one lane: which thread each is, and until when it is taken."""

    def __init__(self, name: str, process: int) -> None:
        self.name = name
        self.process = process
        self.threads: list[int] = []
        self._taken: list[tuple[int, int]] = []
        self._free: list[int] = []

    def take(self, start: int, end: int) -> int:
        """The lowest row that is free at `start`; it is taken until `end`."""
        while self._taken and self._taken[0][0] <= start:
            heappush(self._free, heappop(self._taken)[1])
        row = heappop(self._free) if self._free else len(self.threads)
        heappush(self._taken, (end, row))
        return row


Event = dict[str, object]


def _events(spans: Iterable[Span], lanes: Iterable[str]) -> Iterator[Event]:
    """The names of processes, then the spans by start, each after the name of its row."""
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    names = dict.fromkeys([*lanes, *(span.lane for span in ordered)])
    rows = {name: _Rows(name, number) for number, name in enumerate(names, start=1)}
    for lane in rows.values():
        yield _metadata("process_name", lane.process, 0, {"name": lane.name})
        yield _metadata("process_sort_index", lane.process, 0, {"sort_index": lane.process})
    # Readers take a thread for the main one of a process if their numbers are equal.
    threads = len(rows)
    for span in ordered:
        lane = rows[span.lane]
        row = lane.take(span.start, span.end)
        if row == len(lane.threads):
            threads += 1
            lane.threads.append(threads)
            name = f"{lane.name} {row + 1}"
            yield _metadata("thread_name", lane.process, threads, {"name": name})
        yield _complete(span, lane.process, lane.threads[row])


def _metadata(name: str, process: int, thread: int, arguments: Event) -> Event:
    return {"ph": "M", "pid": process, "tid": thread, "name": name, "args": arguments}


def _complete(span: Span, process: int, thread: int) -> Event:
    start, end = span.start // 1000, span.end // 1000
    return {
        "ph": "X",
        "pid": process,
        "tid": thread,
        "name": _title(span),
        "cat": span.outcome,
        "ts": start,
        "dur": end - start,
        "args": _arguments(span),
    }


def _title(span: Span) -> str:
    """The name of the instruction and its line, so that lines differ in colour."""
    if span.location is None:
        return span.name
    return f"{span.name} {PurePath(span.location.file).name}:{span.location.line}"


def _arguments(span: Span) -> Event:
    """What a reader shows of a span besides its times; what is unknown is left out."""
    arguments: Event = {"outcome": span.outcome, "wait_us": span.wait // 1000}
    if span.location is not None:
        arguments["source"] = str(span.location)
    if span.path:
        # As text: a number of a deep path has more digits than a reader keeps.
        arguments["path"] = "/".join(map(str, span.path))
    if span.lane != FUNCTIONS:
        arguments["sends"] = span.sends
        arguments["input_tokens"] = span.input_tokens
        arguments["output_tokens"] = span.output_tokens
        if span.usd is not None:
            arguments["usd"] = float(span.usd)
    return arguments


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _usd(lane: TracedLane | None, read: int, written: int) -> Decimal | None:
    if lane is None or not (read or written):
        return Decimal(0)
    bill = Bill()
    bill.charge(Reply((), read, written), lane.input_usd_per_million, lane.output_usd_per_million)
    return bill.usd
