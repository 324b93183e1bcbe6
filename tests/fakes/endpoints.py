"""A PBX with endpoints, for the screen: of all three technologies, in states of their own, and one that talks."""

from __future__ import annotations

from amitop.ami.packet import Packet
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.endpoint_detail import learn_endpoint
from amitop.pbx.endpoint_lists import EndpointMerge
from amitop.pbx.endpoint_model import Technology
from amitop.rights import ActionRights
from fakes.events import ANN, block, event
from fakes.pbx import ALL_RIGHTS, WATCHER, FakePbx, dashboard

ENDPOINT_RIGHTS = {
    "IAXpeerlist": "x (Priv: system,reporting,all)",
    "PJSIPQualify": "x (Priv: system,reporting,all)",
    "PJSIPShowContacts": "x (Priv: system,all)",
    "PJSIPShowEndpoint": "x (Priv: system,all)",
    "PJSIPShowEndpoints": "x (Priv: system,all)",
    "SIPpeers": "x (Priv: system,reporting,all)",
    "SIPqualifypeer": "x (Priv: system,reporting,all)",
    "SIPshowpeer": "x (Priv: system,reporting,all)",
}
WATCHER_RIGHTS = {"IAXpeerlist": ENDPOINT_RIGHTS["IAXpeerlist"]}
"""What a login with write=reporting may ask for of these, on an Asterisk without chan_sip."""


def item(name: str, **headers: str) -> Packet:
    """An item of a list."""
    return Packet("\n".join([f"Event: {name}", *(f"{key}: {value}" for key, value in headers.items())]).encode())


def endpoint(name: str, contacts: str = "", state: str = "Not in use") -> Packet:
    """What PJSIPShowEndpoints says of one."""
    return item("EndpointList", ObjectName=name, Aor=name, Contacts=contacts, DeviceState=state)


def contact(name: str, uri: str, status: str = "Reachable", rtt: str = "12345", agent: str = "Snom/8.9") -> Packet:
    """What PJSIPShowContacts says of one."""
    return item(
        "ContactList",
        ObjectName=f"{name};@1",
        Endpoint=name,
        Uri=uri,
        UserAgent=agent,
        ExpirationTime="1795356000",
        Status=status,
        RoundtripUsec=rtt,
    )


def peer(name: str, kind: str, host: str, status: str, **more: str) -> Packet:
    """What SIPpeers or IAXpeerlist says of one."""
    return item(
        "PeerEntry",
        Channeltype=kind,
        ObjectName=name,
        IPaddress=host,
        IPport="5060" if kind == "SIP" else "4569",
        Status=status,
        **{"Dynamic": "yes", "Description": "", **more},
    )


def status_of(name: str, uri: str, status: str, rtt: str = "0") -> Packet:
    """A ContactStatus."""
    text = f"URI: {uri}\nContactStatus: {status}\nAOR: {name}\nEndpointName: {name}\nRoundtripUsec: {rtt}\n"
    return event("ContactStatus", text)


def state_of(device: str, state: str) -> Packet:
    """A DeviceStateChange."""
    return event("DeviceStateChange", f"Device: {device}\nState: {state}\n")


def endpoint_pbx(now: float = 1000.0, *, watcher: bool = False) -> FakePbx:
    """Agents 01 to 03 and a trunk of PJSIP, a desk and a gateway of chan_sip, a branch of chan_iax2.

    Agent 01 talks since 31 seconds, 02 has gone 90 seconds ago, 03 never registered; the trunk has two addresses, of
    which one is silent. *watcher*: a login that may only look.
    """
    pbx = FakePbx(now=now - 300)
    pbx.rights = ActionRights(WATCHER | WATCHER_RIGHTS if watcher else ALL_RIGHTS | ENDPOINT_RIGHTS)
    one, two, gw = "sip:agent01@10.0.0.11:5060", "sip:agent02@10.0.0.12:5060", "sip:192.0.2.7"
    lists = [
        endpoint("agent01", f"agent01/{one},"),
        endpoint("agent02", f"agent02/{two},"),
        endpoint("agent03", state="Unavailable"),
        endpoint("trunk", f"trunk/{gw},trunk/sip:192.0.2.8,"),
        contact("agent01", one, agent="Snom/8.9 王"),
        contact("agent02", two, rtt="31000"),
        peer("desk", "SIP", "-none-", "UNKNOWN"),
        peer("gateway", "SIP", "10.0.0.3", "OK (7 ms)", Dynamic="no", Description="To the PSTN"),
        peer("branch", "IAX", "10.1.0.1", "LAGGED (2310 ms)"),
        item("DeviceStateChange", Device="SIP/gateway", State="NOT_INUSE"),
        item("DeviceStateChange", Device="SIP/desk", State="UNAVAILABLE"),
    ]
    merge = EndpointMerge(pbx.store, pbx.now)
    merge.take(lists, pbx.now)
    for technology in Technology:
        merge.end(technology, pbx.now)
    merge.end_contacts()
    merge.close()
    for rtt in (9_000, 14_000, 30_000, 11_000):
        pbx.now += 30
        pbx.happen(status_of("agent01", one, "Reachable", str(rtt)))
    pbx.happen(status_of("trunk", gw, "Reachable", "480"), status_of("trunk", "sip:192.0.2.8", "Unreachable"))
    pbx.now = now - 90
    pbx.happen(status_of("agent02", two, "Unreachable"), state_of("PJSIP/agent02", "UNAVAILABLE"))
    pbx.now = now - 31
    talk = block("1.1", "PJSIP/agent01-00000001", caller=ANN, position=("internal", "600", 1))
    pbx.happen(event("Newchannel", talk), state_of("PJSIP/agent01", "INUSE"))
    facts = [
        item("EndpointDetail", ObjectName="agent01", Context="internal", Callerid='"Agent 01" <1001>', Allow="(ulaw)"),
        item("AuthDetail", ObjectName="agent01", Username="agent01", Password="hunter2"),
    ]
    pbx.now = now - 5
    learn_endpoint(pbx.store, "PJSIP/agent01", facts, pbx.now, pbx.now)
    pbx.now = now
    return pbx


def endpoint_dashboard(*pbxs: FakePbx, **settings):
    """The dashboard over endpoints, whose operator notes whom it would ask."""
    app = dashboard(*(pbxs or (endpoint_pbx(),)), **settings)
    app.spy.asked = []

    async def qualify(plan):
        app.spy.asked.append(plan)
        return Outcome(OutcomeKind.DONE, f"{plan.device} answers within 1 ms.")

    app.spy.qualify = qualify
    return app
