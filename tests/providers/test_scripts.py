"""Fault scripts: what each fault looks like, when it strikes, and that it strikes again alike."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.direct import Sender
from ember_mlir.errors import ModelError, ProviderError
from ember_mlir.providers import Faulty, Reply, Request, Session, Simulated, check_reply
from ember_mlir.providers.protocol import Outcome, Provider, is_timed
from ember_mlir.providers.replies import MOST_SECONDS
from ember_mlir.providers.simulated import (
    TRANSIENT,
    Fault,
    FaultKind,
    FaultMix,
    Outage,
    Profile,
    Scripted,
)
from ember_mlir.providers.simulated.chance import request_key
from ember_mlir.runtime.drivers.virtual_loop import run_virtually

INNER = Simulated({"small": Profile(0.7, 1.0, 0.0), "large": Profile(0.9, 2.0, 0.0)})
REQUEST = Request("small", "1+1", draws=(7,))
OTHER = Request("large", "2+2")


def requests(count: int) -> list[Request]:
    return [Request("small", f"{number} + 1", draws=(number,)) for number in range(count)]


def shown(outcome: Outcome) -> object:
    """An outcome in a form that can be compared."""
    if isinstance(outcome, ProviderError):
        return outcome.message, outcome.retryable, outcome.rate_limited, outcome.retry_after
    return outcome


# What each fault looks like


@pytest.mark.parametrize(
    ("fault", "message", "retryable", "retry_after", "seconds"),
    [
        ("429", "the service answered 429: rate limit exceeded", True, None, 0.05),
        ("429 with Retry-After", "the service answered 429: rate limit exceeded", True, 2.0, 0.05),
        (
            Fault("429 with Retry-After", 7.0),
            "the service answered 429: rate limit exceeded",
            True,
            7.0,
            0.05,
        ),
        ("500", "the service answered 500: internal error", True, None, 0.05),
        ("503", "the service answered 503: overloaded", True, None, 0.05),
        (Fault("503", 30.0), "the service answered 503: overloaded", True, None, 30.0),
        (Fault("503", 0.0), "the service answered 503: overloaded", True, None, 0.0),
        ("reset", "the connection was reset by the service", True, None, 0.05),
        (
            "cut off",
            "the connection was closed before the reply was complete",
            True,
            None,
            0.05,
        ),
        ("hang", "the service never answered", True, None, inf),
        (Fault("hang", 3.0), "the service never answered", True, None, inf),
        ("refused", "the model refused to answer", False, None, 0.05),
        (
            "truncated",
            "the answer was truncated: it reached the limit of tokens",
            False,
            None,
            0.05,
        ),
    ],
)
def test_a_failure_says_what_a_client_needs(
    fault: Fault | FaultKind,
    message: str,
    retryable: bool,
    retry_after: float | None,
    seconds: float,
) -> None:
    outcome, latency = Scripted(INNER, [fault]).simulate(REQUEST)
    assert isinstance(outcome, ProviderError)
    assert outcome.message == f"{message} (simulated fault)"
    assert (outcome.retryable, outcome.retry_after, latency) == (retryable, retry_after, seconds)
    kind = fault.kind if isinstance(fault, Fault) else fault
    assert outcome.rate_limited == kind.startswith("429")


def test_a_sending_that_goes_well_is_the_provider_s_own() -> None:
    assert Scripted(INNER, ["ok"]).simulate(REQUEST) == INNER.simulate(REQUEST)


@pytest.mark.parametrize(("fault", "more"), [("slow", 30.0), (Fault("slow", 4.5), 4.5)])
def test_a_spike_only_takes_time(fault: Fault | FaultKind, more: float) -> None:
    reply, seconds = INNER.simulate(REQUEST)
    assert Scripted(INNER, [fault]).simulate(REQUEST) == (reply, seconds + more)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("no reply", "must answer a request for model 'small' with an ember.Reply, but got an"),
        ("wrong count", "must hold exactly 1 value, but got 0"),
        ("negative tokens", "output_tokens of the reply for model 'small' must be .*, but got -1"),
    ],
)
def test_a_reply_of_a_wrong_shape_is_refused(kind: FaultKind, message: str) -> None:
    outcome, seconds = Scripted(INNER, [kind]).simulate(REQUEST)
    assert seconds == INNER.simulate(REQUEST)[1]
    with pytest.raises(ProviderError, match=message) as refused:
        check_reply(REQUEST, outcome)
    assert refused.value.retryable


def test_what_sending_again_can_cure_is_retryable() -> None:
    for kind in TRANSIENT:
        outcome = Scripted(INNER, [kind]).simulate(REQUEST)[0]
        if isinstance(outcome, ProviderError):
            assert outcome.retryable
    assert {"refused", "truncated", "ok"}.isdisjoint(TRANSIENT)
    assert len(TRANSIENT) == 11


@pytest.mark.parametrize("kind", ["slow", "no reply", "wrong count", "negative tokens", "ok"])
def test_an_error_of_the_provider_s_own_stays(kind: FaultKind) -> None:
    class Failing(Simulated):
        def simulate(self, request: Request) -> tuple[Reply, float]:
            raise ProviderError("no prompt")

    class Returning(Simulated):
        def simulate(self, request: Request) -> tuple[Outcome, float]:  # pyright: ignore[reportIncompatibleMethodOverride]
            return ProviderError("no prompt"), 3.0

    with pytest.raises(ProviderError, match="no prompt"):
        Scripted(Failing(), [kind]).simulate(REQUEST)
    outcome, seconds = Scripted(Returning(), [kind]).simulate(REQUEST)
    assert shown(outcome) == ("no prompt", False, False, None)
    assert seconds == (33.0 if kind == "slow" else 3.0)


def test_faults_of_the_tape_and_of_the_transport_go_together() -> None:
    faulty = Faulty(INNER, rate=1)
    scripted = Scripted(faulty, ["503"])
    assert shown(scripted.simulate(REQUEST)[0]) == (
        "the service answered 503: overloaded (simulated fault)",
        True,
        False,
        None,
    )
    failure = faulty.failure(REQUEST)
    assert failure is not None
    with pytest.raises(ProviderError) as raised:
        scripted.simulate(REQUEST)
    assert raised.value.message == failure.message


@pytest.mark.parametrize("kind", ["404", "", None])
def test_a_kind_that_is_none_is_refused(kind: FaultKind) -> None:
    with pytest.raises(ModelError) as refused:
        Fault(kind)
    listed = (
        "'ok', 'slow', '429', '429 with Retry-After', '500', '503', 'reset', 'cut off', "
        "'no reply', 'wrong count', 'negative tokens', 'hang', 'refused', 'truncated'"
    )
    assert refused.value.message == (
        f"a fault must be one of {listed}, but got {kind!r}; use these"
    )


@pytest.mark.parametrize("seconds", [-1.0, inf, float("nan"), 2 * MOST_SECONDS])
def test_seconds_that_are_no_time_are_refused(seconds: float) -> None:
    with pytest.raises(ModelError) as refused:
        Fault("slow", seconds)
    assert refused.value.message == (
        f"the seconds of a fault must be from 0 to 1000000000, but got {seconds!r}; "
        "leave them out for the usual ones"
    )


# Scripts


def kinds(scripted: Scripted, asked: Sequence[Request]) -> list[str]:
    """What has been played for each of these sendings."""
    seen: list[str] = []
    for request in asked:
        before = Counter(scripted.played)
        scripted.simulate(request)
        seen += scripted.played - before
    return seen


def test_a_list_is_played_for_each_request() -> None:
    scripted = Scripted(INNER, ["429", Fault("slow", 1.0), "hang"])
    assert kinds(scripted, [REQUEST, OTHER, REQUEST, REQUEST, OTHER, REQUEST, REQUEST]) == [
        *("429", "429", "slow", "hang", "slow", "ok", "ok"),
    ]
    assert (scripted.sendings(REQUEST), scripted.sendings(OTHER)) == (5, 2)
    assert scripted.sendings(Request("small", "never")) == 0
    scripted.reset()
    assert (scripted.sendings(REQUEST), scripted.played) == (0, {})
    assert kinds(scripted, [REQUEST]) == ["429"]


def test_a_list_is_checked_at_once() -> None:
    with pytest.raises(ModelError, match="but got '4'"):
        Scripted(INNER, "429")  # pyright: ignore[reportArgumentType]


def test_a_function_may_look_at_the_request() -> None:
    def script(request: Request, sending: int) -> Fault:
        return Fault("503" if request.model == "large" and sending < 2 else "ok")

    scripted = Scripted(INNER, script)
    assert kinds(scripted, [OTHER, REQUEST, OTHER, OTHER]) == ["503", "ok", "503", "ok"]


def test_without_a_script_all_is_well() -> None:
    scripted = Scripted(INNER)
    assert scripted.simulate(REQUEST) == INNER.simulate(REQUEST)
    assert repr(scripted) == "Scripted(Simulated(models=['large', 'small']))"


@pytest.mark.parametrize(
    "other",
    [
        Request("large", "1+1", draws=(7,)),
        Request("small", "1+2", draws=(7,)),
        Request("small", "1+1", draws=(8,)),
        Request("small", "1+1"),
        Request("small", "1+1", kind="embed", draws=(7,)),
        Request("small", "1+1", n=2, draws=(7, 8)),
    ],
)
def test_what_is_asked_and_drawn_makes_a_request_one(other: Request) -> None:
    assert request_key(REQUEST) == request_key(Request("small", "1+1", draws=(7,)))
    assert request_key(other) != request_key(REQUEST)


# Mixes


def test_a_mix_has_its_shares() -> None:
    mix = FaultMix({"429": 0.1, "hang": 0.05, "truncated": 0.05}, seed=1)
    seen = Counter(mix(request, 0).kind for request in requests(4000))
    assert set(seen) == {"429", "hang", "truncated", "ok"}
    for kind, share in [("429", 0.1), ("hang", 0.05), ("truncated", 0.05), ("ok", 0.8)]:
        assert abs(seen[kind] / 4000 - share) < 0.02


def test_a_transient_mix_has_each_fault_that_can_be_cured() -> None:
    mix = FaultMix.transient(0.22, seed=5)
    assert (dict(mix.rates), mix.seed) == (dict.fromkeys(TRANSIENT, 0.02), 5)
    seen = Counter(mix(request, 0).kind for request in requests(4000))
    assert set(seen) == {"ok", *TRANSIENT}
    assert abs(seen["ok"] / 4000 - 0.78) < 0.03


@given(st.integers(0, 2**70), st.integers(0, 5), st.integers(0, 2**128 - 1))
def test_what_strikes_is_a_function_of_seed_request_and_sending(
    seed: int, sending: int, draw: int
) -> None:
    request = Request("small", "1+1", draws=(draw,))
    fault = FaultMix.transient(0.9, seed)(request, sending)
    assert FaultMix.transient(0.9, seed)(request, sending) == fault
    match fault:
        case Fault("ok", seconds):
            assert seconds is None
        case Fault("slow", float(seconds)):
            assert 5 <= seconds <= 60
        case Fault("429 with Retry-After", float(seconds)):
            assert seconds in (1, 2, 3, 4, 5)
        case Fault(_, seconds):
            assert seconds is not None
            assert 0 <= seconds <= 1


def test_seeds_sendings_and_requests_are_struck_independently() -> None:
    mix, other = FaultMix.transient(0.5, seed=1), FaultMix.transient(0.5, seed=2)
    asked = requests(200)
    first = [mix(request, 0).kind for request in asked]
    again = [mix(request, 1).kind for request in asked]
    elsewhere = [other(request, 0).kind for request in asked]
    assert len({tuple(first), tuple(again), tuple(elsewhere)}) == 3


def test_the_order_of_rates_does_not_matter() -> None:
    one, other = FaultMix({"429": 0.3, "500": 0.3}), FaultMix({"500": 0.3, "429": 0.3})
    assert [one(r, 0) for r in requests(50)] == [other(r, 0) for r in requests(50)]


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ({"429": -0.1}, "the rate of '429' must be from 0 to 1, but got -0.1; "),
        ({"429": 1.5}, "the rate of '429' must be from 0 to 1, but got 1.5; "),
        ({"429": float("nan")}, "the rate of '429' must be from 0 to 1, but got nan; "),
        (
            {"429": 0.75, "500": 0.5},
            "the sum of the rates of faults must be from 0 to 1, but got 1.25; ",
        ),
        ({"404": 0.1}, "a fault must be one of "),
    ],
)
def test_rates_that_are_no_shares_are_refused(rates: dict[FaultKind, float], message: str) -> None:
    with pytest.raises(ModelError) as refused:
        FaultMix(rates)
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ModelError) as refused:
        FaultMix.transient(share)
    assert refused.value.message == (
        f"the share of faults must be from 0 to 1, but got {share!r}; give shares of all sendings"
    )


def test_a_mix_may_leave_nothing_well() -> None:
    always = FaultMix.transient(1.0)
    assert all(always(request, 0).kind != "ok" for request in requests(500))


# Outages


class Clock:
    """A clock that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_an_outage_strikes_while_it_lasts() -> None:
    clock = Clock()
    scripted = Scripted(INNER, outages=[Outage(10, 20, model="small"), Outage(30)])
    scripted.begin(clock)
    seen: list[tuple[float, bool, bool]] = []
    for clock.seconds in (9.9, 10.0, 19.9, 20.0, 30.0, 1e9):
        small, large = [
            isinstance(scripted.simulate(request)[0], Exception) for request in (REQUEST, OTHER)
        ]
        seen.append((clock.seconds, small, large))
    assert seen == [
        (9.9, False, False),
        (10.0, True, False),
        (19.9, True, False),
        (20.0, False, False),
        (30.0, True, True),
        (1e9, True, True),
    ]
    assert scripted.sendings(REQUEST) == 6


