"""The program git: run without a shell, without prompts, hooks and submodules, over few transports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.files import Refused

_TIMEOUT = 300
"""Seconds that one command may take."""

_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    "transfer.fsckObjects=true",
    "gc.auto=0",
    "maintenance.auto=false",
)
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_ALLOW_PROTOCOL": "https:ssh:file",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_SSH = "ssh -o BatchMode=yes"
"""How ssh is run where nobody says otherwise: it asks nobody."""
_KEPT = ("GIT_CONFIG", "GIT_SSL", "GIT_SSH_COMMAND")
"""How whoever runs it reaches their repositories; all else of git's environment is about another one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit: ``mode`` as git has it (``100644``, ``120000``, ``160000``)."""

    mode: str
    object: str
    path: str


class Git:
    """One bare repository in the cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fetch(self, url: str, ref: str) -> str:
        """Fetch what a branch, tag or commit of ``url`` names; answers the commit. Raises Refused."""
        if not (self.folder / "HEAD").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._run("init", "--quiet", "--bare", "--template=", ".")
        self._run(
            "fetch", "--quiet", "--no-tags", "--depth=1", "--no-recurse-submodules", "--", url, ref or "HEAD"
        )
        return self._run("rev-parse", "--verify", "--end-of-options", "FETCH_HEAD^{commit}").decode().strip()

    def has(self, commit: str) -> bool:
        """Whether the commit was fetched before."""
        if not (self.folder / "HEAD").exists():
            return False
        try:
            self._run("cat-file", "-e", f"{commit}^{{commit}}")
        except Refused:
            return False
        return True

    def entries(self, commit: str) -> Iterator[Entry]:
        """Every file of a commit. Raises Refused."""
        for line in self._run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            if line:
                about, _, path = line.partition(b"\t")
                mode, _, object_ = about.decode().split(" ")
                yield Entry(mode, object_, os.fsdecode(path))

    def contents(self, objects: list[str]) -> Iterator[bytes]:
        """What these objects hold, in their order. Raises Refused."""
        data = self._run("cat-file", "--batch", given="".join(f"{name}\n" for name in objects).encode())
        at = 0
        for _ in objects:
            end = data.index(b"\n", at)
            size = int(data[at:end].split(b" ")[2])
            yield data[end + 1 : end + 1 + size]
            at = end + 1 + size + 1

    def _run(self, *arguments: str, given: bytes = b"") -> bytes:
        import subprocess  # only where something is fetched

        config = [part for setting in _CONFIG for part in ("-c", setting)]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_KEPT)}
        try:
            done = subprocess.run(  # noqa: S603  # no shell, and every argument is one of ours or was checked
                ["git", *config, *arguments],  # noqa: S607  # the user's own git, wherever it is
                cwd=self.folder,
                env={"GIT_SSH_COMMAND": _SSH, **kept, **_ENVIRONMENT},
                input=given,
                capture_output=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except FileNotFoundError:
            raise Refused(
                codes.MODULE_FETCH, "there is no program git", "Install it, or use folders."
            ) from None
        except subprocess.TimeoutExpired:
            raise Refused(codes.MODULE_FETCH, f"git did not end within {_TIMEOUT} s", "Try again.") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}"
            raise Refused(codes.MODULE_FETCH, "git cannot fetch it", f"git said: {said}")
        return done.stdout
