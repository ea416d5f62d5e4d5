"""Mistakes that Python would report bare, or not at all: each has its line and the next step."""

# The programs here are wrong on purpose, and some of them in their types too.
# pyright: reportArgumentType=false, reportCallIssue=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from enum import Enum

import pytest

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.errors import EmberError

from .conftest import Recording

Function = Callable[..., object]

LOGGER = logging.getLogger(__name__)
PROMPTS = {"p": ["x"]}
READ = PROMPTS.get
HALF = "\ud800"
CALLS = [0]


class Proxy:
    """A stand-in that can be called and read, as of a web request."""

    user = "alice"

    def __call__(self) -> str:
        return Proxy.user

    def __getitem__(self, key: str) -> str:
        return Proxy.user


class Named(type):
    def __getitem__(cls, key: str) -> str:
        return Proxy.user


class Table(metaclass=Named):
    pass


class Generic:
    def __class_getitem__(cls, key: str) -> str:
        return Proxy.user


class Colour(Enum):
    RED = "red"


PROXY = Proxy()
PARTIAL = functools.partial(generate, model="small")


def list_from_get(q: str) -> object:
    prompts = PROMPTS.get("p", [])
    prompts.append(q)  # HERE
    return prompts


def list_from_max(q: str) -> object:
    prompts = max(PROMPTS["p"], [])
    prompts.append(q)  # HERE
    return prompts


def list_from_sum(q: str) -> object:
    prompts: list[str] = sum([], PROMPTS["p"])
    prompts.append(q)  # HERE
    return prompts


def loop_inside(docs: list[str]) -> object:
    letters = zip("abc", strict=True)
    return ember.map(lambda doc: generate(f"{doc}{[y for (y,) in letters]}"), docs)  # HERE


def star_inside(docs: list[str]) -> object:
    letters = enumerate("abc")
    return ember.map(lambda doc: generate(f"{doc}{[*letters]}"), docs)  # HERE


def builtin_inside(docs: list[str]) -> object:
    letters = reversed("abc")
    return ember.map(lambda doc: generate(f"{doc}{list(letters)}"), docs)  # HERE


def nested_builtin_inside(docs: list[str]) -> object:
    pairs = [enumerate("a")]
    return ember.map(lambda doc: generate(f"{doc}{sum([len([*p]) for p in pairs])}"), docs)  # HERE


def unpacking_inside(docs: list[str]) -> object:
    letters = reversed("abc")

    def ask(doc: str) -> str:
        first, _, _ = letters  # HERE
        return generate(f"{doc}{first}")

    return ember.map(ask, docs)


def search_inside(docs: list[str]) -> object:
    letters = reversed("abc")
    return ember.map(lambda doc: generate(f"{doc}{'b' in letters}"), docs)  # HERE


def join_inside(docs: list[str]) -> object:
    letters = reversed("abc")
    return ember.map(lambda doc: generate(doc, model="".join(letters)), docs)  # HERE


def operation_inside(docs: list[str]) -> object:
    letters = reversed("abc")
    return ember.map(lambda doc: ember.join(letters), docs)  # HERE


def extension_inside(docs: list[str]) -> object:
    letters = reversed("abc")

    def ask(doc: str) -> object:
        found = [doc]
        found.extend(letters)  # HERE
        return found

    return ember.map(ask, docs)


def default_inside(docs: list[str]) -> object:
    letters = reversed("abc")
    return ember.map(lambda doc, found=letters: generate(f"{doc}{[*found]}"), docs)  # HERE


def iterator_as_result(q: str) -> object:  # HERE
    return zip([q], strict=True)


def mapped_with_two(docs: list[str]) -> object:
    def both(first: str, second: str) -> str:
        return first + second

    return ember.map(both, docs)  # HERE


def reduced_with_none(docs: list[str]) -> object:
    return ember.reduce(lambda: "a", docs)  # HERE


def wrong_name(q: str) -> object:
    return generate(q, modle="small")  # HERE


def no_prompt(q: str) -> object:
    return generate(model="small")  # HERE


def half_a_pair(q: str) -> object:
    return generate(f"\ud83d {q}")  # HERE


def half_a_pair_alone(q: str) -> object:
    return generate("\ud83d")  # HERE


def half_a_pair_from_outside(q: str) -> object:
    return generate(HALF)  # HERE


def half_a_pair_in_a_text(q: str) -> object:
    return f"{HALF}{q}"  # HERE


def half_a_pair_in_a_list(q: str) -> object:
    return ember.join([HALF, q])  # HERE


def half_a_pair_between(q: str) -> object:
    return ember.join([q, q], HALF)  # HERE


def half_a_pair_that_is_mapped(q: str) -> object:
    return ember.map(lambda text: generate(f"{text}{q}"), [HALF])  # HERE


ITERATOR = " from outside of an arm or round is not captured yet; make a list of it first, as in"
HALVED = "a text must be Unicode that UTF-8 can express, but got one with half of a surrogate pair;"

