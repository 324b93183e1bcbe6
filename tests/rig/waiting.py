"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(condition: Callable[[], Found], timeout: float = 30.0, every: float = 0.05) -> Found:
    """Ask again and again until the answer is true; return it. Raises AssertionError with the last one."""
    end = time.monotonic() + timeout
    while not (answer := condition()):
        assert time.monotonic() < end, (
            f"{getattr(condition, '__name__', condition)}: still {answer!r} after {timeout} s"
        )
        time.sleep(every)
    return answer
