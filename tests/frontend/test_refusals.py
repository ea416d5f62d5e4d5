"""What is not captured: each is refused at its line, with the next step, before anything runs."""

# The programs here are wrong on purpose, and some of them in their types too.
# pyright: reportArgumentType=false, reportCallIssue=false, reportConstantRedefinition=false
# pyright: reportUnknownVariableType=false, reportUnnecessaryIsInstance=false

from __future__ import annotations

import datetime
import functools
import os
import random
import textwrap
import time
from collections.abc import Callable, Iterator

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .conftest import Recording

Function = Callable[..., object]

OUTSIDE: list[str] = []
TABLE = {"yes": "Y"}


class Settings:
    style = "short"


SETTINGS = Settings()
STYLES = ["b"]
NESTED = [Settings()]


def while_loop(q: str) -> str:
    while q:  # HERE
        q = generate(q)
    return q


def try_block(q: str) -> str:
    try:  # HERE
        return generate(q)
    except ember.ProviderError:
        return q


def with_block(q: str) -> str:
    with ember.Session():  # HERE
        return generate(q)


def match_block(q: str) -> str:
    match generate(q):  # HERE
        case "yes":
            return "y"
        case _:
            return "n"


async def async_function(q: str) -> str:  # HERE
    return generate(q)


def generator(q: str) -> Iterator[str]:
    yield generate(q)  # HERE


def generator_delegate(q: str) -> Iterator[str]:
    yield from [generate(q)]  # HERE


def inner_class(q: str) -> str:
    class Answer:  # HERE
        pass

    return q + str(Answer)


def local_import(q: str) -> str:
    import json  # HERE

    return json.dumps(q)


def local_import_from(q: str) -> str:
    from json import dumps  # HERE

    return dumps(q)


def global_write(q: str) -> str:
    global OUTSIDE  # HERE
    OUTSIDE = [q]
    return q


def nonlocal_write(q: str) -> str:
    count = 0

    def more() -> None:
        nonlocal count  # HERE
        count += 1

    more()
    return q


def deletion(q: str) -> str:
    answer = generate(q)
    del q  # HERE
    return answer


def assertion(q: str) -> str:
    answer = generate(q)
    assert answer  # HERE
    return answer


def raising(q: str) -> str:
    raise ValueError(q)  # HERE


def walrus(q: str) -> str:
    return generate(a := q) + a  # HERE


def decorator(q: str) -> str:
    @functools.cache  # HERE
    def inner(text: str) -> str:
        return text

    return inner(q)


def element_assignment(q: str) -> object:
    answers = [q]
    answers[0] = generate(q)  # HERE
    return answers


def attribute_assignment(q: str) -> str:
    SETTINGS.style = "long"  # HERE
    return q


def set_display(q: str) -> str:
    return generate(f"{q} {'a' in {'a', 'b'}}")  # HERE


def set_comprehension(q: str) -> str:
    return generate(f"{q} {len({x for x in 'ab'})}")  # HERE


def generator_expression(q: str) -> object:
    answers = (generate(f"{i}{q}") for i in range(2))  # HERE
    return list(answers)


def identity(q: str) -> str:
    other = generate(q)
    return "same" if other is q else "other"  # HERE


def star_arguments(*q: str) -> str:  # HERE
    return q[0]


def star_keywords(**q: str) -> str:  # HERE
    return q["q"]


def reserved_name(q: str) -> str:
    _E_ = q  # HERE
    return _E_


def truth(q: str) -> str:
    if generate(q):  # HERE
        return "yes"
    return "no"


def negation(q: str) -> bool:
    return not generate(q)  # HERE


def comparison(q: str) -> str:
    answer = generate(q)
    return "y" if answer == "yes" else "n"  # HERE


def order(q: str) -> object:
    return sorted([q, generate(q)])  # HERE


def lookup(q: str) -> object:
    return {"yes": 1}[q]  # HERE


def lookup_with_get(q: str) -> object:
    return TABLE.get(q)  # HERE


def dict_key(q: str) -> object:
    return {q: 1}  # HERE


def length(docs: list[str]) -> object:
    return len(docs)  # HERE


def length_of_text(q: str) -> object:
    return len(q)  # HERE


def iteration(docs: list[str]) -> object:
    return [generate(doc) for doc in docs]  # HERE


def loop(docs: list[str]) -> object:
    for doc in docs:  # HERE
        generate(doc)
    return docs


