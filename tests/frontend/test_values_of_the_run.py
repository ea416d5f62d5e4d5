"""What programs do with texts and lists that only a run knows: all ways to run them agree."""

# Some of these programs are wrong on purpose.
# pyright: reportArgumentType=false, reportCallIssue=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, captured_of

Function = Callable[..., object]

TABLE = {"yes": "Y", "no": "N"}
STYLES = ["b"]


class Colour(Enum):
    RED = "red"


class Note:
    def __init__(self, text: str) -> None:
        self.text = text
        self.marks: list[str] = []


@dataclass
class Draft:
    text: str
    marks: list[str] = field(default_factory=list)


def while_loop(q: str) -> object:
    rounds = 0
    while q and rounds < 3:
        q = generate(f"{q} {rounds}")
        rounds += 1
    return q, rounds


def match_block(q: str) -> str:
    match generate(q):
        case "yes":
            return "y"
        case "no" | "bad":
            return generate(f"why {q}")
        case _:
            return "n"


def deletion(q: str) -> str:
    answer = generate(q)
    del q
    return answer


def assertion(q: str) -> str:
    answer = generate(q)
    assert answer, "nothing"
    return answer


def raising(q: str) -> str:
    raise ValueError(q)


def raising_at_times(q: str) -> str:
    if generate(q) == "bad":
        raise ValueError(q)
    return generate(f"again {q}")


def walrus(q: str) -> str:
    return generate(a := q) + a


def element_assignment(q: str) -> object:
    answers = [q]
    answers[0] = generate(q)
    return answers


def sets(q: str) -> str:
    return generate(f"{q} {'a' in {'a', 'b'}} {len({x for x in 'ab'})}")


def truth(q: str) -> object:
    return "yes" if generate(q) else "no", not generate(q)


def comparison(q: str) -> object:
    answer = generate(q)
    return answer == "yes", answer != q, answer < "b", answer in TABLE, answer in ["yes", q]


def order(q: str) -> object:
    answers = sorted([q, generate(q), generate(f"b{q}")])
    return answers, min(answers), max(answers), sorted(answers, key=len, reverse=True)


def lookup(q: str) -> str:
    return {"yes": "1"}[generate(q)]


def lookup_with_get(q: str) -> object:
    return TABLE.get(generate(q)), TABLE.get(q, "none")


def lengths(docs: list[str]) -> object:
    return len(docs), len(docs[0])


def iteration(docs: list[str]) -> object:
    return [generate(doc) for doc in docs if doc != "b"], [doc for doc in docs if generate(doc)]


def loop(docs: list[str]) -> object:
    found = "none"
    for doc in docs:
        answer = generate(doc)
        if answer == "bad":
            continue
        if answer == "yes":
            found = doc
            break
    return found


def listing(docs: list[str]) -> object:
    return list(enumerate(docs, 2)), list(zip(docs, "ab", strict=False)), list(reversed(docs))


def unpacked_sample(q: str) -> object:
    first, second = ember.sample(q, 2)
    return first, second


def elements(docs: list[str]) -> object:
    return docs[0], docs[-1], docs[:1], docs[0][:2]


def searches(q: str) -> object:
    return "a" in q, q in "yes no", q not in "yes no", q in ["a", "b"], q.find("b")


def arithmetic(q: str) -> object:
    text = "Q: "
    text += q
    return "Q: " + q, text, q * 2, "Q: %s" % q, "Q: {}".format(q)  # noqa: UP031, UP032


def conversions(q: str) -> object:
    return str(q), int(q + "1"), float("1" + q), q.upper(), bool(q), isinstance(q, str | int)


def formats(q: str) -> object:
    return f"{q:>10}", f"{1:{q}}", f"{q!r}", f"{[q]}", f"{len(q):03d}", f"{STYLES} {q!s:<4}|"


def list_in_text(docs: list[str]) -> object:
    return f"{docs}"


def methods_of_text(q: str) -> object:
    return "a".replace("a", q), "abc".startswith(("a", q)), q.split("0"), "-".join([q, q])


def calling_an_answer(q: str) -> object:
    return q()


def join_of_numbers(q: str) -> object:
    parts: list[object] = [q, 1]
    return ", ".join(parts)


def list_made_by_plus(q: str) -> object:
    notes = STYLES + STYLES
    notes.append(q)
    return notes, STYLES


def standard_library(q: str) -> object:
    return textwrap.dedent(q), json.dumps({"q": q}), json.loads(f'["{q}"]')


def objects(q: str) -> object:
    note, draft = Note(generate(q)), Draft(q)
    note.marks.append(q)
    draft.marks.append(note.text)
    shown = f"{draft}"
    draft.text = "changed"
    return note.text, note.marks, shown, draft, Draft("x") == Draft("x", ["y"])


def enumeration(q: str) -> object:
    return (
        generate(f"{Colour.RED.value}: {q}"),
        Colour.RED in (Colour.RED, q),
        Colour.RED is Colour["RED"],
    )


def mapped_things(docs: list[str]) -> object:
    return ember.map(lambda doc: (doc, 1), docs), ember.map(len, docs)


def functions_of_functions(docs: list[str]) -> object:
    loud = list(map(lambda doc: generate(f"{doc}!"), docs))
    return loud, list(filter(lambda doc: doc != "a", docs)), max(docs, key=lambda doc: doc[::-1])


def one_of_two(q: str) -> object:
    first, second = [1], [2]
    longer = max(first, second)
    longer.append(3)
    return first, second, q


def rows_in_reverse(q: str) -> object:
    rows = [[q], ["b"]]
    for row in reversed(rows):
        row.append(q)
    return rows, dict(zip("ab", rows, strict=True)), dict(enumerate("ab"))


def generator_used_up(q: str) -> object:
    answers = (generate(f"{i}{q}") for i in range(2))
    return list(answers), list(answers)


TEXTS: list[Function] = [
    *(while_loop, match_block, deletion, assertion, raising, raising_at_times, walrus),
    *(element_assignment, sets, truth, comparison, order, lookup, lookup_with_get),
    *(unpacked_sample, searches, arithmetic, conversions, formats, methods_of_text),
    *(calling_an_answer, join_of_numbers, list_made_by_plus, standard_library, objects),
    *(enumeration, one_of_two, rows_in_reverse, generator_used_up),
]
LISTS: list[Function] = [
    *(lengths, iteration, loop, listing, elements, list_in_text, mapped_things),
    functions_of_functions,
]


@pytest.mark.parametrize("function", TEXTS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("question", ["3", "no", "Où ?"])
def test_all_ways_agree_on_texts(function: Function, question: str) -> None:
    agree(function, question)


@pytest.mark.parametrize("function", LISTS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("docs", [["a"], ["a", "b", "çc"], []])
def test_all_ways_agree_on_lists(function: Function, docs: list[str]) -> None:
    agree(function, docs)


def test_an_object_is_made_anew_for_each_run() -> None:
    @ember.jit(strict=True)
    def made(q: str) -> Note:
        return Note(q)

    first, second = made("a"), made("b")
    assert (first.text, second.text) == ("a", "b")
    assert first.marks is not second.marks


def test_an_error_is_raised_with_what_came_before_it() -> None:
    captured = captured_of(raising_at_times, ["a"])
    assert any(name.startswith("raise_ValueError") for name in captured.functions)
    program = ember.compile(raising, strict=True)
    with pytest.raises(ValueError, match="a"):
        program("a")
