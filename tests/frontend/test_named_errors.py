"""`except` of some errors, of several kinds, and of errors that are looked at."""

# The programs here are as users write them: names that may be unbound, objects of any kind.
# pyright: reportPossiblyUnboundVariable=false

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .random_handlers import picky
from .ways import Words, check, differences, operations


class BadAnswer(Exception):
    """What a user calls a bad answer."""


class WorseAnswer(BadAnswer):
    """What is even worse."""


def must(text: str) -> str:
    if text in ("bad", "no"):
        raise BadAnswer(text)
    if text == "7":
        raise WorseAnswer("seven", 7)
    return text


def one_of_two(q: str) -> int:
    try:
        a = picky(generate(q))
    except ValueError:
        a = -1
    except KeyError:
        a = -2
    except OSError:
        a = -3
    return a


def classes_above(q: str) -> int:
    try:
        a = picky(generate(q)) + picky(generate("2" + q))
    except (ArithmeticError, LookupError):
        a = -1
    return a


def first_handler_wins(q: str) -> str:
    try:
        a = str(picky(generate(q)))
    except KeyError:
        a = "key"
    except LookupError:
        a = "never"
    except Exception:
        a = "other"
    return a


def others_pass(q: str) -> str:
    try:
        a = must(generate(q))
        a += generate("more" + a)
    except ValueError:
        a = "value"
    return a


def own_class(q: str) -> str:
    try:
        a = must(generate(q))
        a += str(picky(generate("2" + q)))
    except BadAnswer:
        a = "bad"
    return a


def own_classes_in_order(q: str) -> str:
    try:
        a = must(generate(q)) + str(picky(generate("2" + q)))
    except WorseAnswer:
        a = "worse"
    except BadAnswer:
        a = "bad"
    except KeyError as error:
        a = f"key {error}"
    return a


def shown(q: str) -> str:
    try:
        a = str(picky(generate(q)))
    except Exception as error:
        a = f"failed: {error} or {error!s:>30} or {error!r}"
    return a


def told(q: str) -> str:
    try:
        a = must(generate(q))
    except BadAnswer as error:
        a = generate("Mend: " + str(error))
    return a


def handed_to_a_function(q: str) -> str:
    def shown(error: Exception) -> str:
        return type(error).__name__ + str(error)

    try:
        a = must(generate(q))
    except BadAnswer as error:
        a = shown(error)
    return a


def raised_again(q: str) -> str:
    try:
        a = must(generate(q))
    except WorseAnswer:
        raise
    except BadAnswer:
        a = "bad"
    return a


def raised_by_name(q: str) -> str:
    try:
        a = must(generate(q))
    except BadAnswer as error:
        if generate("again?" + q) in ("yes", "ok"):
            raise error
        a = "bad"
    return a


def raised_from(q: str) -> str:
    try:
        a = must(generate(q))
    except BadAnswer as error:
        raise LookupError(f"not {error}") from error
    return a


def repaired(q: str) -> Any:
    prompt = q
    for _ in range(3):
        answer = generate(prompt)
        try:
            return json.loads(answer)
        except ValueError as error:
            prompt += f"\nYour answer was wrong: {error}. Try again."
    return "none"


def repaired_until(q: str) -> Any:
    prompt, error = q, "none"
    for attempt in range(3):
        try:
            return must(generate(prompt)), attempt
        except BadAnswer as wrong:
            error = str(wrong)
            prompt = f"{q} but not {error}"
    raise RuntimeError(f"no answer: {error}")


def nested(q: str) -> str:
    try:
        try:
            a = must(generate(q))
        except WorseAnswer:
            a = must(generate("inner" + q))
        a += str(picky(generate("2" + q)))
    except BadAnswer as error:
        a = f"outer {error}"
    except KeyError:
        a = "key"
    return a


def handler_fails(q: str) -> str:
    try:
        a = str(picky(generate(q)))
    except ValueError:
        a = str(picky(generate("again" + q)))
    except KeyError:
        a = "key"
    return a


def provider_error(q: str) -> str:
    try:
        a = must(generate(q + ("FAIL" if generate("1" + q) in ("yes", "ok", "7") else "")))
    except ember.ProviderError:
        a = "down"
    return a


def both_fail(q: str) -> object:
    try:
        a = must(generate(q))
        n = picky(generate("2" + q))
    except BadAnswer:
        a, n = "bad", 0
    return a, n


CASES: list[Callable[..., object]] = [
    one_of_two,
    classes_above,
    first_handler_wins,
    others_pass,
    own_class,
    own_classes_in_order,
    shown,
    told,
    handed_to_a_function,
    raised_again,
    raised_by_name,
    raised_from,
    repaired,
    repaired_until,
    nested,
    handler_fails,
    provider_error,
    both_fail,
]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def test_an_error_of_a_handler_keeps_its_cause() -> None:
    program = ember.compile(raised_from, strict=True)
    with (
        ember.Session(provider=Words(1, draws=False, words=["bad"])),
        pytest.raises(LookupError, match="not bad") as caught,
    ):
        program("q")
    assert isinstance(caught.value.__cause__, BadAnswer)


def test_an_error_that_is_raised_again_is_the_same_one() -> None:
    program = ember.compile(raised_again, strict=True)
    with (
        ember.Session(provider=Words(1, draws=False, words=["7"])),
        pytest.raises(WorseAnswer) as caught,
    ):
        program("q")
    assert caught.value.args == ("seven", 7)


def test_handlers_of_some_errors_are_one_fallback() -> None:
    assert operations(one_of_two, "q")["ensemble.fallback"] == 1


def listed(docs: list[str]) -> object:
    kept: list[int] = []
    failed: list[str] = []
    for doc in docs:
        try:
            kept.append(picky(generate(doc)))
        except (KeyError, OSError) as error:
            failed.append(f"{doc}: {error}")
    return kept, failed


def left_at_the_first(docs: list[str]) -> object:
    last = 0
    for doc in docs:
        try:
            last = picky(generate(doc))
        except KeyError:
            break
        except OSError as error:
            return str(error)
    return last


def all_in_one(docs: list[str]) -> object:
    try:
        found = [picky(generate(doc)) for doc in docs]
    except KeyError:
        found = [-1]
    return found


@pytest.mark.parametrize("docs", [[], ["d1", "d2", "d3"]], ids=len)
@pytest.mark.parametrize("function", [listed, left_at_the_first, all_in_one])
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    assert differences(function, (docs,), words=("7", "yes", "bad", "1", "no", "2")) == []


def passes_by(q: str) -> str:
    try:
        a = must(generate(q))
        a += generate("FAIL" + a)
    except BadAnswer:
        a = "bad"
    return a


def test_an_error_of_no_handler_keeps_its_bill_and_its_place() -> None:
    program = ember.compile(passes_by, strict=True)
    with (
        ember.Session(provider=Words(1, draws=False, words=["ok"])),
        pytest.raises(ember.ProviderError) as caught,
    ):
        program("q")
    error = caught.value
    assert error.bill is not None
    assert error.bill.calls == 2
    assert error.location is not None
    first = passes_by.__code__.co_firstlineno
    assert error.location.line == first + 3
    assert error.location.line in [frame.lineno + 1 for frame in caught.traceback]
    assert not hasattr(error, "__notes__")
