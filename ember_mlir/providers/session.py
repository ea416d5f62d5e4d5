"""Sessions: who answers, on which seed and which clock, for the calls made inside.

A session is a context manager. It holds for the code in its `with` block, in this
thread or task and the tasks started from it, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from threading import Lock
from types import TracebackType
from typing import Literal, get_args

from ember_mlir.errors import InputError
from ember_mlir.providers.catalog import check_provider
from ember_mlir.providers.protocol import Provider
from ember_mlir.providers.standard import CATALOG

Clock = Literal["real", "virtual"]
"""`real` waits as long as it takes; `virtual` jumps to the next event."""

Progress = Callable[[int, int], None]
"""What is called with the numbers of requests done and issued whenever they change."""


class Session:
    """How programs run inside its `with` block.

    `provider` answers for every model, registered or not; None lets each model's own
    provider answer. With a `seed` the same call is the same run; None takes a fresh one
    for every invocation. `clock` is `real` or `virtual`. `progress` is called with the
    numbers of requests done and issued so far. `spans` is how many of the newest requests
    the trace of a run tells of; 0 traces nothing. A session that is `recorded` keeps the
    answers of a run until it has ended, to tell what was saved (`last_run.saved`).

    Sessions nest, and the innermost counts alone: it inherits nothing. When its block
    ends, by an error too, the one around it holds again. Raises `InputError` or
    `ModelError` for an argument of the wrong kind.

    >>> with Session(seed=7) as session:
    ...     session.tape("answer") == current_session().tape("answer")
    True
    """

    provider: Provider | None
    seed: int | None
    clock: Clock
    progress: Progress | None
    spans: int
    recorded: bool
    _sites: dict[Hashable, tuple[int, int]]
    _lock: Lock

    def __init__(
        self,
        provider: Provider | None = None,
        seed: int | None = None,
        clock: Clock = "real",
        progress: Progress | None = None,
        spans: int = 65_536,
        recorded: bool = False,
    ) -> None:
        _check_seed(seed)
        _check_clock(clock)
        _check_progress(progress)
        _check_spans(spans)
        _check_recorded(recorded)
        self.provider = None if provider is None else check_provider(provider)
        self.seed = seed
        self.clock = clock
        self.progress = progress
        self.spans = spans
        self.recorded = recorded
        self._sites = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Session(provider={self.provider!r}, seed={self.seed!r}, clock={self.clock!r})"

    def __enter__(self) -> Session:
        _ENTERED.set((*_ENTERED.get(), self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        entered = list(_ENTERED.get())
        entered.reverse()
        # Blocks of generators and fixtures may end out of order, or in another context.
        if self in entered:
            entered.remove(self)
        entered.reverse()
        _ENTERED.set(tuple(entered))

    def provider_for(self, provider_name: str) -> Provider:
        """Who answers for models of that provider here: the session's own, else that one.

        Raises `ModelError` if it is needed and not registered.
        """
        return CATALOG.provider(provider_name) if self.provider is None else self.provider

    def tape(self, entry: str) -> bytes:
        """The tape of a new invocation of `entry`: 16 bytes, the same again under a seed."""
        # Its randomness comes from `secrets`, which is slow to import.
        from ember_mlir.tape import fresh_seed, tape_of

        return tape_of(fresh_seed() if self.seed is None else self.seed, entry)

    def next_draw(self, site: Hashable) -> tuple[int, int]:
        """The place of a plain call, outside of any entry, on the tape.

        That is the number of its call site, by first appearance in this session, and
        how often that site has called before.

        >>> session = Session()
        >>> [session.next_draw(site) for site in ("a.py:3", "a.py:9", "a.py:3")]
        [(0, 0), (1, 0), (0, 1)]
        """
        with self._lock:
            number, calls = self._sites.get(site, (len(self._sites), 0))
            self._sites[site] = number, calls + 1
            return number, calls


def current_session() -> Session:
    """The innermost session whose block is running here, or a default one.

    >>> current_session().seed is None
    True
    """
    entered = _ENTERED.get()
    return entered[-1] if entered else _DEFAULT


def _check_seed(seed: object) -> None:
    if seed is None or (isinstance(seed, int) and not isinstance(seed, bool)):
        return
    raise InputError(
        f"the seed of a session must be an int, but got {seed!r}; "
        "give a whole number, or None for a fresh seed per run"
    )


def _check_clock(clock: object) -> None:
    if clock not in get_args(Clock):
        raise InputError(
            f"the clock of a session must be 'real' or 'virtual', but got {clock!r}; "
            "leave it out to run in real time"
        )


def _check_progress(progress: object) -> None:
    if progress is not None and not callable(progress):
        raise InputError(
            f"the progress of a session must be callable, but got {progress!r}; "
            "give a function of two ints: requests done and requests issued"
        )


def _check_spans(spans: object) -> None:
    if isinstance(spans, int) and not isinstance(spans, bool) and spans >= 0:
        return
    raise InputError(
        f"the spans of a session must be an int of at least 0, but got {spans!r}; "
        "give how many of the newest requests a trace tells of"
    )


def _check_recorded(recorded: object) -> None:
    if not isinstance(recorded, bool):
        raise InputError(
            f"whether a session is recorded must be True or False, but got {recorded!r}; "
            "leave it out to keep no answers"
        )


_ENTERED: ContextVar[tuple[Session, ...]] = ContextVar("ember sessions", default=())
_DEFAULT = Session()
