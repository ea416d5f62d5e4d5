"""The spelling `json_schema`: a JSON schema of the subset in `json_schema`."""

from __future__ import annotations

from dataclasses import dataclass

from ember_mlir.grammars.json_lark import write_schema
from ember_mlir.grammars.json_nodes import shape_of
from ember_mlir.grammars.json_schema import read_schema
from ember_mlir.grammars.json_values import JsonReader
from ember_mlir.grammars.shapes import Shape, Value


@dataclass(frozen=True, slots=True)
class JsonGrammar:
    """A checked JSON schema."""

    lark: str
    shape: Shape
    reader: JsonReader

    def read(self, text: str) -> Value:
        """The value of an answer: see `json_values`."""
        return self.reader.read(text)


def read_json_grammar(text: str) -> JsonGrammar:
    """The grammar of a JSON schema; raises `InvalidIRError` if it is not in the subset."""
    node = read_schema(text)
    return JsonGrammar(write_schema(node), shape_of(node), JsonReader(node))
