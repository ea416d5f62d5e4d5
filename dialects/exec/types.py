"""Types of slots that hold no value of the program, and what runs frames."""

from __future__ import annotations

import abc
from collections.abc import Sequence

from xdsl.dialects.builtin import ArrayAttr, FunctionType, SymbolRefAttr
from xdsl.ir import Attribute, Operation, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.operations import function_type


@irdl_attr_definition
class TokenType(ParametrizedAttribute, TypeAttribute):
    """No value, only order: what takes a token fires after what has given it.

    ```mlir
    exec.frame @wait(%text: !llm.text) -> !exec.token {
      %ready = exec.done(%text : !llm.text)
      exec.return %ready : !exec.token
    }
    ```
    """

    name = "exec.token"


@irdl_attr_definition
class HandleType(ParametrizedAttribute, TypeAttribute):
    """A frame under way, by which it can be cancelled.

    ```mlir
    exec.frame @start(%text: !llm.text) -> !exec.handle {
      %run, %same = exec.spawn @same with %text : !llm.text -> !llm.text
      exec.return %run : !exec.handle
    }
    exec.frame @same(%text: !llm.text) -> !llm.text {
      exec.return %text : !llm.text
    }
    ```
    """

    name = "exec.handle"


@irdl_attr_definition
class KeyType(ParametrizedAttribute, TypeAttribute):
    """The key of a result in a store; it tells nothing of what it is made of.

    ```mlir
    exec.frame @keep(%key: !exec.key, %text: !llm.text) -> !exec.token {
      %kept = exec.cache_store %text under %key for 60 seconds : !llm.text
      exec.return %kept : !exec.token
    }
    ```
    """

    name = "exec.key"


TOKEN = TokenType()
HANDLE = HandleType()
KEY = KeyType()


class RunsFrames(Operation, abc.ABC):
    """An instruction that runs frames of the module, all of one type."""

    @abc.abstractmethod
    def frame_names(self) -> Sequence[str]:
        """The symbols of the frames, in the order of the text."""

    @abc.abstractmethod
    def frame_type(self) -> FunctionType:
        """The type that the frames must have."""


def shown(types: Sequence[Attribute]) -> str:
    """Types as they stand in messages: `(!llm.text, i1)`."""
    return "(" + ", ".join(map(str, types)) + ")"


def verify_number_of_frames(frames: ArrayAttr[SymbolRefAttr], *, least: int) -> None:
    """Check that there are enough frames to run."""
    if len(frames) < least:
        raise VerifyException(f"there must be at least {least} frames, but got {len(frames)}")


def frames_type(captures: Sequence[SSAValue], results: Sequence[Attribute]) -> FunctionType:
    """The type of frames that take what an instruction captures."""
    return function_type(tuple([value.type for value in captures]), tuple(results))
