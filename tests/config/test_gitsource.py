from __future__ import annotations

import pytest

from mlinfra.config.files import Refused
from mlinfra.config.gitsource import GitSource, read_git_source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("git::https://a.org/x.git", GitSource("https://a.org/x.git")),
        ("git::https://a.org/x.git//sub/ws?ref=v1.2", GitSource("https://a.org/x.git", "sub/ws", "v1.2")),
        ("git::ssh://git@a.org/x.git//ws", GitSource("ssh://git@a.org/x.git", "ws")),
        ("git::git@a.org:team/x.git//ws?ref=feature/a", GitSource("git@a.org:team/x.git", "ws", "feature/a")),
        ("git::file:///srv/x//ws", GitSource("file:///srv/x", "ws")),
        ("git::/srv/x//ws", GitSource("/srv/x", "ws")),
    ],
)
def test_sources(text: str, source: GitSource) -> None:
    assert read_git_source(text) == source


def test_folders_of_one_commit_have_one_pin() -> None:
    one, other = (read_git_source(f"git::https://a.org/x.git//{name}?ref=v1") for name in "ab")
    assert one.pinned_as == other.pinned_as == "git::https://a.org/x.git?ref=v1"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("git::ext::sh -c touch% /tmp/x", "`ext` is not taken"),
        ("git::ext::sh -c a//b", "`ext` is not taken"),
        ("git::fd::17/x", "`fd` is not taken"),
        ("git::http://a.org/x", "`http` is not taken"),
        ("git::git://a.org/x", "`git` is not taken"),
        ("git::--upload-pack=touch /tmp/x", "is not taken"),
        ("git::-oProxyCommand=x@a.org:b", "is not taken"),
        ("git::ssh://-oProxyCommand=x/a", "`ssh` is not taken"),
        ("git::git@-oProxyCommand=x:a", "is not taken"),
        ("git::../x", "is not taken"),
        ("git::file://a.org/x", "`file` is not taken"),
        ("git::https:///x", "`https` is not taken"),
        ("git::https://ana:secret@a.org/x", "holds a credential"),
        ("git::https://token@a.org/x", "holds a credential"),
        ("git::https://a.org/x?ref=--upload-pack=x", "is no branch, tag or commit"),
        ("git::https://a.org/x?ref=a..b", "is no branch, tag or commit"),
        ("git::https://a.org/x?ref=", "is no branch, tag or commit"),
        ("git::https://a.org/x?ref=a b", "is no branch, tag or commit"),
        ("git::https://a.org/x?depth=1", "a git source has no `depth`"),
    ],
)
def test_what_is_not_taken(text: str, what: str) -> None:
    with pytest.raises(Refused) as told:
        read_git_source(text)
    assert what in told.value.summary
    assert "secret" not in f"{told.value.summary}{told.value.detail}"
