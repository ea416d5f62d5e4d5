"""What a capture writes: operations, draws, names and locations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.dialects.locations import source_of
from ember_mlir.dialects.values import TEXT, DrawsFromTape
from ember_mlir.errors import CaptureError
from ember_mlir.frontend.capture import capture
from ember_mlir.frontend.layouts import TEXT_LEAF
from ember_mlir.frontend.names import ascii_symbol
from ember_mlir.frontend.signature import Signature
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.analysis.verification import verify_module


def module_of(function: Callable[..., object]) -> ModuleOp:
    """The module of a function whose arguments have types or defaults."""
    program = ember.compile(function)
    captured = capture(program.function, Signature(program.function).without_call())
    verify_module(captured.module)
    return captured.module


def text_of(function: Callable[..., object]) -> str:
    """Its text, which must read back as the same text."""
    text = print_module(module_of(function))
    assert print_module(parse_module(text)) == text
    return text


def draws_of(function: Callable[..., object]) -> list[str]:
    """The draws of its requests, in the order of the text."""
    ops = [op for op in module_of(function).walk() if op.has_trait(DrawsFromTape)]
    return [str(op.properties["draw"]).removeprefix("#llm.draw") for op in ops]


def helper(text: str) -> str:
    first = generate(text)
    return generate(first)


def test_a_site_is_the_ordinal_of_the_call_in_its_function() -> None:
    def ask(q: str) -> str:
        a = generate(f"{len('x')}{q}")
        return generate(generate(a))

    # generate 0 (len 1), then generate 2 around generate 3
    assert draws_of(ask) == ["<0>", "<3>", "<2>"]


def test_a_helper_adds_its_call_to_the_chain() -> None:
    def ask(q: str) -> str:
        return generate(helper(q))

    assert draws_of(ask) == ["<1/0>", "<1/1>", "<0>"]


def test_inner_functions_number_their_own_calls() -> None:
    def ask(q: str) -> str:
        def inner(text: str) -> str:
            return generate(text)

        shout: Callable[[str], str] = lambda text: generate(f"{text}!")  # noqa: E731
        return shout(inner(q))

    assert draws_of(ask) == ["<1/0>", "<0/0>"]


def test_loops_and_regions_add_indices() -> None:
    def ask(docs: list[str]) -> object:
        def note(doc: str) -> list[str]:
            return [generate(f"{doc}{i}") for i in range(2)] + list(
                ember.map(generate, [generate(doc)]) if False else []
            )

        notes = ember.map(note, docs)
        return [ember.sample("x", 3) for _ in range(1)], notes, generate("after")

    # In `note` the calls are generate 0, range 1, list 2, …; outside: map 0, sample 1, generate 3.
    assert draws_of(ask) == ["<0/0[*, 0]>", "<0/0[*, 1]>", "<1[0, *]>", "<3>"]


def test_the_index_of_a_loop_ends_with_the_loop() -> None:
    def ask(q: str) -> object:
        for i in range(9):
            generate(q)
            if i == 1:
                break
        else:
            generate("never")
        for _ in "a":
            pass
        else:
            generate("else")
        return generate("after")

    assert draws_of(ask) == ["<1[0]>", "<1[1]>", "<3>", "<4>"]


def test_reductions_and_samples_in_helpers() -> None:
    def merge(group: list[str]) -> str:
        return ember.vote(ember.sample(ember.join(group), 2))

    def ask(docs: list[str]) -> object:
        return [ember.reduce(merge, docs) for _ in range(2)]

    assert draws_of(ask) == ["<0/1[0, *, *]>", "<0/1[1, *, *]>"]


def test_a_template_shares_holes_and_keeps_braces() -> None:
    def ask(q: str, r: str) -> str:
        return f"{{{q}}} {r} {q} {{0}} {1 + 1}"

    assert r'llm.template "{{{0}}} {1} {0} {{0}} 2"(%q, %r)' in text_of(ask)


def test_values_have_the_names_of_the_program() -> None:
    def ask(question: str) -> str:
        prompt = f"Q: {question}"
        drafts = [generate(prompt) for _ in range(2)]
        réponse = ember.vote(drafts)
        return generate(réponse)

    text = text_of(ask)
    assert "%prompt = llm.template" in text
    assert "%drafts = llm.list" in text
    assert '%question: !llm.text {ember.name = #llm.utf8"question"}' in text


def test_arguments_of_regions_have_the_names_of_the_program() -> None:
    def ask(docs: list[str]) -> str:
        return ember.reduce(lambda group: ember.join(group), ember.map(helper, docs))

    text = text_of(ask)
    assert "ensemble.map %text in %docs" in text
    assert "ensemble.reduce %group in" in text


def test_every_operation_has_the_line_of_the_user() -> None:
    def ask(docs: list[str]) -> str:
        notes = ember.map(
            lambda doc: generate(f"note {doc}"),
            docs,
        )
        return ember.vote(notes)

    module = module_of(ask)
    start = ask.__code__.co_firstlineno
    lines = {op.name: source_of(op).line - start for op in module.walk()}
    assert {source_of(op).file for op in module.walk()} == {__file__}
    assert lines["ensemble.map"] == 1
    assert lines["llm.template"] == lines["llm.generate"] == 2
    assert lines["ensemble.vote"] == 5
    generated = next(op for op in module.walk() if op.name == "llm.generate")
    assert source_of(generated).column == 25


def test_the_models_that_are_used_stand_in_the_module() -> None:
    ember.register_model(
        "モデル",
        provider="simulated",
        input_usd_per_million="0.1",
        output_usd_per_million=2,
        supports_n=True,
        max_concurrency=3,
        max_batch=96,
        clearance="internal",
    )

    def small(q: str) -> str:
        return generate(generate(generate(q), model="モデル"), model="large")

    text = text_of(small)
    assert text.index("@small_model") < text.index("@_u30e2_") < text.index("@large")
    assert 'llm.model @small_model named "small" from "simulated"' in text
    assert (
        'llm.model @_u30e2__u30c7__u30eb_ named "モデル" from "simulated" '
        "usd_per_million 0.1 in 2 out "
        'clearance "internal" concurrency 3 batch 96 supports_n'
    ) in text


def test_a_lambda_is_called_lambda() -> None:
    ask: Callable[[str], str] = lambda q="x": generate(q)  # noqa: E731
    text = text_of(ask)
    assert "func.func @lambda(%q: !llm.text" in text
    assert 'attributes {ember.name = #llm.utf8"<lambda>"}' in text


def test_results_are_values_or_lists_of_values() -> None:
    def ask(q: str) -> object:
        return [q, "b"], (q, 1), {"k": [q, 2]}, "known"

    function = next(op for op in module_of(ask).ops if isinstance(op, func.FuncOp))
    types = [str(found) for found in function.function_type.outputs]
    assert types == ["!llm.list<!llm.text>", "!llm.text", "!llm.text"]


def test_a_known_empty_list_is_a_list_of_texts() -> None:
    def ask() -> object:
        return ember.join([], ","), ember.vote([])

    text = text_of(ask)
    assert text.count("llm.list() : !llm.list<!llm.text>") == 2


def test_a_value_from_a_closure_is_used_in_a_region() -> None:
    def ask(q: str, docs: list[str]) -> object:
        def note(doc: str) -> list[str]:
            return ember.map(lambda inner: generate(f"{q} {doc} {inner}"), docs)

        return ember.map(note, docs)

    assert 'llm.template "{0} {1} {2}"(%q, %doc, %inner)' in text_of(ask)


def test_a_value_may_not_leave_its_region() -> None:
    inner, outer = Block(arg_types=[TEXT]), Block()
    trace = Trace(outer, "program")
    with pytest.raises(CaptureError, match="a value from inside a function that runs"):
        trace.hold(Symbolic(inner.args[0], inner, TEXT_LEAF), TEXT_LEAF)


def test_a_program_that_is_out_of_hand_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ember_mlir.frontend.tracing.scopes.MAX_OPERATIONS", 50)

    def ask(q: str) -> object:
        return [generate(q) for _ in range(51)]

    with pytest.raises(CaptureError, match="a program of more than 50 operations"):
        module_of(ask)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("answer", "answer"),
        ("résumé", "r_u00e9_sum_u00e9_"),
        ("日本", "_u65e5__u672c_"),
        ("🙂", "_u1f642_"),
        ('a"b', "a_u0022_b"),
        ("a\\b\n", "a_u005c_b_u000a_"),
        ("vendor/fast-1.5", "vendor/fast-1.5"),
        (" a", "_u0020_a"),
    ],
)
def test_symbols_are_ascii(name: str, symbol: str) -> None:
    assert ascii_symbol(name) == symbol
