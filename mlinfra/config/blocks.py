"""Resource blocks: type → name → body, with the keys that belong to mlinfra split off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.bodies import Bodies
from mlinfra.config.checks import read_checks
from mlinfra.config.durations import read_timeouts
from mlinfra.config.lifecycle import read_lifecycle
from mlinfra.config.names import bad_name
from mlinfra.config.shape import Reader
from mlinfra.config.waits import read_provider, read_waits
from mlinfra.model.address import Address
from mlinfra.model.configuration import META_KEYS, Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node, Position, Template


def read_blocks(
    section: Node | None, folder: Path, bodies: Bodies, problems: list[Diagnostic], *, read: bool = False
) -> list[Block]:
    """Every block of ``resources:``, or with ``read`` of ``data:``, whose name can be used, as written."""
    blocks: list[Block] = []
    reader = Reader(problems)
    for type_name, of_type in reader.members(section, "data" if read else "resources").items():
        wrong = bad_name(type_name, "type", of_type.key or of_type.position)
        if wrong is not None:
            problems.append(wrong)
            continue
        for name, node in reader.members(of_type, type_name).items():
            wrong = bad_name(name, "block", node.key or node.position, remote=True)
            if wrong is not None:
                problems.append(wrong)
                continue
            block = _Block(Address(type_name, name), node, folder, bodies, problems)
            blocks.append(block.source() if read else block.read())
    return blocks


_OF_DATA = ("parent", "provider")
"""The keys of mlinfra that a block of ``data:`` may have."""


class _Block:
    def __init__(
        self, address: Address, node: Node, folder: Path, bodies: Bodies, problems: list[Diagnostic]
    ) -> None:
        self.address = address
        self.node = node
        self.folder = folder
        self.bodies = bodies
        self.problems = problems
        self.reader = Reader(problems, str(address))

    def read(self) -> Block:
        node = self.node
        written = self.reader.map(node)
        meta = {key: child for key, child in written.items() if key in META_KEYS}
        own = {key: child for key, child in written.items() if key not in META_KEYS} if meta else written
        body, folder = Node(own, node.position, node.key), self.folder
        if "file" in meta:
            found = self.bodies.read(meta["file"], str(self.address), self.folder)
            if found is not None:
                read, folder = found
                body = Node({**read.value, **own}, read.position, node.key)
        if "for_each" in meta and "count" in meta:
            self._problem(
                codes.WRONG_SHAPE,
                f"{self.address} has both `for_each` and `count`",
                "Keep one: `for_each` for members with names, `count` for a number of equal ones.",
                meta["count"],
            )
        return Block(
            address=self.address,
            body=body,
            position=node.key or node.position,
            folder=folder,
            lifecycle=read_lifecycle(meta.get("lifecycle"), self.address, self.problems),
            parent=meta.get("parent"),
            for_each=meta.get("for_each"),
            import_id=self._import(meta.get("import")),
            depends_on=read_waits(meta.get("depends_on"), str(self.address), self.problems, self.address),
            count=meta.get("count"),
            when=meta.get("when"),
            timeouts=read_timeouts(meta.get("timeouts"), self.address, self.problems),
            checks=read_checks(meta.get("checks"), self.address, self.problems),
            provider=read_provider(meta.get("provider"), str(self.address), self.problems),
        )

    def source(self) -> Block:
        """The block as one of ``data:``: what tells which one is meant, and nothing that would change it."""
        node, label = self.node, f"data.{self.address}"
        own: dict[str, Node] = {}
        written = Reader(self.problems, label).map(node)
        for key, child in written.items():
            if key not in META_KEYS:
                own[key] = child
            elif key not in _OF_DATA:
                self._problem(
                    codes.WRONG_SHAPE,
                    f"{label} cannot have `{key}`",
                    "What stands under `data:` is only read: it takes `name` and what its id is made of, or "
                    "`parent`, or `id` alone.",
                    child,
                )
        if "id" in own and (len(own) > 1 or self._has_parent()):
            self._problem(
                codes.WRONG_SHAPE,
                f"{label} has more than its `id`",
                "The id says all. Keep it alone, or take it out.",
                own["id"],
            )
        return Block(
            address=self.address,
            body=Node(own, node.position, node.key),
            position=node.key or node.position,
            folder=self.folder,
            parent=node.value["parent"] if self._has_parent() else None,
            read=True,
            provider=read_provider(written.get("provider"), label, self.problems),
        )

    def _has_parent(self) -> bool:
        return isinstance(self.node.value, Mapping) and "parent" in self.node.value

    def _problem(self, code: str, summary: str, detail: str, node: Node, at: Position | None = None) -> None:
        self.problems.append(error(code, summary, detail, at or node.key or node.position, self.address))

    # ---- import --------------------------------------------------------------------------------------

    def _import(self, node: Node | None) -> Node | None:
        if node is None:
            return None
        if node.is_map:
            read = Reader(self.problems, f"`import` of {self.address}").body(node, ("id",))
            if "id" in read:
                return read["id"]
        elif isinstance(node.value, str | Template):
            return node
        self._problem(
            codes.WRONG_SHAPE,
            f"`import` of {self.address} takes the id of what exists already",
            "For example  import: {id: /subscriptions/…}.",
            node,
            node.position,
        )
        return None
