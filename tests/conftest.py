"""Fixtures that start a real Asterisk. Every test that uses one is marked `pbx`."""

import gc
import os
import signal
import sys

import pytest
from hypothesis import settings
from thorough import THOROUGH, examples

import amitop.ui  # noqa: F401 - before anything imports Textual, whose clock it sets: the same for all tests
from rig.asterisk import Asterisk
from rig.roots import missing

NEEDED = os.environ.get("AMITOP_REQUIRE_PBX") == "1"
"""Continuous integration sets it: there a real Asterisk that cannot be started is a failure, not a reason to skip."""


os.environ.pop("PYTHONUNBUFFERED", None)  # it hides what goes wrong when a started program flushes its output
# Compiled files are written whoever started the tests: else each of xdist's workers rewrites all asserts for 7 seconds,
# and each program that a test starts compiles all of amitop.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


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


settings.register_profile("all", deadline=None)  # a busy machine is late
settings.register_profile("inner loop", settings.get_profile("all"), max_examples=examples(settings().max_examples))
settings.load_profile("all" if THOROUGH else "inner loop")


# Each full collection walks over all that lives, and here that is also every test, what they share, and recordings in
# memory: a seventh of the whole time. So objects are collected between two tests, once there are enough to be worth it,
# and what outlives that is taken out of the collector's sight.
WORTH_IT = 200_000
gc.set_threshold(2 * WORTH_IT, 10, 1_000_000)


def pytest_collection_finish():
    """Never walk over the tests again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol():
    """Collect after the test."""
    result = yield
    objects, collections, _ = gc.get_count()
    if collections or objects > WORTH_IT:
        gc.collect()
        gc.freeze()
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
