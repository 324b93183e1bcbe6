"""Channels and calls stand in order of age, so that a table of 10,000 need not be sorted at each frame."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, check_order, recording

from amitop.pbx.replay import replay
from amitop.pbx.store import Store


class Ordered(Store):
    """Looks now and then whether they do, and puts them in order as a table does."""

    def __init__(self) -> None:
        super().__init__("pbx1")
        self.looks = self.mended = 0

    def expire(self, now: float) -> None:
        check_order(self)
        channels, calls = {**self.channels}, {**self.calls}
        self.looks += 1
        self.mended += not self.by_age
        self.keep_order()
        assert self.by_age
        check_order(self)
        assert (self.channels, self.calls) == (channels, calls)
        super().expire(now)


@pytest.mark.parametrize("version", VERSIONS)
def test_they_are_in_order_at_every_second_of_a_shift(version: str):
    store = Ordered()
    replay(*recording(version), store)
    print(f"{store.looks} looks, {store.mended} times there was something to mend")
    assert store.mended
    assert store.mended < store.looks / 2
