"""The parts, by the name that the command line takes."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.parts import bodies, files, fuzz, golden, replay, specification, tables
from conformance.score import Part

PARTS: Mapping[str, Part] = {
    "replay": replay.scores,
    "specification": specification.scores,
    "tables": tables.scores,
    "files": files.scores,
    "golden": golden.scores,
    "bodies": bodies.scores,
    "fuzz": fuzz.scores,
}
