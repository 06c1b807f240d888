from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from server.fair_queue import FairQueue


def test_clients_take_turns() -> None:
    queue: FairQueue[int] = FairQueue(8)
    for number in range(4):
        assert queue.put("greedy", number)
    assert queue.put("modest", 9)
    taken = [queue.take(lambda _: True) for _ in range(5)]
    assert taken == [("greedy", 0), ("modest", 9), ("greedy", 1), ("greedy", 2), ("greedy", 3)]
    assert queue.take(lambda _: True) is None


def test_one_client_cannot_fill_the_queue() -> None:
    queue: FairQueue[int] = FairQueue(4)
    assert [queue.put("greedy", number) for number in range(4)] == [True, True, True, False]
    assert queue.put("modest", 9)
    assert not queue.put("third", 9)


def test_who_may_not_go_is_passed_over_and_keeps_the_place() -> None:
    queue: FairQueue[int] = FairQueue(8)
    queue.put("held", 1)
    queue.put("free", 2)
    assert queue.take(lambda client: client == "free") == ("free", 2)
    assert queue.take(lambda client: client == "free") is None
    assert queue.take(lambda _: True) == ("held", 1)


def test_what_is_taken_out_does_not_come() -> None:
    queue: FairQueue[int] = FairQueue(8)
    queue.put("a", 1)
    queue.put("a", 2)
    queue.remove("a", 1)
    queue.remove("a", 7)
    queue.remove("nobody", 7)
    assert len(queue) == 1
    assert queue.take(lambda _: True) == ("a", 2)
    assert len(queue) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers()), max_size=40))
def test_all_that_goes_in_comes_out_once_in_the_order_of_its_client(
    items: list[tuple[str, int]],
) -> None:
    queue: FairQueue[int] = FairQueue(1000)
    for client, item in items:
        assert queue.put(client, item)
    taken: list[tuple[str, int]] = []
    while found := queue.take(lambda _: True):
        taken.append(found)
    assert Counter(taken) == Counter(items)
    for client in "abc":
        assert [i for c, i in taken if c == client] == [i for c, i in items if c == client]
