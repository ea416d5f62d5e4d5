"""Running a program of the corpus eagerly and compiled, on one tape."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import ember_mlir as ember
from ember_mlir.errors import FunctionError

from . import (
    acting,
    coding,
    collecting,
    debating,
    embedding,
    extracting,
    failing,
    finding,
    guarding,
    judging,
    languages,
    planning,
    recording,
    retrieving,
    routing,
    searching,
    starting,
    summarizing,
    talking,
    teams,
    typed,
    voting,
    writing,
)
from .answering import Answering
from .written import Written

THEMES = (
    *(coding, collecting, debating, extracting, guarding, judging, languages, planning),
    *(retrieving, routing, searching, summarizing, voting, writing),
    *(acting, embedding, failing, talking, typed),
    *(finding, recording, starting, teams),
)
CORPUS: Sequence[Written] = [written for theme in THEMES for written in theme.PROGRAMS]


@dataclass
class Ran:
    """What one run has given: a value, or the type of the error that it raised."""

    shown: str
    failed: bool
    asked: Counter[ember.Request]


def ran(
    run: Callable[..., object], args: Sequence[object], seed: int, *, draws: bool = True
) -> Ran:
    """Run a program on the answers and the tape of a seed."""
    provider = Answering(seed, draws=draws)
    with ember.Session(provider, seed=seed, clock="virtual", spans=0):
        try:
            value = run(*deepcopy(args))
            shown, failed = (
                repr(asyncio.run(_awaited(value)) if isawaitable(value) else value),
                False,
            )
        except ember.CaptureError:
            raise
        except Exception as error:
            shown, failed = type(_root(error)).__name__, True
    return Ran(shown, failed, provider.asked)


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


def _root(error: BaseException) -> BaseException:
    """What the program itself has raised, if a function that was applied is in between."""
    cause = error.__cause__
    return _root(cause) if isinstance(error, FunctionError) and cause is not None else error
