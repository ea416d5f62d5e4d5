"""Lists, dicts, tuples and dataclasses that change, also under two names."""

# The programs here are as users write them: without the types of empty lists.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import check, differences


@dataclass
class State:
    text: str
    score: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Fixed:
    text: str
    size: int = 1


@dataclass(slots=True)
class Slotted:
    text: str
    size: int = 1


@dataclass
class Nested:
    state: State
    name: str = "n"


def list_changed_in_an_arm(q: str) -> object:
    notes = ["start"]
    alias = notes
    a = generate(q)
    if a in ("yes", "ok"):
        notes.append(generate("extra"))
        notes[0] = "S"
    if a == "no":
        notes += ["z"]
    return generate("; ".join(alias)), len(notes), alias


def all_methods_of_lists(q: str) -> object:
    a = generate(q)
    items = ["c", "a", a]
    if a in ("yes", "ok"):
        items.append("x")
    items.insert(1, "i")
    items.extend(["e1", a])
    last = items.pop()
    first = items.pop(0)
    items.reverse()
    del items[0]
    items[0] = "set"
    items[-1] += "!"
    copy = items.copy()
    items.sort()
    counted = copy.count("a"), copy.index("a")
    return items, copy, last, first, *counted, items[1:], items[-1], copy[::-1]


def methods_of_known_lists(q: str) -> object:
    items = [generate(f"{i}{q}") for i in range(3)]
    items.sort()
    items.reverse()
    items *= 2
    return items[:2], items[::-1], items[-1], items * 2, len(items), ["x", *items]


def alias_in_a_tuple(q: str) -> object:
    out: list[str] = []
    pair = ("p", out)
    if generate(q) in ("yes", "ok", "7"):
        pair = ("z", out)
    out.append("x")
    return pair


def alias_of_an_element(q: str) -> object:
    rows = [["a"], ["b"]]
    row = rows[0]
    if generate(q) in ("yes", "ok", "7"):
        row.append("new")
    return rows, row


def list_in_an_object(q: str) -> object:
    state = State(generate(q))
    notes = state.notes
    if state.text in ("yes", "ok", "7"):
        notes.append("n")
        state.score += 1
    state.notes.append("last")
    return state, notes


def one_list_or_another(q: str) -> object:
    first, second = ["1"], ["2"]
    chosen = first
    if generate(q) in ("yes", "ok", "7"):
        chosen = second
    return chosen, first, second, len(chosen), chosen[0]


def new_list_in_an_arm(q: str) -> object:
    notes = ["old"]
    if generate(q) in ("yes", "ok", "7"):
        notes = ["new", "two"]
    notes.append("end")
    return notes


def tuples(q: str) -> object:
    a, b = generate("1" + q), generate("2" + q)
    (c, d), e = (a, b), a
    a, b = b, a
    first, *rest = [a, b, c]
    pairs = [(a, 1), (b, 2)]
    nested = ((a, (b, 1)), [c])
    return a, b, c, d, e, first, rest, pairs[0][0], nested, (a, b) == (b, a), nested[0][1]


def dict_of_known_keys(q: str) -> object:
    d = {"a": generate("a" + q), "b": "const", "n": "none"}
    if d["a"] in ("yes", "ok"):
        d["b"] = generate("b")
        d["n"] = "new"
    else:
        d["n"] = "old"
    texts = "".join(f"{k}={v}" for k, v in d.items())
    return d, d["b"], d.get("n"), d.get("missing", "?"), sorted(d.keys()), texts, "a" in d, len(d)


def dict_read_by_an_answer(q: str) -> object:
    kinds = {"yes": "Y", "no": "N"}
    a = generate(q)
    return kinds.get(a, "?"), a in kinds


def dict_changed_while_it_is_run_through(q: str) -> object:
    table = {"a": "1", "b": "2", "c": "3"}
    for key, value in table.items():
        if generate(f"{key}{value}{q}") in ("yes", "ok", "7"):
            table[key] = value + "!"
    for key in table:
        table[key] += "."
    return table


def dict_joined(q: str) -> object:
    first = {"a": generate(q)}
    both = {**first, "b": "2"}
    both |= {"c": first["a"]}
    copy = first.copy()
    copy["a"] = "changed"
    return first, both, copy, dict(first, z="1"), list(both), list(both.values())


def removed_keys(q: str) -> object:
    d = {"a": generate(q), "b": "2"}
    gone = d.pop("b")
    del d["a"]
    d["z"] = gone
    d.setdefault("z", "no")
    d.update({"y": "1"})
    return d, gone


def dataclasses_changed(q: str) -> object:
    s = State(generate(q))
    alias = s
    if s.text in ("yes", "ok"):
        s.score = 3
        s.text = generate("more")
    other = dataclasses.replace(s, score=s.score + 1)
    return s, alias.text, other, other == s, f"{s.text} {alias.score}"


