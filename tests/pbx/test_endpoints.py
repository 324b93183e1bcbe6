"""Endpoints from events and lists: `ami.md` B.6, B.7, C, D.7."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, event, packets

from amitop.ami.packet import Packet
from amitop.pbx.endpoint_detail import learn_endpoint, learn_peer, unknown_contacts
from amitop.pbx.endpoint_lists import EndpointMerge, contacts, read_peer_status
from amitop.pbx.endpoint_model import HISTORY, DeviceState, Endpoint, Reach, Technology
from amitop.pbx.endpoints import Endpoints
from amitop.pbx.store import Store

URI = "sip:a@10.0.0.7:5060"


@pytest.fixture
def store() -> Store:
    return Store("lab")


def item(name: str, **headers: str) -> Packet:
    """An item of a list, in the order of its headers. A dash of a header's name is an underscore here."""
    lines = [f"Event: {name}", "ActionID: list-1", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
    return Packet("\n".join(lines).encode())


def listed(name: str = "a", contacts: str = f"a/{URI},", state: str = "Not in use", aor: str = "a") -> Packet:
    return item("EndpointList", ObjectName=name, Aor=aor, Contacts=contacts, DeviceState=state, ActiveChannels="0")


def registered(status: str = "Reachable", rtt: str = "1500", agent: str = "Snom/1") -> Packet:
    return item(
        "ContactList",
        ObjectName="a;@b0",
        Endpoint="a",
        Uri=URI,
        UserAgent=agent,
        ExpirationTime="1795375999",
        Status=status,
        RoundtripUsec=rtt,
    )


def peer(name: str = "desk", status: str = "OK (12 ms)", host: str = "10.0.0.9", **headers: str) -> Packet:
    values = {"Channeltype": "SIP", "Dynamic": "yes", "Description": "", "IPport": "5060", **headers}
    return item("PeerEntry", ObjectName=name, IPaddress=host, Status=status, **values)


def merge(store: Store, *items: Packet, at: float = 10.0, now: float | None = None, full: bool = True) -> None:
    """Take a whole round that was asked for at *at*."""
    now = at if now is None else now
    taker = EndpointMerge(store, at)
    taker.take(items, now)
    if full:
        for technology in Technology:
            taker.end(technology, now)
        taker.end_contacts()
    taker.close()


def contact_status(status: str, rtt: str = "0", name: str = "a", aor: str = "a", uri: str = URI) -> Packet:
    return event("ContactStatus", URI=uri, ContactStatus=status, AOR=aor, EndpointName=name, RoundtripUsec=rtt)


def only(store: Store) -> Endpoint:
    (endpoint,) = store.endpoints.values()
    return endpoint


# -- recorded ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_exchange(version: str) -> None:
    """What the lists of the recording had, kept up by its events, is what the next calls of its devices show."""
    store = Store("lab")
    taker = EndpointMerge(store, 0.0)
    for at, packet in packets(version):
        if packet.name in {"EndpointList", "PeerEntry"}:
            taker.take([packet], at)
        elif packet.name == "EndpointListComplete":
            taker.end(Technology.PJSIP, at)
            taker.close()
        elif b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
    assert len(store.endpoints) == 22
    assert store.endpoints["IAX2/iaxpeer"].contacts == {}
    trunk = store.endpoints["PJSIP/trunk"]
    assert [contact.address.rpartition(":")[0] for contact in trunk.contacts.values()] == ["127.0.0.1"]
    agents = [endpoint for endpoint in store.endpoints.values() if endpoint.name.startswith("agent")]
    assert {endpoint.state for endpoint in agents} <= {
        DeviceState.NOT_IN_USE,
        DeviceState.IN_USE,
        DeviceState.RINGING,
        DeviceState.RING_IN_USE,
    }
    became = [e for e in agents if e.reach is Reach.REACHABLE]
    assert len(became) >= 14
    assert all(e.best.rtt and 0.0002 < e.best.rtt < 0.001 and e.reach_since for e in became)
    assert not store.unknown["ContactStatus"]
    assert not store.unknown["PeerStatus"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_detail_tells_of_a_static_contact(version: str) -> None:
    store = Store("lab")
    merge(store, *(p for _, p in packets(version) if p.name == "EndpointList"), full=False)
    detail = [p for _, p in packets(version) if p.action_id == "ep-1" and p.name != "EndpointDetailComplete"]
    learn_endpoint(store, "PJSIP/agent01", detail, 20.0, 21.0)
    endpoint = store.endpoints["PJSIP/agent01"]
    contact = endpoint.best
    assert contact is not None
    assert contact.static
    assert contact.status is (Reach.REACHABLE if version == "22.10" else Reach.NON_QUALIFIED)
    assert contact.rtt == (0.000464 if version == "22.10" else None)
    facts = dict(endpoint.facts)
    assert facts["Caller ID"] == '"Agent 01" <1001>'
    assert (facts["Context"], facts["Codecs"], facts["Qualified every"]) == ("internal", "(ulaw)", "15 s")
    assert "Auth" not in facts
    assert endpoint.facts_at == 21.0


# -- PJSIP ------------------------------------------------------------------------------------------------------------


def test_a_list_makes_endpoints_and_the_next_removes_what_it_does_not_have(store: Store) -> None:
    merge(store, listed(), listed("b", "", "Unavailable"))
    assert store.endpoints.keys() == {"PJSIP/a", "PJSIP/b"}
    assert store.endpoints["PJSIP/b"].online is False
    assert store.endpoints["PJSIP/a"].since is None
    merge(store, listed("b", "", "Unavailable"), at=40.0)
    assert store.endpoints.keys() == {"PJSIP/b"}
    assert store.part(Endpoints).by_aor == {"a": {"PJSIP/b": None}}


def test_a_list_that_failed_removes_nothing(store: Store) -> None:
    merge(store, listed())
    merge(store, at=40.0, full=False)
    assert store.endpoints


def test_states_by_event(store: Store) -> None:
    merge(store, listed())
    store.apply(event("DeviceStateChange", Device="PJSIP/a", State="RINGINUSE"), 12.0)
    assert (only(store).state, only(store).since) == (DeviceState.RING_IN_USE, 12.0)
    store.apply(event("DeviceStateChange", Device="PJSIP/a", State="RINGINUSE"), 13.0)
    assert only(store).since == 12.0


def test_a_device_state_alone_makes_no_endpoint(store: Store) -> None:
    for device in ("PJSIP/x", "SIP/203.0.113.5", "Queue:support", "Local/1@x", "Custom:y"):
        store.apply(event("DeviceStateChange", Device=device, State="INUSE"), 1.0)
    assert not store.endpoints


def test_what_an_event_told_since_the_question_outlasts_the_list(store: Store) -> None:
    merge(store, listed())
    store.apply(event("DeviceStateChange", Device="PJSIP/a", State="INUSE"), 41.0)
    store.apply(contact_status("Unreachable"), 41.5)
    store.apply(event("PeerStatus", Peer="PJSIP/new", PeerStatus="Reachable"), 41.5)
    merge(store, listed(), registered(), at=40.0, now=42.0)
    endpoint = store.endpoints["PJSIP/a"]
    assert (endpoint.state, endpoint.reach) == (DeviceState.IN_USE, Reach.UNREACHABLE)
    assert "PJSIP/new" in store.endpoints
    merge(store, listed(), registered(), at=50.0)
    assert (endpoint.state, endpoint.reach) == (DeviceState.NOT_IN_USE, Reach.REACHABLE)
    assert "PJSIP/new" not in store.endpoints


def test_a_state_that_comes_while_the_first_list_is_on_its_way(store: Store) -> None:
    taker = EndpointMerge(store, 10.0)
    store.apply(event("DeviceStateChange", Device="PJSIP/a", State="RINGING"), 11.0)
    taker.take([listed()], 12.0)
    taker.close()
    assert (only(store).state, only(store).since) == (DeviceState.RINGING, 11.0)
    assert store.part(Endpoints).early is None


def test_registered_and_configured_contacts(store: Store) -> None:
    static = "sip:gw@192.0.2.1;transport=tcp"
    merge(store, listed(contacts=f"a/{URI},b/{static},", aor="a,b"), registered())
    endpoint = only(store)
    dynamic, configured = endpoint.contacts["a", URI], endpoint.contacts["b", static]
    assert (dynamic.static, dynamic.status, dynamic.rtt) == (False, Reach.REACHABLE, 0.0015)
    assert (dynamic.user_agent, dynamic.expires) == ("Snom/1", 1795375999)
    assert (configured.static, configured.status, configured.address) == (True, None, "192.0.2.1")
    assert endpoint.best is dynamic
    assert unknown_contacts(store, 5) == ["PJSIP/a"]


def test_contacts_that_the_list_names_no_more_are_gone(store: Store) -> None:
    merge(store, listed(), registered())
    merge(store, listed(contacts=""), at=40.0)
    assert only(store).contacts == {}
    assert only(store).reach is None


def test_a_contact_goes_away_and_comes_back(store: Store) -> None:
    merge(store, listed(), registered())
    store.apply(contact_status("Unreachable"), 20.0)
    endpoint = only(store)
    contact = endpoint.contacts["a", URI]
    assert (contact.status, contact.since, contact.rtt) == (Reach.UNREACHABLE, 20.0, None)
    assert (endpoint.online, endpoint.reach_since) == (False, 20.0)
    store.apply(contact_status("Reachable", "900"), 30.0)
    assert (endpoint.online, endpoint.reach_since, endpoint.rtt) == (True, 30.0, 0.0009)
    assert [trip.seconds for trip in contact.trips] == [0.0015, 0.0009]
    store.apply(contact_status("Updated", "900"), 31.0)
    assert (contact.status, contact.since) == (Reach.REACHABLE, 30.0)
    store.apply(contact_status("Removed"), 32.0)
    assert endpoint.contacts == {}


def test_only_the_last_round_trips_are_remembered(store: Store) -> None:
    for number in range(1, HISTORY + 9):
        store.apply(contact_status("Reachable", str(number)), float(number))
    trips = only(store).best.trips
    assert [trip.seconds for trip in trips] == [number / 1e6 for number in range(9, HISTORY + 9)]


def test_the_nearest_contact_that_answers_stands_for_the_others(store: Store) -> None:
    for uri, status, rtt in (
        ("sip:1", "Unreachable", "0"),
        ("sip:2", "Reachable", "9000"),
        ("sip:3", "Reachable", "40"),
    ):
        store.apply(contact_status(status, rtt, uri=uri), 1.0)
    assert only(store).best.uri == "sip:3"
    store.apply(contact_status("Unreachable", uri="sip:3"), 2.0)
    assert (only(store).best.uri, only(store).reach) == ("sip:2", Reach.REACHABLE)


def test_a_contact_of_several_endpoints_whose_event_names_none(store: Store) -> None:
    merge(store, listed("x", "shared/sip:s@h,", aor="shared"), listed("y", "shared/sip:s@h,", aor="shared"))
    store.apply(contact_status("Reachable", "7", name="", aor="shared", uri="sip:s@h"), 20.0)
    assert [endpoint.reach for endpoint in store.endpoints.values()] == [Reach.REACHABLE] * 2
    store.apply(contact_status("Reachable", "7", name="", aor="nobody"), 21.0)
    assert len(store.endpoints) == 2


def test_a_login_without_lists_knows_what_events_name(store: Store) -> None:
    store.apply(event("PeerStatus", ChannelType="PJSIP", Peer="PJSIP/a", PeerStatus="Unreachable"), 1.0)
    assert (only(store).reach, only(store).online, only(store).listed_at) == (Reach.UNREACHABLE, False, None)
    store.apply(contact_status("Reachable", "400"), 2.0)
    assert only(store).online is True


def test_packets_that_say_nothing_change_nothing(store: Store) -> None:
    store.apply(event("ContactStatus", AOR="a", EndpointName="a"), 1.0)
    store.apply(event("PeerStatus", Peer="", PeerStatus="Reachable"), 1.0)
    store.apply(event("PeerStatus", Peer="DAHDI/1", PeerStatus="Reachable"), 1.0)
    store.apply(event("DeviceStateChange", State="INUSE"), 1.0)
    merge(store, item("EndpointList", Aor="a"), item("ContactList", ObjectName="a;@b"), item("PeerEntry", Status="OK"))
    assert not store.endpoints
    assert store.unknown == {"ContactStatus": 1, "PeerStatus": 1}


def test_a_restart_forgets_them(store: Store) -> None:
    merge(store, listed())
    store.restart(20.0)
    assert not store.endpoints


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a/sip:a@h:5060,", [("a", "sip:a@h:5060")]),
        ("a/sip:a@h;x=1,2;y,b/sips:b@h", [("a", "sip:a@h;x=1,2;y"), ("b", "sips:b@h")]),
        ("junk,", []),
    ],
)
def test_contacts_of_a_list(text: str, expected: list[tuple[str, str]]) -> None:
    assert list(contacts(text)) == expected


