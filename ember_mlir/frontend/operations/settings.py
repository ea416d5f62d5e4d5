"""How a model is to answer: what may be given, checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from ember_mlir.errors import InputError
from ember_mlir.frontend.operations.checks import check_known, shown
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.schemas import Schema, schema_of
from ember_mlir.frontend.values import describe
from ember_mlir.providers import DEFAULT_MODEL, find_model
from ember_mlir.semantics import max_tokens_problem, temperature_problem, top_p_problem

RETRIES = 2
"""How often an answer that does not fit is asked for again, unless it is said otherwise."""

MOST_RETRIES = 16

_KEYS = ("api_key", "apikey", "authorization", "password", "secret", "access_token", "token")


def known_model(recorder: Recorder, model: object) -> str:
    """The name of a registered model; raises `ModelError` for one that is not."""
    check_known(recorder, "a model named by", model, "write the name of a registered model")
    name = DEFAULT_MODEL if model is None else model
    if not isinstance(name, str):
        raise InputError(
            f"a model must be given by its name, known at capture, but got {describe(name)}; "
            "write the name of a registered model"
        )
    find_model(name)
    return name


def known_temperature(recorder: Recorder, value: object) -> Decimal | None:
    """A temperature, exactly."""
    found = _decimal(recorder, "temperature", value, "give a number from 0 to 2")
    if found is not None and (problem := temperature_problem(found)) is not None:
        raise InputError(f"{problem}; give a number from 0 to 2")
    # There is no temperature of -0.
    return Decimal(0) if found is not None and not found else found


def known_top_p(recorder: Recorder, value: object) -> Decimal | None:
    """A share of probability, exactly."""
    step = "give a number above 0, and at most 1"
    found = _decimal(recorder, "top_p", value, step)
    if found is not None and (problem := top_p_problem(found)) is not None:
        raise InputError(f"{problem}; {step}")
    return found


def _decimal(recorder: Recorder, name: str, value: object, step: str) -> Decimal | None:
    check_known(recorder, f"a {name} from", value, step)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InputError(f"{name} must be a known number, but got {describe(value)}; {step}")
    # A float means the decimal that it prints as.
    return Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)


def known_max_tokens(recorder: Recorder, value: object) -> int | None:
    """A bound of the tokens of an answer."""
    check_known(recorder, "a bound of tokens from", value, "give a number of tokens")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(
            f"max_tokens must be a known int, but got {describe(value)}; give a number of tokens"
        )
    if (problem := max_tokens_problem(value)) is not None:
        raise InputError(f"{problem}; give a number of tokens")
    return value


def known_stop(recorder: Recorder, value: object) -> tuple[str, ...]:
    """The texts that end an answer."""
    step = "write them out, as in stop=['END']"
    found: list[str] = []
    listed: object = [value] if isinstance(value, str) else value
    for text in known_items(recorder, "the texts of stop", listed):
        check_known(recorder, "a text of stop from", text, step)
        if not isinstance(text, str) or not text:
            got = "an empty one" if isinstance(text, str) else describe(text)
            raise InputError(f"stop must hold texts that are not empty, but got {got}; {step}")
        recorder.check_unicode(text)
        found.append(text)
    return tuple(found)


def known_seed(recorder: Recorder, value: object) -> int | None:
    """What makes a service answer alike."""
    check_known(recorder, "a seed from", value, "write a number")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise InputError(
            f"seed must be a known int of 64 bits, but got {shown(value)}; write a number"
        )
    return value


def known_extra(recorder: Recorder, value: object) -> str | None:
    """What only the provider knows, as the text of a JSON object."""
    check_known(recorder, "extra parameters from", value, "write them out as a dict")
    if value is None:
        return None
    if not is_dict(value) or not all(isinstance(key, str) for key in value):
        raise InputError(
            f"extra must be a dict with texts as keys, but got {describe(value)}; "
            "write extra={'top_k': 40}"
        )
    if secret := next((key for key in value if str(key).lower() in _KEYS), None):
        raise InputError(
            f"extra must hold no keys or passwords, but got '{secret}'; "
            "give it to the provider where that is registered"
        )
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"extra must be what JSON can express, but is not: {error}; "
            "use texts, numbers, lists and dicts of them"
        ) from None


def known_retries(recorder: Recorder, value: object, *, is_alike: bool) -> int:
    """How often an answer that does not fit is asked for again."""
    check_known(recorder, "a number of retries from", value, "write a number")
    if value is None:
        return 0 if is_alike else RETRIES
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_RETRIES:
        raise InputError(
            f"retries must be an int from 0 to {MOST_RETRIES}, but got {shown(value)}; "
            "write a number"
        )
    if value and is_alike:
        raise InputError(
            "retries must be of a call whose answers differ, but this one is greedy or has a "
            "seed; leave retries out, or give a temperature"
        )
    return value


def known_schema(recorder: Recorder, schema: object, tools: object) -> Schema | None:
    """What an answer must look like."""
    check_known(recorder, "a schema from", schema, "write the type")
    if schema is None:
        return None
    if tools:
        raise InputError(
            "a call must have tools or a schema, not both: what asks for tools fits none; "
            "ask for the typed answer in a second call"
        )
    try:
        return schema_of(schema)
    except TypeError:
        raise InputError(
            f"a schema must be a type, but got {describe(schema)}; "
            "write a dataclass, a pydantic model, int, list[str] or the like"
        ) from None


def known_items(recorder: Recorder, what: str, items: object) -> Sequence[object]:
    """The items of a list that must be known."""
    check_known(recorder, f"{what} from", items, "list them")
    if not is_list(items):
        raise InputError(f"{what} must be a list, but got {describe(items)}; put them in one")
    return items
