"""Summaries and quotations of the simulated models."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.providers import Reply, Request, Simulated
from ember_mlir.providers.simulated import Profile, count_tokens
from ember_mlir.providers.simulated.passages import read_prose
from ember_mlir.providers.simulated.quotation import UNABLE
from ember_mlir.providers.simulated.sentences import split_sentences
from ember_mlir.providers.simulated.summary import NOTHING_TO_SUMMARIZE, weighed
from ember_mlir.providers.simulated.summary_request import SummaryRequest, summary_request

ASKED = "\N{FULLWIDTH QUESTION MARK}"

TIDES = (
    "The tide rises twice a day. Gulls are white. The moon pulls the ocean, and the tide "
    "follows the moon. My aunt likes tea. The sun pulls the ocean too, but the moon is "
    "closer. Who knew? Fishermen watch the tide and the moon."
)

PAGE = """---
title: Front matter
---
# Compilers

<!-- a hidden note -->
A compiler lowers a **program** to [instructions](https://example.org/a.b).
The compiler checks every level
of the program.

| level | text |
|-------|------|
| table | cell |

```python
compiler = "code in a fence. It is skipped."
```

    compiler = "indented code"

Levels
------

- each level is text
- [x] the compiler prints it:
1. a person reads `a. b` there!

> Quoted words count.
"""


def reply(prompt: str, *draws: int, model: str = "large", max_tokens: int | None = 64) -> Reply:
    """What the simulated provider says."""
    request = Request(
        model, prompt, temperature=0.7, max_tokens=max_tokens, n=len(draws) or 1, draws=draws
    )
    return Simulated().simulate(request)[0]


def test_sentences_end_where_people_end_them() -> None:
    text = f"E.g. a Dr. met J. Smith at 3.5 p.m. today... OK! (Yes.) Vrai ? 元気{ASKED}はい。\nEnd"
    assert split_sentences(text) == [
        "E.g. a Dr. met J. Smith at 3.5 p.m. today...",
        "OK!",
        "(Yes.)",
        "Vrai ?",
        f"元気{ASKED}",
        "はい。",
        "End",
    ]


def test_code_between_backticks_is_not_split() -> None:
    assert split_sentences("Run `a. B` now. Then `c… d` too.") == [
        "Run `a. B` now.",
        "Then `c… d` too.",
    ]


def test_prose_has_no_code_tables_or_marks() -> None:
    prose = read_prose(PAGE)
    assert prose.headings == ["Compilers", "Levels"]
    assert [sentence.text for sentence in prose.sentences] == [
        "A compiler lowers a program to instructions.",
        "The compiler checks every level of the program.",
        "each level is text.",
        "the compiler prints it.",
        "a person reads `a. b` there!",
        "Quoted words count.",
    ]
    assert [sentence[1:] for sentence in prose.sentences[:3]] == [(0, 0), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("~~~\ncode\n```\nmore\n~~~\nText.", ["Text."]),
        ("```\nnever closed", []),
        ("a *b* _c_ __d__ 2 * 3 * 4 snake_case_name", ["a b c d 2 * 3 * 4 snake_case_name."]),
        ("![logo](a.png) See [the docs][1] now", ["See the docs now."]),
        ("- item\n\n    its second paragraph", ["item.", "its second paragraph."]),
        ("list<T> and <b>bold</b><br/>", ["list<T> and bold."]),
        ("東京です", ["東京です。"]),
        ("\n---\n***\n", []),
    ],
)
def test_layout_is_not_read(text: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in read_prose(text).sentences] == sentences


@pytest.mark.parametrize(
    ("prompt", "request_"),
    [
        ("Summarize:\nA b c.", SummaryRequest("A b c.")),
        ("Summarise the text in 3 sentences:\nA b c.", SummaryRequest("A b c.", sentences=3)),
        ("Please condense this to at most 20 words.\nA.", SummaryRequest("A.", words=20)),
        ("Merge:\nA.\nB.", SummaryRequest("A.\nB.")),
        ("You are an editor. Your task is to summarize. A b.", SummaryRequest("A b.")),
        ("Write a short summary of the article.\n\nA b.", SummaryRequest("A b.")),
        ("A b c.\n\nTL;DR:", SummaryRequest("A b c.")),
        ("A b c.\nSummarize the above in one sentence.", SummaryRequest("A b c.", sentences=1)),
        ("Summarize:\nA b c.\n\nSummary:", SummaryRequest("A b c.")),
        ("Résume ce texte :\nA b.", SummaryRequest("A b.")),
        ("次の文を要約してください。\n東京です。", SummaryRequest("東京です。")),
        ("Summarize:\n", SummaryRequest("")),
        ("A b c. Please summarize.", SummaryRequest("A b c.")),
        ("A b c. Summarize it.", SummaryRequest("A b c.")),
        ("A b c.\nYour task is to shorten the above.", SummaryRequest("A b c.")),
        ("Summarize this.", SummaryRequest("")),
    ],
)
def test_wishes_for_a_summary(prompt: str, request_: SummaryRequest) -> None:
    assert summary_request(prompt) == request_


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "What is 2+2?",
        "How do I merge two branches?",
        'How many words are in "summarize this"?',
        "What is in the summary?",
    ],
)
def test_other_wishes(prompt: str) -> None:
    assert summary_request(prompt) is None


def test_a_summary_is_of_sentences_of_the_text_in_their_order() -> None:
    summary = reply(f"Summarize in 3 sentences:\n{TIDES}", max_tokens=None).texts[0]
    chosen = split_sentences(summary)
    places = [TIDES.index(sentence) for sentence in chosen]
    assert len(chosen) == 3
    assert places == sorted(places)
    assert "The moon pulls the ocean, and the tide follows the moon." in chosen
    assert "My aunt likes tea." not in chosen


def test_what_is_said_twice_is_said_once() -> None:
    text = "The moon pulls the tide. The moon pulls the tide! The sun warms the beach in May."
    summary = reply(f"Merge in 3 sentences:\n{text}", max_tokens=None).texts[0]
    assert summary.count("The moon pulls the tide") == 1


def test_a_summary_of_so_many_words_has_no_more() -> None:
    summary = reply(f"Summarize in 12 words:\n{TIDES}", max_tokens=None).texts[0]
    assert 0 < len(summary.split()) <= 12


def test_as_many_sentences_as_asked_for() -> None:
    text = "Ember compiles many long programs. It is new. We like tea. Dogs bark."
    made = [
        reply(f"Summarize in {number} sentences:\n{text}", model="large").texts[0]
        for number in (2, 3, 4)
    ]
    assert [len(split_sentences(summary)) for summary in made] == [2, 3, 4]


def test_numbers_and_formulas_are_no_summary() -> None:
    text = "a 1.0->2.0, b 3.0->4.0, c 5->6 = 7/8. The engine runs a task. The task is a call."
    assert "->" not in reply(f"Summarize:\n{text}").texts[0]


def test_headings_say_what_matters() -> None:
    text = "One two three. Green birds sing well. Four five six."
    plain = weighed(read_prose(text))
    headed = weighed(read_prose(f"# Birds that sing\n\n{text}"))
    assert headed[1].score > plain[1].score
    assert headed[2].score == plain[2].score


@pytest.mark.parametrize("max_tokens", [1, 2, 3, 5, 8, 13, 21, 34, 64])
@pytest.mark.parametrize(
    "text",
    [
        TIDES,
        "La marée monte deux fois par jour. La lune attire l'océan et fait monter la marée !",
        "東京は日本の首都です。東京の人口は日本で最も多いです。京都は古い都です。",
        "\N{ROCKET} Rockets fly to space. \N{ROCKET} Rockets carry fuel. Dogs bark.",
    ],
)
def test_a_summary_fits_and_cuts_no_word(text: str, max_tokens: int) -> None:
    for draw in range(5):
        made = reply(f"Summarize:\n{text}", draw, model="small", max_tokens=max_tokens)
        summary = made.texts[0]
        assert count_tokens(summary) == made.output_tokens <= max_tokens
        if " " in text:
            assert {word.rstrip("…") for word in summary.split()} <= set(text.split())


def test_a_long_sentence_is_cut_with_a_mark() -> None:
    text = "The moon pulls the tide of the whole ocean day after day"
    assert reply(f"Summarize:\n{text}.", max_tokens=4).texts[0] == "The moon…"


def test_weak_models_pick_worse_sentences_and_vary() -> None:
    scores = {candidate.text: candidate.score for candidate in weighed(read_prose(TIDES))}

    def picks(model: str) -> list[str]:
        prompt = f"Summarize in one sentence:\n{TIDES}"
        return reply(prompt, *range(200), model=model, max_tokens=None).texts

    def worth(model: str) -> float:
        return sum(scores[pick] for pick in picks(model))

    assert worth("small") < worth("medium") < worth("large")
    assert len(set(picks("small"))) > len(set(picks("large")))


def test_nothing_to_summarize_is_said() -> None:
    assert reply("Summarize:\n```\ncode\n```").texts[0] == NOTHING_TO_SUMMARIZE


@given(st.text(max_size=300), st.integers(1, 30))
def test_any_text_is_summarized_within_bounds(text: str, max_tokens: int) -> None:
    made = reply(f"Summarize:\n{text}", 1, model="small", max_tokens=max_tokens)
    assert made.output_tokens <= max_tokens


def test_a_large_text_is_summarized() -> None:
    paragraphs = [f"Step {i} of the plan moves item {i * 7} to shelf {i % 9}." for i in range(2000)]
    summary = reply("Summarize:\n" + "\n\n".join(paragraphs)).texts[0]
    assert summary.startswith("Step 0 of the plan")


CITIES = "Paris is the capital of France. Rome lies in Italy. The capital of Peru is Lima."


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        (f"{CITIES} What is the capital of Peru?", "The capital of Peru is Lima."),
        (f"Context: {CITIES}\nQuestion: Where is Rome?\nAnswer:", "Rome lies in Italy."),
        (f"1+1 is easy. {CITIES} What is the capital of France?", CITIES.split(". ")[0] + "."),
        (
            f"東京は日本の首都です。寿司はおいしい。日本の首都はどこですか{ASKED}",
            "東京は日本の首都です。",
        ),
        ("What is the meaning of life?", UNABLE),
        ("What is 2+2? What is love?", UNABLE),
        ("Write a poem about rain.", UNABLE),
        ("", UNABLE),
    ],
)
def test_other_questions_are_answered_from_the_prompt(prompt: str, answer: str) -> None:
    request = Request("sure", prompt)
    sure = Simulated({"sure": Profile(1.0, 0.0, 0.0)})
    assert sure.simulate(request)[0].texts[0] == answer


def test_a_wrong_quotation_is_another_sentence() -> None:
    values = reply(f"{CITIES} What is the capital of Peru?", *range(200), model="small").texts
    assert set(values) == {"The capital of Peru is Lima.", "Paris is the capital of France."}
