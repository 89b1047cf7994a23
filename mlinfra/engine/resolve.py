"""Blocks → instances: expressions evaluated, parents and defaults filled in, references turned into ids.

In Azure the client chooses names and so ids: nearly everything is known before anything exists. What is
not stays `Unknown` and is evaluated again when an apply has made it known; the same code does both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from mlinfra.config.expand import Each, instances
from mlinfra.config.expression import evaluate
from mlinfra.config.scope import Scope, Table
from mlinfra.config.scopes import Scopes
from mlinfra.engine.blocks import BlockGraph
from mlinfra.engine.check import Subject, check_body
from mlinfra.engine.content import Contents, fingerprint, version_of
from mlinfra.engine.context import Context
from mlinfra.engine.differ import overlaid
from mlinfra.engine.identity import identity
from mlinfra.engine.imports import imported
from mlinfra.engine.inheritance import Inheritance
from mlinfra.engine.instance import Instance, refused
from mlinfra.engine.lifecycle import lifecycle_problems, prevents_destruction
from mlinfra.engine.marks import known_part, split
from mlinfra.engine.members import Members
from mlinfra.engine.nulls import without_nulls, without_nulls_inside
from mlinfra.engine.patience import patiently
from mlinfra.engine.schema import holding, masked, parted, tainted, with_defaults
from mlinfra.engine.scope import InstanceScope, KeyedScope, Own
from mlinfra.engine.settings import Settings
from mlinfra.engine.sources import Sources
from mlinfra.model.address import Address, Key, ModulePath
from mlinfra.model.configuration import Block, Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.source import Node
from mlinfra.model.state import Record
from mlinfra.model.value import Attrs, LocalPath
from mlinfra.providers.api import ProviderError, Resolves, ResourceType


class Resolver:
    """Evaluates the blocks of one stack, in their order, and again where what they read has changed.

    ``observe`` tells it what an instance is (or None: it does not exist as it will be); every problem it
    meets is collected in ``problems``. Not thread-safe: one thread owns it.
    """

    def __init__(
        self,
        config: Config,
        graph: BlockGraph,
        settings: Settings,
        recorded: Mapping[Address, Record],
        sources: Sources,
    ) -> None:
        self.config = config
        self.graph = graph
        self.settings = settings
        self.problems: list[Diagnostic] = []
        self.instances: dict[Address, dict[Key, Instance]] = {}
        self._recorded = recorded
        self._observed: dict[Address, Attrs] = {a: r.observed for a, r in recorded.items() if not r.broken}
        self._members = Members(block.address for block in config.blocks)
        self._inheritance = Inheritance(graph, self._members, self.problems)
        self._contents = Contents(config.root, config.folder)
        self._asked: dict[Address, Attrs] = {}
        self._stale: set[Address] = set()
        self._scopes = Scopes.of_config(
            config, lambda path: {**self._members.namespaces(path), "data": sources.within(path)}
        )
        self._sources = sources
        sources.bind(self._scopes, self._stands, self._members.referenced, self.problems)

    # ---- evaluation ----------------------------------------------------------------------------------

    def evaluate_all(self) -> None:
        """Evaluate every block once, each after what it needs."""
        for address in self.graph.order:
            self.evaluate(address)

    def evaluate(self, address: Address) -> None:
        """Evaluate one block: its instances, and what others see of them."""
        block = self.graph.blocks[address]
        found: dict[Key, Instance] = {}
        known = len(self.problems)
        for each in instances(block, self._scopes.of(address.module), self.problems):
            found[each.key] = self._instance(block, each)
        if address.module:
            via = self.config.via(address.module)
            self.problems[known:] = [wrong.within(via) for wrong in self.problems[known:]]
        before = self.instances.get(address)
        self.instances[address] = found
        self._expose(address)
        self._stale.discard(address)
        if before is not None and {k: (i.attrs, i.id) for k, i in before.items()} != {
            k: (i.attrs, i.id) for k, i in found.items()
        }:
            self._stale |= self.graph.readers(address)

    def forget(self, address: Address) -> None:
        """Have a block evaluated again the next time: something was wrong with it."""
        self._stale.add(address)

    def refreshed(self, address: Address) -> dict[Key, Instance]:
        """The instances of a block, evaluated again if anything they read has changed since."""
        if address in self._stale:
            self.evaluate(address)
        return self.instances[address]

    def observe(self, address: Address, attrs: Attrs | None) -> None:
        """Say what an instance is now; blocks that read it are evaluated again when it was something else."""
        before = self._observed.get(address)
        if attrs is None:
            self._observed.pop(address, None)
        else:
            self._observed[address] = attrs
        if address.block in self.instances and before is not attrs and before != attrs:
            instance = self.instances[address.block].get(address.key)
            if instance is not None:
                single = self.graph.blocks[address.block].is_single
                self._members.put_one(address, self._scope_of(instance), single=single)
            self._sources.forget(address.block)
            self._stale |= self.graph.readers(address.block)

    def ask(self, context: Context) -> None:
        """Ask the world what must be known before an id is: one batch for each type, kept for this plan.

        Only of what is not recorded: a recorded id stands. Raises MlinfraError.
        """
        batches: dict[tuple[str, str, str], list[Instance]] = {}
        for instance in self.all():
            if instance.address not in self._recorded and isinstance(instance.type, Resolves):
                provider = instance.registered.provider.name
                key = provider, self.settings.chosen(instance.block, provider), instance.type.name
                batches.setdefault(key, []).append(instance)
        for (provider, _, _), batch in batches.items():
            wanted = [known_part(instance.attrs) for instance in batch]
            type_ = batch[0].type
            assert isinstance(type_, Resolves)
            try:
                connection = context.connect(provider, batch[0].settings)
                answers = patiently(partial(type_.resolve, connection, wanted), context.clock)
            except ProviderError as wrong:
                raise MlinfraError(refused(wrong, batch[0].block, batch[0].attrs)) from wrong
            for instance, given, answer in zip(batch, wanted, answers, strict=True):
                told = {key: value for key, value in answer.items() if key not in given}
                if told:
                    self._asked[instance.address] = told
                    self._stale.add(instance.address.block)
        for address in self.graph.order:
            self.refreshed(address)

    def value(self, node: Any, problems: list[Diagnostic]) -> Any:
        """The value of an expression outside any resource: an output."""
        return evaluate(node, self.scope, problems)

    def answer(self, node: Any, problems: list[Diagnostic]) -> Any:
        """`value` for one question after another: locals are worked out anew, and say anew what is wrong."""
        return evaluate(node, self.scope.extended({"var": self.scope.find("var")}), problems)

    def view(self, instance: Instance, *, unsure: bool = False) -> Scope:
        """What the checks of an instance read: all names, its ``each``, and itself as ``self``.

        ``unsure``: it is about to change, so of what the service computes nothing is known.
        """
        own = self._scope_of(instance)
        if unsure:
            own = InstanceScope(instance.attrs, instance.id, None, instance.schema)
        names: dict[str, Any] = {"self": own}
        if instance.each is not None and instance.each.key is not None:
            names["each"] = KeyedScope({"key": instance.each.key, "value": instance.each.value})
        return self._scopes.of(instance.address.module).extended(names)

    @property
    def scope(self) -> Scope:
        """What expressions outside of any resource read."""
        return self._scopes.of(())

    def within(self, module: ModulePath) -> Scope:
        """What expressions of a module read that stand outside of its resources: its outputs."""
        return self._scopes.of(module)

    def check_modules(self, problems: list[Diagnostic]) -> None:
        """Work out every input of every module, whether or not anything reads it."""
        for path in self.config.modules:
            if path:
                self._scopes.inputs(path).check(problems)

    def all(self) -> Iterable[Instance]:
        """Every instance, in the order of evaluation."""
        return (i for address in self.graph.order for i in self.instances.get(address, {}).values())

    def _expose(self, address: Address) -> None:
        scopes = {key: self._scope_of(i) for key, i in self.instances.get(address, {}).items()}
        self._members.put(address, scopes, single=self.graph.blocks[address].is_single)

    def _scope_of(self, instance: Instance) -> InstanceScope:
        return InstanceScope(
            instance.attrs, instance.id, self._observed.get(instance.address), instance.schema
        )

    def _stands(self, block: Address) -> bool:
        """Whether every instance of a block is known to be there as it will stay."""
        return all(map(self._is_there, self.instances.get(block, {}).values()))

    def _is_there(self, instance: Instance) -> bool:
        observed = self._observed.get(instance.address)
        if observed is None or instance.id is None:
            return False
        # What is recorded under another id goes; the one that comes is not there yet.
        return str(observed.get("id", instance.id)).casefold() == instance.id.casefold()

    def opened(self, instance: Instance) -> Node:
        """The body of an instance as written, with YAML files in place of their paths."""
        return self._contents.opened(instance.block, instance.schema)

    # ---- one instance --------------------------------------------------------------------------------

    def _instance(self, block: Block, each: Each) -> Instance:
        address, scope = block.address, self._scopes.of(block.address.module)
        if each.key is not None:
            address = address.instance(each.key)
            scope = scope.extended({"each": KeyedScope({"key": each.key, "value": each.value})})
        registered = self.graph.registered[block.address]
        settings = self.settings.of(self.settings.chosen(block, registered.provider.name))
        written = self._body(block, scope, registered.type)
        schema = registered.type.schema(known_part(written))
        written = without_nulls_inside(block.body, written, schema)
        placed = self._contents.placed(written, schema, block, self.problems)
        if placed != written:
            # What lies at a path may tell the kind: a data asset that is a file, or a folder.
            local = {key: value for key, value in placed.items() if isinstance(value, LocalPath)}
            written, schema = placed, registered.type.schema({**known_part(placed), **local})
        if "name" in schema["properties"] and written.get("name") is None and each.key is None:
            written = {**written, "name": block.address.name}
        subject = Subject.of(block, self._contents.opened(block, schema))
        self.problems.extend(d.located(address, None) for d in check_body(subject, written, schema))
        self.problems.extend(lifecycle_problems(block, schema))
        attrs = {
            key: value for key, value in written.items() if value is not None and key in schema["properties"]
        }
        attrs = self._inheritance.filled(block, each, attrs, schema, settings)
        for name, part in holding(schema, "x-ref"):
            if name in attrs:
                attrs[name] = self._members.referenced(attrs[name], part, address.module)
        attrs = masked(with_defaults(parted(attrs, schema), schema), schema)
        if schema.get("x-versioned") and "version" not in attrs:
            attrs["version"] = version_of(attrs, schema)
        attrs = self._normalized(registered.type, attrs, block)
        if block.lifecycle.ignore_changes and (there := self._observed.get(address)) is not None:
            attrs = overlaid(attrs, there, block.lifecycle.ignore_changes)
        import_node, import_id = imported(block, each, scope, self.scope, self.problems)
        asked, record = self._asked.get(address, {}), self._recorded.get(address)
        own_id = identity(registered.type, block, attrs, asked, record, self.problems)
        return Instance(
            address=address,
            block=block,
            registered=registered,
            settings=settings,
            schema=schema,
            attrs=attrs,
            id=(import_id if record is None else None) or own_id,
            needs=self.graph.needs[block.address],
            import_id=import_id,
            import_node=import_node,
            prevent_destroy=prevents_destruction(block, scope, self.problems),
            own_id=own_id,
            each=each if block.checks else None,
        )

    def _body(self, block: Block, scope: Scope, type_: ResourceType[Any]) -> Attrs:
        """What is written, evaluated; first without, then with ``self.fingerprint`` where it is read."""
        own, problems = Own(), list[Diagnostic]()
        first = evaluate(block.body, scope.extended({"self": own}), problems)
        if not own.was_read:
            self.problems.extend(problems)
            return without_nulls(block.body, first)
        mark = fingerprint(first, type_.schema(known_part(first)))
        written = evaluate(block.body, scope.extended({"self": Table({"fingerprint": mark})}), self.problems)
        return without_nulls(block.body, written)

    def _normalized(self, type_: ResourceType[Any], attrs: Attrs, block: Block) -> Attrs:
        """One spelling. The type never meets a mark: unknown leaves stay out, secrets go in bare."""
        known, unknown = split(attrs)
        try:
            plain = type_.normalize(known)
        except ProviderError as wrong:
            self.problems.append(refused(wrong, block, attrs))
            return attrs
        return {**tainted(plain, attrs), **unknown}
