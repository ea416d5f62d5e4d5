"""Who answers: models and providers, sessions, bills, and the simulated provider.

The names below are loaded when they are first used, so that importing this package
costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ember_mlir.providers.bill import Bill
    from ember_mlir.providers.catalog import Model
    from ember_mlir.providers.messages import Image, Message, Tool, ToolCall
    from ember_mlir.providers.protocol import (
        Answer,
        Kind,
        Provider,
        Reply,
        Request,
        SimulatedProvider,
        is_simulated,
    )
    from ember_mlir.providers.registry import (
        find_model,
        find_provider,
        register_model,
        register_provider,
        registry_version,
    )
    from ember_mlir.providers.replies import check_reply
    from ember_mlir.providers.session import Session, current_session
    from ember_mlir.providers.simulated import Faulty, Simulated
    from ember_mlir.providers.standard import DEFAULT_MODEL

__all__ = [
    "DEFAULT_MODEL",
    "Answer",
    "Bill",
    "Faulty",
    "Image",
    "Kind",
    "Message",
    "Model",
    "Provider",
    "Reply",
    "Request",
    "Session",
    "Simulated",
    "SimulatedProvider",
    "Tool",
    "ToolCall",
    "check_reply",
    "current_session",
    "find_model",
    "find_provider",
    "is_simulated",
    "register_model",
    "register_provider",
    "registry_version",
]

_HOMES = {
    "bill": ("Bill",),
    "catalog": ("Model",),
    "messages": ("Image", "Message", "Tool", "ToolCall"),
    "protocol": (
        "Answer",
        "Kind",
        "Provider",
        "Reply",
        "Request",
        "SimulatedProvider",
        "is_simulated",
    ),
    "registry": (
        "find_model",
        "find_provider",
        "register_model",
        "register_provider",
        "registry_version",
    ),
    "replies": ("check_reply",),
    "session": ("Session", "current_session"),
    "simulated": ("Faulty", "Simulated"),
    "standard": ("DEFAULT_MODEL",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
