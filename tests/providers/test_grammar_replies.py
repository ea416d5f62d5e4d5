"""Replies that fit a grammar, and those that nearly do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.grammars import Grammar
from ember_mlir.providers import Request, Simulated
from ember_mlir.providers.simulated import PROFILES
from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.grammar_replies import fitting_reply
from ember_mlir.providers.simulated.suggestions import Source

if TYPE_CHECKING:
    from conftest import Models


def json_grammar(**properties: object) -> Grammar:
    """A schema of an object with these fields."""
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return Grammar("json_schema", json.dumps(schema))


TEXT, INTEGER, NUMBER, BOOLEAN = (
    {"type": kind} for kind in ("string", "integer", "number", "boolean")
)
PERSON = json_grammar(name=TEXT, age=INTEGER, email=TEXT)
TICKET = json_grammar(
    category={"enum": ["billing", "technical", "other"]},
    urgent=BOOLEAN,
    amounts={"type": "array", "items": NUMBER, "maxItems": 3},
    tags={"type": "array", "items": {"type": "string", "maxLength": 12}, "minItems": 2},
    code={"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
    priority={"type": "integer", "minimum": 1, "maximum": 5},
    note={"type": "string", "minLength": 200},
    person={"type": "object", "properties": {"name": TEXT}},
    state={"enum": [1, 2, 3]},
    kept={"const": True},
    phone={"type": ["string", "null"]},
    refund={"anyOf": [{"type": "null"}, NUMBER]},
)
GRAMMARS = [
    PERSON,
    TICKET,
    json_grammar(answer=INTEGER),
    json_grammar(
        people={"type": "array", "items": {"type": "object", "properties": {"age": INTEGER}}}
    ),
    Grammar(
        "json_schema",
        '{"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1}',
    ),
    Grammar("json_schema", '{"enum": ["yes", "no"]}'),
    Grammar("regex", r"yes|no"),
    Grammar("regex", r"(?P<name>[A-Z]\w+) is (?P<age>\d{1,3})( years old)?"),
    Grammar("regex", r"[^\x00-\x7f]{3,5}\W\S\D.?"),
    Grammar("regex", r"(?i)(ab|[c-e]+?){2,4}\s*"),
    Grammar("regex", r"(?P<verdict>good|bad): (?P<reason>.+)"),
    Grammar("regex", r"[\s\S]*"),
    Grammar("lark", 'start: "yes" | "no" | "perhaps"'),
    Grammar(
        "lark", 'start: sum\nsum: term ("+" term)*\nterm: NUMBER | "(" sum ")"\nNUMBER: /[0-9]+/'
    ),
    Grammar(
        "lark", 'start: "Name: " name "\\n" "Mood: " mood\nname: /[^\\n]+/\nmood: "good" | "bad"'
    ),
    Grammar("lark", 'start: item ~ 2..4 [end]\nitem: "- " /[a-z ]+/ "\\n"\nend: "." | "!"'),
    Grammar("lark", 'start: list\nlist: "[" (list ("," list)*)? "]"'),
]
QUESTIONS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "Who is it: Ann Lee, ann@x.org, is 34 years old and in a good mood.",
            "What is 17 * 23?",
            "I was charged $12.50 twice. The invoice AB-123 is urgent!",
            "Is 2 + 2 = 4? Answer yes or no.",
        ]
    ),
)


@given(QUESTIONS, st.sampled_from(GRAMMARS), st.binary(min_size=4, max_size=4))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_every_fitting_reply_is_accepted(question: str, grammar: Grammar, key: bytes) -> None:
    reply = fitting_reply(grammar, Source(question, "It is 391."), Chance(key))
    assert grammar.accepts(reply)


def bounded(kind: str, least: str, most: str) -> st.SearchStrategy[dict[str, object]]:
    """Schemas of a kind with a lower and an upper bound."""
    bounds = st.tuples(st.integers(0, 6), st.integers(0, 30))
    return bounds.map(lambda ends: {"type": kind, least: ends[0], most: ends[0] + ends[1]})


SCALARS = st.one_of(
    st.sampled_from([TEXT, INTEGER, NUMBER, BOOLEAN]),
    bounded("string", "minLength", "maxLength"),
    bounded("integer", "minimum", "maximum"),
    st.lists(st.text(max_size=5), min_size=1, max_size=3, unique=True).map(
        lambda texts: {"enum": texts}
    ),
)
SCHEMAS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.tuples(inner, bounded("array", "minItems", "maxItems")).map(
            lambda pair: {**pair[1], "items": pair[0]}
        ),
        inner.map(lambda schema: {"anyOf": [schema, {"type": "null"}]}),
        st.dictionaries(st.sampled_from(["name", "age", "a b", "-", "été"]), inner, min_size=1).map(
            lambda fields: {"type": "object", "properties": fields}
        ),
    ),
    max_leaves=6,
)


@given(SCHEMAS, QUESTIONS, st.binary(min_size=4, max_size=4))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_random_schemas_are_fitted(schema: object, question: str, key: bytes) -> None:
    grammar = Grammar("json_schema", json.dumps(schema))
    assert grammar.accepts(fitting_reply(grammar, Source(question, "391"), Chance(key)))


REGEXES = st.recursive(
    st.sampled_from(["a", ".", "[a-z]", r"\d", r"\W", "[^a]", "é", r"\.", "x{2,3}", r"[\s\w]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}"])).map(
            lambda pair: f"({pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)


@given(REGEXES, QUESTIONS, st.binary(min_size=4, max_size=4))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_random_regexes_are_fitted(regex: str, question: str, key: bytes) -> None:
    source = Source(question, "391")
    for text in (regex, f"(?P<name>{regex}) (?P<age>{regex})"):
        grammar = Grammar("regex", text)
        assert grammar.accepts(fitting_reply(grammar, source, Chance(key)))
    lark = Grammar("lark", f"start: name age\nname: /({regex})b/\nage: /({regex})c/ | name")
    assert lark.accepts(fitting_reply(lark, source, Chance(key)))


@given(QUESTIONS, st.sampled_from(GRAMMARS), st.integers(0, 2**64))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_a_near_miss_is_refused_and_fixed_by_its_draw(
    question: str, grammar: Grammar, draw: int
) -> None:
    provider = Simulated({"wrong": PROFILES["small"]._replace(quality=0.0)})
    request = Request("wrong", question, grammar=grammar, draws=(draw,))
    (miss,) = provider.simulate(request)[0].texts
    assert grammar.accepts(miss) is (grammar.text == r"[\s\S]*")
    assert provider.simulate(request)[0].texts == [miss]


def test_a_model_fits_as_often_as_its_quality() -> None:
    draws = tuple(range(1000))
    for model in ("small", "large"):
        request = Request(model, "Ann Lee is 34.", grammar=PERSON, n=1000, draws=draws)
        texts = Simulated().simulate(request)[0].texts
        share = sum(map(PERSON.accepts, texts)) / 1000
        assert abs(share - PROFILES[model].quality) < 0.04


def test_near_misses_are_of_several_kinds() -> None:
    request = Request("small", "Ann Lee is 34.", grammar=PERSON, n=300, draws=tuple(range(300)))
    texts = set(Simulated().simulate(request)[0].texts)
    misses = {text for text in texts if not PERSON.accepts(text)}
    assert any(miss.startswith("Sure!") for miss in misses)
    assert any(miss.endswith("helps.") for miss in misses)
    readable = [json.loads(miss) for miss in misses if miss[0] == "{" and miss[-1] == "}"]
    assert any(len(value) < 3 for value in readable)
    assert any(isinstance(value.get("age"), str) for value in readable)
    assert any("note" in value for value in readable)


def parsed(models: Models, grammar: Grammar, prompt: str) -> object:
    """The value that a model that never errs gives."""
    answer = models.ask(Request("sure", prompt, grammar=grammar))
    assert isinstance(answer, str)
    return grammar.parse(answer)


def test_fields_are_filled_by_their_names(models: Models) -> None:
    prompt = "Who wrote this? Reply with JSON.\nAnn Lee (ann@x.org), age: 34, has 2 cats."
    assert parsed(models, PERSON, prompt) == {"name": "Ann Lee", "age": 34, "email": "ann@x.org"}


def test_what_may_be_null_is_null_where_the_question_has_none(models: Models) -> None:
    nullable = json_grammar(name=TEXT, email={"anyOf": [TEXT, {"type": "null"}]})
    with_email = "Who wrote this? Reply with JSON.\nAnn Lee (ann@x.org), age: 34."
    assert parsed(models, nullable, with_email) == {"name": "Ann Lee", "email": "ann@x.org"}
    without = "Who wrote this? Reply with JSON.\nAnn Lee, age: 34."
    assert parsed(models, nullable, without) == {"name": "Ann Lee", "email": None}


def test_a_field_of_no_known_kind_is_null_at_times() -> None:
    grammar = json_grammar(mood={"type": ["string", "null"]})
    source = Source("What is it? The mood is good.", "good")
    replies = {fitting_reply(grammar, source, Chance(bytes([number]) * 4)) for number in range(50)}
    assert replies == {'{"mood": "good"}', '{"mood": null}'}


def test_the_answer_stands_where_an_answer_belongs(models: Models) -> None:
    assert parsed(models, json_grammar(answer=INTEGER), "Q: 17 * 23\nA:") == {"answer": 391}
    assert parsed(models, json_grammar(result=NUMBER), "What is 1 / 4?") == {"result": 0.25}
    assert parsed(models, json_grammar(answer=TEXT), "What is 1 + 1?") == {"answer": "2"}
    yes = "Is 1 + 1 = 2? Answer yes or no."
    assert parsed(models, json_grammar(answer=BOOLEAN), yes) == {"answer": True}
    no = "Is 1 + 1 = 3? Answer yes or no."
    assert parsed(models, json_grammar(answer=BOOLEAN), no) == {"answer": False}


def test_a_ticket(models: Models) -> None:
    prompt = "Describe the ticket: invoice AB-123 was charged 12.5 twice, which is urgent!"
    answer = models.ask(Request("sure", prompt, grammar=TICKET))
    assert isinstance(answer, str)
    value = TICKET.parse(answer)
    assert isinstance(value, dict)
    assert value["category"] == "billing"
    assert value["urgent"] is True
    assert value["amounts"] == [12.5]
    assert value["code"] == "AB-123"
    assert value["kept"] is True
    assert isinstance(value["note"], str)
    assert len(value["note"]) == 200


def test_lists_hold_all_of_a_kind(models: Models) -> None:
    emails = json_grammar(emails={"type": "array", "items": TEXT})
    assert parsed(models, emails, "Extract from: a@x.org, b@x.org") == {
        "emails": ["a@x.org", "b@x.org"]
    }
    ages = json_grammar(ages={"type": "array", "items": INTEGER, "minItems": 3})
    assert parsed(models, ages, "Extract from: 3 and 4") == {"ages": [3, 4, 3]}


def test_choices_and_fields_of_regexes_and_lark_texts(models: Models) -> None:
    mood = Grammar("regex", "positive|negative")
    assert parsed(models, mood, "How is this: I love it.") == "positive"
    person = Grammar("regex", r"(?P<name>.+) / (?P<age>\d+)")
    prompt = "Who is it: Ann Lee is 34."
    assert parsed(models, person, prompt) == {"name": "Ann Lee", "age": "34"}
    lark = Grammar("lark", 'start: name ", " mood\nname: /[A-Za-z ]+/\nmood: "good" | "bad"')
    prompt = "Ann Lee was here: Ann Lee says that it was awful."
    assert parsed(models, lark, prompt) == {"name": "Ann Lee", "mood": "bad"}
    number = Grammar("lark", "start: /[0-9]+/")
    assert parsed(models, number, "What is 6 * 7?") == "42"


def test_a_grammar_without_short_texts_is_given_up(models: Models) -> None:
    doubled = "".join(f"a{number}: a{number + 1} a{number + 1}\n" for number in range(40))
    grammar = Grammar("lark", f'start: a0\n{doubled}a40: "x"')
    assert models.ask(Request("sure", "What is 6 * 7?", grammar=grammar)) == "42"


def test_a_set_without_characters_is_given_up(models: Models) -> None:
    schema = '{"type": "string", "pattern": "^a[^\\\\s\\\\S]$"}'
    for grammar in (Grammar("regex", r"a[^\s\S]"), Grammar("json_schema", schema)):
        request = Request("sure", "What is 6 * 7?", grammar=grammar)
        assert models.ask(request) == "42"
        assert models.ask(replace(request, model="wrong")) != ""


def test_a_fitting_reply_is_cut_as_any_other(models: Models) -> None:
    request = Request("sure", "Q: 17 * 23\nA:", grammar=json_grammar(answer=INTEGER))
    assert models.ask(replace(request, stop=(":",))) == '{"answer"'
    assert models.ask(replace(request, max_tokens=3)) == '{"answer":'
