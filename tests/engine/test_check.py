"""What is wrong with a body, in words: the rules that are no JSON Schema, on a schema of their own."""

from __future__ import annotations

from typing import Any

import pytest

from mlinfra.config.source import parse
from mlinfra.engine.check import Subject, check_body
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import SourceFile

SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "thing",
    "x-discriminator": "type",
    "properties": {
        "type": {"enum": ["one_kind", "other"], "x-case-insensitive": True, "x-pascal": True},
        "tier": {"enum": ["low_priority"], "x-case-insensitive": True},
        "vault": {"type": "string", "x-id": True},
        "deep": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["needed"],
                "properties": {"needed": {"type": "string"}, "vault": {"type": "string", "x-id": True}},
            },
        },
        "channels": {"not": {}, "x-hint": "That is a conda file."},
        "size": {"type": "string"},
    },
    "additionalProperties": False,
    "required": ["type"],
}


def told(text: str) -> list[Diagnostic]:
    node = parse(SourceFile("thing.yml", text))
    return list(check_body(Subject("thing.x", node, node.position), plain(node), SCHEMA))


def plain(node: Any) -> Any:
    if node.is_map:
        return {key: plain(child) for key, child in node.value.items()}
    return [plain(child) for child in node.value] if node.is_list else node.value


def short(text: str) -> list[str]:
    return [f"{d.position.line}:{d.position.column} {d.code} {d.summary}" for d in told(text) if d.position]


@pytest.mark.parametrize("kind", ["one_kind", "ONE_KIND", "OneKind", "onekind", "other"])
def test_a_word_may_be_written_in_pascal_case_where_the_schema_says_so(kind: str) -> None:
    assert short(f"type: {kind}\n") == []


def test_elsewhere_an_underscore_counts() -> None:
    assert short("type: other\ntier: LOW_PRIORITY\n") == []
    assert short("type: other\ntier: LowPriority\n") == [
        '2:7 MLI-TYP-004 `tier` of thing.x cannot be "LowPriority"'
    ]


def test_of_what_is_of_no_known_kind_nothing_else_is_said() -> None:
    assert short("type: third\nunheard_of: 1\nsize: 3\n") == [
        '1:7 MLI-TYP-004 `type` of thing.x cannot be "third"'
    ]
    assert short("unheard_of: 1\n") == [
        "1:1 MLI-CFG-012 unknown key `unheard_of` in thing.x",
        "1:1 MLI-TYP-002 thing.x needs `type`",
    ]


@pytest.mark.parametrize("left", ["<SUBSCRIPTION_ID>", "<my vault>", "<a-b>"])
def test_what_an_example_left_in_an_id(left: str) -> None:
    assert short(f"type: other\nvault: /subscriptions/{left}/x\n") == [
        f"2:8 MLI-TYP-014 `vault` of thing.x still holds {left}"
    ]


def test_it_is_found_at_any_depth_and_only_in_ids() -> None:
    assert short("type: other\ndeep:\n  - {needed: <a>, vault: /x/<A>}\nsize: <SIZE>\n") == [
        "3:26 MLI-TYP-014 `deep[0].vault` of thing.x still holds <A>"
    ]


def test_an_id_is_taken_as_it_is() -> None:
    assert short("type: other\nvault: /subscriptions/1/a<b\n") == []
    assert short('type: other\nvault: ""\n') == []


def test_what_is_missing_in_a_list_is_told_at_the_entry() -> None:
    assert short("type: other\ndeep:\n  - vault: /x\n") == [
        "3:5 MLI-TYP-002 `deep[0]` of thing.x needs `needed`"
    ]


def test_a_key_that_is_refused_says_why_at_the_key() -> None:
    assert short("type: other\nchannels: [a]\n") == ["2:1 MLI-TYP-013 `channels` of thing.x cannot be set"]
    assert told("type: other\nchannels: [a]\n")[0].detail == "That is a conda file."
