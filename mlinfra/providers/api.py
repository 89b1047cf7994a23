"""The seam to the world: what a provider and its resource types are.

A provider never diffs, never decides an action, never sees state, never prints, and never meets a mark:
unknown and sensitive leaves are taken out before the call and put back after it. Types are stateless;
``C``, the provider's connection, is thread-safe.

The schema of a type is a flat JSON Schema (draft 2020-12) with these words of our own beside a property:

========================  ================================================================================
``x-immutable``           changing it deletes and creates the resource
``x-in-place``            lists of values: a change within one of them happens in place, any other replaces
``x-one-way: WHY``        once set it cannot be changed, and replacing does not help: a plan error
``x-computed``            the service says it; a user may write it only where it is also ``x-optional``
``x-follows: [KEY, …]``   computed anew when one of these keys changes: unknown while that is planned
``x-sensitive``           never written to state, plan or log
``x-write-only``          sent, never answered: compared with what was sent last
``x-ref: TYPE``           names a resource of that type: by id, ``azureml:name`` or plain name
``x-parent``              with ``x-ref``: filled in with the only resource of that type when left out
``x-unless: [KEY, …]``    with ``x-parent``: not filled in, and not missed, where one of these is written
``x-from: [PLACE, …]``    when left out, taken from the first place that has it: ``parent.KEY`` (an
                          attribute of the parent) or ``settings.KEY`` (a setting of the provider)
``x-id``                  an id of the service: compared without regard to case
``x-path: upload``        a file or folder of this machine, relative to the file it is written in, that is
                          uploaded: `normalize` and `begin` get its absolute path. What is remote stays
``x-path: yaml``          a YAML file of this machine whose content stands in place of its path; the content
                          may be written in place too
``x-path-is: KIND``       with ``x-path: upload``: it must be a ``file`` or a ``folder``
``x-path-holds: NAME``    with ``x-path-is: folder``: a file of that name must lie in it
``x-alias-of: KEY``       an older name of that key, which takes its place before anything is compared
``x-content``             with ``x-versioned``: part of what a version is; ``false`` inside such a key takes a
                          part out again
``x-loose``               an object of no schema: compared at any depth only in what is written; what the
                          service does not answer stands as it was sent; ids without regard to case
``x-mirrors: KEY``        answers hold here what was written in KEY: what is secret there is secret here
``x-unordered``           a list whose order means nothing
``x-key: NAME``           a list of objects that are matched by this key
``x-case-insensitive``    compared without regard to case
``x-pascal``              with ``x-case-insensitive`` and an ``enum``: ``SystemAssigned`` may stand for
                          ``system_assigned``; `normalize` makes one of the two
``x-duration``            ISO 8601 duration or seconds, compared as time
``x-exposes: [VALUE, …]`` these values open it to the internet; null among them: so does nothing written;
                          ``true`` instead of a list: every entry that is added does
``x-grants: [KEY, …]``    what is written here are rights, given to whom and on what these keys say (or
                          ``true``): another value, or one more in a list, gives more of them
``x-hint``                in words, what the value should look like; shown when it does not
``x-source``              where the facts about this key (above all its mutability) come from; ``guessed``
                          is a permitted word and shows in the reference
``default``               sent when the user writes nothing, and what a key taken out goes back to
========================  ================================================================================

and these at the top of a schema:

========================  ================================================================================
``x-discriminator``       the property that chooses the schema; changing it replaces
``x-owner-tag: KEY``      the map that may carry the tag ``mlinfra-lineage``, by which we know our own
``x-versioned``           a change of what is ``x-content`` makes a new version, which has an id of its own;
                          left out, ``version`` is the start of the content's hash
``x-replace-broken``      a creation that failed half-way is replaced; without it, it is put again
``x-soft-delete``         what was deleted keeps its name: where the same id is made again right after,
                          it is deleted by a request of its own, also when its container goes
``x-guards``              while it is there, what it lives in cannot be deleted: it is deleted before that,
                          by a request of its own
``x-read-one-by-one``     lists lack keys that are managed: each is read by itself
``x-adopts-equal``        what exists at the desired id, equal in all immutable keys, is taken over unasked
``x-data``                a few words: what data is lost with the resource; absent when none is
``x-serves``              a few words: what stops for others while it is replaced, or when it is gone
``x-seconds``             ``{"create": 180, "update": 10, "delete": 60}``: usual durations
``x-example``             a body that conformance tests create; ``x-examples`` maps names to one for each
                          kind. ``x-example-update`` laid over it changes it in place,
                          ``x-example-immutable`` replaces it
``x-example-more``        bodies that show keys which those have not: examples for editors, never created
========================  ================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

import msgspec

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)

Token: TypeAlias = Mapping[str, Any]
"""Plain JSON from which another process can take an operation up again; holds no secret."""


class Done(msgspec.Struct, frozen=True):
    """The request has taken effect. ``attrs`` is the resource as it is now (None after a deletion), read back
    where the service's answer to a write is not the truth; ``id`` where the service chose it."""

    attrs: Attrs | None = None
    id: str | None = None


