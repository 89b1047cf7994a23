"""A cache of git modules: by repository its objects, by commit its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.files import Refused
from mlinfra.config.gitsource import GitSource
from mlinfra.config.lock import Pin
from mlinfra.fetching.git import Git
from mlinfra.fetching.tree import digest, write_tree


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where modules are kept: ``MLINFRA_CACHE``, else a folder in the user's cache."""
    if chosen := environment.get("MLINFRA_CACHE"):
        return Path(chosen)
    base = environment.get("XDG_CACHE_HOME") or environment.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "mlinfra"


class GitCheckouts:
    """`mlinfra.config.lock.Checkouts` over the program git."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    def checkout(self, source: GitSource, pin: Pin | None) -> tuple[Path, Pin]:
        """The folder with the files of a commit, and its pin. Raises Refused."""
        name = hashlib.sha256(source.url.encode()).hexdigest()[:24]
        place = self._cache / "modules" / name
        git = Git(place / "objects")
        try:
            commit = pin.commit if pin is not None else git.fetch(source.url, source.ref)
            folder = place / commit
            if not folder.is_dir():
                if not git.has(commit):
                    _fetch_pinned(git, source, commit)
                self._write(git, commit, folder)
            found = Pin(commit, digest(folder))
        except OSError as wrong:
            raise Refused(
                codes.MODULE_FETCH,
                f"the cache of modules cannot be used: {wrong}",
                "MLINFRA_CACHE names another.",
            ) from wrong
        if pin is not None and found != pin:
            raise _changed(source, pin, folder)
        return folder, found

    def _write(self, git: Git, commit: str, folder: Path) -> None:
        """All files or none: another command may look at the same moment."""
        import tempfile  # only where something was fetched

        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as beside:
            made = Path(beside) / "tree"
            write_tree(git, commit, made)
            try:
                made.rename(folder)
            except OSError:
                if not folder.is_dir():
                    raise


def _fetch_pinned(git: Git, source: GitSource, commit: str) -> None:
    """Fetch one commit; a server that gives none by its name is asked for the ref, which may still be it."""
    try:
        git.fetch(source.url, commit)
    except Refused as wrong:
        if git.fetch(source.url, source.ref) != commit:
            raise Refused(
                codes.MODULE_FETCH,
                f"the pinned commit {commit[:12]} of {source.url} cannot be fetched",
                f"{wrong.detail}\nThe ref names another commit now. `mlinfra modules upgrade` pins that.",
            ) from wrong


def _changed(source: GitSource, pin: Pin, folder: Path) -> Refused:
    return Refused(
        codes.MODULE_PIN,
        f"{source.url} at {pin.commit[:12]} is not what was pinned",
        f"mlinfra.lock.yaml has {pin.hash}, and what is there hashes to something else. Find out who changed "
        f"which. Without the folder {folder} it is fetched again; `mlinfra modules upgrade` pins what the "
        "ref names now.",
    )
