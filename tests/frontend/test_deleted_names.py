"""Names that lose their value, or get one in the middle of a step: Python's error is raised."""

# pyright: basic, reportPossiblyUnboundVariable=false, reportUnboundVariable=false
# pyright: reportOperatorIssue=false
# ruff: noqa: F821, F841, E731

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, captured_of, check

DOCUMENTS = ["d1", "d2", "yes"]


class Bad(Exception):
    """What the programs raise."""


def must(text: str) -> str:
    if text in ("no", "bad"):
        raise Bad(text)
    return text


def in_a_round(q: str) -> str:
    x = "a"
    for i in range(2):
        if generate(f"{q}{i}") in ("yes", "no"):
            del x
    return x


def before_the_next_round(docs: list[str]) -> str:
    x = "a"
    out = ""
    for d in docs:
        out += x
        if generate(d) in ("yes", "no", "7"):
            del x
    return out


def in_a_while(q: str) -> str:
    x = "a"
    n = 0
    while generate(f"{q}{n}") != "yes" and n < 3:
        n += 1
        if generate(f"z{n}") == "ok":
            del x
    return x


def before_a_function_inside_is_called(q: str) -> str:
    x = "a"

    def read() -> str:
        return x

    if generate(q) == "yes":
        del x
    return read()


def before_a_lambda_is_called(q: str) -> str:
    x = "a"
    read = lambda: x
    if generate(q) == "yes":
        del x
    return read()


def never_bound_where_a_function_inside_reads_it(q: str) -> str:
    def read() -> str:
        return later

    if generate(q) == "yes":
        return read()
    if q == "never":
        later = "x"
    return "ok"


def twice(q: str) -> str:
    x = "a"
    if generate(q) == "yes":
        del x
    del x
    return "ok"


def where_it_was_not_bound(q: str) -> str:
    if generate(q) == "yes":
        x = "a"
    del x
    return "ok"


def in_a_handler(q: str) -> str:
    x = "a"
    try:
        must(generate(q))
    except Bad:
        del x
    return x


def deleted_before_a_handler(q: str) -> str:
    x = "a"
    try:
        del x
        must(generate(q))
    except Bad:
        return x
    return "fine"


def the_last_of_a_chain(q: str) -> bool:
    if generate(q) == "yes":
        x = 3
    return 1 < len(generate("2")) < x


def one_after_the_other(q: str) -> str:
    y = (x := generate(q)) + x
    return f"{x} {y} {x if (z := generate('2')) == 'yes' else z}"


AGREEING: tuple[Callable[..., object], ...] = (
    *(in_a_round, in_a_while, before_a_function_inside_is_called, before_a_lambda_is_called),
    *(never_bound_where_a_function_inside_reads_it, twice, where_it_was_not_bound),
    *(in_a_handler, deleted_before_a_handler, the_last_of_a_chain, one_after_the_other),
)


@pytest.mark.parametrize("function", AGREEING)
def test_a_name_without_a_value(function: Callable[..., object]) -> None:
    check(function, "q")


def test_a_name_without_a_value_in_the_next_round() -> None:
    check(before_the_next_round, DOCUMENTS)
    assert agree(before_the_next_round, []) == {"''"}


def read_before_it_is_bound_beside(q: str) -> str:
    if generate(q) == "yes":
        x = "a"
    return x + (x := "b")


def bound_before_a_step_fails(q: str) -> str:
    parts: dict[str, dict[str, int]] = {}
    try:
        x, parts["z"]["y"] = generate(q), 2
    except KeyError:
        return x
    return "none"


def of_an_error_before_the_next_round(docs: list[str]) -> str:
    error = "start"
    for d in docs:
        try:
            must(generate(d))
        except Bad as error:
            pass
    return error


def which_errors_are_taken(q: str) -> str:
    if generate(q) == "yes":
        kind = Bad
    try:
        must(generate("2"))
    except kind:
        return "bad"
    return "ok"


REFUSED: tuple[tuple[Callable[..., object], object, str], ...] = (
    (read_before_it_is_bound_beside, "q", "the value of 'x', which may have no value here,"),
    (bound_before_a_step_fails, "q", "the value of 'x', which may have no value here,"),
    (of_an_error_before_the_next_round, DOCUMENTS, "of 'error', which may have no value here,"),
    (which_errors_are_taken, "q", "the value of 'kind', which may have no value here,"),
)


@pytest.mark.parametrize(("function", "argument", "message"), REFUSED)
def test_what_nobody_can_tell(
    function: Callable[..., object], argument: object, message: str
) -> None:
    with pytest.raises(ember.CaptureError, match=message):
        captured_of(function, [argument])
