"""What operations on texts, conversations, lists and records give, and how functions fail."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import FunctionError, ParseError, ProviderError, ShapeError
from ember_mlir.interpreter import Value
from ember_mlir.providers import Image, Message, ToolCall

if TYPE_CHECKING:
    from conftest import Oracle

LIST = "!llm.list<!llm.text>"
TEXT = "(%a: !llm.text) -> !llm.text"
PERSON = '!llm.record<"name": !llm.text, "age": !llm.text>'
CALL = '!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>'


# Texts.


def test_what_fills_a_hole_is_data(oracle: Oracle) -> None:
    assert oracle.value(TEXT, '%r = llm.template "{0} {{0}}"(%a)', "{0}") == "{0} {0}"


def test_a_join_of_nothing_is_the_empty_text(oracle: Oracle) -> None:
    join = f"(%a: {LIST}) -> !llm.text"
    assert oracle.value(join, '%r = llm.join %a with ", "', []) == ""
    assert oracle.value(join, '%r = llm.join %a with ", "', ["x", "", "y"]) == "x, , y"
    assert oracle.value(join, "%r = llm.quote %a", []) == ""
    assert oracle.value(join, "%r = llm.quote %a", ["x", '"é"']) == '1. "x"\n2. "\\"é\\""'


@pytest.mark.parametrize(
    ("schema", "result", "text", "value"),
    [
        ("integer", "i64", "42", 42),
        ("number", "f64", "2.5", 2.5),
        ("boolean", "i1", "true", True),
        ("string", "!llm.text", '"a\\"b"', 'a"b'),
    ],
)
def test_a_value_is_read_by_its_schema(
    oracle: Oracle, schema: str, result: str, text: str, value: Value
) -> None:
    body = f'%r = llm.parse %a as json_schema "{{\\"type\\": \\"{schema}\\"}}" : {result}'
    found = oracle.value(f"(%a: !llm.text) -> {result}", body, text)
    assert found == value
    assert type(found) is type(value)


def test_named_groups_are_fields(oracle: Oracle) -> None:
    body = f'%r = llm.parse %a as regex "(?P<name>[A-Z][a-z]+) (?P<age>[0-9]+)" : {PERSON}'
    found = oracle.value(f"(%a: !llm.text) -> {PERSON}", body, "Ada 36")
    assert found == {"name": "Ada", "age": "36"}
    assert list(found) == ["name", "age"]


def test_a_text_that_does_not_fit_is_an_error_with_its_place(oracle: Oracle) -> None:
    body = '%r = llm.parse %a as lark "start: \\"yes\\" | \\"no\\"" : !llm.text'
    assert oracle.value(TEXT, body, "yes") == "yes"
    with pytest.raises(ParseError, match=r"^test\.mlir:3:6: .*lark"):
        oracle.value(TEXT, body, "perhaps")


def test_a_text_has_the_length_of_its_characters(oracle: Oracle) -> None:
    count = "%r = llm.length of %a : !llm.text"
    assert oracle.value("(%a: !llm.text) -> i64", count, "日本é") == 3


# Conversations.

TALK = "(%a: !llm.text, %b: !llm.text) -> !llm.messages"


def test_turns_stand_in_the_order_written(oracle: Oracle) -> None:
    body = """%m = llm.messages system(%a) user(%a, image %b, %b)
      %n = llm.messages assistant(%b)
      %r = llm.messages after(%m, %n) assistant(%a, %b) tool(%a, %b)"""
    assert oracle.value(TALK, body, "x", "y") == (
        Message("system", ("x",)),
        Message("user", ("x", Image("y"), "y")),
        Message("assistant", ("y",)),
        Message("assistant", ("x", "y")),
        Message("tool", ("y",), tool_call_id="x"),
    )


@pytest.mark.parametrize(
    ("turns", "content"),
    [
        ((Message("user", ("a",)), Message("assistant", ("b",))), "b"),
        ((Message("user", ("a", Image("i"), "b")),), "a\nb"),
        ((Message("user", (Image("i"),)),), ""),
        ((Message("tool", ("b",), tool_call_id="a"),), "b"),
        ((), ""),
    ],
)
def test_the_content_is_the_text_of_the_last_turn(
    oracle: Oracle, turns: tuple[Message, ...], content: str
) -> None:
    body = "%r = llm.content %m"
    assert oracle.value("(%m: !llm.messages) -> !llm.text", body, turns) == content


def test_tool_calls_are_those_of_the_last_turn(oracle: Oracle) -> None:
    asks = Message("assistant", (), (ToolCall("1", "search", "{}"), ToolCall("2", "x", "no json")))
    signature, body = f"(%m: !llm.messages) -> !llm.list<{CALL}>", "%r = llm.tool_calls %m"
    assert oracle.value(signature, body, (asks,)) == [
        {"id": "1", "tool": "search", "arguments": "{}"},
        {"id": "2", "tool": "x", "arguments": "no json"},
    ]
    assert oracle.value(signature, body, (asks, Message("user", ("thanks",)))) == []
    assert oracle.value(signature, body, ()) == []


# Lists and records.


@pytest.mark.parametrize(("index", "expected"), [(0, "a"), (2, "c"), (-1, "c"), (-3, "a")])
def test_an_element_at_an_index(oracle: Oracle, index: int, expected: str) -> None:
    body = f"%r = llm.get %l[%i] : {LIST}"
    signature = f"(%l: {LIST}, %i: i64) -> !llm.text"
    assert oracle.value(signature, body, ["a", "b", "c"], index) == expected


@pytest.mark.parametrize(
    ("items", "index", "message"),
    [
        (["a", "b"], 2, "must be between -2 and 1 in a list of 2, but got 2; test the length"),
        (["a", "b"], -3, "must be between -2 and 1 in a list of 2, but got -3"),
        ([], 0, "an empty list must not be indexed, but got 0; test the length first"),
    ],
)
def test_an_index_outside_of_the_list(
    oracle: Oracle, items: list[str], index: int, message: str
) -> None:
    with pytest.raises(ShapeError, match=r"^test\.mlir:3:6: .*" + message):
        oracle.value(
            f"(%l: {LIST}, %i: i64) -> !llm.text", f"%r = llm.get %l[%i] : {LIST}", items, index
        )


def test_lists_are_made_joined_and_measured(oracle: Oracle) -> None:
    body = f"""%l = llm.list(%a, %b, %a) : {LIST}
      %e = llm.list() : {LIST}
      %c = llm.concat(%e, %l, %e, %l) : {LIST}
      %n = llm.length of %c : {LIST}
      %d = llm.concat() : {LIST}
      %m = llm.length of %d : {LIST}
      %r = llm.list(%n, %m) : !llm.list<i64>"""
    assert oracle.value("(%a: !llm.text, %b: !llm.text) -> !llm.list<i64>", body, "x", "y") == [
        6,
        0,
    ]


def test_the_nearest_vectors(oracle: Oracle) -> None:
    vector = "tensor<?xf32>"
    signature = f"(%q: {vector}, %l: !llm.list<{vector}>) -> !llm.list<i64>"
    body = "%r = llm.top_k 2 of %l near %q"
    assert oracle.value(signature, body, (1.0, 0.0), [(0.0, 1.0), (2.0, 0.0), (5.0, 0.0)]) == [1, 2]
    assert oracle.value(signature, body, (1.0, 0.0), [(3.0, 4.0)]) == [0]
    assert oracle.value(signature, body, (1.0, 0.0), []) == []
    message = r"^test\.mlir:3:6: .* the query has 2 and vector 1 has 1; embed all of them with one"
    with pytest.raises(ShapeError, match=message):
        oracle.value(signature, body, (1.0, 0.0), [(1.0, 0.0), (1.0,)])


def test_a_record_and_its_fields(oracle: Oracle) -> None:
    body = f"""%p = llm.record(%a, %b) : {PERSON}
      %age = llm.field "age" of %p : {PERSON}
      %q = llm.record(%age, %a) : {PERSON}
      %r = llm.list(%p, %q) : !llm.list<{PERSON}>"""
    signature = f"(%a: !llm.text, %b: !llm.text) -> !llm.list<{PERSON}>"
    assert oracle.value(signature, body, "x", "y") == [
        {"name": "x", "age": "y"},
        {"name": "y", "age": "x"},
    ]


# Comparisons.


@pytest.mark.parametrize(
    ("found", "left", "right", "same"),
    [
        ("!llm.text", "a", "a", True),
        ("!llm.text", "a", "A", False),
        ("!llm.text", "a", "a ", False),
        ("i64", 1, 2, False),
        ("f64", 0.0, -0.0, True),
        ("f64", nan, nan, False),
        ("!llm.list<f64>", [nan], [nan], False),
        ("tensor<?xf32>", (1.0, nan), (1.0, nan), False),
        ("tensor<?xf32>", (1.0, 2.0), (1.0, 2.0), True),
        ('!llm.record<"x": !llm.list<i64>>', {"x": [1]}, {"x": [1]}, True),
        ("!llm.messages", (Message("user", ("a",)),), (Message("user", ("a",)),), True),
        ("!llm.messages", (Message("user", ("a",)),), (), False),
    ],
)
def test_values_are_the_same_if_they_are_built_of_the_same_parts(
    oracle: Oracle, found: str, left: Value, right: Value, same: bool
) -> None:
    body = f"%r = llm.equal %a, %b : {found}"
    assert oracle.value(f"(%a: {found}, %b: {found}) -> i1", body, left, right) is same


def test_what_is_no_number_is_not_the_same_as_itself(oracle: Oracle) -> None:
    for found, value in [("f64", nan), ("!llm.list<f64>", [nan]), ("tensor<?xf32>", (nan,))]:
        body = f"%r = llm.equal %a, %a : {found}"
        assert oracle.value(f"(%a: {found}) -> i1", body, value) is False


@pytest.mark.parametrize(
    ("whole", "part", "value", "searched", "expected"),
    [
        ("!llm.text", "!llm.text", "abc", "b", True),
        ("!llm.text", "!llm.text", "abc", "B", False),
        ("!llm.text", "!llm.text", "", "", True),
        (LIST, "!llm.text", ["a", "b"], "b", True),
        (LIST, "!llm.text", ["ab"], "b", False),
        ("!llm.list<!llm.list<i64>>", "!llm.list<i64>", [[1], [2]], [2], True),
        ("!llm.list<f64>", "f64", [nan], nan, False),
        ("!llm.list<f64>", "f64", [inf], inf, True),
    ],
)
def test_what_a_text_or_list_contains(
    oracle: Oracle, whole: str, part: str, value: Value, searched: Value, expected: bool
) -> None:
    body = f"%r = llm.contains %a, %b : {whole}, {part}"
    assert oracle.value(f"(%a: {whole}, %b: {part}) -> i1", body, value, searched) is expected


# Labels.


def test_what_is_hidden_is_restored(oracle: Oracle) -> None:
    body = """%m, %h = llm.redact %a hiding ["email"] to "public"
      %n = llm.generate @m(%m) draw <0>
      %r = llm.restore %n from %h"""
    assert oracle.value(TEXT, body, "Mail ada@example.com [EMAIL_1]!") == (
        "[Mail ada@example.com [EMAIL_1]!]"
    )
    assert oracle.prompts == ["Mail [EMAIL_2] [EMAIL_1]!"]


def test_what_was_hidden_is_masks_and_texts_in_turn(oracle: Oracle) -> None:
    body = '%m, %r = llm.redact %a hiding ["email", "ip"] to "public"'
    found = oracle.value(f"(%a: !llm.text) -> {LIST}", body, "ada@example.com at 10.0.0.1")
    assert found == ["[EMAIL_1]", "ada@example.com", "[IP_2]", "10.0.0.1"]


def test_what_is_no_pairs_cannot_be_restored(oracle: Oracle) -> None:
    body = "%r = llm.restore %a from %h"
    with pytest.raises(ShapeError, match=r"^test\.mlir:3:6: originals must be pairs of"):
        oracle.value(f"(%a: !llm.text, %h: {LIST}) -> !llm.text", body, "x", ["[EMAIL_1]"])
    with pytest.raises(ShapeError, match=r"must stand for one original, but '\[EMAIL_1\]' stands"):
        oracle.value(
            f"(%a: !llm.text, %h: {LIST}) -> !llm.text",
            body,
            "x",
            ["[EMAIL_1]", "a", "[EMAIL_1]", "b"],
        )


def test_a_value_that_is_declassified_is_the_same(oracle: Oracle) -> None:
    body = f'%r = llm.declassify %a to "public" because "approved" : {LIST}'
    assert oracle.value(f"(%a: {LIST}) -> {LIST}", body, ["x"]) == ["x"]


def test_a_constant_with_a_label_is_its_text(oracle: Oracle) -> None:
    assert oracle.value(TEXT, '%r = llm.constant "é" label "pii"', "x") == "é"


# Functions.


def giving(value: Value) -> Callable[[str], Value]:
    """A function that gives `value`."""
    return lambda text: value


def twice(first: str, second: str) -> str:
    return first + second


APPLY = "%r = llm.apply effectful @fn(%a) : (!llm.text) -> {}"


@pytest.mark.parametrize("effect", ["pure", "idempotent", "effectful"])
def test_a_function_is_applied_to_its_arguments(oracle: Oracle, effect: str) -> None:
    body = f"%r = llm.apply {effect} @fn(%a, %a) : (!llm.text, !llm.text) -> !llm.text"
    assert oracle.value(TEXT, body, "x", fn=twice) == "xx"


def test_a_function_without_arguments(oracle: Oracle) -> None:
    body = "%r = llm.apply pure @fn() : () -> !llm.text"
    assert oracle.value(TEXT, body, "x", fn=lambda: "y") == "y"


def test_a_function_that_is_not_given(oracle: Oracle) -> None:
    message = r"^test\.mlir:3:6: the function 'fn' must be given to the run, but is not"
    with pytest.raises(FunctionError, match=message):
        oracle.value(TEXT, APPLY.format("!llm.text"), "x", other=str)


@pytest.mark.parametrize("error", [ValueError("no"), ProviderError("no"), StopIteration("no")])
def test_a_function_that_raises(oracle: Oracle, error: Exception) -> None:
    def fail(text: str) -> str:
        raise error

    raised = f"{type(error).__name__}: no"
    message = rf"^test\.mlir:3:6: the function 'fn' must return a value, but raised {raised}"
    with pytest.raises(FunctionError, match=message) as caught:
        oracle.value(TEXT, APPLY.format("!llm.text"), "x", fn=fail)
    assert caught.value.__cause__ is error


def test_a_function_that_is_interrupted_interrupts_the_program(oracle: Oracle) -> None:
    def stop(text: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        oracle.value(TEXT, APPLY.format("!llm.text"), "x", fn=stop)


ONE = '!llm.record<"x": i64>'


@pytest.mark.parametrize(
    ("found", "value"),
    [
        ("!llm.text", "é"),
        (LIST, ["a"]),
        (LIST, []),
        (ONE, {"x": 1}),
        ("!llm.messages", ()),
        ("!llm.messages", (Message("user", ("a",)),)),
        ("i64", -(2**63)),
        ("i1", True),
        ("f64", 1.0),
        ("tensor<?xf32>", (1.0, nan)),
        ("index", 3),
        ("!llm.object", {1, 2}),
        ("!llm.object", None),
    ],
)
def test_a_function_that_gives_what_it_declares(oracle: Oracle, found: str, value: Value) -> None:
    signature = f"(%a: !llm.text) -> {found}"
    assert oracle.value(signature, APPLY.format(found), "x", fn=giving(value)) is value


@pytest.mark.parametrize(
    ("found", "value", "got"),
    [
        ("!llm.text", None, "None"),
        ("!llm.text", 1, "an object of type int"),
        (LIST, ("a",), "an object of type tuple"),
        (LIST, ["a", 1], "an object of type list"),
        (ONE, {"y": 1}, "an object of type dict"),
        (ONE, {"x": "1"}, "an object of type dict"),
        (ONE, [1], "an object of type list"),
        ("!llm.messages", [Message("user", ("a",))], "an object of type list"),
        ("!llm.messages", ("a",), "an object of type tuple"),
        ("i64", True, "an object of type bool"),
        ("i64", 2**63, "an object of type int"),
        ("i64", 1.0, "an object of type float"),
        ("i1", 1, "an object of type int"),
        ("f64", 1, "an object of type int"),
        ("tensor<?xf32>", (1,), "an object of type tuple"),
        ("tensor<?xf32>", [1.0], "an object of type list"),
        ("i32", 2**31, "an object of type int"),
        ("none", 1, "an object of type int"),
    ],
)
def test_a_function_that_gives_something_else(
    oracle: Oracle, found: str, value: Value, got: str
) -> None:
    signature = f"(%a: !llm.text) -> {found}"
    with pytest.raises(FunctionError) as caught:
        oracle.value(signature, APPLY.format(found), "x", fn=giving(value))
    expected = f"the result of the function 'fn' must be {found}, but got {got}"
    assert caught.value.message == expected
    assert str(caught.value.location) == "test.mlir:3:6"
