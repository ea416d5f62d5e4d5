"""Classes and objects as programs, and programs that are compiled for a sample."""

# What lambdas take, the calls of the programs say.
# pyright: reportUnknownLambdaType=false

from __future__ import annotations

import asyncio
import gc
import warnings
import weakref

import pytest

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.compiled_classes import ObjectProgram


@ember.jit
class Draft(ember.Operator[str, str]):
    def __init__(self, style: str) -> None:
        self.style = style

    def forward(self, question: str) -> str:
        return generate(f"{self.style}: {question}", temperature=0.5)


@ember.jit
class Pipeline(ember.Operator[str, str]):
    def __init__(self, style: str = "short") -> None:
        self.draft = Draft(style)

    def forward(self, question: str, mark: str = "!") -> str:
        return generate(self.draft(question) + mark)


@ember.jit(strict=True)
class Plain:
    """A class that is no operator, and has `__call__`."""

    def __init__(self, style: str) -> None:
        self.style = style

    def __call__(self, question: str) -> str:
        return self.helper(question)

    def helper(self, question: str) -> str:
        return generate(f"{self.style} {question}")


@ember.jit(strict=True)
class Forwards:
    """A class that is no operator, and has `forward` alone."""

    def forward(self, question: str) -> str:
        return generate(question)


class Special(Draft):
    def forward(self, question: str) -> str:
        return "special " + super().forward(question)


class Louder(Plain):
    def __call__(self, question: str) -> str:
        return super().__call__(question).upper()


CALL = "__call__"


def program_of(value: object) -> ObjectProgram:
    found: object = getattr(value, CALL)
    assert isinstance(found, ObjectProgram)
    return found


def test_a_class_stays_the_class() -> None:
    draft = Draft("short")
    assert isinstance(Draft, type)
    assert type(draft) is Draft
    assert isinstance(draft, ember.Operator)
    assert issubclass(Special, Draft)
    assert (Draft.__name__, Draft.__module__) == ("Draft", __name__)
    assert draft.style == "short"


def test_instances_run_compiled() -> None:
    pipeline = Pipeline()
    with ember.Session(seed=1, clock="virtual"):
        answer = pipeline("Why?")
        assert answer == pipeline(inputs={"question": "Why?"})
        assert answer == program_of(pipeline).eager(inputs={"question": "Why?"})
        assert pipeline("Why?", mark="?") == program_of(pipeline).eager("Why?", mark="?")
    last_run = program_of(pipeline).last_run
    assert last_run is not None
    assert program_of(pipeline).ir().count("llm.generate") == 2
    assert 'label="Pipeline/draft"' in program_of(pipeline).graph("dot")


def test_each_instance_has_plans_of_its_own() -> None:
    first, second = Draft("one"), Draft("two")
    with ember.Session(seed=1, clock="virtual"):
        first("q")
        second("q")
    assert '"one: {0}"' in program_of(first).ir()
    assert '"two: {0}"' in program_of(second).ir()
    assert program_of(first) is program_of(first)


def test_programs_of_many_objects_do_not_pile_up() -> None:
    first = Draft("one")
    program_of(first)
    gone = weakref.ref(first)
    del first
    for number in range(300):
        program_of(Draft(str(number)))
    gc.collect()
    assert gone() is None


def test_other_classes_run_compiled() -> None:
    plain, forwards = Plain("s"), Forwards()
    call = program_of(forwards)
    with ember.Session(seed=1, clock="virtual"):
        assert plain("q") == program_of(plain).eager("q")
        assert call("q") == program_of(forwards).eager("q")
        assert call(inputs={"question": "q"}) == call("q")
    assert program_of(plain).last_run is not None


def test_subclasses_run_as_they_say() -> None:
    special, louder = Special("s"), Louder("s")
    with ember.Session(seed=1, clock="virtual"):
        assert special("q").startswith("special ")
        assert special("q") == program_of(special).eager("q")
        assert louder("q") == Plain("s")("q").upper()


def test_compiled_classes_are_traced_through() -> None:
    plain = Plain("s")

    @ember.jit(strict=True)
    def whole(q: str) -> object:
        return Pipeline("made")(q), plain(q), Pipeline()(inputs={"question": q})

    with ember.Session(seed=1, clock="virtual"):
        assert whole("q") == whole.eager("q")
    assert whole.ir().count("llm.generate") == 5
    assert '["Pipeline/draft"]' in whole.graph()


def test_programs_of_objects_are_traced_through() -> None:
    program = ember.compile(Draft("s"))

    @ember.jit(strict=True)
    def whole(q: str) -> object:
        return program(q), program(inputs={"question": q})

    with ember.Session(seed=1, clock="virtual"):
        assert whole("q") == whole.eager("q")
    assert whole.ir().count("llm.generate") == 2


