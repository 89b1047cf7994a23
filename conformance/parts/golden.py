"""The recorded tests of `az ml`: for the file and flags of a command we send the body that was recorded, or,
where the two are no longer the same, the one that azure-ai-ml makes today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from conformance.azml import standins
from conformance.azml.aged import since_recorded
from conformance.azml.command import nested
from conformance.azml.explained import judge, refusal
from conformance.azml.ours import Bench
from conformance.azml.recorded import Recorded, recordings
from conformance.azml.sdk import Rejected, sdk_body
from conformance.corpus import Corpus
from conformance.parts.files import beside
from conformance.score import Cause, Miss, Score
from mlinfra.engine.context import Options
from mlinfra.model.diagnostic import MlinfraError

_INNER = "made within a deployment, and deployments are not managed yet"
_CONTAINER = "az ml archives all versions of a name at once; a stack archives those that it made"
_ANSWERED = "an update or a restoration sends back what the service had answered, which no file tells"


def scores(corpus: Corpus) -> Iterable[Score]:
    """``recorded bodies``."""
    found: list[Miss | Right] = []
    with TemporaryDirectory() as made:
        bench = Bench(Path(made))
        for test in corpus.golden:
            texts = {each["path"]: each["text"] for each in test["yaml"]}
            for recorded in recordings(test):
                folder = bench.root / "golden" / str(len(found)) / "test_configs"
                found.append(judged(bench, folder, recorded, texts))
    right = [one for one in found if isinstance(one, Right)]
    misses = tuple(one for one in found if isinstance(one, Miss))
    why = Counter(one.why for one in right if one.why)
    said = [f"{len(right) - why.total()} as recorded, {why.total()} as azure-ai-ml has it today"]
    said += [f"\n  {count:5} of these: {reason}" for reason, count in why.most_common()]
    yield Score("recorded bodies", 0.95, len(right), misses, tuple(said))


@dataclass(frozen=True, slots=True)
class Right:
    """Our body is the recorded one; or, with a ``why``, the one that azure-ai-ml makes today."""

    why: str = ""


def judged(bench: Bench, folder: Path, recorded: Recorded, texts: Mapping[str, str]) -> Miss | Right:
    """What our body for what was recorded is worth; ``folder`` gets the files of the test."""
    case, kind = recorded.case, recorded.kind
    if recorded.verb == "inner" and recorded.section is None:
        return Miss(case, Cause.UNSUPPORTED, "", _INNER)
    if recorded.verb == "container":
        return Miss(case, Cause.UNSUPPORTED, "", _CONTAINER)
    if recorded.verb in ("update", "restore"):
        return Miss(case, Cause.ARTEFACT, "", _ANSWERED)
    file = _written(folder, recorded, texts)
    try:
        ours = _ours(bench, file, recorded)
    except MlinfraError as wrong:
        cause, reason = refusal(wrong)
        return Miss(case, cause, f"we refuse it: {wrong}", reason)
    rest, reasons = since_recorded(kind, recorded.body, ours)
    if not rest and not reasons:
        return Right()
    reason = "; ".join(dict.fromkeys(row.why for row in reasons))
    if recorded.verb == "archive":
        return Miss(case, Cause.OURS, "; ".join(map(str, rest))) if rest else Right(reason)
    try:
        today = judge(case, kind, sdk_body(kind, file, recorded.keys), ours)
    except Rejected as wrong:
        return Miss(case, Cause.OURS, f"azure-ai-ml refuses it: {wrong}")
    if rest:
        told = f"; azure-ai-ml today: {today.detail if today else 'as we do'}"
        return Miss(case, Cause.OURS, "; ".join(map(str, rest)) + told)
    return today or Right(reason)


def _written(folder: Path, recorded: Recorded, texts: Mapping[str, str]) -> Path:
    """The file that is sent, with what it points to beside it."""
    for path, text in texts.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    file = folder / (recorded.path or "flags.yml")
    body = recorded.section
    if body is None and not recorded.path:
        body = nested(recorded.keys)
    if body is not None:
        file = file.with_name("standin.yml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(dict(body), sort_keys=False), encoding="utf-8")
    conda = recorded.body.get("properties", {}).get("condaFile")
    standins.surround(file, conda=yaml.safe_load(conda) if conda else standins.CONDA)
    return file


def _ours(bench: Bench, file: Path, recorded: Recorded) -> dict[str, Any]:
    keys = {**beside(recorded.kind, file), **nested(recorded.keys)}
    with bench.desk() as desk:
        desk.around(recorded.kind, file, keys)
        if recorded.verb != "archive":
            return desk.sent(recorded.kind, refused=True)
        desk.sent(recorded.kind)
        return desk.sent(recorded.kind, Options(destroy=True))
