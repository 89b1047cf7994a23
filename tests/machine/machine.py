"""Random stacks, edits, crashes, drifts and applies; after each of them what must always hold.

What there should be is worked out from the stack alone (`Machine._expected`), never from what the engine
says. A refused plan must have a reason in what was written or done by hand; its own advice is then followed,
so that every example ends where it should.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mlinfra.config.loader import load
from mlinfra.engine.accept import accepted
from mlinfra.engine.applier import Applied, StopSignal, apply
from mlinfra.engine.context import Options
from mlinfra.engine.planner import make_plan
from mlinfra.engine.remembering import remember
from mlinfra.engine.settle import settle
from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity
from mlinfra.model.journal import Entry
from mlinfra.model.state import Record, State
from mlinfra.state.api import StoreError
from mlinfra.state.local import LocalStore
from mlinfra.state.manager import Snapshot, StateManager
from tests.machine.stack import INSTANCES, Block, Stack
from tests.machine.trouble import Killed, Kind, Trouble, TroubledStore
from tests.machine.worlds import Azure, Files, World

LABELS = ("a", "b", "c", "d", "e", "f")
NAMES = ("left", "right", "upper")
VALUES = ("red", "green", "yellow")
BY_HAND = ("black", "white")
PATIENCE = 12
"""How often a refusal's advice is followed before the example counts as stuck."""

FAULTS = ("TEST-REFUSED", "TEST-BUSY", "MLI-STA-007", "MLI-STA-008", "MLI-STA-020")


@dataclass
class Other:
    """Something that is there and not recorded. ``ours`` when it bears the stack's own mark."""

    value: str
    ours: bool = False


