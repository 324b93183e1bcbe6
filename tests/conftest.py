"""Fixtures that start a real Asterisk. Every test that uses one is marked `pbx`."""

import os
import signal

import pytest

from rig.asterisk import Asterisk
from rig.roots import missing

NEEDED = os.environ.get("AMITOP_REQUIRE_PBX") == "1"
"""Continuous integration sets it: there a real Asterisk that cannot be started is a failure, not a reason to skip."""


os.environ.pop(
    "PYTHONUNBUFFERED", None
)  # which hides what goes wrong when a program that tests start flushes its output


# Whatever a shell starts in the background ignores Ctrl-C, and so would all that these tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]):
    """Mark what needs a PBX before -m looks at the marks, and run it last: most mistakes show without."""
    for item in items:
        if {"asterisk16", "asterisk22", "asterisk"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.pbx)
    result = yield
    items.sort(key=lambda item: item.get_closest_marker("pbx") is not None)
    return result


def _running(version: str):
    if why := missing(version):
        (pytest.fail if NEEDED else pytest.skip)(why)
    with Asterisk(version) as pbx:
        pbx.phones()
        yield pbx


@pytest.fixture(scope="session")
def asterisk16():
    """A running Asterisk 16 with phones, for this test session alone."""
    yield from _running("16")


@pytest.fixture(scope="session")
def asterisk22():
    """A running Asterisk 22 with phones, for this test session alone."""
    yield from _running("22")


@pytest.fixture(scope="session", params=["16", "22"])
def asterisk(request: pytest.FixtureRequest) -> Asterisk:
    """Each of them."""
    return request.getfixturevalue(f"asterisk{request.param}")
