"""What is uploaded of a path of this machine: its files, and one digest of all of them.

The digest is the upload hash of azure-ai-ml 1.35.2 (S:_utils._asset_utils.get_object_hash), bit for bit:
equal content gets the path in the store that `az ml` gives it, and is not sent twice. Imported by
configuration (which compares digests) and by providers (which upload), and imports neither.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAX_FILES = 100_000
"""Files of one upload: they are read whenever a plan is made."""

MAX_BYTES = 10 * 1024**3
"""Bytes of one upload."""

_SEED = b"Initialize for october 2021 AML CLI version"
_CHUNK = 1024 * 1024
_IGNORE_FILES = (".amlignore", ".gitignore")
"""The first that there is at the top of the folder counts, alone; those further down count for nothing."""

_PRIVATE = ".git"
_REMEDY = "Upload it once with azcopy, and write its azureml://datastores/… path."


class Unfit(Exception):
    """What cannot be uploaded: summary, and what to do."""

    def __init__(self, summary: str, detail: str = "") -> None:
        self.summary, self.detail = summary, detail
        super().__init__(summary)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One file: where it lies, links followed; ``name`` below the folder, with ``/`` between its parts (of a
    single file its own name); its size, and its MD5 where that was asked for."""

    source: Path
    name: str
    size: int
    md5: bytes | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """What is uploaded of ``path``: ``digest`` tells its content, whatever its own name is."""

    path: Path
    digest: str
    files: tuple[LocalFile, ...]
    is_folder: bool

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def survey(path: Path, *, within: Path | None = None, md5: bool = False) -> Survey:
    """Read a file or folder: each file once, in the order in which the digest takes them.

    Links are followed, but none that leads out of ``within``. Raises Unfit for an empty folder, for what is
    neither file nor folder, what cannot be read, and what is too large to be read at every plan.
    """
    root = within.resolve() if within else None
    try:
        real = path.resolve()
        reader = _Reader(real, root, md5)
        if real.is_dir():
            reader.folder(real, "", (real,))
            if not reader.files:
                raise Unfit(
                    f"the folder {path.name} has nothing to upload",
                    "It is empty, or its ignore file leaves nothing of it.",
                )
        else:
            reader.entry(real, real.name, ())
    except (OSError, RuntimeError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or "the path cannot be followed"
        name = Path(getattr(wrong, "filename", None) or path).name
        raise Unfit(f"{name} cannot be read", f"{reason}.") from None
    return Survey(real, reader.digest.hexdigest(), tuple(reader.files), real.is_dir())


@dataclass(slots=True)
class _Reader:
    """Walks a tree and feeds the digest."""

    top: Path
    root: Path | None
    md5: bool
    digest: hashlib._Hash = field(default_factory=lambda: hashlib.sha256(_SEED))
    files: list[LocalFile] = field(default_factory=list)
    size: int = 0
    _ignored: Callable[[str], bool] | None = None

    def folder(self, path: Path, name: str, above: tuple[Path, ...]) -> None:
        """The entries of a folder, the ignored left out; ``above`` are the folders it lies in."""
        if not name:
            self._ignored = _ignore_rules(path)
        # Entries that differ in case alone have no order in the SDK; here they always have the same.
        entries = sorted(path.iterdir(), key=lambda entry: (entry.name.lower(), entry.name))
        for entry in entries:
            if self._ignored and self._ignored(Path(os.path.relpath(entry, self.top)).as_posix()):
                continue
            if entry.name == _PRIVATE:
                raise Unfit(
                    "the folder holds .git, which may hold credentials",
                    "Write .git/ into its .amlignore, or give a folder below it.",
                )
            self.digest.update(entry.name.encode())
            self.entry(entry, f"{name}/{entry.name}" if name else entry.name, above)

    def entry(self, path: Path, name: str, above: tuple[Path, ...]) -> None:
        """A file, or a folder with all that is in it."""
        real = path.resolve() if path.is_symlink() else path
        if real is not path and not real.exists():
            raise Unfit(f"{name} is a link that leads nowhere", "Take it out, or write it into .amlignore.")
        if self.root is not None and not real.is_relative_to(self.root):
            raise Unfit(
                f"{name} leads out of the repository",
                "It is a link to a file elsewhere. Copy the file, or write the link into .amlignore.",
            )
        mode = real.stat().st_mode
        if stat.S_ISDIR(mode):
            if real in above:
                raise Unfit(f"{name} leads back to a folder that it lies in", "Take the link out.")
            self.folder(real, name, (*above, real))
        elif stat.S_ISREG(mode):
            self._file(real, name)
        else:
            raise Unfit(f"{name} is neither a file nor a folder", "Write it into .amlignore.")

    def _file(self, path: Path, name: str) -> None:
        if len(self.files) >= MAX_FILES:
            raise Unfit(f"{self.top.name} has more than {MAX_FILES:,} files", _REMEDY)
        md5 = hashlib.md5(usedforsecurity=False) if self.md5 else None
        size = 0
        for chunk in chunks(path):
            size += len(chunk)
            if self.size + size > MAX_BYTES:
                raise Unfit(f"{self.top.name} is larger than {MAX_BYTES // 1024**3} GiB", _REMEDY)
            self.digest.update(chunk)
            if md5:
                md5.update(chunk)
        self.size += size
        self.files.append(LocalFile(path, name, size, md5.digest() if md5 else None))


def chunks(path: Path) -> Iterator[bytes]:
    """The content of a file, piece by piece. Raises OSError."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _ignore_rules(folder: Path) -> Callable[[str], bool] | None:
    """Whether a path below the folder is left out, by the ignore file at its top; None when there is none.

    As the SDK has it, a path is asked about without a trailing slash: of ``sub/`` the folder's own name
    still counts, and nothing in it.
    """
    place = next((folder / name for name in _IGNORE_FILES if (folder / name).is_file()), None)
    if place is None:
        return None
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        lines = place.read_text(encoding="utf-8-sig").splitlines()
        patterns = [GitIgnoreSpecPattern(line.strip()) for line in lines]
    except UnicodeDecodeError:
        raise Unfit(f"{place.name} is not UTF-8", "Save the file as UTF-8.") from None
    except (ValueError, re.error) as wrong:
        raise Unfit(f"{place.name} has a line that is no pattern", f"{wrong}.") from None
    rules = [pattern for pattern in patterns if pattern.include is not None]

    def ignored(path: str) -> bool:
        matched = False
        for rule in rules:
            if rule.match_file(path) is not None:
                matched = bool(rule.include)
        return matched

    return ignored