def test_objects_and_methods_are_compiled() -> None:
    class Own:
        def __init__(self) -> None:
            self.style = "own"

        def __call__(self, question: str) -> str:
            return generate(f"{self.style} {question}")

        def other(self, question: str) -> str:
            return generate(f"other {self.style} {question}")

    own = Own()
    ensemble = ember.compile(ember.Ensemble(num_units=3))
    called, method = ember.compile(own, strict=True), ember.compile(own.other, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        assert called("q") == called.eager("q")
        assert method("q") == method.eager("q")
        assert ensemble("q") == ensemble.eager("q")
        assert len(ensemble("q")) == 3
    assert '"other own {0}"' in method.ir()


def test_an_object_of_a_compiled_class_has_one_program() -> None:
    draft = Draft("s")
    assert ember.compile(draft) is program_of(draft)
    assert ember.compile(draft, allow="exact") is not program_of(draft)


def test_an_async_forward_is_awaited() -> None:
    @ember.jit
    class Waits(ember.Operator[str, "object"]):
        async def forward(self, question: str) -> str:
            return generate(question)

    async def run() -> object:
        waiting: object = Waits()("q")
        assert asyncio.iscoroutine(waiting)
        return await waiting

    with ember.Session(seed=1, clock="virtual"):
        assert isinstance(asyncio.run(run()), str)


def test_what_cannot_be_called_is_no_class_of_programs() -> None:
    with pytest.raises(ember.CaptureError, match="'forward' or '__call__', but 'object' has none"):
        ember.jit(object)


# Samples


class Counting:
    """A provider that counts what it is asked."""

    def __init__(self) -> None:
        self.count = 0

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        self.count += 1
        return ember.Reply(["yes"], 1, 1)


def ask(question: str, style: int = 1, *, mark: str = "?") -> str:
    return generate(f"{style} {question}{mark}")


def rows(row: dict[str, str]) -> str:
    return generate(row["question"])


@pytest.mark.parametrize(
    ("sample", "args", "kwargs"),
    [
        ("Why?", ("How?",), {}),
        (("Why?", 2), ("How?", 2), {}),
        ({"question": "Why?", "mark": "."}, ("How?",), {"mark": "!"}),
    ],
)
def test_a_sample_makes_the_plan(
    sample: object, args: tuple[str, ...], kwargs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Counting()
    with ember.Session(provider=provider):
        program = ember.compile(ask, strict=True, sample_input=sample)
        assert provider.count == 0
        assert "llm.generate" in program.ir()

        def never(*_: object) -> object:
            raise AssertionError("the plan is there")

        monkeypatch.setattr("ember_mlir.frontend.capture.capture", never)
        program.function(*args, **kwargs)
        assert provider.count == 1
        program(*args, **kwargs)  # type: ignore[arg-type]
    assert provider.count == 2


def test_a_dict_of_other_names_is_one_argument() -> None:
    program = ember.compile(rows, strict=True, sample_input={"question": "Why?"})
    assert "llm.generate" in program.ir()


def test_errors_show_early() -> None:
    def refused(path: str) -> str:
        with open(path) as file:
            return file.read()

    with pytest.raises(ember.CaptureError, match="'with'"):
        ember.compile(refused, strict=True, sample_input="x")
    with pytest.warns(ember.CaptureWarning, match="'with'"):
        ember.jit(sample_input="x")(refused)
    with pytest.raises(ember.InputError, match="must fit"):
        ember.compile(ask, sample_input=("a", 1, 2, 3))


def test_instances_are_compiled_when_they_are_made() -> None:
    @ember.jit(sample_input="Why?", strict=True)
    class Sampled(ember.Operator[str, str]):
        def __init__(self, style: str) -> None:
            self.style = style

        def forward(self, question: str) -> str:
            return generate(f"{self.style} {question}")

    class Later(Sampled):
        def __init__(self) -> None:
            super().__init__("later")
            self.more = "more"

        def forward(self, question: str) -> str:
            return generate(f"{self.more} {question}")

    class Heir(Sampled):
        pass

    assert '"a {0}"' in program_of(Sampled("a")).ir()
    assert '"b {0}"' in program_of(Heir("b")).ir()
    later = Later()
    with ember.Session(seed=1, clock="virtual"):
        later("q")
    assert '"more {0}"' in program_of(later).ir()

    @ember.jit(strict=True)
    def whole(q: str) -> object:
        return Sampled("inside")(q), Later()(q)

    with ember.Session(seed=1, clock="virtual"):
        assert whole("q") == whole.eager("q")


def test_instances_that_cannot_be_captured_are_told_when_they_are_made() -> None:
    @ember.jit(sample_input="Why?")
    class Refused(ember.Operator[str, str]):
        def forward(self, question: str) -> str:
            with open(question) as file:
                return file.read()

    with pytest.warns(ember.CaptureWarning, match="'with'"):
        Refused()


def test_a_class_without_a_sample_is_compiled_when_it_is_called() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draft = Draft("s")
    assert program_of(draft).last_run is None
