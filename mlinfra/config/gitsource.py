"""``git::URL//folder?ref=…``: where a module lies that is fetched with git. Only read here, never run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from mlinfra.config import codes
from mlinfra.config.files import Refused

PREFIX = "git::"
_SCHEMES = ("https", "ssh", "file")
_SCP = re.compile(r"[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][\w.-]*:(?!:)[\w~][\w./~-]*", re.ASCII)
"""``git@host:path``, as git takes it for ssh."""
_REF = re.compile(r"[A-Za-z0-9][\w./+-]*", re.ASCII)
_EXAMPLE = "For example  git::https://example.org/team/modules.git//workspace?ref=v1."


@dataclass(frozen=True, slots=True)
class GitSource:
    """A repository, a branch, tag or commit of it (empty: what its default branch has), a folder in it."""

    url: str
    folder: str = ""
    ref: str = ""

    @property
    def pinned_as(self) -> str:
        """What a lock calls it: without the folder, since all folders of one commit are fetched together."""
        return f"{PREFIX}{self.url}" + (f"?ref={self.ref}" if self.ref else "")

    @property
    def is_remote(self) -> bool:
        """Whether it lies on another machine."""
        return not self.url.startswith(("/", "file:"))


def is_git(source: str) -> bool:
    """Whether this is meant to be fetched with git."""
    return source.startswith(PREFIX)


def read_git_source(text: str) -> GitSource:
    """Raises Refused for what is none, and for what git would run or send to places that nobody expects."""
    whole, _, query = text.removeprefix(PREFIX).partition("?")
    scheme, separator, rest = whole.partition("://")
    if not separator:
        scheme, rest = "", whole
    path, _, folder = rest.partition("//")
    url = f"{scheme}{separator}{path}"
    _check_url(url, scheme)
    options = dict(parse_qsl(query, keep_blank_values=True))
    ref = options.pop("ref", "")
    if options:
        raise Refused(
            codes.MODULE_SOURCE,
            f"a git source has no `{next(iter(options))}`",
            f"There is `ref` only. {_EXAMPLE}",
        )
    if ("ref=" in query and not ref) or (ref and (not _REF.fullmatch(ref) or ".." in ref)):
        raise Refused(codes.MODULE_SOURCE, f"`{ref}` is no branch, tag or commit", _EXAMPLE)
    return GitSource(url, folder.strip("/"), ref)


def _check_url(url: str, scheme: str) -> None:
    if scheme in _SCHEMES:
        parts = urlsplit(url)
        if parts.password is not None or (scheme == "https" and parts.username):
            raise Refused(
                codes.MODULE_SOURCE,
                "the address of a module holds a credential",
                "It would be recorded in the lock. Let git's credential helper, or ssh, sign in.",
            )
        host = parts.hostname or ""
        if url.startswith("file:///") if scheme == "file" else re.match(r"[A-Za-z0-9]", host):
            return
    elif not scheme and (_SCP.fullmatch(url) or re.match(r"/[^\0]", url)):
        return
    what = f"`{scheme or url.partition(':')[0]}` is not taken for modules"
    raise Refused(codes.MODULE_SOURCE, what, f"Taken are https, ssh and file, and git@host:path. {_EXAMPLE}")
