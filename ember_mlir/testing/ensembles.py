"""Random programs with what `raise-ensembles` looks for, and with what only looks like it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from xdsl.dialects.builtin import i64
from xdsl.ir import Attribute

from ember_mlir.dialects.values import TEXT, TEXTS, ListType, quote
from ember_mlir.testing.asking import MODELS, answer, on_error, prompt, sampling, site
from ember_mlir.testing.nesting import leave, unused
from ember_mlir.testing.plain import apply, element_of, integer, is_list, is_one
from ember_mlir.testing.programs import EVERYTHING
from ember_mlir.testing.writer import Language, Maker, Name, Writer


def call_of(w: Writer) -> tuple[str, bool]:
    """A call without its identity, and whether it is greedy; nearly always it is sampled."""
    asked, (parameters, greedy) = prompt(w), sampling(w)
    if greedy and not w.sometimes(6):
        parameters, greedy = " temperature 0.9", False
    return f"llm.generate @{w.pick(MODELS)}({asked}){parameters}{answer(w, greedy)}", greedy


def identity(w: Writer, greedy: bool, number: int) -> str:
    """An identity that no other call has; now and then one that others may have, or none."""
    if w.sometimes(8):
        return site(w, greedy)
    stars = ["*"] * w.repetitions
    chain = 100 + len(w.lines)
    indices = [*stars, str(number)] if w.sometimes(2) else stars
    shown = f"[{', '.join(indices)}]" if indices else ""
    return f" {'site' if greedy else 'draw'} <{chain}{shown}>"


def between(w: Writer) -> None:
    """What may stand between calls: anything, or a function that is not pure."""
    unused(w)
    if w.sometimes(3):
        apply(w, TEXT)


def alike_in_list(w: Writer, wanted: Attribute) -> str:
    """A list of calls that differ in their draws, now and then in more."""
    call, greedy = call_of(w)
    names: list[str] = []
    for number in range(w.number(4, 2)):
        if w.sometimes(6):
            between(w)
        if w.sometimes(12):
            names.append(w.value(TEXT))
        other = f"{call} retries 2" if " as " in call and "retries" not in call else call
        asked = other if w.sometimes(12) and not greedy else call
        names.append(w.op(f"{asked}{identity(w, greedy, number)}", TEXT))
        if not w.sometimes(5):
            # So that nothing else reads it.
            w.visible.pop()
    if w.sometimes(6):
        between(w)
    if w.sometimes(3):
        names.reverse()
    return w.op(f"llm.list({', '.join(names)}) : {wanted}", wanted)


def counted_in_list(w: Writer, wanted: Attribute) -> str:
    """A list of calls from one place of the source, whose draws count from 0."""
    call, greedy = call_of(w)
    stars, chain = ["*"] * w.repetitions, 100 + len(w.lines)
    names: list[str] = []
    for number in range(w.number(4, 2)):
        indices = ", ".join([*stars, str(number)])
        kind = "site" if greedy else "draw"
        names.append(w.op(f"{call} {kind} <{chain}[{indices}]>", TEXT))
        w.visible.pop()
    return w.op(f"llm.list({', '.join(names)}) : {wanted}", wanted)


def alike_in_parallel(w: Writer, wanted: Attribute) -> str:
    """Arms that differ in their draws, now and then in more."""
    call, greedy = call_of(w)
    result, error = w.fresh(), on_error(w, TEXT)
    w.line(f"{result} = ensemble.parallel{error} : {wanted} do {{")
    count = w.number(3, 2)
    for number in range(count):
        with w.region():
            if w.sometimes(8):
                unused(w)
            answered = w.op(f"{call}{identity(w, greedy, number)}", TEXT)
            leave(w, "ensemble.yield", (w.value(TEXT) if w.sometimes(10) else answered, TEXT))
        if number < count - 1:
            w.line("} and {")
    return w.close(result, wanted)


def loop_of_calls(w: Writer, wanted: Attribute) -> str:
    """A loop of a known number of rounds that lists the answers to one request."""
    call, greedy = call_of(w)
    bounds = [integer(w, n) for n in (w.pick((0, 1)), w.number(4), w.pick((1, 1, 2)))]
    none = w.op(f"llm.list() : {wanted}", wanted)

    def one(index: str, state: str) -> str:
        del index
        answered = w.op(f"{call}{identity(w, greedy, 0)}", TEXT)
        return append(w, state, answered, wanted)

    return loop(w, wanted, none, bounds, one)


def fold(w: Writer, wanted: Attribute) -> str:
    """A loop over a list that combines what its rounds give."""
    items, found = w.pick_list()
    length = w.op(f"llm.length of {items} : {found}", i64)
    first, step = integer(w, w.pick((0, 0, 0, 0, 1))), integer(w, w.pick((1, 1, 1, 1, 2)))
    return folded(w, wanted, Name(items, found), [first, length, step])


def fold_of_known(w: Writer, wanted: Attribute) -> str:
    """A loop over a list that is written out, up to a number."""
    found = ListType(w.pick((TEXT, TEXT, i64)))
    values = w.values(found.element, (2, 3))
    items = w.op(f"llm.list({', '.join(values)}) : {found}", found)
    end = integer(w, len(values) + w.pick((0, 0, 0, -1, 1)))
    return folded(w, wanted, Name(items, found), [integer(w, 0), end, integer(w, 1)])


def folded(w: Writer, wanted: Attribute, items: Name, bounds: Sequence[str]) -> str:
    """A loop that reads `items` by its index and combines what its rounds give."""
    start = w.leaf(wanted) if w.sometimes(2) else w.value(wanted)

    def one(index: str, state: str) -> str:
        if not w.sometimes(8):
            w.op(f"llm.get {items.name}[{index}] : {items.type}", element_of(items.type))
        if w.sometimes(12):
            w.visible.append(Name(state, wanted))
        return combined(w, wanted, state)

    return loop(w, wanted, start, bounds, one)


def loop(
    w: Writer,
    wanted: Attribute,
    start: str,
    bounds: Sequence[str],
    body: Callable[[str, str], str],
) -> str:
    """A loop that carries one value, which `body` writes from index and state."""
    index, state, result = w.fresh(), w.fresh(), w.fresh()
    w.line(
        f"{result} = scf.for {index} = {bounds[0]} to {bounds[1]} step {bounds[2]} "
        f"iter_args({state} = {start}) -> ({wanted}) : i64 {{"
    )
    with w.region(repeats=True):
        leave(w, "scf.yield", (body(index, state), wanted))
    return w.close(result, wanted)


def combined(w: Writer, wanted: Attribute, state: str) -> str:
    """What a round makes of the state: nearly always what is associative."""
    if wanted == i64:
        added = integer(w, 1) if not w.sometimes(5) else w.value(i64)
        order = (added, state) if w.sometimes(2) else (state, added)
        return w.op(f"arith.{w.pick(('addi', 'addi', 'muli'))} {', '.join(order)} : i64", i64)
    if wanted == TEXT:
        value = w.value(TEXT)
        text = w.pick(("{0}, {1}", "{0}{1}", "{0}a{1}b", "{0}b", "{1}{0}", "{0}{1}{0}", "{0}{{{1}"))
        holes = f"({state}, {value})" if "{1}" in text else f"({state})"
        return w.op(f"llm.template {quote(text)}{holes}", TEXT)
    if w.sometimes(3):
        lists = [state, *w.values(wanted, (1, 2))]
        if w.sometimes(4):
            lists.reverse()
        return w.op(f"llm.concat({', '.join(lists)}) : {wanted}", wanted)
    return append(w, state, w.value(element_of(wanted)), wanted)


def append(w: Writer, state: str, value: str, wanted: Attribute) -> str:
    """A list with one more element."""
    one = w.op(f"llm.list({value}) : {wanted}", wanted)
    return w.op(f"llm.concat({state}, {one}) : {wanted}", wanted)


ENSEMBLES: Sequence[Maker] = (
    Maker("llm.list", is_one(TEXTS), alike_in_list, 30),
    Maker("llm.list", is_one(TEXTS), counted_in_list, 20),
    Maker("ensemble.parallel", is_one(TEXTS), alike_in_parallel, 20, nests=True),
    Maker("scf.for", is_one(TEXTS), loop_of_calls, 15, nests=True),
    Maker("scf.for", is_list, fold, 20, nests=True),
    Maker("scf.for", is_one(TEXT, i64), fold, 10, nests=True),
    Maker("scf.for", is_list, fold_of_known, 10, nests=True),
)
"""What is raised, or nearly is."""

LANGUAGE: Language = replace(EVERYTHING, makers=(*EVERYTHING.makers, *ENSEMBLES))
"""All of the language, in which calls and loops are nearly always such as may be raised."""
