"""What an instruction states exactly as the operation that it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import Operation


def copy_properties(source: Operation, target: Operation, names: Sequence[str]) -> None:
    """Give `target` those of the properties `names` that `source` has."""
    for name in names:
        if name in source.properties:
            target.properties[name] = source.properties[name]
