"""What a path has done before it raises: a handler around sees it, so it is captured or refused."""

# pyright: basic
# ruff: noqa: B012, B904

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check

DOCUMENTS = ["d1", "d2", "yes"]


class Bad(Exception):
    """What the programs raise."""


@dataclass
class Box:
    """What the programs change."""

    count: int = 0


def must(text: str) -> str:
    if text in ("no", "bad"):
        raise Bad(text)
    return text


def changed_in_an_arm(q: str) -> list[str]:
    out: list[str] = []
    try:
        if generate(q) == "yes":
            out.append("a")
            raise KeyError("k")
        out.append("b")
    except KeyError:
        out.append("c")
    return out


def changed_in_a_round(docs: list[str]) -> list[str]:
    out: list[str] = []
    try:
        for d in docs:
            if generate(d) == "yes":
                out.append(d)
                raise KeyError("k")
    except KeyError:
        pass
    return out


def changed_in_finally(q: str) -> list[str]:
    out: list[str] = []
    try:
        try:
            raise KeyError("k")
        finally:
            out.append(generate(q))
    except KeyError:
        pass
    return out


def changed_where_another_error_is_raised(q: str) -> list[str]:
    out = ["0"]
    try:
        try:
            must(generate("1"))
        except Bad:
            out.append(generate(q))
            raise KeyError("x")
    except KeyError:
        pass
    return out


def changed_for_an_element(docs: list[str]) -> list[str]:
    out: list[str] = []

    def noted(d: str) -> str:
        if generate(d) == "yes":
            out.append(d)
            raise KeyError(d)
        return d

    try:
        _ = [noted(d) for d in docs]
    except KeyError:
        pass
    return out


def changed_in_a_mapped_function(docs: list[str]) -> list[str]:
    out: list[str] = []

    def noted(d: str) -> str:
        if generate(d) == "yes":
            out.append(d)
            raise KeyError(d)
        return d

    try:
        _ = ember.map(noted, docs)
    except KeyError:
        pass
    return out


def changed_in_a_function_of_a_table(q: str) -> list[str]:
    out: list[str] = []

    def noted(d: str) -> str:
        out.append(d)
        raise KeyError(d)

    def same(d: str) -> str:
        return d

    try:
        _ = {"yes": noted, "no": same}.get(generate(q), same)(q)
    except KeyError:
        pass
    return out


def an_attribute(q: str) -> int:
    box = Box()
    try:
        if generate(q) == "yes":
            box.count = 1
            raise KeyError("k")
    except KeyError:
        pass
    return box.count


CHANGING: tuple[tuple[Callable[..., object], object], ...] = (
    (changed_in_an_arm, "q"),
    (changed_in_a_round, DOCUMENTS),
    (changed_in_finally, "q"),
    (changed_where_another_error_is_raised, "q"),
    (changed_for_an_element, DOCUMENTS),
    (changed_in_a_mapped_function, DOCUMENTS),
    (changed_in_a_function_of_a_table, "q"),
    (an_attribute, "q"),
)


@pytest.mark.parametrize(("function", "argument"), CHANGING)
def test_a_change_before_an_error(function: Callable[..., object], argument: object) -> None:
    with pytest.raises(ember.CaptureError, match="changed inside of 'try' before what may fail"):
        captured_of(function, [argument])


def bound_in_an_arm(q: str) -> str:
    a = "0"
    try:
        if generate(q) == "yes":
            a = "1"
            raise KeyError("k")
    except KeyError:
        a += "!"
    return a


def bound_in_an_inner_attempt(q: str) -> str:
    a = "0"
    try:
        try:
            if generate(q) == "yes":
                a = "1"
                raise KeyError("k")
        except ValueError:
            pass
    except KeyError:
        a += "!"
    return a


def bound_in_a_round(docs: list[str]) -> str:
    a = "0"
    try:
        for d in docs:
            if generate(d) == "yes":
                a = d
                raise KeyError("k")
    except KeyError:
        a += "!"
    return a


def bound_and_bound_back(q: str) -> bool:
    busy = False
    try:
        busy = True
        must(generate(q))
        busy = False
    except Bad:
        pass
    return busy


def bound_back_in_a_loop(q: str) -> str:
    a = "0"
    try:
        for v in ("1", "0"):
            a = v
            must(generate(q + v))
    except Bad:
        return a
    return "fine"


BINDING: tuple[tuple[Callable[..., object], object], ...] = (
    (bound_in_an_arm, "q"),
    (bound_in_an_inner_attempt, "q"),
    (bound_in_a_round, DOCUMENTS),
    (bound_and_bound_back, "q"),
    (bound_back_in_a_loop, "q"),
)


