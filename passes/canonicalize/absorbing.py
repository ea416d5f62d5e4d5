"""Operations that take in operands of their own kind, as a template takes in templates.

Where each of a chain took in the one before it, the chain would be copied once per link.
So one that its only user will take in is left alone, and the last takes in all at once.
"""

from __future__ import annotations

from xdsl.ir import Operation, SSAValue


def taken_in_later(op: Operation) -> bool:
    """Whether the only user of `op` is of its kind, and so will take it in."""
    use = op.results[0].get_user_of_unique_use()
    return use is not None and type(use) is type(op) and use.parent is op.parent


def only_used_by(op: Operation, value: SSAValue) -> bool:
    """Whether `value` is made beside `op`, which alone reads it, and once."""
    owner = value.owner
    return isinstance(owner, Operation) and owner.parent is op.parent and value.has_one_use()
