"""Branches on what a model has answered: both arms are captured, and what they change."""

# The programs here are as users write them: no types of empty dicts, names that may be unbound.
# pyright: reportUnknownVariableType=false, reportPossiblyUnboundVariable=false

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, captured_of, check, operations


def if_elif_else(q: str) -> str:
    a = generate(q)
    if a == "yes":
        r = generate("1" + a)
    elif a == "no":
        r = generate("2")
    else:
        r = "z"
    return r + "!"


def early_returns(q: str) -> str:
    a = generate(q)
    if a == "yes":
        return a
    b = generate("b" + a)
    if b == "no":
        if a == "ok":
            return "deep"
    c = generate("c" + b)
    return c


def return_in_both_arms(q: str) -> str:
    if generate(q) in ("yes", "ok"):
        return generate("one")
    else:
        return generate("other")


def nothing_returned(q: str) -> str | None:
    if generate(q) in ("yes", "ok"):
        return "found"
    generate("dead")
    return None


def falls_off_the_end(q: str) -> object:
    if generate(q) in ("yes", "ok", "7"):
        return "found"


def ternaries(q: str) -> str:
    a = generate(q)
    return generate("long") if a == "yes" else generate("short") if len(a) < 3 else a


def ternary_inside_of_calls(q: str) -> str:
    a = generate(q)
    return generate("x" + (generate("in") if a == "yes" else "out")) + (a if a else "empty")


def and_or_not(q: str) -> str:
    a = generate(q)
    if (a == "yes" or generate("second") == "no") and not a == "ok":
        return "T"
    return (a and generate("third")) or "F"


def values_of_and_or(q: str) -> object:
    a, b = generate(q), generate("b" + q)
    return a or b, a and b, a or b or "c", (a and b) or "d", not a, a or None, a and 3


def mixed_types_in_a_test(q: str) -> str:
    a, n = generate(q), 3
    found: list[str] = []
    if (a and n and len(a) > 2) or found:
        return "1"
    return "2" if found or len(a) or a == "no" else "3"


def chained_comparisons(q: str) -> object:
    n = len(generate(q))
    return 1 < n <= 3 < 5, 0 <= n == 2, n if 1 < n < 4 else -n


def chain_stops_early(q: str) -> bool:
    return 1 < len(generate(q)) <= len(generate("only if the first holds " + q)) + 1


def membership(q: str) -> object:
    a = generate(q)
    kinds = {"yes": 1, "no": 2}
    return (
        a in ("yes", "ok"),
        a not in ["no", "7"],
        a in {"yes", "7"},
        a in kinds,
        "o" in a,
        a in [generate("1"), generate("2")],
    )


def names_of_one_arm_only(q: str) -> str:
    a = generate(q)
    if a == "yes":
        x = generate("x")
        return x + "!"
    return a


def swapped_in_an_arm(q: str) -> object:
    a, b = "a", generate(q)
    if b == "yes" or len(b) == 2:
        a, b = b, a
    return a, b


def shadowing(q: str) -> object:
    x = "outer"
    if generate(q) == "ok":
        x = "inner"
        y = x + "y"
    else:
        y = x
    return x, y


def arm_reads_what_the_other_assigns(q: str) -> str:
    step = "start"
    if generate(q) in ("yes", "ok", "7"):
        step = "first"
        generate(step)
    else:
        generate(step)
    return "end"


def none_or_text(q: str) -> object:
    best = None
    if generate(q) in ("yes", "ok"):
        best = generate("best")
    if best is None:
        return "none"
    return best.upper() + f"{best} {len(best)}"


def none_or_text_in_rounds(q: str) -> object:
    best = None
    for i in range(3):
        a = generate(f"{i}{q}")
        if best is None or len(a) > len(best):
            best = a
    if best is not None:
        return best
    return "none"


def methods_of_none(q: str) -> object:
    best = None
    if generate(q) in ("yes", "ok"):
        best = "found"
    return best.upper()  # type: ignore[union-attr]


def numbers_of_two_types(q: str) -> object:
    n = 1 if generate(q) in ("yes", "ok") else 2.5
    m = n + 1
    k = True if generate("k") == "no" else 0
    return n, m, f"{n}", n * 2, n > 1, k, str(k), max(n, 2)


def text_or_number(q: str) -> object:
    a = generate(q)
    value = len(a) if a in ("yes", "ok") else a
    return value, f"<{value}>", isinstance(value, str), str(value), value == 2, bool(value)


