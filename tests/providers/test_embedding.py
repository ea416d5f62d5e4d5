"""Embeddings and scores: numbers by words, fixed by the request."""

from __future__ import annotations

from dataclasses import replace
from math import fsum, hypot, isclose
from struct import pack, unpack
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.providers import Request, Simulated, check_reply
from ember_mlir.providers.simulated.embedding import DIMENSION, embedding

if TYPE_CHECKING:
    from conftest import Models

PROVIDER = Simulated()
TEXTS = st.text(max_size=60)


def near(one: str, other: str) -> float:
    """The cosine of the embeddings of two texts."""
    pairs = zip(embedding("small", one), embedding("small", other), strict=True)
    return fsum(left * right for left, right in pairs)


@given(TEXTS, st.sampled_from(["small", "large", "\N{ROCKET}"]))
@settings(derandomize=True, max_examples=50)
def test_embeddings_have_length_one_or_none(text: str, model: str) -> None:
    request = Request(model, text, kind="embed")
    reply, _ = PROVIDER.simulate(request)
    (vector,) = check_reply(request, reply).values
    assert isinstance(vector, tuple)
    assert len(vector) == DIMENSION
    assert isclose(hypot(*vector), 1, rel_tol=1e-6) or not any(vector)
    assert unpack(f"<{DIMENSION}f", pack(f"<{DIMENSION}f", *vector)) == vector
    assert reply.output_tokens == 0
    assert PROVIDER.simulate(replace(request, draws=(5,)))[0].values == reply.values


def test_texts_that_share_words_are_nearer() -> None:
    tide = "The moon pulls the tide along the coast."
    assert near(tide, "Along the coast the tide follows the moon.") > 0.6
    assert near(tide, "The tide is high.") > near(tide, "Stock markets fell on Friday.")
    assert near(tide, tide.upper()) > 0.999


def test_words_without_meaning_count_where_there_are_no_others() -> None:
    assert near("12", "12") > 0.999
    assert near("12", "13") < 0.999
    assert not any(embedding("small", " ... "))


def test_models_have_embeddings_of_their_own() -> None:
    assert embedding("small", "moon") != embedding("medium", "moon")


def test_several_answers_are_the_same_embedding() -> None:
    request = Request("small", "moon", kind="embed", n=2, draws=(1, 2))
    values = check_reply(request, PROVIDER.simulate(request)[0]).values
    assert values[0] == values[1]


def test_a_batch_is_answered_as_each_of_its_prompts_would_be() -> None:
    prompts = ("moon", "", "The tide.")
    for batch in (
        Request("large", prompts=prompts, kind="embed"),
        Request("large", prompts=prompts, kind="score", labels=("tide", "cat")),
    ):
        alone = [PROVIDER.simulate(request) for request in batch.alone()]
        reply, seconds = PROVIDER.simulate(batch)
        assert check_reply(batch, reply).values == tuple(r.values[0] for r, _ in alone)
        assert reply.input_tokens == sum(r.input_tokens for r, _ in alone)
        assert reply.output_tokens == 0
        # It takes as long as the longest of them, not as all of them.
        assert seconds == max(taken for _, taken in alone)


LABELS = st.lists(st.text(max_size=12), min_size=1, max_size=6).map(tuple)


@given(TEXTS, LABELS, st.sampled_from(["small", "large"]))
@settings(derandomize=True, max_examples=50)
def test_scores_are_probabilities(text: str, labels: tuple[str, ...], model: str) -> None:
    request = Request(model, text, kind="score", labels=labels)
    reply, _ = PROVIDER.simulate(request)
    (scores,) = check_reply(request, reply).values
    assert isinstance(scores, tuple)
    assert isclose(fsum(scores), 1, rel_tol=1e-12)
    assert PROVIDER.simulate(request)[0] == reply


def test_the_label_that_fits_scores_highest(models: Models) -> None:
    request = Request("sure", "I love it.", kind="score", labels=("bad", "good", "neutral"))
    scores = models.ask(request)
    assert isinstance(scores, tuple)
    assert scores[1] > 0.7
    assert scores[1] > scores[2] > scores[0]


def test_labels_are_paid_for_as_input() -> None:
    request = Request("small", "moon", kind="score", labels=("good", "bad"))
    assert PROVIDER.simulate(request)[0].input_tokens == 3
