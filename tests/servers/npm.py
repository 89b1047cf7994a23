"""Packages of npm that tests run, each set installed once into the user's cache folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


class ServerMissing(Exception):
    """A program is not on this machine, and cannot be put there."""


def installed(name: str, *packages: str) -> Path:
    """The ``node_modules`` of these packages (``azurite@3.35.0``), installed if need be.

    Raises ServerMissing. ``name`` is the folder's, with everything in it that makes another one needed.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "mlinfra" / name
    modules = folder / "node_modules"
    if modules.exists():
        return modules
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise ServerMissing("node and npm are missing: install them, with  apt-get install nodejs npm")
    folder.mkdir(parents=True, exist_ok=True)
    # Made whole under another name, so that one that was interrupted is never taken for it.
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        asked = ["npm", "install", "--prefix", made, "--no-fund", "--no-audit", "--loglevel=error"]
        done = subprocess.run([*asked, *packages], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerMissing(f"npm could not install {', '.join(packages)}:\n{done.stderr[-3000:]}")
        with contextlib.suppress(OSError):  # somebody else was faster
            (Path(made) / "node_modules").rename(modules)
    return modules
