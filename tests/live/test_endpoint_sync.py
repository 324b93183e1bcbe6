"""When endpoints are asked for, and over which session: only while wanted, beside the main one, in bites."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from amitop.ami.errors import ActionError, ActionTimeout, ConnectError, LinkLost, LoginError, Reason
from amitop.ami.packet import Packet
from amitop.ami.secret import Secret
from amitop.config import Profile
from amitop.health import Health
from amitop.live import LivePbx
from amitop.pbx.endpoint_model import DeviceState, Reach
from amitop.pbx.store import Store
from amitop.sync import endpoints as module
from amitop.sync.endpoints import EVERY, LINGER, RETRY, EndpointSync
from fakes.server import FakeServer, listing, refuse, reply

ALL = {
    "PJSIPShowEndpoints",
    "PJSIPShowContacts",
    "PJSIPShowEndpoint",
    "SIPpeers",
    "SIPshowpeer",
    "IAXpeerlist",
    "DeviceStateList",
}


def item(name: str, **headers: str) -> Packet:
    return Packet("\n".join([f"Event: {name}", *(f"{k}: {v}" for k, v in headers.items())]).encode())


def endpoint(name: str, contacts: str = "") -> Packet:
    return item("EndpointList", ObjectName=name, Aor=name, Contacts=contacts, DeviceState="Not in use")


class FakeSession:
    """Answers lists at once with what its PBX has."""

    def __init__(self, pbx: Pbx) -> None:
        self.pbx = pbx
        self.is_open = True

    async def listing(self, name, headers=None, *, timeout=60.0, idle=10.0):
        pbx = self.pbx
        pbx.asked.append(name if headers is None else f"{name} {next(iter(headers.values()))}")
        pbx.over.add(self)
        pbx.now += pbx.takes
        if name in pbx.fails:
            raise pbx.fails[name]
        return SimpleNamespace(items=pbx.lists.get(name, []))

    async def action(self, name, headers=None):
        return (await self.listing(name, headers)).items[0]

    async def close(self) -> None:
        self.is_open = False


class Pbx:
    """A PBX with two sessions, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.takes = 0.0
        self.may = set(ALL)
        self.store = Store("lab")
        self.health = Health()
        self.asked: list[str] = []
        self.over: set[FakeSession] = set()
        self.fails: dict[str, Exception] = {}
        self.refuses: Exception | None = None
        self.opened: list[FakeSession] = []
        self.lists = {"PJSIPShowEndpoints": [endpoint("a")]}
        self.main = FakeSession(self)
        self.sync = EndpointSync(self.store, self.health, lambda: self.now, self.may.__contains__, self.open)
        self.sync._main = self.main

    async def open(self) -> FakeSession:
        if self.refuses is not None:
            raise self.refuses
        self.opened.append(FakeSession(self))
        return self.opened[-1]

    async def turn(self, after: float = 0.0, *, want: bool = True) -> list[str]:
        """Let time pass, look at endpoints or not, and return what was asked."""
        self.now += after
        self.asked = []
        if want:
            self.sync.want()
        await self.sync.turn()
        return self.asked


@pytest.fixture
def pbx() -> Pbx:
    return Pbx()


async def test_nothing_is_asked_and_no_session_opened_until_somebody_looks(pbx: Pbx) -> None:
    assert await pbx.turn(want=False) == []
    assert not pbx.opened
    assert await pbx.turn() == ["PJSIPShowEndpoints", "SIPpeers", "IAXpeerlist", "PJSIPShowContacts"]
    assert pbx.over == {pbx.opened[0]}
    assert pbx.store.endpoints.keys() == {"PJSIP/a"}
    assert pbx.sync.ready


async def test_again_after_a_while_but_only_while_somebody_looks(pbx: Pbx) -> None:
    await pbx.turn()
    assert await pbx.turn(EVERY - 1) == []
    assert await pbx.turn(1)
    assert await pbx.turn(LINGER - 1, want=False)  # a short while: whoever changes views to and fro finds them there
    assert await pbx.turn(2, want=False) == []
    assert not pbx.opened[0].is_open
    assert await pbx.turn() == []  # they are not older than a round would make them
    assert await pbx.turn(EVERY)
    assert len(pbx.opened) == 2


async def test_a_slow_pbx_is_asked_seldom(pbx: Pbx) -> None:
    pbx.takes = 2.0
    await pbx.turn()
    assert pbx.sync.seconds == 8.0
    assert await pbx.turn(79) == []
    assert await pbx.turn(1)


