"""``data:``: what exists already and is only read. It is never changed, never recorded, and is no drift.

What lies elsewhere is read once, before anything is planned. What lies in something that this stack makes
(a workspace's own datastores) is read as soon as that stands: while planning where it stands already, else
during the apply, and until then all of it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mlinfra.config.expression import evaluate
from mlinfra.config.scopes import Scopes
from mlinfra.engine.blocks import BlockGraph, unknown_type
from mlinfra.engine.context import Context
from mlinfra.engine.marks import known_part
from mlinfra.engine.neighbours import STACK_OUTPUT, Neighbour, neighbours, read_neighbours
from mlinfra.engine.refresh import Wanted, refresh
from mlinfra.engine.schema import Schema, properties
from mlinfra.engine.scope import KeyedScope
from mlinfra.engine.settings import Settings
from mlinfra.model.address import Address, ModulePath
from mlinfra.model.configuration import Block, Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.value import Attrs, Unknown, has_unknown, is_sensitive
from mlinfra.providers.api import ProviderError, Registered

Stands = Callable[[Address], bool]
"""Whether every instance of a block is there as it will be after the apply."""
Referenced = Callable[[Any, Schema, ModulePath], Any]
"""The same attributes, with ids in place of names of the stack's resources."""


class Source:
    """One of them: what is written to find it, and what was read; all else is unknown until it is read."""

    def __init__(self, sources: Sources, block: Block, registered: Registered) -> None:
        self._sources = sources
        self.block = block
        self.registered = registered
        self.needs = sources.graph.sources.get(block.address, frozenset())
        self.wanted: Wanted | None = None
        self.observed: Attrs | None = None
        self.asked = False

    def find(self, name: str) -> Any:
        """The value of one attribute; KeyError when the type has no such key.

        Of one that was not read even the kind is not known, and so neither what keys it has.
        """
        self._sources.look(self)
        attrs = {**self.wanted.pattern, "id": self.wanted.id} if self.wanted else {}
        if self.observed is not None and name in self.observed:
            return self.observed[name]
        if name in attrs:
            return attrs[name]
        part = self._schema["properties"].get(name)
        if self.observed is None:
            return Unknown(sensitive=bool((part or {}).get("x-sensitive")))
        if part is None:
            raise KeyError(name)
        return None

    def names(self) -> Iterable[str]:
        """Every key of the type."""
        return list(self._schema["properties"])

    @property
    def _schema(self) -> Schema:
        known = {**(self.wanted.pattern if self.wanted else {}), **(self.observed or {})}
        return self.registered.type.schema(known_part(known))


