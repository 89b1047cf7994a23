"""One resource as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlinfra.config.expand import Each
from mlinfra.engine.schema import Schema
from mlinfra.engine.scrub import scrubbed, secrets
from mlinfra.model.address import Address
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node
from mlinfra.model.state import LASTING
from mlinfra.model.value import Attrs
from mlinfra.providers.api import ProviderError, Registered, ResourceType


class Instance(msgspec.Struct, frozen=True):
    """One resource as it should be.

    ``attrs`` are the managed keys, defaults included, with marks. ``id`` is None while only an apply can
    tell it. ``needs`` are blocks: every instance of them comes first.
    """

    address: Address
    block: Block
    registered: Registered
    settings: Mapping[str, Any]
    schema: Schema
    attrs: Attrs
    id: str | None
    needs: frozenset[Address]
    import_id: str | None = None
    import_node: Node | None = None
    prevent_destroy: bool = False
    own_id: str | None = None
    """What the attributes alone say that the id is; the same as ``id`` but for what is imported."""
    each: Each | None = None
    """The member that it is of, where it has checks that may read it."""

    @property
    def type(self) -> ResourceType[Any]:
        """The resource type."""
        return self.registered.type

    @property
    def lasting(self) -> frozenset[str]:
        """What of its lifecycle still counts when its block is gone."""
        written = self.block.lifecycle
        words = {
            "prevent_destroy": self.prevent_destroy,
            "allow_unmanaged_loss": written.allow_unmanaged_loss,
            "keep_on_remove": written.keep_on_remove,
        }
        return frozenset(word for word in LASTING if words[word])


def refused(wrong: ProviderError, block: Block, attrs: Attrs) -> Diagnostic:
    """A provider's refusal with its place in the user's file, without the secrets that it may quote."""
    node = block.body.at(wrong.path)
    position = node.position if wrong.path and node is not block.body else block.position
    hidden = list(secrets(attrs))
    summary, hint = scrubbed(wrong.summary, hidden), scrubbed(wrong.hint, hidden)
    return error(wrong.code, summary, hint, position, block.address, wrong.path)
