"""What is not captured: each is refused at its line, with the next step, before anything runs."""

# The programs here are wrong on purpose, and some of them in their types too.
# pyright: reportArgumentType=false, reportCallIssue=false, reportConstantRedefinition=false
# pyright: reportUnknownVariableType=false, reportUnnecessaryIsInstance=false
# pyright: reportPossiblyUnboundVariable=false, reportUnknownArgumentType=false

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Callable, Iterator

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .conftest import Recording

Function = Callable[..., object]

OUTSIDE: list[str] = []


class Settings:
    style = "short"


SETTINGS = Settings()


def with_block(q: str) -> str:
    with contextlib.suppress(ValueError):  # HERE
        return generate(q)
    return q


def generator(q: str) -> Iterator[str]:
    yield generate(q)  # HERE


def generator_delegate(q: str) -> Iterator[str]:
    yield from [generate(q)]  # HERE


def inner_class(q: str) -> str:
    class Answer:  # HERE
        pass

    return q + str(Answer)


def global_write(q: str) -> str:
    global OUTSIDE  # HERE
    OUTSIDE = [q]
    return q


def nonlocal_write(q: str) -> str:
    def more() -> None:
        nonlocal count  # HERE
        count += 1

    count = 0
    more()
    return q


def decorator(q: str) -> str:
    @functools.cache  # HERE
    def inner(text: str) -> str:
        return text

    return inner(q)


def attribute_assignment(q: str) -> str:
    SETTINGS.style = "long"  # HERE
    return q


def identity(q: str) -> str:
    other = generate(q)
    return "same" if other is q else "other"  # HERE


def reserved_name(q: str) -> str:
    _E_ = q  # HERE
    return _E_


def several(*docs: str) -> str:
    return generate(docs[0])


def star_call(docs: list[str]) -> object:
    return several(*docs)  # HERE


def method_of_list(docs: list[str]) -> object:
    docs.append("x")  # HERE
    return docs


def ember_class(q: str) -> object:
    return ember.Session()  # HERE


def ember_registration(q: str) -> object:
    return ember.register_provider("x", Recording())  # HERE


def functions_taken_by_index(q: str) -> object:
    functions = [str.upper, str.lower]
    return functions.pop(len(generate(q)) % 2)(q)  # HERE


def unsure_name_looked_through(q: str) -> bool:
    if generate(q) == "yes":
        words = ["a"]
    return any(generate(word) == "yes" for word in words[1:])  # HERE


def name_that_an_attempt_deletes(q: str) -> str:
    x = "a"
    try:
        if generate(q) == "yes":
            del x
        return str(int(generate(q)))
    finally:
        generate(x)  # HERE


def functions_in_an_order(q: str) -> object:
    functions = [str.upper, str.lower]
    answer = generate(q)
    functions.sort(key=lambda function: function(answer))  # HERE
    return functions[0](q)


def outside_list(q: str) -> object:
    OUTSIDE.append(q)  # HERE
    return q


def outside_list_in_place(q: str) -> object:
    items = OUTSIDE
    items += ["x"]  # HERE
    return items


def list_from_outside_a_map(docs: list[str]) -> object:
    seen = ["none"]

    def ask(doc: str) -> str:
        seen.append("one")
        return generate(doc)

    return ember.map(ask, docs), seen  # HERE


def value_from_inside_a_map(docs: list[str]) -> object:
    last: list[object] = []

    def ask(doc: str) -> object:
        inner = [doc]
        last_of.append(inner)
        return doc

    last_of = last
    return ember.map(ask, docs)  # HERE


def element_from_outside_a_map(docs: list[str]) -> object:
    seen = ["none"]

    def ask(doc: str) -> str:
        seen[0] = generate(doc)
        return doc

    return ember.map(ask, docs), seen  # HERE


def second_use(docs: list[str]) -> object:
    pairs = zip(docs, docs, strict=True)
    return list(pairs), list(pairs)  # HERE


def use_in_a_round(docs: list[str]) -> object:
    pairs = zip(docs, docs, strict=True)
    return [list(pairs) for _ in docs]  # HERE


def function_of_a_library(q: str) -> object:
    return re.sub("a", lambda found: found.group() + q, q)  # HERE


def object_of_a_library(q: str) -> object:
    settings = Settings()
    return generate(f"{q} {settings}")  # HERE


def several_types(q: str) -> object:
    return ember.reduce(len, [1, q])  # HERE


def number_of_answers(q: str) -> object:
    return ember.sample(q, len(q))  # HERE


def prompt_of_any_type(q: str) -> object:
    return generate(json.loads(q))  # HERE


def reduced_to_list(docs: list[str]) -> object:
    def merge(group: list[str]) -> object:
        return group

    merged: object = ember.reduce(merge, docs)  # HERE
    return merged


def helper(text: str) -> str:
    return "same" if generate(text) is text else "other"  # IN HELPER


def deep_recursion(q: str) -> str:
    return deep_recursion(q)  # HERE


def line_of(function: Function, mark: str = "# HERE") -> int:
    """The line of the file with the mark that follows the start of `function`."""
    with open(__file__, encoding="utf-8") as file:
        lines = file.read().split("\n")
    start = function.__code__.co_firstlineno
    return next(n for n, line in enumerate(lines[start - 1 :], start) if line.endswith(mark))


