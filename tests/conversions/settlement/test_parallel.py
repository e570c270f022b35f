"""Work spread over processes: the same as done here, in the same order, and a child that dies is noticed."""

import os

import pytest

from cointrail.conversions.settlement import parallel


def squares(number: int) -> list[tuple[int, int]]:
    return [(number, number * number)] * (number % 3)


@pytest.mark.parametrize("count", [0, 1, parallel.LEAST, parallel.LEAST + parallel.BATCH + 1])
def test_it_is_the_same_as_one_after_the_other(count: int) -> None:
    shares: list[float] = []
    assert parallel.each(squares, count, shares.append) == [one for number in range(count) for one in squares(number)]
    assert all(0 <= share <= 1 for share in shares)


def test_a_child_that_dies_is_an_error() -> None:
    here = os.getpid()

    def work(number: int) -> list[int]:
        if number == parallel.LEAST - 1 and os.getpid() != here:
            os._exit(1)
        return [number]

    with pytest.raises(RuntimeError, match="ended before it was done"):
        parallel.each(work, parallel.LEAST)


def test_an_error_in_a_child_is_an_error() -> None:
    def work(number: int) -> list[int]:
        if number == parallel.LEAST - 1:
            raise ValueError(number)
        return [number]

    with pytest.raises(RuntimeError, match="ended before it was done"):
        parallel.each(work, parallel.LEAST)
