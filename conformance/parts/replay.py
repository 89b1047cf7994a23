"""Recorded sessions against the simulator: status, long operations, keys of bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from conformance.corpus import Corpus
from conformance.replay.asked import About, ask, pinned
from conformance.replay.comparing import Aspect, Comparison, compare
from conformance.replay.evidence import Evidence, sort_of
from conformance.replay.exchanges import Session
from conformance.replay.judging import Judge
from conformance.replay.key_rules import KeyRule
from conformance.replay.play import Player
from conformance.replay.rules import Rule
from conformance.replay.sessions import sessions
from conformance.score import Cause, Miss, Score

GOALS = {Aspect.STATUS: 0.95, Aspect.OPERATIONS: 0.95, Aspect.KEYS: 0.85}


def scores(corpus: Corpus) -> Iterable[Score]:
    """One score for each aspect."""
    everything = tuple(sessions(corpus))
    return score([one for one in everything if touches(one)], Evidence(everything, corpus.specifications))


def touches(session: Session) -> bool:
    """Whether a session asks for anything that the simulator has."""
    abouts = {ask(one).about for one in session.exchanges}
    return bool(abouts - {About.FOREIGN, About.POLL})


def score(chosen: Sequence[Session], evidence: Evidence) -> list[Score]:
    """Play each session and compare."""
    right = dict.fromkeys(Aspect, 0)
    misses: dict[Aspect, list[Miss]] = {aspect: [] for aspect in Aspect}
    seeded, failed = 0, 0
    exact = Counter[bool]()
    for session in chosen:
        player = Player(session)
        played = player.play()
        seeded += sum(one.seeded for one in played)
        failed += len(player.seeds.failed)
        judge = Judge(evidence)
        for one in compare(played):
            if one.aspect is Aspect.KEYS and is_pinned(one):
                exact[one.right] += 1
            if one.right:
                right[one.aspect] += 1
            else:
                misses[one.aspect].append(_miss(one, judge.judge(one)))
    said = {
        Aspect.STATUS: (
            f"{len(chosen)} sessions",
            f"{seeded} exchanges found what was put there for them; their status counts for nothing",
            f"{failed} things could not be put there",
        ),
        Aspect.OPERATIONS: ("the corpus holds no Retry-After, so that one is not compared",),
        Aspect.KEYS: (
            f"{exact.total()} bodies are at the pinned api-version, {exact[True]} of them equal",
            f"{seeded} bodies are of what was put there as the same answer shows it",
        ),
    }
    return [Score(one.value, GOALS[one], right[one], tuple(misses[one]), said[one]) for one in Aspect]


def is_pinned(one: Comparison) -> bool:
    """Whether an exchange was recorded at the api-version that we speak."""
    type_, _ = sort_of(one.played.asked, one.played.exchange.answer)
    return one.played.exchange.api_version == pinned(type_)


def _miss(one: Comparison, rule: Rule | KeyRule | None) -> Miss:
    exchange = one.played.exchange
    asked = f"{exchange.method} {one.played.asked.path.type} at {exchange.api_version}"
    detail = f"{asked}: {one.then}; ours: {one.now}"
    where = one.played.session.where(exchange)
    return Miss(where, rule.cause if rule else Cause.OURS, detail, rule.reason if rule else "")
