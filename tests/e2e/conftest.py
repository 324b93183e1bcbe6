"""What every end-to-end test starts from: an Asterisk that is up and idle."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.program import Amitop

from rig.asterisk import Asterisk


@pytest.fixture
def pbx(asterisk: Asterisk) -> Iterator[Asterisk]:
    """Each Asterisk, without a call before and after."""
    asterisk.hang_up_all()
    yield asterisk
    asterisk.hang_up_all()


@pytest.fixture
def amitop(pbx: Asterisk, tmp_path: Path) -> Amitop:
    """amitop for an administrator of that Asterisk."""
    return Amitop(pbx, tmp_path)
