"""What is really there: every id of interest, read with as few requests as the service allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from mlinfra.engine.context import Context, nobody
from mlinfra.engine.marks import known_part
from mlinfra.engine.patience import PATIENCE
from mlinfra.engine.schema import masked, properties, tainted
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.event import Refreshing
from mlinfra.model.plan import RefreshInfo
from mlinfra.model.value import Attrs, canonical
from mlinfra.providers.api import Counts, ProviderError, ReadsWritten, Registered, ResourceType

OWNER_TAG = "mlinfra-lineage"
"""The tag by which mlinfra knows what it made itself; no plan, no output and no state shows it."""


class Wanted(msgspec.Struct, frozen=True):
    """One id to read. ``pattern`` is what was written of it: it says which answers are secrets."""

    id: str
    address: Address
    registered: Registered
    settings: Mapping[str, Any]
    pattern: Attrs


class Live(msgspec.Struct, frozen=True):
    """One resource as the service has it, normalised and with marks; ``owner`` is its lineage's tag."""

    attrs: Attrs
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What was read, by id without regard to case; an id that was not found is not in it."""

    live: Mapping[str, Live]
    info: RefreshInfo

    def get(self, id: str | None) -> Live | None:
        """What is there under an id."""
        return self.live.get(id.casefold()) if id is not None else None


def refresh(
    wanted: Iterable[Wanted], context: Context, tell: Callable[[Refreshing], object] = nobody
) -> Refreshed:
    """Read everything that is wanted: siblings of one collection together, collections side by side.

    ``tell`` hears how far it is. Raises MlinfraError with every read that failed.
    """
    groups: dict[tuple[str, str, bytes], dict[str, Wanted]] = {}
    for item in wanted:
        collection = item.id.casefold().rsplit("/", 1)[0]
        key = (item.registered.type.name, collection, canonical(item.settings))
        groups.setdefault(key, {}).setdefault(item.id.casefold(), item)
    waiting = list(groups.values())
    connections = {id(c): c for c in (_connection(group, context) for group in waiting)}
    sent = _sent(connections.values())
    started = context.clock.monotonic()
    live: dict[str, Live] = {}
    count = sum(map(len, groups.values()))
    meter = _Meter(count, tell)
    waited = 0.0
    while True:
        failures: list[tuple[dict[str, Wanted], ProviderError]] = []
        for group, answer in zip(waiting, _read_all(waiting, context), strict=True):
            if isinstance(answer, ProviderError):
                failures.append((group, answer))
            else:
                live.update(answer)
                meter.add(len(group))
        later = [(g, f) for g, f in failures if f.retryable]
        if len(later) < len(failures) or (later and waited >= PATIENCE):
            raise MlinfraError([_refused(group, failure) for group, failure in failures])
        if not later:
            break
        waiting = [group for group, _ in later]
        pause = max(5.0 if f.after is None else f.after for _, f in later)
        context.clock.sleep(pause)
        waited += max(pause, 1.0)
    seconds = context.clock.monotonic() - started
    return Refreshed(live, RefreshInfo(_sent(connections.values()) - sent, seconds, count))


def seen(attrs: Attrs, type_: ResourceType[Any], pattern: Attrs) -> Live:
    """An answer of a provider, normalised, without the owner's tag, with marks on what is secret."""
    plain = type_.normalize(attrs)
    schema = type_.schema(plain)
    owner = None
    if (key := schema.get("x-owner-tag")) and isinstance(plain.get(key), dict):
        tags = dict(plain[key])
        owner = tags.pop(OWNER_TAG, None)
        plain = {k: v for k, v in plain.items() if k != key} | ({key: tags} if tags else {})
    if mirrors := properties(schema, "x-mirrors"):
        pattern = {**pattern, **{name: pattern.get(part["x-mirrors"]) for name, part in mirrors}}
    return Live(tainted(masked(plain, schema), pattern), owner)


def read(type_: ResourceType[Any], conn: Any, wanted: Mapping[str, Attrs]) -> Mapping[str, Attrs | None]:
    """What is there by id; ``wanted`` has what was written of each. Raises ProviderError."""
    if isinstance(type_, ReadsWritten):
        return type_.read_written(conn, {id: known_part(attrs) for id, attrs in wanted.items()})
    return type_.read_many(conn, list(wanted))


def is_ours(attrs: Attrs, type_: ResourceType[Any], lineage: str) -> bool:
    """Whether what is there is tagged as this stack's; of a type without tags nobody can say otherwise."""
    found = seen(attrs, type_, {})
    return found.owner == lineage or not type_.schema(attrs).get("x-owner-tag")


def _connection(group: Mapping[str, Wanted], context: Context) -> Any:
    first = next(iter(group.values()))
    try:
        return context.connect(first.registered.provider.name, first.settings)
    except ProviderError as wrong:
        raise MlinfraError(error(wrong.code, wrong.summary, wrong.hint)) from wrong


class _Meter:
    """Tells how many of ``resources`` are read: at the start, and with each tenth."""

    def __init__(self, resources: int, tell: Callable[[Refreshing], object]) -> None:
        self._read, self._resources, self._tell = 0, resources, tell
        if resources:
            tell(Refreshing(0, resources))

    def add(self, read: int) -> None:
        """As many more."""
        before = self._read * 10 // self._resources
        self._read += read
        if self._read * 10 // self._resources > before:
            self._tell(Refreshing(self._read, self._resources))


def _read_all(
    groups: Sequence[Mapping[str, Wanted]], context: Context
) -> Iterator[dict[str, Live] | ProviderError]:
    """The answer for each group, in their order, as they come."""
    # Imported here: it brings `logging`, and `validate` refreshes nothing.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=max(1, min(context.parallelism, len(groups)))) as pool:
        yield from pool.map(lambda group: _read(group, context), groups)


def _read(group: Mapping[str, Wanted], context: Context) -> dict[str, Live] | ProviderError:
    first = next(iter(group.values()))
    type_ = first.registered.type
    try:
        written = {item.id: item.pattern for item in group.values()}
        answers = read(type_, _connection(group, context), written)
    except ProviderError as wrong:
        return wrong
    return {
        item.id.casefold(): seen(attrs, type_, item.pattern)
        for item in group.values()
        if (attrs := answers.get(item.id)) is not None
    }


def _refused(group: Mapping[str, Wanted], failure: ProviderError) -> Any:
    first = next(iter(group.values()))
    return error(failure.code, failure.summary, failure.hint, address=first.address)


def _sent(connections: Iterable[Any]) -> int:
    return sum(c.requests for c in connections if isinstance(c, Counts))
