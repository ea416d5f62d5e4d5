"""What every kind of request has in common, at every level."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TypedDict

from xdsl.dialects.builtin import I64, ArrayAttr, IntegerAttr, i64
from xdsl.ir import Attribute, Operation
from xdsl.irdl import opt_prop_def
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from ember_mlir.dialects.operations import DialectOperation
from ember_mlir.dialects.values import (
    DecimalAttr,
    DrawAttr,
    DrawList,
    GrammarAttr,
    Utf8Attr,
    ancestors,
    is_greedy,
    repeats,
    repetitions_around,
)
from ember_mlir.errors import InvalidIRError
from ember_mlir.grammars import Grammar
from ember_mlir.semantics import (
    extra_problem,
    max_tokens_problem,
    parse_template,
    temperature_problem,
    top_p_problem,
)

SAMPLING = (
    "(`temperature` custom<Number>($temperature)^)? (`top_p` custom<Number>($top_p)^)? "
    "(`max_tokens` $max_tokens^)? (`stop` custom<Stop>($stop)^)? (`seed` $seed^)? "
    "(`extra` custom<Quoted>($extra)^)?"
)
"""The sampling parameters of every kind of request."""

ANSWER = "(`as` custom<As>($grammar)^)? (`retries` $retries^)?"
"""What an answer must look like, and how often to ask again where it does not."""

PRICES = (
    "(`usd_per_million` custom<Number>($input_usd_per_million)^ `in` "
    "custom<Number>($output_usd_per_million) `out`)?"
)
"""The prices of a model or lane; without them a price is unknown, not zero."""

PARAMETERS = ("temperature", "top_p", "max_tokens", "stop", "seed", "extra")
"""The names of the sampling parameters."""

MAX_RETRIES = 16


class SamplingParameters(TypedDict):
    """The sampling parameters of a request, as `Request` takes them."""

    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stop: tuple[str, ...]
    seed: int | None
    extra: str | None


class SamplingFields(DialectOperation, ABC):
    """An operation that has the sampling parameters of a request; see `SAMPLING`."""

    temperature = opt_prop_def(DecimalAttr)
    top_p = opt_prop_def(DecimalAttr)
    max_tokens = opt_prop_def(IntegerAttr[I64])
    stop = opt_prop_def(ArrayAttr[Utf8Attr])
    seed = opt_prop_def(IntegerAttr[I64])
    extra = opt_prop_def(Utf8Attr)

    def parameters(self) -> SamplingParameters:
        """These parameters as a request holds them."""
        temperature, top_p, max_tokens = self.temperature, self.top_p, self.max_tokens
        return {
            "temperature": None if temperature is None else float(temperature.data),
            "top_p": None if top_p is None else float(top_p.data),
            "max_tokens": None if max_tokens is None else max_tokens.value.data,
            "stop": () if self.stop is None else tuple([text.data for text in self.stop]),
            "seed": None if self.seed is None else self.seed.value.data,
            "extra": None if self.extra is None else self.extra.data,
        }


class AnswerFields(SamplingFields, ABC):
    """An operation that says, too, what the answer must look like; see `ANSWER`."""

    grammar = opt_prop_def(GrammarAttr)
    retries = opt_prop_def(IntegerAttr[I64])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a request is to be answered; None or nothing leaves it to the provider.

    `extra` is the text of a JSON object that only the provider knows how to read. `grammar`
    is what the answer must look like; where it does not, the model is asked again, with
    another draw, at most `retries` times.
    """

    temperature: Decimal | None = None
    top_p: Decimal | None = None
    max_tokens: int | None = None
    stop: Sequence[str] = ()
    seed: int | None = None
    extra: str | None = None
    grammar: Grammar | None = None
    retries: int = 0

    def properties(self) -> dict[str, Attribute | None]:
        """These parameters as the properties of an operation."""
        return {
            "temperature": None if self.temperature is None else DecimalAttr(self.temperature),
            "top_p": None if self.top_p is None else DecimalAttr(self.top_p),
            "max_tokens": None if self.max_tokens is None else integer(self.max_tokens),
            "stop": ArrayAttr([Utf8Attr(text) for text in self.stop]) if self.stop else None,
            "seed": None if self.seed is None else integer(self.seed),
            "extra": None if self.extra is None else Utf8Attr(self.extra),
            "grammar": None if self.grammar is None else GrammarAttr(self.grammar),
            "retries": integer(self.retries) if self.retries else None,
        }


@lru_cache(maxsize=1024)
def integer(value: int) -> IntegerAttr:
    """A count, limit or arity as an attribute."""
    return IntegerAttr(value, i64)


def request_properties(
    *,
    temperature: Decimal | None,
    max_tokens: int | None,
    draw: DrawAttr | None,
) -> dict[str, Attribute | None]:
    """The properties of a plain request beside its model."""
    sampling = Sampling(temperature=temperature, max_tokens=max_tokens)
    return {**sampling.properties(), "draw": draw}


