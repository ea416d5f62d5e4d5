"""Exceptions of providers, as errors that a run can own and report."""

from __future__ import annotations

from typing import TypeVar

from ember_mlir.errors import EmberError, ProviderError
from ember_mlir.providers.replies import MOST_SECONDS

_Error = TypeVar("_Error", bound=EmberError)


def foreign_error(provider: object, model: str, error: BaseException) -> ProviderError:
    """What an exception of a provider's own is reported as; it stays known as the cause.

    A call that its provider cancelled, or whose connection failed or took too long, may be
    sent again.

    >>> str(foreign_error(object(), "small", KeyError("x"))).partition(", but ")[2]
    "it raised KeyError: 'x'; see the cause"
    """
    from asyncio import CancelledError
    from inspect import iscoroutinefunction

    waited = iscoroutinefunction(getattr(provider, "generate", None))
    sync = isinstance(error, TypeError) and not waited
    known = ProviderError(
        f"{type(provider).__name__}, the provider of model '{model}', must return a reply or "
        f"raise ember.ProviderError, but it raised {_shown(error)}; "
        + ("write 'async def generate'" if sync else "see the cause"),
        retryable=isinstance(error, CancelledError | ConnectionError | TimeoutError),
    )
    known.__cause__ = error
    return known


def own_error(error: _Error) -> _Error:
    """A copy of `error` that a run may give a place, a bill and notes.

    A provider may raise one exception object again and again, in several runs at once:
    what one run adds to it must not show in another.

    >>> shared = ProviderError("the service answered 503", retryable=True)
    >>> own = own_error(shared)
    >>> own.add_note("also failed")
    >>> own.retryable, hasattr(shared, "__notes__")
    (True, False)
    """
    kind = type(error)
    # A class of a user's may want other arguments: `__init__` is left out.
    own = kind.__new__(kind, *error.args)
    own.__dict__.update(error.__dict__)
    if hasattr(error, "__notes__"):
        own.__notes__ = list(error.__notes__)
    own.__cause__, own.__context__ = error.__cause__, error.__context__
    own.__suppress_context__ = error.__suppress_context__
    return own.with_traceback(error.__traceback__)


def never_answered(model: str) -> ProviderError:
    """What a request is reported as that nothing ever comes of, and nobody gives up.

    >>> never_answered("small").message
    "the provider of model 'small' must answer, but never does; set a timeout"
    """
    return ProviderError(
        f"the provider of model '{model}' must answer, but never does; set a timeout",
        retryable=True,
    )


def wait_asked(error: ProviderError) -> float:
    """How many seconds `error` asks to wait before its request is sent again; else 0.

    A service may say anything: what is no number of seconds from now on counts for nothing,
    and no wait is longer than `MOST_SECONDS`.

    >>> limit = ProviderError("the service answered 429", retryable=True, retry_after=2)
    >>> wait_asked(limit), wait_asked(ProviderError("reset", retry_after=-3.0))
    (2.0, 0.0)
    """
    asked: object = error.retry_after
    if isinstance(asked, int | float) and asked > 0:
        return float(min(asked, MOST_SECONDS))
    return 0.0


def _shown(error: BaseException) -> str:
    name = type(error).__name__
    try:
        message = str(error)
    except Exception:
        return f"{name}, which cannot be shown as text"
    return f"{name}: {message}" if message else name
