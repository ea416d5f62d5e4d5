"""Random functions whose names have a value on some ways only, and are read behind.

`source_of(seed)` gives the text of a function `program(q, docs)`: names bound in arms, rounds,
attempts, handlers and by `:=`, deleted, and read where they may have no value, also in functions
inside and comprehensions; sets, dicts of lists and counts; `any`, `all` and `next` of what does
something; variables that functions inside change. Errors are noted, and the rest goes on.
"""

from __future__ import annotations

import linecache
from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random
from typing import Any

WORDS = ("yes", "no", "ok", "A, B", "7", "bad", "")
NAMES = ("x", "y", "z")
KINDS = ("ValueError", "KeyError", "Bad", "Worse", "(Bad, KeyError)", "Exception", "NameError")

HEADER = """\
from __future__ import annotations

from ember_mlir import generate


def must(text: str) -> str:
    if text == "no":
        raise Bad(text)
    if text == "bad":
        raise Worse(text)
    return text


def program(q: str, docs: list[str]) -> object:
    a = q
    n = 0
    out = []
    seen = set()
    groups = defaultdict(list)
    counts = Counter()
    lists = {}
    tally = 0
    if generate("start") == "yes":
        x = "x1"
    if generate("begin") == "no":
        y = z = "y1"

    def note(text: str) -> str:
        nonlocal tally
        tally += 1
        return f"{text}{tally}"

    def see(text: str) -> str:
        out.append(text)
        return text

"""
FOOTER = """\
    return f"{a} {n} {out} {sorted(seen)} {tally} {sorted(groups.items())} {lists} {counts}"
"""


class Bad(Exception):
    """What random functions raise."""


class Worse(Bad):
    """What they raise, and some of their handlers do not know."""


