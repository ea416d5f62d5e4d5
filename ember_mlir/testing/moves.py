"""Random programs with what the passes look for that move calls or fold branches.

Each maker writes a shape, and now and then something in its way: a function with an effect,
what may fail, a failure that is handled, another reader, or a label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from xdsl.dialects.builtin import f64, i1, i64
from xdsl.ir import Attribute

from ember_mlir.dialects.values import EMBEDDING, TEXT, TEXTS, ListType, quote
from ember_mlir.dialects.values.structures import format_grammar
from ember_mlir.testing.asking import MODELS, on_error, site
from ember_mlir.testing.nesting import leave, reduce
from ember_mlir.testing.plain import element_of, integer, is_any, is_list, is_one
from ember_mlir.testing.programs import EVERYTHING
from ember_mlir.testing.samples import GRAMMARS, Fitting
from ember_mlir.testing.shapes import call, wrapped
from ember_mlir.testing.writer import Language, Maker, Name, Writer

LABEL = ' {ember.label = #llm.label"pii"}'

Write = Callable[[Writer, Attribute], str]


def disturb(w: Writer, *, one_in: int = 4) -> None:
    """Now and then, something that may fail or that does something."""
    if not w.sometimes(one_in):
        return
    match w.number(3):
        case 0:
            w.op(f'llm.parse {w.value(TEXT)} as regex "[a-zA-Z]*" : {TEXT}', TEXT)
        case 1:
            call(w, w.value(TEXT), greedy=w.sometimes(2))
        case _:
            effect = w.pick(("effectful", "idempotent"))
            function = w.function(effect, TEXT)
            w.op(f"llm.apply {effect} @{function}() : () -> {TEXT}", TEXT)


def handled(w: Writer, wanted: Attribute, write: Write) -> str:
    """What `write` writes, now and then where a failure of it is handled."""
    if not w.sometimes(4):
        return write(w, wanted)
    result = w.fresh()
    w.line(f"{result} = ensemble.fallback : {wanted} do {{")
    with w.region():
        disturb(w)
        leave(w, "ensemble.yield", (write(w, wanted), wanted))
    w.line("} else {")
    with w.region():
        leave(w, "ensemble.yield", (w.leaf(wanted), wanted))
    found = w.close(result, wanted)
    disturb(w)
    return found


# Maps.


def body_of(w: Writer, element: Name, wanted: Attribute) -> str:
    """A value of an element: what is asked about it, put together from it, or read of it."""
    disturb(w, one_in=6)
    if wanted != TEXT or element.type != TEXT:
        return w.value(wanted)
    match w.number(3):
        case 0:
            return wrapped(w, element.name)
        case 1:
            return call(w, wrapped(w, element.name), greedy=w.sometimes(2))
        case 2:
            return element.name
        case _:
            return w.op(f'llm.parse {element.name} as regex "[a-zA-Z ]*" : {TEXT}', TEXT)


def mapped(w: Writer, items: Name, wanted: Attribute) -> Name:
    """A map over a list; now and then with `on_error` or a label."""
    element, result = Name(w.fresh(), element_of(items.type)), w.fresh()
    error = on_error(w, element_of(wanted)) if w.sometimes(8) else ""
    label = f" attributes{LABEL}" if w.sometimes(12) else ""
    head = f"{result} = ensemble.map {element.name} in {items.name}{error} : {items.type}"
    w.line(f"{head} -> {wanted}{label} do {{")
    with w.region(element, repeats=True):
        found = element_of(wanted)
        leave(w, "ensemble.yield", (body_of(w, element, found), found))
    return Name(w.close(result, wanted), wanted)


def maps_in_a_row(w: Writer, wanted: Attribute) -> str:
    """Some maps, each over the list that the one before has made."""

    def write(w: Writer, wanted: Attribute) -> str:
        found = w.pick_list() if w.sometimes(3) else Name(w.value(TEXTS), TEXTS)
        for _ in range(w.number(2, 1)):
            found = mapped(w, found, TEXTS)
            if not w.sometimes(5):
                w.hide(found.name)
            disturb(w, one_in=6)
        return mapped(w, found, wanted).name

    return handled(w, wanted, write)


# What is the same in all runs.


def same(w: Writer) -> None:
    """What is asked without drawing, now and then one about the other."""
    text = w.value(TEXT)
    for _ in range(w.number(2, 1)):
        disturb(w, one_in=6)
        text = wrapped(w, text) if w.sometimes(2) else text
        match w.number(3):
            case 0:
                w.op(f"llm.embed @{w.pick(MODELS)}({text}){site(w, True)}", EMBEDDING)
            case 1:
                listed = w.op(f"llm.list({text}) : {TEXTS}", TEXTS)
                asked = f"llm.score @{w.pick(MODELS)}({text}) among {listed}{site(w, True)}"
                w.op(asked, ListType(f64))
            case _:
                text = call(w, text, greedy=True)


def same_in_map(w: Writer, wanted: Attribute) -> str:
    items, element, result = w.pick_list(), w.fresh(), w.fresh()
    error = on_error(w, element_of(wanted)) if w.sometimes(8) else ""
    found = Name(element, element_of(items.type))
    w.line(
        f"{result} = ensemble.map {element} in {items.name}{error} : {items.type} -> {wanted} do {{"
    )
    with w.region(found, repeats=True):
        same(w)
        kind = element_of(wanted)
        leave(w, "ensemble.yield", (w.value(kind), kind))
    return w.close(result, wanted)


def same_in_reduce(w: Writer, wanted: Attribute) -> str:
    return reduce(w, wanted, same)


def same_in_loop(w: Writer, wanted: Attribute) -> str:
    bounds = [integer(w, n) for n in (w.pick((0, 1)), w.number(3), w.pick((1, 1, 2, 0)))]
    start, index, state, result = w.value(wanted), w.fresh(), w.fresh(), w.fresh()
    w.line(
        f"{result} = scf.for {index} = {bounds[0]} to {bounds[1]} step {bounds[2]} "
        f"iter_args({state} = {start}) -> ({wanted}) : i64 {{"
    )
    with w.region(Name(index, i64), Name(state, wanted), repeats=True):
        same(w)
        leave(w, "scf.yield", (w.value(wanted), wanted))
    return w.close(result, wanted)


def same_in_refine(w: Writer, wanted: Attribute) -> str:
    first, value, result = w.value(wanted), w.fresh(), w.fresh()
    w.line(
        f"{result} = ensemble.refine {value} from {first} at_most {w.number(3, 1)} : {wanted} do {{"
    )
    with w.region(Name(value, wanted), repeats=True):
        same(w)
        better = w.value(wanted)
        w.line(f"ensemble.accept {better} if {w.value(i1)} : {wanted}")
    return w.close(result, wanted)


def anywhere(write: Write) -> Write:
    """`write`, now and then where a failure is handled."""
    return lambda w, wanted: handled(w, wanted, write)


# Branches.


def branch(w: Writer, condition: str, wanted: Attribute, *arms: Callable[[], str]) -> str:
    """A branch whose arms give what `arms` write."""
    result = w.fresh()
    w.line(f"{result} = scf.if {condition} -> ({wanted}) {{")
    for write, end in zip(arms, ("} else {", ""), strict=True):
        with w.region():
            disturb(w, one_in=8)
            leave(w, "scf.yield", (write(), wanted))
        if end:
            w.line(end)
    return w.close(result, wanted)


def read_in_some_arm(w: Writer, wanted: Attribute) -> str:
    """Calls in a row that are read in one arm of nested branches, or of a cascade, or so."""

    def write(w: Writer, wanted: Attribute) -> str:
        asked = call(w, w.value(TEXT))
        w.hide(asked)
        for _ in range(w.number(2)):
            asked = call(w, wrapped(w, asked), greedy=w.sometimes(3))
            w.hide(asked)
        disturb(w, one_in=8)
        return reading(w, asked, w.number(2))

    return handled(w, wanted, write)


def reading(w: Writer, asked: str, depth: int) -> str:
    """A text that is made of another in some region."""
    kind = w.number(5)

    def inner() -> str:
        if depth and w.regions < 3:
            return reading(w, asked, depth - 1)
        return wrapped(w, asked)

    def other() -> str:
        return wrapped(w, asked) if w.sometimes(8) else w.value(TEXT)

    if kind < 4:
        arms = (inner, other) if w.sometimes(2) else (other, inner)
        return branch(w, w.value(i1), TEXT, *arms)
    result, where = w.fresh(), w.number(1)
    head = "cascade" if kind == 4 else "fallback"
    w.line(f"{result} = ensemble.{head} : {TEXT} do {{")
    for arm in range(2):
        with w.region():
            value = inner() if arm == where else other()
            if kind == 4 and arm == 0:
                w.line(f"ensemble.accept {value} if {w.value(i1)} : {TEXT}")
            else:
                leave(w, "ensemble.yield", (value, TEXT))
        w.line("} else {" if arm == 0 else "")
    return w.close(result, TEXT)


def condition_again(w: Writer, wanted: Attribute) -> str:
    """A branch in a branch on the same condition, or on what it is made of."""
    first, second = w.value(i1), w.value(i1)
    true = w.op("arith.constant true", i1)
    whole = w.pick((f"xori {first}, {true}", f"andi {first}, {second}", f"ori {first}, {second}"))
    condition = w.pick((first, w.op(f"arith.{whole} : i1", i1)))
    inner = w.pick((condition, first, second))

    def again() -> str:
        return branch(w, inner, wanted, lambda: w.value(wanted), lambda: w.value(wanted))

    def given() -> str:
        return w.value(wanted)

    arms = w.pick(((again, given), (given, again), (again, again)))
    return branch(w, condition, wanted, *arms)


def other_texts(fitting: Fitting) -> Sequence[str]:
    """Texts that fit a grammar, nearly do, or do not."""
    some = fitting.texts[0]
    return (*fitting.texts, f" {some}\n", some.upper(), some[:1], "maybe", "yes", "no", '"no"', "")


def answer_is(w: Writer, wanted: Attribute) -> str:
    """A branch on whether an answer with a grammar is some text, or contains one."""
    fitting = w.pick([found for found in GRAMMARS if found.type == TEXT])
    look = format_grammar(fitting.grammar)
    asked = w.value(TEXT)
    match w.number(3):
        case 0:
            answer = w.op(f"llm.parse {asked} as {look} : {TEXT}", TEXT)
        case 1:
            stars = ", ".join(["*"] * (w.repetitions + 1))
            error = on_error(w, TEXT)
            sampled = f"ensemble.sample 3 of @small({asked}) as {look}{error}"
            answers = w.op(f"{sampled} draw <{w.number(9)}[{stars}]>", TEXTS)
            answer = w.op(f"ensemble.vote {answers} : {TEXTS}", TEXT)
        case _:
            answer = w.op(f"llm.generate @small({asked}) as {look}{site(w, False)}", TEXT)
            if w.sometimes(3):
                answer = w.op(f"llm.parse {answer} as {look} : {TEXT}", TEXT)
    word = w.op(f"llm.constant {quote(w.pick(other_texts(fitting)))}", TEXT)
    sides = f"{answer}, {word}" if w.sometimes(3) else f"{word}, {answer}"
    if w.sometimes(3):
        condition = w.op(f"llm.contains {answer}, {word} : {TEXT}, {TEXT}", i1)
    else:
        condition = w.op(f"llm.equal {sides} : {TEXT}", i1)
    return branch(w, condition, wanted, lambda: w.value(wanted), lambda: w.value(wanted))


def known_rungs(w: Writer, wanted: Attribute) -> str:
    """A cascade some of whose rungs are accepted, or never, as far as is known."""

    def write(w: Writer, wanted: Attribute) -> str:
        result, count = w.fresh(), w.number(4, 2)
        known = [w.op(f"arith.constant {word}", i1) for word in ("true", "false", "false")]
        w.line(f"{result} = ensemble.cascade : {wanted} do {{")
        for rung in range(count):
            with w.region():
                disturb(w)
                value = w.value(wanted)
                if rung < count - 1 or w.sometimes(3):
                    condition = w.value(i1) if w.sometimes(3) else w.pick(known)
                    w.line(f"ensemble.accept {value} if {condition} : {wanted}")
                else:
                    leave(w, "ensemble.yield", (value, wanted))
            w.line("} else {" if rung < count - 1 else "")
        return w.close(result, wanted)

    return handled(w, wanted, write)


def asked_in_both_arms(w: Writer, wanted: Attribute) -> str:
    """An answer decides what is asked about a text that was there before."""

    def write(w: Writer, wanted: Attribute) -> str:
        text = w.value(TEXT)
        verdict = call(w, wrapped(w, text), model=w.pick(MODELS))
        condition = w.op(f"llm.contains {verdict}, {text} : {TEXT}, {TEXT}", i1)

        def asking() -> str:
            if w.sometimes(5):
                return w.value(TEXT)
            model = w.pick(MODELS) if w.sometimes(4) else MODELS[0]
            told = wrapped(w, text) if w.sometimes(2) else text
            stars = ", ".join(["*"] * w.repetitions)
            indices = f"[{stars}]" if stars else ""
            look = w.pick(("", "", "", ' as lark "start: \\"yes\\" | \\"no\\""'))
            asked = f"llm.generate @{model}({told}){look} draw <{w.number(99)}{indices}>"
            return wrapped(w, w.op(asked, TEXT))

        return branch(w, condition, TEXT, asking, asking)

    return handled(w, wanted, write)


def aimed(*makers: Maker) -> Language:
    """All of the language, and more often than anything else some shapes."""
    return replace(EVERYTHING, makers=(*EVERYTHING.makers, *makers))


LANGUAGES = {
    "fuse-maps": aimed(Maker("ensemble.map", is_one(TEXTS), maps_in_a_row, 60, nests=True)),
    "hoist-calls": aimed(
        Maker("ensemble.map", is_list, anywhere(same_in_map), 30, nests=True),
        Maker("ensemble.reduce", is_one(TEXT), anywhere(same_in_reduce), 10, nests=True),
        Maker("scf.for", is_any, anywhere(same_in_loop), 10, nests=True),
        Maker("ensemble.refine", is_any, anywhere(same_in_refine), 10, nests=True),
    ),
    "sink-calls": aimed(Maker("scf.if", is_one(TEXT), read_in_some_arm, 60, nests=True)),
    "prune-branches": aimed(
        Maker("scf.if", is_any, condition_again, 20, nests=True),
        Maker("scf.if", is_any, answer_is, 30, nests=True),
        Maker("ensemble.cascade", is_any, known_rungs, 20, nests=True),
    ),
    "speculate-branches": aimed(Maker("scf.if", is_one(TEXT), asked_in_both_arms, 60, nests=True)),
}
"""Programs for each pass."""
