"""Random functions that handle errors: which, in what order, and what becomes of them.

`source_of(seed)` gives the text of a function `program(q, docs)`: attempts in each other, in
loops and branches, whose bodies fail in several ways, with handlers of some of these that look
at the error, jump, raise again or raise another one, and with `else` and `finally`. What is
handled by none of them is told at the end: so it matters which error comes first.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from random import Random
from typing import Any

import ember_mlir as ember

WORDS = ("yes", "no", "ok", "A, B", "7", "bad")
KINDS = (
    *("ValueError", "KeyError", "LookupError", "Bad", "Worse", "(KeyError, OSError)"),
    *("Exception", "ProviderError", "(Bad, ValueError)"),
)

PARTS = ("b = 'b'", "n = 0", "a = q", "b = 'c'", "box['n'] = 1", "box['n'] += 1", "c = 'known'")

HEADER = """\
from __future__ import annotations

from ember_mlir import ProviderError, generate


def must(text: str) -> str:
    if text == "no":
        raise Bad(text)
    if text == "bad":
        raise Worse(text, 7)
    return text


def program(q: str, docs: list[str]) -> object:
    a = q
    b = "b"
    n = 0
    c = "c"
    box = {"n": 0}
    try:
"""
FOOTER = """\
        return f"{a} {b} {n} {c} {box}"
    except Exception as last:
        return f"{type(last).__name__}: {last}"
"""


class Bad(Exception):
    """What random functions raise."""


class Worse(Bad):
    """What they raise, and some of their handlers do not know."""


@ember.pure
def picky(text: str) -> int:
    """Fails in several ways."""
    if text in ("yes", "ok"):
        raise KeyError(text)
    if text == "bad":
        raise OSError(2, "no such file")
    return int(text)


class Writer:
    """Writes one function."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"handlers {seed}")
        self.made = 0

    def one_of(self, *options: str) -> str:
        return self.random.choice(options)

    def sometimes(self, share: float) -> bool:
        return self.random.random() < share

    def asked(self) -> str:
        """An answer."""
        self.made += 1
        failing = "FAIL " if self.sometimes(0.04) else ""
        return f'generate(f"{failing}{self.made} {{{self.one_of("a", "b", "q")}}}")'

    def step(self) -> str:
        """A statement without others in it, which may fail."""
        fresh = f"x{self.random.randrange(2)}"
        return self.one_of(
            f"a = must({self.asked()})",
            f"n = n + picky({self.asked()})",
            f"n = n + int({self.asked()})",
            f"{fresh} = {self.asked()}\n{{pad}}b = must({fresh})",
            f"b = {self.asked()}",
            "a = a + 'x'",
            f"if {self.asked()} == {self.one_of(*WORDS)!r}:\n{{pad}}    raise {self.raised()}",
            f"if {self.asked()} == {self.one_of(*WORDS)!r}:\n{{pad}}    {self.one_of(*PARTS)}\n"
            f"{{pad}}    raise {self.raised()}",
            self.one_of(*PARTS),
        )

    def raised(self) -> str:
        return self.one_of("Bad(a)", "Worse('w')", "KeyError(b)", "ValueError('known')")

    def block(self, depth: int, indent: int, *, loops: bool) -> str:
        """Some statements."""
        count = self.random.randint(1, 2)
        return "".join([self.statement(depth, indent, loops=loops) for _ in range(count)])

    def statement(self, depth: int, indent: int, *, loops: bool) -> str:
        pad = "    " * indent
        kind = self.random.randrange(8) if depth < 3 else 7
        if kind < 4:
            return self.attempt(depth, indent, loops=loops)
        if kind == 7:
            return pad + self.step().replace("{pad}", pad) + "\n"
        inner = self.block(depth + 1, indent + 1, loops=loops or kind in (4, 5))
        if kind == 4:
            return f"{pad}for i{depth} in range({self.one_of('2', '3')}):\n{inner}"
        if kind == 5:
            return f"{pad}for d{depth} in docs:\n{inner}"
        return f"{pad}if {self.asked()} == {self.one_of(*WORDS)!r}:\n{inner}"

    def attempt(self, depth: int, indent: int, *, loops: bool) -> str:
        """A `try` with one handler or several."""
        pad = "    " * indent
        text = f"{pad}try:\n{self.block(depth + 1, indent + 1, loops=loops)}"
        handlers = self.random.randint(1, 3)
        for _ in range(handlers):
            looks = self.sometimes(0.5)
            text += f"{pad}except {self.one_of(*KINDS)}{' as error' if looks else ''}:\n"
            text += self.handler(indent + 1, loops=loops, looks=looks)
        if self.sometimes(0.3):
            text += f"{pad}else:\n{self.block(depth + 1, indent + 1, loops=loops)}"
        if self.sometimes(0.15):
            text += f"{pad}finally:\n{pad}    n = n + 1\n"
        return text

    def handler(self, indent: int, *, loops: bool, looks: bool) -> str:
        pad = "    " * indent
        lines = [self.one_of(*["a, b, n = 'failed', 'again', -1"] * 4, "a = 'failed'", "pass")]
        if looks:
            shown = ("a = str(error)", "b = f'{error}!'", "a = generate(f'mend {error}')")
            lines.append(self.one_of(*shown, "b = type(error).__name__"))
        ends = ["", "", "return f'{a} {n}'", "raise"]
        ends += ["continue", "continue", "break"] if loops else []
        ends += ["raise LookupError('other') from error", "raise error"] if looks else []
        lines.append(self.one_of(*ends))
        return "".join([f"{pad}{line}\n" for line in lines if line])


def source_of(seed: int) -> str:
    """The text of a random module with a function `program`."""
    writer = Writer(seed)
    body = "".join([writer.statement(0, 2, loops=False) for _ in range(2)])
    return HEADER + body + FOOTER


def function_of(seed: int) -> Callable[..., Any]:
    """A random function, in a file that exists nowhere but in `linecache`."""
    text = source_of(seed)
    name = f"<random handlers {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    module = f"random_handlers_{seed}"
    namespace: dict[str, Any] = {"__name__": module, "Bad": Bad, "Worse": Worse, "picky": picky}
    exec(compile(text, name, "exec"), namespace)
    made: Callable[..., Any] = namespace["program"]
    return made
