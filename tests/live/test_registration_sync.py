"""When registrations are asked for: at first, every minute, and when an event is not understood."""

from types import SimpleNamespace

import pytest

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost
from amitop.ami.packet import Packet
from amitop.health import Health
from amitop.pbx.registrations import Registrations
from amitop.pbx.store import Store
from amitop.sync.registrations import AGAIN, EVERY, RegistrationSync

PJSIP, SIP, IAX = "PJSIPShowRegistrationsOutbound", "SIPshowregistry", "IAXregistry"


def item(name="carrier", status="Registered"):
    return Packet(
        f"Event: OutboundRegistrationDetail\nActionID: 1\nObjectName: {name}\nClientUri: sip:a@b\nServerUri: sip:b\n"
        f"Status: {status}".encode()
    )


def registry(status, domain="sip:b"):
    head = "Event: Registry\nPrivilege: system,all\nChannelType: PJSIP\nUsername: sip:a@b\n"
    return Packet(f"{head}Domain: {domain}\nStatus: {status}".encode())


class Pbx:
    """A session that answers at once, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.store = Store("lab")
        self.health = Health()
        self.unknown = {SIP}
        self.fails: Exception | None = None
        self.items = {PJSIP: [item()], SIP: [], IAX: []}
        self.asked: list[str] = []
        self.sync = RegistrationSync(
            self.store, self.health, lambda: self.now, lambda action: action not in self.unknown
        )

    async def listing(self, name, headers, *, timeout, on_complete):
        self.asked.append(name)
        if self.fails is not None:
            raise self.fails
        on_complete(SimpleNamespace(items=self.items[name]))

    async def turn(self, after: float = 0.0) -> list[str]:
        """Let time pass, let it do what is due, and return what it asked."""
        self.now += after
        self.asked = []
        await self.sync.turn(self)
        return self.asked

    @property
    def names(self):
        return [name for _, name in self.store.part(Registrations).known]


@pytest.fixture
async def pbx():
    """A PBX whose registrations were asked for a moment ago."""
    pbx = Pbx()
    assert not pbx.sync.ready
    assert await pbx.turn() == [PJSIP, IAX]
    assert pbx.sync.ready
    assert pbx.store.part(Registrations).complete
    return pbx


async def test_all_at_first_and_every_minute(pbx):
    assert pbx.names == ["carrier"]
    assert await pbx.turn(EVERY - 1) == []
    assert PJSIP in await pbx.turn(EVERY)


async def test_an_event_that_is_not_understood_has_its_own_list_asked_for(pbx):
    pbx.store.apply(registry("Rejected"), pbx.now)
    assert await pbx.turn(AGAIN) == []
    pbx.store.apply(registry("Rejected", "sip:elsewhere"), pbx.now)
    assert await pbx.turn(1) == [PJSIP]
    assert pbx.names == ["carrier"]
    pbx.store.apply(registry("Rejected", "sip:elsewhere"), pbx.now)
    assert await pbx.turn(AGAIN - 1) == []
    assert await pbx.turn(1) == [PJSIP]


async def test_what_has_no_list_lives_from_events(pbx):
    pbx.unknown = {PJSIP, SIP, IAX}
    again = Pbx()
    again.unknown = {PJSIP, SIP, IAX}
    again.store.apply(registry("Rejected"), again.now)
    assert await again.turn(EVERY) == []
    assert again.names == ["a@b"]


async def test_a_module_that_was_unloaded_takes_its_registrations_along(pbx):
    pbx.unknown = {PJSIP, SIP}
    assert await pbx.turn(1) == []
    assert pbx.names == []
    pbx.unknown = {SIP}
    pbx.sync.refresh()
    assert await pbx.turn() == [PJSIP, IAX]
    assert pbx.names == ["carrier"]


async def test_what_a_new_session_finds_changed_has_no_time(pbx):
    async def ends(*_args, **_kwargs):
        raise LinkLost("gone")

    await pbx.sync.run(SimpleNamespace(listing=ends))
    assert not pbx.sync.ready
    pbx.items[PJSIP] = [item(status="Rejected")]
    assert PJSIP in await pbx.turn(EVERY)
    (one,) = pbx.store.part(Registrations).known.values()
    assert (one.registered, one.since) == (False, None)


@pytest.mark.parametrize(
    ("failure", "notice"),
    [
        (ActionTimeout("IAXregistry", 30.0), "registrations are not up to date: IAXregistry"),
        (ActionError("IAXregistry", Packet(b"Response: Error\nMessage: No")), "IAXregistry: No"),
    ],
)
async def test_a_list_that_fails_leaves_what_was_known(pbx, failure, notice):
    pbx.fails = failure
    assert await pbx.turn(EVERY) == [PJSIP, IAX]
    assert pbx.names == ["carrier"]
    assert pbx.sync.notice.startswith(notice)
    pbx.fails = None
    await pbx.turn(EVERY)
    assert pbx.sync.notice == ""


async def test_a_list_that_cannot_be_read_is_counted(pbx, monkeypatch):
    monkeypatch.setattr(Store, "apply_registrations", lambda *_args, **_kwargs: 1 / 0)
    await pbx.turn(EVERY)
    assert pbx.health.faults == 2
    assert pbx.health.last_fault == "IAXregistry: ZeroDivisionError: division by zero"
