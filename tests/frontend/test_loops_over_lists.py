"""Loops over lists of any length: rounds hand on what they change, and jumps leave them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, differences, operations


def collected(docs: list[str]) -> object:
    out: list[str] = []
    for d in docs:
        out.append(generate(f"sum {d}"))
    return generate("\n".join(out)) + str(len(out))


def accumulated(docs: list[str]) -> object:
    text, length, share = "", 0, 1.5
    for d in docs:
        text += generate(f"{text}{d}")
        length += len(d)
        share *= 0.5
    return text, length, share


def jumps(docs: list[str]) -> object:
    best, n = "none", 0
    for d in docs:
        a = generate(f"check {d}")
        if a == "bad":
            continue
        n += 1
        if a == "yes":
            best = d
            break
    else:
        best = "exhausted"
    return best, n


def returned_inside(docs: list[str]) -> object:
    for d in docs:
        if generate(f"is {d}?") in ("yes", "ok"):
            return d
    return None


def returned_inside_of_two(docs: list[str]) -> object:
    for d in docs:
        for e in docs:
            if d != e and generate(f"{d} or {e}") == "yes":
                return d, e
        if generate(f"end {d}") == "bad":
            break
    return "none"


def nested(docs: list[str]) -> object:
    groups = [generate(d).split(", ") for d in docs]
    out: list[str] = []
    for group in groups:
        for x in group:
            if x != "no":
                out.append(generate(f"use {x}"))
    return out, [y for group in groups for y in group if y]


def known_rounds_inside(docs: list[str]) -> object:
    n, last = 0, "none"
    for d in docs:
        for i in range(3):
            last = generate(f"{i} {d}")
            if last == "yes":
                break
            n += i
    return n, last


def inside_of_known_rounds(docs: list[str]) -> object:
    found: list[str] = []
    for style in ("a", "b"):
        for d in docs:
            x = generate(f"{style}{d}")
            if x == "ok":
                found.append(d)
                break
        else:
            found.append(style)
    return found


def while_inside(docs: list[str]) -> object:
    total = 0
    for d in docs:
        n = 0
        while generate(f"{d} {n}") != "ok" and n < 2:
            n += 1
        total += n
    return total


def inside_of_while(docs: list[str]) -> object:
    n = 0
    seen: list[str] = []
    while n < 2 and generate(f"again {n}") != "no":
        n += 1
        for d in docs:
            seen.append(f"{n}{d}")
    return n, seen


def enumerated_and_zipped(docs: list[str]) -> object:
    answers = [generate(d) for d in docs]
    out = ""
    for i, (d, a) in enumerate(zip(docs, answers, strict=True), 1):
        out += f"{i}. {d}={a}\n"
    for a, b in zip(docs, docs[1:], strict=False):  # noqa: RUF007
        out += a + b
    for i, d in enumerate(reversed(docs)):
        out += f"{i}{d}"
    return generate(out), out


def ranges(docs: list[str]) -> object:
    out: list[str] = []
    for i in range(len(docs)):
        out.append(f"{i}{docs[i]}")
    for i in range(1, len(docs) + 1, 2):
        out.append(f"{i}")
    return out


def swapped(docs: list[str]) -> object:
    a, b = "a", "b"
    for d in docs:
        a, b = b, generate(a + d)
    return a, b


def previous_round(docs: list[str]) -> object:
    previous = ""
    pairs: list[str] = []
    for d in docs:
        if previous:
            pairs.append(generate(f"{previous} and {d}"))
        previous = d
    return pairs


def best_or_none(docs: list[str]) -> object:
    best = None
    for d in docs:
        a = generate(d)
        if best is None or len(a) > len(best):
            best = a
    return best


def reset_to_the_start(docs: list[str]) -> object:
    n = 0
    log: list[int] = []
    for d in docs:
        n += 1
        log.append(n)
        if generate(d) in ("yes", "ok"):
            n = 0
    return n, log


def assigned_again(docs: list[str]) -> object:
    out: list[str] = []
    for d in docs:
        if generate(d) in ("yes", "no"):
            out = []
        out.append(d)
    return out


def rebound(docs: list[str]) -> object:
    texts = docs
    for d in docs:
        texts = [*texts, d + "!"]
        texts = texts[1:]
    return texts


def dict_and_object(docs: list[str]) -> object:
    state = {"n": 0, "last": "", "all": ["first"]}
    for d in docs:
        state["n"] += 1  # type: ignore[operator]
        state["last"] = generate(d)
    return state


def raised_inside(docs: list[str]) -> object:
    for d in docs:
        a = generate(d)
        if a in ("bad", "no"):
            raise ValueError(f"{d}: {a}")
    return "fine"


def truth_of_a_list(docs: list[str]) -> object:
    todo = [d for d in docs if generate(d) != "no"]
    if not todo:
        return "nothing"
    return todo if len(todo) > 1 and todo[0] != "x" else ["one", *todo]


def queue(docs: list[str]) -> object:
    todo = ["start", *docs]
    done: list[str] = []
    while todo and len(done) < 4:
        task = todo.pop(0)
        a = generate(task)
        done.append(a)
        if a == "no":
            todo.append(a + "!")
    return done, todo


OVER_LISTS: list[Callable[..., object]] = [
    collected,
    accumulated,
    jumps,
    returned_inside,
    returned_inside_of_two,
    nested,
    known_rounds_inside,
    inside_of_known_rounds,
    while_inside,
    inside_of_while,
    enumerated_and_zipped,
    ranges,
    swapped,
    previous_round,
    best_or_none,
    reset_to_the_start,
    assigned_again,
    rebound,
    dict_and_object,
    raised_inside,
    truth_of_a_list,
    queue,
]


@pytest.mark.parametrize("docs", [[], ["one"], ["d1", "yes", "d3"]], ids=len)
@pytest.mark.parametrize("function", OVER_LISTS, ids=lambda function: function.__name__)
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    assert differences(function, (docs,)) == []


def test_loops_are_loops() -> None:
    assert operations(collected, ["d"])["scf.for"] == 1
    assert operations(returned_inside_of_two, ["d"])["scf.for"] == 2


def test_a_plan_serves_lists_of_all_lengths() -> None:
    program = ember.compile(collected)
    before = program.ir()
    for docs in ([], ["a"], ["a", "b", "c"]):
        program(docs)
        assert program.ir() == before


def test_seven_loops_inside_each_other() -> None:
    def deep(docs: list[str]) -> int:
        n = 0
        for _a in docs:
            for _b in docs:
                for _c in docs:
                    for _d in docs:
                        for _e in docs:
                            n += 1
        return n

    assert differences(deep, (["x", "y"],), seeds=[0]) == []


REFUSED: list[tuple[Callable[..., object], str]] = []


def refused(message: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    def note(function: Callable[..., object]) -> Callable[..., object]:
        REFUSED.append((function, message))
        return function

    return note


@refused("a list that is changed while a loop runs through it")
def changed_while_running(docs: list[str]) -> object:
    todo = [*docs, "end"]
    for d in todo:
        if generate(d) == "no" and len(todo) < 9:
            todo.append("again")
    return todo


@refused("a list that is changed while a loop runs through it")
def known_list_changed_while_running(docs: list[str]) -> object:
    todo = ["a", "b"]
    for d in todo:
        if generate(d + str(len(docs))) == "yes" and len(todo) < 4:
            todo.append("c")
    return todo


@refused(r"a list that is changed while enumerate\(\) runs through it")
def changed_while_it_is_enumerated(docs: list[str]) -> object:
    todo = ["a", "b"]
    for i, d in enumerate(todo):
        if generate(f"{i}{d}{len(docs)}") == "yes" and len(todo) < 4:
            todo.append("c")
    return todo


@refused("a list that is changed while a loop runs through it")
def any_list_changed_while_it_is_enumerated(docs: list[str]) -> object:
    todo = [*docs, "end"]
    for i, d in enumerate(todo):
        if generate(f"{i}{d}") == "yes" and len(todo) < 4:
            todo.append("c")
    return todo


@pytest.mark.parametrize(("function", "message"), REFUSED, ids=lambda found: str(found)[:30])
def test_what_is_refused(function: Callable[..., object], message: str) -> None:
    with pytest.raises(ember.CaptureError, match=message):
        captured_of(function, (["d1", "d2"],))


def test_a_loop_that_never_ends() -> None:
    def endless(q: str) -> str:
        a = generate(q)
        while True:
            a = generate(a)
        return a

    with pytest.raises(ember.CaptureError, match="bound it"):
        captured_of(endless, ("q",))
