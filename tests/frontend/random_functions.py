"""Random functions with control flow on what is known only when a program runs.

`source_of(seed)` gives the text of a function `program(q, docs)`: assignments, branches,
loops with jumps and `else`, attempts, comprehensions, lists and dicts that change, tuples,
values that may be None, and inner functions.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

TEXTS = ("q", "a", "b", "c", "d['k']", "box.text")
NAMES = ("a", "b", "c")
WORDS = ("yes", "no", "ok", "A, B", "7", "")

HEADER = """\
from __future__ import annotations

from ember_mlir import generate


def helper(text: str, limit: int = 2) -> str:
    for step in range(limit):
        text = generate(f"{step} {text}")
        if text == "ok":
            return text
    return text + "!"


def program(q: str, docs: list[str]) -> object:
    a = q
    b = "b"
    c = generate("c")
    n = 0
    out = []
    other = out
    d = {"k": "v", "n": 0}
    box = Box("box")
    best = None
    pair = ("p", out)
"""
FOOTER = "    return a, b, c, n, out, other, d, box, best, pair\n"
TEXT_FOOTER = "    return f'{a} {b} {c} {n} {out} {other} {d} {box} {best} {pair}'\n"


@dataclass
class Box:
    """What random functions change."""

    text: str
    count: int = 0


class Writer:
    """Writes one function; around it stand a header and one of the footers."""

    what = "function"
    header = HEADER
    footer = FOOTER
    text_footer = TEXT_FOOTER

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.calls = 0
        self.symbolic_loops = 0

    def one_of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def prompt(self) -> str:
        self.calls += 1
        return f"{self.calls}"

    def text(self, depth: int = 0) -> str:
        """An expression that is a text."""
        name = self.one_of(*TEXTS)
        makers: list[Callable[[], str]] = [
            lambda: name,
            lambda: repr(self.one_of(*WORDS)),
            lambda: f'generate(f"{self.prompt()} {{{name}}}")',
            lambda: f'f"{{{name}!r:>6.20}}|{{len({name})}}|{{n:02d}}"',
            lambda: f"{name}.upper()",
            lambda: f"{name}[:3]",
        ]
        if depth < 2:
            inner = depth + 1
            makers += [
                lambda: f"({self.text(inner)} if {self.test(inner)} else {self.text(inner)})",
                lambda: f"({self.text(inner)} or {self.text(inner)})",
                lambda: f"({self.text(inner)} and {self.text(inner)})",
                lambda: f"generate({self.text(inner)} + '{self.prompt()}')",
                lambda: f"helper({self.text(inner)})",
                lambda: f"(best or {self.text(inner)})",
                lambda: "'-'.join(out)",
                lambda: f"(out[-1] if out else {self.text(inner)})",
                lambda: f"max({self.text(inner)}, {self.text(inner)}, key=len)",
            ]
        return self.random.choice(makers)()

    def test(self, depth: int = 0) -> str:
        """An expression of which the truth counts."""
        name, word = self.one_of(*TEXTS), self.one_of(*WORDS)
        number = self.random.randrange(4)
        makers: list[Callable[[], str]] = [
            lambda: f"{name} == {word!r}",
            lambda: f"len({name}) > {number}",
            lambda: f"'o' in {name}",
            lambda: f"n < {number}",
            lambda: f"len(out) {self.one_of('<', '>')} {number}",
            lambda: f"best is {self.one_of('', 'not ')}None",
            lambda: f"1 <= len({name}) < {number} + 1",
            lambda: name,
            lambda: "out",
        ]
        if depth < 2:
            inner = depth + 1
            makers += [
                lambda: f"({self.test(inner)} and {self.test(inner)})",
                lambda: f"({self.test(inner)} or {self.test(inner)})",
                lambda: f"not {self.test(inner)}",
                lambda: f"generate('c{number}' + {name}) in ('ok', 'yes')",
                lambda: f"any(x == {name} for x in docs)",
            ]
        return self.random.choice(makers)()

    def listed(self) -> str:
        """An expression that is a list of texts."""
        name = self.one_of(*TEXTS)
        source = self.one_of("docs", "docs", "out", f"[{name}, 'z']", f"{name}.split(', ')")
        return self.one_of(
            f'[generate(f"{self.prompt()} {{x}} {{{name}}}") for x in {source}]',
            f"[x for x in {source} if x != {name}]",
            f"[x + y for x in {source} for y in ('1', {name}) if x]",
            f"[generate(x + '{self.prompt()}') for x in {source} if len(x) > 1 or x == {name}]",
            f"[x.upper() for x in [y + {name} for y in {source}]]",
            f"[f'{{i}}{{x}}' for i, x in enumerate({source})]",
            f"sorted({source})",
            f"{source}[1:]",
            source,
        )

    def block(self, depth: int, indent: int, *, in_loop: bool) -> str:
        count = self.random.randint(1, 3)
        return "".join([self.statement(depth, indent, in_loop=in_loop) for _ in range(count)])

    def statement(self, depth: int, indent: int, *, in_loop: bool) -> str:
        """A statement, with those inside of it."""
        simple = depth >= 3 or self.random.random() < 0.55
        if simple:
            return "    " * indent + self.simple(in_loop=in_loop) + "\n"
        return self.compound(depth, indent, in_loop=in_loop)

    def simple(self, *, in_loop: bool) -> str:
        if in_loop and self.random.random() < 0.15:
            return self.one_of("break", "continue")
        name = self.one_of(*NAMES)
        return self.one_of(
            f"{name} = {self.text()}",
            f"{name} = {self.text()}",
            f"{name} += {self.text(1)}",
            f"out.append({self.text(1)})",
            f"other.append({self.text(1)})",
            f"out += {self.listed()}" if not self.symbolic_loops else "n += 2",
            "n += 1",
            f"n = n * 2 - {self.random.randrange(3)}",
            f"a, b = b, {self.text(1)}",
            f"d['k'] = {self.text(1)}",
            "d['n'] += len(a)",
            f"box.text = {self.text(1)}",
            "box.count += 1",
            f"best = {self.text(1)}",
            "best = None",
            f"pair = ({self.text(1)}, out)",
            f"out = {self.one_of('other', '[]', '[a, b]', 'list(out)', 'out + [c]')}",
            f"b = '+'.join({self.listed()})",
            "a = pair[0]",
            f"return {self.text(1)}" if self.random.random() < 0.4 else "pass",
            "raise ValueError(a)" if self.random.random() < 0.1 else "c = b",
        )

    def compound(self, depth: int, indent: int, *, in_loop: bool) -> str:
        pad = "    " * indent

        def inner(*, loop: bool = in_loop) -> str:
            return self.block(depth + 1, indent + 1, in_loop=loop)

        def otherwise(share: float) -> str:
            return f"{pad}else:\n{inner()}" if self.random.random() < share else ""

        kind = self.random.randrange(10)
        if kind <= 3:
            middle = f"{pad}elif {self.test()}:\n{inner()}" if self.random.random() < 0.3 else ""
            return f"{pad}if {self.test()}:\n{inner()}{middle}{otherwise(0.5)}"
        if kind == 4:
            head = f"{pad}for i{depth} in range({self.random.randrange(1, 4)}):\n"
            return f"{head}{inner(loop=True)}{otherwise(0.2)}"
        if kind == 5:
            self.symbolic_loops += 1
            source = self.one_of("docs", "docs", self.listed())
            head = f"{pad}for x{depth} in {source}:\n{pad}    a = x{depth}\n"
            text = f"{head}{inner(loop=True)}"
            self.symbolic_loops -= 1
            return text + otherwise(0.2)
        if kind == 6:
            self.symbolic_loops += 1
            head = f"{pad}w{depth} = 0\n{pad}while {self.test()} and w{depth} < 3:\n"
            text = f"{head}{pad}    w{depth} += 1\n{inner(loop=True)}"
            self.symbolic_loops -= 1
            return text
        if kind == 7:
            failing = self.one_of("FAIL ", "")
            call = f'a = generate(f"{failing}{self.prompt()} {{{self.one_of(*TEXTS)}}}")'
            return f"{pad}try:\n{pad}    {call}\n{pad}except Exception:\n{inner()}"
        if kind == 8:
            return f"{pad}if (c := {self.text(1)}) == {self.one_of(*WORDS)!r}:\n{inner()}"
        cases = f"{pad}    case 'yes' | 'ok':\n{self.block(depth + 1, indent + 2, in_loop=in_loop)}"
        rest = f"{pad}    case _:\n{self.block(depth + 1, indent + 2, in_loop=in_loop)}"
        return f"{pad}match {self.one_of(*TEXTS)}:\n{cases}{rest}"


def written_by(kind: type[Writer], seed: int) -> Callable[..., Any]:
    """A random function, in a file that exists nowhere but in `linecache`."""
    writer = kind(seed)
    body = "".join([writer.block(0, 1, in_loop=False) for _ in range(2)])
    # What is returned is of one type.
    text = kind.header + body + (kind.text_footer if "return" in body else kind.footer)
    name = f"<random {kind.what} {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace: dict[str, Any] = {"__name__": f"random_{kind.what}_{seed}", "Box": Box}
    exec(compile(text, name, "exec"), namespace)
    made: Callable[..., Any] = namespace["program"]
    return made


function_of = partial(written_by, Writer)
