"""Loops over what is known and what is not, with jumps, and what their rounds hand on."""

# The programs here are as users write them: no types of empty lists, names that may be unbound.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportPossiblyUnboundVariable=false

from __future__ import annotations

from collections.abc import Callable

import pytest

from ember_mlir import generate

from .ways import check, operations


def while_with_bound(q: str) -> str:
    n = 0
    a = generate(f"{q} {n}")
    while a != "ok" and n < 4:
        n += 1
        a = generate(f"{q} {n} {a}")
    return f"{a} after {n}"


def while_true_with_break(q: str) -> object:
    n = 0
    while True:
        a = generate(f"try {n} {q}")
        n += 1
        if a == "ok":
            break
        if n >= 5:
            return "gave up"
    return a, n


def while_with_else(q: str) -> object:
    n, found = 0, ""
    while n < 3:
        if generate(f"{n}{q}") == "yes":
            found = "broken"
            break
        n += 1
    else:
        found = generate("else")
    return n, found


def while_with_continue(q: str) -> object:
    n, kept = 0, 0
    while n < 4:
        n += 1
        if generate(f"{n}{q}") in ("no", "ok"):
            continue
        kept += n
    return n, kept


def while_with_a_call_in_the_test(q: str) -> object:
    n = 0
    while generate(f"{n} {q}") != "ok":
        n += 1
        if n == 3:
            break
    return n


def while_that_becomes_unknown_late(q: str) -> object:
    notes = ["a"]
    while len(notes) < 4:
        if len(notes) > 1 and generate(f"more {len(notes)} {q}") == "no":
            return notes
        notes.append(generate(f"note {len(notes)}") if len(notes) == 2 else "known")
    return notes


def while_walrus(q: str) -> object:
    n = 0
    while (b := generate(f"{n} {q}")) != "ok":
        n += 1
        if n > 3:
            break
    return b, n


def known_rounds(q: str) -> object:
    a = "none"
    for i in range(5):
        a = generate(f"{q} {i}")
        if a == "bad":
            continue
        if a == "yes":
            break
        generate(f"log {a} {i}")
    return a, i


def nested_known_rounds(q: str) -> object:
    out = []
    for i in range(2):
        for j in range(3):
            a = generate(f"{i}{j}{q}")
            if a == "yes":
                break
            if a == "no" and i:
                return f"found {i}{j}"
            out.append(a)
    return "/".join(out)


def else_of_known_rounds(q: str) -> object:
    for style in ("short", "long"):
        if generate(f"{style} {q}") == "yes":
            break
    else:
        style = generate("else")
    return style


def return_in_a_branch_in_a_loop_in_a_branch(q: str) -> object:
    a = generate(q)
    if a != "ok":
        for i in range(3):
            b = generate(f"{i}{a}")
            if b == "yes":
                if generate("sure") != "no":
                    return i, b
            elif b == "bad":
                break
        else:
            a = "all"
    return a


@pytest.mark.parametrize(
    "function",
    [
        while_with_bound,
        while_true_with_break,
        while_with_else,
        while_with_continue,
        while_with_a_call_in_the_test,
        while_that_becomes_unknown_late,
        while_walrus,
        known_rounds,
        nested_known_rounds,
        else_of_known_rounds,
        return_in_a_branch_in_a_loop_in_a_branch,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def test_a_loop_with_a_test_that_is_not_known_is_a_while() -> None:
    assert operations(while_with_bound, "q")["scf.while"] == 1
    assert operations(known_rounds, "q")["scf.for"] == 0
