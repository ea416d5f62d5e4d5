"""The simulated provider: fixed by request and draws, right as often as it should be."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.errors import ProviderError
from ember_mlir.providers import Reply, Request, Simulated, check_reply
from ember_mlir.providers.protocol import Message
from ember_mlir.providers.simulated import PROFILES, Profile, count_tokens
from ember_mlir.semantics import vote
from ember_mlir.tape import draw_number, tape_of

PROVIDER = Simulated()
TAPE = tape_of(7, "answer")
QUESTION = Request("small", "Q: What is 17 * 23?\nA:", temperature=0.7, max_tokens=16)


def draw(*indices: int) -> int:
    """The number that the tape of these tests holds there."""
    return draw_number(TAPE, (0,), indices)


def sampled(request: Request, *draws: int) -> Reply:
    """The reply with those draws."""
    return PROVIDER.simulate(replace(request, n=len(draws), draws=draws))[0]


PROMPTS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(["Q: 12*12\nA:", "Summarize:\nOne. Two is here. Three.", "A b. What is b?"]),
)
DRAWS = st.lists(st.integers(0, 2**128 - 1), min_size=1, max_size=6)


@given(PROMPTS, DRAWS, st.sampled_from(["small", "large", "other"]), st.integers(1, 20))
def test_a_sample_depends_on_its_own_draw_only(
    prompt: str, draws: list[int], model: str, max_tokens: int
) -> None:
    request = Request(model, prompt, temperature=0.7, max_tokens=max_tokens)
    together = sampled(request, *draws)
    alone = [sampled(request, number) for number in draws]
    assert list(together.values) == [reply.values[0] for reply in alone]
    assert together.output_tokens == sum(reply.output_tokens for reply in alone)
    assert together.input_tokens == alone[0].input_tokens
    whole = replace(together, problem=None)
    assert check_reply(replace(request, n=len(draws)), whole) is whole
    assert together.problem == next((one.problem for one in alone if one.problem), None)
    assert all(count_tokens(value) <= max_tokens for value in together.texts)


@given(PROMPTS, st.integers(1, 5))
def test_a_greedy_request_has_one_answer(prompt: str, n: int) -> None:
    request = Request("small", prompt, temperature=0.0)
    one, seconds = PROVIDER.simulate(request)
    many, many_seconds = PROVIDER.simulate(replace(request, n=n))
    assert list(many.values) == [one.values[0]] * n
    assert many.output_tokens == one.output_tokens * n
    assert many_seconds == seconds


def test_greedy_answers_differ_by_model_and_content() -> None:
    prompts = [f"Q: {a} * 17\nA:" for a in range(100)]
    rights = [str(a * 17) for a in range(100)]

    def right(model: str) -> list[bool]:
        values = [PROVIDER.simulate(Request(model, prompt))[0].values[0] for prompt in prompts]
        return [value == expected for value, expected in zip(values, rights, strict=True)]

    assert 0 < sum(right("small")) < 100
    assert right("small") != right("another small one")


def test_the_answer_is_the_same_in_every_process() -> None:
    code = (
        "from ember_mlir.providers import Request, Simulated\n"
        "text = 'Summarize:\\nThe moon pulls the tide. Gulls are white. The sun is warm.'\n"
        "request = Request('small', text, max_tokens=8, n=4, draws=(1, 2, 3, 4))\n"
        "print(ascii(Simulated().simulate(request)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            encoding="utf-8",
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("model", ["small", "medium", "large"])
def test_a_model_is_right_as_often_as_its_quality(model: str) -> None:
    draws = [draw(number) for number in range(2000)]
    values = sampled(replace(QUESTION, model=model), *draws).values
    assert abs(values.count("391") / 2000 - PROFILES[model].quality) < 0.03


def test_an_unknown_model_is_as_good_as_small() -> None:
    draws = [draw(number) for number in range(2000)]
    values = sampled(replace(QUESTION, model="unheard of"), *draws).values
    assert abs(values.count("391") / 2000 - PROFILES["small"].quality) < 0.03


def test_wrong_answers_are_spread() -> None:
    values = sampled(QUESTION, *[draw(number) for number in range(1000)]).values
    wrong = [value for value in values if value != "391"]
    assert max(map(wrong.count, wrong)) < len(wrong) / 4


def test_a_vote_of_a_weak_model_beats_one_call() -> None:
    one_right, vote_right = 0, 0
    for number in range(300):
        left, right = 11 + number * 7 % 89, 12 + number * 13 % 87
        request = replace(QUESTION, prompt=f"Q: What is {left} * {right}?\nA:")
        answers = sampled(request, *[draw(number, sample) for sample in range(5)]).values
        one_right += answers[0] == str(left * right)
        vote_right += vote(answers) == str(left * right)
    assert 0.6 < one_right / 300 < 0.8
    assert vote_right / 300 > 0.9


def test_a_vote_on_counting_beats_one_call() -> None:
    one_right, vote_right = 0, 0
    for number in range(300):
        word = "abc" * (1 + number % 7) + "d" * (number % 11)
        prompt = f'How many letters are in "{word}"? Answer with a number only.'
        answers = sampled(
            Request("small", prompt), *[draw(number, sample) for sample in range(5)]
        ).values
        one_right += answers[0] == str(len(word))
        vote_right += vote(answers) == str(len(word))
    assert one_right / 300 < 0.8
    assert vote_right / 300 > 0.88


@pytest.mark.parametrize(
    ("prompt", "right"),
    [
        ("Q: 2+2\nA:", "4"),
        ("Question: What is 20% of 50? Answer with a number only.", "10"),
        ("Question: 17 * 23 Answer with a number only.", "391"),
        ("You are a calculator.\n\nCompute the following:\n3 + 4\n\nAnswer with a number.", "7"),
        ("What is 1+1? What is 2+3?", "5"),
        ("Tom is 12. How many r's are in strawberry?", "3"),
        ("Q: Résous 12 + 8\nQ: combien font 2 fois 3 ?\nA:", "6"),
        ("12 + 8 は何ですか\N{FULLWIDTH QUESTION MARK}", "20"),
    ],
)
def test_questions_in_templates(prompt: str, right: str) -> None:
    sure = Simulated({"sure": Profile(1.0, 0.0, 0.0)})
    assert sure.simulate(Request("sure", prompt))[0].values == (right,)


def test_messages_are_read_as_one_text() -> None:
    messages = (Message("system", ("You answer briefly.",)), Message("user", ("What is 6 * 7?",)))
    sure = Simulated({"sure": Profile(1.0, 0.0, 0.0)})
    reply = sure.simulate(Request("sure", messages=messages))[0]
    assert reply.values == ("42",)
    assert reply.input_tokens == count_tokens("You answer briefly.\n\nWhat is 6 * 7?")


def test_messages_and_roles_have_their_own_chances() -> None:
    parts = [("user", "12 * 12"), ("user1", "2 * 12"), ("system", "12 * 12")]
    requests = [Request("small", messages=(Message(role, (text,)),)) for role, text in parts]
    latencies = {PROVIDER.simulate(request)[1] for request in requests}
    assert len(latencies) == 3


def test_an_answer_that_does_not_fit_is_left_out() -> None:
    reply = sampled(replace(QUESTION, prompt="1000000 * 1", max_tokens=1), 5)
    assert (reply.values, reply.output_tokens) == (("",), 1)


def test_latency_grows_with_the_answer_and_stays_near_the_profile() -> None:
    profile = PROFILES["small"]
    for number in range(200):
        reply, seconds = PROVIDER.simulate(replace(QUESTION, draws=(draw(number),)))
        usual = profile.first_token_seconds + reply.output_tokens * profile.seconds_per_token
        assert 0.8 * usual <= seconds <= 1.2 * usual


def test_samples_of_one_request_take_as_long_as_the_slowest() -> None:
    draws = [draw(number) for number in range(8)]
    together = PROVIDER.simulate(replace(QUESTION, n=8, draws=tuple(draws)))[1]
    alone = [PROVIDER.simulate(replace(QUESTION, draws=(number,)))[1] for number in draws]
    assert together == max(alone)
    assert len(set(alone)) == 8


def test_generate_waits_and_says_the_same() -> None:
    quick = Simulated({"small": Profile(0.7, 0.0, 0.0)})
    request = replace(QUESTION, draws=(draw(1),))
    assert asyncio.run(quick.generate(request)) == quick.simulate(request)[0]


def test_generate_takes_the_simulated_time(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    request = replace(QUESTION, draws=(draw(1),))
    asyncio.run(PROVIDER.generate(request))
    assert waits == [PROVIDER.simulate(request)[1]]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            Request("small"),
            "a request to the simulated provider must hold a prompt or messages, "
            "but got neither; give it a text to answer",
        ),
        (
            Request("small", "hi", n=0),
            "a request to the simulated provider must ask for at least 1 answer, "
            "but got n=0; leave n out to ask for one",
        ),
        (
            Request("small", "hi", n=2, draws=(1,)),
            "a request to the simulated provider for n=2 must hold as many draws, "
            "but got 1; give one draw per sample, or none",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(request_: Request, message: str) -> None:
    with pytest.raises(ProviderError) as refused:
        PROVIDER.simulate(request_)
    assert refused.value.message == message


def test_it_says_that_it_is_simulated() -> None:
    assert repr(PROVIDER) == "Simulated(models=['large', 'medium', 'small'])"
