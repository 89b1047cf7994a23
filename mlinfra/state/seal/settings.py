"""The seal that a stack asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlinfra.model.configuration import Encryption, SecretKey
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.state.seal.api import Unopened
from mlinfra.state.seal.cipher import Cipher
from mlinfra.state.seal.keys import KeySource, Passphrase, from_environment, from_file


@dataclass(frozen=True)
class Surroundings:
    """Where keys are looked for: the stack's folder, the repository, the environment, and Azure.

    ``vault_words`` answers ``transport`` and ``credential`` for a cloud's vaults, where they are not to be
    the network and whoever is signed in.
    """

    folder: Path
    root: Path
    environment: Mapping[str, str]
    vault_words: Callable[[str], Mapping[str, Any]] = lambda cloud: {}


def make_seal(encryption: Encryption, around: Surroundings) -> Cipher:
    """The seal; no key is asked for yet. Raises MlinfraError."""

    def source(key: SecretKey) -> KeySource:
        try:
            return _SOURCES[key.method](key.value, around)
        except Unopened as wrong:
            summary = f"`encryption` {wrong.problem}"
            raise MlinfraError(error(wrong.code, summary, wrong.hint, key.node.position)) from None

    fallbacks = tuple(source(key) for key in encryption.fallbacks)
    return Cipher(source(encryption.key), fallbacks, plain=encryption.plain)


def _file(value: Any, around: Surroundings) -> KeySource:
    """Relative paths are confined as all files are; an absolute one is somebody's decision."""
    path = Path(value).expanduser()
    whole = around.folder / path
    if not path.is_absolute() and not whole.resolve().is_relative_to(around.root.resolve()):
        raise Unopened(
            "MLI-STA-086",
            f"names the key file {value}, which is outside of the repository",
            "Write an absolute path, or take it from a variable: a key need not lie in the repository, and "
            "must not be committed.",
        )
    return from_file(whole, str(value))


def _vault(value: Any, around: Surroundings) -> KeySource:
    from mlinfra.state.seal.vault import VaultKey, read_place

    place = read_place(value)
    return VaultKey(place, **around.vault_words(place.cloud.name))


_SOURCES: Mapping[str, Callable[[Any, Surroundings], KeySource]] = {
    "file": _file,
    "environment": lambda value, around: from_environment(value, around.environment),
    "passphrase": lambda value, around: Passphrase(value),
    "key_vault": _vault,
}