# -- chan_sip and chan_iax2 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OK (12 ms)", (Reach.REACHABLE, 0.012)),
        ("LAGGED (3001 ms)", (Reach.LAGGED, 3.001)),
        ("UNREACHABLE", (Reach.UNREACHABLE, None)),
        ("UNKNOWN", (Reach.UNKNOWN, None)),
        ("Unmonitored", (Reach.NON_QUALIFIED, None)),
        ("", (None, None)),
    ],
)
def test_what_a_peers_status_says(text: str, expected: tuple[Reach | None, float | None]) -> None:
    assert read_peer_status(text) == expected


def test_peers(store: Store) -> None:
    merge(
        store,
        peer(),
        peer("gone", "UNKNOWN", "-none-"),
        peer("branch", "Unmonitored", "(null)", Channeltype="IAX", IPport="(null)"),
        peer("gw", "OK (1 ms)", Dynamic="no", Description="To the PSTN"),
        item("DeviceStateChange", Device="SIP/desk", State="INUSE"),
        item("DeviceStateChange", Device="Queue:support", State="INUSE"),
    )
    desk, gone = store.endpoints["SIP/desk"], store.endpoints["SIP/gone"]
    assert (desk.state, desk.reach, desk.rtt) == (DeviceState.IN_USE, Reach.REACHABLE, 0.012)
    assert desk.best.uri == "10.0.0.9:5060"
    assert (gone.contacts, gone.online) == ({}, False)
    assert store.endpoints["IAX2/branch"].online is False
    assert (store.endpoints["SIP/gw"].best.static, store.endpoints["SIP/gw"].description) == (True, "To the PSTN")


