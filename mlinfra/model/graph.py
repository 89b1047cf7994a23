"""A directed graph of what needs what, over hashable nodes, in the user's own order."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)


class Cycle(Exception, Generic[N]):
    """The nodes of a cycle, the first again at the end: each needs the next."""

    def __init__(self, path: tuple[N, ...]) -> None:
        self.path = path
        super().__init__(" -> ".join(map(str, path)))


def ordered(needs: Mapping[N, Iterable[N]]) -> list[N]:
    """Every node after all that it needs.

    ``needs`` maps a node to what must come before it. Raises `Cycle` with the path.
    """
    sorter: TopologicalSorter[N] = TopologicalSorter(needs)
    try:
        return list(sorter.static_order())
    except CycleError as wrong:
        raise Cycle(tuple(reversed(wrong.args[1]))) from None


def dependants(needs: Mapping[N, Iterable[N]], roots: Iterable[N]) -> set[N]:
    """Everything that needs one of ``roots``, directly or through others; the roots themselves left out."""
    back: dict[N, list[N]] = {}
    for node, wanted in needs.items():
        for need in wanted:
            back.setdefault(need, []).append(node)
    start = list(roots)
    found: set[N] = set()
    queue = list(start)
    while queue:
        for node in back.get(queue.pop(), ()):
            if node not in found:
                found.add(node)
                queue.append(node)
    return found


def requirements(needs: Mapping[N, Iterable[N]], roots: Iterable[N]) -> set[N]:
    """Everything that ``roots`` need, directly or through others, the roots included."""
    found: set[N] = set()
    queue = list(roots)
    while queue:
        node = queue.pop()
        if node not in found:
            found.add(node)
            queue.extend(needs.get(node, ()))
    return found


def deciding_chain(needs: Mapping[N, Iterable[N]], ended: Mapping[N, float]) -> list[N]:
    """The chain that decided when all was over, first to last: what ended last, what it had waited for
    longest, and so on. ``ended`` says when each node ended; nodes without are passed over.
    """
    chain: list[N] = []
    candidates: Iterable[N] = ended
    while reached := [node for node in candidates if node in ended]:
        chain.append(max(reached, key=ended.__getitem__))
        candidates = needs.get(chain[-1], ())
    return chain[::-1]


def heaviest_before(needs: Mapping[N, Iterable[N]], weight: Mapping[N, float], node: N) -> list[N]:
    """The heaviest chain of nodes, each needing the one before, that ends in ``node``; of several the one
    with most links.
    """
    wanted = requirements(needs, [node])
    chains: dict[N, tuple[float, int, N | None]] = {}
    for each in ordered({one: list(needs.get(one, ())) for one in wanted}):
        before = max(needs.get(each, ()), key=lambda one: chains[one][:2], default=None)
        heavy, links = chains[before][:2] if before is not None else (0.0, 0)
        chains[each] = heavy + weight.get(each, 0.0), links + 1, before
    chain = [node]
    while (before := chains[chain[-1]][2]) is not None:
        chain.append(before)
    return chain[::-1]


def longest_path(needs: Mapping[N, Iterable[N]], weight: Mapping[N, float]) -> dict[N, float]:
    """For each node the heaviest chain from it to an end that nothing needs, its own weight included."""
    back: dict[N, list[N]] = {node: [] for node in needs}
    for node, wanted in needs.items():
        for need in wanted:
            back.setdefault(need, []).append(node)
    total: dict[N, float] = {}
    for node in reversed(ordered(needs)):
        total[node] = weight.get(node, 0.0) + max((total[n] for n in back.get(node, ())), default=0.0)
    return total
