"""`continue`, `break`, `return` and `raise` in handlers, `else` and `finally` behind them."""

# The programs here are as users write them: names that have a value only where nothing failed.
# pyright: reportPossiblyUnboundVariable=false

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, differences


@ember.pure
def picky(text: str) -> int:
    """Fails in two ways."""
    if text in ("yes", "ok"):
        raise KeyError(text)
    return int(text)


def left_out(docs: list[str]) -> object:
    found: list[int] = []
    for doc in docs:
        try:
            number = picky(generate(doc))
        except ValueError:
            continue
        found.append(number)
    return found


def skipped_or_left(docs: list[str]) -> object:
    total = 0
    for doc in docs:
        try:
            number = picky(generate(doc))
        except ValueError:
            continue
        except KeyError:
            break
        else:
            total += number
    return total


def left_in_the_else(docs: list[str]) -> object:
    best = 0
    for doc in docs:
        try:
            number = picky(generate(doc))
        except ValueError:
            best = -1
        else:
            if number > 1:
                break
            best = number
    return best


def good_and_bad(docs: list[str]) -> object:
    good: list[Any] = []
    bad: list[str] = []
    for doc in docs:
        try:
            data = json.loads(generate(doc))
        except ValueError as error:
            bad.append(str(error))
        else:
            good.append(data)
    return good, bad


def with_else(q: str) -> object:
    try:
        number = picky(generate(q))
    except ValueError:
        result = -1
    else:
        result = number * 2
    return result


def known_rounds(q: str) -> object:
    found: list[int] = []
    for i in range(3):
        try:
            number = picky(generate(f"{i}{q}"))
        except ValueError:
            continue
        except KeyError as error:
            return str(error), found
        found.append(number)
    return found


def changed_where_nothing_failed(q: str) -> object:
    found: list[int] = []
    for i in range(2):
        try:
            number = picky(generate(f"{i}{q}"))
        except ValueError:
            continue
        number += 1
        if number > 2:
            number *= 10
        found.append(number)
    return found


def done_in_any_case(q: str) -> object:
    log = "a"
    try:
        number = picky(generate(q))
    except ValueError:
        number = -1
    finally:
        log += generate("log" + q)
    return number, log


def raised_by_a_finally(q: str) -> object:
    log = ["a"]
    try:
        number = picky(generate(q))
    finally:
        log.append("b")
    return number, log


def told_its_answer(q: str) -> object:
    messages = [q]
    for _ in range(3):
        try:
            answer = generate("; ".join(messages))
            return json.loads(answer)
        except ValueError as error:
            messages.append(answer)
            messages.append(f"No: {error}")
    return None


def prompt_of_its_answer(q: str) -> object:
    message = q
    for _ in range(3):
        try:
            answer = generate(message)
            return json.loads(answer)
        except ValueError:
            message += answer
    return message


def last_error(q: str) -> object:
    why = ""
    for i in range(3):
        try:
            number = picky(generate(f"{i}{q}{why}"))
        except (ValueError, KeyError) as error:
            why = str(error)
        else:
            return number
    raise RuntimeError(why)


WORDS = ("7", "yes", "bad", "1", "no", "2")


def read_where_it_may_be_missing(q: str) -> object:
    for i in range(2):
        try:
            number = picky(generate(f"{i}{q}"))
        except ValueError:
            pass
    return number


def read_after_another_flag(q: str) -> object:
    found: list[int] = []
    for i in range(2):
        if generate(f"skip {i}") == "yes":
            continue
        if i:
            found.append(number)  # noqa: F821
        try:
            number = picky(generate(f"{i}{q}"))  # noqa: F841
        except ValueError:
            continue
    return found


@pytest.mark.parametrize("docs", [[], ["d1", "d2", "d3"]], ids=len)
@pytest.mark.parametrize("function", [left_out, skipped_or_left, left_in_the_else, good_and_bad])
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    assert differences(function, (docs,), words=WORDS) == []


@pytest.mark.parametrize(
    "function",
    [
        with_else,
        known_rounds,
        changed_where_nothing_failed,
        done_in_any_case,
        raised_by_a_finally,
        told_its_answer,
        prompt_of_its_answer,
        last_error,
        read_where_it_may_be_missing,
        read_after_another_flag,
    ],
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    assert differences(function, ("q",), words=WORDS) == []


def nested_deep(q: str) -> object:
    a = q
    for i in range(2):
        for j in range(2):
            try:
                for k in range(2):
                    try:
                        for n in range(2):
                            try:
                                try:
                                    for m in range(2):
                                        for o in range(2):
                                            for p in range(2):
                                                try:
                                                    a = str(
                                                        picky(generate(f"{i}{j}{k}{n}{m}{o}{p}"))
                                                    )
                                                except ValueError:
                                                    a = "1"
                                except KeyError:
                                    a = "2"
                            except ValueError:
                                a = "3"
                    except KeyError:
                        a = "4"
            except ValueError:
                a = "5"
    return a


def test_what_is_nested_too_deep_for_python_is_refused() -> None:
    with pytest.raises(ember.CaptureError, match="nested so deep is not captured yet; make a fun"):
        captured_of(nested_deep, ("q",))


def else_of_a_try_that_moves_its_begin_out(q: str) -> str:
    n = 0
    a = q
    try:
        if generate(q) == "no":
            raise ValueError("known")
        b = generate("more" + q)
    except ValueError:
        return f"{a} {n}"
    else:
        try:
            pass
        except KeyError:
            a, b, n = "failed", "again", -1
        else:
            b = generate(b)
        finally:
            n = n + 1
    return f"{a} {b} {n}"


def test_a_name_is_known_where_it_was_before() -> None:
    assert not differences(else_of_a_try_that_moves_its_begin_out, ("q",))


def error_in_a_comprehension(q: str, docs: list[str]) -> object:
    try:
        found = "-".join([str(picky(generate(doc))) for doc in docs])
    except ValueError:
        found = generate(f"again {q}")
    return found + generate("end")


def errors_in_comprehensions_of_rounds(q: str, docs: list[str]) -> object:
    out = ""
    for number in range(2):
        try:
            out += "-".join([str(picky(generate(f"{number} {doc}"))) for doc in docs])
        except ValueError:
            for other in range(2):
                out += generate(f"again {q} {number} {other}")
        out += generate(f"end {number}")
    return out


@pytest.mark.parametrize("docs", [[], ["d1"], ["d1", "d2", "d3"]], ids=len)
@pytest.mark.parametrize("function", [error_in_a_comprehension, errors_in_comprehensions_of_rounds])
def test_errors_leave_the_rounds_of_comprehensions(
    function: Callable[..., object], docs: list[str]
) -> None:
    assert differences(function, ("q", docs), words=WORDS) == []
