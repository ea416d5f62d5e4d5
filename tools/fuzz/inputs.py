"""Hostile texts: mutations of good ones, and some that no good one leads to.

Each is made from a seed and a number alone, so that one that was reported can be made
again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

_TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|[%@#!^]?[\w.$-]+|->|::|\s+|[^\w\s]', re.ASCII | re.DOTALL
)
_NUMBER = re.compile(r"\b[0-9]+(?:\.[0-9]+)?\b")
_TYPE = re.compile(r"!\w+\.\w+(?:<[^<>]*>)?|\bi[0-9]+\b|\bf64\b")
_NAME = re.compile(r"\b(?:llm|ensemble|sched|exec|func|arith|scf|builtin)\.\w+")

_NUMBERS = (
    *("0", "1", "-1", "2", "63", "64", "65", "4294967296", "9223372036854775807", "1.0", "-0.0"),
    *("9223372036854775808", "-9223372036854775809", "0x", "0xff", "0xFFFFFFFFFFFFFFFF", "1.5"),
    *("1.0e308", "1.0e309", "1.0e-400", "1e5", ".5", "5.", "1.5.2", "00", "007", "1_000", "?"),
    *("9" * 64, "9" * 65, "9" * 5000, "0x" + "f" * 70, "1." + "0" * 70 + "1"),
)
_UNICODE = (
    *("é", "日本", "😀", "\u200d", "\u202e", "\u0301", "\ufeff", "\u2028", "\x85", "\xa0"),
    *("\0", "\x1b[31m", "\r", "\v", "\f", "\x7f", "\ud800", "²", "٣", "ß", "ﬁ", "\U0001d7d8"),
)
_TYPES = (
    *("i1", "i0", "i64", "i65", "i99999999999", "si8", "ui64", "f16", "f64", "bf16", "f80"),
    *("index", "none", "!llm.text", "!llm.list<!llm.text>", "!llm.list<i64>", "!llm.list"),
    *("!llm.list<>", "!llm.list<1>", "!llm.list<!llm.list<!llm.text>>", "!llm.messages"),
    *('!llm.record<"a": !llm.text>', '!llm.record<"a": i1, "a": i1>', "!llm.object", "!llm.x"),
    *("!sched.future<!llm.text>", "!sched.list<!llm.text>", "!sched.future<>", "!nothing.at"),
    *("tensor<?xf32>", "tensor<4xi8>", "tensor<0xi8>", "tensor<*xf32>", "tensor<2x?xindex>"),
    *("vector<4xi1>", "vector<[4]xi1>", "memref<2xi8>", "memref<*xi8>", "complex<f32>"),
    *("tuple<>", "tuple<i1, !llm.text>", "() -> ()", "(i1) -> (i1, i2)", "!a", "!llm<text>"),
)
_ATTRIBUTES = (
    *("unit", "true", "1", "1 : i1", "1 : index", "-1 : i8", "300 : i8", "1.0 : f16", '"x"'),
    *('"\\FF"', '"\\C3\\A9"', "[]", "[1, [2]]", "{}", "{a, b = 1}", "{a, a}", "@x", "@x::@y"),
    *('@""', '@"é"', "i1", "!llm.text", "loc(unknown)", 'loc("a":1:2)', 'loc("a"("b"))'),
    *('loc(fused["a", "b":1:1])', 'loc(callsite("a" at "b"))', "#a", "#llm.label", "#llm.draw<0>"),
    *("#llm.draw<0/1[*, 2]>", "#llm.draw<>", '#llm.utf8"é"', "#llm.utf8", "#llm.decimal<0.5>"),
    *("#llm.decimal<x>", '#llm.label"pii"', '#llm.label"x"', '#llm.source<"a":1:2>', "#sched.x"),
    *("#sched.estimate<calls 1, tokens ?, usd ?, seconds ?>", "#llm<draw 0>", "dense<>"),
    *("dense<0> : tensor<4xi8>", "dense<0> : tensor<50000000xi8>", "dense<[1, 2]> : tensor<3xi8>"),
    *('dense<"0x00"> : tensor<1xi8>', "dense<(1, 2)> : tensor<1xcomplex<i8>>", "dense<1.0>"),
    *("dense<true> : tensor<2xi1>", "dense<1> : tensor<2xf32>", "array<i8: 1, 2>", "array<i64>"),
    *("array<i8: 300>", "array<f32: 1.0>", "array<i1: true>", "dense_resource<x> : tensor<1xi8>"),
    *('opaque<"a", "b">', "strided<[1, ?], offset: 2>", "affine_map<(d0)[s0] -> (d0 + s0 * 2)>"),
    *(
        "affine_map<(d0) -> (d0 floordiv 0)>",
        "affine_map<(d0) -> (1 mod 0)>",
        "affine_map<() -> (x)>",
    ),
    *("affine_set<(d0) : (d0 >= 0)>", "affine_map<(d0, d1) -> (d0 * d1)>", "array<i32: 1, 0>"),
    *("affine_map<(d0) -> (-(-(d0 + d0)))>", "array<i32: -1, 1>", "array<i32: 9, 9>"),
)
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ("loc(", ")"), ("[{a = ", "}]"))
_NESTS = (
    ("builtin.module {", "}"),
    ("!llm.list<", ">"),
    ("tuple<", ">"),
    ("[", "]"),
    ("{a = ", "}"),
    ("() -> ", ""),
    ("loc(callsite(", ' at "x")'),
    ("affine_map<(d0) -> (", "d0)>"),
    ("-", ""),
    ("(", ")"),
    ("dense<[", "]>"),
    ("scf.execute_region {", "}"),
    ("// -----\n", ""),
)
_LENGTHS = (1, 3, 20, 63, 64, 65, 66, 300, 3000)


class Inputs:
    """The texts of one seed: `inputs.make(7)` is always the same text.

    `corpus` are good texts to begin with.

    >>> Inputs(["llm.model"], seed=1).make(7) == Inputs(["llm.model"], seed=1).make(7)
    True
    """

    def __init__(self, corpus: Sequence[str], seed: int) -> None:
        self._corpus = corpus
        self._seed = seed
        lines = [line for text in corpus for line in text.split("\n") if line.strip()]
        self._lines = lines
        names = {name for text in corpus for name in _NAME.findall(text)}
        self._names = sorted(names) or ["llm.model"]

    def make(self, number: int) -> str:
        """The text of this number."""
        random = self.random(number)
        if random.random() < 0.1:
            return random.choice((self._nest, self._soup, self._aliases, self._operations))(random)
        text = random.choice(self._corpus)
        for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
            text = random.choice(self._mutators())(text, random)
        return text

    def random(self, number: int) -> Random:
        """The chance behind the text of this number."""
        return Random(f"{self._seed}/{number}")

    def _mutators(self) -> tuple[Callable[[str, Random], str], ...]:
        return (
            _flip_bytes,
            _delete_token,
            _repeat_token,
            _swap_tokens,
            _cut,
            _insert_unicode,
            _insert_brackets,
            _replace(_NUMBER, _NUMBERS),
            _replace(_TYPE, _TYPES),
            _replace(_NAME, self._names),
            _insert_attribute,
            self._splice,
            self._insert_line,
            _drop_line,
            _rename_value,
        )

    def _splice(self, text: str, random: Random) -> str:
        other = random.choice(self._corpus)
        here, there = random.randint(0, len(text)), random.randint(0, len(other))
        return text[:here] + other[there:]

    def _insert_line(self, text: str, random: Random) -> str:
        lines = text.split("\n")
        lines.insert(random.randint(0, len(lines)), random.choice(self._lines or [""]))
        return "\n".join(lines)

    def _nest(self, random: Random) -> str:
        opening, closing = random.choice(_NESTS)
        length = random.choice(_LENGTHS)
        inner = random.choice((*_TYPES, *_ATTRIBUTES, "", "%a = llm.constant"))
        closed = length - random.choice((0, 0, 0, 1))
        nested = opening * length + inner + closing * closed
        form = random.choice(
            (
                "{}",
                "module attributes {{a = {}}} {{}}",
                "%a = llm.list() : {}",
                "func.func @f(%a: {}) {{\n  func.return\n}}",
                "llm.model @m from {}",
                "#a = {}",
                "!a = {}",
                'llm.model @m from "p" {}',
            )
        )
        return form.format(nested)

    def _soup(self, random: Random) -> str:
        parts = (
            *_NUMBERS,
            *_TYPES,
            *_ATTRIBUTES,
            *self._names,
            "%a",
            "%a = ",
            "^a:",
            "{",
            "}",
            "->",
        )
        return " ".join(random.choice(parts) for _ in range(random.randint(1, 30)))

    def _aliases(self, random: Random) -> str:
        sign, form = random.choice(
            (("!", "tuple<{0}, {0}>"), ("#", "[{0}, {0}]"), ("#", "{{a = {0}, b = {0}}}"))
        )
        count = random.choice(_LENGTHS[:-1])
        first = f"{sign}a0 = {random.choice(_TYPES[:8])}\n"
        lines = [f"{sign}a{i + 1} = {form.format(f'{sign}a{i}')}\n" for i in range(count)]
        return first + "".join(lines) + f"module attributes {{a = {sign}a{count}}} {{}}"

    def _operations(self, random: Random) -> str:
        """Operations in the generic format, of which little fits."""
        lines: list[str] = []
        for number in range(random.randint(1, 6)):
            used = [f"%v{random.randint(0, number)}" for _ in range(random.randint(0, 3))]
            types = [random.choice(_TYPES[:24]) for _ in used]
            results = [random.choice(_TYPES[:24]) for _ in range(random.randint(0, 2))]
            keys = ("value", "model", "sym_name", "draw", "lane", "frame", "template", "count", "x")
            given = [f"{random.choice(keys)} = {random.choice(_ATTRIBUTES)}" for _ in range(2)]
            made = f"%v{number}:{len(results)} = " if results else ""
            region = random.choice(("", "", "({})", "({\n^bb0(%r: !llm.text):\n})"))
            lines.append(
                f'{made}"{random.choice(self._names)}"({", ".join(used)}) <{{{", ".join(given)}}}> '
                f"{region} : ({', '.join(types)}) -> ({', '.join(results)})"
            )
        return "\n".join(lines)


def _flip_bytes(text: str, random: Random) -> str:
    octets = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(random.choice((1, 1, 2, 8))):
        if octets:
            octets[random.randrange(len(octets))] ^= 1 << random.randrange(8)
    return octets.decode("utf-8", random.choice(("replace", "surrogateescape", "ignore")))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text) or [""]


def _delete_token(text: str, random: Random) -> str:
    tokens = _tokens(text)
    del tokens[random.randrange(len(tokens))]
    return "".join(tokens)


def _repeat_token(text: str, random: Random) -> str:
    tokens = _tokens(text)
    place = random.randrange(len(tokens))
    tokens[place] *= random.choice((2, 2, 2, 70, 2000))
    return "".join(tokens)


def _swap_tokens(text: str, random: Random) -> str:
    tokens = _tokens(text)
    one, other = random.randrange(len(tokens)), random.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return "".join(tokens)


def _cut(text: str, random: Random) -> str:
    begin = random.randint(0, len(text))
    end = min(len(text), begin + random.choice((1, 5, 50, 10_000)))
    return text[:begin] + text[end:]


def _insert_unicode(text: str, random: Random) -> str:
    place = random.randint(0, len(text))
    return text[:place] + random.choice(_UNICODE) + text[place:]


def _insert_brackets(text: str, random: Random) -> str:
    opening, closing = random.choice(_BRACKETS)
    length = random.choice(_LENGTHS)
    begin = random.randint(0, len(text))
    end = min(len(text), begin + random.randint(0, 30))
    return text[:begin] + opening * length + text[begin:end] + closing * length + text[end:]


def _insert_attribute(text: str, random: Random) -> str:
    """Replace something that looks like an attribute, or give an operation one."""
    attribute = random.choice(_ATTRIBUTES)
    places = [match.span() for match in re.finditer(r"(?<== )[^,{}<>\n]+", text)]
    if not places or random.random() < 0.5:
        lines = text.split("\n")
        line = random.randrange(len(lines))
        lines[line] += f" {{a = {attribute}}}"
        return "\n".join(lines)
    begin, end = random.choice(places)
    return text[:begin] + attribute + text[end:]


def _drop_line(text: str, random: Random) -> str:
    lines = text.split("\n")
    del lines[random.randrange(len(lines))]
    return "\n".join(lines)


def _rename_value(text: str, random: Random) -> str:
    """Call one value by another's name, where it is defined or used."""
    values = list(re.finditer(r"%[\w.$-]+", text))
    if not values:
        return text
    renamed = random.choice(values)
    name = random.choice([*[value[0] for value in values], "%x_0", "%x_01", "%0", "%1", "%x-"])
    return text[: renamed.start()] + name + text[renamed.end() :]


def _replace(pattern: re.Pattern[str], choices: Sequence[str]) -> Callable[[str, Random], str]:
    def replace(text: str, random: Random) -> str:
        found = list(pattern.finditer(text))
        if not found or not choices:
            return text
        match = random.choice(found)
        return text[: match.start()] + random.choice(choices) + text[match.end() :]

    return replace
