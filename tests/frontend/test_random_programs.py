"""Random programs: whatever is written, eager, compiled and reference runs agree."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ember_mlir as ember

from .conftest import Agree

NUMBER = count()
TEXTS = ("q", "a", "b", "loop")
LISTS = ("docs", "notes")

text_name = st.sampled_from(TEXTS)
list_name = st.sampled_from(LISTS)


@st.composite
def expression(draw: st.DrawFn, depth: int = 2) -> str:
    """An expression whose value is a text."""
    kind = draw(st.integers(0, 8 if depth else 2))
    if kind == 0:
        return draw(text_name)
    if kind == 1:
        return repr(draw(st.text(alphabet="aé日🙂{}\"'\n\\", max_size=4)))
    if kind == 2:
        return f'f"<{{{draw(text_name)}}}|{{{{}}}}{{{draw(text_name)}}}>"'
    inner = draw(expression(depth - 1))
    many = draw(list_expression(depth - 1))
    return {
        3: f"ember.generate({inner}, temperature={draw(st.sampled_from(['None', '0.5', '1']))})",
        4: f"helper({inner})",
        5: f"ember.vote({many})",
        6: f"ember.join({many}, '+')",
        7: f"ember.reduce(merge, {many}, arity={draw(st.integers(2, 3))})",
        8: f"({inner} if {draw(st.booleans())} else ember.generate('never'))",
    }[kind]


@st.composite
def list_expression(draw: st.DrawFn, depth: int = 1) -> str:
    """An expression whose value is a list of texts, never empty."""
    kind = draw(st.integers(0, 4 if depth else 0))
    if kind == 0:
        return draw(list_name)
    inner = draw(expression(depth - 1))
    return {
        1: f"[{inner}, {draw(text_name)}]",
        2: f"[ember.generate(f'{{i}}' if i else {inner}) for i in range(1, 4)]",
        3: f"ember.sample({inner}, {draw(st.integers(1, 3))})",
        4: f"ember.map(lambda a: {inner}, {draw(list_name)})",
    }[kind]


@st.composite
def block(draw: st.DrawFn, indent: str = "    ", depth: int = 2) -> str:
    """Some statements."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 4 if depth else 2))
        if kind <= 1:
            lines.append(f"{indent}{draw(text_name)} = {draw(expression())}")
        elif kind == 2:
            lines.append(f"{indent}notes.append({draw(expression())})")
        elif kind == 3:
            rounds = draw(st.sampled_from(["'xy'", "notes[:2]", "[q, a]"]))
            lines.append(f"{indent}for loop in {rounds}:")
            lines.append(draw(block(indent + "    ", depth - 1)))
            lines.append(f"{indent}    {draw(st.sampled_from(['pass', 'break', 'continue']))}")
        else:
            lines.append(f"{indent}if {draw(st.booleans())} or len(notes) > 3:")
            lines.append(draw(block(indent + "    ", depth - 1)))
    return "\n".join(lines)


def function_of(body: str) -> Callable[..., object]:
    """The function with that body, in a file that exists nowhere but in `linecache`."""
    text = (
        "def helper(text):\n    return ember.generate(ember.generate(text))\n\n"
        "def merge(group):\n    return ember.generate(ember.join(group, '&'))\n\n"
        "def program(q: str, docs: list[str]):\n"
        "    a, b, loop, notes = 'a', q, 'l', [q]\n"
        f"{body}\n    return q, a, b, loop, notes, docs\n"
    )
    name = f"<random program {next(NUMBER)}>"
    lines: list[str] = [*text.splitlines(True)]
    linecache.cache[name] = (len(text), None, lines, name)
    namespace: dict[str, Callable[..., object]] = {}
    exec(compile(text, name, "exec"), {"ember": ember}, namespace)
    made = namespace["program"]
    made.__globals__.update(namespace)
    return made


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=block())
def test_all_ways_to_run_agree(agree_on_results: Agree, body: str) -> None:
    agree_on_results(function_of(body), "où", ["d1", "d2", "d3", "日本"])
