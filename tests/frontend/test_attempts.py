"""`try` around calls: what fails when the program runs is handled as in Python."""

# The programs here are as users write them: no types of empty lists, names that may be unbound.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportPossiblyUnboundVariable=false

from __future__ import annotations

import json
from collections.abc import Callable
from enum import Enum

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check, differences, operations


def must(text: str) -> str:
    if text in ("bad", "no"):
        raise ValueError("bad answer")
    return text


def known_fallback(q: str) -> str:
    try:
        a = generate("FAIL " + q)
    except ember.ProviderError:
        a = generate("fallback " + q)
    return a


def any_error(q: str) -> str:
    try:
        a = generate(q + ("FAIL" if generate("1" + q) in ("yes", "ok", "7") else ""))
    except Exception:
        a = "failed"
    return a


def bare_handler(q: str) -> str:
    try:
        a = must(generate(q))
    except:  # noqa: E722
        a = "failed"
    return a


def of_two_classes(q: str) -> str:
    a = "default"
    try:
        a = must(generate("x" + q))
    except (ValueError, ember.ProviderError):
        return a
    return a + "!"


def with_else(q: str) -> object:
    n = 0
    try:
        a = must(generate(q))
    except Exception:
        a = "failed"
    else:
        n += 1
        a += generate("else " + a)
    return a, n


def retried(q: str) -> str:
    for i in range(3):
        try:
            return must(generate(f"{i} {q}"))
        except Exception:
            continue
    return "down"


def retried_while(q: str) -> object:
    n = 0
    while n < 3:
        n += 1
        try:
            a = must(generate(f"{n} {q}"))
            break
        except Exception:
            a = f"failed {n}"
    return a, n


def nested(q: str) -> object:
    out = "start"
    try:
        try:
            out = must(generate(q))
        except Exception:
            out = must(generate("inner " + q))
    except Exception:
        out = "outer"
    return out


def raised_in_the_handler(q: str) -> str:
    try:
        a = must(generate(q))
    except Exception:
        raise LookupError(q) from None
    return a


def parsed(q: str) -> object:
    a = generate(q)
    try:
        n = int(a)
    except ValueError:
        n = -1
    return n, n * 2, "n" * n


def list_changed_behind_the_call(q: str) -> object:
    out = ["start"]
    try:
        out.append(must(generate(q)))
    except Exception:
        out.append("failed")
        out[0] = "again"
    return out


def list_changed_in_the_handler(q: str) -> object:
    errors: list[str] = []
    kept = 0
    for i in range(3):
        try:
            must(generate(f"{i}{q}"))
            kept += 1
        except Exception:
            errors.append(f"{i}")
    return errors, kept


def nothing_can_fail(q: str) -> object:
    try:
        n = 1
        out = [q]
    except Exception:
        n, out = 2, []
    out.append("more")
    return n, out


def fails_at_capture(q: str) -> object:
    try:
        return int("seven"), q
    except ValueError:
        return generate(q)


def always_raises(q: str) -> str:
    try:
        raise ValueError(q)
    except ValueError:
        return generate("handled " + q)


def not_handled(q: str) -> str:
    a = generate(q)
    if a in ("yes", "ok", "7"):
        return generate("FAIL" + a)
    return a


def in_a_branch(q: str) -> object:
    a, b = generate(q), "none"
    if a != "ok":
        try:
            b = must(a)
        except Exception:
            b = "failed"
    else:
        b = must(a + "!")
    return a, b


class Colour(Enum):
    RED = "yes"
    BLUE = "bad"


def handled_error_behind_others(q: str) -> str:
    try:
        a = must(generate(q))
    except ValueError:
        a = "value"
    return a


def share(q: str) -> float:
    try:
        a = float(generate(q).strip()) / 10
    except ValueError:
        a = 0.5
    return a


def member(q: str) -> str:
    try:
        colour = Colour(generate(q))
    except ValueError:
        return "other"
    return "red" if colour == Colour.RED else "blue"


def raises_by_hand(q: str) -> str:
    try:
        if generate("1" + q) in ("yes", "no", "bad"):
            raise KeyError(q)
    except KeyError:
        return "refused"
    return generate("2" + q)


def no_handler_takes_it(q: str) -> str:
    try:
        a = generate(q + ("FAIL" if generate("1" + q) in ("yes", "ok") else ""))
    except KeyError:
        a = "never"
    return a


def listed_before_the_error(q: str) -> object:
    found: list[str] = []
    try:
        found.append(generate(q))
    except ValueError:
        found.append("never")
    return found


def divided(q: str) -> float:
    try:
        a = 7 / len(generate(q))
    except ZeroDivisionError:
        a = 0.0
    return a


def bound_where_nothing_fails(q: str) -> str:
    try:
        a = must(generate(q))
    except Exception:
        return "failed"
    return a + "!"