def test_an_outage_may_be_of_any_fault() -> None:
    scripted = Scripted(INNER, outages=[Outage(fault=Fault("hang"))])
    scripted.begin(Clock())
    assert scripted.simulate(REQUEST)[1] == inf
    assert shown(Scripted(INNER, ["503"]).simulate(REQUEST)[0]) == shown(
        _begun(Scripted(INNER, outages=[Outage()])).simulate(REQUEST)[0]
    )


def _begun(scripted: Scripted) -> Scripted:
    scripted.begin(Clock())
    return scripted


def test_an_outage_needs_the_time() -> None:
    scripted = Scripted(INNER, outages=[Outage(5, 6)])
    with pytest.raises(ModelError) as refused:
        scripted.simulate(REQUEST)
    assert refused.value.message == (
        "a script with outages must know the time, but no run has begun; "
        "call begin(now) with a function that tells the seconds since the start"
    )


@pytest.mark.parametrize(("start", "end"), [(2.0, 1.0), (float("nan"), 1.0)])
def test_an_outage_does_not_end_before_it_starts(start: float, end: float) -> None:
    with pytest.raises(ModelError) as refused:
        Outage(start, end)
    assert refused.value.message == (
        f"an outage must end after it starts, but got {start!r} to {end!r}; "
        "give seconds since the start of the run"
    )