def frozen_dataclass(q: str) -> object:
    f = Fixed(generate(q))
    if f.text in ("yes", "ok", "7"):
        f = dataclasses.replace(f, text="new")
    return f, f.text, f.size + 1


def slotted_dataclass(q: str) -> object:
    s = Slotted(generate(q))
    if s.text in ("yes", "ok", "7"):
        s.size += 4
    return s, s.size


def nested_dataclass(q: str) -> object:
    n = Nested(State(generate(q)))
    if n.state.text in ("yes", "ok", "7"):
        n.state.score = 2
        n.name = "changed"
    return n, n.state.score


def object_changed_then_chosen(q: str) -> object:
    s, t = State("s"), State("t")
    chosen = t
    if generate(q) in ("yes", "ok", "7"):
        s.score = 5
        chosen = s
    return chosen.text, chosen.score, s.score


def sets(q: str) -> object:
    a = generate(q)
    known = {"yes", "no"}
    return a in known, known | {"x"}, len(known), sorted(known), "z" not in known


def choices_of_lists(q: str) -> object:
    a = generate(q)
    first, second = [a], ["s", "t"]
    some = first if a in ("yes", "ok", "7") else second
    none: list[str] = []
    return some, none or some, len(none or second)


def sorted_and_chosen(q: str) -> object:
    items = [generate(f"{i}{q}") for i in range(4)]
    pairs = [(x, len(x)) for x in items]
    return (
        sorted(items),
        sorted(items, key=len),
        sorted(items, reverse=True),
        max(items),
        min(items, key=len),
        max(pairs, key=lambda pair: pair[1]),
        sum(n for _, n in pairs),
        list(zip(items, range(9), strict=False)),
        list(enumerate(items, 1)),
        list(reversed(items)),
        any(items),
        all(items),
        items.index(items[2]),
        items.count("ok"),
        "ok" in items,
        items == sorted(items),
    )


CASES: list[Callable[..., object]] = [
    list_changed_in_an_arm,
    all_methods_of_lists,
    methods_of_known_lists,
    alias_in_a_tuple,
    alias_of_an_element,
    list_in_an_object,
    one_list_or_another,
    new_list_in_an_arm,
    tuples,
    dict_of_known_keys,
    dict_read_by_an_answer,
    dict_changed_while_it_is_run_through,
    dict_joined,
    removed_keys,
    dataclasses_changed,
    frozen_dataclass,
    slotted_dataclass,
    nested_dataclass,
    object_changed_then_chosen,
    sets,
    choices_of_lists,
    sorted_and_chosen,
]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où", varied=function is not removed_keys)


def object_in_rounds(docs: list[str]) -> object:
    s = State("s")
    alias = s
    for d in docs:
        s.text = generate(s.text + d)
        s.score += len(d)
        s.notes.append(d)
    return alias, s.notes


def dict_in_rounds(docs: list[str]) -> object:
    d = {"n": 0, "last": ""}
    for x in docs:
        d["n"] += 1  # type: ignore[operator]
        d["last"] = generate(x)
    return d["n"], d["last"]


def list_in_a_dict_in_rounds(docs: list[str]) -> object:
    notes: list[str] = []
    d = {"n": 0, "notes": notes}
    for x in docs:
        d["n"] += 1  # type: ignore[operator]
        notes.append(x)
    notes.append("end")
    return d


def rebound_object(docs: list[str]) -> object:
    best = Fixed("none", 0)
    for d in docs:
        found = Fixed(d, len(generate(d)))
        if found.size > best.size:
            best = found
    return best


def changed_under_two_names(docs: list[str]) -> object:
    out: list[str] = []
    alias = out
    for d in docs:
        if generate(d) in ("yes", "ok", "7"):
            out.append(d)
        else:
            alias.append(d + "!")
    return out, alias


def two_lists(docs: list[str]) -> object:
    good: list[str] = []
    bad: list[str] = []
    for d in docs:
        (good if d > "d1" else bad).append(d) if len(docs) < 0 else good.append(d)
        bad.insert(0, generate(d))
    return good, bad


@pytest.mark.parametrize("docs", [[], ["one"], ["d1", "yes", "d3"]], ids=len)
@pytest.mark.parametrize(
    "function",
    [
        object_in_rounds,
        dict_in_rounds,
        list_in_a_dict_in_rounds,
        rebound_object,
        changed_under_two_names,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    assert differences(function, (docs,)) == []


def test_lists_are_new_in_each_run() -> None:
    @ember.jit
    def listed(q: str) -> list[str]:
        out = ["start"]
        if generate(q) == "never":
            out.append("x")
        return out

    first = listed("a")
    first.append("changed")
    assert listed("a") == ["start"]
