"""Traces: the newest spans, what they cost, and a file that follows the format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.errors import InputError, SourceLocation
from ember_mlir.runtime.trace import Entry, Origin, Outcome, Ring, Span, Trace, chrome_trace

EVENT_KEYS = {
    "X": {"ph", "pid", "tid", "name", "cat", "ts", "dur", "args"},
    "M": {"ph", "pid", "tid", "name", "args"},
}
NAMES = {"process_name": "name", "process_sort_index": "sort_index", "thread_name": "name"}


@dataclass(frozen=True)
class Lane:
    """A lane with prices."""

    symbol: str
    input_usd_per_million: Decimal | None = Decimal("2.5")
    output_usd_per_million: Decimal | None = Decimal(10)


def entry(
    queued: int,
    start: int,
    end: int,
    *,
    lane: Lane | None = None,
    tokens: tuple[int, int] = (0, 0),
    outcome: Outcome = "ok",
) -> Entry:
    return (Origin("request", lane, None), (), queued, start, end, 1, *tokens, outcome)


def span(lane: str, start: int, end: int, location: SourceLocation | None = None) -> Span:
    return Span("request", lane, location, (), 0, start, end, 1, 0, 0, None, "ok")


def natural(value: object) -> int:
    assert isinstance(value, int)
    assert not isinstance(value, bool)
    assert value >= 0
    return value


def check(text: str) -> list[dict[str, object]]:
    """The events of a file; fails unless it keeps to the format in all that it uses."""
    shown = json.loads(text)
    assert set(shown) == {"displayTimeUnit", "otherData", "traceEvents"}
    assert shown["displayTimeUnit"] == "ms"
    named: dict[str, set[int]] = {name: set() for name in NAMES}
    ends: dict[tuple[int, int], int] = {}
    threads: dict[int, int] = {}
    for event in shown["traceEvents"]:
        assert set(event) == EVENT_KEYS[event["ph"]]
        process, thread = natural(event["pid"]), natural(event["tid"])
        assert isinstance(event["args"], dict)
        if event["ph"] == "M":
            assert set(event["args"]) == {NAMES[event["name"]]}
            key = thread if event["name"] == "thread_name" else process
            assert key not in named[event["name"]]
            named[event["name"]].add(key)
            continue
        # A thread belongs to one process, has a name, and is no process's main thread.
        assert threads.setdefault(thread, process) == process
        assert thread in named["thread_name"]
        assert process in named["process_name"] & named["process_sort_index"]
        assert thread not in named["process_name"]
        # Rows do not overlap.
        start = natural(event["ts"])
        assert start >= ends.get((process, thread), 0)
        ends[process, thread] = start + natural(event["dur"])
    return shown["traceEvents"]


def complete(events: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [event for event in events if event["ph"] == "X"]


def shown(spans: Sequence[Span], lanes: Sequence[str] = ()) -> list[dict[str, object]]:
    return check("".join(chrome_trace(spans, lanes)))


# The ring


def test_the_ring_keeps_the_newest() -> None:
    ring = Ring(3)
    for number in range(5):
        ring.record(entry(number, number, number))
    assert [found.start for found in ring.spans()] == [2, 3, 4]
    assert (ring.recorded, ring.dropped) == (5, 2)


def test_an_empty_ring() -> None:
    trace = Trace(Ring())
    assert trace.spans() == []
    assert trace.dropped == 0


def test_times_are_those_since_the_run_began() -> None:
    ring = Ring()
    ring.record(entry(1_000_007, 1_000_009, 1_000_020))
    (found,) = Trace(ring, began=1_000_000).spans()
    assert (found.queued, found.start, found.end, found.wait) == (7, 9, 20, 2)


def test_a_span_costs_what_its_tokens_cost() -> None:
    ring = Ring()
    unknown = Lane("huge", None, None)
    ring.record(entry(0, 0, 1, lane=Lane("small"), tokens=(1000, 10)))
    ring.record(entry(0, 0, 1, lane=unknown, tokens=(1, 0), outcome="failed"))
    ring.record(entry(0, 0, 1, lane=unknown, outcome="timed out"))
    ring.record(entry(0, 0, 1))
    assert [(found.lane, found.usd, found.outcome) for found in ring.spans()] == [
        ("@small", Decimal("0.0026"), "ok"),
        ("@huge", None, "failed"),
        ("@huge", 0, "timed out"),
        ("functions", 0, "ok"),
    ]


# The file


def test_a_lane_is_a_process_and_functions_are_another() -> None:
    spans = [span("functions", 0, 1), span("@b", 0, 1), span("@functions", 0, 1)]
    events = shown(spans, ["@a", "@b"])
    names = {event["pid"]: event["args"] for event in events if event["name"] == "process_name"}
    assert names == {
        1: {"name": "@a"},
        2: {"name": "@b"},
        3: {"name": "functions"},
        4: {"name": "@functions"},
    }
    assert [event["pid"] for event in complete(events)] == [3, 2, 4]


def test_a_span_takes_the_lowest_free_row() -> None:
    times = [(0, 9), (1, 3), (2, 5), (3, 4), (5, 6), (5, 5), (9, 10)]
    spans = [span("@a", start * 1000, end * 1000) for start, end in times]
    events = complete(shown(spans))
    first = min(natural(event["tid"]) for event in events)
    rows = [(event["ts"], event["dur"], natural(event["tid"]) - first) for event in events]
    assert rows == [(0, 9, 0), (1, 2, 1), (2, 3, 2), (3, 1, 1), (5, 0, 1), (5, 1, 1), (9, 1, 0)]


def test_rows_are_named_after_the_lane() -> None:
    events = shown([span("@a", 0, 5), span("@b", 1, 5), span("@a", 2, 5)])
    names = [event["args"] for event in events if event["name"] == "thread_name"]
    assert names == [{"name": "@a 1"}, {"name": "@b 1"}, {"name": "@a 2"}]


def test_spans_are_ordered_by_their_start() -> None:
    events = complete(shown([span("@a", 5000, 6000), span("@a", 1000, 9000)]))
    assert [event["ts"] for event in events] == [1, 5]


def test_a_span_tells_what_is_known() -> None:
    place = SourceLocation("/home/é/app.py", 12, 5)
    whole = Span(
        "embed", "@a", place, (3, 1 << 120), 1000, 4000, 9999, 2, 7, 1, Decimal("0.5"), "failed"
    )
    (event,) = complete(shown([whole]))
    assert event["name"] == "embed app.py:12"
    assert event["cat"] == "failed"
    assert (event["ts"], event["dur"]) == (4, 5)
    assert event["args"] == {
        "outcome": "failed",
        "wait_us": 3,
        "source": "/home/é/app.py:12:5",
        "path": f"3/{1 << 120}",
        "sends": 2,
        "input_tokens": 7,
        "output_tokens": 1,
        "usd": 0.5,
    }


def test_what_is_unknown_is_left_out() -> None:
    request, function = complete(shown([span("@a", 0, 1000), span("functions", 1000, 1000)]))
    assert request["name"] == function["name"] == "request"
    assert request["args"] == {
        "outcome": "ok",
        "wait_us": 0,
        "sends": 1,
        "input_tokens": 0,
        "output_tokens": 0,
    }
    assert function["args"] == {"outcome": "ok", "wait_us": 1}


LANES = st.sampled_from(["@a", "@b", "functions"])


@given(st.lists(st.tuples(LANES, st.integers(0, 20_000), st.integers(0, 9000)), max_size=40))
def test_rows_never_overlap_and_are_as_few_as_can_be(drawn: list[tuple[str, int, int]]) -> None:
    spans = [span(lane, start, start + took) for lane, start, took in drawn]
    events = complete(shown(spans, ["functions"]))
    assert len(events) == len(spans)
    for lane in {lane for lane, _, _ in drawn}:
        mine = [found for found in spans if found.lane == lane]
        together = [
            sum(other.start <= one.start < max(other.end, other.start + 1) for other in mine)
            for one in mine
        ]
        assert len({event["tid"] for event in complete(shown(mine))}) <= max(together)


def test_writes_the_file(tmp_path: Path) -> None:
    ring, lane = Ring(2), Lane("smäll")
    for start in (0, 1000, 2000):
        ring.record(entry(0, start, start + 1000, lane=lane, tokens=(5, 5)))
    path = tmp_path / "trace.json"
    Trace(ring, [lane, Lane("idle")]).write(str(path))
    text = path.read_text(encoding="utf-8")
    events = check(text)
    assert len(complete(events)) == 2
    assert json.loads(text)["otherData"] == {"dropped_spans": 1}
    assert [event["args"] for event in events[:4:2]] == [{"name": "@smäll"}, {"name": "@idle"}]


def test_a_trace_of_nothing_is_a_file_too() -> None:
    assert check("".join(chrome_trace([], []))) == []


def test_a_path_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'.*none/trace.json' must be writable, but: No such"):
        Trace(Ring()).write(str(tmp_path / "none" / "trace.json"))
