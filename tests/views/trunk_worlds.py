"""Trunks of known shape: a PJSIP one whose calls go well, one that is rejected, one without a registration."""

from __future__ import annotations

from amitop.ami.packet import Packet
from amitop.pbx.registrations import Lister
from amitop.pbx.store import Store
from amitop.thresholds import Limit, Rules, Sense, TrunkRules
from amitop.views.floor import Floor
from fakes.events import block, event

EPOCH = 1_700_000_000
NOW = 1000.0
RULES = Rules(
    trunks={
        "carrier": TrunkRules(limit=4, answer_rate=Limit(60, 40, Sense.BELOW)),
        "gateway": TrunkRules(endpoint="SIP/gw1"),
    }
)


def item(name: str, **fields: object) -> Packet:
    """One item of a list."""
    return Packet("\n".join([f"Event: {name}", *(f"{key}: {value}" for key, value in fields.items())]).encode())


def registration(name: str, status: str, host: str = "192.0.2.7", **changes: object) -> Packet:
    fields = {
        "ObjectType": "registration",
        "ObjectName": name,
        "ClientUri": f"sip:{name}@{host}",
        "ServerUri": f"sip:{host}",
        "RetryInterval": 60,
        "Expiration": 3600,
        "Endpoint": "",
        "Status": status,
        "NextReg": 0,
    }
    return item("OutboundRegistrationDetail", **(fields | changes))


def registry(name: str, status: str, host: str = "192.0.2.7") -> Packet:
    head = f"Event: Registry\nPrivilege: system,all\nChannelType: PJSIP\nUsername: sip:{name}@{host}\n"
    return Packet(f"{head}Domain: sip:{host}\nStatus: {status}".encode())


def peer(device: str, status: str) -> Packet:
    technology = device.partition("/")[0]
    head = f"Event: PeerStatus\nPrivilege: system,all\nChannelType: {technology}\n"
    return Packet(f"{head}Peer: {device}\nPeerStatus: {status}".encode())


def call(
    store: Store, uid: str, at: float, *, device: str = "PJSIP/carrier", out: bool = True, cause: int | None = None
) -> None:
    """Have a call begin and be answered; with a *cause* it fails instead."""
    name = f"{device}-{uid:0>8}"
    store.apply(event("Newchannel", block(uid, name, state=0 if out else 4)), at)
    if cause is None:
        store.apply(event("Newstate", block(uid, name)), at)
    else:
        store.apply(event("Hangup", block(uid, name, state=0), f"Cause: {cause}\nCause-txt: \n"), at)


def calls(store: Store) -> None:
    """Fourteen calls that have ended, and two in progress."""
    for n in range(6):
        call(store, f"1.{n}", 300.0 + n)
        store.apply(event("Hangup", block(f"1.{n}", f"PJSIP/carrier-{f'1.{n}':0>8}"), "Cause: 16\n"), 310.0 + n)
    for n, cause in enumerate((17, 17, 17, 17, 17, 34, 34, 16)):
        call(store, f"2.{n}", 800.0 + n, cause=cause)
    for n in range(3):
        call(store, f"3.{n}", 900.0 + n)
    call(store, "4.1", 950.0, out=False)


def trunks() -> Store:
    """Three of them, at `NOW`."""
    store = Store("pbx1")
    store.apply_registrations(
        Lister.PJSIP,
        [registration("carrier", "Registered"), registration("backup", "Registered", "198.51.100.1")],
        100.0,
        first=True,
    )
    calls(store)
    store.apply(registry("backup", "Rejected", "198.51.100.1"), 960.0)
    store.apply(peer("SIP/gw1", "Reachable"), 970.0)
    return store


def floor(store: Store, now: float = NOW, rules: Rules = RULES) -> Floor:
    return Floor(store, now, EPOCH + now, rules)