CASES: dict[Function, str] = {
    with_block: "a 'with' block is not captured yet; enter it around the call of the program",
    generator: "'yield' is not captured yet; build a list and return it",
    generator_delegate: "'yield from' is not captured yet; build a list and return it",
    inner_class: "a class is not captured yet; define it outside of the function",
    global_write: "'global' is not captured yet; return the value instead",
    nonlocal_write: "'nonlocal' of 'count' that has no value at first is not captured yet",
    decorator: "a decorator of the inner function 'inner' is not captured yet",
    attribute_assignment: "assignment to '.style' of a Settings from outside is not captured yet; ",
    identity: "'is' between two values is not captured yet; compare with '=='",
    reserved_name: "the name '_E_' is not captured yet; choose another one",
    star_call: "'*' of a list of unknown length in a call of several() is not captured yet; "
    "let it take a list, and give it that",
    method_of_list: "list.append() of a list whose elements are known only when the program runs "
    "is not captured yet; make one inside, as in list(items)",
    ember_class: "a call of ember_mlir.providers.session.Session() is not captured yet",
    ember_registration: "a call of ",
    functions_taken_by_index: "list.pop() of a list of what is no data is not captured yet; keep "
    "names in it, and look up what they stand for",
    unsure_name_looked_through: "'words', which may have no value here, is not captured yet; give "
    "what any() looks through a name first",
    name_that_an_attempt_deletes: "the value of 'x', which may have been given another value "
    "before the error, is not captured yet; give it one value and type before",
    functions_in_an_order: "list.sort() of a list of what is no data is not captured yet; sort",
    outside_list: "list.append() of a list from outside is not captured yet; make one inside, as "
    "in list(items), or return the value instead",
    outside_list_in_place: "a change in place of a list from outside is not captured yet; make",
    list_from_outside_a_map: "a change of what is outside of a mapped or merging function is not "
    "captured yet; return the value instead: the results are collected",
    value_from_inside_a_map: "a change of what is outside of a mapped or merging function is not",
    element_from_outside_a_map: "a change of what is outside of a mapped or merging function is",
    second_use: "a second use of the iterator zip() is not captured yet; make a list of it first",
    use_in_a_round: "the iterator zip() from outside of an arm or round is not captured yet; make",
    function_of_a_library: "a function as an argument of sub() is not captured yet; write a loop",
    object_of_a_library: "a Settings that is made here as an argument of format() is not captured",
    several_types: "a mapped or merging function that returns a number that is known only when",
    number_of_answers: "a number of answers from a number that is known only when the program runs",
    prompt_of_any_type: "a prompt made of a value that is known only when the program runs is not "
    "captured yet; put the values into one f-string",
    reduced_to_list: "a mapped or merging function that returns a list whose elements",
    deep_recursion: "recursion deeper than 150 calls is not captured yet; bound it",
}


ARGUMENTS: dict[str, object] = {"docs": ["a"], "groups": [["a"]]}


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_refused_at_its_line(function: Function, provider: Recording) -> None:
    program = ember.compile(function, strict=True)
    with ember.Session(provider=provider), pytest.raises(ember.CaptureError) as caught:
        program(ARGUMENTS.get(function.__code__.co_varnames[0], "a"))
    assert caught.value.message.startswith(CASES[function])
    location = caught.value.location
    assert location is not None
    assert (location.file, location.line) == (__file__, line_of(function))
    assert location.column >= 1
    assert provider.requests == []
    assert program.last_run is None
    assert (SETTINGS.style, OUTSIDE) == ("short", [])


@pytest.mark.parametrize("function", [with_block, nonlocal_write, outside_list, second_use])
def test_what_is_refused_runs_as_it_is_written(function: Function, provider: Recording) -> None:
    argument = ARGUMENTS.get(function.__code__.co_varnames[0], "a")
    program = ember.compile(function)
    line = f"{__file__}:{line_of(function)}:"
    with ember.Session(provider=provider):
        with pytest.warns(ember.CaptureWarning) as caught:
            first = program(argument)
        again = program(argument)
        assert type(first) is type(again) is type(function(argument))
    assert [str(one.message).startswith(line) for one in caught] == [True]
    OUTSIDE.clear()


def test_the_line_is_that_of_the_helper() -> None:
    def ask(q: str) -> str:
        return helper(generate(q))

    with pytest.raises(ember.CaptureError) as caught:
        ember.compile(ask, strict=True)("a")
    location = caught.value.location
    assert location is not None
    assert location.line == line_of(helper, "# IN HELPER")


def test_an_error_of_the_program_tells_the_users_line() -> None:
    def ask(q: str) -> str:
        return [generate(q)][1]  # HERE

    with pytest.raises(IndexError) as caught:
        ember.compile(ask)("a")
    assert f"{__file__}:{line_of(ask)}:" in "".join(caught.value.__notes__)


def test_columns_count_characters() -> None:
    def ask(q: str) -> str:
        return "日本語" if generate("é" * 3) is q else q  # HERE

    with pytest.raises(ember.CaptureError) as caught:
        ember.compile(ask, strict=True)("a")
    location = caught.value.location
    assert location is not None
    assert (location.line, location.column) == (line_of(ask), 25)


def test_what_is_captured_twice_is_refused_twice() -> None:
    program = ember.compile(outside_list, strict=True)
    for _ in range(2):
        with pytest.raises(ember.CaptureError, match=r"list\.append\(\)"):
            program("a")