def test_a_peer_registers_and_leaves(store: Store) -> None:
    merge(store, peer(status="UNKNOWN", host="-none-"))
    told = {"ChannelType": "SIP", "Peer": "SIP/desk"}
    store.apply(event("PeerStatus", **told, PeerStatus="Registered", Address="10.0.0.9:5060"), 20.0)
    desk = only(store)
    assert [contact.uri for contact in desk.contacts.values()] == ["10.0.0.9:5060"]
    assert desk.online is None
    store.apply(event("PeerStatus", **told, PeerStatus="Reachable", Time="12"), 21.0)
    assert (desk.online, desk.reach_since, desk.rtt) == (True, 21.0, 0.012)
    store.apply(event("PeerStatus", **told, PeerStatus="Registered", Address="10.0.0.9:5060"), 22.0)
    assert desk.online is True
    store.apply(event("PeerStatus", **told, PeerStatus="Lagged", Time="3000"), 23.0)
    assert (desk.reach, desk.rtt) == (Reach.LAGGED, 3.0)
    store.apply(event("PeerStatus", **told, PeerStatus="Unreachable"), 24.0)
    assert (desk.reach, desk.rtt) == (Reach.UNREACHABLE, None)
    store.apply(event("PeerStatus", **told, PeerStatus="Unregistered", Cause="Expired"), 25.0)
    assert (desk.contacts, desk.online) == ({}, False)


