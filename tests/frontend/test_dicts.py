"""Dicts that get keys which are known only when the program runs."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check


def counted(q: str) -> object:
    counts: dict[str, int] = {}
    for i in range(4):
        answer = generate(f"{i} {q}")
        counts[answer] = counts.get(answer, 0) + 1
    return counts, max(counts, key=lambda one: counts[one]), sorted(counts.items())


def greatest_of_a_known_dict(q: str) -> object:
    counts = {"yes": 1, "no": len(generate(q))}
    return max(counts, key=lambda one: counts[one]), sorted("ba", key=lambda c: c + q)


def tallied(q: str) -> object:
    counts = {"yes": 0, "no": 0, "other": 0}
    for i in range(3):
        answer = generate(f"{i} {q}")
        counts[answer if answer in counts else "other"] += 1
    return counts["yes"] > 1, counts, sum(counts.values()), len(counts)


def counted_in_a_list(docs: list[str]) -> object:
    counts = {"total": 0}
    for d in docs:
        answer = generate(d)
        if answer:
            counts[answer] = counts.get(answer, 0) + 1
        counts["total"] += 1
    return counts


def keyed_by_inputs(docs: list[str]) -> object:
    answers = {d: generate(d) for d in docs}
    answers["none"] = "no"
    return [f"{key}={value}" for key, value in answers.items()], "d1" in answers


def grouped(docs: list[str]) -> object:
    groups: dict[str, list[str]] = {}
    for d in docs:
        label = generate(d)
        groups[label] = [*groups.get(label, []), d]
    return {label: sorted(found) for label, found in groups.items()}


def remembered(q: str) -> object:
    memory: dict[str, str] = {}
    said: list[str] = []
    for i in range(3):
        word = generate(f"{i} {q}")
        if word not in memory:
            memory[word] = generate("meaning " + word)
        said.append(memory[word])
    return said, memory


def keys_in_one_arm(q: str) -> object:
    found: dict[str, object] = {"q": q}
    if generate(q) in ("yes", "ok", "7"):
        found["answer"] = generate("more " + q)
        found["list"] = [1, q]
    else:
        found["why"] = (1, "no")
    return found, found.get("answer", "none"), "why" in found


def bound_again_in_one_arm(q: str) -> object:
    found = {"a": 0}
    if generate("1" + q) in ("yes", "no", "ok"):
        found[generate("2" + q)] = 3
    else:
        try:
            len(generate("3" + q))
        except KeyError:
            found = {"b": 1}
    return found


def removed(q: str) -> object:
    found = {"yes": 1, "no": 2, "ok": 3}
    first = found.pop(generate("1" + q), 0)
    found.update({generate("2" + q): 7})
    was = found.setdefault(generate("3" + q), 9)
    answer = generate("4" + q)
    if answer in found:
        n = found[answer]
        del found[answer]
        found["deleted"] = n
    return first, was, found, [*found]


def cleared(q: str) -> object:
    found = {generate(q): 1}
    n = "yes" in found or "ok" in found
    found.clear()
    found["x"] = 2
    return n, found


def cleared_with_known_keys(q: str) -> object:
    found = {"a": generate(q)}
    was = found["a"]
    found.clear()
    last = {"b": generate("2")}.popitem()
    return was, found, last


def missing(q: str) -> object:
    found = {generate("1" + q): 1, "yes": 2}
    return found[generate("2" + q)]


def in_a_while(q: str) -> object:
    seen: dict[str, int] = {}
    word, n = q, 0
    while word not in seen and n < 5:
        seen[word] = n
        word = generate(f"after {word}")
        n += 1
    return seen, word


@dataclass
class Memory:
    facts: dict[str, str] = field(default_factory=dict[str, str])

    def learn(self, key: str, value: str) -> None:
        self.facts[key] = value


def in_an_object(q: str) -> object:
    memory = Memory()
    for i in range(2):
        memory.learn(generate(f"{i} {q}"), generate(f"value {i}"))
    return memory.facts, len(memory.facts), bool(memory.facts)


def handed_over(q: str) -> object:
    found = {generate(q): q}
    other = found
    other["second"] = "x"
    copy = dict(found)
    copy["third"] = generate("3")
    return found, copy, json.dumps(found), f"{copy}", found == copy


def of_json(q: str) -> object:
    data = dict(json.loads(json.dumps({"a": generate(q)})))
    data["b"] = 1
    rows = list(json.loads("[1, 2]" + generate("x")[:0]))
    rows.append(3)
    return data, rows


@pytest.mark.parametrize(
    "function",
    [
        counted,
        greatest_of_a_known_dict,
        tallied,
        remembered,
        keys_in_one_arm,
        bound_again_in_one_arm,
        removed,
        cleared,
        cleared_with_known_keys,
        missing,
        in_a_while,
        in_an_object,
        handed_over,
        of_json,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "q")


@pytest.mark.parametrize("docs", [[], ["d1", "d2", "d3", "d4"]], ids=len)
@pytest.mark.parametrize("function", [counted_in_a_list, keyed_by_inputs, grouped])
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    check(function, docs, varied=bool(docs))


def changed_in_a_loop_over_it(q: str) -> object:
    found = {"a": 1, "b": 2}
    for key in found:
        found[generate(key + q)] = 3
    return found


def viewed_before(q: str) -> object:
    found = {"a": 1}
    items = found.items()
    found[generate(q)] = 2
    return [*items]


def changed_list_in_it(q: str) -> object:
    words = ["a"]
    found = {generate(q): words}
    words.append("b")
    return found


def matched(q: str) -> object:
    found = {generate(q): 1}
    match found:
        case {"yes": n}:
            return n
        case _:
            return 0


def keywords(q: str) -> object:
    found = {generate(q): 1}
    return dict(**found)


@pytest.mark.parametrize(
    "function",
    [
        changed_in_a_loop_over_it,
        viewed_before,
        changed_list_in_it,
        matched,
        keywords,
    ],
    ids=lambda function: function.__name__,
)
def test_what_is_refused(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="is not captured yet"):
        captured_of(function, ("q",))


def spread_in_another(q: str) -> object:
    found = {generate(q): 1}
    return {**found, "a": 2}


def test_a_dict_that_is_spread_in_another() -> None:
    check(spread_in_another, "q")
