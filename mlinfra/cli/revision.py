"""What changed since a commit, asked of git."""

from __future__ import annotations

import os
import subprocess
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlinfra.model.diagnostic import MlinfraError, error

TIMEOUT = 120
"""Seconds that git may take."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Absolute paths that changed, for fast questions."""

    paths: frozenset[str]
    above: frozenset[str]
    ordered: Sequence[str]

    @classmethod
    def of(cls, paths: frozenset[str]) -> Changes:
        """These paths."""
        above = {os.fspath(parent) for path in paths for parent in Path(path).parents}
        return cls(paths, frozenset(above), sorted(paths))

    def touch(self, named: str) -> bool:
        """Whether this file changed, something in this folder, or a folder around it (git's own modules)."""
        path = named.rstrip("/")
        if path in self.paths or path in self.above:
            return True
        return any(os.fspath(parent) in self.paths for parent in Path(path).parents)

    def begin_with(self, start: str) -> bool:
        """Whether the path of something that changed begins so."""
        at = bisect_left(self.ordered, start)
        return at < len(self.ordered) and self.ordered[at].startswith(start)


def changed_since(root: Path, ref: str) -> Changes:
    """Files of the repository that differ from where its history parted from ``ref``.

    What is not committed yet counts, but for what git ignores; a file that was moved is under both names.
    Raises MlinfraError.
    """
    if not ref or ref.startswith("-"):
        raise MlinfraError(error("MLI-GIT-001", f"`{ref}` names no commit", "Give a branch, tag or commit."))
    known = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if known.returncode:
        raise MlinfraError(
            error(
                "MLI-GIT-002",
                f"there is no commit `{ref}` here",
                f"{_said(known)}A CI fetches one commit alone unless told otherwise: on GitHub, "
                "`fetch-depth: 0` fetches all.",
            )
        )
    differ = _git(
        root, "diff", "--merge-base", "--name-only", "--no-renames", "-z", known.stdout.strip(), "--"
    )
    fresh = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    for done in (differ, fresh):
        if done.returncode:
            raise MlinfraError(
                error(
                    "MLI-GIT-003",
                    f"git cannot tell what changed since `{ref}`",
                    f"{_said(done)}On GitHub, `fetch-depth: 0` fetches the whole history.",
                )
            )
    names = f"{differ.stdout}{fresh.stdout}".split("\0")
    return Changes.of(frozenset(f"{root}/{name}" for name in names if name))


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # A repository's own settings could name a program to run: a monitor of its files is one.
    command = ["git", "-C", os.fspath(root), "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.run(  # noqa: S603  no shell, and what is asked for was looked at
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as wrong:
        raise MlinfraError(
            error("MLI-GIT-004", f"git cannot be run: {wrong}", "Install git, and look at the path.")
        ) from None


def _said(done: subprocess.CompletedProcess[str]) -> str:
    """What git itself says, as a sentence."""
    lines = done.stderr.strip().splitlines()
    return f"It says: {lines[0].rstrip('.')}. " if lines else ""