def test_a_try_to_register_that_is_refused_is_noted_and_changes_nothing(store: Store) -> None:
    merge(store, peer())
    store.apply(event("PeerStatus", Peer="SIP/desk", PeerStatus="Rejected", Cause="AUTH_SECRET_FAILED"), 20.0)
    assert (only(store).notice, only(store).notice_at) == ("Rejected: AUTH_SECRET_FAILED", 20.0)
    assert only(store).online is True


def test_details_of_a_peer(store: Store) -> None:
    merge(store, peer(status="UNKNOWN", host="-none-"))
    answer = Packet(
        b"Response: Success\nActionID: 1\nChanneltype: SIP\nObjectName: desk\nSecretExist: Y\nContext: internal\n"
        b"Call-limit: 0\nAddress-IP: 10.0.0.9\nAddress-Port: 5060\nStatus: OK (7 ms)\nSIP-Useragent: Snom/1\n"
        b'Callerid: "" <>\nQualifyFreq: 60000 ms'
    )
    learn_peer(store, "SIP/desk", answer, 20.0, 21.0)
    desk = only(store)
    assert desk.facts == (("Context", "internal"), ("Qualified every", "60000 ms"))
    assert (desk.rtt, desk.best.user_agent) == (0.007, "Snom/1")
    learn_peer(store, "SIP/nobody", answer, 20.0, 21.0)


# -- secrets ----------------------------------------------------------------------------------------------------------


def test_no_password_is_kept(store: Store) -> None:
    merge(store, listed())
    auth = item(
        "AuthDetail",
        ObjectName="a",
        Username="alice",
        Password="hunter2",
        Md5Cred="0123cafe",
        RefreshToken="hunter3",
        OauthSecret="hunter4",
        PasswordDigest="MD5:hunter5",
        Realm="pbx",
    )
    learn_endpoint(store, "PJSIP/a", [auth], 20.0, 21.0)
    assert only(store).facts == (("Logs in as", "alice"), ("Realm", "pbx"))
