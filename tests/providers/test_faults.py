"""Faults that belong to the tape."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from ember_mlir.errors import ModelError, ProviderError
from ember_mlir.providers import Faulty, Request, Simulated, is_simulated
from ember_mlir.providers.simulated import Profile

QUICK = Simulated({"small": Profile(0.7, 0.0, 0.0)})
REQUESTS = [Request("small", "1+1", draws=(draw,)) for draw in range(1000)]


def test_a_share_of_requests_fails_in_several_ways() -> None:
    faulty = Faulty(Simulated(), rate=0.2)
    failures = [faulty.failure(request) for request in REQUESTS]
    found = [failure for failure in failures if failure is not None]
    assert abs(len(found) / 1000 - 0.2) < 0.03
    assert {(failure.message, failure.retryable) for failure in found} == {
        ("the service answered 429: rate limit exceeded (simulated fault)", True),
        ("the service answered 503: overloaded (simulated fault)", True),
        ("the connection was reset by the service (simulated fault)", True),
        ("the model refused to answer (simulated fault)", False),
        ("the answer was truncated: it reached the limit of tokens (simulated fault)", False),
    }


@pytest.mark.parametrize("request_", REQUESTS[:20])
def test_both_ways_to_ask_see_the_same(request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(seconds: float) -> None:
        return None

    monkeypatch.setattr(asyncio, "sleep", sleep)
    faulty = Faulty(QUICK)
    failure = faulty.failure(request_)
    if failure is None:
        assert faulty.simulate(request_) == QUICK.simulate(request_)
        assert asyncio.run(faulty.generate(request_)) == QUICK.simulate(request_)[0]
        return
    with pytest.raises(ProviderError) as simulated:
        faulty.simulate(request_)
    with pytest.raises(ProviderError) as generated:
        asyncio.run(faulty.generate(request_))
    assert simulated.value.message == generated.value.message == failure.message
    assert simulated.value is not failure


def test_a_request_fails_as_soon_as_one_of_its_answers_does() -> None:
    faulty = Faulty(QUICK)
    draws = tuple(range(8))
    alone = [faulty.failure(replace(REQUESTS[0], draws=(draw,))) for draw in draws]
    first = next(failure for failure in alone if failure is not None)
    together = faulty.failure(replace(REQUESTS[0], n=8, draws=draws))
    assert together is not None
    assert together.message == first.message


def test_a_batch_fails_as_soon_as_one_of_its_prompts_does() -> None:
    faulty = Faulty(QUICK)
    prompts = tuple([f"text {number}" for number in range(40)])
    alone = [faulty.failure(Request("small", prompt, kind="embed")) for prompt in prompts]
    first = next(number for number, failure in enumerate(alone) if failure is not None)
    assert faulty.failure(Request("small", prompts=prompts[:first], kind="embed")) is None
    together = faulty.failure(Request("small", prompts=prompts, kind="embed"))
    failure = alone[first]
    assert together is not None
    assert failure is not None
    assert together.message == failure.message


def test_the_rates_at_the_ends() -> None:
    assert all(Faulty(QUICK, rate=0).failure(request) is None for request in REQUESTS)
    assert all(Faulty(QUICK, rate=1).failure(request) is not None for request in REQUESTS)


def test_it_is_a_simulated_provider() -> None:
    assert is_simulated(Faulty(QUICK))
    assert repr(Faulty(QUICK, rate=0.5)) == "Faulty(Simulated(models=['small']), rate=0.5)"


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), None])
def test_a_rate_is_a_share(rate: float) -> None:
    with pytest.raises(ModelError) as refused:
        Faulty(QUICK, rate=rate)
    assert refused.value.message == (
        f"the rate of faults must be a number from 0 to 1, but got {rate!r}; "
        "give the share of requests that fail"
    )
