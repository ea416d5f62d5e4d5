"""Arguments: their types, and what a call may give for them."""

# Functions without annotations are what is tested here.
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, Optional

import pytest

import ember_mlir as ember

Function = Callable[..., object]


def typed(q: str, docs: list[str], n: int = 2, x: float = 0.5, flag: bool = False) -> object:
    return q, docs, n, x, flag


def untyped(q, docs=("a",), n=None):  # type: ignore[no-untyped-def]
    return q, docs, n


def separators(q: str, /, more: str = "m", *, last: "list[list[str]]") -> object:  # noqa: UP037
    return q, more, last


def sequences(docs: Sequence[str]) -> object:
    return docs


def odd(q: dict[str, str]) -> object:
    return q


def unknown(q: Missing) -> object:  # type: ignore[name-defined]  # noqa: F821
    return q


def test_texts_lists_and_static_values() -> None:
    program = ember.compile(typed)
    assert program("a", ["b"]) == ("a", ["b"], 2, 0.5, False)
    assert program("a", [], n=3, flag=True, x=1) == ("a", [], 3, 1, True)
    ir = program.ir()
    assert "%q: !llm.text" in ir
    assert "%docs: !llm.list<!llm.text>" in ir
    assert "%n" not in ir


def test_types_without_annotation_come_from_the_first_call() -> None:
    program = ember.compile(untyped)
    assert program("a", ["b", "c"], 3) == ("a", ["b", "c"], 3)
    assert program("a", ("b",), 2.5) == ("a", ["b"], 2.5)
    assert program(docs=[], q="x") == ("x", [], None)
    with pytest.raises(ember.InputError) as caught:
        program(["a"])
    assert caught.value.message == (
        "argument 'q' of 'untyped' must be str, but got a list; "
        "it takes (q: str, docs: list[str], n: int, float, bool or None)"
    )


def test_a_first_call_that_fails_settles_nothing() -> None:
    program = ember.compile(untyped)

    class Failing:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            raise ember.ProviderError("no")

    @ember.jit
    def ask(q):  # type: ignore[no-untyped-def]
        return ember.generate(f"{q}")

    with ember.Session(provider=Failing()):
        for run in (ask, ask.eager):
            with pytest.raises(ember.ProviderError):
                run(3)
    assert ask.last_run is None
    with pytest.raises(ember.CaptureError, match="needs the type of its argument 'q'"):
        ask.ir()
    with ember.Session(clock="virtual"):
        assert isinstance(ask("text"), str)
    assert program("a") == ("a", ["a"], None)


def test_kinds_of_parameters() -> None:
    program = ember.compile(separators)
    assert program("a", last=[["b"], []]) == ("a", "m", [["b"], []])
    assert program.eager("a", "c", last=[]) == ("a", "c", [])


def test_a_sequence_is_a_list() -> None:
    assert ember.compile(sequences)(("a", "b")) == ["a", "b"]


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "message"),
    [
        (typed, (3, []), {}, "argument 'q' of 'typed' must be str, but got an int; it takes ("),
        (typed, (None, []), {}, "argument 'q' of 'typed' must be str, but got None; it takes"),
        (typed, ("a", "b"), {}, "argument 'docs' of 'typed' must be list[str], but got a str;"),
        (
            typed,
            ("a", ["b", 3]),
            {},
            "argument 'docs' of 'typed' must be list[str], but got a list whose element 1 is an "
            "int; it takes",
        ),
        (typed, ("a", [], 2.5), {}, "argument 'n' of 'typed' must be int, but got a float;"),
        (typed, ("a", [], True), {}, "argument 'n' of 'typed' must be int, but got a bool;"),
        (typed, ("a", []), {"flag": 1}, "argument 'flag' of 'typed' must be bool, but got an int"),
        (
            typed,
            ("a",),
            {},
            "the arguments of 'typed' must fit (q: str, docs: list[str], n: int, x: float, "
            "flag: bool), but got a call with missing a required argument: 'docs'; give every",
        ),
        (typed, ("a", []), {"z": 1}, "the arguments of 'typed' must fit"),
        (typed, ("a", [], 1, 1.0, True, 5), {}, "the arguments of 'typed' must fit"),
        (
            untyped,
            (object(),),
            {},
            "argument 'q' of 'untyped' must be a str, a number, a bool",
        ),
        (
            untyped,
            (["a", 3],),
            {},
            "argument 'q' of 'untyped' must be a str, a number, a bool",
        ),
    ],
)
def test_wrong_arguments(
    function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], message: str
) -> None:
    program = ember.compile(function)
    for run in (program, program.eager):
        with pytest.raises(ember.InputError) as caught:
            run(*args, **kwargs)
        assert caught.value.message.startswith(message)


