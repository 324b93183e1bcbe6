"""Outbound registrations: `ami.md` B.6, C, D.7."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recorded import VERSIONS, packets, recording

from amitop.ami.packet import Packet
from amitop.pbx.registrations import Lister, Registrations
from amitop.pbx.replay import replay
from amitop.pbx.store import Store

if TYPE_CHECKING:
    from amitop.pbx.registration_model import Registration

CLIENT, SERVER = "sip:lab@127.0.0.1", "sip:127.0.0.1:5961"


@pytest.fixture
def store() -> Store:
    return Store("lab")


def registry(status: str, technology: str = "PJSIP", client: str = CLIENT, server: str = SERVER) -> Packet:
    """An event as 16 and 22 send it."""
    head = f"Event: Registry\nPrivilege: system,all\nSystemName: lab\nChannelType: {technology}\n"
    return Packet(f"{head}Username: {client}\nDomain: {server}\nStatus: {status}".encode())


def pjsip(name: str, status: str, **other: str) -> Packet:
    """An item of a list, cut to what is read."""
    fields = {
        "ObjectType": "registration",
        "ObjectName": name,
        "ClientUri": CLIENT,
        "ServerUri": SERVER,
        "RetryInterval": "10",
        "Expiration": "3600",
        "Endpoint": "",
        "Status": status,
        "NextReg": "0",
    } | other
    lines = "\n".join(f"{key}: {value}" for key, value in fields.items())
    return Packet(f"Event: OutboundRegistrationDetail\nActionID: 1\n{lines}".encode())


def sip(state: str, port: str = "10209") -> Packet:
    """An item of SIPshowregistry, as 16 sends it."""
    return Packet(
        f"Event: RegistryEntry\nActionID: 1\nHost: 127.0.0.1\nPort: {port}\nUsername: lab\nDomain: 127.0.0.1\n"
        f"DomainPort: 5060\nRefresh: 120\nState: {state}\nRegistrationTime: 0".encode()
    )


def iax(state: str) -> Packet:
    """An item of IAXregistry, in the order of chan_iax2.c."""
    return Packet(
        f"Event: RegistryEntry\nActionID: 1\nHost: 192.0.2.7:4569\nDNSmanager: N\nUsername: branch\n"
        f"Perceived: <Unregistered>\nRefresh: 60\nState: {state}".encode()
    )


def listed(store: Store, *items: Packet, at: float = 0.0, lister: Lister = Lister.PJSIP, first: bool = False) -> None:
    store.apply_registrations(lister, items, at, first=first)


def only(store: Store) -> Registration:
    (one,) = store.part(Registrations).known.values()
    return one


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_list_and_tries(store: Store, version: str) -> None:
    """Nobody listens where the lab's trunk registers: ten seconds after each try has failed there is another."""
    tried: list[float] = []
    for at, packet in packets(version):
        if packet.name == "OutboundRegistrationDetail":
            listed(store, packet, at=at, first=True)
            one = only(store)
            assert (one.name, one.status, one.since) == ("trunk-reg", "Unregistered", None)
            assert one.next_try(at) is None
        elif packet.name == "Registry":
            store.apply(packet, at)
            one = only(store)
            assert (one.status, one.registered) == ("Rejected", False)
            tried.append(at)
            last = tried[-1] - tried[-2] if len(tried) > 1 else 10.0
            assert one.next_try(at) == pytest.approx(at + last)
    assert len(tried) >= 3
    assert store.unknown["Registry"] == 0
    assert only(store).flaps.maxlen
    assert not only(store).flaps
    assert only(store).key == ("lab", "PJSIP/trunk-reg")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_replay_has_the_lists_too(store: Store, version: str) -> None:
    data, times = recording(version)
    replay(data, times, store)
    assert (only(store).name, only(store).status) == ("trunk-reg", "Rejected")


