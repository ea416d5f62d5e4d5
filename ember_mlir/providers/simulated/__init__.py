"""The simulated provider: it answers offline, at once or after a lifelike wait.

It is no language model. It does arithmetic, counts, summarizes, classifies, extracts,
judges and quotes, embeds and scores by words, calls tools, and writes what fits a grammar.
It errs as often as its profile says, so that programs can be written, tested and measured
without a key, a network or a cost.
"""

from __future__ import annotations

from ember_mlir.providers.simulated.fault_kinds import TRANSIENT, Fault, FaultKind
from ember_mlir.providers.simulated.fault_mix import FaultMix
from ember_mlir.providers.simulated.faults import Faulty
from ember_mlir.providers.simulated.profiles import PROFILES, Profile
from ember_mlir.providers.simulated.provider import Simulated
from ember_mlir.providers.simulated.scripts import Outage, Script, Scripted
from ember_mlir.providers.simulated.tokens import count_tokens

__all__ = [
    "PROFILES",
    "TRANSIENT",
    "Fault",
    "FaultKind",
    "FaultMix",
    "Faulty",
    "Outage",
    "Profile",
    "Script",
    "Scripted",
    "Simulated",
    "count_tokens",
]