def test_a_run_that_begins_begins_anew() -> None:
    inner = Scripted(INNER, ["500"])
    outer = Scripted(inner, ["429", "ok"])
    for _ in range(2):
        outer.begin(Clock())
        assert kinds(outer, [REQUEST, REQUEST, REQUEST]) == ["429", "ok", "ok"]
        assert inner.sendings(REQUEST) == 2


def test_who_wants_to_know_the_time() -> None:
    class Plain:
        def begin(self) -> None: ...

        async def generate(self, request: Request) -> Reply:
            raise NotImplementedError

    simulated: Provider = INNER
    assert is_timed(Scripted(INNER))
    assert not is_timed(simulated)
    assert not is_timed(Plain())


# On an event loop


def test_the_same_script_plays_on_an_event_loop_in_the_same_time() -> None:
    mix = FaultMix.transient(0.5, seed=3)
    told, played = Scripted(INNER, mix), Scripted(INNER, mix)

    async def play() -> None:
        loop = asyncio.get_running_loop()
        for request in requests(60):
            outcome, seconds = told.simulate(request)
            before = loop.time()
            got: Outcome | None = None
            try:
                async with asyncio.timeout(1000):
                    got = await played.generate(request)
            except ProviderError as error:
                got = error
            except TimeoutError:
                assert loop.time() - before == pytest.approx(1000)
                assert seconds == inf
                continue
            assert shown(got) == shown(outcome)
            assert loop.time() - before == pytest.approx(seconds, abs=1e-8)

    run_virtually(play())
    assert told.played == played.played
    assert {"hang", "no reply", "slow", "429"} <= set(played.played)