def test_a_replay_tells_the_lists_of_the_old_drivers_apart(store: Store) -> None:
    def answer(mark: str, *items: Packet) -> bytes:
        packets = [Packet(f"Response: Success\nActionID: {mark}\nEventList: start".encode()), *items]
        packets.append(Packet(f"Event: RegistrationsComplete\nActionID: {mark}\nEventList: Complete".encode()))
        marked = [packet.raw.replace(b"ActionID: 1", f"ActionID: {mark}".encode()) for packet in packets]
        return b"".join(raw.replace(b"\n", b"\r\n") + b"\r\n\r\n" for raw in marked)

    banner = b"Asterisk Call Manager/5.0.2\r\n"
    data = banner + answer("a", sip("Registered")) + answer("b", iax("Rejected")) + answer("c")
    replay(data, None, store)
    known = store.part(Registrations).known
    assert [(key, each.status) for key, each in known.items()] == [
        (("SIP", "lab@127.0.0.1:10209"), "Registered"),
        (("IAX2", "branch@192.0.2.7"), "Rejected"),
    ]


def test_gained_and_lost(store: Store) -> None:
    listed(store, pjsip("carrier", "Rejected"), first=True)
    one = only(store)
    assert (one.registered, one.since, one.seen) == (False, None, 0.0)
    store.apply(registry("Registered"), 5.0)
    assert (one.registered, one.since) == (True, 5.0)
    store.apply(registry("Registered"), 3595.0)
    assert one.since == 5.0, "a renewal is no change"
    store.apply(registry("Rejected"), 4000.0)
    assert (one.registered, one.since, one.flapped(4000.0)) == (False, 4000.0, 1)
    store.apply(registry("Rejected"), 4010.0)
    assert (one.since, one.flapped(4010.0)) == (4000.0, 1)
    assert one.flapped(4000.0 + 3600.0) == 0


def test_leaving_when_asked_is_no_flap(store: Store) -> None:
    """PJSIPRegister leaves first, and comes back (res_pjsip_outbound_registration.c)."""
    listed(store, pjsip("carrier", "Registered"), first=True)
    store.apply(registry("Unregistered"), 5.0)
    assert not only(store).registered
    store.apply(registry("Registered"), 5.1)
    assert only(store).flapped(6.0) == 0
    assert (only(store).since, only(store).registered) == (5.1, True)


def test_when_it_is_tried_next(store: Store) -> None:
    listed(store, pjsip("carrier", "Rejected", RetryInterval="60"), first=True)
    one = only(store)
    assert one.next_try(0.0) is None, "nobody saw the last try"
    store.apply(registry("Rejected"), 1.0)
    assert one.next_try(2.0) == 61.0
    store.apply(registry("Rejected"), 31.0)
    assert one.next_try(32.0) == 61.0, "as it is done and not as it is configured: the server asked for 30 s"
    assert one.next_try(65.0) is None, "it has given up"
    store.apply(registry("Registered"), 70.0)
    assert one.next_try(71.0) == 70.0 + 3590
    store.apply(registry("Unregistered"), 80.0)
    assert one.next_try(80.0) is None
    listed(store, pjsip("carrier", "Registered", NextReg="100"), at=90.0)
    assert one.next_try(95.0) == 190.0, "the PBX told"


def test_an_event_before_the_list(store: Store) -> None:
    store.apply(registry("Rejected"), 1.0)
    assert only(store).name == "lab@127.0.0.1"
    assert store.part(Registrations).doubts == {"PJSIP"}
    store.apply(registry("Registered"), 2.0)
    listed(store, pjsip("carrier", "Registered"), at=3.0)
    one = only(store)
    assert (one.name, one.key, one.since) == ("carrier", ("lab", "PJSIP/carrier"), 2.0)
    assert not store.part(Registrations).doubts
    store.apply(registry("Rejected"), 4.0)
    assert (only(store).name, one.status) == ("carrier", "Rejected")


def test_a_list_replaces_those_of_its_technology(store: Store) -> None:
    listed(store, pjsip("a", "Registered"), pjsip("b", "Rejected", ServerUri="sip:b.example"), first=True)
    listed(store, iax("Registered"), lister=Lister.IAX2, first=True)
    listed(store, pjsip("b", "Registered", ServerUri="sip:b.example"), at=60.0)
    known = store.part(Registrations).known
    assert list(known) == [("IAX2", "branch@192.0.2.7"), ("PJSIP", "b")]
    assert known["PJSIP", "b"].since == 60.0


