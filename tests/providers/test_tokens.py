"""Tokens of the simulated models: the rule, and cutting between words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.providers.simulated.tokens import byte_length, count_tokens, cut_to_tokens
from ember_mlir.providers.simulated.words import terms

ROCKET = "\N{ROCKET}"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 1), ("a", 1), ("abcd", 1), ("abcde", 2), ("été", 2), ("東京都", 3), (ROCKET, 1)],
)
def test_a_token_is_four_bytes(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "max_tokens", "cut"),
    [
        ("one two three", 2, "one two"),
        ("one two three", 9, "one two three"),
        ("one twos", 2, "one twos"),
        ("unbreakable", 2, ""),
        ("12345678 9", 1, ""),
        ("été à la mer", 2, "été à"),
        ("東京の天気", 3, "東京の天"),
        ("か\u3099き", 1, ""),
        (f"{ROCKET} {ROCKET}", 1, ROCKET),
        (f"{ROCKET}{ROCKET}", 1, ""),
    ],
)
def test_a_cut_ends_with_a_word(text: str, max_tokens: int, cut: str) -> None:
    assert cut_to_tokens(text, max_tokens) == cut


@given(st.text(max_size=200), st.integers(1, 40))
def test_a_cut_fits_and_is_a_beginning(text: str, max_tokens: int) -> None:
    cut = cut_to_tokens(text, max_tokens)
    assert text.startswith(cut)
    assert byte_length(cut) <= 4 * max_tokens
    assert count_tokens(cut) <= max_tokens


@given(st.lists(st.from_regex(r"[a-zé0-9.]{1,12}", fullmatch=True)), st.integers(1, 20))
def test_a_cut_holds_whole_words(words: list[str], max_tokens: int) -> None:
    cut = cut_to_tokens(" ".join(words), max_tokens)
    assert cut.split() == words[: len(cut.split())]


def test_terms_carry_the_subject() -> None:
    assert terms("La mer et 42 Compilers, don't they? 東京都で") == [
        "mer",
        "compiler",
        "don't",
        "東京",
        "京都",
        "都で",
    ]
