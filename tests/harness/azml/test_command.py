from typing import Any

import pytest

from conformance.azml.command import nested, read_command


@pytest.mark.parametrize(
    ("text", "kind", "verb", "file", "keys"),
    [
        ("az ml data create -f ./a/b.yml", "data_asset", "create", "./a/b.yml", {}),
        (
            "az ml compute create --name {c} --type AmlCompute -g rg -w ws --no-wait --location eastus",
            "compute",
            "create",
            "",
            {"name": "{c}", "type": "AmlCompute", "location": "eastus"},
        ),
        (
            "az ml compute update -n c --max-instances 4 --min-instances 0",
            "compute",
            "update",
            "",
            {"name": "c", "max_instances": 4, "min_instances": 0},
        ),
        (
            "az ml environment create --file e.yml --set version=1 image=a:b --tags a=b c=",
            "environment",
            "create",
            "e.yml",
            {"version": "1", "image": "a:b", "tags.a": "b", "tags.c": ""},
        ),
        (
            "az ml compute create --enable-node-public-ip False",
            "compute",
            "create",
            "",
            {"enable_node_public_ip": False},
        ),
        ("az ml batch-endpoint create -n x", None, "create", "", {"name": "x"}),
    ],
)
def test_what_a_command_says(text: str, kind: str | None, verb: str, file: str, keys: dict[str, Any]) -> None:
    command = read_command(text)
    assert (command.kind, command.verb, command.file, dict(command.keys)) == (kind, verb, file, keys)


@pytest.mark.parametrize("text", ["", "az vm create -n x", "az ml data"])
def test_what_is_no_command(text: str) -> None:
    with pytest.raises(ValueError, match="no command of az ml"):
        read_command(text)


def test_dotted_keys_become_maps() -> None:
    assert nested({"a.b": 1, "a.c.d": 2, "e": 3}) == {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
