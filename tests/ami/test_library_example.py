"""The example in the package's docstring works as printed, against a PBX."""

import asyncio
import doctest
import threading

import pytest

import amitop.ami
import amitop.ami.packet
import amitop.ami.wire
from fakes.server import FakeServer, listing, refuse, reply

CHANNEL = {"Channel": "PJSIP/trunk-00000000", "CallerIDNum": "+15557624039", "Duration": "00:00:05"}


@pytest.fixture
def port():
    """A PBX in a thread of its own, for the example runs a loop itself."""
    pbx = FakeServer()
    pbx.answers["CoreSettings"] = reply(("AsteriskVersion", "22.10.1"))
    pbx.answers["CoreShowChannels"] = listing("CoreShowChannels", [("CoreShowChannel", CHANNEL)])
    pbx.answers["Hangup"] = refuse("No such channel")
    loop = asyncio.new_event_loop()
    loop.run_until_complete(pbx.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield pbx.port
    asyncio.run_coroutine_threadsafe(pbx.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


def test_the_package_docstring_runs(port: int) -> None:
    result = doctest.testmod(amitop.ami, extraglobs={"PORT": port})
    assert result.attempted >= 4
    assert result.failed == 0


@pytest.mark.parametrize("module", [amitop.ami.wire, amitop.ami.packet])
def test_the_small_examples_run(module) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert result.failed == 0
