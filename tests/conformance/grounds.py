"""What a pass starts from, and what it leaves when nothing disturbs it: made once, copied for each run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.conformance.lives import Left, Life, Want
from tests.conformance.mortal import Fate
from tests.conformance.passes import Pass


class Ground:
    """One pass. ``fate`` has all moments of the undisturbed run, ``left`` and ``made`` what it came to."""

    def __init__(self, one: Pass, start: Life, folder: Path) -> None:
        self.one, self._start, self._folder = one, start, folder
        life = self.copy()
        self._check_action(life)
        self.fate = Fate(watch=life.look)
        applied = life.apply(life.process(self.fate), one.want.options)
        assert applied is not None and applied.failures == ()
        self.left: Left = life.left()
        self.made: Counter[str] = life.cloud.made

    @property
    def deaths(self) -> list[int]:
        """The moments without those at which the same is left behind as at an earlier one; and of each pair
        of tears one, the first and the second in turn."""
        whole = [number for number in range(len(self.fate.seen)) if number not in self.fate.tears]
        first = {self.fate.seen[number]: number for number in reversed(whole)}
        return sorted([*first.values(), *self.fate.tears[::4], *self.fate.tears[3::4]])

    def copy(self) -> Life:
        """A stack that is about to be applied."""
        life = self._start.copy(self._folder)
        life.write(self.one.want.resources)
        return life

    def _check_action(self, life: Life) -> None:
        main = f"{self.one.example.type.name}.main"
        changes = life.plan(self.one.want).plan.changes
        action = next(c.action for c in changes if str(c.address) == main)
        assert action in (self.one.action, None if self.one.action else action), action


class Grounds:
    """Grounds by pass; what several start from is made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lives: dict[tuple[object, ...], Life] = {}

    def of(self, one: Pass) -> Ground:
        """The ground of a pass."""
        return Ground(one, self._reached(one, one.before), self._folder / "now")

    def _reached(self, one: Pass, wants: tuple[Want, ...]) -> Life:
        key = (str(one.example), *map(repr, wants))
        if key not in self._lives:
            before = self._reached(one, wants[:-1]) if wants else None
            folder = self._folder / str(len(self._lives))
            life = before.copy(folder) if before is not None else Life(one.example, folder)
            if wants:
                life.reach(wants[-1])
            self._lives[key] = life
        return self._lives[key]
