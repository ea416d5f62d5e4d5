"""The passes of one house: found by `ember-opt` and by `ember.compile` once installed."""

from xdsl.passes import ModulePass
from xdsl.universe import Universe


def _cap_answers() -> type[ModulePass]:
    from house_rules.cap_answers import CapAnswersPass

    return CapAnswersPass


HOUSE_RULES = Universe(all_passes={"cap-answers": _cap_answers})
