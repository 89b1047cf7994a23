"""Blocks → instances: expressions evaluated, parents and defaults filled in, references turned into ids.

In Azure the client chooses names and so ids: nearly everything is known before anything exists. What is
not stays `Unknown` and is evaluated again when an apply has made it known; the same code does both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mlinfra.config.expand import Each, instances
from mlinfra.config.expression import Namespace, evaluate
from mlinfra.config.scope import Scope, Table, base_scope
from mlinfra.engine.blocks import BlockGraph
from mlinfra.engine.check import Subject, check_body
from mlinfra.engine.content import Contents, fingerprint, version_of
from mlinfra.engine.context import Context
from mlinfra.engine.differ import overlaid
from mlinfra.engine.lifecycle import lifecycle_problems, prevents_destruction
from mlinfra.engine.marks import known_part, split
from mlinfra.engine.schema import Schema, child, holding, masked, properties, tainted, with_defaults
from mlinfra.engine.scope import Called, InstanceScope, KeyedScope, Own
from mlinfra.engine.scrub import scrubbed, secrets
from mlinfra.engine.settings import Settings
from mlinfra.engine.sources import Sources
from mlinfra.model.address import Address, Key
from mlinfra.model.configuration import Block, Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.source import Node
from mlinfra.model.state import LASTING, Record
from mlinfra.model.value import Attrs, LocalPath, is_sensitive
from mlinfra.providers.api import ProviderError, Registered, Resolves, ResourceType


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
        self._members: dict[Address, dict[Key, InstanceScope]] = {}
        self._called: dict[str, Called] = {}
        self._contents = Contents(config.root, config.folder)
        self._asked: dict[Address, Attrs] = {}
        self._scopes: dict[str, dict[str, Any]] = {}
        self._stale: set[Address] = set()
        self._scope = base_scope(config).extended(
            {
                name: KeyedScope(self._scopes.setdefault(name, {}))
                for name in dict.fromkeys(b.address.type for b in config.blocks)
            }
            | {"data": sources.scope}
        )
        self._sources = sources
        sources.bind(self._scope, self._stands, self._referenced, self.problems)

    # ---- evaluation ----------------------------------------------------------------------------------

    def evaluate_all(self) -> None:
        """Evaluate every block once, each after what it needs."""
        for address in self.graph.order:
            self.evaluate(address)

    def evaluate(self, address: Address) -> None:
        """Evaluate one block: its instances, and what others see of them."""
        block = self.graph.blocks[address]
        found: dict[Key, Instance] = {}
        for each in instances(block, self._scope, self.problems):
            found[each.key] = self._instance(block, each)
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
            self._expose_one(address)
            self._sources.forget(address.block)
            self._stale |= self.graph.readers(address.block)

    def ask(self, context: Context) -> None:
        """Ask the world what must be known before an id is: one batch for each type, kept for this plan.

        Only of what is not recorded: a recorded id stands. Raises MlinfraError.
        """
        batches: dict[tuple[str, str], list[Instance]] = {}
        for instance in self.all():
            if instance.address not in self._recorded and isinstance(instance.type, Resolves):
                key = instance.registered.provider.name, instance.type.name
                batches.setdefault(key, []).append(instance)
        for (provider, _), batch in batches.items():
            wanted = [known_part(instance.attrs) for instance in batch]
            type_ = batch[0].type
            assert isinstance(type_, Resolves)
            try:
                answers = type_.resolve(context.connect(provider, batch[0].settings), wanted)
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
        return evaluate(node, self._scope, problems)

    def answer(self, node: Any, problems: list[Diagnostic]) -> Any:
        """`value` for one question after another: locals are worked out anew, and say anew what is wrong."""
        return evaluate(node, self._scope.extended({"var": self._scope.find("var")}), problems)

    def all(self) -> Iterable[Instance]:
        """Every instance, in the order of evaluation."""
        return (i for address in self.graph.order for i in self.instances.get(address, {}).values())

    def _expose(self, address: Address) -> None:
        scopes = {
            key: InstanceScope(i.attrs, i.id, self._observed.get(i.address), i.schema)
            for key, i in self.instances.get(address, {}).items()
        }
        if (called := self._called.get(address.type)) is not None:
            for key in {**self._members.get(address, {}), **scopes}:
                called.put(address.instance(key), scopes.get(key))
        self._members[address] = scopes
        single = self.graph.blocks[address].is_single
        if single:
            self._scopes[address.type].pop(address.name, None)
        self._scopes[address.type][address.name] = scopes.get(None) if single else KeyedScope(scopes)

    def _stands(self, block: Address) -> bool:
        """Whether every instance of a block is known to be there as it will stay."""
        return all(map(self._is_there, self.instances.get(block, {}).values()))

    def _is_there(self, instance: Instance) -> bool:
        observed = self._observed.get(instance.address)
        if observed is None or instance.id is None:
            return False
        # What is recorded under another id goes; the one that comes is not there yet.
        return str(observed.get("id", instance.id)).casefold() == instance.id.casefold()

    def _expose_one(self, address: Address) -> None:
        """Like `_expose`, of one instance: a block may have ten thousand."""
        instance = self.instances[address.block].get(address.key)
        if instance is None:
            return
        scope = InstanceScope(instance.attrs, instance.id, self._observed.get(address), instance.schema)
        self._members[address.block][address.key] = scope
        if (called := self._called.get(address.type)) is not None:
            called.put(address, scope)
        if self.graph.blocks[address.block].is_single:
            self._scopes[address.type][address.name] = scope

    def opened(self, instance: Instance) -> Node:
        """The body of an instance as written, with YAML files in place of their paths."""
        return self._contents.opened(instance.block, instance.schema)

    # ---- one instance --------------------------------------------------------------------------------

    def _instance(self, block: Block, each: Each) -> Instance:
        address, scope = block.address, self._scope
        if each.key is not None:
            address = address.instance(each.key)
            scope = self._scope.extended({"each": KeyedScope({"key": each.key, "value": each.value})})
        registered = self.graph.registered[block.address]
        settings = self.settings.of(registered.provider.name)
        written = self._body(block, scope, registered.type)
        schema = registered.type.schema(known_part(written))
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
        attrs = self._filled(block, each, scope, attrs, schema, settings)
        for name, part in holding(schema, "x-ref"):
            if name in attrs:
                attrs[name] = self._referenced(attrs[name], part)
        attrs = masked(with_defaults(attrs, schema), schema)
        if schema.get("x-versioned") and "version" not in attrs:
            attrs["version"] = version_of(attrs, schema)
        attrs = self._normalized(registered.type, attrs, block)
        if block.lifecycle.ignore_changes and (there := self._observed.get(address)) is not None:
            attrs = overlaid(attrs, there, block.lifecycle.ignore_changes)
        import_node, import_id = imported(block, each, scope, self.problems)
        if import_id is not None and not (isinstance(import_id, str) and import_id.startswith("/")):
            self.problems.append(_no_id(block, import_node, import_id))
            import_id = None
        own_id = self._identity(registered.type, address, attrs, block)
        return Instance(
            address=address,
            block=block,
            registered=registered,
            settings=settings,
            schema=schema,
            attrs=attrs,
            id=(import_id if address not in self._recorded else None) or own_id,
            needs=self.graph.needs[block.address],
            import_id=import_id,
            import_node=import_node,
            prevent_destroy=prevents_destruction(block, scope, self.problems),
            own_id=own_id,
        )

    def _body(self, block: Block, scope: Scope, type_: ResourceType[Any]) -> Attrs:
        """What is written, evaluated; first without, then with ``self.fingerprint`` where it is read."""
        own, problems = Own(), list[Diagnostic]()
        first = evaluate(block.body, scope.extended({"self": own}), problems)
        if not own.was_read:
            self.problems.extend(problems)
            return dict(first)
        mark = fingerprint(first, type_.schema(known_part(first)))
        written = evaluate(block.body, scope.extended({"self": Table({"fingerprint": mark})}), self.problems)
        return dict(written)

    def _filled(
        self,
        block: Block,
        each: Each,
        scope: Namespace,
        attrs: Attrs,
        schema: Schema,
        settings: Mapping[str, Any],
    ) -> Attrs:
        """Names, parents, and what is handed down, where nothing is written."""
        filled = dict(attrs)
        props = schema["properties"]
        if "name" in props and "name" not in filled:
            self.problems.append(
                error(
                    "MLI-TYP-007",
                    f"every instance of {block.address} would be called `{block.address.name}`",
                    f"Write a name that uses `each`:  name: {block.address.name}-${{each.key}}",
                    block.position,
                    block.address,
                )
            )
        parent: InstanceScope | None = None
        for name, part in properties(schema, "x-parent"):
            above = self._parent(block, each, scope, part["x-ref"])
            if above is not None and name not in filled:
                filled[name] = above.find("id")
            if name in filled:
                parent = above or self._named(part["x-ref"], filled[name])
        for name, part in properties(schema, "x-from"):
            if name in filled:
                continue
            for place in part["x-from"]:
                root, _, key = place.partition(".")
                value = settings.get(key) if root == "settings" else _find(parent, key)
                if value is not None:
                    filled[name] = value
                    break
        for name, part in properties(schema, "x-parent"):
            reported = self.graph.parents.get((block.address, part["x-ref"]), block.address) is None
            if not reported and not {name, *part.get("x-unless", ())} & filled.keys():
                self.problems.append(_orphan(block, name, part["x-ref"]))
        return filled

    def _parent(self, block: Block, each: Each, scope: Namespace, type_name: str) -> InstanceScope | None:
        """What ``parent:`` says, or the only candidate; None when there is none (or it is ambiguous)."""
        chosen = self.graph.parents.get((block.address, type_name))
        if chosen is None:
            return None
        above: InstanceScope | KeyedScope | None = self._scopes[chosen.type].get(chosen.name)
        if isinstance(above, KeyedScope):
            key = chosen.key if chosen.key is not None else each.key
            try:
                above = above.find(key)
            except KeyError:
                self.problems.append(
                    error(
                        "MLI-REF-006",
                        f"{block.address} has several possible parents: the instances of {chosen.block}",
                        f"Say which: parent: ${{{chosen.block}[…]}}",
                        block.position,
                        block.address,
                    )
                )
                return None
        return above if isinstance(above, InstanceScope) else None

    def _named(self, type_name: str, value: Any) -> InstanceScope | None:
        """The instance of this type that a written name or id means."""
        if not isinstance(value, str):
            return None
        if type_name not in self._called:
            blocks = [(block, found) for block, found in self._members.items() if block.type == type_name]
            self._called[type_name] = Called(
                (block.instance(key), scope) for block, found in blocks for key, scope in found.items()
            )
        return self._called[type_name].find(value)

    def _referenced(self, value: Any, schema: Schema) -> Any:
        """Names of resources of this stack, written the az ml way, turned into ids; at any depth."""
        if isinstance(value, dict):
            return {key: self._referenced(item, child(schema, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._referenced(item, child(schema, 0)) for item in value]
        if not isinstance(value, str) or value.startswith("/") or "x-ref" not in schema:
            return value
        bare = value.removeprefix("azureml:")
        scope = self._named(schema["x-ref"], bare)
        return scope.find("id") if scope is not None else bare

    def _normalized(self, type_: ResourceType[Any], attrs: Attrs, block: Block) -> Attrs:
        """One spelling. The type never meets a mark: unknown leaves stay out, secrets go in bare."""
        known, unknown = split(attrs)
        try:
            plain = type_.normalize(known)
        except ProviderError as wrong:
            self.problems.append(refused(wrong, block, attrs))
            return attrs
        return {**tainted(plain, attrs), **unknown}

    def _identity(self, type_: ResourceType[Any], address: Address, attrs: Attrs, block: Block) -> str | None:
        """The id; the recorded one as long as nothing that makes up the identity has changed."""
        asked = self._asked.get(address, {})
        try:
            id = type_.identify(known_part(attrs) | asked)
        except ProviderError as wrong:
            self.problems.append(refused(wrong, block, attrs))
            return None
        if id is None:
            return None
        if is_sensitive(attrs):
            told = {key: value for key, value in attrs.items() if not is_sensitive(value)}
            if _tried(type_, {**known_part(told), **asked}) != id:
                self.problems.append(_secret_identity(block, attrs))
                return None
        record = self._recorded.get(address)
        if record is None or record.id == id:
            return id
        return record.id if _tried(type_, known_part(record.desired)) == id else id


def refused(wrong: ProviderError, block: Block, attrs: Attrs) -> Diagnostic:
    """A provider's refusal with its place in the user's file, without the secrets that it may quote."""
    node = block.body.at(wrong.path)
    position = node.position if wrong.path and node is not block.body else block.position
    hidden = list(secrets(attrs))
    summary, hint = scrubbed(wrong.summary, hidden), scrubbed(wrong.hint, hidden)
    return error(wrong.code, summary, hint, position, block.address, wrong.path)


def imported(block: Block, each: Each, scope: Scope, problems: list[Diagnostic]) -> tuple[Node | None, Any]:
    """Where it is written which id an instance is imported from, and that id; None twice where it is not."""
    if block.import_id is not None:
        return block.import_id, evaluate(block.import_id, scope, problems)
    for entry in block.imports:
        if entry.for_each is None:
            if entry.key == each.key:
                return entry.id, evaluate(entry.id, scope, problems)
            continue
        members = evaluate(entry.for_each, scope, problems)
        keyed = members if isinstance(members, dict) else dict(zip(members, members, strict=True))
        if each.key in keyed:
            inner = scope.extended({"each": KeyedScope({"key": each.key, "value": keyed[each.key]})})
            return entry.id, evaluate(entry.id, inner, problems)
    return None, None


def _no_id(block: Block, node: Node | None, value: Any) -> Diagnostic:
    shown = f'"{value}"' if isinstance(value, str) else "what is written"
    return error(
        "MLI-REF-012",
        f"import: of {block.address} takes an id, and {shown} is none",
        "An id of Azure begins with /subscriptions/; `az resource list` prints them.",
        node.position if node is not None else block.position,
        block.address,
    )


def _tried(type_: ResourceType[Any], attrs: Attrs) -> str | None:
    try:
        return type_.identify(attrs)
    except ProviderError:
        return None


def _secret_identity(block: Block, attrs: Attrs) -> Diagnostic:
    key = next(key for key, value in attrs.items() if is_sensitive(value))
    return error(
        "MLI-TYP-008",
        f"a secret would become part of the id of {block.address}",
        "Ids are shown and recorded everywhere: names and parents must hold no secret.",
        block.body.at((key,)).position,
        block.address,
        (key,),
    )


def _orphan(block: Block, name: str, type_name: str) -> Diagnostic:
    return error(
        "MLI-REF-007",
        f"{block.address} needs a {type_name}, and the stack has none",
        f"Declare one under  resources: {type_name}:  or write  {name}:  with its name or id.",
        block.position,
        block.address,
        (name,),
    )


def _find(scope: InstanceScope | None, key: str) -> Any:
    if scope is None:
        return None
    try:
        return scope.find(key)
    except KeyError:
        return None