@pytest.mark.parametrize(("function", "argument"), BINDING)
def test_a_name_bound_before_an_error(function: Callable[..., object], argument: object) -> None:
    with pytest.raises(ember.CaptureError, match="have been given another value before the error"):
        captured_of(function, [argument])


def bound_for_the_arm_alone(q: str) -> str:
    a = "0"
    try:
        if generate(q) == "yes":
            why = "it is so"
            raise KeyError(why)
        must(generate("2" + q))
    except (KeyError, Bad):
        a += "!"
    return a


def of_a_function_that_is_called(q: str) -> str:
    a = "0"

    def checked(x: str) -> str:
        a = "2"
        if x == "yes":
            a = "1"
            raise KeyError(a)
        return x

    try:
        checked(generate(q))
    except KeyError:
        a += "!"
    return a


@pytest.mark.parametrize("function", [bound_for_the_arm_alone, of_a_function_that_is_called])
def test_what_the_handler_does_not_read_is_captured(function: Callable[..., object]) -> None:
    check(function, "q")


def returned_in_finally(q: str) -> str:
    try:
        return must(generate(q))
    finally:
        return "dropped"


def left_in_finally(q: str) -> str:
    for _ in range(2):
        try:
            must(generate(q))
        finally:
            break
    return q


@pytest.mark.parametrize("function", [returned_in_finally, left_in_finally])
def test_a_jump_out_of_finally_drops_the_error(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="a jump out of 'finally'"):
        captured_of(function, ["q"])


def a_loop_inside_of_finally(q: str) -> str:
    out = ""
    try:
        out = must(generate(q))
    finally:
        for word in ("a", "b"):
            if word == "a":
                break
    return out


def else_of_a_loop_whose_test_binds(q: str) -> str:
    n = 0
    out = ""
    while (x := generate(q + str(n))) != "yes" and n < 2:
        n += 1
        if x == "no":
            break
        out += x
    else:
        out += "else"
    return out + x


@pytest.mark.parametrize("function", [a_loop_inside_of_finally, else_of_a_loop_whose_test_binds])
def test_jumps_that_stay_inside(function: Callable[..., object]) -> None:
    check(function, "q")


class SlowToBegin:
    """A model that says "no", late where it is asked to begin."""

    def simulate(self, request: ember.Request) -> tuple[ember.Reply, float]:
        return ember.Reply(["no"], 1, 1), 10.0 if "begin" in str(request.prompt) else 1.0

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        return self.simulate(request)[0]


def needed(document: str, word: str) -> str:
    if generate(f"{word} {document}") == "no":
        raise KeyError(document)
    return document


def error_before_a_list(q: str, documents: list[str]) -> list[str]:
    if generate("begin" + q) == "no":
        raise LookupError(q)
    return [needed(document, "is") for document in documents]


def error_before_a_list_that_waits(q: str, documents: list[str]) -> list[str]:
    word = generate("begin" + q)
    if word == "no":
        raise LookupError(q)
    return [needed(one, word) for one in f"{word}, {documents}".split(", ")]


def error_of_an_argument_before_a_list(q: str, documents: list[str]) -> list[str]:
    if not q.strip("qQ"):
        raise LookupError(q)
    return [needed(document, "is") for document in documents]


def error_of_an_argument_before_errors_of_arguments(q: str, documents: list[str]) -> list[str]:
    def named(document: str) -> str:
        if document.upper() == "A":
            raise KeyError(document)
        return document

    if not q.strip("qQ"):
        raise LookupError(q)
    return [named(document) for document in documents]


def error_before_a_loop_of_lists(q: str, documents: list[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for document in documents:
        if generate(f"begin {q} {document}") == "no":
            raise LookupError(q)
        found.append([needed(one, "is") for one in documents])
    return found


@pytest.mark.parametrize(
    ("function", "effect"),
    [
        (error_before_a_list, "effectful"),
        (error_before_a_list_that_waits, "idempotent"),
        (error_before_a_loop_of_lists, "effectful"),
        (error_of_an_argument_before_a_list, "idempotent"),
        (error_of_an_argument_before_errors_of_arguments, "effectful"),
    ],
)
def test_the_first_error_of_the_program_is_raised(
    function: Callable[..., object], effect: str
) -> None:
    program = ember.compile(function, strict=True)
    for run in (program.eager, program):
        with (
            ember.Session(provider=SlowToBegin(), clock="virtual"),
            pytest.raises(LookupError) as caught,
        ):
            run("q", ["a", "b"])
        assert caught.type is LookupError
    assert f"{effect} @raise_KeyError" in program.ir()