_SAMPLING = frozenset({"temperature", "top_p", "max_tokens", "stop", "extra", "retries"})


def verify_sampling(op: Operation) -> None:
    """Check that the sampling parameters of a request are in range."""
    for problem in _sampling_problems(op):
        if problem is not None:
            raise VerifyException(problem)


def _sampling_problems(op: Operation) -> Sequence[str | None]:
    found = op.properties
    if _SAMPLING.isdisjoint(found):
        return []
    temperature, top_p = found.get("temperature"), found.get("top_p")
    max_tokens, retries = found.get("max_tokens"), found.get("retries")
    extra = found.get("extra")
    return [
        temperature_problem(temperature.data) if isinstance(temperature, DecimalAttr) else None,
        top_p_problem(top_p.data) if isinstance(top_p, DecimalAttr) else None,
        max_tokens_problem(max_tokens.value.data) if isinstance(max_tokens, IntegerAttr) else None,
        _stop_problem(found.get("stop")),
        extra_problem(extra.data) if isinstance(extra, Utf8Attr) else None,
        _retries_problem(op, retries.value.data) if isinstance(retries, IntegerAttr) else None,
    ]


def _stop_problem(stop: Attribute | None) -> str | None:
    if stop is None or not isa(stop, ArrayAttr[Utf8Attr]):
        return None
    if not stop.data:
        return "stop must hold at least 1 text, but got none"
    if all(text.data for text in stop):
        return None
    return "a text that stops an answer must not be empty, but one is"


def _retries_problem(op: Operation, retries: int) -> str | None:
    if not 1 <= retries <= MAX_RETRIES:
        return f"retries must be between 1 and {MAX_RETRIES}, but got {retries}"
    if "grammar" not in op.properties:
        return "retries must go with a grammar ('as'), but there is none"
    if is_greedy(op):
        return "retries must be of a sampled call, but this one is greedy and would answer alike"
    if "seed" in op.properties:
        return "retries must be of a call without a seed, but this one has one and answers alike"
    return None


def verify_draw(op: Operation, own: int = 0) -> None:
    """Check that a draw has one dynamic index per region that repeats.

    `own` counts the repetitions of the request itself, as of `ensemble.sample`. A list of
    draws has one for each member that is counted by the innermost of these indices.
    """
    draw = op.properties.get("draw")
    if not isinstance(draw, DrawAttr):
        return
    expected, got = repetitions_around(op) + own, draw.dynamic_indices
    if isinstance(draw.data, DrawList):
        verify_listed(draw.data, counted_members(op, own))
        expected, got = expected - 1, got - 1
    if got != expected:
        raise VerifyException(
            f"a draw must have one '*' per enclosing region that repeats, here {expected}, "
            f"but got {got}"
        )


def verify_listed(draws: DrawList, members: int | None) -> None:
    """Check that draws are listed for as many members as there are known to be."""
    if members is None:
        raise VerifyException(
            "draws must be listed only where the number of members is known, but here it is not; "
            "write one draw"
        )
    if len(draws.members) != members:
        raise VerifyException(
            f"a list of draws must have one for each member, here {members}, "
            f"but got {len(draws.members)}"
        )


def counted_members(op: Operation, own: int) -> int | None:
    """How many members the innermost dynamic index of a request counts, where it is known."""
    counting = op if own else next((found for found in ancestors(op) if repeats(found)), None)
    found = {} if counting is None else counting.properties
    count = found.get("count", found.get("times"))
    return count.value.data if isinstance(count, IntegerAttr) else None


def verify_template(template: str, operands: int) -> None:
    """Check that a template is well formed and uses each of its operands."""
    try:
        pieces = parse_template(template)
    except InvalidIRError as error:
        raise VerifyException(error.message) from error
    holes = {piece for piece in pieces if isinstance(piece, int)}
    if holes != set(range(operands)):
        raise VerifyException(
            f"a template must use the holes 0 to {operands - 1} of its {operands} operands, "
            f"but got {sorted(holes)}"
            if operands
            else f"a template without operands must have no holes, but got {sorted(holes)}"
        )


def verify_prices(op: Operation, what: str) -> None:
    """Check that a model or lane has both prices or neither, and none below zero."""
    prices = [op.properties.get(f"{way}_usd_per_million") for way in ("input", "output")]
    if prices.count(None) == 1:
        raise VerifyException(f"{what} must have both prices or neither, but got one")
    for price in prices:
        if isinstance(price, DecimalAttr) and price.data < 0:
            raise VerifyException(f"a price must not be negative, but got {price.data:f}")


def verify_limits(op: Operation, *names: str) -> None:
    """Check that the limits which `op` states are at least 1."""
    for name in names:
        limit = op.properties.get(name)
        if isinstance(limit, IntegerAttr) and limit.value.data < 1:
            raise VerifyException(f"{name} must be at least 1, but got {limit.value.data}")
