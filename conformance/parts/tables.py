"""Part "tables": rows of what services answered and refused, looked up among what the simulator says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import TypeAlias

from conformance.corpus import Corpus
from conformance.parts.specification import simulated
from conformance.score import Cause, Miss, Score
from conformance.seeds import pinned
from conformance.specification.documents import Documents
from conformance.specification.operations import read_operations
from conformance.specification.supported import item_types, path_of
from conformance.tables.aside import Standing, excuse, items_of
from conformance.tables.lives import live
from conformance.tables.rows import Recorded, Refusal, Row, read_refusal, read_row
from conformance.tables.scripts import SCENES, play
from conformance.tables.witness import Witness
from mlinfra.providers.azure.versions import API_VERSIONS
from mlinfra.simulator.services import SERVICES

Line: TypeAlias = Row | Refusal


def scores(corpus: Corpus) -> list[Score]:
    """The answers' table and the errors' table."""
    rows = {read_row(line) for line in corpus.answers}
    refusals = {read_refusal(line) for line in corpus.errors}
    recorded = Recorded(corpus.traffic())
    standing = _standing(corpus, rows, refusals)
    witnesses = [*_lives(recorded), *map(play, SCENES)]
    answered = set(chain.from_iterable(one.rows for one in witnesses))
    refused = set(chain.from_iterable(one.refusals for one in witnesses))
    return [
        _score("answers table", rows, answered, standing, recorded),
        _score("errors table", refusals, refused, standing, recorded),
    ]


def _standing(corpus: Corpus, rows: Iterable[Row], refusals: Iterable[Refusal]) -> Standing:
    operations = read_operations(Documents(corpus.specifications), API_VERSIONS)
    types = simulated()
    abouts = [*(one.about for one in rows), *(one.about for one in refusals)]
    return Standing(
        kinds=types.kinds,
        routed=types.routed,
        polled=types.polled,
        operations=frozenset(path_of(one).type for one in operations),
        items=item_types(operations) | items_of(abouts),
    )


def _lives(recorded: Recorded) -> list[Witness]:
    """A life of each kind in each version that recordings have of it, and in the one that we speak."""
    found = []
    for kind in (kind for service in SERVICES for kind in service.kinds):
        wanted = recorded.of_type[kind.key] | {pinned(kind.type)}
        found += [live(kind, version) for version in kind.api_versions if version in wanted]
    return found


def _score(
    name: str,
    wanted: Iterable[Line],
    found: Collection[Line],
    standing: Standing,
    recorded: Recorded,
) -> Score:
    right, misses = 0, []
    for one in sorted(wanted, key=str):
        reason = standing.aside(one.about)
        if reason:
            misses.append(Miss(str(one), Cause.UNSUPPORTED, "", reason))
        elif one in found:
            right += 1
        else:
            versions = recorded.versions(one) if isinstance(one, Row) else None
            excused = excuse(one.about, versions, pinned(one.about.type), standing)
            cause, why = excused if excused is not None else (Cause.OURS, "")
            misses.append(Miss(str(one), cause, "" if why else "the simulator never said it", why))
    return Score(name, 0.95, right, tuple(misses), ("lines that say the same count once",))
