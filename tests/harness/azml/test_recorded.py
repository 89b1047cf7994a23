from typing import Any

from conformance.azml.recorded import Recorded, recordings

WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"


def put(seq: int, kind: str, name: str, **properties: Any) -> dict[str, Any]:
    body = {"properties": properties}
    return {
        "seq": seq,
        "method": "PUT",
        "type": f"workspaces/{kind}",
        "path": f"{WORKSPACE}/{name}",
        "req": body,
    }


def read(commands: list[str], files: dict[str, str], *sent: dict[str, Any]) -> list[Recorded]:
    yaml = [{"path": path, "text": text} for path, text in files.items()]
    return list(recordings({"test": "t", "commands": commands, "yaml": yaml, "mutations": sent}))


def test_a_command_goes_with_what_it_sent() -> None:
    [one] = read(
        ["az ml compute create -n c --file ./a/compute/c.yml -g rg -w ws --size S"],
        {"compute/other.yml": "", "compute/c.yml": ""},
        put(3, "computes", "computes/c"),
    )
    assert (one.case, one.kind, one.verb, one.path) == ("t 3", "compute", "create", "compute/c.yml")
    assert one.keys == {"name": "c", "size": "S"}


def test_a_variable_of_the_test_is_no_name_and_means_the_only_file() -> None:
    [one] = read(
        ["az ml datastore create --file ./x/{file_name} --name {{{name}}} {suffix}"],
        {"datastore/blob.yml": ""},
        put(0, "datastores", "datastores/d"),
    )
    assert (one.path, one.keys) == ("datastore/blob.yml", {"name": "standin"})


def test_each_command_is_used_once_and_in_order() -> None:
    found = read(
        ["az ml data create -f d.yml", "az vm list", "az ml data create -f d.yml --datastore other"],
        {"d.yml": ""},
        put(1, "data/versions", "data/a/versions/1"),
        put(2, "codes/versions", "codes/a/versions/1"),
        put(3, "data/versions", "data/b/versions/1"),
        {"seq": 4, "method": "DELETE", "type": "workspaces/data", "path": "", "req": None},
    )
    assert [(one.case, one.keys) for one in found] == [("t 1", {}), ("t 3", {"datastore": "other"})]


def test_archiving_is_told_by_what_is_sent() -> None:
    kind, place = "environments/versions", "environments/e/versions/1"
    found = read(
        [
            "az ml environment create -f e.yml --set version=1",
            "az ml environment update -n e -v 1 --set tags.a=b",
            "az ml environment archive -n e -v 1",
            "az ml environment restore -n e -v 1",
            "az ml environment archive -n e",
        ],
        {"e.yml": "name: e\n"},
        put(0, kind, place, isArchived=False),
        put(4, kind, place, isArchived=True),
        put(6, kind, place, isArchived=False),
        put(8, "environments", "environments/e", isArchived=True),
    )
    assert [one.verb for one in found] == ["create", "archive", "restore", "container"]
    assert {one.path for one in found} == {"e.yml"}, "what is archived was made from the file of before"


def test_an_environment_within_a_deployment_is_found_by_its_name() -> None:
    deployment = "name: blue\nenvironment:\n  name: e\n  version: 3\n  image: a\n"
    named, nameless = read(
        ["az ml online-deployment create -f d.yml"],
        {"endpoint.yml": "name: x\n", "d.yml": deployment},
        put(1, "environments/versions", "environments/e/versions/3"),
        put(2, "environments/versions", "environments/CliV2AnonymousEnvironment/versions/0"),
    )
    assert (named.verb, named.path, named.section) == (
        "inner",
        "d.yml",
        {"name": "e", "version": 3, "image": "a"},
    )
    assert (nameless.verb, nameless.path, nameless.section) == ("inner", "", None)


def test_a_python_that_is_too_old_by_now_is_lifted() -> None:
    [one] = read(
        [], {}, put(1, "environments/versions", "x", condaFile="dependencies:\n- python=3.6.1\n- a=3.6.1\n")
    )
    assert one.body["properties"]["condaFile"] == "dependencies:\n- python=3.10.14\n- a=3.6.1\n"