class Writer:
    """Writes one function."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"names {seed}")
        self.made = 0
        self.deepest = self.random.randint(1, 3)
        # What is changed in a `try` is refused where that may fail behind, so it seldom is.
        self.tries = 0

    def one_of(self, *options: str) -> str:
        return self.random.choice(options)

    def sometimes(self, share: float) -> bool:
        return self.random.random() < share

    def number(self) -> int:
        """A number of its own for a prompt or a name."""
        self.made += 1
        return self.made

    def asked(self, of: str | None = None) -> str:
        """An answer."""
        return f'generate(f"{self.number()} {{{of or self.one_of("a", "q")}}}")'

    def text(self) -> str:
        """An expression that is a text; some read a name that may have no value."""
        name = self.one_of(*NAMES)
        if self.tries and self.sometimes(0.9):
            return self.one_of(
                *("a", self.asked(), f"must({self.asked()})", name, f"{name} + {self.asked()}"),
                f"(lambda: {name})()",
            )
        return self.one_of(
            *("a", "q", self.asked(), self.asked()),
            *(f"must({self.asked()})", f"note({self.asked()})", f"note({name})"),
            *(name, name, name, f"{name}.upper()", self.asked(name), f"(lambda: {name})()"),
            f"({name} if {self.test()} else a)",
            f"(a or {name})",
            f"'-'.join([{name} + d for d in docs])",
            f"next((d for d in docs if {self.asked('d')} == 'yes'), a)",
            f"next((see(d) for d in docs if must({self.asked('d')})), {name})",
            "'-'.join(sorted(seen))",
        )

    def test(self) -> str:
        """An expression of which the truth counts."""
        word = repr(self.one_of(*WORDS))
        if self.tries and self.sometimes(0.9):
            return self.one_of(
                *(f"{self.asked()} == {word}", f"must({self.asked()}) != {word}", "n < 2"),
                f"any(must({self.asked('d')}) == {word} for d in docs)",
            )
        return self.one_of(
            *(f"{self.asked()} == {word}", f"{self.asked()} in ('yes', 'ok', 'no')"),
            *(f"a == {word}", "n < 2", f"{word} in seen", "len(seen) > 1", "tally > 1"),
            f"any(see({self.asked('d')}) == {word} for d in docs)",
            f"all(must({self.asked('d')}) != {word} for d in docs if d != 'd1')",
            f"any(note(d) == {word} or {self.asked('d')} == 'ok' for d in docs)",
            f"not {self.asked()}",
        )

    def simple(self, *, loops: bool) -> str:
        """A statement without others in it."""
        name = self.one_of(*NAMES)
        if loops and self.sometimes(0.2):
            return self.one_of("break", "continue")
        if self.sometimes(0.35) or (self.tries and self.sometimes(0.7)):
            return f"{self.one_of(name, name, 'a')} = {self.text()}"
        if self.sometimes(0.12):
            return f"del {name}"
        if self.sometimes(0.12):
            return f"def inner{self.number()}():\n{{pad}}    return {name}"
        return self.one_of(
            *(f"a = {self.text()}", f"a = {name}", "n += 1", f"{name} += 'x'"),
            *(f"x, y = y, {self.text()}", f"{name}: str", "y = x"),
            *(f"out.append({self.text()})", f"out.append({name})"),
            *(f"seen.add({self.text()})", f"seen.discard({self.asked()})", "seen |= {a, 'ok'}"),
            f"seen = seen - {{{self.text()}}}",
            f"groups[{self.text()}].append({self.text()})",
            f"lists.setdefault({self.text()}, []).append({name})",
            f"counts[{self.text()}] += 1",
            f"counts.update([{self.text()}])",
            *("return a", f"return {name}") * self.sometimes(0.3),
            f"raise Bad({name})" if self.sometimes(0.3) else "pass",
            f"note({self.text()})",
            f"out += [see({name}) for d in docs]",
            f"out += [{self.asked('d')} for d in docs if d != a]",
        )

    def block(self, depth: int, indent: int, *, loops: bool) -> str:
        """Some statements."""
        count = self.random.randint(1, 2 if depth else 3)
        return "".join([self.statement(depth, indent, loops=loops) for _ in range(count)])

    def statement(self, depth: int, indent: int, *, loops: bool) -> str:
        """A statement, with those inside of it."""
        pad = "    " * indent
        if depth >= self.deepest or self.sometimes(0.5):
            return pad + self.simple(loops=loops).replace("{pad}", pad) + "\n"
        if self.sometimes(0.3):
            return self.attempt(depth, indent, loops=loops)
        if self.sometimes(0.45):
            return self.loop(depth, indent, loops=loops)
        name = self.one_of(*NAMES)
        bound = self.one_of(*["v"] * 11, name)
        test = f"({bound} := {self.asked()}) == 'yes'" if self.sometimes(0.1) else self.test()
        inner = self.block(depth + 1, indent + 1, loops=loops)
        text = f"{pad}if {test}:\n{inner}"
        if self.sometimes(0.4):
            text += f"{pad}else:\n{self.block(depth + 1, indent + 1, loops=loops)}"
        return text

    def loop(self, depth: int, indent: int, *, loops: bool) -> str:
        """A loop of few rounds."""
        pad = "    " * indent
        kind = self.random.randrange(5)
        inner = self.block(depth + 1, indent + 1, loops=True)
        if kind == 0:
            text = f"{pad}for i{depth} in range({self.one_of('1', '2')}):\n{inner}"
        elif kind < 4:
            text = f"{pad}for {self.one_of(*NAMES)} in {self.one_of('docs', 'docs', 'docs[1:]')}:"
            text += f"\n{inner}"
        else:
            count = f"w{self.number()}"
            test = self.one_of(self.test(), f"(v := {self.asked(count)}) != 'yes'")
            text = f"{pad}{count} = 0\n{pad}while {test} and {count} < 2:\n"
            text += f"{pad}    {count} += 1\n{inner}"
        if self.sometimes(0.3):
            text += f"{pad}else:\n{self.block(depth + 1, indent + 1, loops=loops)}"
        return text

    def attempt(self, depth: int, indent: int, *, loops: bool) -> str:
        """A `try` with one handler or several."""
        pad = "    " * indent
        self.tries += 1
        text = f"{pad}try:\n{self.block(depth + 1, indent + 1, loops=loops)}"
        self.tries -= 1
        for _ in range(self.random.randint(1, 2)):
            name = f" as {self.one_of(*['error'] * 11, 'x')}" if self.sometimes(0.4) else ""
            text += f"{pad}except {self.one_of(*KINDS)}{name}:\n"
            if name and self.sometimes(0.7):
                text += f"{pad}    a = type({name[4:]}).__name__\n"
            text += self.block(depth + 1, indent + 1, loops=loops)
        if self.sometimes(0.3):
            text += f"{pad}else:\n{self.block(depth + 1, indent + 1, loops=loops)}"
        if self.sometimes(0.2):
            text += f"{pad}finally:\n{self.block(depth + 1, indent + 1, loops=False)}"
        return text

    def body(self) -> str:
        """The statements of the function: errors of some are noted, and the next go on."""
        text = ""
        for _ in range(self.random.randint(1, 2)):
            if self.sometimes(0.5):
                kind = self.one_of("Exception", "(NameError, Bad)")
                self.tries += 1
                text += f"    try:\n{self.block(1, 2, loops=False)}"
                self.tries -= 1
                text += f"    except {kind}:\n        a = 'failed'\n"
            else:
                text += self.block(0, 1, loops=False)
        return text


def source_of(seed: int) -> str:
    """The text of a random module with a function `program`."""
    return HEADER + Writer(seed).body() + FOOTER


def function_of(seed: int) -> Callable[..., Any]:
    """A random function, in a file that exists nowhere but in `linecache`."""
    return function_of_text(source_of(seed), f"names_{seed}")


def function_of_text(text: str, name: str) -> Callable[..., Any]:
    """The function `program` of a module."""
    file = f"<random {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace: dict[str, Any] = {"__name__": f"random_{name}", "Bad": Bad, "Worse": Worse}
    namespace |= {"Counter": Counter, "defaultdict": defaultdict}
    exec(compile(text, file, "exec"), namespace)
    made: Callable[..., Any] = namespace["program"]
    return made