def test_a_hang_ends_when_it_is_cancelled() -> None:
    async def hang() -> tuple[bool, float]:
        asking = asyncio.create_task(Scripted(INNER, ["hang"]).generate(REQUEST))
        await asyncio.sleep(1e6)
        assert not asking.done()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return asking.cancelled(), asyncio.get_running_loop().time()

    assert run_virtually(hang()) == (True, 1e6)


def test_outages_count_from_the_first_request_where_nobody_tells_the_time() -> None:
    scripted = Scripted(INNER, outages=[Outage(10, 20)])

    async def ask() -> list[bool]:
        seen: list[bool] = []
        await asyncio.sleep(100)
        for _ in range(4):
            asked = asyncio.create_task(scripted.generate(REQUEST))
            await asyncio.wait([asked])
            seen.append(asked.exception() is not None)
            await asyncio.sleep(6)
        return seen

    # At 0, about 7, 14 and 20 seconds.
    assert run_virtually(ask()) == [False, False, True, False]
    scripted.reset()
    assert run_virtually(ask()) == [False, False, True, False]


def run_all(seed: int) -> tuple[list[object], float]:
    """Sixty requests at once, each sent until it is answered, and when all is over."""
    scripted = Scripted(INNER, FaultMix.transient(0.3, seed))

    async def ask(request: Request) -> object:
        while True:
            try:
                async with asyncio.timeout(100):
                    return check_reply(request, await scripted.generate(request))
            except (ProviderError, TimeoutError):
                await asyncio.sleep(0.1)

    async def all_of_them() -> tuple[list[object], float]:
        answers = await asyncio.gather(*map(ask, requests(60)))
        return list(answers), asyncio.get_running_loop().time()

    return run_virtually(all_of_them())