CASES: dict[Function, str] = {
    list_from_get: "list.append() of a list from outside",
    list_from_max: "list.append() of a list from outside",
    list_from_sum: "list.append() of a list from outside",
    loop_inside: "the iterator zip()" + ITERATOR,
    star_inside: "the iterator enumerate()" + ITERATOR,
    builtin_inside: "the iterator reversed()" + ITERATOR,
    nested_builtin_inside: "the iterator enumerate()" + ITERATOR,
    unpacking_inside: "the iterator reversed()" + ITERATOR,
    search_inside: "the iterator reversed()" + ITERATOR,
    join_inside: "the iterator reversed()" + ITERATOR,
    operation_inside: "the iterator reversed()" + ITERATOR,
    extension_inside: "the iterator reversed()" + ITERATOR,
    default_inside: "the iterator reversed()" + ITERATOR,
    iterator_as_result: "the iterator zip() as a result is not captured yet; return texts",
    mapped_with_two: "the function of ember.map must take one argument, but 'both' does not: "
    "missing a required argument: 'second'; write a lambda of one argument around it",
    reduced_with_none: "the function of ember.reduce must take one argument, but '<lambda>' does "
    "not: too many positional arguments; write",
    wrong_name: "a call of ember.generate must fit (prompt, *, system, images, schema, "
    "retries, tools, model, temperature, top_p, stop, max_tokens, seed, extra), "
    "but it does not: got an unexpected keyword argument 'modle'; correct the call",
    no_prompt: "a call of ember.generate must fit (prompt, *, system, images, schema, "
    "retries, tools, model, temperature, top_p, stop, max_tokens, seed, extra), "
    "but it does not: missing a required argument: 'prompt'; correct the call",
    half_a_pair: HALVED,
    half_a_pair_alone: HALVED,
    half_a_pair_from_outside: HALVED,
    half_a_pair_in_a_text: HALVED,
    half_a_pair_in_a_list: HALVED,
    half_a_pair_between: HALVED,
    half_a_pair_that_is_mapped: HALVED,
}

AS_IN_PYTHON = (
    *(mapped_with_two, reduced_with_none, wrong_name, no_prompt),
    *(half_a_pair, half_a_pair_alone, half_a_pair_from_outside, half_a_pair_in_a_list),
    *(half_a_pair_between, half_a_pair_that_is_mapped, half_a_pair_in_a_text),
)
"""Mistakes that every run has; the others are in the way of a capture alone."""


def line_of(function: Function) -> int:
    lines, start = inspect.getsourcelines(function)
    return next(n for n, line in enumerate(lines, start) if line.endswith("# HERE\n"))


def check(run: Function, function: Function, provider: Recording) -> None:
    argument = ["a"] if "docs" in inspect.signature(function).parameters else "a"
    with ember.Session(provider=provider), pytest.raises(EmberError) as caught:
        run(argument)
    assert caught.value.message.startswith(CASES[function])
    assert caught.value.location is not None
    assert (caught.value.location.file, caught.value.location.line) == (
        __file__,
        line_of(function),
    )
    assert provider.requests == []


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_refused_at_its_line(function: Function, provider: Recording) -> None:
    check(ember.compile(function, strict=True), function, provider)
    assert PROMPTS == {"p": ["x"]}


@pytest.mark.parametrize(
    "function",
    AS_IN_PYTHON,
    ids=lambda function: function.__name__,
)
def test_an_eager_run_refuses_the_same(function: Function, provider: Recording) -> None:
    check(ember.compile(function).eager, function, provider)


def test_a_wrapper_of_an_operation_is_captured_itself(provider: Recording) -> None:
    def bump() -> int:
        CALLS.append(CALLS[-1] + 1)  # HERE
        return CALLS[-1]

    @functools.wraps(ember.generate)
    def counted(prompt: str) -> str:
        return ember.generate(f"{bump()} {prompt}")

    with ember.Session(provider=provider), pytest.raises(ember.CaptureError) as caught:
        ember.compile(counted, strict=True)("q")
    assert caught.value.message.startswith("list.append() of a list from outside")
    assert CALLS == [0]


def test_a_method_of_an_outside_dict_is_guarded() -> None:
    @ember.jit
    def read(q: str) -> object:
        return q, READ("p")

    assert read("q") == ("q", ["x"])
    PROMPTS["p"].append("y")
    try:
        assert read("q") == ("q", ["x", "y"])
    finally:
        PROMPTS["p"].pop()


def test_half_a_pair_in_an_argument() -> None:
    @ember.jit
    def same(q: str, docs: list[str]) -> object:
        return q, docs

    for run in (same, same.eager):
        for args in ((HALF, []), ("a", ["b", HALF])):
            with pytest.raises(ember.InputError, match="half of a surrogate pair"):
                run(*args)


def test_names_of_inner_functions_are_the_users() -> None:
    def outer(q: str) -> object:
        def inner(text: str) -> str:
            return text

        return inner()

    with pytest.raises(TypeError) as caught:
        ember.compile(outer)("q")
    assert str(caught.value).startswith(
        "test_names_of_inner_functions_are_the_users.<locals>.outer.<locals>.inner() missing"
    )
