"""Classification: finding the labels and the text, and choosing the label that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ember_mlir.providers.simulated.labels import LabelQuestion, label_question, label_weights
from ember_mlir.providers.simulated.likeness import mood, overlap, subject_terms

if TYPE_CHECKING:
    from conftest import Models


@pytest.mark.parametrize(
    ("prompt", "labels", "text"),
    [
        (
            "Classify the sentiment as positive, negative or neutral: I love it.",
            ("positive", "negative", "neutral"),
            "I love it.",
        ),
        (
            "Classify this mail as spam or not spam.\n\nYou win!\n\nLabel:",
            ("spam", "not spam"),
            "You win!",
        ),
        (
            "The ball is in the net.\nWhich of these labels fits best: sports, politics, science?",
            ("sports", "politics", "science"),
            "The ball is in the net.",
        ),
        ("It rains. Is it dry? Answer yes or no.", ("yes", "no"), "It rains. Is it dry?"),
        ("Reply with one word, yes or no: Is it dry?", ("yes", "no"), "Is it dry?"),
        ("Good food. Is this positive or negative?", ("positive", "negative"), "Good food."),
        (
            'Choose one of the labels "refund request", "bug report" or "other".\nIt crashed.',
            ("refund request", "bug report", "other"),
            "It crashed.",
        ),
        (
            "Labels:\n- billing\n- technical\n- other\nThe app crashed.",
            ("billing", "technical", "other"),
            "The app crashed.",
        ),
        (
            "Categorize the ticket into billing, technical, or other based on its text.\nA bug.",
            ("billing", "technical", "other"),
            "based on its text.\nA bug.",
        ),
        (
            "A good one." + " Very long." * 200 + "\nIs this positive or negative?",
            ("positive", "negative"),
            "A good one." + " Very long." * 200,
        ),
    ],
)
def test_labels_are_found(prompt: str, labels: tuple[str, ...], text: str) -> None:
    assert label_question(prompt) == LabelQuestion(labels, text)


@pytest.mark.parametrize(
    "prompt",
    [
        "What is 2+2? Answer with a number only.",
        "Answer briefly, clearly and politely.",
        "Answer briefly or politely.",
        "Classify this review.",
        "Paris or London? I like cities.",
        "Classify as same or same: x",
        "",
    ],
)
def test_other_prompts_offer_no_labels(prompt: str) -> None:
    assert label_question(prompt) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this phone, it is great!", "positive"),
        ("The worst meal ever; the waiter was rude.", "negative"),
        ("This is not good at all.", "negative"),
        ("The parcel weighs two kilos.", "neutral"),
    ],
)
def test_moods(models: Models, text: str, label: str) -> None:
    prompt = f"Classify the sentiment as positive, negative or neutral.\n\n{text}\n\nSentiment:"
    assert models.right(prompt) == label
    assert models.wrong(prompt) == {"positive", "negative", "neutral"} - {label}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I was charged twice for my invoice.", "billing"),
        ("The app shows an error at login.", "technical"),
        ("Hello there.", "other"),
    ],
)
def test_subjects(models: Models, text: str, label: str) -> None:
    prompt = f"Which of these categories fits best: billing, technical, other?\n{text}"
    assert models.right(prompt) == label


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("The ship arrived on Monday. Did the ship arrive on Monday? Answer yes or no.", "yes"),
        ("The ship arrived on Monday. Did the ship arrive on Friday? Answer yes or no.", "no"),
        ("The ship did not arrive. Did the ship arrive? Answer yes or no.", "no"),
        ("Question: What is 17 * 23?\nAnswer: 391\nIs this right? Answer yes or no.", "yes"),
        ("Question: What is 17 * 23?\nAnswer: 392\nIs this right? Answer yes or no.", "no"),
        ("Is 17 * 23 = 391? Answer yes or no.", "yes"),
        ("Is 17 * 23 = 390? Answer true or false.", "false"),
        ("Is this a good summary? Answer yes or no.\n\nYes.", "no"),
        (
            "Is this a good summary? Answer yes or no.\n\nThe moon pulls the water of the sea "
            "towards itself, so that tides rise and fall twice a day along every coast.",
            "yes",
        ),
    ],
)
def test_verdicts(models: Models, prompt: str, answer: str) -> None:
    assert models.right(prompt) == answer
    assert answer not in models.wrong(prompt)


def test_words_count_in_their_forms() -> None:
    assert overlap(["billing"], ["billed", "car"]) == 1
    assert overlap([], ["billed"]) == 0
    assert "refund" in subject_terms("Billing")
    assert mood("It wasn't bad.") == 1
    assert mood("") == 0


def test_a_label_of_several_words_that_says_not_is_a_default() -> None:
    assert label_weights(("spam", "not spam", "non-spam"), "Hello") == [0, 1, 1]
