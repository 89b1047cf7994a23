from mlinfra.engine.scope import Called, InstanceScope
from mlinfra.model.address import Address

CPU, GPU = Address("compute", "cpu"), Address("compute", "gpu")


def scope(name: str, id: str | None = None) -> InstanceScope:
    return InstanceScope({"name": name}, id, None, {"properties": {}})


def test_names_and_ids_have_no_case() -> None:
    cpu = scope("cpu-cluster", "/subscriptions/S/computes/cpu-cluster")
    called = Called([(CPU, cpu)])
    for spelling in ("cpu-cluster", "CPU-Cluster", "/subscriptions/s/computes/CPU-cluster/"):
        assert called.find(spelling) is cpu
    assert called.find("cpu") is None


def test_the_first_of_one_name_is_meant_until_it_is_called_otherwise() -> None:
    first, second = scope("same"), scope("same")
    called = Called([(CPU, first), (GPU, second)])
    assert called.find("same") is first
    again = scope("same")
    called.put(CPU, again)
    assert called.find("same") is again
    called.put(CPU, scope("other"))
    assert called.find("same") is second
    called.put(GPU, None)
    assert called.find("same") is None
