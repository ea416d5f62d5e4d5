"""Where compiled and eager runs could part: tuples, empty lists, iterators, private names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .conftest import Agree, Recording

LANGUAGES = ("fr", "ja")


class Float64(float):
    """A float of another library, which shows its type."""

    def __repr__(self) -> str:
        return f"Float64({float(self)})"


_Prompts__SUFFIX = __SUFFIX = "hidden"


class Prompts:
    @staticmethod
    def private(__q: str, *, __mark: str = "!") -> str:
        def ask(__text: str) -> str:
            return generate(f"{__text}{__mark}")

        return ask(__q)

    @staticmethod
    def private_global(q: str) -> str:
        return f"{__SUFFIX} {q}"


def tuples_in_a_list(q: str) -> object:
    return [(language, generate(f"{language}{q}")) for language in LANGUAGES]


def tuples_in_a_dict(q: str) -> object:
    return {"k": [(q,)], "l": [[q], (q, [q])], "m": ([q],)}


def tuples_that_are_mapped(q: str) -> object:
    pairs = [("a", q), ("b", q)]
    return ember.map(lambda pair: (pair[0], generate(pair[1])), pairs)


def nothing_is_mapped(q: str) -> object:
    nothing: list[tuple[str, str]] = []
    return q, ember.map(lambda pair: pair[0] + pair[1], nothing)


def iterators_used_where_they_are_made(q: str) -> object:
    pairs = zip("abc", range(3), strict=True)
    first, *rest = enumerate(reversed(["x", q]))
    texts = [generate(f"{letter}{number}{q}") for letter, number in pairs]
    return texts, [*pairs], first, rest, dict(enumerate("ab")), 1 in reversed([1])


def iterators_inside_a_mapped_function(q: str) -> object:
    def ask(text: str) -> str:
        return generate(", ".join([f"{i}{part}" for i, part in enumerate([text, q])]))

    return ember.map(ask, [q, "b"])


def joined_values(q: str) -> object:
    texts = {"a": q, "b": generate(q)}
    joined = ", ".join(texts.values()), ember.join(texts.values(), "; "), ", ".join(texts)
    return joined, ", ".join(reversed([q, "x"]))


@pytest.mark.parametrize(
    "function",
    [
        tuples_in_a_list,
        tuples_in_a_dict,
        tuples_that_are_mapped,
        nothing_is_mapped,
        iterators_used_where_they_are_made,
        iterators_inside_a_mapped_function,
        joined_values,
        Prompts.private,
        Prompts.private_global,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object], agree: Agree) -> None:
    agree(function, "q")


def test_tuples_stay_tuples(agree: Agree) -> None:
    assert agree(tuples_in_a_dict, "q") == {
        "k": [("q",)],
        "l": [["q"], ("q", ["q"])],
        "m": (["q"],),
    }
    assert repr(agree(tuples_in_a_list, "q")).startswith("[('fr', ")


def test_an_iterator_is_used_up_as_in_python(agree: Agree) -> None:
    result = agree(iterators_used_where_they_are_made, "q")
    assert repr(result).endswith("], [], (0, 'q'), [(1, 'x')], {0: 'a', 1: 'b'}, True)")


def test_private_names(agree: Agree) -> None:
    assert agree(Prompts.private_global, "q") == "hidden q"
    program = ember.compile(Prompts.private_global)
    program("q")
    before = program.ir()
    globals()["_Prompts__SUFFIX"] = "changed"
    try:
        assert program("q") == "changed q"
    finally:
        globals()["_Prompts__SUFFIX"] = "hidden"
    assert program("q") == "hidden q"
    assert program.ir() == before


def test_a_list_that_nothing_was_mapped_to_is_empty_everywhere() -> None:
    def never(item: str) -> str:
        raise AssertionError(item)

    assert ember.map(never, []) == []
    with pytest.raises(ember.EmptyVoteError):
        ember.compile(lambda: ember.vote([]))()


def test_floats_of_other_libraries(provider: Recording) -> None:
    def ask(q: str) -> str:
        return generate(q, temperature=Float64(0.5))

    ember.register_model("priced", provider="simulated", input_usd_per_million=Float64(0.25))
    with ember.Session(provider=provider):
        generate("q", temperature=Float64(0.5))
        with pytest.raises(ember.CaptureError, match="a temperature from a value that is known"):
            ember.compile(ask, strict=True)("q")

        @ember.jit
        def given(q: str, t: float) -> str:
            return generate(q, temperature=t)

        for run in (given, given.eager):
            run("q", Float64(0.5))
    assert [request.temperature for request in provider.requests] == [0.5, 0.5, 0.5]
