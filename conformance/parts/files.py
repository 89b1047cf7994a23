"""Microsoft's example files: what azure-ai-ml accepts, we accept and send the same; what it refuses for a
reason, we refuse with the place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from conformance.azml import standins
from conformance.azml.explained import judge, refusal
from conformance.azml.ours import Bench
from conformance.azml.sdk import Rejected, sdk_body
from conformance.azml.wrong import WRONG
from conformance.corpus import Corpus
from conformance.score import Cause, Miss, Score
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity

_VERDICT = "azure-ai-ml 1.35.2"

KINDS: Mapping[str, str] = {
    "Workspace": "workspace",
    "AmlCompute": "compute",
    "ComputeInstance": "compute",
    "AzureBlobDatastore": "datastore",
    "AzureFileDatastore": "datastore",
    "AzureDataLakeGen1Datastore": "datastore",
    "AzureDataLakeGen2Datastore": "datastore",
    "OneLakeDatastore": "datastore",
    "Environment": "environment",
    "Data": "data_asset",
}
"""azure-ai-ml's word for a kind of file to ours."""

_NOT_YET = {
    "SynapseSparkCompute": "attached Spark pools",
    "VirtualMachineCompute": "attached virtual machines",
    "KubernetesCompute": "attached Kubernetes clusters",
}
_BY_SCHEMA = {word.casefold(): kind for word, kind in KINDS.items()}


def scores(corpus: Corpus) -> Iterable[Score]:
    """``yaml files`` and ``rejected files``."""
    with TemporaryDirectory() as made:
        root = Path(made)
        for name, content in corpus.examples.items():
            place = root / "archive" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        bench = Bench(root)
        yield _accepted(corpus, bench)
        yield _rejected(corpus, bench)


def _accepted(corpus: Corpus, bench: Bench) -> Score:
    right, misses, made = 0, [], Counter[str]()
    for row in corpus.verdicts:
        name, word = row["file"], row["kind"]
        if row[_VERDICT] == "rejected" or word not in {*KINDS, *_NOT_YET}:
            continue
        if word in _NOT_YET:
            misses.append(Miss(name, Cause.UNSUPPORTED, word, f"{_NOT_YET[word]} are not managed yet"))
            continue
        file = bench.root / "archive" / name
        made.update(standins.surround(file))
        wrong = compared(bench, name, KINDS[word], file)
        misses += [wrong] if wrong else []
        right += wrong is None
    standing = ", ".join(f"{count} × {what}" for what, count in sorted(made.items()))
    return Score(
        "yaml files", 0.98, right, tuple(misses), (f"stand-ins for what the archive lacks: {standing}",)
    )


def compared(bench: Bench, case: str, kind: str, file: Path) -> Miss | None:
    """What is wrong with our body of a file that azure-ai-ml takes."""
    try:
        ours = bench.body(kind, file, beside(kind, file))
    except MlinfraError as wrong:
        cause, reason = refusal(wrong)
        return Miss(case, cause, f"az ml takes it, we refuse it: {wrong}", reason)
    return judge(case, kind, sdk_body(kind, file), ours)


def beside(kind: str, file: Path) -> Mapping[str, Any]:
    """The keys that a user writes beside ``file:`` since az ml would make what they name."""
    written = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    missing = standins.BESIDE_WORKSPACE if kind == "workspace" else {}
    return {name: id for name, id in missing.items() if name not in written}


def _rejected(corpus: Corpus, bench: Bench) -> Score:
    found = list(_told(corpus, bench))
    misses = tuple(miss for miss in found if miss is not None)
    said = f"of the archive and {len(WRONG)} made up for it; files whose kind nobody knows are left out"
    return Score("rejected files", 1.0, len(found) - len(misses), misses, (said,))


def _told(corpus: Corpus, bench: Bench) -> Iterator[Miss | None]:
    for row in corpus.verdicts:
        kind = _BY_SCHEMA.get(row["kind"].casefold())
        if row[_VERDICT] == "rejected" and kind:
            yield refused(bench, row["file"], kind, bench.root / "archive" / row["file"])
    for number, one in enumerate(WRONG):
        file = bench.root / "wrong" / str(number) / "wrong.yml"
        file.parent.mkdir(parents=True)
        file.write_text(one.text, encoding="utf-8")
        yield refused(bench, one.name, one.kind, file, one.place)


def refused(
    bench: Bench, case: str, kind: str, file: Path, place: tuple[int, int] | None = None
) -> Miss | None:
    """None when both refuse a file, and we with a message that has a place: ``place`` (line and column, from
    1) in the file, or else any, for what azure-ai-ml names too."""
    try:
        sdk_body(kind, file)
    except Rejected as rejected:
        reason = str(rejected)
    else:
        return Miss(case, Cause.OURS, "azure-ai-ml takes it: it proves nothing here")
    try:
        bench.check(kind, file, beside(kind, file))
    except MlinfraError as wrong:
        told = [one for one in wrong.diagnostics if one.severity is Severity.ERROR and one.position]
    else:
        return Miss(case, Cause.OURS, f"we take it; az ml: {reason}")
    named = any(one.path and str(one.path[-1]) in reason for one in told)
    if named if place is None else place in [_place(one, file) for one in told]:
        return None
    said = "; ".join(f"{_place(one, file)} {one.summary}" for one in told) or "no message with a place"
    return Miss(case, Cause.OURS, f"expected a message at {place or 'what az ml names'}: {said}; {reason}")


def _place(told: Diagnostic, file: Path) -> tuple[int, int] | None:
    """Line and column of a message that points into the file."""
    at = told.position
    if at is None or Path(at.source.path).name != file.name:
        return None
    return at.line, at.column
