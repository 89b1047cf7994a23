"""``python -m benchmarks [--peer SCRIPT] [--json FILE] [--quick]``: the table, and the same as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.cases import QUICK, Sizes, cases, growths
from benchmarks.measure import RunError
from benchmarks.report import document, table
from benchmarks.run import run
from benchmarks.spans import spans


def main(arguments: list[str] | None = None) -> int:
    """Measure everything that is asked for. Exits 1 when a command that is measured fails."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", type=Path, metavar="SCRIPT", help="the script that runs Terraform")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write everything")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="counted rounds (3)")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name holds this")
    parser.add_argument("--quick", action="store_true", help="one round of tiny stacks: does it work at all?")
    asked = parser.parse_args(arguments)
    sizes, rounds = (QUICK, 1) if asked.quick else (Sizes(), asked.rounds)
    wanted = [case for case in cases(sizes) if asked.only in case.name]
    with tempfile.TemporaryDirectory(prefix="mlinfra-bench-") as home:
        try:
            results = run(
                wanted, Path(home), rounds=rounds, script=asked.peer, say=_say, warm=not asked.quick
            )
            told = spans([span for span in sizes.spans if asked.only in span.name], _say)
            # Imported when all peaks are measured: a child's cannot be seen below this process's own.
            from benchmarks.stores import QUICK_STORES, StoreSizes, in_stores, stores_table

            kept = QUICK_STORES if asked.quick else StoreSizes()
            wants_stores = asked.only in "state in stores"
            stores = in_stores(Path(home), rounds=rounds, sizes=kept, say=_say) if wants_stores else []
        except RunError as wrong:
            _say(str(wrong))
            return 1
    found = document(results, growths(sizes), told, today=date.today()) | {"stores": stores}
    if asked.json is not None:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(table(found))
    if stores:
        print(f"\n{stores_table(stores, kept)}")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
