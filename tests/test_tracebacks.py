"""Tracebacks of runs lead to the line of the user's source."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable
from types import TracebackType

import pytest

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.tracebacks import located


class Failing:
    """A provider that answers nothing."""

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        raise ember.ProviderError("the service answered 400")


class OwnError(Exception):
    """An error of a user's."""


@ember.pure
def broken(text: str) -> str:
    try:
        return str(int(text))
    except ValueError as error:
        raise OwnError(f"no number: {text}") from error


def asks(q: str) -> str:
    first = f"{q})"
    return first + generate(f"({first}") + "!"  # in asks


def helper(text: str) -> str:
    return generate(text)  # in helper


def asks_in_a_helper(q: str) -> list[str]:
    return [helper(one) for one in (q, "b")]


def over_lines(q: str) -> str:
    return generate(  # in over_lines
        q,
    )


def parses(q: str) -> object:
    return ember.parse(q, int)  # in parses


def votes(q: str) -> str:
    return ember.vote([word for word in q.split() if word == "no"])  # in votes


def applies(q: str) -> str:
    return broken(q)  # in applies


def applies_library(q: str) -> object:
    return json.loads(q)  # in applies_library


async def waits(q: str) -> str:
    return generate(q)  # in waits


class Pipeline(ember.Operator[str, str]):
    def forward(self, question: str) -> str:
        return generate(question)  # in forward


pipeline = Pipeline()


def nested(q: str) -> str:
    return pipeline(q)


def raised(function: Callable[[str], object]) -> BaseException:
    """The error of a run that fails."""
    program = ember.compile(function, strict=True)
    with ember.Session(provider=Failing()):
        try:
            found = program("q")
            if asyncio.iscoroutine(found):
                asyncio.run(found)
        except Exception as error:
            return error
    raise AssertionError("it must fail")


CASES: list[tuple[Callable[[str], object], str, type[Exception]]] = [
    (asks, "asks", ember.ProviderError),
    (asks_in_a_helper, "helper", ember.ProviderError),
    (over_lines, "over_lines", ember.ProviderError),
    (parses, "parses", ember.ParseError),
    (votes, "votes", ember.EmptyVoteError),
    (applies, "applies", OwnError),
    (applies_library, "applies_library", json.JSONDecodeError),
    (waits, "waits", ember.ProviderError),
    (nested, "forward", ember.ProviderError),
]


@pytest.mark.parametrize(("function", "name", "kind"), CASES)
def test_a_frame_is_at_the_users_line(
    function: Callable[[str], object], name: str, kind: type[Exception]
) -> None:
    error = raised(function)
    assert type(error) is kind or isinstance(error, kind)
    frames = traceback.extract_tb(error.__traceback__)
    (frame,) = [one for one in frames if f"# in {name}" in (one.line or "")]
    assert frame.filename == __file__
    assert frame.name == name
    assert f", in {name}\n    {frame.line}" in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(("function", "name", "kind"), CASES)
def test_the_engine_is_not_shown(
    function: Callable[[str], object], name: str, kind: type[Exception]
) -> None:
    error = raised(function)
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    assert [file for file in files if "/ember_mlir/" in file and "program.py" not in file] == []
    assert not any("concurrent" in file for file in files)
    assert name
    assert kind


def test_a_mark_is_under_the_call() -> None:
    shown = "".join(traceback.format_exception(raised(asks)))
    line = 'return first + generate(f"({first}") + "!"  # in asks'
    mark = shown.split(line)[1].splitlines()[1].removeprefix("    ")
    assert line[mark.index("^") : len(mark)] == 'generate(f"({first}")'


def test_the_causes_of_a_users_error_are_kept() -> None:
    error = raised(applies)
    assert str(error) == "no number: q"
    assert type(error.__cause__) is ValueError
    shown = "".join(traceback.format_exception(error))
    assert "invalid literal for int()" in shown
    assert "The above exception was the direct cause" in shown
    assert "During handling of the above exception" not in shown
    assert "raised by what the program applied at" in shown
    assert shown.index("# in applies") < shown.index("raise OwnError")


def test_what_is_raised_twice_has_one_frame() -> None:
    program = ember.compile(asks, strict=True)
    found: list[int] = []
    for _ in range(2):
        with ember.Session(provider=Failing()), pytest.raises(ember.ProviderError) as caught:
            program("q")
        found.append(len(traceback.extract_tb(caught.value.__traceback__)))
    assert found[0] == found[1]


def test_a_program_without_a_file_has_a_frame_without_text() -> None:
    error = ember.ProviderError("no", location=ember.SourceLocation("/nowhere.py", 7, 3))
    made = located(error, "asks")
    trace = made.__traceback__
    assert isinstance(trace, TracebackType)
    assert trace.tb_lineno == 7
    assert trace.tb_frame.f_code.co_filename == "/nowhere.py"
    assert trace.tb_frame.f_code.co_name == "asks"


def test_an_error_without_a_place_is_left_alone() -> None:
    error = ember.InputError("no")
    assert located(error, "asks") is error
    assert error.__traceback__ is None


def test_what_cannot_be_captured_leads_to_its_line() -> None:
    def refused(q: str) -> str:
        with open(q) as file:  # in refused
            return file.read()

    with pytest.raises(ember.CaptureError) as caught:
        ember.compile(refused, strict=True)("q")
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert (frames[-1].name, frames[-1].filename) == ("refused", __file__)
    assert "# in refused" in (frames[-1].line or "")