def test_what_changed_while_nobody_looked_has_no_time(store: Store) -> None:
    listed(store, pjsip("a", "Registered"), first=True)
    store.link_lost(10.0)
    listed(store, pjsip("a", "Rejected"), at=100.0, first=True)
    one = only(store)
    assert (one.registered, one.since, one.seen, len(one.flaps)) == (False, None, 100.0, 0)


def test_two_of_one_user_at_one_host_are_told_apart_by_a_list_only(store: Store) -> None:
    listed(store, sip("Registered"), sip("Registered", "5060"), lister=Lister.SIP, first=True)
    part = store.part(Registrations)
    assert [each.name for each in part.known.values()] == ["lab@127.0.0.1:10209", "lab@127.0.0.1"]
    store.apply(registry("Rejected", "SIP", "lab", "127.0.0.1"), 1.0)
    assert all(each.registered for each in part.known.values())
    assert part.doubts == {"SIP"}


def test_a_try_that_renews_is_no_loss_but_two_lists_of_tries_are(store: Store) -> None:
    listed(store, sip("Registered"), lister=Lister.SIP, first=True)
    listed(store, sip("Request Sent"), lister=Lister.SIP, at=60.0)
    assert only(store).registered
    listed(store, sip("Registered"), lister=Lister.SIP, at=120.0)
    listed(store, sip("Auth. Sent"), lister=Lister.SIP, at=180.0)
    assert (only(store).registered, only(store).flapped(180.0)) == (True, 0)
    listed(store, sip("Request Sent"), lister=Lister.SIP, at=240.0)
    assert (only(store).registered, only(store).since, only(store).flapped(240.0)) == (False, 240.0, 1)


def test_chan_sip_tells_a_timeout_as_the_next_request(store: Store) -> None:
    listed(store, sip("Registered"), lister=Lister.SIP, first=True)
    store.apply(registry("Request Sent", "SIP", "lab", "127.0.0.1"), 20.0)
    assert (only(store).registered, only(store).status) == (False, "Request Sent")
    store.apply(registry("Request Sent", "SIP", "lab", "127.0.0.1"), 40.0)
    assert only(store).next_try(41.0) == 60.0


def test_iax2(store: Store) -> None:
    listed(store, iax("Registered"), lister=Lister.IAX2, first=True)
    one = only(store)
    assert (one.name, one.server, one.refresh) == ("branch@192.0.2.7", "192.0.2.7:4569", 50.0)
    store.apply(registry("Rejected", "IAX2", "branch", "192.0.2.7:4569"), 5.0)
    assert (one.status, one.since) == ("Rejected", 5.0)


def test_the_passwords_in_the_list_are_not_kept(store: Store) -> None:
    auth = Packet(b"Event: AuthDetail\nActionID: 1\nObjectType: auth\nObjectName: carrier\nPassword: s3cret-word")
    listed(store, pjsip("carrier", "Registered"), auth)
    assert only(store).name == "carrier"
    assert "s3cret-word" not in repr(vars(store.part(Registrations)))


@pytest.mark.parametrize(
    "packet",
    [
        Packet(b"Event: Registry\nPrivilege: system,all"),
        Packet(b"Event: Registry\nPrivilege: system,all\nChannelType: PJSIP\nUsername: \nDomain: "),
    ],
)
def test_a_damaged_event_is_counted(store: Store, packet: Packet) -> None:
    store.apply(packet, 0.0)
    assert not store.part(Registrations).known
    assert store.unknown["Registry"] == 1


def test_a_damaged_list_makes_nothing(store: Store) -> None:
    listed(store, pjsip("", "Registered"), Packet(b"Event: OutboundRegistrationDetail\nActionID: 1"), sip("Registered"))
    listed(store, Packet(b"Event: RegistryEntry\nActionID: 1"), pjsip("a", "Registered"), lister=Lister.SIP)
    listed(store, Packet(b"Event: RegistryEntry\nActionID: 1"), lister=Lister.IAX2)
    assert not store.part(Registrations).known
    listed(store, pjsip("a", "Registered", RetryInterval="soon", Expiration="-1", NextReg="9" * 40))
    assert only(store).next_try(0.0) is None


def test_a_restart_forgets_them(store: Store) -> None:
    listed(store, pjsip("a", "Registered"))
    store.restart(1.0)
    assert not store.part(Registrations).known
