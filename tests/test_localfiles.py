"""The digests of the SDK (vectors made with azure-ai-ml 1.35.2), and what is refused."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mlinfra import localfiles
from mlinfra.localfiles import Unfit, survey


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "B.txt").write_text("b\n")
    (folder / "sub" / "c.txt").write_text("")
    return folder


def names(path: Path) -> list[str]:
    return [file.name for file in survey(path).files]


def test_a_file_counts_by_its_content_alone(tree: Path) -> None:
    wanted = "838367b3d44f560a70ae3f099b1b188ec2b5842a03f4c08706976564cb410fe6"
    assert survey(tree / "a.txt").digest == wanted
    other = tree / "other name"
    other.write_text("a")
    assert survey(other).digest == wanted
    assert names(other) == ["other name"]


def test_a_folder_counts_by_names_and_contents_in_the_order_of_the_sdk(tree: Path) -> None:
    wanted = "92c6827c631577381c261399d038c95fa2c7aa24033ad3e0b4c0cd920548a92d"
    found = survey(tree)
    assert found.digest == wanted
    assert found.is_folder and found.size == 3
    assert names(tree) == ["a.txt", "B.txt", "sub/c.txt"]
    moved = tree.rename(tree.parent / "moved")
    assert survey(moved).digest == wanted


def test_an_ignored_folder_keeps_its_name_in_the_digest_and_loses_its_files(tree: Path) -> None:
    (tree / ".amlignore").write_text("sub/\n")
    assert survey(tree).digest == "f651924049fde23cb9695f10bdf87f504dda14bc19a4e9554ce7fd0894fe9753"
    assert names(tree) == [".amlignore", "a.txt", "B.txt"]


def test_the_azure_ml_ignore_file_counts_alone_and_only_at_the_top(tree: Path) -> None:
    (tree / ".gitignore").write_text("a.txt\n")
    assert "a.txt" not in names(tree)
    (tree / ".amlignore").write_text("# a comment\n\nB.txt\n.*ignore\n!.gitignore\n")
    (tree / "sub" / ".amlignore").write_text("c.txt\n")
    assert names(tree) == [".gitignore", "a.txt", "sub/c.txt"]


def test_an_empty_folder_within_counts_by_its_name(tree: Path) -> None:
    before = survey(tree).digest
    (tree / "void").mkdir()
    assert survey(tree).digest != before
    assert "void" not in " ".join(names(tree))


def test_links_are_followed_within_the_repository(tree: Path) -> None:
    (tree / "link").symlink_to(tree / "a.txt")
    (tree / "folder").symlink_to(tree / "sub")
    found = survey(tree, within=tree.parent)
    assert [file.name for file in found.files] == ["a.txt", "B.txt", "folder/c.txt", "link", "sub/c.txt"]
    assert found.files[3].source == (tree / "a.txt").resolve()


def test_the_md5_of_each_file_on_request(tree: Path) -> None:
    assert survey(tree).files[0].md5 is None
    found = {file.name: file.md5 for file in survey(tree, md5=True).files}
    assert found["B.txt"] == hashlib.md5(b"b\n", usedforsecurity=False).digest()


def _empty(tree: Path) -> Path:
    (tree / "empty" / "inner").mkdir(parents=True)
    return tree / "empty"


def _all_ignored(tree: Path) -> Path:
    (tree / ".amlignore").write_text("*\n")
    return tree


def _git(tree: Path) -> Path:
    (tree / ".git").mkdir()
    return tree


def _outside(tree: Path) -> Path:
    (tree.parent.parent / "secret").write_text("s")
    (tree / "link").symlink_to(tree.parent.parent / "secret")
    return tree


def _loop(tree: Path) -> Path:
    (tree / "sub" / "up").symlink_to(tree)
    return tree


def _broken(tree: Path) -> Path:
    (tree / "link").symlink_to("nowhere")
    return tree


def _pipe(tree: Path) -> Path:
    os.mkfifo(tree / "pipe")
    return tree


def _bad_pattern(tree: Path) -> Path:
    (tree / ".amlignore").write_text("a.txt\n!\n")
    return tree


def _bad_text(tree: Path) -> Path:
    (tree / ".amlignore").write_bytes(b"\xff\xfe")
    return tree


@pytest.mark.parametrize(
    ("make", "summary"),
    [
        (_empty, "the folder empty has nothing to upload"),
        (_all_ignored, "the folder tree has nothing to upload"),
        (_git, "the folder holds .git, which may hold credentials"),
        (_outside, "link leads out of the repository"),
        (_loop, "sub/up leads back to a folder that it lies in"),
        (_broken, "link is a link that leads nowhere"),
        (_pipe, "pipe is neither a file nor a folder"),
        (_bad_pattern, ".amlignore has a line that is no pattern"),
        (_bad_text, ".amlignore is not UTF-8"),
        (lambda tree: tree / "missing", "missing cannot be read"),
    ],
)
def test_what_is_refused(tree: Path, make: Callable[[Path], Path], summary: str) -> None:
    path = make(tree)
    with pytest.raises(Unfit) as caught:
        survey(path, within=tree.parent)
    assert caught.value.summary == summary
    assert caught.value.detail.endswith(".")


def test_git_may_be_ignored(tree: Path) -> None:
    (tree / ".git").mkdir()
    (tree / ".amlignore").write_text(".git\n")
    assert "a.txt" in names(tree)


@pytest.mark.parametrize(("limit", "value"), [("MAX_FILES", 2), ("MAX_BYTES", 2)])
def test_there_are_limits(tree: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(localfiles, limit, value)
    with pytest.raises(Unfit, match="tree"):
        survey(tree)
