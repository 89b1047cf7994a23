"""``python -m conformance CORPUS [PART …] [--json FILE] [--all]``: scores, misses by cause, and the floors.

Exits 1 when a score is below its floor, 2 when the folder is not what it should be.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from conformance.corpus import Corpus, CorpusError
from conformance.floors import could_rise, fallen, read_floors
from conformance.parts import PARTS
from conformance.report import as_json, misses, table
from conformance.score import Score

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that are asked for, or all."""
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything, each miss included")
    parser.add_argument("--all", action="store_true", help="print each miss, not the first ten of a score")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.parts if name not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]}; there are {', '.join(PARTS)}")
    try:
        corpus = Corpus(asked.corpus)
        scores: list[Score] = [one for name in asked.parts or PARTS for one in PARTS[name](corpus)]
    except CorpusError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    for score in scores:
        print(misses(score, most=None if asked.all else 10), end="\n\n")
    print(table(scores))
    if asked.json is not None:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(as_json(scores), indent=1), encoding="utf-8")
    floors = read_floors(PROJECT)
    for line in could_rise(scores, floors):
        print(f"A floor can rise: {line}")
    wrong_ones = fallen(scores, floors)
    for line in wrong_ones:
        print(f"Below its floor: {line}", file=sys.stderr)
    return 1 if wrong_ones else 0


if __name__ == "__main__":
    sys.exit(main())