def iteration_in_builtin(docs: list[str]) -> object:
    return list(enumerate(docs))  # HERE


def unpacking(docs: list[str]) -> object:
    first, *rest = docs  # HERE
    return first, rest


def star_call(docs: list[str]) -> object:
    return zip(*docs, strict=True)  # HERE


def element(docs: list[str]) -> object:
    return docs[0]  # HERE


def slice_of_text(q: str) -> object:
    return q[:5]  # HERE


def search(q: str) -> object:
    return "a" in q  # HERE


def search_in_list(q: str) -> object:
    return q in ["a", "b"]  # HERE


def addition(q: str) -> object:
    return "Q: " + q  # HERE


def addition_in_place(q: str) -> object:
    text = "Q: "
    text += q  # HERE
    return text


def multiplication(q: str) -> object:
    return q * 2  # HERE


def percent(q: str) -> object:
    return "Q: %s" % q  # noqa: UP031  # HERE


def str_format(q: str) -> object:
    return "Q: {}".format(q)  # noqa: UP032  # HERE


def str_of(q: str) -> object:
    return str(q)  # HERE


def int_of(q: str) -> object:
    return int(q)  # HERE


def method_of_text(q: str) -> object:
    return q.upper()  # HERE


def method_of_list(docs: list[str]) -> object:
    docs.append("x")  # HERE
    return docs


def format_spec(q: str) -> object:
    return f"{q:>10}"  # HERE


def computed_spec(q: str) -> object:
    return f"{1:{q}}"  # HERE


def conversion(q: str) -> object:
    return f"{q!r}"  # HERE


def list_in_text(docs: list[str]) -> object:
    return f"{docs}"  # HERE


def known_list_in_text(q: str) -> object:
    return f"{[q]}"  # HERE


def function_in_text(q: str) -> object:
    return f"{q} {truth}"  # HERE


def calling_an_answer(q: str) -> object:
    return q()  # HERE


def join_of_numbers(q: str) -> object:
    parts: list[object] = [q, 1]
    return ", ".join(parts)  # HERE


def join_of_lists(groups: list[list[str]]) -> object:
    return ", ".join(groups)  # HERE


def list_made_by_plus(q: str) -> object:
    notes = STYLES + STYLES
    notes.append(q)  # HERE
    return notes


def clock(q: str) -> object:
    return generate(f"{q} {time.time()}")  # HERE


def date(q: str) -> object:
    return generate(f"{q} {datetime.datetime.now()}")  # HERE


def chance(q: str) -> object:
    return generate(f"{q} {random.random()}")  # HERE


def environment(q: str) -> object:
    return generate(f"{q} {os.getenv('HOME')}")  # HERE


def printing(q: str) -> object:
    print("asking")  # HERE
    return generate(q)


def opening(q: str) -> object:
    return generate(open("prompt.txt").read())  # HERE


def standard_library(q: str) -> object:
    return generate(textwrap.dedent(q))  # HERE


def instance_check(q: str) -> object:
    return isinstance(q, str)  # HERE


def class_call(q: str) -> object:
    return Settings()  # HERE


def ember_class(q: str) -> object:
    return ember.Session()  # HERE


def ember_registration(q: str) -> object:
    return ember.register_provider("x", Recording())  # HERE


def sort_key(q: str) -> object:
    return sorted(["b", "a"], key=lambda text: text)  # HERE


def global_object(q: str) -> object:
    return SETTINGS.style  # HERE


def nested_object(q: str) -> object:
    return len(NESTED)  # HERE


def class_attribute(q: str) -> object:
    return Settings.style  # HERE


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
        seen.append("one")  # HERE
        return generate(doc)

    return ember.map(ask, docs), seen


def value_from_inside_a_map(docs: list[str]) -> object:
    last: list[object] = []

    def ask(doc: str) -> object:
        inner = [doc]
        last_of.append(inner)  # HERE
        return doc

    last_of = last
    return ember.map(ask, docs)


def mapped_number(docs: list[str]) -> object:
    return ember.map(lambda doc: 1, docs)  # HERE


def reduced_to_list(docs: list[str]) -> object:
    def merge(group: list[str]) -> object:
        return group

    merged: object = ember.reduce(merge, docs)  # HERE
    return merged


def function_as_result(q: str) -> object:  # HERE
    return helper


def helper(text: str) -> str:
    return text.upper()  # IN HELPER


