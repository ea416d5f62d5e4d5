"""`model_dump()` and `asdict()`: a dict of the parts of a model or dataclass.

person.model_dump()           =>   {"name": %name, "age": %age}
person.model_dump_json()      =>   llm.apply of it, which gives a text

Where a class has a say in how it is dumped, the program asks it, and knows less of the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ember_mlir.frontend.calls.arguments import Args, Kwargs
from ember_mlir.frontend.kinds import DictKind, InstanceKind
from ember_mlir.frontend.layouts import (
    ANY,
    OBJECT,
    TEXT_LEAF,
    Layout,
    ListOf,
    Maybe,
    Parts,
    SetOf,
)
from ember_mlir.frontend.narrowing import instance_fields, is_exact_tuple, is_model
from ember_mlir.frontend.plain import ATOMS, is_dict, is_list
from ember_mlir.frontend.stand_ins import tracked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, known_or_symbolic

_MODELS = "pydantic.main"


def dumped(
    trace: Trace, function: object, owner: object, args: Args, kwargs: Kwargs
) -> tuple[object] | None:
    """What a method of pydantic's, or `asdict`, makes of an object; None if it is another one."""
    name, home = getattr(function, "__name__", ""), getattr(function, "__module__", "")
    if args or instance_fields(owner) is None:
        return None
    if (home, name) == (_MODELS, "model_dump_json") and is_model(type(owner)):
        is_plain = _Dump(trace, is_of_model=True).is_plain(owner)
        effect = "pure" if is_plain else "effectful"
        write = partial(_as_json, type(owner))
        made = trace.apply_python(name, write, [owner], kwargs, result=TEXT_LEAF, effect=effect)
        return (made,)
    if kwargs or (home, name) not in ((_MODELS, "model_dump"), ("dataclasses", "asdict")):
        return None
    parts = _Dump(trace, is_of_model=home == _MODELS)
    return (parts.of(owner),) if parts.is_plain(owner) else None


def _as_json(made: type[object], owner: object, **kwargs: object) -> object:
    method: object = getattr(made, "model_dump_json")  # noqa: B009
    assert callable(method)
    return method(owner, **kwargs)


class _Dump:
    """Makes dicts of objects: of models and dataclasses if it `is_of_model`, or of the latter."""

    def __init__(self, trace: Trace, *, is_of_model: bool) -> None:
        self.trace = trace
        self.is_of_model = is_of_model

    def is_plain(self, value: object) -> bool:
        """Whether a dict is made of a value part by part, and no class has a say in it."""
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic):
            return self._is_plain_layout(found.layout)
        if is_list(found):
            return all(map(self.is_plain, found))
        if is_dict(found):
            return all(map(self.is_plain, found.values()))
        names = instance_fields(found)
        if names is None:
            return type(found) in ATOMS
        # What somebody else has made may be changed until the program runs.
        is_own = self.trace.has_made(found) and self._is_plain_class(type(found))
        return is_own and all([self.is_plain(getattr(found, name)) for name in names])

    def _is_plain_layout(self, layout: Layout | None) -> bool:
        match layout:
            case ListOf(element) | Maybe(element):
                return element is None or self._is_plain_layout(element)
            case Parts(kind, items):
                is_plain = not isinstance(kind, InstanceKind) or self._is_plain_class(kind.made)
                return is_plain and all(map(self._is_plain_layout, items))
            case _:
                return layout not in (OBJECT, ANY) and not isinstance(layout, SetOf)

    def _is_plain_class(self, made: type[object]) -> bool:
        if not is_model(made):
            # A model in a dataclass stays one, and its own dump is not that of a dataclass in it.
            return not self.is_of_model or not hasattr(made, "__pydantic_decorators__")
        said: object = getattr(made, "__pydantic_decorators__", None)
        kinds = ("field_serializers", "model_serializers", "computed_fields")
        settings = made.model_config
        return (
            self.is_of_model
            and not any(getattr(said, kind, None) for kind in kinds)
            and not any(_has_a_say(field) for field in made.model_fields.values())
            and not any(settings.get(key) for key in ("serialize_by_alias", "use_enum_values"))
            and settings.get("extra") != "allow"
        )

    def of(self, value: object) -> object:
        """A value with dicts for objects."""
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic):
            layout = _layout(found.layout)
            if layout == found.layout:
                return tracked(self.trace, found)
            made = self.trace.apply_python("dump", dump, [found], result=layout)
            return tracked(self.trace, made)
        if is_exact_tuple(found):
            return tuple(map(self.of, found))
        if is_list(found):
            return self.trace.made([*map(self.of, found)])
        if is_dict(found):
            return self.trace.made_dict({key: self.of(item) for key, item in found.items()})
        names = instance_fields(found)
        if names is None:
            return found
        return self.trace.made_dict({name: self.of(getattr(found, name)) for name in names})


def _has_a_say(field: object) -> bool:
    """Whether a field is left out of a dump, or is not dumped as it is."""
    said: Sequence[object] = getattr(field, "metadata", ())
    return bool(getattr(field, "exclude", None)) or any(
        type(one).__name__.endswith(("Serializer", "SerializeAsAny")) for one in said
    )


def _layout(layout: Layout) -> Layout:
    """How what is laid out so is laid out with dicts for objects."""
    match layout:
        case ListOf(element) if element is not None:
            return ListOf(_layout(element))
        case Maybe(inner):
            return Maybe(_layout(inner))
        case Parts(kind, items):
            kind = DictKind(kind.fields) if isinstance(kind, InstanceKind) else kind
            return Parts(kind, tuple(map(_layout, items)))
        case _:
            return layout


def dump(value: object) -> object:
    """A value with dicts for models and dataclasses.

    >>> from dataclasses import make_dataclass
    >>> dump([make_dataclass("Point", ["x", "y"])(1, 2)])
    [{'x': 1, 'y': 2}]
    """
    if is_exact_tuple(value):
        return tuple(map(dump, value))
    if is_list(value):
        return [*map(dump, value)]
    if is_dict(value):
        return {key: dump(item) for key, item in value.items()}
    names = instance_fields(value)
    return value if names is None else {name: dump(getattr(value, name)) for name in names}
