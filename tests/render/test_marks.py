from __future__ import annotations

from mlinfra.model.value import LocalPath
from mlinfra.render.marks import bare, sensitive, unknown


def test_a_local_path_is_told_by_name_and_hash_and_not_by_its_place_on_this_machine() -> None:
    path = LocalPath("data/x.csv", "/home/ana/data/x.csv", "3f9a2c0db714aaaa", is_folder=False)
    assert bare({"path": path, "more": [path]}) == {
        "path": "data/x.csv (3f9a2c0db714)",
        "more": ["data/x.csv (3f9a2c0db714)"],
    }
    assert (unknown({"path": path}), sensitive({"path": path})) == ({}, {})