def deep_recursion(q: str) -> str:
    return deep_recursion(q)  # HERE


def line_of(function: Function, mark: str = "# HERE") -> int:
    """The line of the file with the mark that follows the start of `function`."""
    with open(__file__, encoding="utf-8") as file:
        lines = file.read().split("\n")
    start = function.__code__.co_firstlineno
    return next(n for n, line in enumerate(lines[start - 1 :], start) if line.endswith(mark))


CASES: dict[Function, str] = {
    while_loop: "a while loop is not captured yet; use 'for' over a list that is known",
    try_block: "'try' is not captured yet; catch errors around the call of the program",
    with_block: "a 'with' block is not captured yet; enter it around the call of the program",
    match_block: "'match' is not captured yet; use ember.vote or decide outside",
    async_function: "an async function is not captured yet; write 'def'",
    generator: "'yield' is not captured yet; build a list and return it",
    generator_delegate: "'yield from' is not captured yet; build a list and return it",
    inner_class: "a class is not captured yet; define it outside of the function",
    local_import: "an import is not captured yet; import at the top of the file",
    local_import_from: "an import is not captured yet; import at the top of the file",
    global_write: "'global' is not captured yet; return the value instead",
    nonlocal_write: "'nonlocal' is not captured yet; return the value instead",
    deletion: "'del' is not captured yet; leave it out",
    assertion: "an assertion is not captured yet; check the arguments before the call",
    raising: "'raise' is not captured yet; raise outside, on the program's result",
    walrus: "an assignment expression is not captured yet; write the assignment on a line",
    decorator: "a decorator of the inner function 'inner' is not captured yet",
    element_assignment: "assignment to an element is not captured yet; build a new list or dict",
    attribute_assignment: "assignment to an attribute is not captured yet; assign to a name",
    set_display: "a set is not captured yet; write a list",
    set_comprehension: "a set comprehension is not captured yet; write a list comprehension",
    generator_expression: "a generator expression here is not captured yet; write a list",
    identity: "'is' between two values is not captured yet; compare with '=='",
    star_arguments: "'*q' of an entry is not captured yet; name each argument",
    star_keywords: "'**q' of an entry is not captured yet; name each argument",
    reserved_name: "the name '_E_' is not captured yet; choose another one",
    truth: "the truth of a text that is known only when the program runs is not captured yet",
    negation: "the truth of a text that is known only when the program runs",
    comparison: "a comparison of a text that is known only when the program runs",
    order: "ordering by a text that is known only when the program runs",
    lookup: "a lookup by a text that is known only when the program runs",
    lookup_with_get: "a lookup by a text that is known only when the program runs",
    dict_key: "a lookup by a text that is known only when the program runs",
    length: "the length of a list whose elements are known only when the program runs",
    length_of_text: "the length of a text that is known only when the program runs",
    iteration: "a loop over a list whose elements are known only when the program runs is not "
    "captured yet; use ember.map(function, items)",
    loop: "a loop over a list whose elements are known only when the program runs",
    iteration_in_builtin: "a loop over a list whose elements are known only when the program",
    unpacking: "unpacking of a list whose elements are known only when the program runs",
    star_call: "a loop over a list whose elements are known only when the program runs",
    element: "an element of a list whose elements are known only when the program runs",
    slice_of_text: "an element of a text that is known only when the program runs",
    search: "'in' with a text that is known only when the program runs",
    search_in_list: "a comparison of a text that is known only when the program runs",
    addition: "'+' with a text that is known only when the program runs is not captured yet; "
    "write an f-string",
    addition_in_place: "'+' with a text that is known only when the program runs",
    multiplication: "arithmetic with a text that is known only when the program runs",
    percent: "str(), repr() or % of a text that is known only when the program runs",
    str_format: "format() of a text that is known only when the program runs",
    str_of: "str(), repr() or % of a text that is known only when the program runs",
    int_of: "a number made from a text that is known only when the program runs",
    method_of_text: "'.upper' of a text that is known only when the program runs",
    method_of_list: "'.append' of a list whose elements are known only when the program runs",
    format_spec: "a format spec or conversion of a text that is known only when the program",
    computed_spec: "a format spec made from a text that is known only when the program runs",
    conversion: "a format spec or conversion of a text that is known only when the program",
    list_in_text: "a list whose elements are known only when the program runs in an f-string",
    known_list_in_text: "a list in an f-string is not captured yet; join it",
    function_in_text: "a function in an f-string is not captured yet; format it outside",
    calling_an_answer: "a call of a text that is known only when the program runs",
    join_of_numbers: "a join of what are not all texts is not captured yet; join a list of texts",
    join_of_lists: "a join of what are not all texts is not captured yet; join a list of texts",
    list_made_by_plus: "list.append() of a list from outside, or made by '+' or a slice, is not",
    clock: "a call of time.time() is not captured yet; call it outside and pass the result "
    "as an argument",
    date: "'.now' of the class 'datetime' is not captured yet; read it outside and pass",
    chance: "a call of random.",
    environment: "a call of os.getenv() is not captured yet; call it outside",
    printing: "a call of print() is not captured yet; print the result of the program instead",
    opening: "a call of ",
    standard_library: "a call of textwrap.dedent() is not captured yet; call it outside",
    instance_check: "a call of isinstance() is not captured yet; call it outside",
    class_call: "a call of ",
    ember_class: "a call of ember_mlir.providers.session.Session() is not captured yet",
    ember_registration: "a call of ",
    sort_key: "a function as an argument of sorted() is not captured yet; write a loop",
    global_object: "the value of 'SETTINGS', which is a Settings, is not captured yet; pass",
    nested_object: "the value of 'NESTED', which holds a Settings, is not captured yet; pass",
    class_attribute: "'.style' of the class 'Settings' is not captured yet; read it outside",
    outside_list: "list.append() of a list from outside, or made by '+' or a slice, is not "
    "captured yet; make one inside, as in list(items)",
    outside_list_in_place: "a change in place of a list from outside, or made by",
    list_from_outside_a_map: "list.append() of a list from outside the mapped function",
    value_from_inside_a_map: "list.append() of a list from outside the mapped function",
    mapped_number: "a mapped or merging function that returns an int is not captured yet",
    reduced_to_list: "a mapped or merging function that returns a list whose elements",
    function_as_result: "a function as a result is not captured yet; return texts, numbers",
    deep_recursion: "recursion deeper than 150 calls is not captured yet; bound it",
}


