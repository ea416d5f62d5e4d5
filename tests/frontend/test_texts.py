"""Texts that a model has answered: f-strings, methods, `%`, `.format` and `join`."""

# The programs here also ask what a type checker knows.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable

import pytest

from ember_mlir import generate

from .ways import check, operations

WIDTH = 8


def f_strings(q: str) -> str:
    a = generate(q)
    return f"Q: {a!r:>12}|{a:.3}|{3:03d}|{{x}}|{a!s}|{a!a}|{a:^9}|{len(a):>4}|{len(a)=}"


def nested_f_strings(q: str) -> str:
    w = len(generate(q)) + 2
    a = generate("a" + q)
    return f"{f'<{a}>':>{WIDTH}} {a:>{w}} {generate(f'inner {a}')}\n\t'quoted' \"dq\" {a:*^{w}}"


def of_other_values(q: str) -> object:
    a = generate(q)
    n, x = len(a), len(a) / 3
    items = [a, "b"]
    return f"{items} {(a, 1)} {n:02d} {x:.2f} {x!r} {n > 2} {None} { ({'k': a}) }", f"{n:,}|{-n:+}"


def methods_of_texts(q: str) -> object:
    a = generate(q)
    return (
        a.strip().upper().replace("Y", "J"),
        a.title() + a.capitalize() + a.swapcase() + a.lower() + a.casefold(),
        a.startswith("y"),
        a.endswith(("s", "o")),
        a.find("o"),
        a.count("a"),
        a.isdigit(),
        a.isalpha(),
        a.split(),
        a.split(", ", 1),
        a.rsplit(",", maxsplit=1),
        a.splitlines(),
        a.partition(","),
        a.zfill(5) + a.ljust(5) + a.rjust(5, ".") + a.center(7, "*"),
        a.removeprefix("y").removesuffix("s"),
        a.strip("s").lstrip("y").rstrip(),
        a.encode("utf-8").decode("utf-8"),
        a.translate(str.maketrans("o", "0")),
        a.expandtabs(),
    )


def methods_of_known_texts(q: str) -> object:
    a = generate(q)
    return (
        "yes no ok".replace(a or "?", "X"),
        "yes".startswith(a),
        "a,b".split(a or ","),
        ", ".join([a, "x", a.title()]),
        "-".join(a),
        "".join([]),
        "yes no".find(a),
        "{} {x!r} {0}".format(a, x=a) if False else "{} {x!r}".format(a, x=a),  # noqa: F525, UP032
        "%s %5s %d%%" % (a, a, len(a)),  # noqa: UP031
        "%s" % a,  # noqa: UP031
        "%(k)s" % {"k": a},  # noqa: UP031
    )


def operators_of_texts(q: str) -> object:
    a, b = generate(q), generate("b" + q)
    return a + b, a * 2, 3 * a, a < b, a >= b, a == b, a != b, a + "x" + b, "x" in a, a[:2] + b[-2:]


def elements_of_texts(q: str) -> object:
    a = generate(q) + "xyz"
    n = len(a)
    return a[0], a[-1], a[1:3], a[::-1], a[:-1], a[n - 1], a[n // 2 :], a[-n:], list(a), sorted(a)


def elements_of_split_texts(q: str) -> object:
    xs = generate(q).split(",")
    if len(xs) > 1:
        return generate(f"{xs[0]} {xs[-1]} {xs[1:]} {len(xs)}"), xs[:1], xs[-1].strip()
    return xs[0][:2], xs, "end"


def run_through(q: str) -> object:
    a = generate(q)
    return [c.upper() for c in a.split()], "".join(reversed(list(a))), len(set("ab")), max(a + "a")


def numbers_of_texts(q: str) -> object:
    a = generate(q)
    n = int(a) if a.isdigit() else -1
    return (
        n,
        n + 1,
        float(n),
        str(n) + "!",
        n * 2.5,
        n // 2,
        n % 3,
        n**2,
        -n,
        abs(n),
        round(n / 3, 2),
    )


def arithmetic(q: str) -> object:
    n = len(generate(q))
    m = n + 1
    return (
        n - m,
        n * m,
        n / m,
        n // m,
        n % m,
        n < m <= 4,
        min(n, m, 3),
        max(n, 2.5),
        divmod(m, 3),
        n & 1,
    )


def conversions(q: str) -> object:
    a = generate(q)
    return (
        str(a) + repr(a) + ascii(a),
        isinstance(a, str),
        bool(a),
        "E" if not a else "N",
        type(a)(""),
    )


def library_functions(q: str) -> object:
    a = generate(q)
    m = re.search(r"(\w)", a)
    return (
        json.dumps({"a": a}),
        re.sub(r"[aeiou]", "_", a),
        re.findall(r"\w+", a),
        m.group(1) if m else "",
        textwrap.shorten(a, 10),
        json.loads(json.dumps([a, 1])),
    )


def accumulated(q: str) -> object:
    text = ""
    for i in range(3):
        text += generate(f"{i}{q}")
        text *= 2
    return text


def braces(q: str) -> object:
    a = generate(q)
    return f"{{0}} {a} {{{a}}}", a + "{0}", "{1}" + a, generate(f"{{x}} {a}")


def joined(q: str) -> object:
    xs = [generate(f"{i}{q}") for i in range(3)]
    sep = generate("sep")
    return (
        ", ".join(xs),
        sep.join(xs),
        "\n".join(f"- {x}" for x in xs),
        " ".join(map(str.upper, xs)),
    )


@pytest.mark.parametrize(
    "function",
    [
        f_strings,
        nested_f_strings,
        of_other_values,
        methods_of_texts,
        methods_of_known_texts,
        operators_of_texts,
        elements_of_texts,
        elements_of_split_texts,
        run_through,
        numbers_of_texts,
        arithmetic,
        conversions,
        library_functions,
        accumulated,
        braces,
        joined,
    ],
    ids=lambda function: function.__name__,
)
@pytest.mark.parametrize("question", ["où", '日本 🙂 "{0}"\n}{%s'])
def test_all_ways_agree(function: Callable[..., object], question: str) -> None:
    check(function, question)


def test_what_has_an_operation_is_one() -> None:
    found = operations(joined, "q")
    assert found["llm.join"] >= 1
    assert operations(f_strings, "q")["llm.template"] >= 1
    assert operations(operators_of_texts, "q")["llm.equal"] >= 1
