"""Names that may have no value where they are read: a flag tells, and Python's error is raised."""

# pyright: basic, reportPossiblyUnboundVariable=false, reportUnboundVariable=false
# pyright: reportOperatorIssue=false
# ruff: noqa: F821, F841, B007

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir.frontend.rewriting.bindings import Unsure, unsure_names
from ember_mlir.frontend.rewriting.scopes import NameUses, bound
from ember_mlir.parsing import print_module

from .ways import captured_of, check, differences


def generate(prompt: str) -> str:
    return ember.generate(prompt, temperature=0.7)


def one_arm(q: str) -> str:
    if generate(q) == "yes":
        x = "bound"
    return x


def either_of_two(q: str) -> str:
    if generate(q) == "yes":
        x = "first"
    if generate("again" + q) == "no":
        x = generate("second")
    return x


def read_where_it_is_known_to_be_bound(q: str) -> str:
    answer = generate(q)
    if answer == "yes":
        x = generate("more" + q)
    return x if answer == "yes" else "none"


def a_list(q: str) -> list[str]:
    if generate(q) == "yes":
        x = [generate("more" + q)]
    x.append("end")
    return x


def a_tuple(q: str) -> str:
    if generate(q) == "yes":
        pair = (q, [generate("more" + q)])
    pair[1].append(pair[0])
    return "".join(pair[1])


def grown(q: str) -> int:
    if generate(q) == "yes":
        n = 1
    n += 2
    return n


def deleted(q: str) -> str:
    x = "there"
    if generate(q) == "yes":
        del x
    return x


def in_a_function_inside(q: str) -> str:
    if generate(q) == "yes":
        style = "bold"

    def styled(text: str) -> str:
        return f"{style} {text}"

    return styled(generate("more" + q))


def of_another_function_inside(q: str) -> str:
    if generate(q) == "yes":
        x = "outer"

    def inner() -> str:
        x = "inner"
        return x

    return inner() + x


def defined_in_an_arm(q: str) -> str:
    if generate(q) == "yes":

        def f(x: str) -> str:
            return x + "!"

    else:

        def f(x: str) -> str:
            return x + "?"

    return f(q)


def after_a_try(q: str) -> int:
    try:
        n = int(generate(q))
    except ValueError:
        pass
    return n


def where_nothing_failed_in_a_round(q: str) -> str:
    out = ""
    for i in range(2):
        try:
            a = int(generate(f"{i} {q}"))
        except ValueError:
            continue
        out += str(a)
    return out + generate(out)


def bound_in_a_handler(q: str) -> str:
    try:
        n = int(generate(q))
    except ValueError:
        why = "no number"
        n = 0
    return why + str(n)


def bound_in_a_finally(q: str) -> str:
    try:
        a = generate(q)
    finally:
        if generate("again" + q) == "yes":
            why = "twice"
    return why + a


def while_rounds(q: str) -> str:
    n = 0
    while n < 3 and generate(f"{n} {q}") != "no":
        last = generate(f"{n}! {q}")
        n += 1
    return last


def endless(q: str) -> str:
    n = 0
    while True:
        last = generate(f"{n} {q}")
        n += 1
        if last == "yes" or n > 3:
            break
    return last


def deleted_in_a_round(q: str) -> str:
    x, out = "a", ""
    for n in range(3):
        out += x
        if generate(f"{n} {q}") == "yes":
            del x
    return out


def deleted_before_an_error(q: str) -> str:
    x = "a"
    try:
        if generate(q) == "yes":
            del x
        int(generate(q + "?"))
    except ValueError:
        return x
    return "a number"


def deleted_behind_a_function(q: str) -> str:
    x = "a"

    def f() -> str:
        return x

    if generate(q) == "yes":
        del x
    return f()


def looked_through(q: str) -> bool:
    if generate(q) == "yes":
        words = ["a", "b"]
    return any(generate(word) == "yes" for word in words)


def raised_inside_of_a_handler(q: str) -> str:
    try:
        if generate(q) == "yes":
            x = "bound"
        return x
    except UnboundLocalError:
        return "caught"


