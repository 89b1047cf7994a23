"""Configuration, state and what is really there in; a `Plan` out. Sends nothing that changes anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

import msgspec
from msgspec.structs import replace

from mlinfra import __version__
from mlinfra.engine.check import near
from mlinfra.engine.checks import planned_checks
from mlinfra.engine.containment import Doomed, contained_blocks, dying_together
from mlinfra.engine.context import DEFAULTS, Context, Options
from mlinfra.engine.decide import (
    Work,
    decide,
    drifted,
    removal,
    replaced,
    replaced_with_parent,
    taken_along,
)
from mlinfra.engine.differ import SameSecret
from mlinfra.engine.expectation import expected, summed
from mlinfra.engine.graves import unearthed
from mlinfra.engine.instance import Instance
from mlinfra.engine.protect import protected
from mlinfra.engine.refresh import Live, Refreshed, Wanted, refresh
from mlinfra.engine.remarks import noted, remarked
from mlinfra.engine.renames import lookalikes, renamed
from mlinfra.engine.replacing import carried, reason_to_replace
from mlinfra.engine.resolve import Resolver
from mlinfra.engine.settings import Settings
from mlinfra.engine.settle import ending_for_good, settled_in_memory
from mlinfra.engine.steps import build_steps
from mlinfra.engine.targets import check_targets, targeted, without
from mlinfra.engine.validate import by_place, duplicates, resolved, warnings_of
from mlinfra.engine.versions import versioned
from mlinfra.model.address import Address
from mlinfra.model.collector import resting_collector
from mlinfra.model.configuration import Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.model.event import Settled
from mlinfra.model.graph import Cycle, ordered
from mlinfra.model.plan import Action, Drift, OutputChange, Plan, Reason, RefreshInfo
from mlinfra.model.state import Record, State
from mlinfra.model.value import Attrs, Redacted, Sensitive, Unknown, has_unknown, is_sensitive, reveal
from mlinfra.providers.api import Describes, Registered
from mlinfra.state.session import Snapshot

_MANY = 1_000
"""Blocks and records from which on the garbage collector rests while a plan is made of them."""


class Planned(msgspec.Struct, frozen=True):
    """A plan with what applying it needs, and what settling an earlier command's open steps found."""

    plan: Plan
    works: Mapping[Address, Work]
    resolver: Resolver
    settings: Settings
    state: State
    config: Config
    settled: tuple[Settled, ...] = ()
    written: Mapping[str, str] = {}
    """A digest of what is written of each address, where the options ask for it."""


def make_plan(config: Config, snapshot: Snapshot, context: Context, options: Options = DEFAULTS) -> Planned:
    """Plan a stack. Open steps of an earlier command are settled in memory; nothing is written.

    Raises MlinfraError with every problem found.
    """
    state, settled = settled_in_memory(snapshot, context)
    for event in settled:
        context.tell(event)
    large = len(config.blocks) + len(state.records) > _MANY
    with resting_collector(large=large):
        keeps = not options.destroy
        resolver, settings = resolved(
            config, context, state.records if keeps else {}, read=keeps, outputs=keeps
        )
    if options.destroy:
        resolver.instances.clear()
    else:
        problems = [*resolver.problems, *duplicates(resolver.all())]
        refuse_errors(by_place(problems, config))
    digests = _written(resolver, settings) if options.digests else {}
    if options.refresh and not options.destroy:
        resolver.ask(context)
    if named := (*options.targets, *options.excluded, *options.replace):
        check_targets(named, {*(i.address for i in resolver.all()), *state.records})
    refreshed = _refreshed(resolver, settings, state, context, options)
    same, ending = snapshot.same_secret, ending_for_good(snapshot.open)
    planning = _Planning(config, state, context, options, resolver, settings, refreshed, same, ending)
    with resting_collector(large=large):
        return replace(planning.run(settled), written=digests)


