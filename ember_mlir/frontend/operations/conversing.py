"""What people write for a conversation, read as turns."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence

from ember_mlir.errors import InputError
from ember_mlir.frontend.eager import Plain
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.layouts import MESSAGES_LEAF, TEXT_LEAF, ListOf
from ember_mlir.frontend.narrowing import is_any_tuple
from ember_mlir.frontend.operations.checks import as_declared, check_known, recorder_of_call
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.recorder import Recorder, Said
from ember_mlir.frontend.turns import Turn
from ember_mlir.frontend.values import Symbolic, describe, known_or_symbolic
from ember_mlir.providers import Image, Message
from ember_mlir.providers.conversations import Conversation

Prompt = str | Sequence[Message | Mapping[str, object] | Turn] | Turn
"""A text, or a conversation: messages as dicts with "role" and "content", or as objects."""

ROLES = ("system", "user", "assistant", "tool")

_FIX = 'write each as {"role": "user", "content": "…"}'
_KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}


def asked(
    recorder: Recorder, prompt: object, system: object, images: object, *, is_talk: bool = False
) -> object:
    """The text or conversation that a model is asked about; a conversation, if it `is_talk`."""
    prompt = known_or_symbolic(prompt)
    is_text = isinstance(prompt, str) or layout_of(prompt) == TEXT_LEAF
    shown = images_of(recorder, images)
    if is_text and system is None and not shown and not is_talk:
        recorder.check_unicode(prompt)
        return prompt
    pieces: list[object] = [] if system is None else [said(recorder, "system", [system])]
    if is_text:
        pieces.append(said(recorder, "user", [prompt, *shown]))
        return recorder.conversation(pieces)
    if shown:
        raise InputError(
            "images must go with a prompt that is one text, but got a conversation; "
            "put them into the content of a message"
        )
    pieces += _pieces(recorder, prompt)
    if not pieces:
        raise InputError(f"a conversation must have at least 1 message, but got none; {_FIX}")
    return recorder.conversation(pieces)


def started(prompt: Prompt, system: str | None) -> Conversation:
    """The conversation that begins with a prompt."""
    with recorder_of_call() as recorder:
        return as_declared(asked(recorder, prompt, system, (), is_talk=True))


def extended(
    conversation: Conversation,
    role: str,
    *texts: str,
    images: Sequence[str | bytes | Image] = (),
) -> Conversation:
    """A conversation, and a turn behind it."""
    with recorder_of_call() as recorder:
        shown = images_of(recorder, images)
        return as_declared(
            recorder.conversation([conversation, said(recorder, role, [*texts, *shown])])
        )


def _pieces(recorder: Recorder, messages: object) -> list[object]:
    """The turns and conversations that messages are."""
    if isinstance(messages, Turn):
        return [messages.conversation]
    if isinstance(messages, Symbolic):
        return [_symbolic(recorder, messages)]
    if not is_list(messages):
        check_known(recorder, "a prompt made of", messages, "put the values into one f-string")
        raise InputError(
            f"a prompt must be a text or a list of messages, but got {describe(messages)}; "
            f"put the values into one f-string, or {_FIX}"
        )
    return [_piece(recorder, message) for message in messages]


def _symbolic(recorder: Recorder, messages: Symbolic) -> object:
    """A conversation that is not known; a list of messages is made one when it is there."""
    if messages.layout == MESSAGES_LEAF:
        return messages
    if not isinstance(messages.layout, ListOf):
        recorder.refuse(
            f"a prompt made of {describe(messages)}", "put the values into one f-string"
        )
    return recorder.known("conversation", conversation_of, messages, MESSAGES_LEAF)


def conversation_of(messages: object) -> Conversation:
    """The conversation of a list of messages, of which all is known.

    >>> [said.role for said in conversation_of([{"role": "user", "content": "Hi"}])]
    ['user']
    """
    assert is_list(messages)
    recorder = Plain(None)
    return recorder.conversation([_piece(recorder, message) for message in messages])


def _piece(recorder: Recorder, message: object) -> object:
    message = known_or_symbolic(message)
    if isinstance(message, Turn):
        return message.conversation
    if layout_of(message) == MESSAGES_LEAF or is_conversation(message):
        return message
    if isinstance(message, Message):
        return _of_object(recorder, message)
    role, content, call = _entries(message)
    if role == "tool":
        return said(recorder, role, [call, content])
    parts = content if is_list(content) else [content]
    return said(recorder, role, [_part(part) for part in parts])


def is_conversation(value: object) -> bool:
    """Whether `value` is a conversation that is known."""
    return is_any_tuple(value) and bool(value) and all(isinstance(one, Message) for one in value)


def _of_object(recorder: Recorder, message: Message) -> object:
    if not message.tool_calls:
        call = () if message.tool_call_id is None else (message.tool_call_id,)
        return said(recorder, message.role, [*call, *message.content])
    if recorder.is_capture:
        recorder.refuse("a message that asks for tools", "put the turn of ember.generate there")
    return (message,)


def _entries(message: object) -> tuple[str, object, object]:
    """The role, the content, and the call that a message answers, of a dict."""
    if not is_dict(message):
        raise InputError(
            f"a message must be a dict or an ember.Message, but got {describe(message)}; {_FIX}"
        )
    role, needed = message.get("role"), {"role", "content"}
    if not isinstance(role, str) or role not in ROLES:
        raise InputError(
            f"the role of a message must be one of {', '.join(ROLES)}, but got "
            f"{repr(role) if isinstance(role, str) else describe(role)}; {_FIX}"
        )
    needed |= {"tool_call_id"} if role == "tool" else set()
    if needed != {*message}:
        raise InputError(
            f"a message of the {role} must have {_listed(needed)}, but got "
            f"{_listed({str(key) for key in message})}; {_FIX}"
        )
    return role, message["content"], message.get("tool_call_id")


def _listed(names: set[str]) -> str:
    return ", ".join(map(repr, sorted(names))) or "nothing"


def _part(part: object) -> object:
    """A part as it stands in a turn: those of services are dicts with a type."""
    if not is_dict(part):
        return part
    address = part.get("image_url")
    match part.get("type"):
        case "text":
            return part.get("text")
        case "image_url":
            return Image(address["url"] if is_dict(address) else address)  # pyright: ignore
        case _:
            raise InputError(
                'a part of a message must be of type "text" or "image_url", but got '
                f"{part.get('type')!r}; write a text or an ember.Image"
            )


def images_of(recorder: Recorder, images: object) -> list[Image]:
    images = known_or_symbolic(images)
    check_known(recorder, "images from", images, "list them: [first, second]")
    if not is_list(images):
        raise InputError(f"images must be a list, but got {describe(images)}; put them in one")
    return [_image(image) for image in images]


def _image(image: object) -> Image:
    """A picture by its address; one that is given as it is gets one."""
    if isinstance(image, Image):
        return image
    if isinstance(image, bytes):
        kind = next((name for magic, name in _KINDS.items() if image.startswith(magic)), None)
        if kind is None:
            raise InputError(
                "an image given as bytes must be PNG, JPEG, GIF or WebP, but is none of these; "
                "give its URL"
            )
        return Image(f"data:image/{kind};base64,{b64encode(image).decode('ascii')}")
    if isinstance(image, str) or layout_of(image) == TEXT_LEAF:
        return Image(image)  # pyright: ignore
    raise InputError(
        f"an image must be a URL, an ember.Image or bytes, but got {describe(image)}; give its URL"
    )


def said(recorder: Recorder, role: str, parts: Sequence[object]) -> Said:
    """A turn whose parts are texts and images, as they must be."""
    kinds: list[str] = []
    shown: list[object] = []
    for part in parts:
        is_image = isinstance(part, Image)
        value: object = part.url if isinstance(part, Image) else part
        if not isinstance(value, str) and layout_of(value) != TEXT_LEAF:
            step = "write a text" if role != "user" else "write a text or an ember.Image"
            check_known(recorder, f"a message of the {role} with", value, step)
            raise InputError(
                f"a message of the {role} must be made of texts, but got {describe(value)}; {step}"
            )
        if is_image and role != "user":
            raise InputError(
                f"only the user shows images, but a message of the {role} does; "
                "put the image into a message of the user"
            )
        recorder.check_unicode(value)
        kinds.append("image" if is_image else "text")
        shown.append(value)
    if not parts:
        raise InputError(f"a message of the {role} must have content, but got none; {_FIX}")
    if role == "system" and len(parts) != 1:
        raise InputError("the system must say one text, but got several; join them")
    return Said(role, tuple(kinds), tuple(shown))
