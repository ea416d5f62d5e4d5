"""Guards: a plan never outlives what it has read."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ember_mlir as ember
from ember_mlir.frontend.capture import capture
from ember_mlir.frontend.guards import GlobalName, Guards, Unguardable, snapshot
from ember_mlir.frontend.signature import Signature

NUMBER: object = 1
WORDS: object = ["a", "b"]
TABLE: object = {"x": [1, 2]}
SETTINGS = types.ModuleType("settings")
SETTINGS.style = "short"  # type: ignore[attr-defined]


class Style:
    """Of objects, what is read is guarded, attribute by attribute."""

    shown = "short"

    def __init__(self, words: list[str]) -> None:
        self.words = words

    def __getitem__(self, key: str) -> str:
        return f"{key} {Style.shown}"

    def mark(self) -> str:
        return f"{self.shown}!"


def changed_mark(style: Style) -> str:
    return "changed" if style.words else ""


class Named(type):
    def __getitem__(cls, key: str) -> str:
        return f"{key} {Style.shown}"


class Table(metaclass=Named):
    pass


class Generic:
    def __class_getitem__(cls, key: str) -> str:
        return f"{key} {Style.shown}"


STYLE = Style(["a"])


@ember.jit(strict=True)
def read_of_objects(q: str) -> object:
    items = f"{STYLE['x']} {Table['y']} {Generic['z']}"  # type: ignore[misc]
    return q, STYLE.words, Style.shown, STYLE.mark(), items


def helper(text: str, mark: str = "!") -> str:
    return f"{text}{mark}"


CURRENT: Callable[[str], str] = helper


@ember.jit
def read(q: str) -> object:
    return q, NUMBER, WORDS, TABLE, SETTINGS.style, CURRENT("c")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NUMBER", 2),
        ("NUMBER", True),
        ("NUMBER", 1.0),
        ("NUMBER", None),
        ("WORDS", ["a", "b", "c"]),
        ("WORDS", ("a", "b")),
        ("TABLE", {"x": [1, 3]}),
        ("CURRENT", lambda text: "other"),  # type: ignore[misc]
    ],
)
def test_a_changed_global_is_seen(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    before = read("q")
    monkeypatch.setitem(globals(), name, value)
    after = read("q")
    assert repr(after) != repr(before)
    assert after == read.eager("q")
    monkeypatch.undo()
    assert repr(read("q")) == repr(before)


def test_a_list_changed_in_place_is_seen() -> None:
    words = ["a"]

    @ember.jit
    def known(q: str) -> object:
        return q, words

    assert known("q") == ("q", ["a"])
    words.append("new")
    assert known("q") == known.eager("q") == ("q", ["a", "new"])
    words.pop()
    assert known("q") == ("q", ["a"])


def test_a_changed_module_attribute_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    before = read("q")
    monkeypatch.setattr(SETTINGS, "style", "long")
    assert read("q") == read.eager("q") != before


def test_what_is_read_of_objects_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = "x short y short z short"
    assert read_of_objects("q") == ("q", ["a"], "short", "short!", shown)
    assert read_of_objects.last_run is not None
    monkeypatch.setattr(Style, "shown", "long")
    assert read_of_objects("q") == ("q", ["a"], "long", "long!", shown.replace("short", "long"))
    monkeypatch.setattr(STYLE, "words", ["b"])
    monkeypatch.setattr(Style, "mark", changed_mark)
    after = read_of_objects("q")
    assert after == read_of_objects.eager("q")
    assert after == ("q", ["b"], "long", "changed", shown.replace("short", "long"))


def test_what_is_missing_may_come(monkeypatch: pytest.MonkeyPatch) -> None:
    @ember.jit(strict=True)
    def ask(q: str) -> object:
        return q, STYLE.later  # type: ignore[attr-defined]

    with pytest.raises(AttributeError):
        ask("q")
    monkeypatch.setattr(STYLE, "later", "now", raising=False)
    assert ask("q") == ("q", "now")


def test_methods_are_the_same_each_time() -> None:
    @ember.jit(strict=True)
    def ask(q: str) -> object:
        return q, STYLE.mark(), int.from_bytes(b"a", "big"), datetime.fromisoformat("2020-01-01")

    ask("q")
    before = capture(ask.function, Signature(ask.function).bind(("q",), {}))
    assert before.holds()


def test_a_changed_default_of_a_helper_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    before = read("q")
    monkeypatch.setattr(helper, "__defaults__", ("?",))
    assert read("q") == read.eager("q") != before


def test_a_builtin_that_is_hidden_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    @ember.jit
    def count(q: str) -> object:
        return q, len(["a"])

    assert count("q") == ("q", 1)
    monkeypatch.setitem(globals(), "len", helper)
    assert count("q") == ("q", "['a']!")
    monkeypatch.undo()
    assert count("q") == ("q", 1)


def test_a_changed_closure_is_seen() -> None:
    style = "short"

    @ember.jit
    def ask(q: str) -> object:
        return f"{style} {q}"

    assert ask("q") == "short q"
    style = "long"
    assert ask("q") == "long q"


def test_a_model_registered_anew_is_seen() -> None:
    ember.register_model("guarded", provider="simulated", input_usd_per_million=1)

    @ember.jit
    def ask(q: str) -> str:
        return ember.generate(q, model="guarded", temperature=0)

    with ember.Session(clock="virtual"):
        ask("q")
        assert "usd_per_million" not in ask.ir()
        ember.register_model(
            "guarded", provider="simulated", input_usd_per_million=1, output_usd_per_million=2.5
        )
        ask("q")
    assert "usd_per_million 1 in 2.5 out" in ask.ir()


def test_ir_is_never_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    @ember.jit
    def ask(q: str) -> object:
        return f"{NUMBER} {q}"

    ask("q")
    monkeypatch.setitem(globals(), "NUMBER", 7)
    assert '"7 {0}"' in ask.ir()


def test_an_unset_global_is_the_error_of_python() -> None:
    @ember.jit
    def ask(q: str) -> object:
        return undefined_name, q  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(NameError, match="undefined_name"):
        ask("q")


def test_a_guard_fails_where_the_name_is_gone() -> None:
    namespace: dict[str, object] = {"x": 1}
    guards = Guards()
    guards.add(GlobalName(namespace, "x"), 1)
    assert guards.hold()
    del namespace["x"]
    assert not guards.hold()


def test_a_list_in_itself_is_not_plain() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(Unguardable):
        snapshot(endless)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@given(PLAIN, PLAIN)
def test_snapshots_are_equal_only_for_equal_text(first: object, second: object) -> None:
    assert (snapshot(first) == snapshot(second)) == (repr(first) == repr(second))


def test_changed_code_of_the_entry_is_seen() -> None:
    def ask(q: str, mark: str = "!", *, n: int = 1) -> object:
        return f"{q}{mark}{n}"

    def other(q: str, mark: str = "?", *, n: int = 1) -> object:
        return f"other {q}{mark}{n}"

    def fewer(q: str) -> object:
        return f"fewer {q}"

    program = ember.compile(ask)
    assert program("q") == "q!1"
    ask.__code__ = other.__code__
    assert program("q") == program.eager("q") == "other q!1"
    ask.__defaults__ = ("?",)
    assert program("q") == program.eager("q") == "other q?1"
    assert ask.__kwdefaults__ is not None
    ask.__kwdefaults__["n"] = 2
    assert program("q") == program.eager("q") == "other q?2"
    ask.__code__ = fewer.__code__
    ask.__defaults__ = ask.__kwdefaults__ = None
    assert program("q") == program.eager("q") == "fewer q"


def test_a_default_inside_of_a_tuple_that_changes_is_seen() -> None:
    shared: list[str] = ["a"]

    def styled(q: str, styles: tuple[list[str], str] = (shared, "b")) -> str:
        return f"{q} {styles[0][0]}"

    @ember.jit(strict=True)
    def ask(q: str) -> str:
        return styled(q)

    assert ask("x") == "x a"
    shared[0] = "c"
    assert ask("x") == "x c"
    assert ask.cache_info().misses == 2


def test_an_unset_global_that_no_run_reads_is_no_error() -> None:
    @ember.jit
    def ask(q: str) -> object:
        if ember.generate(q) == "never":
            return undefined_name  # type: ignore[name-defined]  # noqa: F821
        return "ok"

    with (
        ember.Session(seed=1, clock="virtual"),
        pytest.warns(ember.CaptureWarning, match="the name 'undefined_name' that has no value"),
    ):
        assert ask("q") == "ok"