@pytest.mark.parametrize("function", [odd, unknown])
def test_what_an_annotation_leaves_open_the_value_says(function: Function) -> None:
    program = ember.compile(function, strict=True)
    assert program({"a": "b"}) == {"a": "b"}
    assert program({"c": "d", "e": "f"}) == {"c": "d", "e": "f"}
    assert program("text") == "text"
    with pytest.raises(ember.CaptureError) as caught:
        program(object())
    assert caught.value.message.startswith(
        f"argument 'q' of '{function.__name__}', which is an object, is not captured yet; pass"
    )


def test_ir_needs_types_and_static_values() -> None:
    def no_type(q, n: int = 1):  # type: ignore[no-untyped-def]
        return q, n

    def no_value(q: str, n: int) -> object:
        return q, n

    with pytest.raises(ember.CaptureError) as caught:
        ember.compile(no_type).ir()
    assert caught.value.message == (
        "the IR of 'no_type' needs the type of its argument 'q', which is not known before the "
        "first call; annotate it, or call the program"
    )
    with pytest.raises(ember.CaptureError) as caught:
        ember.compile(no_value).ir()
    assert "needs the value of its argument 'n'" in caught.value.message
    assert "give it a default, or call the program" in caught.value.message
    program = ember.compile(no_value)
    program("a", 3)
    assert "func.func @no_value(%q: !llm.text" in program.ir()


def test_ir_takes_the_defaults() -> None:
    assert "%docs: !llm.list<!llm.text>" in ember.compile(lambda docs=("a",): docs).ir()


def test_static_values_are_part_of_the_plan_by_value_and_type() -> None:
    @ember.jit
    def show(n: Any) -> str:
        return f"{n}"

    assert [show(1), show(True), show(1.0), show(2), show(-0.0), show(None)] == [
        *("1", "True", "1.0", "2", "-0.0", "None"),
    ]


def test_subclasses_are_taken_as_plain_data() -> None:
    class Word(str):
        def __str__(self) -> str:
            return "hidden"

    class Number(IntEnum):
        TWO = 2

    def show(q: str, n: int, docs: list[str]) -> str:
        return f"{q}{n}{ember.join(docs)}"

    program = ember.compile(show)
    for run in (program, program.eager):
        assert run(Word("a"), Number.TWO, [Word("b")]) == "a2b"


def test_a_list_of_the_caller_is_not_held() -> None:
    docs = ["a"]

    @ember.jit
    def same(docs: list[str]) -> list[str]:
        return docs

    for run in (same, same.eager):
        result = run(docs)
        assert result == docs
        assert result is not docs


def optional(q: str, ctx: Optional[str] = None) -> object:  # noqa: UP045
    return q, "none" if ctx is None else f"[{ctx}]"


def optional_list(q: str, ctx: "list[str] | None" = None, n: int | None = 3) -> object:  # noqa: UP037
    return q, ctx, n


def default_none(q: str, ctx=None) -> object:  # type: ignore[no-untyped-def]
    return q, "none" if ctx is None else f"[{ctx}]"


@pytest.mark.parametrize("function", [optional, default_none])
def test_none_settles_no_type(function: Function) -> None:
    program = ember.compile(function)
    for run in (program, program.eager):
        assert run("a") == ("a", "none")
        assert run("a", "c") == ("a", "[c]")
        assert run("a", None) == ("a", "none")
        with pytest.raises(ember.InputError) as caught:
            run("a", ["c"])
        assert caught.value.message == (
            f"argument 'ctx' of '{function.__name__}' must be str or None, but got a list; "
            "it takes (q: str, ctx: str or None)"
        )
    assert "%ctx" not in ember.compile(function).ir()
    program("a", "c")
    assert "%ctx: !llm.text" in program.ir()


def test_optional_lists_and_numbers() -> None:
    program = ember.compile(optional_list)
    assert program("a") == ("a", None, 3)
    assert program("a", ["b"], None) == ("a", ["b"], None)
    with pytest.raises(ember.InputError, match="'n' of 'optional_list' must be int or None, but"):
        program(*("a", None, 2.5))  # pyright: ignore[reportArgumentType]


def test_none_without_a_default_settles_no_type_either() -> None:
    program = ember.compile(lambda ctx: ctx)
    assert program(None) is None
    assert program("a") == "a"


def test_a_free_variable_that_is_not_bound_yet() -> None:
    def ask(q: str) -> object:
        return later(q)

    program = ember.compile(ask)
    with pytest.raises(NameError, match="later"):
        program("a")

    def later(q: str) -> str:
        return q

    assert program("a") == "a"