class Machine(RuleBasedStateMachine):
    """Derive, and say in ``world_of`` where it happens."""

    world_of: ClassVar[type[Files] | type[Azure]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mlinfra-machine-"))
        self.trouble = Trouble()
        self.world: World = self.world_of(self.folder, self.trouble)
        self.stack = Stack()
        self.others: dict[str, Other] = {}
        self.once: dict[str, Block] = {}
        """The last block of each label that has left the stack."""
        self.lineage = ""
        self.serial = -1
        self.disturbed = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # ---- edits ---------------------------------------------------------------------------------------

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        for _ in range(3):
            self.add(data)

    @rule(data=st.data())
    def add(self, data: st.DataObject) -> None:
        label = data.draw(st.sampled_from(LABELS), "label")
        containers = [n for n, b in self.stack.blocks.items() if b.inside is None and b.keys is None]
        type_ = data.draw(st.sampled_from((self.world.container, *self.world.leaves)), "type")
        if type_ != self.world.container and not containers:
            type_ = self.world.container
        inside = None if type_ == self.world.container else data.draw(st.sampled_from(containers), "inside")
        names = self.stack.free_names(None, type_, inside, NAMES)
        full = f"{type_}.{label}"
        if full in self.stack.blocks or full in self.stack.moved or not names:
            return
        block = Block(type_, data.draw(st.sampled_from(names), "name"), _value(data), inside)
        block.keys = data.draw(st.none() | _keys(), "keys")
        if type_ == "key_vault":
            block.life["on_soft_deleted"] = data.draw(st.sampled_from(("recover", "purge")), "deleted")
        self.stack.blocks[full] = block
        self.once.pop(full, None)

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        before = dict(self.stack.blocks)
        self.stack.remove(self._label(data))
        for label in before.keys() - self.stack.blocks.keys():
            self.once[label] = before[label]
            for old in [old for old, new in self.stack.moved.items() if new == label]:
                del self.stack.moved[old]
                self.once[old] = before[label]

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def change_value(self, data: st.DataObject) -> None:
        self.stack.blocks[self._label(data)].value = _value(data)

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def change_name(self, data: st.DataObject) -> None:
        label = self._label(data)
        block = self.stack.blocks[label]
        names = self.stack.free_names(label, block.type, block.inside, NAMES)
        if names:
            block.name = data.draw(st.sampled_from(names), "name")

    @precondition(lambda self: self.stack.blocks and self.world.places)
    @rule(data=st.data())
    def change_place(self, data: st.DataObject) -> None:
        block = self.stack.blocks[self._label(data)]
        if block.type not in self.world.settled:
            block.place = data.draw(st.sampled_from(("", *self.world.places)), "place")

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def change_keys(self, data: st.DataObject) -> None:
        label = self._label(data)
        if not any(label in (b.inside, b.reads) for b in self.stack.blocks.values()):
            self.stack.blocks[label].keys = data.draw(st.none() | _keys(), "keys")

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def change_reference(self, data: st.DataObject) -> None:
        label = self._label(data)
        block = self.stack.blocks[label]
        if block.type == "folder":
            return
        possible = [
            n for n, b in self.stack.before(label).items() if b.type == self.world.readable and b.keys is None
        ]
        block.reads = data.draw(st.sampled_from([None, *possible]), "reads")

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def change_container(self, data: st.DataObject) -> None:
        label = self._label(data)
        block = self.stack.blocks[label]
        if block.inside is None:
            return
        possible = [
            n
            for n, b in self.stack.before(label).items()
            if b.type == self.world.container
            and b.keys is None
            and block.name in self.stack.free_names(label, block.type, n, NAMES)
        ]
        block.inside = data.draw(st.sampled_from(possible), "inside")

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def change_life(self, data: st.DataObject) -> None:
        block = self.stack.blocks[self._label(data)]
        word = data.draw(
            st.sampled_from(("create_before_destroy", "prevent_destroy", "keep_on_remove", "ignore_changes"))
        )
        if word in block.life:
            del block.life[word]
        elif word == "ignore_changes":
            if block.type != "folder":
                block.life[word] = [self.world.ignored]
        else:
            block.life[word] = True

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        label = self._label(data)
        new = f"{label.partition('.')[0]}.{data.draw(st.sampled_from(LABELS), 'new label')}"
        taken = self.stack.blocks.keys() | self.stack.moved.keys() | set(self.stack.moved.values())
        recorded = {str(address.block) for address in self._recorded().records}
        if new not in taken and new not in recorded and label not in self.stack.moved.values():
            self.stack.rename(label, new)

    # ---- what others do ------------------------------------------------------------------------------

    @rule(data=st.data())
    def somebody_changes(self, data: st.DataObject) -> None:
        there = sorted(self.world.contents())
        if there:
            id = data.draw(st.sampled_from(there), "id")
            self.world.change(id, data.draw(st.sampled_from(BY_HAND), "value"))
            if id in self.others:
                self.others[id].value = self.world.contents()[id]

    @rule(data=st.data())
    def somebody_deletes(self, data: st.DataObject) -> None:
        there = sorted(self.world.contents())
        if there:
            self._delete(data.draw(st.sampled_from(there), "id"))

    @rule(data=st.data())
    def somebody_creates(self, data: st.DataObject) -> None:
        there = self.world.contents()
        if self._open():
            return  # of what bears no mark nobody could say who made it
        free = [
            (self.world.id(block, self.stack, key), block, key)
            for _, block, key in self.stack.instances()
            if self._could_be_made(block, key, there) and block.type not in self.world.settled
        ]
        if free:
            id, block, key = data.draw(st.sampled_from(free), "what")
            value = data.draw(st.sampled_from(BY_HAND), "value") if block.type != "folder" else ""
            self.world.create(block, self.stack, key, value)
            if id in self.world.contents():
                self.others[id] = Other(value)

    # ---- commands ------------------------------------------------------------------------------------

    @rule()
    def apply(self) -> None:
        self._converge()

    @rule()
    def destroy(self) -> None:
        self._converge(destroy=True)

    @rule(at=st.integers(1, 25), after=st.booleans())
    def crash(self, at: int, after: bool) -> None:
        self.trouble.strike(at, after=after)
        self._try()

    @rule(at=st.integers(1, 25), after=st.booleans())
    def crash_destroying(self, at: int, after: bool) -> None:
        self.trouble.strike(at, after=after)
        self._try(destroy=True)

    @rule(
        at=st.integers(1, 25),
        after=st.booleans(),
        kind=st.sampled_from((Kind.BUSY, Kind.REFUSED)),
        times=st.sampled_from((1, 3, 1000)),
    )
    def fault(self, at: int, after: bool, kind: Kind, times: int) -> None:
        self.trouble.strike(at, kind, after=after, times=times)
        self._try()

    @precondition(lambda self: self.stack.blocks)
    @rule(data=st.data())
    def apply_a_part(self, data: st.DataObject) -> None:
        word = data.draw(st.sampled_from(("targets", "excluded", "replace")), "option")
        label = self._label(data)
        if self.stack.blocks[label].instances:
            self.trouble.strike(None)
            self._try(**{word: (parse_address(label),)})

    @rule()
    def refresh(self) -> None:
        self.trouble.strike(None)
        self._write()
        with self._manager().session(command="refresh") as session:
            settle(session, self.world.context, lambda event: None)
            try:
                planned = make_plan(load(self.folder), session.snapshot, self.world.context)
            except MlinfraError as wrong:
                self._justified(wrong.diagnostics, destroy=False)
                return
            session.commit(accepted(planned))

    # ---- what always holds ---------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost_or_touched(self) -> None:
        snapshot = self._manager().load()
        state = snapshot.state
        known = {self._key(record.id) for record in state.records.values()}
        known |= {self._key(id) for record in state.records.values() for id in record.versions}
        known |= {self._key(entry.id) for entry in snapshot.open if entry.id is not None}
        there = self.world.contents()
        orphans = there.keys() - known - self.others.keys()
        assert not orphans, f"{orphans} are in no record"
        assert not self.trouble.creations, "created twice"
        for id, other in self.others.items():
            assert there.get(id) == other.value, f"{id} is not ours"
        if snapshot.etag is not None:
            assert state.serial >= self.serial
            assert state.lineage == (self.lineage or state.lineage)
            self.serial, self.lineage = state.serial, state.lineage

    # ---- how -----------------------------------------------------------------------------------------

    def _converge(self, *, destroy: bool = False) -> None:
        """A command on a quiet day comes to its end, its refusals' advice followed."""
        told: list[str] = []
        for _ in range(PATIENCE):
            self.trouble.strike(None)
            outcome = self._try(destroy=destroy)
            if isinstance(outcome, Applied) and not outcome.failures:
                break
            assert outcome is not None
            found = outcome.failures if isinstance(outcome, Applied) else outcome.diagnostics
            told = [f"{d.code} {d.summary} {d.detail}" for d in found]
            for diagnostic in found:
                if diagnostic.severity is Severity.ERROR:
                    self._follow_advice(diagnostic)
        else:
            raise AssertionError(f"stuck: {told}")
        there = self.world.contents()
        if destroy:
            assert self._recorded().records == {}
            assert there == {id: other.value for id, other in self.others.items()}
            self.stack.moved.clear()
            return
        self._write()
        left = make_plan(load(self.folder), self._manager().load(), self.world.context).plan
        assert left.is_empty and not left.drift, (left.changes, left.drift)
        expected = self._expected(there)
        ours = {id: value for id, value in there.items() if id not in self.others}
        assert ours.keys() == expected.keys()
        assert all(expected[id] in (None, ours[id]) for id in ours), (expected, ours)
        self.stack.moved.clear()

    def _try(self, **options: Any) -> Applied | MlinfraError | None:
        """One apply under the trouble that was asked for; None when it died of it."""
        self._write()
        before = self._manager().load()
        destroy = bool(options.get("destroy"))
        leaving = self._leaving(before, destroy=destroy)
        outcome: Applied | MlinfraError | None
        try:
            with self._manager(TroubledStore).session(command="apply") as session:
                settle(session, self.world.context, lambda event: None)
                planned = make_plan(
                    load(self.folder), session.snapshot, self.world.context, Options(**options)
                )
                if planned.plan.is_empty:
                    remember(planned, session)
                outcome = apply(planned, session, self.world.context, lambda event: None, StopSignal())
        except Killed:
            outcome = None
        except MlinfraError as wrong:
            outcome = wrong
            self._justified(wrong.diagnostics, destroy=destroy)
        except StoreError:
            assert self.trouble.struck
            outcome = None
        self.trouble.strike(None)
        self._sort_out(leaving)
        return outcome

    def _sort_out(self, leaving: set[str]) -> None:
        """What is recorded now is ours; what was let go on purpose is not, from now on."""
        snapshot = self._manager().load()
        recorded = {self._key(record.id) for record in snapshot.state.records.values()}
        still = {self._key(entry.id) for entry in snapshot.open if entry.id is not None}
        there = self.world.contents()
        for id in recorded & self.others.keys():
            wanted = [
                block
                for _, block, key in self.stack.instances()
                if self.world.id(block, self.stack, key) == id
            ]
            assert self.others[id].ours or any(block.adopts for block in wanted), (
                f"{id} was taken over unasked"
            )
            del self.others[id]
        for id in leaving - recorded - still:
            if id in there:
                self.others[id] = Other(there[id], ours=self.world.tags)

    def _leaving(self, before: Snapshot, *, destroy: bool) -> set[str]:
        """The ids of what may be let go because it is to be kept."""
        declared = {self.stack.address(label, key) for label, _, key in self.stack.instances()}
        known: list[Record | Entry] = [*before.state.records.values(), *before.open]
        found = set()
        for one in known:
            block = self.stack.blocks.get(str(one.address.block))
            keeps = "keep_on_remove" in (block.life if block is not None else one.lifecycle)
            if keeps and one.id is not None and (destroy or str(one.address) not in declared):
                found.add(self._key(one.id))
        return found

    def _expected(self, there: Mapping[str, str]) -> dict[str, str | None]:
        """What there should be by id; None for a value that is left to others."""
        found: dict[str, str | None] = {}
        for _, block, key in self.stack.instances():
            value = block.value
            if block.type == "folder":
                value = ""
            elif block.reads is not None:
                value += (
                    f"-{self.world.read(self.world.id(self.stack.blocks[block.reads], self.stack, None))}"
                )
            ignored = "ignore_changes" in block.life
            found[self.world.id(block, self.stack, key)] = None if ignored else value
        return found

    def _could_be_made(self, block: Block, key: str | None, there: Mapping[str, str]) -> bool:
        id = self.world.id(block, self.stack, key)
        if id in there or self._held(id):
            return False
        return (
            block.inside is None or self.world.id(self.stack.blocks[block.inside], self.stack, None) in there
        )

    def _held(self, id: str) -> bool:
        return any(self._key(record.id) == id for record in self._recorded().records.values())

    def _delete(self, id: str) -> None:
        self.world.delete(id)
        there = self.world.contents()
        self.others = {other: what for other, what in self.others.items() if other in there}

    def _justified(self, found: tuple[Diagnostic, ...], *, destroy: bool) -> None:
        """A refusal must have its reason in what was written, done by hand, or in the trouble of the day."""
        lives = [block.life for block in (*self.stack.blocks.values(), *self.once.values())]
        recorded = self._recorded().records.values()
        for diagnostic in (each for each in found if each.severity is Severity.ERROR):
            code = diagnostic.code
            if code in FAULTS:
                assert self.trouble.struck, diagnostic
            elif code == "MLI-PLN-002":
                assert any("prevent_destroy" in life for life in lives) or any(
                    "prevent_destroy" in record.lifecycle for record in recorded
                ), diagnostic
            elif code in ("MLI-PLN-003", "MLI-PLN-004", "MLI-PLN-007"):
                assert self.others, diagnostic
            elif code == "MLI-PLN-024":
                assert any("create_before_destroy" in life for life in lives), diagnostic
            elif code == "MLI-PLN-025":
                assert any("keep_on_remove" in life for life in lives) or any(
                    "keep_on_remove" in record.lifecycle for record in recorded
                ), diagnostic
            elif code == "MLI-PLN-008":
                assert any(block.adopts for block in self.stack.blocks.values()), diagnostic
            else:
                assert code in ("MLI-PLN-009", "MLI-PLN-013"), diagnostic

    def _follow_advice(self, diagnostic: Diagnostic) -> None:
        """Do what the message says."""
        assert diagnostic.address is not None or diagnostic.code == "MLI-PLN-013", diagnostic
        label = str(diagnostic.address.block) if diagnostic.address is not None else ""
        block = self.stack.blocks.get(label)
        there = self.world.contents()
        if diagnostic.code in ("MLI-PLN-002", "MLI-PLN-025"):
            word = "prevent_destroy" if diagnostic.code == "MLI-PLN-002" else "keep_on_remove"
            self._put_back(label).life.pop(word, None)
        elif diagnostic.code in ("MLI-PLN-003", "MLI-PLN-004", "MLI-PLN-007"):
            for id in list(self.others):
                if id in self.others and id in there:
                    self._delete(id)
        elif diagnostic.code == "MLI-PLN-024":
            for block in self.stack.blocks.values():
                block.life.pop("create_before_destroy", None)
        elif diagnostic.code == "MLI-PLN-009":
            if block is not None:  # another of its instances may have said so already
                self.stack.remove(label)
        else:
            raise AssertionError(diagnostic)

    def _put_back(self, label: str) -> Block:
        """The block of this label; one that has left the stack comes back, with what it lives in."""
        label = self.stack.moved.get(label, label)
        if label not in self.stack.blocks:
            block = self.once.pop(label)
            block.reads = None
            if block.inside is not None:
                self._put_back(block.inside)
            for other, rival in list(self.stack.blocks.items()):
                if (rival.type, rival.inside, rival.name) == (block.type, block.inside, block.name):
                    self.stack.remove(other)
            self.stack.blocks[label] = block
        return self.stack.blocks[label]

    def _label(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(list(self.stack.blocks)), "block")

    def _key(self, id: str) -> str:
        return id.casefold() if self.world.tags else id

    def _recorded(self) -> State:
        return self._manager().load().state

    def _open(self) -> bool:
        return bool(self._manager().load().open)

    def _manager(self, wrap: Any = lambda store, trouble: store) -> StateManager:
        clock = self.world.context.clock
        store = wrap(LocalStore(self.folder / "state", "machine", clock=clock), self.trouble)
        return StateManager(
            store, stack="machine", folder=".", clock=clock, tool="test", heartbeat=False, aside=self.folder
        )

    def _write(self) -> None:
        resources: dict[str, dict[str, Any]] = {}
        for label, block in self.stack.blocks.items():
            body = self.world.body(block, self.stack)
            if block.keys is not None:
                body["for_each"] = list(block.keys)
            if block.life:
                body["lifecycle"] = dict(block.life)
            type_, _, name = label.partition(".")
            resources.setdefault(type_, {})[name] = body
        written = {
            "stack": "machine",
            self.world.name: dict(self.world.settings),
            "resources": resources,
            "moved": [{"from": old, "to": new} for old, new in self.stack.moved.items()],
        }
        (self.folder / "mlinfra.yaml").write_text(json.dumps(written))


def _value(data: st.DataObject) -> str:
    return data.draw(st.sampled_from(VALUES), "value")


def _keys() -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(INSTANCES)).map(lambda keys: tuple(sorted(keys)))
