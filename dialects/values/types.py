"""The types of values: what a program computes with.

Numbers are builtin: `i1` is yes or no, `i64` a whole number, `f64` a real one, and
`tensor<?xf32>` an embedding.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import DYNAMIC_INDEX, ArrayAttr, TensorType, f32, f64, i1, i64
from xdsl.ir import Attribute, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition, param_def
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.values.attributes import Utf8Attr, parse_quoted, quote
from ember_mlir.grammars import ListShape, OptionalShape, RecordShape, Scalar, Shape


@irdl_attr_definition
class TextType(ParametrizedAttribute, TypeAttribute):
    """A text: a string of Unicode characters.

    ```mlir
    %greeting = llm.constant "héllo"
    ```
    """

    name = "llm.text"


@irdl_attr_definition
class MessagesType(ParametrizedAttribute, TypeAttribute):
    """A conversation: turns of the system, the user, the assistant and tools.

    A turn has parts, which are texts and images; a turn of the assistant may call tools.

    ```mlir
    %question = llm.constant "What is 2 + 2?"
    %asked = llm.messages user(%question)
    ```
    """

    name = "llm.messages"


@irdl_attr_definition
class ObjectType(ParametrizedAttribute, TypeAttribute):
    """A value of Python that the compiler does not look into; functions make and take it.

    ```mlir
    func.func @same(%thing: !llm.object) -> !llm.object {
      func.return %thing : !llm.object
    }
    ```
    """

    name = "llm.object"


@irdl_attr_definition
class ListType(ParametrizedAttribute, TypeAttribute):
    """A list of values of one type, of any length.

    ```mlir
    %answers = llm.list() : !llm.list<!llm.text>
    ```
    """

    name = "llm.list"
    element: Attribute = param_def()

    def verify(self) -> None:
        if not isinstance(self.element, TypeAttribute):
            raise VerifyException(f"a list holds values of a type, but got {self.element}")


@irdl_attr_definition
class RecordType(ParametrizedAttribute, TypeAttribute):
    """Values of several types, each under a name: `!llm.record<"name": !llm.text, "age": i64>`.

    Names are Unicode, differ, and keep their order.

    ```mlir
    %name = llm.constant "Ada"
    %age = arith.constant 36 : i64
    %person = llm.record(%name, %age) : !llm.record<"name": !llm.text, "age": i64>
    ```
    """

    name = "llm.record"
    names: ArrayAttr[Utf8Attr] = param_def()
    types: ArrayAttr[Attribute] = param_def()

    @classmethod
    def of(cls, fields: Sequence[tuple[str, Attribute]]) -> RecordType:
        """The record type with these names and types."""
        names = ArrayAttr([Utf8Attr(name) for name, _ in fields])
        return cls(names, ArrayAttr([found for _, found in fields]))

    @property
    def fields(self) -> dict[str, Attribute]:
        """The type of each field by name, in order."""
        named = zip(self.names.data, self.types.data, strict=True)
        return {name.data: found for name, found in named}

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        def field() -> tuple[str, Attribute]:
            name = parse_quoted(parser)
            parser.parse_punctuation(":")
            return name, parser.parse_type()

        fields = parser.parse_comma_separated_list(parser.Delimiter.ANGLE, field)
        made = cls.of(fields)
        return made.names, made.types

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            for index, (name, found) in enumerate(self.fields.items()):
                printer.print_string(f"{', ' if index else ''}{quote(name)}: ")
                printer.print_attribute(found)

    def verify(self) -> None:
        names = [name.data for name in self.names.data]
        if len(names) != len(self.types):
            raise VerifyException(
                f"a record must have a type for each of its {len(names)} names, "
                f"but got {len(self.types)}"
            )
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise VerifyException(f"the fields of a record must differ, but got '{twice}' twice")
        for found in self.types:
            if not isinstance(found, TypeAttribute):
                raise VerifyException(f"a field of a record must have a type, but got {found}")


TEXT = TextType()
TEXTS = ListType(TEXT)
MESSAGES = MessagesType()
EMBEDDING = TensorType(f32, [DYNAMIC_INDEX])

_OF_SHAPE: dict[Scalar, Attribute] = {"text": TEXT, "integer": i64, "number": f64, "boolean": i1}


def type_of_shape(shape: Shape) -> Attribute:
    """The type of the values that a grammar of this shape gives.

    What may be null is an object: None, or the value.

    >>> print(type_of_shape(ListShape("integer")))
    !llm.list<i64>
    """
    if isinstance(shape, ListShape):
        return ListType(type_of_shape(shape.element))
    if isinstance(shape, OptionalShape):
        return ObjectType()
    if isinstance(shape, RecordShape):
        return RecordType.of([(name, type_of_shape(found)) for name, found in shape.fields])
    return _OF_SHAPE[shape]


def shape_of_type(found: Attribute) -> Shape | None:
    """The shape of the values of a type; None if they are no texts, numbers, lists or records.

    >>> shape_of_type(ListType(i64))
    ListShape(element='integer')
    """
    match found:
        case ListType():
            element = shape_of_type(found.element)
            return None if element is None else ListShape(element)
        case RecordType():
            fields: list[tuple[str, Shape]] = []
            for name, kind in found.fields.items():
                if (shape := shape_of_type(kind)) is None:
                    return None
                fields.append((name, shape))
            return RecordShape(tuple(fields))
        case _:
            return next((shape for shape, kind in _OF_SHAPE.items() if kind == found), None)
