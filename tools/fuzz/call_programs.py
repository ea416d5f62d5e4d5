"""Random programs of about as many calls as asked for, and who answers them.

A program is put together of pieces that people write: chains, votes, maps, reductions,
branches, loops, and arms to fall back on. All of it is fixed by a seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from random import Random

from ember_mlir.errors import ProviderError
from ember_mlir.providers.protocol import Reply, Request

TEXT = "!llm.text"
TEXTS = "!llm.list<!llm.text>"
INPUTS = ["Wie geht es dir?", "日本", "{0}", "emoji 😀"]
"""What a program is given."""

_HEADER = """llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out
llm.model @wary from "simulated"
"""
_NUMBER = 'as json_schema "{\\"type\\": \\"integer\\"}"'
_WORDS = ("yes", "Yes", " no", "no", "été", "日本", "1", "2", "42", "it depends")
_LONGEST = 2.0


class Words:
    """A provider whose answers and latencies are fixed by the request and its draws.

    Answers are few, so that votes have ties and tests have both outcomes; of four requests
    to the model `wary` one is refused. Latencies are up to 2 seconds, and hardly ever equal.

    >>> request = Request("small", "2 + 2?", draws=(7,))
    >>> Words().simulate(request) == Words().simulate(request)
    True
    """

    def simulate(self, request: Request) -> tuple[Reply, float]:
        """The reply to `request`, and its latency; raises `ProviderError` if it is refused."""
        asked = f"{request.model}\n{request.prompt}\n{request.draws}\n{request.grammar is None}"
        number = int.from_bytes(blake2b(asked.encode(), digest_size=8).digest(), "big")
        if request.model == "wary" and number % 4 == 0:
            raise ProviderError("the model refused to answer")
        answers = [_WORDS[(number >> 8 * index) % len(_WORDS)] for index in range(request.n)]
        tokens = len(request.prompt or "") // 4
        return Reply(answers, tokens, request.n), _LONGEST * (number % 1_000_003) / 1_000_003

    async def generate(self, request: Request) -> Reply:
        """What `simulate` tells, after its latency."""
        from asyncio import sleep

        reply, seconds = self.simulate(request)
        await sleep(seconds)
        return reply


def random_program(seed: int, calls: int) -> str:
    """A program with the inputs `%q` and `%xs` that makes about that many calls.

    >>> random_program(1, 20) == random_program(1, 20)
    True
    """
    return _Writer(Random(f"program {seed}"), calls).write()


class _Writer:
    """Writes one program, piece after piece, until it makes enough calls."""

    def __init__(self, random: Random, calls: int) -> None:
        self.random = random
        self.left = calls
        self.lines: list[str] = []
        self.names = 0
        self.visible = ["%q"]

    def write(self) -> str:
        while self.left > 0:
            piece = self.random.choice(_PIECES)
            self.visible.append(piece(self))
        results = ", ".join(self.visible[1:])
        body = "\n  ".join([*self.lines, f"%all = llm.list({results}) : {TEXTS}"])
        return (
            f"{_HEADER}func.func @program(%q: {TEXT}, %xs: {TEXTS}) -> {TEXTS} {{\n"
            f"  {body}\n  func.return %all : {TEXTS}\n}}\n"
        )

    def fresh(self) -> str:
        self.names += 1
        return f"%v{self.names}"

    def line(self, text: str) -> None:
        self.lines.append(text)

    def op(self, text: str) -> str:
        """Write an operation with one result, and return its name."""
        name = self.fresh()
        self.line(f"{name} = {text}")
        return name

    def value(self) -> str:
        """A text that is there: as a rule one of the last, so that there are long ways."""
        return self.random.choice(self.visible[-self.random.choice((1, 2, 8, 1000)) :])

    def few(self, most: int, least: int = 1) -> int:
        return self.random.randint(least, max(least, min(most, self.left)))

    def prompt(self, *values: str) -> str:
        """A prompt about `values` that no other call has."""
        holes = " ".join([f"{{{number}}}" for number in range(len(values))])
        return self.op(f'llm.template "{self.names}? {holes}"({", ".join(values)})')

    def ask(self, *values: str, model: str = "", details: str = "") -> str:
        """A call about `values`."""
        self.left -= 1
        asked = self.prompt(*values)
        chosen = model or self.random.choice(("small", "small", "large"))
        parameters = details or self.random.choice(
            ("", "temperature 0.7", "temperature 0", "max_tokens 8")
        )
        return self.op(f"llm.generate @{chosen}({asked}) {parameters}")

    def texts(self, count: int) -> str:
        """A list of texts that are there."""
        return self.op(f"llm.list({', '.join(self.value() for _ in range(count))}) : {TEXTS}")

    def one_of(self, texts: str) -> str:
        """What becomes of a list."""
        if self.random.random() < 0.5:
            return self.op(f"ensemble.vote {texts} : {TEXTS}")
        return self.op(f'llm.join {texts} with ", "')


def _chain(w: _Writer) -> str:
    value = w.value()
    for _ in range(w.few(5)):
        value = w.ask(value)
    return value


def _sample(w: _Writer) -> str:
    count = w.few(5)
    w.left -= count
    asked = w.prompt(w.value())
    drafts = w.op(f"ensemble.sample {count} of @small({asked}) temperature 0.9 max_tokens 8")
    return w.op(f"ensemble.vote {drafts} : {TEXTS}")


def _drafts(w: _Writer) -> str:
    asked = w.value()
    answers = [w.ask(asked) for _ in range(w.few(4))]
    return w.one_of(w.op(f"llm.list({', '.join(answers)}) : {TEXTS}"))


def _join(w: _Writer) -> str:
    return w.ask(w.value(), w.value(), w.value())


def _map(w: _Writer) -> str:
    return w.one_of(_mapped(w, w.texts(w.few(6)), w.left))


def _mapped(w: _Writer, items: str, elements: int, error: str = "", model: str = "") -> str:
    element, result = w.fresh(), w.fresh()
    w.line(f"{result} = ensemble.map {element} in {items} {error} : {TEXTS} -> {TEXTS} do {{")
    before = w.left
    answer = w.ask(element, w.value(), model=model)
    if w.random.random() < 0.3:
        answer = w.ask(answer)
    w.left -= (before - w.left) * (min(elements, 4) - 1)
    w.line(f"ensemble.yield {answer} : {TEXT}\n  }}")
    return result


def _reduce(w: _Writer) -> str:
    return _reduced(w, w.texts(w.few(8, 2)))


def _reduced(w: _Writer, items: str) -> str:
    group, result = w.fresh(), w.fresh()
    w.line(f"{result} = ensemble.reduce {group} in {items} by {w.few(4, 2)} : {TEXTS} do {{")
    answer = w.ask(w.op(f'llm.join {group} with " + "'))
    w.left -= 2
    w.line(f"ensemble.yield {answer} : {TEXT}\n  }}")
    return result


def _map_reduce(w: _Writer) -> str:
    return _reduced(w, _mapped(w, "%xs", len(INPUTS)))


def _arms(w: _Writer, head: str, arms: Sequence[Callable[[], str]]) -> str:
    """An operation of several regions, each of which writes its own last line."""
    result = w.fresh()
    w.line(f"{result} = {head} : {TEXT} do {{")
    for number, arm in enumerate(arms):
        if number:
            w.line("} else {")
        w.line(arm())
    w.line("}")
    return result


def _fallback(w: _Writer) -> str:
    def careless() -> str:
        details = w.random.choice((_NUMBER, f"{_NUMBER} retries 3", "temperature 0.5"))
        return f"ensemble.yield {w.ask(w.value(), model='wary', details=details)} : {TEXT}"

    def sure() -> str:
        return f"ensemble.yield {w.ask(w.value())} : {TEXT}"

    return _arms(w, "ensemble.fallback", (careless, sure))


def _cascade(w: _Writer) -> str:
    def cheap() -> str:
        one, other = (w.ask("%q", model="small", details="temperature 0.7") for _ in range(2))
        agree = w.op(f"llm.equal {one}, {other} : {TEXT}")
        return f"ensemble.accept {one} if {agree} : {TEXT}"

    def dear() -> str:
        return f"ensemble.yield {w.ask(w.value(), model='large')} : {TEXT}"

    return _arms(w, "ensemble.cascade", (cheap, dear))


def _refine(w: _Writer) -> str:
    start, goal = w.value(), w.op('llm.constant "2"')
    value, result = w.fresh(), w.fresh()
    w.line(f"{result} = ensemble.refine {value} from {start} at_most 3 : {TEXT} do {{")
    better = w.ask(value)
    done = w.op(f"llm.contains {better}, {goal} : {TEXT}, {TEXT}")
    w.left -= 1
    w.line(f"ensemble.accept {better} if {done} : {TEXT}\n  }}")
    return result


def _loop(w: _Writer) -> str:
    start, rounds = w.value(), w.few(3)
    first, end, step = (w.op(f"arith.constant {number} : i64") for number in (0, rounds, 1))
    index, state, result = w.fresh(), w.fresh(), w.fresh()
    w.line(
        f"{result} = scf.for {index} = {first} to {end} step {step} "
        f"iter_args({state} = {start}) -> ({TEXT}) : i64 {{"
    )
    answer = w.ask(state)
    w.left -= rounds - 1
    w.line(f"scf.yield {answer} : {TEXT}\n  }}")
    return result


def _branch(w: _Writer) -> str:
    condition = w.op(f"llm.equal {w.value()}, {w.value()} : {TEXT}")
    result = w.fresh()
    w.line(f"{result} = scf.if {condition} -> ({TEXT}) {{")
    w.line(f"scf.yield {w.ask(w.value())} : {TEXT}\n  }} else {{")
    w.left += 1
    w.line(f"scf.yield {w.ask(w.value())} : {TEXT}\n  }}")
    return result


def _members_that_may_fail(w: _Writer) -> str:
    error = w.random.choice(("on_error drop", "on_error use %q"))
    found = _mapped(w, "%xs", len(INPUTS), error, model="wary")
    return w.op(f'llm.join {found} with ", "')


_PIECES: Sequence[Callable[[_Writer], str]] = (
    _chain,
    _chain,
    _sample,
    _sample,
    _drafts,
    _join,
    _map,
    _reduce,
    _map_reduce,
    _fallback,
    _cascade,
    _refine,
    _loop,
    _branch,
    _members_that_may_fail,
)
