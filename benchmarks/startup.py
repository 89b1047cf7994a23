"""What a command costs before it does anything: ``make bench``.

Medians of fresh processes, with what is promised for each beside it. Run on a quiet machine.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 9

PROMISED = {
    ("--help",): 0.15,
    ("version",): 0.15,
    ("-C", "examples/quickstart", "validate"): 1.0,
}
"""Arguments, and the seconds that a person does not notice."""


def seconds(arguments: tuple[str, ...]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "mlinfra", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print one line for each."""
    for arguments, promised in PROMISED.items():
        seconds(arguments)  # the first one fills the caches
        median = statistics.median(seconds(arguments) for _ in range(RUNS))
        verdict = "fine" if median <= promised else "too slow"
        name, limit = " ".join(arguments), promised * 1000
        print(f"mlinfra {name:40} {median * 1000:6.0f} ms   promised {limit:.0f}   {verdict}")


if __name__ == "__main__":
    main()