def _written(resolver: Resolver, settings: Settings) -> Mapping[str, str]:
    from mlinfra.engine.written import written  # not for a plan that is only looked at

    return written(resolver, settings)


def _refreshed(
    resolver: Resolver, settings: Settings, state: State, context: Context, options: Options
) -> Refreshed:
    """Everything that is recorded and everything that is desired, as it is; or as it was recorded."""
    if not options.refresh:
        live = {r.id.casefold(): Live(r.observed) for r in state.records.values()}
        return Refreshed(live, RefreshInfo(skipped=True, resources=len(live)))
    wanted: dict[str, Wanted] = {}
    for instance in resolver.all():
        if instance.id is not None:
            wanted[instance.id.casefold()] = Wanted(
                instance.id, instance.address, instance.registered, instance.settings, instance.attrs
            )
    for record in state.records.values():
        registered = _registered(record, context)
        used = settings.current(record.provider, record.settings)
        wanted[record.id.casefold()] = Wanted(record.id, record.address, registered, used, record.desired)
    return refresh(wanted.values(), context, context.tell)


class _Planning:
    """One walk over a stack in the order of its blocks: parents before children, needs before needers."""

    def __init__(
        self,
        config: Config,
        state: State,
        context: Context,
        options: Options,
        resolver: Resolver,
        settings: Settings,
        refreshed: Refreshed,
        same: SameSecret,
        ending: Collection[str],
    ) -> None:
        self.config, self.state, self.context, self.options = config, state, context, options
        self.resolver, self.settings, self.refreshed, self.same = resolver, settings, refreshed, same
        self.ending = ending
        self.problems: list[Diagnostic] = []
        self.works: dict[Address, Work] = {}
        self.doomed = Doomed()
        self.blocks = {block.address: block for block in config.blocks}
        self.renamed = renamed(resolver.all(), state, config.moved)
        self.holders = {record.id.casefold(): address for address, record in state.records.items()}

    def run(self, settled: tuple[Settled, ...]) -> Planned:
        """The whole plan; raises MlinfraError."""
        self.resolver.problems.clear()
        self._leave()
        if not self.options.destroy:
            self._walk()
            self._leave()  # instances too that are gone because of what others changed
        self.works = carried(dying_together(self.works), self.problems)
        outputs = self._outputs()
        if self.options.targets:
            self.works, limited = targeted(self.works, self.options.targets)
            self.problems.append(limited)
        if self.options.excluded:
            self.works, limited = without(self.works, self.options.excluded)
            self.problems.append(limited)
        if self.options.only is not None:
            only = {address: work for address, work in self.works.items() if address in self.options.only}
            self.works = dying_together(only)
        works = unearthed(self._in_user_order(), self._look(), self.problems, self.ending)
        works = protected(works, self.config, self.state, self._look(), self.problems)
        works = versioned(noted(works, self.state.records.values()))
        self.problems.extend(remarked(works, self.resolver.opened))
        self.problems.extend(lookalikes(works))
        checks = planned_checks(
            self.config, works, self.resolver, self.problems, destroy=self.options.destroy
        )
        refuse_errors(by_place([*self.problems, *self.resolver.problems], self.config))
        steps, joins = build_steps(works, self.resolver.graph.needs)
        steps = expected(steps, {work.address: work for work in works}, self.state.durations)
        works = summed(works, steps)
        self.works = {work.address: work for work in works}
        plan = Plan(
            stack=self.config.stack,
            lineage=self.state.lineage,
            serial=self.state.serial,
            version=__version__,
            changes=tuple(w.change for w in works),
            steps=steps,
            joins=joins,
            drift=self._drift(),
            outputs=outputs,
            warnings=warnings_of([*self.config.warnings, *self.problems]),
            checks=checks,
            context=self._context(),
            refresh=self.refreshed.info,
            destroy=self.options.destroy,
        )
        _refuse_impossible(plan)
        return Planned(plan, self.works, self.resolver, self.settings, self.state, self.config, settled)

    # ---- the walk ------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """What is recorded and no longer desired; parents first, so that what dies with them is known."""
        desired = {i.address for i in self.resolver.all()}
        reason = Reason.DESTROY if self.options.destroy else Reason.REMOVED
        gone = [r for a, r in self.state.records.items() if a not in desired and a not in self.works]
        if not gone:
            return
        kept = {record.id.casefold() for record in self.renamed.values()}
        kept |= {r.id.casefold() for a, r in self.state.records.items() if a in desired}
        for record in sorted(gone, key=lambda r: r.id.count("/")):
            registered, live = _registered(record, self.context), self.refreshed.get(record.id)
            work = removal(record, registered, live, reason, keep=self._keep(record, kept))
            work = replace(work, settings=self.settings.current(record.provider, record.settings))
            if work.change.action is Action.DELETE:
                root = self.doomed.root(record.id)
                self.doomed.add(record.id, work.address, root)
                work = replace(work, change=replace(work.change, dies_with=root))
            self.works[record.address] = work

    def _keep(self, record: Record, kept: set[str]) -> Reason | None:
        """Why a resource stays although nothing of the configuration is it any more."""
        if record.id.casefold() in kept:
            return Reason.RENAMED
        said = [r.destroy for r in self.config.removed if r.address in (record.address, record.address.block)]
        if said:
            return None if said[-1] else Reason.KEPT
        # What is written counts; of a block that has left the configuration, what was recorded.
        block = self.blocks.get(record.address.block)
        keep = block.lifecycle.keep_on_remove if block is not None else "keep_on_remove" in record.lifecycle
        return Reason.KEPT if keep else None

    def _walk(self) -> None:
        for block_address in self.resolver.graph.ordered_with(contained_blocks(self.resolver.all())):
            self._tell_what_others_wrote(block_address)
            for instance in self.resolver.refreshed(block_address).values():
                work = self._decide(instance)
                self.works[instance.address] = work
                self._observe(work)

    def _tell_what_others_wrote(self, block: Address) -> None:
        """Where changes are ignored, what is there is what is wanted, and what others read."""
        if not self.resolver.graph.blocks[block].lifecycle.ignore_changes:
            return
        for address in (instance.address for instance in self.resolver.refreshed(block).values()):
            record = self.state.records.get(address)
            live = self.refreshed.get(record.id) if record is not None else None
            if live is not None:
                self.resolver.observe(address, live.attrs)
                self.resolver.forget(block)

    def _decide(self, instance: Instance) -> Work:
        renamed = self.renamed.get(instance.address)
        record = self.state.records.get(instance.address) or renamed
        live = self.refreshed.get(record.id) if record else None
        existing = None
        if record is None or (instance.id is not None and instance.id.casefold() != record.id.casefold()):
            existing = self.refreshed.get(instance.id) if self.options.refresh else None
            holder = self.holders.get((instance.id or "").casefold(), instance.address)
            if holder != instance.address and renamed is None:
                self.problems.append(_held(instance, holder))
                existing = None
        work = decide(
            instance,
            record,
            live,
            existing,
            lineage=self.state.lineage,
            same=self.same,
            problems=self.problems,
        )
        if renamed is not None:
            work = taken_along(work)
        why = reason_to_replace(work, self.options.replace, self.works)
        if why is not None:
            work = replaced(work, why, self.problems)
        if record is not None and live is not None:
            root = self.doomed.root(record.id)
            if root is not None:
                work = replaced_with_parent(work, self.works[root])
            if work.change.action.destroys:
                self.doomed.add(record.id, work.address, root)
        return work

    def _observe(self, work: Work) -> None:
        """Tell whoever reads it what it will be: as it is, or made anew and not known yet."""
        stays = work.change.action in (Action.NO_OP, Action.UPDATE, Action.ADOPT)
        self.resolver.observe(work.address, _lasting(work) if stays else None)

    # ---- around the walk -----------------------------------------------------------------------------

    def _outputs(self) -> tuple[OutputChange, ...]:
        found: list[OutputChange] = []
        declared = {} if self.options.destroy else self.config.outputs
        for name, output in declared.items():
            value = self.resolver.value(output.value, self.problems)
            if output.sensitive or is_sensitive(value):
                # A secret anywhere in it makes the whole output one: that is how it is recorded, too.
                value = Unknown(sensitive=True) if has_unknown(value) else Sensitive(reveal(value))
            before = self.state.outputs.get(name)
            if before is None:
                action = Action.CREATE
            else:
                action = Action.NO_OP if self._equal(before.value, value) else Action.UPDATE
            found.append(OutputChange(name, action, before.value if before else None, value))
        found.extend(
            OutputChange(name, Action.DELETE, old.value, None)
            for name, old in self.state.outputs.items()
            if name not in declared
        )
        return tuple(found)

    def _equal(self, before: Any, after: Any) -> bool:
        if isinstance(before, Redacted) and isinstance(after, Sensitive):
            return self.same(after.value, before)
        return bool(before == after) and not isinstance(after, Unknown)

    def _in_user_order(self) -> list[Work]:
        rank = {b.address: i for i, b in enumerate(self.config.blocks)}
        return sorted(self.works.values(), key=lambda w: rank.get(w.address.block, len(rank)))

    def _look(self) -> Context | None:
        """Who can be asked what lives where; nobody when the user wants nothing read."""
        return self.context if self.options.refresh else None

    def _drift(self) -> tuple[Drift, ...]:
        if not self.options.refresh:
            return ()
        found: list[Drift] = []
        for record in self.state.records.values():
            if record.broken:
                continue
            drift = drifted(
                record, _registered(record, self.context), self.refreshed.get(record.id), self.same
            )
            if drift is not None:
                found.append(drift)
        return tuple(found)

    def _context(self) -> Mapping[str, str]:
        used = {r.provider.name: r.provider for r in self.resolver.graph.registered.values()}
        for name, provider in used.items():
            if isinstance(provider, Describes):
                return provider.describe(self.settings.of(name))
        return {}


