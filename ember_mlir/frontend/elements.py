"""Assignment to elements of lists and dicts that captured code has made, and `del` of them."""

from __future__ import annotations

from ember_mlir.frontend.changes import note_change
from ember_mlir.frontend.containers import TrackedDict, TrackedList
from ember_mlir.frontend.dicts import delete_entry, store_entry
from ember_mlir.frontend.lists import delete_element, store_element
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import holds_symbolic


def store(trace: Trace, owner: object, index: object, value: object) -> None:
    """`owner[index] = value`."""
    note_change(trace, owner, "assignment to an element")
    assert isinstance(owner, TrackedList | TrackedDict)
    if owner.symbolic is None and not holds_symbolic(index):
        owner[index] = value
    elif isinstance(owner, TrackedList):
        store_element(trace, owner, index, value)
    else:
        store_entry(trace, owner, index, value)


def delete(trace: Trace, owner: object, index: object) -> None:
    """`del owner[index]`."""
    note_change(trace, owner, "'del' of an element")
    assert isinstance(owner, TrackedList | TrackedDict)
    if owner.symbolic is None and not holds_symbolic(index):
        del owner[index]
    elif isinstance(owner, TrackedList):
        delete_element(trace, owner, index)
    else:
        delete_entry(trace, owner, index)
