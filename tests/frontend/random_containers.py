"""Random functions whose dicts get keys of the run, whose tries take some errors only.

They are those of `random_functions`, with dicts, sets, tables of functions and errors beside.
"""

from __future__ import annotations

from functools import partial

from .random_functions import FOOTER, HEADER, TEXT_FOOTER, Writer, written_by

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


class ContainerWriter(Writer):
    """Writes one function."""

    what = "containers"
    header = _HEADER
    footer = FOOTER.replace("return a,", "return seen, memo, a,")
    text_footer = TEXT_FOOTER.replace("f'{a}", "f'{seen} {memo} {a}")

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


function_of = partial(written_by, ContainerWriter)
