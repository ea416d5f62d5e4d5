"""Makers of what optimizations look for, which single operations rarely come to by chance.

Each writes a shape as a person would write it, and leaves the rest to chance: most of what
it is made of stays visible, so that now and then others read it, and the shape is not one.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import i1, i64
from xdsl.ir import Attribute

from ember_mlir.dialects.values import EMBEDDING, TEXT, TEXTS, ListType, is_comparable, quote
from ember_mlir.testing.asking import MODELS, answer, on_error, site
from ember_mlir.testing.nesting import leave
from ember_mlir.testing.plain import (
    element_of,
    integer,
    is_element,
    is_list,
    is_one,
)
from ember_mlir.testing.samples import WORDS
from ember_mlir.testing.writer import Maker, Name, Writer


def call(w: Writer, prompt: str, *, greedy: bool = False, model: str = MODELS[0]) -> str:
    """A call with this prompt, of an identity that chance gives."""
    temperature = " temperature 0" if greedy else ""
    return w.op(f"llm.generate @{model}({prompt}){temperature}{site(w, greedy)}", TEXT)


def drawn(w: Writer, number: int) -> str:
    """A draw for a call that stands here."""
    indices = ", ".join(["*"] * w.repetitions)
    return f" draw <{number}[{indices}]>" if indices else f" draw <{number}>"


def wrapped(w: Writer, text: str) -> str:
    """A text that another is part of."""
    return w.op(f'llm.template "{w.pick(("", "é: "))}{{0}}!"({text})', TEXT)


def seldom_read_elsewhere(w: Writer, *names: str) -> None:
    """Let nobody else read these values, as a rule."""
    if not w.sometimes(4):
        w.hide(*names)


# Calls.


def samples_one_by_one(w: Writer, wanted: Attribute) -> str:
    """The same is asked several times, each with a draw of its own."""
    prompt, model, look = w.value(TEXT), w.pick(MODELS), answer(w, greedy=True)
    first, count = w.number(9), w.number(4, 2)
    # Now and then, two of them are one sample.
    numbers = [first + (index if not w.sometimes(9) else 0) for index in range(count)]
    names = [
        w.op(f"llm.generate @{model}({prompt}){look}{drawn(w, number)}", TEXT) for number in numbers
    ]
    seldom_read_elsewhere(w, *names)
    return w.op(f"llm.list({', '.join(names)}) : {wanted}", wanted)


def asked_twice(w: Writer, wanted: Attribute) -> str:
    """The same is asked twice: greedily, or with one draw."""
    prompt = w.value(TEXT)
    if w.sometimes(2):
        names = [call(w, prompt, greedy=True) for _ in range(2)]
    else:
        draw = drawn(w, w.number(9))
        names = [w.op(f"llm.generate @small({prompt}){draw}", TEXT) for _ in range(2)]
    return w.op(f'llm.template "{{0}} {{1}}"({", ".join(names)})', wanted)


def read_in_one_arm(w: Writer, wanted: Attribute) -> str:
    """What is asked before a branch is read in one arm of it."""
    asked, condition, result = call(w, w.value(TEXT)), w.value(i1), w.fresh()
    seldom_read_elsewhere(w, asked)
    which = w.number(1)
    w.line(f"{result} = scf.if {condition} -> ({wanted}) {{")
    for arm, end in enumerate(("} else {", "")):
        with w.region():
            given = wrapped(w, asked) if arm == which else w.value(TEXT)
            leave(w, "scf.yield", (given, TEXT))
        if end:
            w.line(end)
    return w.close(result, wanted)


def asked_in_both_arms(w: Writer, wanted: Attribute) -> str:
    """An answer decides what is asked about a text that was there before."""
    text, result = w.value(TEXT), w.fresh()
    verdict = call(w, call(w, w.value(TEXT)), model=w.pick(MODELS))
    word = w.op(f"llm.constant {quote(w.pick(WORDS))}", TEXT)
    condition = w.op(f"llm.contains {verdict}, {word} : {TEXT}, {TEXT}", i1)
    w.line(f"{result} = scf.if {condition} -> ({wanted}) {{")
    for end in ("} else {", ""):
        with w.region():
            leave(w, "scf.yield", (call(w, wrapped(w, text) if w.sometimes(2) else text), TEXT))
        if end:
            w.line(end)
    return w.close(result, wanted)


def embeddings(w: Writer, wanted: Attribute) -> str:
    """Several texts, each embedded for itself."""
    model = w.pick(MODELS)
    names = [
        w.op(f"llm.embed @{model}({text}){site(w, True)}", EMBEDDING)
        for text in w.values(TEXT, (2, 3))
    ]
    return w.op(f"llm.list({', '.join(names)}) : {wanted}", wanted)


# Maps.


def start_map(w: Writer, items: Name, wanted: Attribute, error: str = "") -> tuple[str, Name]:
    """Write the first line of a map over `items`; its result, and the element."""
    element, result = Name(w.fresh(), element_of(items.type)), w.fresh()
    head = f"{result} = ensemble.map {element.name} in {items.name}{error}"
    w.line(f"{head} : {items.type} -> {wanted} do {{")
    return result, element


def map_of_calls(w: Writer) -> Name:
    """A list that a model is asked about, one by one."""
    items = Name(w.value(TEXTS), TEXTS)
    result, element = start_map(w, items, TEXTS, on_error(w, TEXT) if w.sometimes(4) else "")
    with w.region(element, repeats=True):
        leave(w, "ensemble.yield", (call(w, element.name), TEXT))
    return Name(w.close(result, TEXTS), TEXTS)


def maps_in_a_row(w: Writer, wanted: Attribute) -> str:
    """A map over a list that another map has made."""
    inner = map_of_calls(w)
    seldom_read_elsewhere(w, inner.name)
    result, element = start_map(w, inner, wanted)
    with w.region(element, repeats=True):
        found = element_of(wanted)
        given = wrapped(w, element.name) if found == TEXT else w.value(found)
        leave(w, "ensemble.yield", (given, found))
    return w.close(result, wanted)


def asked_the_same_each_time(w: Writer, wanted: Attribute) -> str:
    """A map whose body asks greedily about what is not its element."""
    items, prompt = w.pick_list(), w.value(TEXT)
    result, element = start_map(w, items, wanted, on_error(w, TEXT) if w.sometimes(4) else "")
    with w.region(element, repeats=True):
        same = call(w, wrapped(w, prompt) if w.sometimes(2) else prompt, greedy=True)
        leave(w, "ensemble.yield", (wrapped(w, same) if w.sometimes(2) else same, TEXT))
    return w.close(result, wanted)


def embedded_one_by_one(w: Writer, wanted: Attribute) -> str:
    """A map that embeds each of a list."""
    items = Name(w.value(TEXTS), TEXTS)
    result, element = start_map(w, items, wanted)
    with w.region(element, repeats=True):
        text = wrapped(w, element.name) if w.sometimes(2) else element.name
        made = w.op(f"llm.embed @{w.pick(MODELS)}({text}){site(w, True)}", EMBEDDING)
        leave(w, "ensemble.yield", (made, EMBEDDING))
    return w.close(result, wanted)


def retrieved(w: Writer, wanted: Attribute) -> str:
    """Which of several texts, each of which is embedded, are like another one."""
    make = embedded_one_by_one if w.may_nest and w.sometimes(2) else embeddings
    vectors = make(w, ListType(EMBEDDING))
    query = w.op(f"llm.embed @{w.pick(MODELS)}({w.value(TEXT)}){site(w, True)}", EMBEDDING)
    return w.op(f"llm.top_k {w.number(3, 1)} of {vectors} near {query}", wanted)


# Loops.


def appending_loop(w: Writer, wanted: Attribute) -> str:
    """A loop over a list that appends a value in each round."""
    items, found = w.pick_list(), element_of(wanted)
    first = w.op(f"llm.list() : {wanted}", wanted) if w.sometimes(2) else w.value(wanted)
    length = w.op(f"llm.length of {items.name} : {items.type}", i64)
    zero, one = integer(w, 0), integer(w, 1)
    index, state, result = w.fresh(), w.fresh(), w.fresh()
    w.line(
        f"{result} = scf.for {index} = {zero} to {length} step {one} "
        f"iter_args({state} = {first}) -> ({wanted}) : i64 {{"
    )
    with w.region(repeats=True):
        element = w.op(f"llm.get {items.name}[{index}] : {items.type}", element_of(items.type))
        asked = call(w, element) if items.type == TEXTS and w.sometimes(2) else None
        value = asked if asked is not None and found == TEXT else w.value(found)
        added = w.op(f"llm.list({value}) : {wanted}", wanted)
        joined = w.op(f"llm.concat({state}, {added}) : {wanted}", wanted)
        leave(w, "scf.yield", (joined, wanted))
    return w.close(result, wanted)


# Votes.


def vote_over_calls(w: Writer, wanted: Attribute) -> str:
    """A vote that alone reads answers, or what is computed from each of them."""
    prompt = w.value(TEXT)
    look = answer(w, greedy=False) if w.sometimes(2) else ""
    error = on_error(w, TEXT) if w.sometimes(3) else ""
    count = w.number(6, 2)
    indices = ", ".join(["*"] * (w.repetitions + 1))
    asked = f"ensemble.sample {count} of @{w.pick(MODELS)}({prompt}){look}{error}"
    answers = Name(w.op(f"{asked} draw <{w.number(99)}[{indices}]>", TEXTS), TEXTS)
    if wanted != TEXT or w.sometimes(3):
        seldom_read_elsewhere(w, answers.name)
        answers = _computed(w, answers, wanted)
    seldom_read_elsewhere(w, answers.name)
    least = f" min_valid {w.number(3, 1)}" if w.sometimes(4) else ""
    return w.op(f"ensemble.vote {answers.name}{least}{stop(w)} : {answers.type}", wanted)


def _computed(w: Writer, answers: Name, wanted: Attribute) -> Name:
    """A value for each answer."""
    listed = ListType(wanted)
    result, element = start_map(w, answers, listed)
    with w.region(element, repeats=True):
        if wanted == TEXT:
            given = wrapped(w, element.name) if w.sometimes(2) else call(w, element.name)
        elif wanted == i1:
            word = w.op(f"llm.constant {quote(w.pick(WORDS))}", TEXT)
            given = w.op(f"llm.contains {element.name}, {word} : {TEXT}, {TEXT}", i1)
        else:
            given = w.value(wanted)
        leave(w, "ensemble.yield", (given, wanted))
    return Name(w.close(result, listed), listed)


def stop(w: Writer) -> str:
    """When a vote stops, as a rule not early."""
    return w.pick(("",) * 6 + (" stop lossless", " stop adaptive confidence 0.8"))


def is_voted_on(found: Attribute) -> bool:
    """Whether there are lists of a type that are voted on."""
    return is_element(found) and is_comparable(found)


SHAPES: Sequence[Maker] = (
    Maker("llm.list", is_one(TEXTS), samples_one_by_one, 4),
    Maker("llm.template", is_one(TEXT), asked_twice, 2),
    Maker("ensemble.vote", is_one(TEXT), vote_over_calls, 2),
    Maker("ensemble.vote", is_one(i1, i64), vote_over_calls, 2),
    Maker("llm.embed", is_one(ListType(EMBEDDING)), embeddings, 9),
    Maker("ensemble.map", is_one(ListType(EMBEDDING)), embedded_one_by_one, 9, nests=True),
    Maker("llm.top_k", is_one(ListType(i64)), retrieved, 9),
    Maker("scf.if", is_one(TEXT), read_in_one_arm, 4, nests=True),
    Maker("scf.if", is_one(TEXT), asked_in_both_arms, 2, nests=True),
    Maker("ensemble.map", is_one(TEXTS), asked_the_same_each_time, 4, nests=True),
    Maker("ensemble.map", is_list, maps_in_a_row, 2, nests=True),
    Maker("scf.for", is_list, appending_loop, 2, nests=True),
)
"""What optimizations look for."""
