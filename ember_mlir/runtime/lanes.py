"""Lanes: which calls of one rate limit are under way, and which have to wait, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from heapq import heappop, heappush
from math import gcd
from typing import Protocol

from ember_mlir.errors import EmberError, ProviderError
from ember_mlir.providers.bill import Bill
from ember_mlir.providers.failures import wait_asked
from ember_mlir.providers.protocol import Provider, Reply, is_simulated
from ember_mlir.runtime.backoff import longest_wait, nanoseconds
from ember_mlir.runtime.calls import Call
from ember_mlir.runtime.frames import Slot
from ember_mlir.runtime.prices import Prices
from ember_mlir.runtime.tables import SECOND, LaneTable

MINUTE = 60 * SECOND
NEVER = -1
FOREVER = 1 << 62


class Source(Protocol):
    """Where the answers to the calls of a lane come from."""

    def generate(self, request: Slot, /) -> Awaitable[object]:
        """Answer `request`, or raise."""
        ...


class Bucket:
    """A limit per minute, by the generic cell rate algorithm, in whole nanoseconds.

    It `opens` at a time `slack` before the one at which all that was taken would have been
    let through one by one; so the slack is what may come at once. ITU-T I.371 has the
    algorithm.

    >>> bucket = Bucket(60, slack=0)
    >>> bucket.take(0, 2), bucket.opens
    (2000000000, 2000000000)
    """

    __slots__ = ("_cost", "_per_cost", "_slack", "opens")

    def __init__(self, per_minute: int, *, slack: int) -> None:
        # In lowest terms, because arithmetic on small numbers is faster.
        common = gcd(MINUTE, per_minute)
        self._cost = MINUTE // common
        self._per_cost = per_minute // common
        self._slack = slack
        self.opens = -slack

    def take(self, now: int, amount: int) -> int:
        """Let `amount` pass; the time at which it then opens."""
        idle, opens = now - self._slack, self.opens
        if opens < idle:
            opens = idle
        # The cost is rounded up, so that no wait becomes none.
        self.opens = opens = opens - (-amount * self._cost // self._per_cost)
        return opens

    def give_back(self, amount: int) -> None:
        """What was taken for a call, and not needed."""
        self.opens -= amount * self._cost // self._per_cost


class Lane:
    """The state of a lane in one run.

    `used` calls are under way, at most `limit`, which is the lane's concurrency unless
    the provider has had to slow it down. `waiting` are those without room: the highest
    priority first, then first come, first served. From the time `opens` on something may be
    sent; before, `is_open` tells, because an answer may have made it earlier. `free` says
    that nothing but room can make a call wait, `slowed` that failures have made the lane go
    slower.

    `unanswered` counts the rounds of failures since the last answer: calls that were under
    way at once and fail together are one round. Until an answer comes, one request is sent
    at a time, each a while after the last one has failed; `probing` counts those under way,
    and `probes` is how many more there may be.
    """

    __slots__ = (
        "_asked",
        "_failed",
        "_limit",
        "_paused",
        "_prices",
        "_requests",
        "_sequence",
        "_tokens",
        "alarm",
        "calls",
        "estimated",
        "expires",
        "expiring",
        "free",
        "input_tokens",
        "last_error",
        "limit",
        "opens",
        "output_tokens",
        "probes",
        "probing",
        "provider",
        "slowed",
        "table",
        "timeout",
        "unanswered",
        "used",
        "waiting",
    )

    def __init__(self, table: LaneTable, provider: Source) -> None:
        self.table = table
        self.timeout = table.timeout
        self.provider = provider
        self.used = 0
        self.limit = table.concurrency
        self.waiting: list[tuple[int, int, Call]] = []
        self.unanswered = 0
        self.probes = table.retries
        self.probing = 0
        self.last_error: EmberError | None = None
        # When the lane looks at its waiting calls again.
        self.alarm = NEVER
        # When calls under way expire, in that order, and whether a timer waits for it.
        self.expiring: dict[Call, int] = {}
        self.expires = False
        self.calls = 0
        self.input_tokens = 0
        self.output_tokens = 0
        self.estimated = False
        # Worked out when a budget first asks for it.
        self._prices: Prices | None = None
        self._limit = float(table.concurrency)
        self._failed = NEVER
        # Until when nothing is sent: because the provider has asked for it, or at all.
        self._asked = 0
        self._paused = 0
        self._sequence = 0
        per_minute, tokens = table.requests_per_minute, table.tokens_per_minute
        self._requests: Bucket | None = None
        self._tokens: Bucket | None = None
        if per_minute is not None:
            # What belongs to one second may come at once.
            self._requests = Bucket(per_minute, slack=max(0, SECOND - MINUTE // per_minute))
        if tokens is not None:
            self._tokens = Bucket(tokens, slack=10 * SECOND)
        self.slowed = False
        self.free = self._is_free()
        self.opens = 0

    def push(self, call: Call) -> None:
        """Have a call wait."""
        self._sequence += 1
        heappush(self.waiting, (-call.row.spec.priority, self._sequence, call))

    def first(self) -> Call | None:
        """The call that is next, of those in scopes that live; the others are dropped."""
        waiting = self.waiting
        while waiting:
            call = waiting[0][2]
            if not call.scope.dead:
                return call
            heappop(waiting)
        return None

    def pop(self) -> None:
        """Take out the call that is next."""
        heappop(self.waiting)

    def take(self, call: Call, now: int) -> None:
        """Count a call that is sent on a lane that is not free."""
        opens, requests, tokens = self._paused, self._requests, self._tokens
        if requests is not None and (later := requests.take(now, 1)) > opens:
            opens = later
        if tokens is not None:
            read, written = call.row.spec.tokens(call)
            call.reserved = reserved = read + written
            if (later := tokens.take(now, reserved)) > opens:
                opens = later
        self.opens = opens
        if self.unanswered:
            call.is_probe = True
            self.probing += 1
            if self.probes is not None:
                self.probes -= 1
            self.opens = FOREVER

    def is_open(self, now: int) -> bool:
        """Whether something may be sent now; brings `opens` up to date."""
        if self.unanswered and (self.probing or self.probes == 0):
            self.opens = FOREVER
        else:
            buckets = [b for b in (self._requests, self._tokens) if b is not None]
            self.opens = max([self._paused, *[bucket.opens for bucket in buckets]])
        return self.opens <= now

    def cost(self, read: int, written: int) -> int | None:
        """What so many tokens cost, in the unit of budgets; None if a price is unknown."""
        if not (read or written):
            return 0
        if self._prices is None:
            table = self.table
            if table.input_usd_per_million is None or table.output_usd_per_million is None:
                return None
            self._prices = Prices.of(table.input_usd_per_million, table.output_usd_per_million)
        return self._prices.cost(read, written)

    @property
    def is_timed(self) -> bool:
        """Whether it lets through less at some times than at others."""
        return self.table.timeout is not None or not self.free

    def settle(self, call: Call, tokens: int) -> None:
        """Count out a call, and give back the tokens that it has not needed."""
        if call.is_probe:
            call.is_probe = False
            self.probing -= 1
        if self._tokens is not None:
            self._tokens.give_back(call.reserved - tokens)
            if tokens > call.reserved:
                self.is_open(0)

    def answered(self, now: int) -> None:
        """An answer has come: go faster, up to what the lane may."""
        cap = self.table.concurrency
        if self.unanswered:
            self.unanswered = 0
            self.probes = self.table.retries
            self._paused = self._asked
        self._limit = min(cap, self._limit + 1 / self._limit)
        self.limit = int(self._limit)
        # Probes that are still under way have to be counted out.
        self.slowed = self.limit < cap or self._paused > now or self.probing > 0
        self.free = self._is_free() and not self.slowed

    def failed(self, call: Call, error: ProviderError, now: int) -> None:
        """A call has failed in a way that may pass: go slower."""
        self.last_error = error
        self.slowed = True
        self.free = False
        if error.rate_limited:
            self._asked = max(self._asked, now + nanoseconds(wait_asked(error)))
            self._paused = max(self._paused, self._asked)
        if call.started <= self._failed and self.unanswered:
            # It was sent before the last failure, and so tells nothing new.
            self.is_open(now)
            return
        self._failed = now
        self.unanswered += 1
        if error.rate_limited:
            self._limit = max(1.0, self._limit / 2)
            self.limit = int(self._limit)
        if self.unanswered > 1:
            self._paused = max(self._paused, now + self._backoff(self.unanswered - 2))
        self.is_open(now)

    @property
    def is_down(self) -> bool:
        """Whether nothing is under way that could tell that the provider has come back."""
        return self.unanswered > 0 and self.probes == 0 and not self.used

    def outage(self) -> ProviderError:
        """The error of the calls that wait for a provider that does not come back."""
        return ProviderError(
            f"the provider '{self.table.provider}' must answer, but {self.unanswered} rounds "
            f"of requests on the lane @{self.table.symbol} have failed, the last with "
            f"'{'' if self.last_error is None else self.last_error.message}'; try again later"
        )

    def _backoff(self, doublings: int) -> int:
        return longest_wait(self.table.least_backoff, self.table.most_backoff, doublings)

    def _is_free(self) -> bool:
        has_limits = self._requests is not None or self._tokens is not None
        return not has_limits and not self.unanswered


def open_lanes(tables: Sequence[LaneTable], provider_for: Callable[[str], Provider]) -> list[Lane]:
    """The lanes of a new run; an unknown provider is an error at its lane."""
    lanes: list[Lane] = []
    for table in tables:
        try:
            lanes.append(Lane(table, provider_for(table.provider)))
        except EmberError as error:
            error.location = error.location or table.location
            raise
    return lanes


def total(lanes: Sequence[Lane], seconds: float) -> Bill:
    """The bill of a run: what its lanes have used, at the prices in the text."""
    bill = Bill(seconds=seconds)
    for lane in lanes:
        if not lane.calls:
            continue
        bill.simulated |= is_simulated(lane.provider)
        bill.estimated |= lane.estimated
        # A lane without tokens owes nothing, even if its prices are unknown.
        if used := lane.input_tokens + lane.output_tokens:
            bill.charge(Reply((), lane.input_tokens, used - lane.input_tokens), *_usd_of(lane))
    bill.calls = sum(lane.calls for lane in lanes)
    return bill


def _usd_of(lane: Lane) -> tuple[Decimal | None, Decimal | None]:
    return lane.table.input_usd_per_million, lane.table.output_usd_per_million
