"""Naming models and providers: what `ember.register_model` and its kin do."""

from __future__ import annotations

from decimal import Decimal

from ember_mlir.providers.catalog import Clearance, Model, check_provider, exact_price
from ember_mlir.providers.protocol import Provider
from ember_mlir.providers.session import current_session
from ember_mlir.providers.standard import CATALOG


def register_model(
    name: str,
    *,
    provider: str,
    input_usd_per_million: int | float | Decimal | str | None = None,
    output_usd_per_million: int | float | Decimal | str | None = None,
    supports_n: bool = False,
    max_concurrency: int | None = None,
    clearance: Clearance = "public",
    max_batch: int = 1,
) -> Model:
    """Make `name` a model that programs can ask, and return it.

    `provider` is the name of a provider, which may be registered later. Prices are US
    dollars per million tokens; a float stands for the decimal that it prints as, None
    for a price that is not known. `clearance` is the most sensitive label that the model
    may be shown: a program that would show it more does not compile. `max_batch` is how
    many texts one request may ask to embed or score (see `ember.Request`). A name that is
    taken is taken over. Raises `ModelError` where an argument cannot be meant.

    >>> register_model("tiny", provider="simulated", max_concurrency=0)
    Traceback (most recent call last):
    ember_mlir.errors.ModelError: max_concurrency must be an int of at least 1, but got 0; \
give the number of requests that may be under way at once, or None
    """
    model = Model(
        name=name,
        provider=provider,
        input_usd_per_million=exact_price("input_usd_per_million", input_usd_per_million),
        output_usd_per_million=exact_price("output_usd_per_million", output_usd_per_million),
        supports_n=supports_n,
        max_concurrency=max_concurrency,
        clearance=clearance,
        max_batch=max_batch,
    )
    CATALOG.add_model(model)
    return model


def register_provider(name: str, provider: Provider) -> None:
    """Make `provider` the one that models find under `name`.

    It is any object with `async generate(request) -> Reply`. A name that is taken is
    taken over. Raises `ModelError` for anything else.
    """
    checked = check_provider(provider)
    CATALOG.add_provider(name, lambda: checked)


def find_model(name: str) -> Model:
    """The model that `name` means in the current session.

    A session with a provider of its own takes any name: one that is not registered is
    a model of provider `session` with unknown prices. Without one, an unknown name
    raises `ModelError`.

    >>> find_model("large").input_usd_per_million
    Decimal('2.50')
    """
    if current_session().provider is None:
        return CATALOG.model(name)
    return CATALOG.get_model(name) or Model(name, provider="session")


def find_provider(name: str) -> Provider:
    """The provider registered as `name`; raises `ModelError` if there is none.

    >>> find_provider("simulated")
    Simulated(models=['large', 'medium', 'small'])
    """
    return CATALOG.provider(name)


def registry_version() -> int:
    """A number that grows with every registration: a plan is as old as this says."""
    return CATALOG.version