def test_what_is_sent_until_it_is_answered_has_the_answers_of_a_run_without_faults() -> None:
    answers, seconds = run_all(seed=1)
    assert answers == [INNER.simulate(request)[0] for request in requests(60)]
    assert run_all(seed=1) == (answers, seconds)
    assert run_all(seed=2)[1] != seconds


# One call after another


def test_one_call_after_another_meets_the_faults_too() -> None:
    script: list[FaultKind] = ["429 with Retry-After", "hang", "wrong count", "ok"]
    sender = Sender(Session(Scripted(INNER, script), clock="virtual"))
    for message in ("429: rate limit", "the service never answered", "must hold exactly 1 value"):
        with pytest.raises(ProviderError, match=message) as failed:
            sender.send(REQUEST)
        assert failed.value.retryable
    assert sender.send(REQUEST) == INNER.simulate(REQUEST)[0]
    assert sender.bill.calls == 4


def test_a_reply_that_never_comes_is_an_error_where_nobody_gives_up() -> None:
    class Endless(Simulated):
        def simulate(self, request: Request) -> tuple[Reply, float]:
            return super().simulate(request)[0], inf

    with pytest.raises(ProviderError) as failed:
        Sender(Session(Endless(), clock="virtual")).send(REQUEST)
    assert failed.value.message == (
        "the provider of model 'small' must answer, but never does; set a timeout"
    )
