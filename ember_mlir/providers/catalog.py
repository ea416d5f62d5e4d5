"""The tables of models and providers, and the rules for what may stand in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from threading import RLock
from typing import Literal, get_args

from ember_mlir.errors import ModelError
from ember_mlir.providers.protocol import Provider, is_provider

Clearance = Literal["public", "internal", "confidential", "pii"]
"""How sensitive what a model is shown may be, from the least to the most."""


@dataclass(frozen=True, slots=True)
class Model:
    """A name that programs ask, who answers it, and at what price.

    Prices are exact US dollars per million tokens; None is unknown. `supports_n` says
    whether one request may ask for several answers, `max_concurrency` how many requests
    of one run may be under way at once (None: 64). `clearance` is the most sensitive
    label that it may be shown. `max_batch` is how many texts one request may ask to embed
    or score; 1 is one text at a time.
    """

    name: str
    provider: str
    input_usd_per_million: Decimal | None = None
    output_usd_per_million: Decimal | None = None
    supports_n: bool = False
    max_concurrency: int | None = None
    clearance: Clearance = "public"
    max_batch: int = 1


class Catalog:
    """Models and providers by name; safe to use from several threads.

    A name may be registered again: the last registration counts. `version` grows by one
    at each registration, so that a plan made under an older one can be told apart.
    """

    _version: int
    _models: dict[str, Model]
    _providers: dict[str, Callable[[], Provider]]
    _made: dict[str, Provider]
    _lock: RLock

    def __init__(self) -> None:
        self._version = 0
        self._models = {}
        self._providers = {}
        self._made = {}
        self._lock = RLock()

    @property
    def version(self) -> int:
        """How many registrations there have been."""
        return self._version

    def add_model(self, model: Model) -> None:
        """Register `model`; raises `ModelError` where a field breaks a rule."""
        _check_name("model", model.name)
        _check_name("provider", model.provider)
        _check_supports_n(model.supports_n)
        _check_limit(model.max_concurrency)
        _check_batch(model.max_batch)
        _check_clearance(model.clearance)
        with self._lock:
            self._models[model.name] = model
            self._version += 1

    def add_provider(self, name: str, make: Callable[[], Provider]) -> None:
        """Register a provider that `make` makes when it is first asked for."""
        _check_name("provider", name)
        with self._lock:
            self._providers[name] = make
            self._made.pop(name, None)
            self._version += 1

    def get_model(self, name: str) -> Model | None:
        """The model of that name, or None."""
        return self._models.get(name)

    def model(self, name: str) -> Model:
        """The model of that name; raises `ModelError` if there is none."""
        model = self._models.get(name)
        if model is None:
            raise ModelError(
                f"a model must be registered before it is used, but got {name!r} and know "
                f"{_listed(self._models)}; call ember.register_model({name!r}, provider=...)"
            )
        return model

    def provider(self, name: str) -> Provider:
        """The provider of that name, made now if need be; raises `ModelError` if unknown."""
        with self._lock:
            if name in self._made:
                return self._made[name]
            make = self._providers.get(name)
            if make is None:
                raise ModelError(
                    f"a provider must be registered before it is used, but got {name!r} and "
                    f"know {_listed(self._providers)}; "
                    f"call ember.register_provider({name!r}, provider)"
                )
            self._made[name] = provider = make()
            return provider


def exact_price(name: str, price: object) -> Decimal | None:
    """Read a price in US dollars per million tokens as an exact decimal.

    A float stands for the decimal that it prints as. Raises `ModelError` unless the
    price is None or a finite number of at least 0.

    >>> exact_price("input_usd_per_million", 0.15)
    Decimal('0.15')
    """
    if price is None:
        return None
    if isinstance(price, int | float | Decimal | str) and not isinstance(price, bool):
        try:
            decimal = Decimal(repr(float(price)) if isinstance(price, float) else price)
        except InvalidOperation:
            decimal = None
        if decimal is not None and decimal.is_finite() and decimal >= 0:
            # No price prints as -0.
            return decimal.copy_abs()
    raise ModelError(
        f"{name} must be a finite number of at least 0, but got {price!r}; "
        "give US dollars per million tokens, or None if the price is unknown"
    )


def check_provider(value: object) -> Provider:
    """Return `value` if it is a provider, else raise `ModelError`."""
    if is_provider(value):
        return value
    raise ModelError(
        "a provider must be an object with a method generate(request), "
        f"but got {value!r}; define `async def generate(self, request)`"
    )


def _check_name(what: str, name: object) -> None:
    if isinstance(name, str) and name.strip():
        return
    raise ModelError(
        f"the name of a {what} must be a non-empty text, but got {name!r}; give it a name"
    )


def _check_supports_n(supports_n: object) -> None:
    if isinstance(supports_n, bool):
        return
    raise ModelError(
        f"supports_n must be True or False, but got {supports_n!r}; "
        "say whether one request may ask for several answers"
    )


def _check_limit(limit: object) -> None:
    if limit is None or _is_limit(limit):
        return
    raise ModelError(
        f"max_concurrency must be an int of at least 1, but got {limit!r}; "
        "give the number of requests that may be under way at once, or None"
    )


def _check_batch(limit: object) -> None:
    if _is_limit(limit):
        return
    raise ModelError(
        f"max_batch must be an int of at least 1, but got {limit!r}; "
        "give the number of texts that one request may ask to embed or score"
    )


def _is_limit(limit: object) -> bool:
    return isinstance(limit, int) and not isinstance(limit, bool) and limit >= 1


def _check_clearance(clearance: object) -> None:
    if clearance in get_args(Clearance):
        return
    raise ModelError(
        "the clearance of a model must be 'public', 'internal', 'confidential' or 'pii', "
        f"but got {clearance!r}; "
        "give the most sensitive label that its provider may be shown"
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, sorted(names))) or "none"
