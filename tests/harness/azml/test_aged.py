from typing import Any

from conformance.azml.aged import since_recorded


def environment(**properties: Any) -> dict[str, Any]:
    return {"properties": properties}


def test_equal_bodies_need_no_reason() -> None:
    assert since_recorded("environment", environment(image="a"), environment(image="a")) == ((), ())


def test_what_has_a_reason_and_what_has_none() -> None:
    rest, reasons = since_recorded(
        "environment", environment(image="a", description="b"), environment(image="c", description="d")
    )
    assert [".".join(one.path) for one in rest] == ["properties.description"]
    assert [row.path for row in reasons] == ["properties.image"]


def test_a_reason_holds_for_its_kind() -> None:
    rest, reasons = since_recorded("compute", environment(image="a"), environment(image="c"))
    assert (len(rest), reasons) == (1, ())


def test_a_secret_that_was_taken_out_may_be_any() -> None:
    recorded, ours = environment(secrets={"key": "<secret>"}), environment(secrets={"key": "not-a-key"})
    assert since_recorded("datastore", recorded, ours) == ((), ())
    assert len(since_recorded("datastore", recorded, environment())[0]) == 1


def test_a_conda_file_counts_by_what_it_says() -> None:
    written = "dependencies:\n- python=3.10\nname: mine\n"
    older = "name: mine\ndependencies: [python=3.10]\n"
    answered = '{"dependencies": ["python=3.10"], "name": "azureml_0a1b"}'
    nameless = "dependencies:\n- python=3.10\n"
    for recorded, ours in ((older, written), (answered, nameless), (None, "")):
        pair = environment(condaFile=recorded), environment(condaFile=ours)
        assert since_recorded("environment", *pair) == ((), ())
    other = environment(condaFile="dependencies:\n- python=3.11\nname: mine\n")
    assert len(since_recorded("environment", environment(condaFile=older), other)[0]) == 1
