"""Dicts of lists, of sets and of numbers, by keys that only the run knows."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, captured_of, check, operations

LISTS: tuple[list[str], ...] = (["a", "bb", "c"], [], ["x"])


def by_default(xs: list[str]) -> object:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for x in xs:
        groups[generate(x)].append(x)
    return groups, {kind: len(found) for kind, found in groups.items()}


def set_by_default(xs: list[str]) -> object:
    groups: dict[str, list[str]] = {}
    for x in xs:
        groups.setdefault(generate(x), []).append(x)
    for x in ("a", "b"):
        groups.setdefault(generate(x + "!"), list()).extend([x, "k"])
    return groups


def made_if_missing(xs: list[str]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for x in xs:
        kind = generate(x)
        if kind not in groups:
            groups[kind] = []
        groups[kind].append(x)
    return [f"{kind}: {', '.join(found)}" for kind, found in groups.items()]


def into_known(xs: list[str]) -> object:
    groups: dict[str, list[str]] = {"yes": [], "no": [], "ok": [], "7": [], "bad": []}
    for x in xs:
        groups[generate(x)].append(generate(x + "!"))
    return {kind: generate(",".join(found)) for kind, found in groups.items()}


def of_sets(xs: list[str]) -> object:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for x in xs:
        groups[generate(x)].add(x[0])
        groups["all"].update([x, x + x])
    return {kind: sorted(found) for kind, found in sorted(groups.items())}


def of_dicts(xs: list[str]) -> object:
    found: dict[str, dict[str, int]] = {}
    for x in xs:
        found.setdefault(generate(x), {}).update({x: len(x)})
    return found


def the_largest(xs: list[str]) -> object:
    groups: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for x in xs:
        for part in generate(x).split(","):
            groups[part].append((x, len(part)))
    return max(groups, key=lambda kind: len(groups[kind]), default="none"), dict(groups)


def under_conditions(xs: list[str]) -> object:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for x in xs:
        answer = generate(x)
        if answer == "yes":
            groups["good"].append(x)
        elif answer == "no":
            groups["bad"].extend([x, answer])
        else:
            groups[answer].insert(0, x)
    return sorted(groups.items())


def by_a_helper(xs: list[str]) -> object:
    groups: dict[str, list[str]] = {}

    def add(kind: str, x: str) -> None:
        groups.setdefault(kind, []).append(x)

    for x in xs:
        add(generate(x), x)
    total = 0
    for kind in groups:
        total += len(groups[kind])
    return total, len(groups), "yes" in groups, groups.get("yes", [])


class Memory:
    def __init__(self) -> None:
        self.by: defaultdict[str, list[str]] = defaultdict(list)
        self.counts: Counter[str] = Counter()

    def put(self, kind: str, x: str) -> None:
        self.by[kind].append(x)
        self.counts[kind] += 1


def in_an_object(xs: list[str]) -> object:
    memory = Memory()
    for x in xs:
        memory.put(generate(x), x)
    return memory.by, memory.counts.most_common(), memory.counts.total()


def numbers(xs: list[str]) -> object:
    counts: defaultdict[str, int] = defaultdict(int, {"a": 1})
    texts: defaultdict[str, str] = defaultdict(str)
    for x in [*xs, "a", "b"]:
        counts[x] += len(generate(x))
        texts[generate(x)] += x
    return counts, texts, [counts[x] for x in ["z", *xs]], len(counts)


def voted(xs: list[str]) -> object:
    answers = [generate(x) for x in ["a", "b", *xs]]
    best, count = Counter(answers).most_common(1)[0]
    if count > 2:
        return generate(best)
    return f"{Counter(answers).most_common(1)[0][0]} {count}"


def counted(xs: list[str]) -> object:
    votes = Counter([generate(x) for x in xs])
    votes["extra"] += 2
    votes.update(generate("q").split())
    votes.subtract(["yes"])
    del votes["no"]
    kept = [kind for kind, count in votes.items() if count > 0]
    return votes, votes["none"], max(votes, key=votes.__getitem__), kept


@pytest.mark.parametrize(
    "function",
    [
        *(by_default, set_by_default, made_if_missing, into_known, of_sets, of_dicts, the_largest),
        *(under_conditions, by_a_helper, in_an_object, numbers, voted, counted),
    ],
    ids=lambda function: function.__name__,
)
def test_dicts_of_what_is_changed(function: Callable[..., object]) -> None:
    results = [agree(function, xs) for xs in LISTS]
    assert any(len(found) > 1 for found in results)


def test_a_program_begins_anew_in_each_run() -> None:
    def ask(q: str) -> object:
        words = Counter(["a"])
        words.update(q.split())
        return words, generate(q)

    program = ember.compile(ask, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        assert program("a b") == program.eager("a b") == program("a b")
        assert program("c") == program.eager("c")


def test_groups_that_are_known_are_branches() -> None:
    assert operations(into_known, ["a"])["scf.if"] == 5


# What others have, too, would not see a change


def kept_before(xs: list[str]) -> object:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    kept = groups["a"]
    for x in xs:
        groups[generate(x)].append(x)
    return kept


def looked_at_between(xs: list[str]) -> object:
    groups: dict[str, list[str]] = {}
    last = None
    for x in xs:
        groups.setdefault(generate(x), []).append(x)
        last = groups.get("yes")
    return last, groups


def put_there_twice(xs: list[str]) -> object:
    row: list[str] = []
    groups = {generate("a"): 1}
    found: dict[str, list[str]] = {}
    found[generate("a")] = row
    found[generate("b")] = row
    found[generate("c")].append("x")
    return row, found, groups


def put_there_filled(xs: list[str]) -> object:
    row = [generate("q")]
    groups: defaultdict[str, list[str]] = defaultdict(list)
    groups["yes"] = row
    groups[generate("a")].append("x")
    return row


def copied(xs: list[str]) -> object:
    groups: dict[str, list[str]] = {}
    groups[generate("a")] = []
    other = dict(groups)
    other[generate("a")].append("x")
    return groups, other


def collected_between(xs: list[str]) -> object:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    rows: list[object] = []
    for x in xs:
        groups[generate(x)].append(x)
        rows.append(list(groups.values()))
    return rows


def one_of_two(xs: list[str]) -> object:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    others: defaultdict[str, list[str]] = defaultdict(list)
    which: defaultdict[str, list[str]] = groups if generate("p") == "yes" else others
    which[generate("b")].append("y")
    return groups, others


def of_a_function(xs: list[str]) -> object:
    groups: defaultdict[str, list[str]] = defaultdict(lambda: ["x"])
    groups[generate("a")].append("y")
    return groups


def a_queue(xs: list[str]) -> object:
    queue = deque(["a"])
    queue.append(generate("a"))
    return list(queue)


@pytest.mark.parametrize(
    "function",
    [
        *(kept_before, looked_at_between, put_there_twice, put_there_filled, copied),
        *(collected_between, one_of_two, of_a_function, a_queue),
    ],
    ids=lambda function: function.__name__,
)
def test_what_others_may_have_is_not_changed(function: Callable[..., object]) -> None:
    program = ember.compile(function, strict=True)
    with ember.Session(clock="virtual"), pytest.raises(ember.CaptureError, match="not captured"):
        program(["a", "b"])


def tables_in_a_table(docs: list[str]) -> object:
    found: dict[str, dict[str, str]] = {}
    for doc in docs:
        kind = generate(doc)
        found[kind] = {}
        for other in docs:
            found[kind][other] = generate(f"{doc} {other}")
    return found


def tables_of_known_kinds(docs: list[str]) -> object:
    found: dict[str, dict[str, str]] = {"a": {}, "b": {}}
    for doc in docs:
        found["a"][doc] = generate(doc)
        found["b"]["last"] = doc
    return found


def tables_by_default(docs: list[str]) -> object:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for doc in docs:
        found[generate(doc)][doc] = len(doc)
    return dict(found)


@pytest.mark.parametrize("function", [tables_in_a_table, tables_of_known_kinds, tables_by_default])
def test_tables_in_tables(function: Callable[..., object]) -> None:
    check(function, ["x", "y", "longer"])


def a_table_that_others_have(docs: list[str]) -> object:
    found: dict[str, dict[str, str]] = {}
    for doc in docs:
        inner: dict[str, str] = {}
        found[generate(doc)] = inner
        found[generate(doc)]["a"] = doc
        inner["b"] = doc
    return found


def a_table_that_is_read_elsewhere(docs: list[str]) -> object:
    found: dict[str, dict[str, str]] = {}
    inner: dict[str, str] = {}
    found[generate(docs[0])] = inner
    found[generate(docs[0])]["a"] = "b"
    return [*inner]


@pytest.mark.parametrize("function", [a_table_that_others_have, a_table_that_is_read_elsewhere])
def test_a_table_in_a_table_is_nobody_elses(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="is not captured yet"):
        captured_of(function, [["x", "y"]])


def lists_of_a_comprehension(docs: list[str]) -> object:
    found: dict[str, list[str]] = {generate(doc): [] for doc in docs}
    for doc in docs:
        for kind in ("yes", "no", generate(doc)):
            if kind in found:
                found[kind].append(doc)
    return found, [(kind, len(some)) for kind, some in found.items()]


def test_lists_of_a_comprehension() -> None:
    check(lists_of_a_comprehension, ["x", "y", "longer"])


def one_list_of_a_comprehension(docs: list[str]) -> object:
    shared: list[str] = []
    found = {generate(doc): shared for doc in docs}
    found[generate(docs[0])].append("x")
    return found


def lists_that_hold_something(docs: list[str]) -> object:
    shared: list[str] = []
    found = {generate(doc): [shared] for doc in docs}
    found[generate(docs[0])].append(["x"])
    return found


@pytest.mark.parametrize("function", [one_list_of_a_comprehension, lists_that_hold_something])
def test_lists_of_a_comprehension_that_others_have(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="is not captured yet"):
        captured_of(function, [["x", "y"]])