class Pending(msgspec.Struct, frozen=True):
    """The service accepted the request and works on it; ask again after ``after`` seconds."""

    token: Token
    after: float = 5.0


Progress: TypeAlias = Done | Pending


Report: TypeAlias = Callable[[int, int], None]
"""Told how many bytes of how many have been sent; from any thread."""


def _unheard(sent: int, total: int) -> None:
    """Nobody asked."""


_report: ContextVar[Report] = ContextVar("report", default=_unheard)


def reporter() -> Report:
    """Whom a ``begin`` or ``resume`` tells how far its upload is; asked for in the thread of the call."""
    return _report.get()


@contextmanager
def reporting(report: Report) -> Iterator[None]:
    """Within this, uploads that are begun in this thread tell ``report``."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


class ProviderError(Exception):
    """What a provider could not do.

    ``path`` is relative to the resource's body; the engine adds address and place. ``retryable`` asks the
    engine to try again, not before ``after`` seconds; ``busy`` as often as it takes, since somebody is at
    work on the resource. ``sent`` is False when the service surely never acted on the request. ``kept`` says
    that a deleted resource, which the service still keeps, has the name (see `SoftDeletes`).
    """

    def __init__(
        self,
        code: str,
        summary: str,
        *,
        path: tuple[str | int, ...] = (),
        hint: str = "",
        retryable: bool = False,
        busy: bool = False,
        after: float | None = None,
        sent: bool = True,
        kept: bool = False,
    ) -> None:
        self.code = code
        self.summary = summary
        self.path = path
        self.hint = hint
        self.retryable = retryable or busy
        self.busy = busy
        self.after = after
        self.sent = sent
        self.kept = kept
        super().__init__(f"{code}: {summary}")


class ResourceType(Protocol[C_contra]):
    """One type of resource."""

    name: str
    version: int
    """Rises when the shape of its attributes changes."""

    def schema(self, attrs: Attrs) -> Mapping[str, Any]:
        """The JSON Schema for these attributes, chosen by the discriminator where there is one.

        Called with ``{}`` it answers a schema that is valid too: the type's most common kind.
        """
        ...

    def identify(self, attrs: Attrs) -> str | None:
        """The id of what these attributes describe; None while a needed value is missing. Pure."""
        ...

    def normalize(self, attrs: Attrs) -> Attrs:
        """The attributes in their one spelling; only what the flags cannot declare. Pure and idempotent."""
        ...

    def read_many(self, conn: C_contra, ids: Sequence[str]) -> Mapping[str, Attrs | None]:
        """What is there, by the ids as asked; None: it is not there. List calls where there are many.

        Raises ProviderError; a ``busy`` one while something of it is still being made, changed or deleted.
        """
        ...

    def begin(self, conn: C_contra, op: Op, id: str, prior: Attrs | None, desired: Attrs | None) -> Progress:
        """Create, update or delete; sends at most one mutating request. Deleting what is gone is `Done`.

        ``prior`` is what was read last (None for a creation), ``desired`` everything that should be there.
        Of a deletion it is None; unless the same id is created again right after it, then it is that: a
        service that keeps the names of what was deleted must be made to let go. Raises ProviderError.
        """
        ...

    def resume(self, conn: C_contra, pending: Pending) -> Progress:
        """Ask how an accepted request is doing; may send the next mutating request of a chain.

        Raises ProviderError when the operation failed.
        """
        ...


class Provider(Protocol[C]):
    """A family of resource types behind one kind of connection."""

    @property
    def name(self) -> str:
        """What a stack calls it: the top-level key of its settings."""
        ...

    @property
    def settings_schema(self) -> Mapping[str, Any]:
        """JSON Schema of its settings."""
        ...

    @property
    def types(self) -> Mapping[str, ResourceType[C]]:
        """Its resource types by name."""
        ...

    def connect(self, settings: Mapping[str, Any]) -> C:
        """A connection, thread-safe; nothing is asked of the service yet. Raises ProviderError."""
        ...


@runtime_checkable
class Resolves(Protocol):
    """A type some of whose keys must be asked of the world before an id is known (a user's object id)."""

    def resolve(self, conn: Any, wanted: Sequence[Attrs]) -> Sequence[Attrs]:
        """The same attributes, in the same order, with what was asked filled in; one batch per plan."""
        ...


@runtime_checkable
class ReadsWritten(Protocol):
    """A type whose resources cannot be read by their ids alone (the api-version is in the body)."""

    def read_written(self, conn: Any, wanted: Mapping[str, Attrs]) -> Mapping[str, Attrs | None]:
        """As `ResourceType.read_many`, knowing what is recorded or written of each. Raises ProviderError."""
        ...


@runtime_checkable
class Lists(Protocol):
    """A type that can say what lives beneath one of its resources."""

    def children(self, conn: Any, id: str) -> Iterable[str]:
        """The ids directly beneath ``id`` that would die with it and that people made."""
        ...


class Grave(msgspec.Struct, frozen=True):
    """A deleted resource that the service still keeps, and with it the name.

    ``id`` is the one it had, ``until`` the day on which the name is free, as ``2026-04-05`` (empty: nobody
    knows).
    """

    id: str
    until: str = ""
    purgeable: bool = True


@runtime_checkable
class SoftDeletes(Protocol):
    """A type whose deleted resources keep their names for a while.

    `ResourceType.begin` takes `Op.RECOVER`, which answers what is there again, and `Op.PURGE`, which answers
    `Done` without attributes, also where there is nothing to purge any more.
    """

    def graves(self, conn: Any, wanted: Mapping[str, Attrs]) -> Mapping[str, Grave | None]:
        """What keeps the names of these ids, which nothing alive has. None: nothing does; an id of which the
        service does not say is left out. Raises ProviderError."""
        ...


class Remark(msgspec.Struct, frozen=True):
    """A doubt about what is written, which forbids nothing; ``path`` is relative to the resource's body."""

    code: str
    summary: str
    hint: str = ""
    path: tuple[str | int, ...] = ()


@runtime_checkable
class Remarks(Protocol):
    """A type that has something to say of what is about to be made. Pure; local paths are digests here."""

    def remarks(self, attrs: Attrs) -> Iterable[Remark]:
        """What may surprise later."""
        ...

    def notes(self, attrs: Attrs, recorded: Sequence[Attrs]) -> Iterable[str]:
        """Lines for the plan; ``recorded`` are the type's other resources as they were applied."""
        ...


@runtime_checkable
class Describes(Protocol):
    """A provider that says where a connection with these settings goes, for headings."""

    def describe(self, settings: Mapping[str, Any]) -> Mapping[str, str]:
        """Short words by name: ``{"cloud": "simulator", "location": "westeurope"}``."""
        ...


@runtime_checkable
class Counts(Protocol):
    """A connection that counts what it sends."""

    requests: int


class Admission(Protocol):
    """Leave for the requests of one ``begin`` or ``resume``, got before a worker is given the call.

    Within ``with``, what the thread sends draws on what was taken; its end gives back what was not used.
    """

    @property
    def queue(self) -> Hashable:
        """What asks for the same stands in one queue: where its first must wait, all of it must."""
        ...

    def take(self) -> float:
        """0: it may go now, and what it needs is taken. Else the seconds until to ask again, above 0."""
        ...

    def __enter__(self) -> object: ...

    def __exit__(self, *exception: object) -> None: ...


@runtime_checkable
class Paced(Protocol):
    """A connection to a service that takes only so many requests in a time."""

    def admission(self, op: Op | None, id: str) -> Admission | None:
        """Leave to begin ``op`` on this id (empty: not known yet), or, with None, to ask how that is doing.
        Answers None where no leave is needed."""
        ...


@runtime_checkable
class OneWriter(Protocol):
    """A type whose service takes one write at a time for several resources: deployments of one endpoint."""

    def lane(self, id: str) -> str | None:
        """What resources that cannot be written side by side have in common; None: any number can. Pure.

        It is held from a write's begin to its operation's end; what writes to what it names holds it too.
        """
        ...


class Registered(msgspec.Struct, frozen=True):
    """A type with the provider that it came with."""

    provider: Provider[Any]
    type: ResourceType[Any]


Connect: TypeAlias = Callable[[str, Mapping[str, Any]], Any]
"""Provider name and settings to a connection; the command line supplies it."""


class Catalogue(msgspec.Struct, frozen=True):
    """Every provider that was found, and its types by name."""

    providers: Mapping[str, Provider[Any]]
    types: Mapping[str, Registered] = {}

    @staticmethod
    def of(providers: Iterable[Provider[Any]]) -> Catalogue:
        """A catalogue of these providers.

        Raises ValueError when two of them have a type of one name.
        """
        by_name = {provider.name: provider for provider in providers}
        types: dict[str, Registered] = {}
        for provider in by_name.values():
            for name, type_ in provider.types.items():
                if name in types:
                    raise ValueError(
                        f"{types[name].provider.name} and {provider.name} both have a type {name}"
                    )
                types[name] = Registered(provider, type_)
        return Catalogue(by_name, types)