def tuples_of_arms(q: str) -> object:
    pair = ("p", 0)
    if generate(q) in ("yes", "ok"):
        pair = (generate("1"), 3)
    text, number = pair
    return pair, text, number + 1


def raised_in_an_arm(q: str) -> str:
    a = generate(q)
    if a == "bad" or len(a) == 2:
        raise ValueError(f"bad {a}")
    return "good " + a


def raised_in_both_arms(q: str) -> str:
    if generate(q) in ("yes", "ok", "7"):
        raise ValueError("one")
    raise KeyError(q)


def raised_after_something(q: str) -> str:
    a = generate(q)
    if a == "yes":
        x = generate("x")
    else:
        x = generate("y")
        if x in ("no", "ok", "bad"):
            raise LookupError(x, a)
    return x


def asserted(q: str) -> str:
    a = generate(q)
    assert a != "no", f"was {a}"
    assert a
    return a


def error_that_python_raises(q: str) -> object:
    a = generate(q)
    if a in ("yes", "ok", "7"):
        return {}["k"]
    return [a][int("0")]


def element_that_is_not_there(q: str) -> str:
    return generate("second of" + q).split(", ")[generate(q).count("o")]


def value_of_an_arm_that_goes_on(q: str) -> str:
    a = generate(q)
    if a == "yes" or len(a) < 3:
        notes = [generate("kept")]
    else:
        raise ValueError(a)
    notes.append("more")
    return " ".join(notes)


def unbound_in_an_arm(q: str) -> str:
    a = generate(q)
    if a == "yes":
        return "fine"
    if len(a) > 1:
        x = "bound"
        return x + a
    return a


def deep(q: str) -> str:
    out = q
    if generate("1" + out) != "yes":
        out += "a"
        if generate("2" + out) != "no":
            out += "b"
            if generate("3" + out) != "ok":
                out += "c"
            else:
                return out
        out += "d"
    return out


def walrus(q: str) -> object:
    if (a := generate(q)) == "yes":
        return a
    if (n := len(a)) > 2:
        return n
    return a, n


@pytest.mark.parametrize(
    "function",
    [
        if_elif_else,
        early_returns,
        return_in_both_arms,
        nothing_returned,
        falls_off_the_end,
        ternaries,
        ternary_inside_of_calls,
        and_or_not,
        values_of_and_or,
        mixed_types_in_a_test,
        chained_comparisons,
        chain_stops_early,
        membership,
        names_of_one_arm_only,
        swapped_in_an_arm,
        shadowing,
        none_or_text,
        none_or_text_in_rounds,
        methods_of_none,
        numbers_of_two_types,
        text_or_number,
        tuples_of_arms,
        raised_in_an_arm,
        raised_in_both_arms,
        raised_after_something,
        asserted,
        error_that_python_raises,
        element_that_is_not_there,
        value_of_an_arm_that_goes_on,
        unbound_in_an_arm,
        deep,
        walrus,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def test_an_arm_does_not_see_what_the_other_assigns() -> None:
    check(arm_reads_what_the_other_assigns, "où", varied=False)


def test_a_branch_is_an_if() -> None:
    assert operations(if_elif_else, "q")["scf.if"] == 2
    assert operations(ternaries, "q")["scf.if"] == 2


def test_a_known_branch_leaves_no_trace() -> None:
    def known(q: str, deep: bool = True) -> str:
        return generate(q) if deep and not len("known") == 3 else "never"

    assert operations(known, "q")["scf.if"] == 0


def test_both_arms_that_raise_end_the_program() -> None:
    results = agree(raised_in_both_arms, "où")
    assert results == {"ValueError", "KeyError"}


def test_what_an_error_says_is_of_the_run() -> None:
    program = ember.compile(raised_in_an_arm)

    class Bad:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            del request
            return ember.Reply(["bad"], 1, 1)

    with ember.Session(provider=Bad()), pytest.raises(ValueError, match="bad bad"):
        program("q")


def test_a_walrus_that_may_not_be_evaluated() -> None:
    def bound(q: str) -> str:
        b = "old"
        if generate(q) == "yes" and (b := "new") == "new":
            return b
        return b

    with pytest.raises(ember.CaptureError, match="':=' of 'b' where it may not be evaluated"):
        captured_of(bound, ("q",))


def test_an_error_in_an_operand_that_may_not_be_evaluated() -> None:
    def looked_up(q: str) -> object:
        table: dict[str, str] = {}
        return table["k"] if generate(q) == "yes" else "z"

    with pytest.raises(ember.CaptureError, match="write it with 'if'"):
        captured_of(looked_up, ("q",))
