"""Makers that ask models, and makers of one out of many."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import f64, i64
from xdsl.ir import Attribute

from ember_mlir.dialects.values import EMBEDDING, MESSAGES, TEXT, TEXTS, ListType, is_comparable
from ember_mlir.dialects.values.structures import format_grammar
from ember_mlir.testing.plain import is_element, is_one
from ember_mlir.testing.samples import GRAMMARS
from ember_mlir.testing.writer import Maker, Writer

MODELS = ("small", "large")
TOOLS = ("search", "time")


def sampling(w: Writer) -> tuple[str, bool]:
    """The parameters of a request, and whether it is greedy."""
    temperature = w.pick(("", " temperature 0.7", " temperature 0", " temperature 1.50"))
    temperature += w.pick(("", "", " top_p 0.9"))
    limit = w.pick(("", "", " max_tokens 5"))
    stop = w.pick(("", "", ' stop ["\\n", "é"]'))
    return temperature + limit + stop, "temperature 0" in f"{temperature} ".replace("0.7", "")


def site(w: Writer, greedy: bool, own: int = 0) -> str:
    """An identity: none, one of its own, or one that others may have too."""
    kind = w.number(3)
    if kind == 0:
        return ""
    dynamic = ["*"] * (w.repetitions + own)
    if kind == 1 and dynamic and w.sometimes(2):
        dynamic.insert(w.number(len(dynamic)), str(w.number(2)))
    chain = f"{w.number(3)}/{w.number(1)}" if w.sometimes(4) else f"{w.number(9)}"
    indices = f"[{', '.join(dynamic)}]" if dynamic else ""
    return f" {'site' if greedy else 'draw'} <{chain}{indices}>"


def sites(w: Writer, greedy: bool, count: int) -> str:
    """The identity of a sample: one, or a list of one for each."""
    if not w.sometimes(4):
        return site(w, greedy, own=1)
    stars = ["*"] * w.repetitions
    listed: list[str] = []
    for _ in range(count):
        own = [str(w.number(2))] if w.sometimes(2) else []
        indices = ", ".join([*stars, *own] if w.sometimes(2) else [*own, *stars])
        listed.append(f"<{w.number(9)}[{indices}]>" if indices else f"<{w.number(9)}>")
    return f" {'site' if greedy else 'draw'} [{', '.join(listed)}]"


def answer(w: Writer, greedy: bool) -> str:
    """What an answer must look like."""
    if not w.sometimes(3):
        return ""
    grammar = w.pick([fitting.grammar for fitting in GRAMMARS])
    retries = f" retries {w.number(3, 1)}" if not greedy and w.sometimes(2) else ""
    return f" as {format_grammar(grammar)}{retries}"


def prompt(w: Writer) -> str:
    """A text, or a conversation."""
    if w.sometimes(4):
        return f"{w.value(MESSAGES)} : {MESSAGES}"
    return w.value(TEXT)


def on_error(w: Writer, member: Attribute) -> str:
    """What becomes of a member that fails."""
    match w.number(3):
        case 2:
            return " on_error drop"
        case 3:
            return f" on_error use {w.value(member)}"
        case _:
            return ""


def generate(w: Writer, wanted: Attribute) -> str:
    """A call, or one that is there again, with an identity of its own."""
    visible = {name for name, _ in w.readable()}
    known = [call for call in w.calls if call[0] in visible]
    if known and w.sometimes(2):
        _, call, greedy = w.pick(known)
    else:
        asked, (parameters, greedy) = prompt(w), sampling(w)
        call = f"llm.generate @{w.pick(MODELS)}({asked}){parameters}{answer(w, greedy)}"
        w.calls.append((asked.partition(" ")[0], call, greedy))
    return w.op(f"{call}{site(w, greedy)}", wanted)


def generate_with_tools(w: Writer, wanted: Attribute) -> str:
    asked, (parameters, greedy) = prompt(w), sampling(w)
    tools = w.pick(("@search", "@search, @time"))
    return w.op(
        f"llm.generate @{w.pick(MODELS)}({asked}){parameters} tools [{tools}]"
        f"{site(w, greedy)} -> {wanted}",
        wanted,
    )


def sample(w: Writer, wanted: Attribute) -> str:
    asked, (parameters, greedy) = prompt(w), sampling(w)
    parameters += answer(w, greedy) + on_error(w, TEXT)
    count = w.number(3, 1)
    return w.op(
        f"ensemble.sample {count} of @{w.pick(MODELS)}({asked}){parameters}"
        f"{sites(w, greedy, count)}",
        wanted,
    )


def embed(w: Writer, wanted: Attribute) -> str:
    return w.op(f"llm.embed @{w.pick(MODELS)}({w.value(TEXT)}){site(w, True)}", wanted)


def score(w: Writer, wanted: Attribute) -> str:
    text, labels = w.value(TEXT), w.value(TEXTS)
    return w.op(f"llm.score @{w.pick(MODELS)}({text}) among {labels}{site(w, True)}", wanted)


def embed_all(w: Writer, wanted: Attribute) -> str:
    asked = f"{w.value(TEXTS)} : {TEXTS}"
    return w.op(f"llm.embed @{w.pick(MODELS)}({asked}){site(w, True, own=1)} -> {wanted}", wanted)


def score_all(w: Writer, wanted: Attribute) -> str:
    asked, labels = f"{w.value(TEXTS)} : {TEXTS}", w.value(TEXTS)
    return w.op(
        f"llm.score @{w.pick(MODELS)}({asked}) among {labels}{site(w, True, own=1)} -> {wanted}",
        wanted,
    )


def judge(w: Writer, wanted: Attribute) -> str:
    asked, answers, (parameters, greedy) = w.value(TEXT), w.value(TEXTS), sampling(w)
    return w.op(
        f"ensemble.judge @{w.pick(MODELS)}({asked}) among {answers}{parameters}{site(w, greedy)}",
        wanted,
    )


def vote(w: Writer, wanted: Attribute) -> str:
    answers = w.value(ListType(wanted))
    kinds, keys, least = f"{ListType(wanted)}", "", ""
    if not is_comparable(wanted) or w.sometimes(6):
        found = ListType(w.pick((i64, TEXT)))
        keys = f" by {w.value(found)}"
        kinds += f", {found}"
    if w.sometimes(4):
        least = f" min_valid {w.number(3, 1)}"
    early = w.pick(("", "", "", "", "", " stop lossless", " stop adaptive confidence 0.6"))
    return w.op(f"ensemble.vote {answers}{keys}{least}{early} : {kinds}", wanted)


def best(w: Writer, wanted: Attribute) -> str:
    listed, found = ListType(wanted), ListType(w.pick((i64, f64)))
    if w.sometimes(3):
        answers, scores = w.value(listed), w.value(found)
    else:
        count = (w.number(3, 1),)
        answers = w.op(f"llm.list({', '.join(w.values(wanted, count))}) : {listed}", listed)
        scores = w.op(f"llm.list({', '.join(w.values(found.element, count))}) : {found}", found)
    return w.op(f"ensemble.best {answers} by {scores} : {listed}, {found}", wanted)


def is_other_element(found: Attribute) -> bool:
    """Whether a type is not that of texts, and lists of it are made."""
    return found != TEXT and is_element(found)


ASKING: Sequence[Maker] = (
    Maker("llm.generate", is_one(TEXT), generate, 8),
    Maker("llm.generate", is_one(MESSAGES), generate_with_tools, 5),
    Maker("ensemble.sample", is_one(TEXTS), sample, 6),
    Maker("llm.embed", is_one(EMBEDDING), embed, 5),
    Maker("llm.score", is_one(ListType(f64)), score, 5),
    Maker("llm.embed", is_one(ListType(EMBEDDING)), embed_all, 3),
    Maker("llm.score", is_one(ListType(ListType(f64))), score_all, 3),
    Maker("ensemble.vote", is_one(TEXT), vote, 2),
    Maker("ensemble.vote", is_other_element, vote, 2),
    Maker("ensemble.judge", is_one(TEXT), judge, 2),
    Maker("ensemble.best", is_element, best),
)
"""What asks models or chooses; the simplest first."""
