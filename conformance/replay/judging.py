"""Judges the comparisons of a session: ours, or explained by a rule."""

from __future__ import annotations

from conformance.replay.comparing import Aspect, Comparison
from conformance.replay.evidence import Evidence
from conformance.replay.key_rules import KeyRule, explain, explain_state
from conformance.replay.rules import RULES, Rule


class Judge:
    """Judges the comparisons of one session in their order.

    What follows from an explained miss has its cause: a resource that could not be made is not there to be
    read or polled later, nor what would lie in it.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._explained: dict[str, Rule] = {}

    def judge(self, one: Comparison) -> Rule | KeyRule | None:
        """The rule that explains a comparison which failed; None: it is ours."""
        found = next((rule for rule in RULES.values() if rule.holds(one)), None)
        played = one.played
        if found is not None:
            if one.aspect is Aspect.STATUS and played.asked.target and played.exchange.method != "GET":
                self._explained[played.asked.target] = found
            return found
        by_key = {Aspect.KEYS: explain, Aspect.OPERATIONS: explain_state}.get(one.aspect)
        return self._inherited(one) or (by_key(one, self._evidence) if by_key is not None else None)

    def _inherited(self, one: Comparison) -> Rule | None:
        response, path = one.played.response, one.played.asked.path.text.lower()
        if response is not None and response.status < 400 and not one.played.assumed:
            return None
        return next((rule for id, rule in self._explained.items() if f"{path}/".startswith(f"{id}/")), None)
