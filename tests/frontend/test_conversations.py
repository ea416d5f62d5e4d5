"""`ember.generate` on conversations, with settings, and `ember.chat`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check, operations

PNG = b"\x89PNG\r\n\x1a\n"


def of_messages(q: str) -> str:
    return generate(
        [
            {"role": "system", "content": "Be terse."},
            {"role": "user", "content": q},
            {"role": "assistant", "content": "What else?"},
            {"role": "user", "content": f"More of {q}."},
        ]
    )


def of_objects(q: str) -> str:
    first = generate(q)
    return generate([ember.Message("system", ("Be kind.",)), {"role": "user", "content": first}])


def of_a_list_that_grows(q: str) -> str:
    messages = [{"role": "system", "content": "Talk."}]
    for topic in ("art", "law"):
        messages.append({"role": "user", "content": f"{topic}: {q}"})
        messages.append({"role": "assistant", "content": generate(messages)})
    return generate([*messages, {"role": "user", "content": "Sum up."}])


def of_a_list_of_the_run(q: str, topics: list[str]) -> str:
    return generate([{"role": "user", "content": f"{topic}: {q}"} for topic in topics])


def with_a_system(q: str) -> str:
    return generate(q, system=f"You know {q}.") + generate(
        [{"role": "user", "content": q}], system="S"
    )


def with_images(q: str) -> str:
    shown = generate(q, images=["https://example.org/a.png", ember.Image(q), PNG])
    content = [
        "See",
        {"type": "image_url", "image_url": {"url": q}},
        {"type": "text", "text": shown},
    ]
    return generate([{"role": "user", "content": content}])


def in_an_arm(q: str) -> str:
    if "yes" in generate(q):
        answer = generate(q, system="Agree.")
    else:
        answer = generate([{"role": "user", "content": "why not?"}])
    return answer


def with_settings(q: str) -> str:
    first = generate(q, temperature=0.5, top_p=0.25, stop="END", max_tokens=9)
    return first + generate(q, seed=7, stop=["a", "b"], extra={"top_k": 4, "é": [1]})


def many_about_messages(q: str) -> str:
    return ember.vote(ember.sample([{"role": "user", "content": q}], 3, top_p=0.5, system="Vote."))


def chatting(q: str) -> str:
    talk = ember.chat("Be brief.", temperature=0.5)
    first = talk(q)
    if first == "yes":
        talk.add("user", "Are you sure?")
    return first + talk("And then?", images=["https://example.org/a.png"])


def chatting_in_a_loop(q: str, topics: list[str]) -> str:
    talk = ember.chat()
    last = ""
    for topic in topics:
        last = talk(f"{topic} {q}")
        if last == "bad":
            break
    return talk("Sum up: " + last)


def two_chats(q: str) -> str:
    pro, con = ember.chat("For."), ember.chat("Against.")
    said = q
    for _ in range(2):
        said = con(pro(said))
    return said + generate([*[{"role": "user", "content": q}], {"role": "user", "content": said}])


TALKS = [of_messages, of_objects, of_a_list_that_grows, with_a_system, with_images, in_an_arm]


@pytest.mark.parametrize(
    "function", [*TALKS, with_settings, many_about_messages, chatting, two_chats]
)
def test_all_ways_ask_the_same(function: Callable[..., str]) -> None:
    check(function, "cats")


@pytest.mark.parametrize("function", [of_a_list_of_the_run, chatting_in_a_loop])
@pytest.mark.parametrize("topics", [["art"], ["art", "law", "food"]])
def test_conversations_of_the_run(function: Callable[..., str], topics: list[str]) -> None:
    check(function, "cats", topics)


def test_what_is_said_is_in_the_text_of_the_program() -> None:
    found = operations(of_messages, "cats")
    assert found["llm.messages"] == 1
    assert found["llm.generate"] == 1
    text = str(captured_of(with_images, ["cats"]).module)
    assert "image" in text
    assert "data:image/png;base64,iVBORw0KGgo=" in text
    chat = operations(chatting_in_a_loop, "cats", ["a"])
    assert chat["scf.for"] == 1


def test_settings_are_those_of_the_request() -> None:
    text = str(captured_of(with_settings, ["cats"]).module)
    assert 'temperature 0.5 top_p 0.25 max_tokens 9 stop ["END"]' in text
    assert 'stop ["a", "b"] seed 7 extra "{\\"top_k\\": 4, \\"é\\": [1]}"' in text


def asks(prompt: object = "hello", **settings: object) -> Callable[[], None]:
    asked: Any = prompt
    given: Any = settings

    def ask() -> None:
        generate(asked, **given)

    return ask


NO_ROLE: Mapping[str, object] = {"role": "bot", "content": "a"}

WRONG: list[tuple[Callable[[], object], str]] = [
    (
        asks(prompt=list[str]()),
        "a conversation must have at least 1 message, but got none; write each",
    ),
    (asks(prompt=3), "a prompt must be a text or a list of messages, but got an int; put"),
    (asks(prompt=[3]), "a message must be a dict or an ember.Message, but got an int; write"),
    (
        asks(prompt=[NO_ROLE]),
        "the role of a message must be one of system, user, assistant, tool, ",
    ),
    (
        asks(prompt=[{"role": "user", "text": "a"}]),
        "a message of the user must have 'content', 'role', but got 'role', 'text'; write each",
    ),
    (
        asks(prompt=[{"role": "tool", "content": "a"}]),
        "a message of the tool must have 'content', 'role', 'tool_call_id', but got",
    ),
    (
        asks(prompt=[{"role": "user", "content": [{"type": "audio"}]}]),
        'a part of a message must be of type "text" or "image_url", but got \'audio\'; write',
    ),
    (
        asks(prompt=[{"role": "user", "content": 3}]),
        "a message of the user must be made of texts, but got an int; write a text or",
    ),
    (
        asks(prompt=[{"role": "user", "content": list[str]()}]),
        "a message of the user must have content, but got none; write each as",
    ),
    (
        asks(prompt=[{"role": "assistant", "content": [ember.Image("a")]}]),
        "only the user shows images, but a message of the assistant does; put the image",
    ),
    (
        asks(prompt=[{"role": "system", "content": ["a", "b"]}]),
        "the system must say one text, but got several; join them",
    ),
    (asks(images="a.png"), "images must be a list, but got a str; put them in one"),
    (asks(images=[3]), "an image must be a URL, an ember.Image or bytes, but got an int; give"),
    (asks(images=[b"BM"]), "an image given as bytes must be PNG, JPEG, GIF or WebP, but is none"),
    (
        asks(prompt=[{"role": "user", "content": "a"}], images=["b"]),
        "images must go with a prompt that is one text, but got a conversation; put them",
    ),
    (asks(system=3), "a message of the system must be made of texts, but got an int; write a text"),
    (asks(top_p=0), "top_p must be above 0 and at most 1, but got 0; give a number above 0"),
    (asks(top_p="a"), "top_p must be a known number, but got a str; give a number above 0"),
    (asks(stop=[""]), "stop must hold texts that are not empty, but got an empty one; write them"),
    (asks(stop=[3]), "stop must hold texts that are not empty, but got an int; write them"),
    (asks(stop=3), "the texts of stop must be a list, but got an int; put them in one"),
    (asks(seed="a"), "seed must be a known int of 64 bits, but got a str; write a number"),
    (asks(seed=2**63), "seed must be a known int of 64 bits, but got 9223372036854775808; write"),
    (asks(extra=[1]), "extra must be a dict with texts as keys, but got a list; write extra="),
    (asks(extra={"a": {1}}), "extra must be what JSON can express, but is not: Object of type set"),
    (asks(extra={"API_key": "x"}), "extra must hold no keys or passwords, but got 'API_key'; give"),
    (asks(retries=2), "retries must go with a schema, but there is none; leave them out"),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_asked_is_told(call: Callable[[], object], message: str) -> None:
    with ember.Session(clock="virtual"), pytest.raises(ember.InputError) as caught:
        call()
    assert caught.value.message.startswith(message)


def test_what_must_be_known_is_refused_where_it_is_not() -> None:
    def settings_of_the_run(q: str) -> str:
        return generate(q, stop=generate(q))

    def unknown_images(q: str, urls: list[str]) -> str:
        return generate(q, images=urls)

    refusals: list[tuple[Any, tuple[object, ...], str]] = [
        (settings_of_the_run, ("a",), "the texts of stop from a text that is known only when the"),
        (
            unknown_images,
            ("a", ["b"]),
            "images from a list whose elements are known only when the program runs",
        ),
    ]
    for function, args, message in refusals:
        program: Any = ember.compile(function, strict=True)
        with ember.Session(clock="virtual"), pytest.raises(ember.CaptureError) as caught:
            program(*args)
        assert message in caught.value.message, caught.value.message


def test_a_chat_outside_of_a_program_keeps_what_was_said() -> None:
    with ember.Session(seed=1, clock="virtual"):
        talk = ember.chat("Answer with a number.", model="large", temperature=0)
        assert talk("What is 17 * 23?") == "391"
    assert [message.role for message in talk.conversation] == ["system", "user", "assistant"]
    assert talk.conversation[1].text == "What is 17 * 23?"


def test_a_conversation_is_a_result() -> None:
    def whole(q: str) -> object:
        talk = ember.chat()
        talk(q)
        return talk.conversation

    program = ember.compile(whole, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        found: Any = program("hello")
        assert found == program.eager("hello")
    assert [message.role for message in found] == ["user", "assistant"]
