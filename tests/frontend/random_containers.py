"""Random functions whose dicts get keys of the run, whose tries take some errors only.

They are those of `random_functions`, with dicts, sets, tables of functions and errors beside.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

from .random_functions import FOOTER, HEADER, TEXT_FOOTER, Box, Writer

_HEADER = HEADER.replace(
    "def helper(",
    """def must(text: str) -> int:
    if text in ("no", "bad"):
        raise ValueError(text)
    if text == "yes":
        raise KeyError(text)
    return len(text)


def number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return -1


def shout(text: str) -> str:
    return generate("shout " + text).upper()


def echo(text: str) -> str:
    return text + text


TABLE = {"yes": shout, "no": echo}


def helper(""",
).replace("    best = None\n", '    best = None\n    seen = {"a": 0}\n    memo = {}\n')
_FOOTER = FOOTER.replace("return a,", "return seen, memo, a,")
_TEXT_FOOTER = TEXT_FOOTER.replace("f'{a}", "f'{seen} {memo} {a}")


class ContainerWriter(Writer):
    """Writes one function."""

    def text(self, depth: int = 0) -> str:
        if depth > 1 or self.random.random() < 0.7:
            return super().text(depth)
        inner = self.text(depth + 1)
        return self.one_of(
            f"str(seen.get({inner}, 0))",
            f"str(memo.get({inner}))",
            f"str(len({{{inner}, a, 'ok'}}))",
            f"TABLE.get({inner}, helper)({self.text(depth + 1)})",
            "'/'.join(sorted(seen))",
            "'/'.join(f'{k}:{v}' for k, v in seen.items())",
            "max(seen, key=lambda one: seen[one])",
            f"''.join(x for x in {inner} if x.isalpha())",
            f"str(number({inner}))",
        )

    def test(self, depth: int = 0) -> str:
        if depth > 1 or self.random.random() < 0.8:
            return super().test(depth)
        inner = self.text(depth + 1)
        return self.one_of(
            f"{inner} in seen",
            f"{inner} not in memo",
            "len(seen) > 2",
            "memo",
            f"a in {{{inner}, b}}",
        )

    def simple(self, *, in_loop: bool) -> str:
        if self.random.random() < 0.6:
            return super().simple(in_loop=in_loop)
        inner = self.text(1)
        return self.one_of(
            f"seen[{inner}] = n",
            f"seen[{inner}] = seen.get(a, 0) + 1",
            "seen['a'] += 1",
            f"memo[{inner}] = {self.text(1)}",
            f"memo[{inner}] = [a, n]",
            f"memo.setdefault({inner}, 7)",
            f"memo.pop({inner}, None)",
            f"seen.update({{{inner}: 3}})",
            "memo = {}",
            "memo = dict(seen)",
            "memo.clear()",
            "memo['x'] = 1",
            f"seen = {{{inner}: 1, 'a': 2}}",
            f"n = seen[{self.one_of('a', 'b', repr('a'))}]",
        )

    def compound(self, depth: int, indent: int, *, in_loop: bool) -> str:
        if self.random.random() < 0.7:
            return super().compound(depth, indent, in_loop=in_loop)
        pad = "    " * indent
        call = self.one_of(
            f"n = must(generate(f'{self.prompt()} {{a}}'))",
            f"n = int({self.text(1)})",
            f"n = seen[{self.text(1)}]",
            f"a = generate(f'{self.prompt()} {{b}}')\n{pad}    n = must(a)",
            f"n = must({self.text(1)})\n{pad}    b = {self.text(1)}",
            f"n = len(a)\n{pad}    raise ValueError(a)",
        )
        kind = self.one_of("ValueError", "KeyError", "(ValueError, KeyError)", "Exception")
        body = self.block(depth + 1, indent + 1, in_loop=in_loop)
        then = ""
        if self.random.random() < 0.3:
            then = f"{pad}else:\n{self.block(depth + 1, indent + 1, in_loop=in_loop)}"
        return f"{pad}try:\n{pad}    {call}\n{pad}except {kind}:\n{body}{then}"


def source_of(seed: int) -> str:
    """The text of a random module with a function `program`."""
    writer = ContainerWriter(seed)
    body = "".join([writer.block(0, 1, in_loop=False) for _ in range(2)])
    return _HEADER + body + (_TEXT_FOOTER if "return" in body else _FOOTER)


def function_of(seed: int) -> Callable[..., Any]:
    """A random function, in a file that exists nowhere but in `linecache`."""
    text = source_of(seed)
    name = f"<random containers {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace: dict[str, Any] = {"__name__": f"random_containers_{seed}", "Box": Box}
    exec(compile(text, name, "exec"), namespace)
    made: Callable[..., Any] = namespace["program"]
    return made
