"""The guide to pull requests shows what is really printed."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guides" / "pull-requests.md").read_text(encoding="utf-8")
STORY = (ROOT / "tests" / "scenarios" / "pullrequest.txt").read_text(encoding="utf-8")


def test_the_comment_is_the_one_of_the_scenario() -> None:
    _, comment, foot = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert comment.startswith("## Plan for ") and comment in STORY
    assert foot in STORY


def test_the_policy_is_one_that_is_tested() -> None:
    (policy,) = re.findall(r"```rego\n(.*?)```", PAGE, re.DOTALL)
    assert policy == (ROOT / "tests" / "render" / "rego" / "no_deletes.rego").read_text(encoding="utf-8")