def bound_again_where_nothing_fails(q: str) -> object:
    a, n = "a", [1]
    try:
        a = must(generate(q))
        n = [2, 3]
    except Exception:
        return "failed"
    n.append(len(a))
    return a + "!", n


def returns_from_a_round(q: str) -> object:
    out: list[str] = []
    for i in range(3):
        try:
            a = must(generate(f"{i} {q}"))
        except ValueError:
            return i, out
        out.append(a)
    return a, out


def json_error(q: str) -> object:
    prompt = q
    for _ in range(2):
        answer = generate(prompt)
        try:
            return json.loads(answer)
        except json.JSONDecodeError:
            prompt += "not JSON: " + answer
    return None


@ember.pure
def picky(text: str) -> int:
    """Fails in two ways."""
    if text in ("yes", "ok"):
        raise KeyError(text)
    return int(text)


def one_of_its_errors(q: str) -> object:
    try:
        a = picky(generate(q))
    except ValueError:
        a = -1
    return a + 1


def one_of_two_handlers(q: str) -> int:
    try:
        a = picky(generate(q))
    except ValueError:
        a = -1
    except KeyError:
        a = -2
    return a


def bound_in_the_handler(q: str) -> str:
    try:
        return must(generate(q))
    except Exception:
        why = generate("why" + q)
    return why + "!"


CASES: list[Callable[..., object]] = [
    bound_where_nothing_fails,
    bound_again_where_nothing_fails,
    bound_in_the_handler,
    returns_from_a_round,
    json_error,
    one_of_its_errors,
    handled_error_behind_others,
    share,
    member,
    raises_by_hand,
    no_handler_takes_it,
    listed_before_the_error,
    any_error,
    bare_handler,
    of_two_classes,
    with_else,
    retried,
    retried_while,
    nested,
    raised_in_the_handler,
    parsed,
    list_changed_behind_the_call,
    list_changed_in_the_handler,
    fails_at_capture,
    always_raises,
    known_fallback,
    not_handled,
    in_a_branch,
]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def test_what_cannot_fail() -> None:
    assert differences(nothing_can_fail, ("q",)) == []
    assert operations(nothing_can_fail, "q")["ensemble.fallback"] == 0


def in_rounds(docs: list[str]) -> object:
    kept, failed = [], 0
    for d in docs:
        try:
            kept.append(must(generate(d)))
        except Exception:
            failed += 1
    return kept, failed


def left_by_an_error(docs: list[str]) -> object:
    last = "none"
    for d in docs:
        try:
            last = must(generate(d))
        except Exception:
            break
        if last == "ok":
            return "ok", last
    return "end", last


def json_or_none(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def parsed_in_rounds(docs: list[str]) -> object:
    found, bad = [], 0
    for d in docs:
        one = json_or_none(generate("x" + d))
        if one is None:
            bad += 1
            continue
        found.append(one)
    return found, bad


def returns_from_a_captured_round(docs: list[str]) -> object:
    out: list[str] = []
    for d in docs:
        try:
            a = must(generate("x" + d))
        except ValueError:
            return d, out
        out.append(a)
    return "end", out


@pytest.mark.parametrize("docs", [[], ["d1", "d2", "FAIL"]], ids=len)
@pytest.mark.parametrize(
    "function", [in_rounds, left_by_an_error, returns_from_a_captured_round, parsed_in_rounds]
)
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    assert differences(function, (docs,)) == []


def test_an_attempt_is_a_fallback() -> None:
    assert operations(known_fallback, "q")["ensemble.fallback"] == 1


def read_after_it_may_have_changed(q: str) -> str:
    x = "a"
    try:
        x = generate("1" + q)
        y = generate("FAIL" + q)
    except Exception:
        y = "failed"
    return x + y


def changed_before_what_may_fail(q: str) -> object:
    out: list[str] = []
    try:
        out.append("before")
        out.append(generate("FAIL" + q))
    except Exception:
        out.append("failed")
    return out


def one_of_several_errors(q: str) -> str:
    try:
        a = must(generate(q))
        a += generate("more" + a)
    except ValueError:
        a = "value"
    return a


def index_error(docs: list[str]) -> str:
    try:
        a = generate(docs[3])
    except IndexError:
        a = "none"
    return a


def error_that_is_looked_at(q: str) -> str:
    try:
        a = generate("FAIL" + q)
    except Exception as error:
        a = f"failed: {error}"
    return a


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (read_after_it_may_have_changed, "'x', which may have been given another value"),
        (changed_before_what_may_fail, "changed inside of 'try' before what may fail"),
        (one_of_several_errors, "handle"),
        (one_of_two_handlers, "handle"),
        (error_that_is_looked_at, "the error"),
    ],
    ids=lambda found: found if isinstance(found, str) else found.__name__,
)
def test_what_is_refused(function: Callable[..., object], message: str) -> None:
    with pytest.raises(ember.CaptureError, match=message):
        captured_of(function, ("q",))
