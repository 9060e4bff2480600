"""Work ahead: in order, bounded, and an error comes at its turn."""

import threading

import pytest

from tasks.ahead import ahead


def test_results_come_in_order_and_no_more_than_the_bound_is_begun() -> None:
    begun: list[int] = []
    lock = threading.Lock()

    def double(number: int) -> int:
        with lock:
            begun.append(number)
        return 2 * number

    results = ahead(double, range(100), threads=4, most=5, name="test")
    assert [next(results) for _ in range(3)] == [0, 2, 4]
    assert max(begun) < 8
    assert list(results) == [2 * number for number in range(3, 100)]


def test_an_error_comes_at_its_turn() -> None:
    results = ahead(lambda number: 6 // number, [3, 2, 0, 1], threads=2, most=4, name="test")
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)
