"""The catalog that every program starts with: the simulated provider and its models."""

from __future__ import annotations

from decimal import Decimal

from ember_mlir.providers.catalog import Catalog, Model
from ember_mlir.providers.protocol import Provider

DEFAULT_MODEL = "small"
"""The model that is asked when a program names none."""

_BATCH = 100
"""How many texts a simulated model embeds or scores in one request."""

_PRICES = {"small": ("0.15", "0.60"), "medium": ("0.80", "3.20"), "large": ("2.50", "10.00")}


def _simulated() -> Provider:
    from ember_mlir.providers.simulated import Simulated

    return Simulated()


def standard_catalog() -> Catalog:
    """A new catalog with the provider `simulated`, and the models that it answers for.

    >>> standard_catalog().model("small").output_usd_per_million
    Decimal('0.60')
    """
    catalog = Catalog()
    catalog.add_provider("simulated", _simulated)
    for name, (for_input, for_output) in _PRICES.items():
        catalog.add_model(
            Model(
                name=name,
                provider="simulated",
                input_usd_per_million=Decimal(for_input),
                output_usd_per_million=Decimal(for_output),
                supports_n=True,
                max_batch=_BATCH,
            )
        )
    return catalog


CATALOG = standard_catalog()
"""What `ember.register_model` and `ember.register_provider` add to."""
