"""Sessions: where they hold, what they answer with, and what they draw."""

from __future__ import annotations

import asyncio
from contextvars import Context, copy_context
from threading import Thread
from typing import Any

import pytest

from ember_mlir.errors import EmberError, InputError, ModelError
from ember_mlir.providers import Reply, Request, Session, Simulated, current_session
from ember_mlir.tape import tape_of


class Echo:
    """A provider that repeats the prompt."""

    async def generate(self, request: Request) -> Reply:
        """Answer with the prompt."""
        return Reply([request.prompt or ""] * request.n, 1, 1)


def test_there_is_always_a_session() -> None:
    session = current_session()
    assert current_session() is session
    assert (session.provider, session.seed, session.clock) == (None, None, "real")
    assert session.progress is None


def test_the_innermost_session_counts_and_inherits_nothing() -> None:
    outer_default = current_session()
    with Session(seed=1) as outer:
        with Session(provider=Echo()) as inner:
            assert current_session() is inner
            assert inner.seed is None
        assert current_session() is outer
    assert current_session() is outer_default


def test_an_error_restores_the_session_around() -> None:
    before = current_session()
    with pytest.raises(KeyError), Session(), Session():
        raise KeyError
    assert current_session() is before


def test_a_session_may_be_entered_again() -> None:
    before = current_session()
    with (session := Session()):
        with session:
            assert current_session() is session
        assert current_session() is session
    assert current_session() is before


def test_blocks_may_end_out_of_order() -> None:
    before = current_session()
    first, second = Session(), Session()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert current_session() is second
    second.__exit__(None, None, None)
    assert current_session() is before


def test_a_block_may_end_in_another_context() -> None:
    session = Session()
    copy_context().run(session.__enter__)
    Context().run(session.__exit__, None, None, None)
    assert current_session() is not session


def test_a_session_holds_in_its_own_context_only() -> None:
    seen: list[Session] = []
    with Session() as session:
        thread = Thread(target=lambda: seen.append(current_session()))
        thread.start()
        thread.join()
        inherited = copy_context().run(current_session)
    assert seen[0] is not session
    assert inherited is session


def test_tasks_have_their_own_sessions() -> None:
    async def ask(seed: int, entered: asyncio.Barrier) -> int | None:
        with Session(seed=seed):
            await entered.wait()
            return current_session().seed

    async def ask_both() -> tuple[int | None, int | None]:
        entered = asyncio.Barrier(2)
        return await asyncio.gather(ask(1, entered), ask(2, entered))

    first, second = asyncio.run(ask_both())
    assert (first, second) == (1, 2)


def test_the_session_provider_answers_for_all() -> None:
    echo = Echo()
    assert Session(provider=echo).provider_for("never registered") is echo
    assert isinstance(Session().provider_for("simulated"), Simulated)
    with pytest.raises(ModelError, match="'never registered'"):
        Session().provider_for("never registered")


def test_a_seed_gives_the_same_tape_again() -> None:
    session = Session(seed=7)
    assert session.tape("réponse") == session.tape("réponse") == tape_of(7, "réponse")
    assert session.tape("réponse") != session.tape("other")


def test_without_a_seed_every_tape_is_new() -> None:
    session = Session()
    assert len({session.tape("answer") for _ in range(100)}) == 100


def test_plain_calls_count_per_site() -> None:
    session = Session()
    calls = [session.next_draw(site) for site in ["b", "a", "b", ("a", 1), "a", "b"]]
    assert calls == [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
    assert Session().next_draw("a") == (0, 0)


def test_plain_calls_of_many_threads_all_count() -> None:
    session = Session()
    calls: list[tuple[int, int]] = []

    def call() -> None:
        calls.extend([session.next_draw("site") for _ in range(200)])

    threads = [Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(calls) == [(0, number) for number in range(800)]


def test_progress_is_kept() -> None:
    seen: list[tuple[int, int]] = []
    session = Session(progress=lambda done, issued: seen.append((done, issued)))
    assert session.progress is not None
    session.progress(1, 5)
    assert seen == [(1, 5)]


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (
            {"seed": "7"},
            InputError,
            "the seed of a session must be an int, but got '7'; "
            "give a whole number, or None for a fresh seed per run",
        ),
        (
            {"seed": True},
            InputError,
            "the seed of a session must be an int, but got True; "
            "give a whole number, or None for a fresh seed per run",
        ),
        (
            {"clock": "wall"},
            InputError,
            "the clock of a session must be 'real' or 'virtual', but got 'wall'; "
            "leave it out to run in real time",
        ),
        (
            {"progress": 3},
            InputError,
            "the progress of a session must be callable, but got 3; "
            "give a function of two ints: requests done and requests issued",
        ),
        (
            {"provider": "simulated"},
            ModelError,
            "a provider must be an object with a method generate(request), but got "
            "'simulated'; define `async def generate(self, request)`",
        ),
    ],
)
def test_arguments_of_the_wrong_kind_are_refused(
    arguments: dict[str, Any], kind: type[EmberError], message: str
) -> None:
    with pytest.raises(kind) as refused:
        Session(**arguments)
    assert isinstance(refused.value, EmberError)
    assert refused.value.message == message


def test_a_session_shows_what_it_holds() -> None:
    assert repr(Session(seed=7, clock="virtual")) == (
        "Session(provider=None, seed=7, clock='virtual')"
    )