def _refuse_impossible(plan: Plan) -> None:
    """Raises MlinfraError when some steps wait for each other."""
    try:
        ordered(plan.needs)
    except Cycle as wrong:
        ids = {step.id for step in plan.steps}
        ring = [id for id in wrong.path[1:] if id in ids]
        told = "\n".join(f"{one} waits for {other}" for one, other in pairwise([ring[-1], *ring]))
        raise MlinfraError(
            error(
                "MLI-PLN-013",
                "these changes wait for each other and cannot be made in one go",
                f"{told}\nMake one of them first, in an apply of its own.",
            )
        ) from None


def _held(instance: Instance, holder: Address) -> Diagnostic:
    return error(
        "MLI-PLN-009",
        f"{instance.address} wants the id that {holder} has",
        f"{instance.id}\nOne must let go of it before the other takes it: apply {holder} under its new name "
        f"first, without {instance.address}.",
        instance.block.position,
        instance.address,
    )


def _lasting(work: Work) -> Attrs | None:
    """What is live, without what the service will compute anew from a key that changes."""
    changed = {attribute.path[0] for attribute in work.change.attributes}
    if work.live is None or not changed:
        return work.live
    props = work.schema["properties"]
    return {k: v for k, v in work.live.items() if changed.isdisjoint(props.get(k, {}).get("x-follows", ()))}


def _registered(record: Record, context: Context) -> Registered:
    found = context.catalogue.types.get(record.type)
    if found is None:
        raise MlinfraError(
            error(
                "MLI-PLN-001",
                f"no provider here knows the type `{record.type}` of {record.address}, which is recorded",
                f"{near(record.type, context.catalogue.types)}Install its provider, `{record.provider}`.",
                address=record.address,
            )
        )
    return found
