"""A provider that answers what the programs of the corpus ask for, by a hash of the request.

It reads from a prompt what kind of answer is wanted (a label, a number, JSON, lines, ...) and
picks one. Answers collide often, and one in eight is not of the kind that was asked for, so
that over some seeds every arm of a program is taken.
"""

from __future__ import annotations

import json
import re
from asyncio import sleep
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b

from ember_mlir.providers import Reply, Request
from ember_mlir.providers.simulated import PROFILES, count_tokens

SENTENCES = (
    "It depends on the weather.",
    "42",
    "Answer: 12",
    "We think so.\nAnswer: 42",
    "The lift is broken, and printing costs five cents.",
    "oiseau",
    "A dog may be on a lead [2].",
    "See [1] and [3], but not [9].",
    "Why do you ask?",
    "A secret plan with many steps and a very long explanation that goes on and on.",
    "",
)
CASES = ("x -> y\n1 -> 2\nx -> y", "0 -> 0", "no cases", " 3 4 ->7\nmore", "")
ASPECTS = ("- battery: bad\n* Screen: good: very", "price: fair", "nothing", "a: b\n\nc\nd:e", "")
CODE = ("def f():\n    return 1", "def f(:", "x = 1", "print('a", "")
LINES = (
    "1. Buy bread",
    "2) Call Ann",
    "- battery: bad",
    "* Screen: good",
    "Where is it?",
    "Paris, Warsaw, Paris",
    "",
)
ACTIONS = (
    "Thought: I look it up.\nlookup[France]",
    "finish[12]",
    "finish[Norway]",
    "calculate[3 + 4 + 5]",
    "lookup[Norway]",
    "calculate[68 + 5]",
    "finish[73 million]",
    "search[people]",
    "I am not sure.",
)
COMMANDS = ("stop", "play blue moon", "call Ann", "play", "sing a song", "")
NUMBERS = ("7", "8/10", "3", "10", "Score: 6", "85%", "0", "9.50", "none")
YES_OR_NO = ("yes", "no", "Yes.", "No.", "yes", "no", "Yes, but no", "unsure")
LISTS = ("Paris, Warsaw", "Marie Curie, Pierre.", "Paris, Paris, ", "", "island")

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], int], str]]


def _one_of(pool: Sequence[str]) -> Callable[[re.Match[str], int], str]:
    return lambda _, number: pool[number % len(pool)]


def _label(match: re.Match[str], number: int) -> str:
    labels = [label.strip(" .") for label in match.group(1).split(",")]
    label = labels[number % len(labels)]
    return (label, label.upper(), f"{label}.", label)[number // 16 % 4]


def _lines(_: re.Match[str], number: int) -> str:
    count = number % 4
    return "\n".join([LINES[number // power % len(LINES)] for power in (1, 7, 49)[:count]])


def _word(match: re.Match[str], number: int) -> str:
    """The word that a prompt names for a special case, every other time."""
    return match.group(1) if number % 2 else SENTENCES[number // 2 % len(SENTENCES)]


def _json(match: re.Match[str], number: int) -> str:
    keys: list[str] = re.findall(r'"(\w+)":', match.group())
    values = ("Ada", 4711, "555-01 00", True, None, False)
    made: dict[str, object] = {
        key: values[number // 5**i % len(values)] for i, key in enumerate(keys)
    }
    text = json.dumps(made)
    forms = (text, f"```json\n{text}\n```", text[:-1], "[1, 2]", f"Here: {text}")
    return forms[number // 3 % len(forms)]


RULES: Sequence[Rule] = [
    (re.compile(cue), make)
    for cue, make in (
        (r'\{("\w+": \.\.\.(, )?)+\}', _json),
        (r"lookup\[country\]", _one_of(ACTIONS)),
        (r"'play <song>'", _one_of(COMMANDS)),
        (r"one of: ([^\n]+)", _label),
        (r"yes or no", _one_of(YES_OR_NO)),
        (r"(?:[Rr]eply|, or) ([A-Z]{2,})\b", _word),
        (r"[Nn]umber from|from 1 to 10|from 0 to|as a number", _one_of(NUMBERS)),
        (r"separated by commas", _one_of(LISTS)),
        (r"'input -> output', one per line", _one_of(CASES)),
        (r"'aspect: sentiment', one per line", _one_of(ASPECTS)),
        (r"[Oo]nly code", _one_of(CODE)),
        (r"one per line", _lines),
    )
]


class Answering:
    """Answers that fit their prompts, most of the time; the same for the same request and seed.

    `seconds` of a reply are lifelike: they grow with its length, and depend on the model.
    """

    def __init__(self, seed: int) -> None:
        self.requests: list[Request] = []
        self._seed = seed

    @property
    def asked(self) -> Counter[Request]:
        """How often each request was made."""
        return Counter(self.requests)

    def simulate(self, request: Request) -> tuple[Reply, float]:
        """The reply to a request, and after how many seconds it is there."""
        assert request.prompt is not None
        self.requests.append(request)
        # A temperature of 0 is one of 0.0: the two are equal, but not shown alike.
        settings = request.model, request.prompt, request.temperature == 0, request.max_tokens
        chosen = repr((self._seed, settings, request.draws))
        digest = blake2b(chosen.encode(), digest_size=12).digest()
        text = answer(request.prompt, int.from_bytes(digest[:8], "big"))
        profile = PROFILES[request.model]
        tokens = count_tokens(text)
        jitter = 0.8 + 0.4 * int.from_bytes(digest[8:], "big") / 2**32
        seconds = (profile.first_token_seconds + tokens * profile.seconds_per_token) * jitter
        return Reply([text], count_tokens(request.prompt), tokens), seconds

    async def generate(self, request: Request) -> Reply:
        """The reply, after its time."""
        reply, seconds = self.simulate(request)
        await sleep(seconds)
        return reply


def answer(prompt: str, number: int) -> str:
    """What is answered to a prompt, for a number that stands for chance."""
    found = [(matches[-1], make) for cue, make in RULES if (matches := [*cue.finditer(prompt)])]
    if not found or number % 8 == 0:
        return SENTENCES[number // 8 % len(SENTENCES)]
    # A prompt that quotes others asks for what comes last.
    match, make = max(found, key=lambda one: one[0].end())
    return make(match, number // 8)
