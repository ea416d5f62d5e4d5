"""Every construct that is captured: eager and compiled runs agree on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .conftest import Agree

LIMIT = 3
STYLES = ["short", "long"]
PROMPTS = {"fr": "Réponds : ", "ja": "答えて："}


def helper(text: str, suffix: str = "!", *, times: int = 1) -> str:
    for _ in range(times):
        text = generate(f"{text}{suffix}")
    return text


def straight_line(q: str) -> str:
    first = generate(f"Q: {q}")
    second: str = generate(f"Improve {first} of {q}")
    return generate(f"{first} {second} {first}")


def unpacking(q: str) -> object:
    a, b = generate(f"1{q}"), generate(f"2{q}")
    (c, d), [e, *rest] = (a, b), [b, a, q]
    a, b = b, a
    return a, b, c, d, e, rest


def loops(q: str) -> str:
    notes: list[str] = []
    for i in range(2):
        for style in STYLES:
            notes.append(generate(f"{style} {i} {q}"))
    return "\n".join(notes)


def loop_with_break_continue_else(q: str) -> object:
    found = q
    for i in range(6):
        if i == 1:
            continue
        if i == LIMIT:
            break
        found = generate(f"{i} {found}")
    else:
        found = generate("never")
    last = generate(f"after {found}")
    for _ in range(1):
        pass
    else:
        last = generate(f"else {last}")
    return found, last


def comprehensions(q: str) -> object:
    a = [generate(f"{i} {j} {q}") for i in range(3) if i != 1 for j in range(i)]
    b = {name: generate(f"{prompt}{q}") for name, prompt in PROMPTS.items()}
    c = [[generate(f"{x}{y}") for y in "ab"] for x in "cd"]
    return a, b, c, ", ".join(generate(f"g{i}") for i in range(2)), tuple(x for x in a)


def ternaries(q: str, deep: bool = True) -> str:
    times = (LIMIT > 2 and 2) or 1
    return helper(q, times=times) if deep and not times == 1 else q


def inner_functions(q: str) -> str:
    prefix = "P:"

    def ask(text: str, more: str = f"{prefix}+") -> str:
        return generate(f"{prefix}{more}{text}")

    def recurse(text: str, depth: int) -> str:
        return ask(text) if depth == 0 else recurse(ask(text), depth - 1)

    shout: Callable[[str, str], str] = lambda text, mark="?": generate(f"{text}{mark}")  # noqa: E731
    return ember.join([shout(recurse(q, 3), "?"), shout(recurse(q, 2), "!")], " ")


def displays(q: str) -> object:
    answers = [generate(q), q, "known"]
    table = {"a": answers[0], "b": (answers[1], {"c": answers[-1]}), "n": 1, "none": None}
    return table, answers[:2], answers[1], table["a"]


def lists(q: str) -> object:
    notes = ["start"]
    alias = notes
    notes.append(generate(q))
    alias.extend([generate("x"), q])
    notes += ["end"]
    notes.insert(0, "first")
    notes.reverse()
    return notes, notes.pop(), len(alias), sorted(["b", "a"]), list(range(2)), notes.copy()


def builtins(q: str) -> object:
    pairs = list(zip(STYLES, range(9), strict=False))
    texts = [generate(f"{i}{style}{n}{q}") for i, (style, n) in enumerate(pairs, 1)]
    numbers = [len(texts), min(3, 2), max([1, 5]), sum([1, 2]), abs(-2), round(2.6), int("7")]
    return list(reversed(texts)), numbers, float("1.5"), bool([]), str(3), tuple("ab")


def texts_of_python(q: str) -> str:
    known = "a,b".upper().split(",")
    known.append("c".strip())
    return generate(
        f"{', '.join(known):>8}|{LIMIT:03d}|{'x'!r}|{{}}|{q}|{f'<{q}>'}|{1.5:.{LIMIT}f}"
    )


def samples_and_votes(q: str) -> str:
    drafts = ember.sample(f"Q: {q}", 5, temperature=0.7, max_tokens=9)
    best = ember.vote(drafts)
    return ember.vote([best, generate(f"check {best}"), q])


def maps(q: str) -> object:
    words = [q, generate(q), "known"]
    loud = ember.map(lambda word: generate(f"{word}!"), words)
    numbered = ember.map(lambda pair: generate(f"{pair[0]} {pair[1]}"), enumerate(words))
    return loud, numbered, ember.map(helper, loud), ember.map(ember.generate, loud)


def nested_maps(docs: list[str]) -> object:
    def per_document(doc: str) -> list[str]:
        notes = ember.sample(f"note {doc}", 2)
        return ember.map(lambda note: helper(note, times=2), notes)

    groups = ember.map(per_document, docs)
    flat = ember.map(lambda group: ember.join(group, "; "), groups)
    return groups, flat


def reductions(docs: list[str]) -> object:
    def merge(group: list[str]) -> str:
        drafts = [helper(ember.join(group, f"\n{i}\n")) for i in range(2)]
        return ember.vote(drafts)

    return ember.reduce(merge, docs), ember.reduce(", ".join, docs, arity=2)


def joins(q: str) -> object:
    parts = [q, generate(q)]
    separator = " — "
    return separator.join(parts), ember.join(parts), ",".join(["a"]), ember.join(["a", "b"], "+")


def greedy(q: str) -> str:
    return generate(f"{generate(q, temperature=0)}", model="large", temperature=0.0, max_tokens=5)


@ember.jit
def inner_program(text: str) -> str:
    return generate(f"inner {text}")


def programs_inside(q: str) -> str:
    return inner_program(inner_program(q))


def keyword_and_star_arguments(q: str) -> object:
    def collect(*texts: str, sep: str = "-", **more: str) -> str:
        return generate(f"{ember.join(list(texts), sep)} {more['z']}")

    arguments = [q, "b"]
    return collect(*arguments, q, sep="+", **{"z": q})


def known_results(q: str, n: int = 4) -> object:
    del_is_not_needed = q
    return n, 1.5, None, True, "text", [n, [1]], {"q": del_is_not_needed}


CASES: list[Callable[..., object]] = [
    straight_line,
    unpacking,
    loops,
    loop_with_break_continue_else,
    comprehensions,
    ternaries,
    inner_functions,
    displays,
    lists,
    builtins,
    texts_of_python,
    samples_and_votes,
    maps,
    joins,
    greedy,
    programs_inside,
    keyword_and_star_arguments,
    known_results,
]


@pytest.mark.parametrize("function", CASES)
@pytest.mark.parametrize("question", ["Où est la gare ?", '日本 🙂 "{0}"\n}{'])
def test_eager_and_compiled_agree(
    agree: Agree, function: Callable[..., object], question: str
) -> None:
    agree(function, question)


@pytest.mark.parametrize("length", [1, 2, 4, 5, 6, 17])
def test_eager_and_compiled_agree_on_lists(agree: Agree, length: int) -> None:
    agree(nested_maps, [f"doc {i}" for i in range(length)])


@pytest.mark.parametrize("length", [1, 2, 4, 5, 6, 17])
def test_eager_and_compiled_agree_on_reductions(agree_on_results: Agree, length: int) -> None:
    # A vote of two answers is decided by the first.
    agree_on_results(reductions, [f"doc {i}" for i in range(length)])


def test_nested_lists_of_arguments(agree: Agree) -> None:
    def ask(groups: list[list[str]]) -> list[str]:
        return ember.map(lambda group: generate(ember.join(group, "+")), groups)

    answers = agree(ask, [["a", "b"], [], ["c"]])
    assert isinstance(answers, list)


def test_lambda(agree: Agree) -> None:
    pair: list[Callable[[str], str]] = [lambda q: generate(f"1 {q}"), lambda q: generate(f"2 {q}")]
    assert agree(pair[0], "x") != agree(pair[1], "x")


def test_results_are_new_each_time(provider: object) -> None:
    @ember.jit
    def ask(q: str) -> tuple[list[object], list[str]]:
        return [q, 1], STYLES

    (first, styles), (second, _) = ask("a"), ask("a")
    assert first == second
    assert first is not second
    assert styles is not STYLES
