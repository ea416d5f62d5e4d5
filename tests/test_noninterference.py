"""Non-interference: a secret changes nothing that a model without clearance is told.

Random programs are written without regard to labels. Then each request gets the model of
the least clearance that its inferred label allows: whatever the analysis overlooks shows
as a difference between two runs that differ in their secrets alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from hypothesis import assume, given
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp, SymbolRefAttr

from ember_mlir.dialects.values import LABELS
from ember_mlir.errors import LabelError, ProgramError, ProviderError
from ember_mlir.interpreter import Value, interpret
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.analysis.labels import infer_labels
from ember_mlir.passes.verify_labels import verify_labels
from ember_mlir.pipeline import compile_to, parse_passes, run_passes
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.runtime.run import run_module

MODELS = "\n".join(f'llm.model @{label} from "p" clearance "{label}"' for label in LABELS)
TEXTS = "!llm.list<!llm.text>"
NAMES = ("public", "items", "inner", "secret", "secrets", "counted")
HEAD = f"""{MODELS}
func.func @f(%public: !llm.text, %items: {TEXTS},
    %inner: !llm.text {{ember.label = #llm.label"internal"}},
    %secret: !llm.text {{ember.label = #llm.label"pii"}},
    %secrets: {TEXTS} {{ember.label = #llm.label"pii"}},
    %counted: {TEXTS} {{ember.label = #llm.label"pii", ember.length_label = #llm.label"public"}})
    -> (!llm.text, {TEXTS}) {{"""


class Writer:
    """Writes a random program; each text and list in scope may be read by what follows."""

    def __init__(
        self, data: st.DataObject, *, schedulable: bool = False, masks: bool = True
    ) -> None:
        self.data = data
        self.lines: list[str] = []
        self.made = 0
        self.texts = ["%public", "%inner", "%secret"]
        self.lists = ["%items", "%secrets", "%counted"]
        self.handled = 0
        self.schedulable = schedulable
        simple = [self.template, self.generate, self.listing, self.sample, self.joined]
        nested = [self.mapped, self.reduced]
        if not schedulable:
            simple += [self.parse, self.judge, self.vote, self.chosen]
            simple += [self.masked] if masks else []
            nested += [self.branch, self.cascade, self.refined, self.rounds]
            nested += [self.fallback, self.fallback, self.race, self.parallel]
        self.simple: list[Callable[[], None]] = simple
        self.nested: list[Callable[[int], None]] = nested

    def program(self) -> str:
        for _ in range(3):
            self.data.draw(st.sampled_from(self.nested))(1)
            self.statements(1, 2)
        # All that there is, is told somebody.
        for items in list(self.lists):
            self.texts.append(self.add(f'llm.join {items} with ","'))
        for text in list(self.texts):
            self.add(f"llm.generate @pii({text}) max_tokens 1")
        text, items = self.text(), self.pick(self.lists)
        end = f"func.return {text}, {items} : !llm.text, {TEXTS}"
        return "\n".join([HEAD, *self.lines, end, "}"])

    def pick(self, items: Sequence[str]) -> str:
        return self.data.draw(st.sampled_from(items))

    def text(self) -> str:
        return self.pick(self.texts)

    def number(self) -> int:
        self.made += 1
        return self.made

    def filled(self) -> str:
        """A list that has elements, unless somebody handles it that it has none."""
        return self.pick(self.lists) if self.handled else self.pick(["%items", *self.lists[3:]])

    def add(self, line: str) -> str:
        name = f"%v{self.number()}"
        self.lines.append(f"{name} = {line}")
        return name

    def statements(self, depth: int, most: int) -> None:
        for _ in range(self.data.draw(st.integers(1, most))):
            if depth and self.data.draw(st.booleans()):
                self.data.draw(st.sampled_from(self.nested))(depth - 1)
            else:
                self.data.draw(st.sampled_from(self.simple))()

    def body(self, depth: int, *bound: str) -> str:
        """A few operations in a scope of their own, and the text that they end with."""
        texts, lists = list(self.texts), list(self.lists)
        self.texts += bound
        if self.handled and self.data.draw(st.booleans()):
            self.parse()
        elif self.data.draw(st.booleans()):
            self.statements(depth, 2)
        # That this runs at all, is told somebody.
        self.generate()
        result = self.text()
        self.texts, self.lists = texts, lists
        return result

    def on_error(self) -> str:
        """What becomes of members that fail."""
        if self.schedulable:
            return ""
        return self.pick(["", "on_error drop", f"on_error use {self.text()}"])

    def condition(self) -> str:
        part = self.add(f'llm.constant "{self.pick(["ann", "7", "y"])}"')
        whole = self.pick(["%secret", "%inner", self.text()])
        return self.add(f"llm.contains {whole}, {part} : !llm.text, !llm.text")

    # Operations without regions

    def template(self) -> None:
        self.texts.append(self.add(f'llm.template "{{0}} {{1}}"({self.text()}, {self.text()})'))

    def generate(self) -> None:
        self.texts.append(self.add(f"llm.generate @pii({self.text()})"))

    def listing(self) -> None:
        self.lists.append(self.add(f"llm.list({self.text()}, {self.text()}) : {TEXTS}"))

    def joined(self) -> None:
        self.texts.append(self.add(f'llm.join {self.pick(self.lists)} with ","'))

    def sample(self) -> None:
        handled = self.on_error()
        self.lists.append(self.add(f"ensemble.sample 2 of @pii({self.text()}) {handled}"))

    def parse(self) -> None:
        if not self.handled:
            return self.template()
        self.texts.append(self.add(f'llm.parse {self.text()} as regex ".*[7y].*" : !llm.text'))

    def masked(self) -> None:
        number, label = self.number(), self.pick(["public", "internal"])
        policies = '["email"]'
        self.lines.append(
            f'%m{number}, %h{number} = llm.redact {self.text()} hiding {policies} to "{label}"'
        )
        self.texts.append(f"%m{number}")
        self.lists.append(f"%h{number}")
        self.texts.append(self.add(f"llm.restore {self.text()} from %h{number}"))

    def judge(self) -> None:
        items = self.filled()
        self.texts.append(self.add(f"ensemble.judge @pii({self.text()}) among {items}"))

    def vote(self) -> None:
        least = self.pick(["", "min_valid 2"])
        items = self.filled()
        self.texts.append(self.add(f"ensemble.vote {items} {least} : {TEXTS}"))

    def chosen(self) -> None:
        condition = self.condition()
        one, other = self.text(), self.text()
        self.texts.append(self.add(f"arith.select {condition}, {one}, {other} : !llm.text"))

    # Operations with regions

    def mapped(self, depth: int) -> None:
        bound = f"%x{self.number()}"
        handled = self.on_error()
        items = self.pick(self.lists)
        made = self.add(f"ensemble.map {bound} in {items} {handled} : {TEXTS} -> {TEXTS} do {{")
        self.handled += bool(handled)
        self.lines += [f"ensemble.yield {self.body(depth, bound)} : !llm.text", "}"]
        self.handled -= bool(handled)
        self.lists.append(made)

    def reduced(self, depth: int) -> None:
        bound = f"%g{self.number()}"
        items = self.filled()
        made = self.add(f"ensemble.reduce {bound} in {items} by 2 : {TEXTS} do {{")
        joined = self.add(f'llm.join {bound} with "+"')
        self.lines += [f"ensemble.yield {self.body(depth, joined)} : !llm.text", "}"]
        self.texts.append(made)

    def branch(self, depth: int) -> None:
        made = self.add(f"scf.if {self.condition()} -> (!llm.text) {{")
        for end in ("} else {", "}"):
            self.lines += [f"scf.yield {self.body(depth)} : !llm.text", end]
        self.texts.append(made)

    def arms(self, depth: int, line: str, word: str, *handled: bool) -> str:
        made = self.add(f"{line} do {{")
        for end, one in zip((f"}} {word} {{", "}"), handled, strict=True):
            self.handled += one
            self.lines += [f"ensemble.yield {self.body(depth)} : !llm.text", end]
            self.handled -= one
        return made

    def fallback(self, depth: int) -> None:
        self.texts.append(self.arms(depth, "ensemble.fallback : !llm.text", "else", True, False))

    def race(self, depth: int) -> None:
        self.texts.append(self.arms(depth, "ensemble.race : !llm.text", "or", True, True))

    def parallel(self, depth: int) -> None:
        handled = self.pick(["", "on_error drop"])
        line = f"ensemble.parallel {handled} : {TEXTS}"
        self.lists.append(self.arms(depth, line, "and", bool(handled), bool(handled)))

    def accepted(self, depth: int, *bound: str) -> str:
        value = self.body(depth, *bound)
        return f"ensemble.accept {value} if {self.condition()} : !llm.text"

    def cascade(self, depth: int) -> None:
        made = self.add("ensemble.cascade : !llm.text do {")
        self.lines += [self.accepted(depth), "} else {"]
        last = self.data.draw(st.booleans())
        end = f"ensemble.yield {self.body(depth)} : !llm.text" if last else self.accepted(depth)
        self.lines += [end, "}"]
        self.texts.append(made)

    def refined(self, depth: int) -> None:
        bound, must = f"%t{self.number()}", self.pick(["", "must_accept "])
        first = self.text()
        made = self.add(f"ensemble.refine {bound} from {first} at_most 2 {must}: !llm.text do {{")
        self.lines += [self.accepted(depth, bound), "}"]
        self.texts.append(made)

    def rounds(self, depth: int) -> None:
        bound = f"%t{self.number()}"
        zero, one = (self.add(f"arith.constant {number} : i64") for number in (0, 1))
        items, first = self.pick(self.lists), self.text()
        upper = self.add(f"llm.length of {items} : {TEXTS}")
        made = self.add(
            f"scf.for %i{self.number()} = {zero} to {upper} step {one} "
            f"iter_args({bound} = {first}) -> (!llm.text) : i64 {{"
        )
        self.lines += [f"scf.yield {self.body(depth, bound)} : !llm.text", "}"]
        self.texts.append(made)


def module_of(text: str) -> ModuleOp:
    """The module with the least model for each request, which then must verify."""
    module = parse_module(text)
    run_passes(make_context(), module, parse_passes("assign-draws"), verify_each=True)
    labels = infer_labels(module)
    for asking in labels.requests:
        asking.op.properties["model"] = SymbolRefAttr(labels.of_request(asking))
    verify_labels(module)
    return module


class Listener:
    """A provider whose answers and failures follow from the request, and what it was told."""

    def __init__(self) -> None:
        self.told: list[Request] = []

    def simulate(self, request: Request) -> tuple[Reply, float]:
        self.told.append(request)
        digest = blake2b(repr(request).encode(), digest_size=2).digest()
        # What is asked at the end, only to be heard, is always answered.
        if digest[0] % (8 if request.model == "pii" else 32) == 0 and request.max_tokens is None:
            raise ProviderError("the model must answer, but does not")
        words = str(request.prompt).split()
        word = ("yes", "a", "7 1", "2", words[-1] if words else "1")[digest[1] % 5]
        return Reply([word], 1, 1), 1.0

    async def generate(self, request: Request) -> Reply:
        return self.simulate(request)[0]

    def heard(self, label: str) -> list[Request]:
        """What models with no more clearance than `label` were told, in order."""
        below = LABELS[: [*LABELS].index(label) + 1]
        return [request for request in self.told if request.model in below]


def run(
    module: ModuleOp, inputs: Sequence[Value], seed: int
) -> tuple[Listener, list[Value] | None]:
    listener = Listener()
    try:
        return listener, interpret(
            module, inputs, seed=seed, send=lambda request: listener.simulate(request)[0]
        )
    except ProgramError:
        return listener, None


MAILS: tuple[str, ...] = ("ann@mail.org", "bob@mail.com", "a7@mail.net", "y@mail.de")
MAIL = st.sampled_from(MAILS)
SECRET = st.tuples(MAIL, MAIL).map(" writes to ".join)


class Inputs(NamedTuple):
    """Two inputs that differ above a label only."""

    label: str
    one: list[Value]
    other: list[Value]


@st.composite
def inputs(draw: st.DrawFn, *, alike: bool) -> Inputs:
    """Inputs that look `alike` once addresses are masked, or else differ in any way."""
    label = draw(st.sampled_from(["public", "internal"]))
    count = draw(st.integers(0, 3))

    def secrets() -> list[Value]:
        counted = draw(st.lists(SECRET, min_size=count, max_size=count))
        return [draw(SECRET), draw(SECRET), draw(st.lists(SECRET, max_size=3)), counted]

    one = secrets()
    others = dict(zip(MAILS, draw(st.permutations(MAILS)), strict=True))
    other = renamed(one, others) if alike else secrets()
    if label == "internal":
        one[0] = other[0] = "an inner note"
    return Inputs(label, ["public", ["a", "b"], *one], ["public", ["a", "b"], *other])


def renamed(value: Value, others: dict[str, str]) -> Value:
    """`value` with other addresses, the same for the same ones."""
    if isinstance(value, str):
        return " writes to ".join(others[mail] for mail in value.split(" writes to "))
    return [renamed(item, others) for item in value]


def check_told_the_same(module: ModuleOp, given: Inputs, seed: int) -> None:
    """Run `module` on both inputs: what is not above the label must be the same."""
    label, one, other = given
    (first, found), (second, expected) = (run(module, values, seed) for values in (one, other))
    heard, again = first.heard(label), second.heard(label)
    # An error that nobody handles ends a run: what was told before is the same.
    assert heard[: len(again)] == again[: len(heard)]
    assert found is None or len(heard) >= len(again)
    assert expected is None or len(again) >= len(heard)
    if found is None or expected is None:
        return
    labels = infer_labels(module)
    returned = next(op for op in module.walk() if op.name == "func.return").operands
    for value, here, there in zip(returned, found, expected, strict=True):
        if LABELS.index(labels.of(value)) <= [*LABELS].index(label):
            assert here == there


@given(st.data(), st.booleans(), st.integers(0, 3))
def test_who_is_not_cleared_is_told_the_same(data: st.DataObject, alike: bool, seed: int) -> None:
    # Where secrets differ in shape, so does what masks let pass.
    module = module_of(Writer(data, masks=alike).program())
    check_told_the_same(module, data.draw(inputs(alike=alike)), seed)


@given(st.data())
def test_what_verifies_still_does_after_the_passes_of_the_level(data: st.DataObject) -> None:
    module = module_of(Writer(data).program())
    passes = "canonicalize,merge-calls,remove-dead-calls,infer-labels,verify-labels"
    run_passes(make_context(), module, parse_passes(passes), verify_each=True)
    text = print_module(module)
    assert print_module(parse_module(text)) == text


@given(st.data(), inputs(alike=True), st.integers(0, 3))
def test_masked_prompts_may_be_sent_to_anybody(
    data: st.DataObject, inputs: Inputs, seed: int
) -> None:
    module = parse_module(Writer(data, schedulable=True).program().replace("@pii(", "@public("))
    masking = "assign-draws,redact-prompts{policies=email},verify-labels"
    try:
        run_passes(make_context(), module, parse_passes(masking), verify_each=True)
    except LabelError as error:
        refused = error.message
    else:
        return check_told_the_same(module, inputs, seed)
    # Masks do not hide how many requests are sent.
    assert "that it is sent at all is sensitive: argument %secrets" in refused


@given(st.data(), inputs(alike=False), st.integers(0, 3))
def test_the_engine_tells_the_same_as_well(data: st.DataObject, inputs: Inputs, seed: int) -> None:
    module = module_of(Writer(data, schedulable=True).program())
    told: list[Counter[Request]] = []
    for values in (inputs.one, inputs.other):
        assume(run(module, values, seed)[1] is not None)
        listener = Listener()
        with Session(provider=listener, seed=seed, clock="virtual") as session:
            run_module(compile_to(module, "exec"), dict(zip(NAMES, values, strict=True)), session)
        told.append(Counter(listener.heard(inputs.label)))
    assert told[0] == told[1]