async def test_contacts_that_are_configured_are_asked_for_one_by_one(pbx: Pbx) -> None:
    pbx.lists["PJSIPShowEndpoints"] = [endpoint("a"), endpoint("gw", "gw/sip:gw@192.0.2.1,")]
    detail = item(
        "ContactStatusDetail",
        AOR="gw",
        URI="sip:gw@192.0.2.1",
        Status="Reachable",
        RoundtripUsec="1200",
        EndpointName="gw",
        ID="gw@@1",
    )
    pbx.lists["PJSIPShowEndpoint"] = [detail]
    assert (await pbx.turn())[-1] == "PJSIPShowEndpoint gw"
    contact = pbx.store.endpoints["PJSIP/gw"].best
    assert (contact.static, contact.status, contact.rtt) == (True, Reach.REACHABLE, 0.0012)


async def test_only_so_many_are_asked_for_one_by_one_and_the_others_have_their_turn(pbx: Pbx, monkeypatch) -> None:
    monkeypatch.setattr(module, "DETAILS", 2)
    names = ["a", "b", "c"]
    pbx.lists["PJSIPShowEndpoints"] = [endpoint(name, f"{name}/sip:{name}@h,") for name in names]
    asked = []
    for _ in range(3):
        asked += [what[-1] for what in await pbx.turn(EVERY) if what.startswith("PJSIPShowEndpoint ")]
        for name in asked[-2:]:  # each answer is remembered with its time
            contact = pbx.store.endpoints[f"PJSIP/{name}"].best
            contact.status, contact.heard = Reach.REACHABLE, pbx.now
    assert asked == ["a", "b", "c", "a", "b", "a"]  # the unknown one first, then who was told of longest ago


async def test_states_of_old_peers_come_from_a_list_of_their_own(pbx: Pbx) -> None:
    pbx.lists["SIPpeers"] = [
        item(
            "PeerEntry", Channeltype="SIP", ObjectName="d", IPaddress="h", IPport="1", Status="OK (3 ms)", Dynamic="yes"
        )
    ]
    pbx.lists["DeviceStateList"] = [item("DeviceStateChange", Device="SIP/d", State="INUSE")]
    assert "DeviceStateList" in await pbx.turn()
    assert pbx.store.endpoints["SIP/d"].state is DeviceState.IN_USE


async def test_a_list_that_fails_is_told_and_leaves_the_others(pbx: Pbx) -> None:
    await pbx.turn()
    pbx.fails["PJSIPShowEndpoints"] = ActionTimeout("PJSIPShowEndpoints", 120)
    pbx.fails["SIPpeers"] = ActionError("SIPpeers", Packet(b"Response: Error\nMessage: Permission denied"))
    assert "IAXpeerlist" in await pbx.turn(EVERY)
    assert pbx.sync.notice == "SIPpeers: Permission denied"
    assert pbx.store.endpoints
    pbx.fails.clear()
    await pbx.turn(EVERY)
    assert pbx.sync.notice == ""


async def test_a_login_that_may_list_nothing_asks_nothing_and_is_ready(pbx: Pbx) -> None:
    pbx.may.clear()
    assert await pbx.turn() == []
    assert not pbx.opened
    assert pbx.sync.ready


async def test_a_module_that_was_unloaded_takes_its_endpoints_along(pbx: Pbx) -> None:
    await pbx.turn()
    pbx.may.discard("PJSIPShowEndpoints")
    await pbx.turn(EVERY)
    assert not pbx.store.endpoints


async def test_where_a_user_may_log_in_once_the_main_session_is_asked(pbx: Pbx) -> None:
    pbx.refuses = LoginError("Login Already In Use", "x: refused")
    assert await pbx.turn()
    assert pbx.over == {pbx.main}
    assert pbx.sync.notice == ""


async def test_a_session_that_cannot_be_opened_is_tried_again(pbx: Pbx) -> None:
    pbx.refuses = ConnectError(Reason.CLOSED_AT_ONCE, "x: closed at once")
    assert await pbx.turn() == []
    assert pbx.sync.notice == "endpoints are not up to date: x: closed at once"
    assert pbx.sync.ready
    pbx.refuses = None
    assert await pbx.turn(RETRY - 1) == []
    assert await pbx.turn(1)


async def test_a_session_that_breaks_is_opened_anew(pbx: Pbx) -> None:
    pbx.fails["SIPpeers"] = LinkLost("gone")
    await pbx.turn()
    pbx.fails.clear()
    assert await pbx.turn(RETRY)
    assert len(pbx.opened) == 2
    assert not pbx.opened[0].is_open


