"""Buckets, leave, what answers say of them, and that nothing leaves while Azure wants nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mlinfra.model.plan import Op
from mlinfra.providers.azure.arm import Arm
from mlinfra.providers.azure.budget import Budget, Place
from mlinfra.providers.azure.errors import AzureError
from tests.engine.bench import Clock
from tests.providers.azure.fake import GROUP, HOST, FakeTransport, Reply, Signed, error

HERE: Place = ("https://management.azure.com", "one")
THERE: Place = ("https://management.azure.com", "other")
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/v"
SPOKEN = "2023-07-01"
BODY = {
    "location": "westeurope",
    "properties": {
        "tenantId": "00000000-0000-0000-0000-000000000000",
        "sku": {"family": "A", "name": "standard"},
        "accessPolicies": [],
    },
}


def drained(budget: Budget, verb: str, count: int) -> Budget:
    assert budget.take(HERE, {verb: count}) == 0
    for _ in range(count):
        budget.spent(HERE, verb)
    return budget


def arm(transport: FakeTransport, clock: Clock) -> Arm:
    return Arm(HOST, Signed(), ("scope",), transport, Budget(clock))


def test_a_full_bucket_and_then_what_comes_in() -> None:
    clock = Clock()
    budget = drained(Budget(clock), "writes", 200)
    assert budget.take(HERE, {"writes": 1}) == pytest.approx(0.1, abs=0.002)
    clock.sleep(0.101)
    assert budget.take(HERE, {"writes": 1}) == 0
    assert budget.take(HERE, {"writes": 1}) > 0


def test_a_bucket_never_holds_more_than_its_size() -> None:
    clock = Clock()
    budget = Budget(clock)
    clock.sleep(1_000)
    drained(budget, "reads", 250)
    assert budget.take(HERE, {"reads": 1}) > 0


def test_subscriptions_and_verbs_have_buckets_of_their_own() -> None:
    budget = drained(Budget(Clock()), "deletes", 200)
    assert budget.take(THERE, {"deletes": 1}) == 0
    assert budget.take(HERE, {"writes": 1}) == 0


def test_leave_is_for_all_that_a_call_needs_or_for_nothing() -> None:
    budget = drained(Budget(Clock()), "reads", 249)
    assert budget.admission(HERE, Op.CREATE).take() == pytest.approx(0.04, abs=0.002)
    assert budget.take(HERE, {"writes": 200}) == 0


def test_what_a_call_did_not_use_comes_back() -> None:
    budget = Budget(Clock())
    for _ in range(1_000):
        leave = budget.admission(HERE, Op.DELETE)
        assert leave.take() == 0
        with leave:
            pass
    assert budget.take(HERE, {"deletes": 200}) == 0


def test_requests_within_a_leave_use_what_was_taken_and_others_wait_for_their_token() -> None:
    clock = Clock()
    budget = drained(Budget(clock), "reads", 248)
    leave = budget.admission(HERE, None)
    assert leave.take() == 0
    with leave:
        assert [budget.spend(HERE, "GET") for _ in range(2)] == [0, 0]
        assert clock.seconds == 0
        assert budget.spend(HERE, "GET") == 0
        assert clock.seconds == pytest.approx(0.04, abs=0.002)


def test_many_threads_that_wait_move_a_clock_by_what_the_last_of_them_waits() -> None:
    clock = Clock()
    transport = FakeTransport({f"GET {VAULT}": Reply(200, {"id": VAULT})})
    client = arm(transport, clock)
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(lambda _: client.get(VAULT, SPOKEN), range(350)))
    assert len(transport.asked) == len(found) == 350
    assert clock.seconds == pytest.approx(4.0, rel=0.05)


def test_an_answer_lowers_what_is_left_and_never_raises_it() -> None:
    budget = Budget(Clock())
    budget.heard(HERE, "PUT", 3, None)
    assert budget.take(HERE, {"writes": 4}) > 0
    budget.heard(HERE, "PUT", 150, None)
    assert budget.take(HERE, {"writes": 4}) > 0
    assert budget.take(HERE, {"writes": 3}) == 0


def test_what_is_promised_counts_as_gone_when_an_answer_tells_what_is_left() -> None:
    budget = Budget(Clock())
    assert budget.take(HERE, {"reads": 5}) == 0
    budget.heard(HERE, "GET", 8, None)
    assert budget.take(HERE, {"reads": 4}) > 0
    assert budget.take(HERE, {"reads": 3}) == 0


def test_the_fraction_that_an_answer_leaves_out_is_not_lost() -> None:
    clock = Clock()
    budget = drained(Budget(clock), "reads", 250)
    clock.sleep(0.08 + 0.03)  # 2.75 tokens
    budget.heard(HERE, "GET", 2, None)
    clock.sleep(0.011)
    assert budget.take(HERE, {"reads": 3}) == 0


def test_nothing_leaves_during_a_retry_after_even_with_leave() -> None:
    clock = Clock()
    budget = Budget(clock)
    leave = budget.admission(HERE, None)
    assert leave.take() == 0
    budget.heard(HERE, "GET", None, 7.0)
    with leave:
        assert budget.spend(HERE, "GET") == 7
    assert budget.spend(HERE, "GET") == 7
    assert budget.admission(HERE, None).take() == 7
    assert budget.spend(HERE, "PUT") == 0
    clock.sleep(7)
    assert budget.spend(HERE, "GET") == 0


def test_a_429_holds_back_its_verb_and_its_subscription_alone() -> None:
    clock = Clock()
    transport = FakeTransport(
        {
            f"PUT {VAULT}": Reply(429, error("SubscriptionRequestsThrottled"), {"Retry-After": "9"}),
            f"GET {VAULT}": Reply(200, {"id": VAULT}),
            "PUT /providers/x/y/z": Reply(200, {}),
        }
    )
    client = arm(transport, clock)
    for after in (9.0, 9.0):
        with pytest.raises(AzureError) as wrong:
            client.send("PUT", VAULT, SPOKEN, body=BODY)
        assert (wrong.value.code, wrong.value.after) == ("MLI-AZ-THROTTLED", after)
        assert wrong.value.retryable
        assert not wrong.value.sent
    assert wrong.value.busy  # nothing was tried
    assert client.get(VAULT, SPOKEN) is not None
    client.send("PUT", "/providers/x/y/z", SPOKEN, body={})
    assert len(transport.of("PUT")) == 2
    clock.sleep(9)
    with pytest.raises(AzureError):
        client.send("PUT", VAULT, SPOKEN, body=BODY)
    assert len(transport.of("PUT")) == 3


def test_a_429_about_one_resource_holds_nothing_else_back() -> None:
    transport = FakeTransport({f"PUT {VAULT}": Reply(429, error("RetryableError"), {"Retry-After": "9"})})
    client = arm(transport, Clock())
    for _ in range(2):
        with pytest.raises(AzureError) as wrong:
            client.send("PUT", VAULT, SPOKEN, body=BODY)
        assert wrong.value.code == "MLI-AZ-BUSY"
    assert len(transport.asked) == 2


def test_a_429_that_names_no_time_empties_the_bucket() -> None:
    clock = Clock()
    transport = FakeTransport({f"PUT {VAULT}": Reply(429, error("TooManyRequests"))})
    client = arm(transport, clock)
    for _ in range(2):
        with pytest.raises(AzureError):
            client.send("PUT", VAULT, SPOKEN, body=BODY)
    assert clock.seconds == pytest.approx(0.1, abs=0.002)


def test_the_headers_are_heard_of_the_verb_and_whose_they_are() -> None:
    clock = Clock()
    left = {"x-ms-ratelimit-remaining-subscription-reads": "0", "x-ms-ratelimit-remaining-tenant-reads": "9"}
    transport = FakeTransport({f"GET {VAULT}": Reply(200, {"id": VAULT}, left)})
    client = arm(transport, clock)
    client.get(VAULT, SPOKEN)
    assert clock.seconds == 0
    client.get(VAULT, SPOKEN)
    assert clock.seconds == pytest.approx(0.04, abs=0.002)


@pytest.mark.parametrize("op", [op for op in Op if op not in (Op.FORGET, Op.ADOPT)])
def test_every_operation_that_sends_can_be_asked_leave_for(op: Op) -> None:
    assert Budget(Clock()).admission(HERE, op).take() == 0
