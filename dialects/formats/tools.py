"""What a tool is described by, at every level."""

from __future__ import annotations

import json

from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from ember_mlir.semantics import abridged


def verify_tool(parameters: str) -> None:
    """Check that what a tool takes is given as the JSON schema of an object."""
    try:
        schema: object = json.loads(parameters)
    except (ValueError, RecursionError):
        schema = None
    if not isa(schema, dict[str, object]) or schema.get("type") != "object":
        raise VerifyException(
            f"a tool must take a JSON schema of type \"object\", but got '{abridged(parameters)}'"
        )