async def test_a_list_that_cannot_be_merged_does_not_end_it(pbx: Pbx, monkeypatch) -> None:
    monkeypatch.setattr(module.EndpointMerge, "take", lambda *_: 1 / 0)
    await pbx.turn()
    assert pbx.health.faults == 1
    assert "ZeroDivisionError" in pbx.health.last_fault
    assert pbx.store.part(module.Endpoints).early is None


async def test_a_long_list_lets_others_have_their_turn(pbx: Pbx, monkeypatch) -> None:
    monkeypatch.setattr(module, "BITE", 10)
    pbx.lists["PJSIPShowEndpoints"] = [endpoint(f"e{n}") for n in range(100)]
    seen = []

    async def other() -> None:
        while len(pbx.store.endpoints) < 100:
            seen.append(len(pbx.store.endpoints))
            await asyncio.sleep(0)

    await asyncio.gather(pbx.turn(), other())
    assert len({count for count in seen if 0 < count < 100}) >= 8


async def test_one_endpoint_on_demand(pbx: Pbx) -> None:
    await pbx.turn()
    pbx.lists["PJSIPShowEndpoint"] = [item("EndpointDetail", ObjectName="a", Context="internal")]
    assert await pbx.sync.look_at("PJSIP/a") is None
    assert pbx.store.endpoints["PJSIP/a"].facts == (("Context", "internal"),)
    assert await pbx.sync.look_at("PJSIP/b") == "PJSIP/b is not there any more"
    message = "Unable to retrieve endpoint a"
    pbx.fails["PJSIPShowEndpoint"] = ActionError(
        "PJSIPShowEndpoint", Packet(f"Response: Error\nMessage: {message}".encode())
    )
    assert await pbx.sync.look_at("PJSIP/a") == message
    pbx.may.discard("PJSIPShowEndpoint")
    assert "nothing more can be asked" in await pbx.sync.look_at("PJSIP/a")


async def test_it_ends_with_the_main_session(pbx: Pbx) -> None:
    pbx.sync.want()
    running = asyncio.create_task(pbx.sync.run(pbx.main))
    await pbx.sync.wait_first(5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not pbx.opened[0].is_open
    assert not pbx.sync.ready
    assert await pbx.sync.look_at("PJSIP/a") == "not connected"


# -- over a socket ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def live_at(server):
    live = LivePbx(Profile("pbx1", server.address, "admin", Secret("s3cret")))
    task = asyncio.create_task(live.run())
    try:
        await live.wait_live()
        yield live
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def server():
    async with FakeServer() as server:
        row = {
            "ObjectType": "endpoint",
            "ObjectName": "a",
            "Aor": "a",
            "Contacts": "a/sip:a@h,",
            "DeviceState": "In use",
        }
        auth = {"ObjectName": "a", "Username": "alice", "Password": "hunter2"}
        server.answers |= {
            "ListCommands": reply(*[(name, "x (Priv: <none>)") for name in ("CoreShowChannels", *ALL)]),
            "CoreShowChannels": listing("CoreShowChannels", []),
            "PJSIPShowEndpoints": listing("EndpointList", [("EndpointList", row)]),
            "PJSIPShowContacts": refuse("No Contacts found\n"),
            "PJSIPShowEndpoint": listing("EndpointDetail", [("AuthDetail", auth)]),
            "SIPpeers": listing("Peerlist", []),
            "IAXpeerlist": listing("Peerlist", []),
        }
        yield server


async def test_a_second_session_without_events_while_wanted(server) -> None:
    async with live_at(server) as live:
        assert len(server.peers) == 1
        await live.endpoint_sync.wait_first(5)
        assert live.store.endpoints["PJSIP/a"].state is DeviceState.IN_USE
        assert live.store.endpoints["PJSIP/a"].best.static
        assert [peer.events for peer in server.peers] == [server.peers[0].events, "off"]
        assert live.store.endpoints["PJSIP/a"].facts == (("Logs in as", "alice"),)
        assert live.endpoint_sync.notice == ""
    assert all(peer.gone.is_set() or peer.writer.is_closing() for peer in server.peers)


async def test_no_password_reaches_a_recorder_or_the_state(server) -> None:
    taken: list[bytes] = []
    live = LivePbx(
        Profile("pbx1", server.address, "admin", Secret("s3cret")), tap=lambda _way, _at, data: taken.append(data)
    )
    task = asyncio.create_task(live.run())
    try:
        await live.wait_live()
        live.endpoint_sync._alone = False  # as where a user may log in once: details come over the recorded session
        await live.endpoint_sync.wait_first(5)
        assert b"AuthDetail" in b"".join(taken)
        assert b"hunter2" not in b"".join(taken)
        assert "hunter2" not in repr(live.store.endpoints["PJSIP/a"])
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
