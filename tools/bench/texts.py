"""Small functions that build the `exec` texts of the workloads."""

from __future__ import annotations

from typing import Literal

TEXT = "!llm.text"
LIST = "!llm.list<!llm.text>"

Features = Literal["off", "on"]
"""Whether a lane has limits, deadlines and retries, and the run a budget and a deadline."""

LIMITS = (
    "requests_per_minute 1000000000 tokens_per_minute 1000000000 "
    "retries 10 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds"
)
"""Limits that are never reached."""


def lane(cap: int, features: Features, name: str = "lane") -> str:
    """A lane that lets `cap` requests through at once."""
    limits = LIMITS if features == "on" else ""
    head = f'exec.lane @{name} model "fake" from "fake" concurrency {cap}'
    return f"{head} usd_per_million 1 in 1 out {limits}\n"


def ask(result: str, prompt: str, site: str, name: str = "lane") -> str:
    """A greedy request."""
    return (
        f"%{result} = exec.request @{name}(%{prompt}) temperature 0 max_tokens 16 "
        f'site <{site}> label "public"'
    )


def frame(name: str, arguments: dict[str, str], lines: list[str], results: dict[str, str]) -> str:
    """A frame with arguments and results by name, each with its type."""
    taken = ", ".join(f"%{argument}: {type_}" for argument, type_ in arguments.items())
    given, types = _values(results), ", ".join(results.values())
    body = "\n".join([*lines, f"exec.return {given} : {types}"])
    return f"exec.frame @{name}({taken}) -> ({types}) {{\n{body}\n}}\n"


def program(
    cap: int,
    features: Features,
    arguments: dict[str, str],
    lines: list[str],
    results: dict[str, str],
    *others: str,
) -> str:
    """A lane, an entry that runs `lines`, and other frames.

    With features on, the lines run in a scope with a budget and a deadline.
    """
    head = lane(cap, features)
    if features == "off":
        return head + frame("main", arguments, lines, results) + "".join(others)
    given = {f"{name}_of_bounded": type_ for name, type_ in results.items()}
    types = ", ".join(results.values())
    limits = "budget 1000000 usd deadline 1000000 seconds"
    spawn = f"exec.spawn @bounded {limits}{_with(arguments)} -> {types}"
    entry = frame("main", arguments, [f"%run, {_values(given)} = {spawn}"], given)
    return head + entry + frame("bounded", arguments, lines, results) + "".join(others)


def _values(named: dict[str, str]) -> str:
    return ", ".join(f"%{name}" for name in named)


def _with(arguments: dict[str, str]) -> str:
    if not arguments:
        return ""
    return f" with {_values(arguments)} : {', '.join(arguments.values())}"