ARGUMENTS: dict[str, object] = {"docs": ["a"], "groups": [["a"]]}


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_refused_at_its_line(function: Function, provider: Recording) -> None:
    program = ember.compile(function)
    with ember.Session(provider=provider), pytest.raises(ember.CaptureError) as caught:
        program(ARGUMENTS.get(function.__code__.co_varnames[0], "a"))
    assert caught.value.message.startswith(CASES[function])
    location = caught.value.location
    assert location is not None
    assert (location.file, location.line) == (__file__, line_of(function))
    assert location.column >= 1
    assert provider.requests == []
    assert program.last_run is None


@pytest.mark.parametrize("function", [while_loop, printing, global_object, outside_list])
def test_an_eager_run_refuses_the_same(function: Function, provider: Recording) -> None:
    program = ember.compile(function)
    with ember.Session(provider=provider), pytest.raises(ember.CaptureError) as caught:
        program.eager("a")
    assert caught.value.message.startswith(CASES[function])
    assert provider.requests == []


def test_the_line_is_that_of_the_helper() -> None:
    def ask(q: str) -> str:
        return helper(generate(q))

    with pytest.raises(ember.CaptureError) as caught:
        ember.compile(ask)("a")
    location = caught.value.location
    assert location is not None
    assert location.line == line_of(helper, "# IN HELPER")


def test_the_traceback_shows_the_users_lines() -> None:
    def ask(q: str) -> str:
        return [generate(q)][1]  # HERE

    with pytest.raises(IndexError) as caught:
        ember.compile(ask)("a")
    lines = [(str(entry.path), entry.lineno + 1) for entry in caught.traceback]
    assert (__file__, line_of(ask)) in lines


def test_columns_count_characters() -> None:
    def ask(q: str) -> str:
        return "日本語" if generate("é" * 3) == q else q  # HERE

    with pytest.raises(ember.CaptureError) as caught:
        ember.compile(ask)("a")
    location = caught.value.location
    assert location is not None
    assert (location.line, location.column) == (line_of(ask), 25)


def test_what_is_captured_twice_is_refused_twice() -> None:
    program = ember.compile(printing)
    for _ in range(2):
        with pytest.raises(ember.CaptureError, match="print"):
            program("a")