@pytest.mark.parametrize(
    "function",
    [
        one_arm,
        either_of_two,
        read_where_it_is_known_to_be_bound,
        a_list,
        a_tuple,
        grown,
        deleted,
        in_a_function_inside,
        of_another_function_inside,
        after_a_try,
        where_nothing_failed_in_a_round,
        bound_in_a_handler,
        bound_in_a_finally,
        while_rounds,
        endless,
        deleted_in_a_round,
        deleted_before_an_error,
        deleted_behind_a_function,
        looked_through,
        raised_inside_of_a_handler,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def test_the_error_is_that_of_python() -> None:
    program = ember.compile(one_arm, strict=True)

    class No:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            del request
            return ember.Reply(["no"], 1, 1)

    said = "^cannot access local variable 'x' where it is not associated with a value"
    with ember.Session(provider=No()), pytest.raises(UnboundLocalError, match=said):
        program("q")


def found_or_else(docs: list[str]) -> str:
    for d in docs:
        if generate(d) == "yes":
            found = d
            break
    else:
        found = generate("nothing")
    return found


def last_round(docs: list[str]) -> str:
    for d in docs:
        answer = generate(d)
    return answer


def last_element(docs: list[str]) -> str:
    for d in docs:
        pass
    return generate(d)


def of_an_earlier_round(docs: list[str]) -> str:
    out = ""
    for i, d in enumerate(docs):
        if i > 0:
            out += generate(f"{before} {d}")
        before = d
    return out + generate("end")


def of_two_loops(docs: list[str]) -> tuple[str, str]:
    for a in docs:
        for b in docs:
            if generate(a + b) == "yes":
                pair = (a, b)
    return pair


def in_rounds_of_their_own(docs: list[str]) -> list[str]:
    def one(d: str) -> str:
        if generate(d) == "yes":
            x = generate("more" + d)
        return x

    return [one(d) for d in docs]


def kept_from_a_round(docs: list[str]) -> list[str]:
    out: list[str] = []
    for d in docs:
        if generate(d) == "yes":
            x = d
        out.append(x)
    return out


@pytest.mark.parametrize("docs", [[], ["d1"], ["d1", "d2", "d3"]], ids=len)
@pytest.mark.parametrize(
    "function",
    [
        found_or_else,
        last_round,
        last_element,
        of_an_earlier_round,
        of_two_loops,
        in_rounds_of_their_own,
        kept_from_a_round,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    assert differences(function, (docs,)) == []


def test_what_surely_has_a_value_is_not_checked() -> None:
    for function, given in ((found_or_else, ["d"]), (endless, "q"), (last_round, ["d"])):
        text = print_module(captured_of(function, (given,)).module)
        assert ("@check_" in text) == (function is last_round), function.__name__


def walrus_that_may_not_run(q: str) -> str:
    if len(q) > 3 or (x := generate(q)) == "yes":
        q += "!"
    return x


def test_what_is_bound_inside_of_an_expression_is_not_told() -> None:
    with pytest.raises(ember.CaptureError, match="the value of 'x', which may have no value here,"):
        captured_of(walrus_that_may_not_run, ("q",))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = 1; x", ""),
        ("if a: x = 1\nx", "x"),
        ("if a: x = 1\nelse: x = 2\nx", ""),
        ("if a: x = 1\nelse: return\nx", ""),
        ("if a: x = 1\nelse: raise a\nx", ""),
        ("for x in a: x\nx", "x"),
        ("for y in a: x = y\nx", "x"),
        ("for y in a:\n  x = y\n  break\nelse: x = 2\nx", ""),
        ("for y in a:\n  if y: break\n  x = y\nelse: x = 2\nx", "x"),
        ("for y in a:\n  if y: continue\n  x = y\n  x", ""),
        ("while a: x = 1\nx", "x"),
        ("while True:\n  x = 1\n  if a: break\nx", ""),
        ("while True:\n  if a: break\n  x = 1\nx", "x"),
        ("while a: x = 1\nelse: x = 2\nx", ""),
        ("try: x = 1\nexcept E: pass\nx", "x"),
        ("try: x = 1\nexcept E: x = 2\nx", ""),
        ("try: x = 1\nexcept E: raise\nx", ""),
        ("try: pass\nexcept E: pass\nelse: x = 1\nx", "x"),
        ("try: y = 1\nfinally: x = 1\nx, y", ""),
        ("try: x = 1\nfinally: x", "x"),
        ("try: pass\nexcept E as e: e\ne", "e"),
        ("e = a\ntry: a\nexcept E as e: pass\ne", "e"),
        ("while False: x = 1\nx", "x"),
        ("x = 1\ndel x\nx", "x"),
        ("x = 1\nfor y in a:\n  x\n  del x", "x"),
        ("x = 1\nfor y in a:\n  if y: del x; break\nelse: x", "x"),
        ("x = 1\nwhile x: del x", "x"),
        ("x = 1\nfor y in a:\n  x = 2\n  x\n  del x", ""),
        ("x = 1\ntry: del x\nexcept E: x", "x"),
        ("x = 1\ntry: pass\nexcept E: del x\nfinally: x", "x"),
        ("x = 1\nf = lambda: x\ndel x", "x"),
        ("e = 1\nfor y in a:\n  e\n  try: pass\n  except E as e: pass", "e"),
        ("x: int\nx", "x"),
        ("x: int = 1\nx", ""),
        ("x += 1", "x"),
        ("x = x + 1", "x"),
        ("with a as x: x\nx", ""),
        ("[x for x in a]", ""),
        ("if (x := a): pass\nx", ""),
        ("if a and (x := 1): x", ""),
        ("if a and (x := 1): pass\nx", "x"),
        ("if a or (x := 1): pass\nelse: x", ""),
        ("if not (a and (x := 1)): return\nx", ""),
        ("a if a else (x := 1); x", "x"),
        ("a < 1 < (x := 2); x", "x"),
        ("[(x := y) for y in a]; x", "x"),
        ("while (x := a): x\nx", ""),
        ("def f(): return x\nx = 1", "x"),
        ("x = 1\ndef f(): return x", ""),
        ("def f(): return f()\nf", ""),
        ("if a:\n  def f(): pass\nf", "f"),
        ("if a: import x\nx", "x"),
        ("if a: x = 1\nf = lambda x: x", ""),
        ("if a: x = 1\nf = lambda y=x: y", "x"),
        ("if a: x = 1\n[x for x in a]", ""),
        ("if a: x = 1\n[y for x in x for y in a]", "x"),
        ("if a: x = 1\ndef f(x): return x", ""),
        ("if a: x = 1\ndef f(y=x): return y", "x"),
        ("if a: x = 1\ndef f():\n  x = 2\n  return x", ""),
        ("try: pass\nexcept E as e: pass\nf = lambda e: e", ""),
    ],
)
def test_the_analysis(body: str, expected: str) -> None:
    found = unsure_in(body)
    assert found.flagged | found.within == {*expected}


def unsure_in(body: str) -> Unsure:
    """What may have no value in statements that are given `a`."""
    written = ast.parse(body).body
    return unsure_names(written, "a", {*bound(written)}, NameUses())


def test_what_is_bound_within() -> None:
    body = "if a and (y := a): pass\ntry: x = 1\nexcept E as e: pass\nx, y, e"
    assert unsure_in(body) == ({"x"}, {"y", "e"})
