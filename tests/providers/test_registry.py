"""Registering and finding models and providers."""

from __future__ import annotations

from decimal import Decimal
from threading import Thread

import pytest

from ember_mlir.errors import ModelError
from ember_mlir.providers import (
    DEFAULT_MODEL,
    Model,
    Provider,
    Reply,
    Request,
    Session,
    Simulated,
    find_model,
    find_provider,
    register_model,
    register_provider,
    registry_version,
)
from ember_mlir.providers.catalog import Catalog, check_provider, exact_price
from ember_mlir.providers.standard import standard_catalog


class Echo:
    """A provider that repeats the prompt."""

    async def generate(self, request: Request) -> Reply:
        """Answer with the prompt."""
        return Reply([request.prompt or ""] * request.n, 1, 1)


@pytest.fixture(autouse=True)
def own_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test register what it likes."""
    catalog = standard_catalog()
    monkeypatch.setattr("ember_mlir.providers.registry.CATALOG", catalog)
    monkeypatch.setattr("ember_mlir.providers.session.CATALOG", catalog)


@pytest.mark.parametrize(
    ("name", "for_input", "for_output"),
    [("small", "0.15", "0.60"), ("medium", "0.80", "3.20"), ("large", "2.50", "10.00")],
)
def test_the_simulated_models_are_there(name: str, for_input: str, for_output: str) -> None:
    prices = Decimal(for_input), Decimal(for_output)
    assert find_model(name) == Model(name, "simulated", *prices, supports_n=True, max_batch=100)


def test_the_default_model_is_there() -> None:
    assert find_model(DEFAULT_MODEL).name == "small"


def test_the_simulated_provider_is_made_once() -> None:
    provider = find_provider("simulated")
    assert isinstance(provider, Simulated)
    assert find_provider("simulated") is provider


def test_a_provider_is_made_only_when_it_is_asked_for() -> None:
    made: list[str] = []

    def make() -> Provider:
        made.append("echo")
        return Echo()

    catalog = Catalog()
    catalog.add_provider("echo", make)
    assert made == []
    threads = [Thread(target=catalog.provider, args=("echo",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["echo"]


def test_a_registered_model_is_found() -> None:
    model = register_model(
        "modèle-語",
        provider="mine",
        input_usd_per_million=0.1,
        output_usd_per_million="2.50",
        supports_n=True,
        max_concurrency=8,
    )
    assert find_model("modèle-語") is model
    assert model == Model("modèle-語", "mine", Decimal("0.1"), Decimal("2.50"), True, 8)


def test_the_last_registration_counts() -> None:
    register_model("small", provider="mine")
    first, second = Echo(), Echo()
    register_provider("mine", first)
    assert find_provider("mine") is first
    register_provider("mine", second)
    assert find_provider("mine") is second
    assert find_model("small").provider == "mine"


def test_every_registration_makes_a_new_version() -> None:
    before = registry_version()
    register_model("tiny", provider="simulated")
    register_provider("mine", Echo())
    assert registry_version() == before + 2
    with pytest.raises(ModelError):
        register_model("", provider="simulated")
    assert registry_version() == before + 2


def test_registrations_of_many_threads_all_count() -> None:
    before = registry_version()

    def register(thread: int) -> None:
        for number in range(50):
            register_model(f"model {thread} {number}", provider="simulated")

    threads = [Thread(target=register, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert registry_version() == before + 200


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(ModelError) as unknown:
        find_model("smal")
    assert unknown.value.message == (
        "a model must be registered before it is used, but got 'smal' and know "
        "'large', 'medium', 'small'; call ember.register_model('smal', provider=...)"
    )


def test_an_unknown_provider_lists_the_known_ones() -> None:
    with pytest.raises(ModelError) as unknown:
        find_provider("acme")
    assert unknown.value.message == (
        "a provider must be registered before it is used, but got 'acme' and know "
        "'simulated'; call ember.register_provider('acme', provider)"
    )


def test_an_empty_catalog_knows_none() -> None:
    with pytest.raises(ModelError, match="but got 'small' and know none; call"):
        Catalog().model("small")


def test_a_session_with_a_provider_takes_any_model() -> None:
    with Session(provider=Echo()):
        assert find_model("unheard of") == Model("unheard of", "session")
        assert find_model("large").input_usd_per_million == Decimal("2.50")
    with pytest.raises(ModelError):
        find_model("unheard of")


@pytest.mark.parametrize(
    ("price", "exact"),
    [
        (None, None),
        (0, "0"),
        (3, "3"),
        (0.1, "0.1"),
        (1e-7, "1E-7"),
        ("2.50", "2.50"),
        (Decimal("0.075"), "0.075"),
        (-0.0, "0.0"),
    ],
)
def test_prices_are_exact(price: object, exact: str | None) -> None:
    found = exact_price("input_usd_per_million", price)
    assert (None if found is None else str(found)) == exact


@pytest.mark.parametrize(
    "price", [-1, -0.01, float("nan"), float("inf"), "a lot", "", True, Decimal("-Infinity"), b"1"]
)
def test_other_prices_are_refused(price: object) -> None:
    with pytest.raises(ModelError) as refused:
        exact_price("output_usd_per_million", price)
    assert refused.value.message == (
        f"output_usd_per_million must be a finite number of at least 0, but got {price!r}; "
        "give US dollars per million tokens, or None if the price is unknown"
    )


@pytest.mark.parametrize("name", ["", "  ", None, 3])
def test_names_must_say_something(name: str) -> None:
    ending = f"must be a non-empty text, but got {name!r}; give it a name"
    with pytest.raises(ModelError) as model:
        register_model(name, provider="simulated")
    assert model.value.message == f"the name of a model {ending}"
    with pytest.raises(ModelError) as provider:
        register_provider(name, Echo())
    assert provider.value.message == f"the name of a provider {ending}"
    with pytest.raises(ModelError):
        register_model("tiny", provider=name)


@pytest.mark.parametrize("limit", [0, -1, True, 2.5, "3"])
def test_a_limit_is_at_least_one(limit: int) -> None:
    with pytest.raises(ModelError) as refused:
        register_model("tiny", provider="simulated", max_concurrency=limit)
    assert refused.value.message == (
        f"max_concurrency must be an int of at least 1, but got {limit!r}; "
        "give the number of requests that may be under way at once, or None"
    )


def test_a_model_takes_one_text_at_a_time_unless_it_is_said() -> None:
    assert register_model("tiny", provider="simulated").max_batch == 1
    assert register_model("tiny", provider="simulated", max_batch=96).max_batch == 96


@pytest.mark.parametrize("limit", [0, -1, True])
def test_a_batch_is_of_at_least_one_text(limit: int) -> None:
    with pytest.raises(ModelError) as refused:
        register_model("tiny", provider="simulated", max_batch=limit)
    assert refused.value.message == (
        f"max_batch must be an int of at least 1, but got {limit!r}; "
        "give the number of texts that one request may ask to embed or score"
    )


def test_supports_n_is_yes_or_no() -> None:
    flag: object = 1
    model = Model("tiny", "simulated")
    object.__setattr__(model, "supports_n", flag)
    with pytest.raises(ModelError) as refused:
        Catalog().add_model(model)
    assert refused.value.message == (
        "supports_n must be True or False, but got 1; "
        "say whether one request may ask for several answers"
    )


def test_a_model_is_cleared_for_public_texts_only_unless_it_is_said() -> None:
    assert register_model("tiny", provider="simulated").clearance == "public"
    assert register_model("tiny", provider="simulated", clearance="pii").clearance == "pii"


def test_a_clearance_is_one_of_four() -> None:
    level: object = "secret"
    model = Model("tiny", "simulated")
    object.__setattr__(model, "clearance", level)
    with pytest.raises(ModelError) as refused:
        Catalog().add_model(model)
    assert refused.value.message == (
        "the clearance of a model must be 'public', 'internal', 'confidential' or 'pii', "
        "but got 'secret'; give the most sensitive label that its provider may be shown"
    )


def test_a_provider_must_generate() -> None:
    with pytest.raises(ModelError) as refused:
        check_provider("acme")
    assert refused.value.message == (
        "a provider must be an object with a method generate(request), but got 'acme'; "
        "define `async def generate(self, request)`"
    )
