"""The scores for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from conformance.score import Cause, Score


def table(scores: Sequence[Score]) -> str:
    """A line for each score."""
    width = max(len(score.name) for score in scores)
    causes = "".join(f"{cause.value:>24}" for cause in Cause)
    lines = [f"{'':{width}}   score    goal     raw   right{causes}"]
    for score in scores:
        counts = "".join(f"{score.count(cause):>24}" for cause in Cause)
        lines.append(
            f"{score.name:{width}} {score.share:7.2%} {score.goal:7.0%} {score.raw:7.2%} "
            f"{score.right:7}{counts}"
        )
    return "\n".join(lines)


def misses(score: Score, *, most: int | None = None) -> str:
    """Every miss by cause; ``most`` for each cause. Those that are not ours are told by their reasons."""
    lines = [f"{score.name}: {', '.join(score.said) or 'nothing to add'}"]
    ours = [miss for miss in score.misses if miss.cause is Cause.OURS]
    lines += [f"  {miss.cause.value}: {miss.case}\n      {miss.detail}" for miss in ours[:most]]
    if most is not None and len(ours) > most:
        lines.append(f"  … and {len(ours) - most} more; the JSON has all of them")
    reasons = Counter((m.cause, m.reason) for m in score.misses if m.cause is not Cause.OURS)
    for (cause, reason), count in reasons.most_common():
        lines.append(f"  {count:5} {cause.value}: {reason}")
    return "\n".join(lines)


def as_json(scores: Iterable[Score]) -> list[dict[str, Any]]:
    """Everything, each miss included."""
    return [
        {
            "name": score.name,
            "goal": score.goal,
            "share": round(score.share, 6),
            "raw": round(score.raw, 6),
            "right": score.right,
            "causes": {cause.value: score.count(cause) for cause in Cause},
            "said": list(score.said),
            "misses": [
                {"case": m.case, "cause": m.cause.value, "reason": m.reason, "detail": m.detail}
                for m in score.misses
            ],
        }
        for score in scores
    ]
