"""Written programs of the level `exec` that have all of its instructions, and their inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ember_mlir.runtime.arguments import Argument
from ember_mlir.runtime.functions import Function

TEXT = "!llm.text"
LIST = "!llm.list<!llm.text>"

RESENT = "retries 10 at_most 8 backoff 0.5 to 30 seconds timeout 100 seconds"
LANES = f"""
exec.lane @small model "small" from "p" concurrency 5 usd_per_million 1.5 in 2.5 out {RESENT}
exec.lane @large model "large" from "p" concurrency 2 usd_per_million 15 in 25 out {RESENT}
exec.lane @limited model "limited" from "p" concurrency 9 usd_per_million 1 in 1 out
    requests_per_minute 171 tokens_per_minute 9001 {RESENT}
exec.lane @once model "once" from "p" concurrency 4 usd_per_million 1 in 1 out
    timeout 100 seconds bills_cancelled
"""


FRAMES = f"""
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @small(%t) max_tokens 20 sampled site <90> label "public" at "a.py":90:1
  exec.return %x : !llm.text
}}
exec.frame @ask_large(%t: !llm.text) -> !llm.text {{
  %u = exec.format "Really: {{0}}"(%t)
  %x = exec.request @large(%u) max_tokens 20 sampled site <91> label "public" at "a.py":91:1
  exec.return %x : !llm.text
}}
exec.frame @ask_once(%t: !llm.text) -> !llm.text {{
  %x = exec.request @once(%t) max_tokens 20 sampled site <92> label "public" at "a.py":92:1
  exec.return %x : !llm.text
}}
exec.frame @each(%t: !llm.text) -> !llm.text {{
  %x = exec.request @small(%t) max_tokens 20 sampled site <80[*]> label "public" at "a.py":80:1
  exec.return %x : !llm.text
}}
exec.frame @each_once(%t: !llm.text) -> !llm.text {{
  %x = exec.request @once(%t) max_tokens 20 sampled site <81[*]> label "public" at "a.py":81:1
  exec.return %x : !llm.text
}}
exec.frame @each_limited(%t: !llm.text) -> !llm.text {{
  %x = exec.request @limited(%t) max_tokens 20 sampled site <82[*]> label "public" at "a.py":82:1
  exec.return %x : !llm.text
}}
exec.frame @joined(%g: {LIST}) -> !llm.text {{
  %j = exec.join %g with " + "
  %x = exec.request @large(%j) temperature 0 max_tokens 20 site <70[*]> label "public"
      at "a.py":70:1
  exec.return %x : !llm.text
}}
exec.frame @row(%x: !llm.text, %xs: {LIST}) -> !llm.text {{
  %ys = exec.fanout @cell over %xs : {LIST} with %x : !llm.text -> {LIST}
  %v = exec.vote %ys : {LIST}
  exec.return %v : !llm.text
}}
exec.frame @cell(%y: !llm.text, %x: !llm.text) -> !llm.text {{
  %p = exec.format "{{0}} {{1}}"(%x, %y)
  %a = exec.request @small(%p) max_tokens 9 sampled site <1[*, *]> label "public" at "a.py":1:1
  exec.return %a : !llm.text
}}
exec.frame @improve(%t: !llm.text, %i: i64, %first: !llm.text) -> (i1, !llm.text, i64) {{
  %one = exec.constant 1 : i64
  %most = exec.constant 4 : i64
  %j = exec.compute "arith.addi"(%i, %one) : (i64, i64) -> i64
  %go = exec.compute "arith.cmpi"(%j, %most) where {{predicate = 2 : i64}} : (i64, i64) -> i1
  %p = exec.format "{{0}} {{1}}"(%first, %t)
  %x = exec.request @small(%p) max_tokens 20 sampled site <2[*]> label "public" at "a.py":2:1
  exec.return %go, %x, %j : i1, !llm.text, i64
}}
exec.frame @round(%i: i64, %all: {LIST}, %t: !llm.text) -> (i1, i64, {LIST}) {{
  %one = exec.constant 1 : i64
  %most = exec.constant 30 : i64
  %j = exec.compute "arith.addi"(%i, %one) : (i64, i64) -> i64
  %go = exec.compute "arith.cmpi"(%j, %most) where {{predicate = 2 : i64}} : (i64, i64) -> i1
  %x = exec.request @small(%t) max_tokens 20 sampled site <3[*]> label "public" at "a.py":3:1
  %new = exec.list(%x) : {LIST}
  %more = exec.compute "llm.concat"(%all, %new) : ({LIST}, {LIST}) -> {LIST}
  exec.return %go, %j, %more : i1, i64, {LIST}
}}
exec.frame @choose(%t: !llm.text) -> !llm.text {{
  %x = exec.request @small(%t) max_tokens 20 sampled site <4[*]> label "public" at "a.py":4:1
  %one = exec.constant "1"
  %odd = exec.compute "llm.contains"(%x, %one) : (!llm.text, !llm.text) -> i1
  %r = exec.select %odd then @again else @leave with %x : !llm.text -> !llm.text
  exec.return %r : !llm.text
}}
exec.frame @again(%t: !llm.text) -> !llm.text {{
  %x = exec.request @large(%t) max_tokens 20 sampled site <5[*]> label "public" at "a.py":5:1
  exec.return %x : !llm.text
}}
exec.frame @leave(%t: !llm.text) -> !llm.text {{
  exec.return %t : !llm.text
}}
exec.frame @try(%t: !llm.text) -> !llm.text {{
  %r = exec.attempt [@digits, @once_more] at_most 3 redraw with %t : !llm.text -> !llm.text
  exec.return %r : !llm.text
}}
exec.frame @digits(%t: !llm.text) -> !llm.text {{
  %x = exec.request @small(%t) as regex "[0-9]*[02468]" sampled site <6[*]> label "public"
      at "a.py":6:1
  exec.return %x : !llm.text
}}
exec.frame @once_more(%t: !llm.text) -> !llm.text {{
  %r = exec.attempt [@on_once] at_most 4 backoff 0.3 to 5 seconds with %t : !llm.text -> !llm.text
  exec.return %r : !llm.text
}}
exec.frame @on_once(%t: !llm.text) -> !llm.text {{
  %x = exec.request @once(%t) max_tokens 20 sampled site <7[*]> label "public" at "a.py":7:1
  exec.return %x : !llm.text
}}
exec.frame @hedge(%t: !llm.text) -> !llm.text {{
  %r = exec.first [@arm, @other, @arm] after 0.7 seconds with %t : !llm.text -> !llm.text
  exec.return %r : !llm.text
}}
exec.frame @race(%t: !llm.text) -> !llm.text {{
  %r = exec.first [@arm, @other] with %t : !llm.text -> !llm.text
  exec.return %r : !llm.text
}}
exec.frame @arm(%t: !llm.text) -> !llm.text {{
  %x = exec.request @once(%t) max_tokens 20 sampled site <8[*]> label "public" at "a.py":8:1
  exec.return %x : !llm.text
}}
exec.frame @other(%t: !llm.text) -> !llm.text {{
  %x = exec.request @small(%t) max_tokens 20 sampled site <9[*]> label "public" at "a.py":9:1
  %y = exec.request @large(%x) max_tokens 20 sampled site <10[*]> label "public" at "a.py":10:1
  exec.return %y : !llm.text
}}
exec.frame @all(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @each over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @dropped(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @each_once over %xs : {LIST} on_error drop -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @none() -> {LIST} {{
  %n = exec.list() : {LIST}
  exec.return %n : {LIST}
}}
exec.frame @spent(%xs: {LIST}) -> {LIST} {{
  %h, %r = exec.spawn @dropped budget 0.0001 usd with %xs : {LIST} -> {LIST}
  exec.return %r : {LIST}
}}
exec.frame @draw(%t: !llm.text) -> !llm.text {{
  %x = exec.request @small(%t) max_tokens 20 sampled site <11[*]> label "public" at "a.py":11:1
  exec.return %x : !llm.text
}}
exec.frame @draw_once(%t: !llm.text) -> !llm.text {{
  %x = exec.request @once(%t) max_tokens 20 sampled site <12[*]> label "public" at "a.py":12:1
  exec.return %x : !llm.text
}}
exec.frame @late(%t: !llm.text) -> (!llm.text, !llm.text) {{
  %x = exec.request @small(%t) max_tokens 20 sampled site <13> label "public" at "a.py":13:1
  %y = exec.request @large(%x) max_tokens 20 sampled site <14> label "public" at "a.py":14:1
  exec.return %x, %y : !llm.text, !llm.text
}}
exec.frame @applied(%t: !llm.text) -> !llm.text {{
  %u = exec.apply pure @upper(%t) at "a.py":15:1 : (!llm.text) -> !llm.text
  %x = exec.request @small(%u) max_tokens 20 sampled site <15[*]> label "public" at "a.py":15:9
  %y = exec.apply idempotent @upper(%x) at "a.py":16:1 : (!llm.text) -> !llm.text
  exec.return %y : !llm.text
}}
"""

QUESTION: Sequence[Argument] = ("What is 17 * 23?",)
TEXTS: Sequence[Argument] = ([f"What is {number} + 5?" for number in range(9)],)

_NAMED = re.compile(r"@(\w+)")
_FRAMES = {found[1]: found[0] for found in re.finditer(r"exec\.frame @(\w+).*?\n}\n", FRAMES, re.S)}


@dataclass(frozen=True, eq=False)
class Written:
    """A program of one entry: its text, and what it is run with."""

    name: str
    text: str
    inputs: Sequence[Argument]


def entry(name: str, takes: str, body: str, gives: str, inputs: Sequence[Argument]) -> Written:
    """A program whose entry returns `%r`, with the frames that it needs."""
    main = f"exec.frame @main({takes}) -> {gives} {{\n{body}\nexec.return %r : {gives}\n}}\n"
    needed: dict[str, str] = {}
    pending = _NAMED.findall(main)
    while pending:
        frame = pending.pop()
        if frame in _FRAMES and frame not in needed:
            needed[frame] = _FRAMES[frame]
            pending += _NAMED.findall(_FRAMES[frame])
    return Written(name, LANES + main + "".join(needed.values()), inputs)


def of_text(name: str, body: str, gives: str = TEXT) -> Written:
    """A program of one text `%t`."""
    return entry(name, f"%t: {TEXT}", body, gives, QUESTION)


def of_list(name: str, body: str, gives: str = LIST) -> Written:
    """A program of a list of texts `%xs`."""
    return entry(name, f"%xs: {LIST}", body, gives, TEXTS)


def map_of(name: str, frame: str, options: str = "") -> Written:
    """A map over a list."""
    return of_list(name, f"%r = exec.fanout @{frame} over %xs : {LIST} {options} -> {LIST}")


def spawn_of(name: str, frame: str, limits: str) -> Written:
    """A scope with limits."""
    return of_list(name, f"%h, %r = exec.spawn @{frame} {limits} with %xs : {LIST} -> {LIST}")


def vote_of(name: str, rule: str, on_error: str = "", frame: str = "draw") -> Written:
    """A vote over seven draws."""
    return of_text(
        name,
        f"%ys = exec.fanout @{frame} times 7 with %t : {TEXT} {on_error} -> {LIST}\n"
        f"%r = exec.quorum %ys {rule} : {LIST}",
    )


def _upper(text: str) -> str:
    return text.upper()


FUNCTIONS: Mapping[str, Function] = {"upper": _upper}
"""The Python functions that they apply."""

WRITTEN: Sequence[Written] = (
    map_of("map", "each"),
    map_of("map in order", "each", "in_order"),
    map_of("map of those that are left", "each_once", "on_error drop"),
    map_of("nested maps", "row", f"with %xs : {LIST}"),
    map_of("limits per minute", "each_limited"),
    map_of("branches", "choose"),
    map_of("attempts", "try"),
    map_of("hedges", "hedge"),
    map_of("races", "race"),
    map_of("functions", "applied"),
    of_list(
        "maps in a row, and a reduction",
        f"%ys = exec.fanout @each over %xs : {LIST} -> {LIST}\n"
        f"%zs = exec.fanout @each_limited over %ys : {LIST} -> {LIST}\n"
        f"%r = exec.reduce @joined over %zs by 3 : {LIST}",
        TEXT,
    ),
    of_text(
        "loop",
        "%zero = exec.constant 0 : i64\n"
        f"%more, %r, %k = exec.loop @improve from %t, %zero : {TEXT}, i64"
        f" at_most 9 with %t : {TEXT}",
    ),
    of_text(
        "rounds at once",
        "%zero = exec.constant 0 : i64\n"
        f"%none = exec.list() : {LIST}\n"
        f"%more, %k, %r = exec.loop @round from %zero, %none : i64, {LIST} with %t : {TEXT}",
        LIST,
    ),
    of_text(
        "parallel frames",
        f"%r = exec.parallel [@ask, @ask_large, @ask_once] with %t : {TEXT}"
        f" on_error use %t -> {LIST}",
        LIST,
    ),
    spawn_of("budget", "spent", "budget 0.001 usd"),
    spawn_of("deadline that is met", "all", "deadline 900 seconds"),
    spawn_of("deadline that passes", "all", "deadline 0.7 seconds"),
    of_text(
        "cancelled",
        f"%h, %x, %y = exec.spawn @late with %t : {TEXT} -> {TEXT}, {TEXT}\n"
        f"%soon = exec.done(%x : {TEXT})\n"
        "%later = exec.after 0.01 seconds from %soon\n"
        "%over = exec.cancel %h after %later\n"
        '%r = exec.request @small(%t) max_tokens 20 sampled site <17> label "public"',
    ),
    vote_of("vote, lossless", "stop lossless"),
    vote_of("vote, adaptive", "stop adaptive confidence 0.9"),
    vote_of("vote of those that are left", "stop lossless", "on_error drop", "draw_once"),
)
"""The programs; what fails on the lane `@once` is not sent again there."""