class Sources:
    """Everything under ``data:``; `within` is what expressions see of it.

    Without ``read`` no service is asked, and what they have is unknown; so are, without ``outputs``, those of
    other stacks. What is wrong or not there goes to ``problems``.
    Raises MlinfraError when the service cannot be asked for what lies elsewhere.
    """

    def __init__(
        self,
        config: Config,
        graph: BlockGraph,
        settings: Settings,
        context: Context,
        problems: list[Diagnostic],
        *,
        read: bool,
        outputs: bool,
    ) -> None:
        self.graph, self.settings, self.context, self.read = graph, settings, context, read
        self.problems = problems
        self._scopes = Scopes.of_config(config)
        self._stands: Stands = lambda block: False
        self._referenced: Referenced = lambda attrs, schema, module: attrs
        self._all: list[Source] = []
        self._found: dict[ModulePath, dict[str, dict[str, Source | Neighbour]]] = {}
        for block in config.data:
            if block.address.type == STACK_OUTPUT:
                continue
            registered = context.catalogue.types.get(block.address.type)
            if registered is None:
                problems.append(unknown_type(block, context.catalogue))
            else:
                source = Source(self, block, registered)
                self._all.append(source)
                inside = self._found.setdefault(block.address.module, {})
                inside.setdefault(block.address.type, {})[block.address.name] = source
        others = neighbours(config)
        for one in others:
            address = one.block.address
            inside = self._found.setdefault(address.module, {})
            inside.setdefault(STACK_OUTPUT, {})[address.name] = one
        read_neighbours(others, config, self._scopes, context.outputs if outputs else None, problems)
        self._read_what_lies_elsewhere()

    def within(self, module: ModulePath) -> KeyedScope:
        """What stands under ``data:`` of a module, as its expressions see it."""
        inside = self._found.get(module, {})
        return KeyedScope({name: KeyedScope(members) for name, members in inside.items()})

    def bind(
        self, scopes: Scopes, stands: Stands, referenced: Referenced, problems: list[Diagnostic]
    ) -> None:
        """From now on, what lies in resources of the stack is found with their values."""
        self._scopes, self._stands, self._referenced = scopes, stands, referenced
        self.problems = problems

    def forget(self, block: Address) -> None:
        """Read again what lies in this block's resources: they are others now."""
        for source in self._all:
            if block in source.needs:
                source.wanted, source.observed, source.asked = None, None, False

    def look(self, source: Source) -> None:
        """Read one that lies in resources of the stack, once they stand; another has been read already."""
        if not source.needs or source.asked:
            return
        if source.wanted is None:
            source.wanted = self._wanted(source)
        if not self.read or source.wanted is None or not all(map(self._stands, source.needs)):
            return
        source.asked = True
        try:
            self._observe([source])
        except MlinfraError as wrong:
            self.problems.extend(d.located(None, source.block.position) for d in wrong.diagnostics)

    def _read_what_lies_elsewhere(self) -> None:
        elsewhere = [source for source in self._all if not source.needs]
        for source in elsewhere:
            source.wanted = self._wanted(source)
        if self.read:
            self._observe([source for source in elsewhere if source.wanted is not None])

    def _observe(self, sources: Iterable[Source]) -> None:
        """Read these, all together. Raises MlinfraError."""
        asked = [(source, source.wanted) for source in sources if source.wanted is not None]
        live = refresh([wanted for _, wanted in asked], self.context) if asked else None
        for source, wanted in asked:
            seen = live.get(wanted.id) if live is not None else None
            if seen is None:
                self.problems.append(_absent(source.block, wanted))
            else:
                source.observed = seen.attrs

    def _wanted(self, source: Source) -> Wanted | None:
        """What is to be read; None while that is not known, or where it is wrong and has been reported."""
        block, type_ = source.block, source.registered.type
        used = self.settings.of(self.settings.chosen(block, source.registered.provider.name))
        attrs = self._filled(source, used)
        try:
            known = type_.normalize(known_part(attrs)) if "id" not in attrs else known_part(attrs)
            id = known.get("id") or type_.identify(known)
        except ProviderError as wrong:
            self.problems.append(error(wrong.code, wrong.summary, wrong.hint, block.position))
            return None
        if isinstance(id, str) and not any(map(is_sensitive, attrs.values())):
            return Wanted(id, block.address, source.registered, used, known)
        if not (source.needs and has_unknown(attrs)):
            self.problems.append(_untold(block))
        return None

    def _filled(self, source: Source, settings: Mapping[str, Any]) -> Attrs:
        """What is written; else what the provider's settings have; else the only parent there is."""
        module = source.block.address.module
        written = evaluate(source.block.body, self._scopes.of(module), self.problems)
        attrs = {key: value for key, value in dict(written).items() if value is not None}
        if "id" in attrs:
            return attrs
        schema = source.registered.type.schema({})
        for name, part in schema["properties"].items():
            keys = [place[9:] for place in part.get("x-from", ()) if place.startswith("settings.")]
            value = next((settings[key] for key in keys if settings.get(key) is not None), None)
            if name not in attrs and value is not None and name != "location":
                attrs[name] = value
        for name, part in properties(schema, "x-parent"):
            above = self.graph.source_parents.get((source.block.address, part["x-ref"]))
            if name not in attrs and above is not None:
                attrs[name] = self._id_of(above)
        found: Attrs = self._referenced(attrs, schema, module)
        return found

    def _id_of(self, parent: Address) -> Any:
        scope = self._scopes.of(parent.module).find(parent.type).find(parent.name)
        return (scope if parent.key is None else scope.find(parent.key)).find("id")


def _absent(block: Block, wanted: Wanted) -> Diagnostic:
    return error(
        "MLI-PLN-014",
        f"there is no {block.address.type} for {block.label} to read",
        f"At {wanted.id}\nCheck the name and where it lives. What this stack makes stands under resources:",
        block.position,
    )


def _untold(block: Block) -> Diagnostic:
    return error(
        "MLI-REF-014",
        f"it cannot be told which {block.address.type} {block.label} is",
        "Write its id:, or its name: with what it lives in, none of it secret.",
        block.position,
    )
