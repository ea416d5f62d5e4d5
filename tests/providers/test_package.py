"""The package: what it offers, and what importing it does not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ember_mlir import providers


def loaded_by(statement: str, *modules: str) -> list[str]:
    """Which of `modules` a fresh interpreter has loaded after `statement`."""
    code = f"import sys\n{statement}\nprint(*[m for m in {modules!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    )
    return done.stdout.split()


def test_every_public_name_is_there() -> None:
    for name in providers.__all__:
        assert getattr(providers, name) is getattr(providers, name)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(
        AttributeError, match=r"^module 'ember_mlir.providers' has no attribute 'Providers'$"
    ):
        getattr(providers, "Providers")  # noqa: B009 - a plain access is a type error


def test_importing_the_package_loads_next_to_nothing() -> None:
    heavy = ("asyncio", "xdsl", "numpy", "dataclasses", "ember_mlir.providers.session")
    assert loaded_by("import ember_mlir.providers", *heavy) == []


def test_sessions_and_models_load_no_simulated_provider() -> None:
    statement = (
        "from ember_mlir.providers import Session, find_model\nwith Session(): find_model('small')"
    )
    heavy = ("asyncio", "xdsl", "numpy", "ember_mlir.providers.simulated")
    assert loaded_by(statement, *heavy) == []


def test_simulating_needs_no_event_loop() -> None:
    statement = (
        "from ember_mlir.providers import Request, find_provider\n"
        "find_provider('simulated').simulate(Request('small', '1+1'))"
    )
    assert loaded_by(statement, "asyncio", "xdsl", "numpy") == []
