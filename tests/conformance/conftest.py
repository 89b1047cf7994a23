from __future__ import annotations

import os

import pytest


@pytest.fixture
def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies takes no disk along: what it has written is there, synced or not."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
