"""Inputs on a command line: texts, files, lists, globs, and every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.errors import InputError
from ember_mlir.grammars.shapes import ListShape, RecordShape, Shape
from ember_mlir.inputs import Parameter, Value, read_inputs, read_value

QUESTION = Parameter("question", "text")
DOCS = Parameter("docs", ListShape("text"))
GRID = Parameter("grid", ListShape(ListShape("text")))

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with documents, which is the current one."""
    for name in ("b.md", "a.md", "sous dossier/été.md", "sous dossier/z.txt", ".hidden.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"text of {name}\n", encoding="utf-8")
    (tmp_path / "folder.md").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", ""),
        ("2+2=?", "2+2=?"),
        ("@@everyone", "@everyone"),
        ("@@", "@"),
        ("日本 🙂\n", "日本 🙂\n"),
        ('["a"]', '["a"]'),
        ("@a.md", "text of a.md\n"),
        ("@sous dossier/été.md", "text of sous dossier/été.md\n"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_text(written: str, expected: str) -> None:
    assert read_value(written, QUESTION) == expected


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("@*.md", ["a.md", "b.md"]),
        ("@**/*.md", ["a.md", "b.md", "sous dossier/été.md"]),
        ("@**/*", ["a.md", "b.md", "sous dossier/z.txt", "sous dossier/été.md"]),
        ("@b.md", ["b.md"]),
        ("@[ab].md", ["a.md", "b.md"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_list_of_files_is_sorted_by_path(written: str, names: list[str]) -> None:
    assert read_value(written, DOCS) == [f"text of {name}\n" for name in names]


@given(st.lists(TEXTS))
def test_a_list_as_json(texts: list[str]) -> None:
    assert read_value(json.dumps(texts), DOCS) == texts


@given(st.lists(st.lists(TEXTS)))
def test_a_list_of_lists_as_json(texts: list[list[str]]) -> None:
    assert read_value(json.dumps(texts, ensure_ascii=False), GRID) == texts


@given(TEXTS.filter(lambda text: not text.startswith("@")))
def test_a_text_is_taken_as_it_is(text: str) -> None:
    assert read_value(text, QUESTION) == text


MISTAKES: dict[str, tuple[str, Parameter, str]] = {
    "missing file": ("@none.md", QUESTION, "there is no file 'none.md'; check the path"),
    "missing file of a list": ("@none.md", DOCS, "there is no file 'none.md'; check the path"),
    "no match": (
        "@none/**/*.md",
        DOCS,
        "the input 'docs' must match at least one file, but no file matches 'none/**/*.md'; "
        "check the folder, or write [] for no text",
    ),
    "text for a list": (
        "a",
        DOCS,
        "the input 'docs' must be a list<text>, but got 'a'; "
        'write it as ["a", "b"] or @folder/*.txt',
    ),
    "literal @ for a list": (
        "@@a",
        DOCS,
        "the input 'docs' must be a list<text>, but got '@@a'; "
        'write it as ["a", "b"] or @folder/*.txt',
    ),
    "string for a list": (
        '"a"',
        DOCS,
        "the input 'docs' must be a list<text>, but got \"a\"; "
        'write it as ["a", "b"] or @folder/*.txt',
    ),
    "number in a list": (
        '["a", 1]',
        DOCS,
        "the input 'docs' must be a list<text>, but got 1; "
        'write it as ["a", "b"] or @folder/*.txt',
    ),
    "null in a list": (
        "[null]",
        DOCS,
        "the input 'docs' must be a list<text>, but got null; "
        'write it as ["a", "b"] or @folder/*.txt',
    ),
    "list for lists": (
        '["a"]',
        GRID,
        'the input \'grid\' must be a list<list<text>>, but got "a"; write it as [["a", "b"]]',
    ),
    "glob for lists": (
        "@*.md",
        GRID,
        "the input 'grid' must be a list<list<text>>, but got '@*.md'; "
        'write it as [["a", "b"]]',
    ),
    "half a pair": (
        '["\\ud800"]',
        DOCS,
        "the input 'docs' must be a list<text>, but got \"\\ud800\"; "
        'write it as ["a", "b"] or @folder/*.txt',
    ),
    "not UTF-8": (
        "caf\udce9",
        QUESTION,
        "the input 'question' must be UTF-8; write it to a file",
    ),
    "deep": (
        "[" * 100_000,
        DOCS,
        f"the input 'docs' must be a list<text>, but got '{'[' * 59}…'; "
        'write it as ["a", "b"] or @folder/*.txt',
    ),
}


@pytest.mark.parametrize(("written", "parameter", "message"), MISTAKES.values(), ids=MISTAKES)
@pytest.mark.usefixtures("folder")
def test_a_mistake_is_named(written: str, parameter: Parameter, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_value(written, parameter)
    assert caught.value.message == message


def test_inputs_come_in_the_order_of_the_parameters() -> None:
    written = ["docs=[]", "question=a=b"]
    expected: dict[str, Value] = {"question": "a=b", "docs": []}
    assert list(read_inputs(written, [QUESTION, DOCS]).items()) == list(expected.items())


def test_a_name_may_be_written_in_either_unicode_form() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert read_inputs([f"{decomposed}=x"], [Parameter(composed, "text")]) == {composed: "x"}
    assert read_inputs([f"{composed}=x"], [Parameter(decomposed, "text")]) == {decomposed: "x"}


TAKES = "; the program takes question: text, docs: list<text>"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (["question"], "an input must be written NAME=VALUE, but got 'question'" + TAKES),
        (["what=x"], "there is no input 'what'" + TAKES),
        (["question=x", "question=y"], "the input 'question' must be given once, but is twice"),
        (["question=x"], "the input 'docs' must be given" + TAKES),
        ([], "the inputs 'question', 'docs' must be given" + TAKES),
    ],
)
def test_a_wrong_set_of_inputs_lists_the_parameters(written: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_inputs(written, [QUESTION, DOCS])
    assert message in caught.value.message


def test_a_program_without_inputs() -> None:
    assert read_inputs([], []) == {}
    with pytest.raises(InputError, match="there is no input 'x'; the program takes no inputs"):
        read_inputs(["x=1"], [])


PERSON = RecordShape((("name", "text"), ("tags", ListShape("text"))))


@pytest.mark.parametrize(
    ("shape", "written", "expected"),
    [
        ("integer", "-3", -3),
        ("integer", str(2**63 - 1), 2**63 - 1),
        ("number", "1", 1.0),
        ("number", "-0.5e2", -50.0),
        ("boolean", "true", True),
        (ListShape("integer"), "[1, 2]", [1, 2]),
        (PERSON, '{"tags": [], "name": "Ada"}', {"name": "Ada", "tags": []}),
    ],
)
def test_numbers_and_records_are_json(shape: Shape, written: str, expected: Value) -> None:
    found = read_value(written, Parameter("x", shape))
    assert found == expected
    assert type(found) is type(expected)
    assert str(found) == str(expected)


@pytest.mark.parametrize(
    ("shape", "written", "example"),
    [
        ("integer", "1.0", "3"),
        ("integer", "true", "3"),
        ("integer", str(2**63), "3"),
        ("number", "NaN", "0.5"),
        ("number", "1e999", "0.5"),
        ("number", "9" * 400, "0.5"),
        ("boolean", "1", "true"),
        (PERSON, '{"name": "Ada"}', r'\{"name": "a", "tags": \["a", "b"\]\}'),
        (PERSON, '{"name": 1, "tags": []}', r'\{"name": "a", "tags": \["a", "b"\]\}'),
        (ListShape("boolean"), "@a", r"\[true\]"),
    ],
)
def test_what_is_of_another_shape_is_refused(shape: Shape, written: str, example: str) -> None:
    parameter = Parameter("x", shape)
    with pytest.raises(InputError, match=rf"the input 'x' must be an? .*; write it as {example}$"):
        read_value(written, parameter)
