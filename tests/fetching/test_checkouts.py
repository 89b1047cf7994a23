"""Modules from repositories of git: fetched, pinned, taken from the cache, refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlinfra.config.files import Refused
from mlinfra.config.gitsource import GitSource, read_git_source
from mlinfra.config.loader import load
from mlinfra.config.lock import Pin, every_pin, read_lock
from mlinfra.fetching.checkouts import GitCheckouts, cache_folder
from mlinfra.model.configuration import Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from tests.fetching.repositories import commit, git, repository

MODULE = {
    "ws/module.yaml": "modules: {group: {source: ../group, inputs: {name: one}}}\n",
    "group/module.yaml": "inputs: {name: {}}\nresources: {t: {main: {name: '${var.name}'}}}\n",
}


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return repository(tmp_path / "remote", MODULE)


@pytest.fixture
def checkouts(tmp_path: Path) -> GitCheckouts:
    return GitCheckouts(tmp_path / "cache")


def stack(folder: Path, source: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "mlinfra.yaml").write_text(f"stack: a\nmodules:\n  ws:\n    source: {source}\n")
    return folder


def source_of(remote: Path, ref: str = "") -> str:
    return f"git::{remote}//ws" + (f"?ref={ref}" if ref else "")


def refused(folder: Path, checkouts: GitCheckouts) -> Diagnostic:
    with pytest.raises(MlinfraError) as told:
        load(folder, checkouts=checkouts)
    (only,) = told.value.diagnostics
    return only


def addresses(config: Config) -> list[str]:
    return [str(block.address) for block in config.blocks]


def test_a_module_is_fetched_and_pinned(tmp_path: Path, remote: Path, checkouts: GitCheckouts) -> None:
    folder = stack(tmp_path / "stack", source_of(remote))
    assert addresses(load(folder, checkouts=checkouts)) == ["module.ws.module.group.t.main"]
    pins = read_lock(folder)
    assert list(pins) == [f"git::{remote}"]
    assert pins[f"git::{remote}"].commit == git(remote, "rev-parse", "HEAD")


def test_what_is_pinned_stays_and_needs_no_repository(
    tmp_path: Path, remote: Path, checkouts: GitCheckouts
) -> None:
    folder = stack(tmp_path / "stack", source_of(remote, "main"))
    load(folder, checkouts=checkouts)
    before = (folder / "mlinfra.lock.yaml").read_text()
    commit(remote, {"group/module.yaml": MODULE["group/module.yaml"].replace("main", "other")})
    remote.rename(tmp_path / "gone")
    assert addresses(load(folder, checkouts=checkouts)) == ["module.ws.module.group.t.main"]
    assert (folder / "mlinfra.lock.yaml").read_text() == before


def test_a_pin_is_fetched_where_the_cache_is_empty(tmp_path: Path, remote: Path) -> None:
    folder = stack(tmp_path / "stack", source_of(remote, "main"))
    load(folder, checkouts=GitCheckouts(tmp_path / "one"))
    commit(remote, {"group/module.yaml": MODULE["group/module.yaml"].replace("main", "other")})
    config = load(folder, checkouts=GitCheckouts(tmp_path / "two"))
    assert addresses(config) == ["module.ws.module.group.t.main"]


def test_pins_are_renewed(tmp_path: Path, remote: Path, checkouts: GitCheckouts) -> None:
    folder = stack(tmp_path / "stack", source_of(remote, "main"))
    load(folder, checkouts=checkouts)
    new = commit(remote, {"group/module.yaml": MODULE["group/module.yaml"].replace("main", "other")})
    config = load(folder, checkouts=checkouts, renewed=every_pin())
    assert addresses(config) == ["module.ws.module.group.t.other"]
    assert [pin.commit for pin in read_lock(folder).values()] == [new]


def test_tags_and_commits(tmp_path: Path, remote: Path, checkouts: GitCheckouts) -> None:
    git(remote, "tag", "v1")
    first = git(remote, "rev-parse", "HEAD")
    commit(remote, {"group/module.yaml": "inputs: {name: {}}\n"})
    for name, ref in (("one", "v1"), ("two", first)):
        assert addresses(load(stack(tmp_path / name, source_of(remote, ref)), checkouts=checkouts))


def test_a_module_that_is_not_used_any_more_is_no_longer_pinned(
    tmp_path: Path, remote: Path, checkouts: GitCheckouts
) -> None:
    folder = stack(tmp_path / "stack", source_of(remote))
    load(folder, checkouts=checkouts)
    (folder / "mlinfra.yaml").write_text("stack: a\n")
    load(folder, checkouts=checkouts)
    assert read_lock(folder) == {}


# ---- what is refused -------------------------------------------------------------------------------------


def test_what_was_changed_in_the_cache_is_refused(
    tmp_path: Path, remote: Path, checkouts: GitCheckouts
) -> None:
    folder = stack(tmp_path / "stack", source_of(remote))
    load(folder, checkouts=checkouts)
    (file,) = (tmp_path / "cache").glob("modules/*/*/group/module.yaml")
    file.write_text(file.read_text() + "# changed\n")
    found = refused(folder, checkouts)
    assert (found.code, str(found.position)) == ("MLI-CFG-076", "mlinfra.yaml:4:13")
    assert "is not what was pinned" in found.summary


def test_another_hash_in_the_lock_is_refused(tmp_path: Path, remote: Path, checkouts: GitCheckouts) -> None:
    folder = stack(tmp_path / "stack", source_of(remote))
    load(folder, checkouts=checkouts)
    lock = folder / "mlinfra.lock.yaml"
    (pin,) = read_lock(folder).values()
    lock.write_text(lock.read_text().replace(pin.hash, "sha256:" + "0" * 64))
    assert refused(folder, checkouts).code == "MLI-CFG-076"


def test_a_damaged_lock_is_told_of_at_its_place(
    tmp_path: Path, remote: Path, checkouts: GitCheckouts
) -> None:
    folder = stack(tmp_path / "stack", source_of(remote))
    (folder / "mlinfra.lock.yaml").write_text("modules:\n  a: {commit: '--upload-pack=x', hash: 'sha256:'}\n")
    found = refused(folder, checkouts)
    assert (found.code, str(found.position)) == ("MLI-CFG-076", "mlinfra.lock.yaml:2:3")


def test_a_pinned_commit_that_is_gone(tmp_path: Path, remote: Path, checkouts: GitCheckouts) -> None:
    source = read_git_source(source_of(remote))
    with pytest.raises(Refused) as told:
        checkouts.checkout(source, Pin("0" * 40, "sha256:" + "0" * 64))
    assert told.value.code == "MLI-CFG-075"
    assert "modules upgrade" in told.value.detail


@pytest.mark.parametrize("ref", ["", "nowhere"])
def test_what_is_not_there(tmp_path: Path, checkouts: GitCheckouts, remote: Path, ref: str) -> None:
    where = remote if ref else tmp_path / "nowhere"
    found = refused(stack(tmp_path / "stack", source_of(where, ref)), checkouts)
    assert (found.code, found.summary) == ("MLI-CFG-075", "git cannot fetch it")
    assert "git said: fatal: " in found.detail


def test_a_folder_that_is_not_in_the_repository(
    tmp_path: Path, remote: Path, checkouts: GitCheckouts
) -> None:
    found = refused(stack(tmp_path / "stack", f"git::{remote}//wz"), checkouts)
    assert found.code == "MLI-CFG-071"
    outside = refused(stack(tmp_path / "other", f"git::{remote}//../../x"), checkouts)
    assert outside.code == "MLI-CFG-061"


def test_links_do_not_lead_out(tmp_path: Path, remote: Path, checkouts: GitCheckouts) -> None:
    (remote / "inside").symlink_to("ws")
    commit(remote, {})
    assert load(stack(tmp_path / "one", f"git::{remote}//inside"), checkouts=checkouts).blocks
    (remote / "ws" / "secret.yml").symlink_to("/etc/passwd")
    commit(remote, {})
    found = refused(stack(tmp_path / "two", source_of(remote, "HEAD")), checkouts)
    assert "its link `ws/secret.yml` leads out of it" in found.summary
    (remote / "ws" / "secret.yml").unlink()
    (remote / "up").symlink_to("inside/../..")
    commit(remote, {})
    found = refused(stack(tmp_path / "three", source_of(remote, "refs/heads/main")), checkouts)
    assert "its link `up` leads out of it" in found.summary


def test_no_hook_and_no_filter_runs(tmp_path: Path, remote: Path, checkouts: GitCheckouts) -> None:
    hook = remote / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    commit(
        remote, {".gitattributes": "*.yaml ident\n", "ws/module.yaml": MODULE["ws/module.yaml"] + "# $Id$\n"}
    )
    folder, _ = checkouts.checkout(GitSource(str(remote)), None)
    assert "# $Id$" in (folder / "ws" / "module.yaml").read_text()
    assert not (tmp_path / "ran").exists()
    assert not (folder / ".git").exists()


def test_files_of_a_fetched_module_stay_in_its_repository(
    tmp_path: Path, remote: Path, checkouts: GitCheckouts
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "secret.yml").write_text("name: secret\n")
    commit(remote, {"ws/module.yaml": "resources: {t: {a: {file: ../../../../secret.yml}}}\n"})
    found = refused(stack(tmp_path / "stack", source_of(remote)), checkouts)
    assert found.code == "MLI-CFG-061"
    assert [via.name for via in found.via or ()] == ["module.ws"]


def test_a_fetched_module_reaches_no_local_repository(
    tmp_path: Path, remote: Path, checkouts: GitCheckouts
) -> None:
    commit(remote, {"ws/module.yaml": f"modules: {{x: {{source: 'git::{remote}//group'}}}}\n"})
    found = refused(stack(tmp_path / "stack", source_of(remote)), checkouts)
    assert found.summary == "a module that was fetched names a repository of this machine"


def test_the_environment_of_another_repository_counts_for_nothing(
    tmp_path: Path, remote: Path, checkouts: GitCheckouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", os.fspath(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", os.fspath(tmp_path / "index"))
    folder, _ = checkouts.checkout(GitSource(str(remote)), None)
    assert (folder / "ws" / "module.yaml").exists()


def test_where_the_cache_is() -> None:
    assert cache_folder({"MLINFRA_CACHE": "/a", "XDG_CACHE_HOME": "/b"}) == Path("/a")
    assert cache_folder({"XDG_CACHE_HOME": "/b"}) == Path("/b/mlinfra")
    assert cache_folder({}) == Path.home() / ".cache" / "mlinfra"
