"""Events as a real Asterisk writes them (`ami.md` B.1, H), for tests that need a small exchange of known shape."""

from __future__ import annotations

from amitop.ami.packet import Packet


def block(
    uid: str,
    name: str,
    *,
    prefix: str = "",
    state: int = 6,
    caller: tuple[str, str] = ("<unknown>", "<unknown>"),
    connected: tuple[str, str] = ("<unknown>", "<unknown>"),
    position: tuple[str, str, int] = ("from-trunk", "600", 1),
    linkedid: str | None = None,
) -> str:
    """The channel snapshot `<C>`, with its headers in the wire's order."""
    words = {0: "Down", 4: "Ring", 5: "Ringing", 6: "Up"}
    context, exten, priority = position
    fields = {
        "Channel": name,
        "ChannelState": state,
        "ChannelStateDesc": words[state],
        "CallerIDNum": caller[0],
        "CallerIDName": caller[1],
        "ConnectedLineNum": connected[0],
        "ConnectedLineName": connected[1],
        "Language": "en",
        "AccountCode": "",
        "Context": context,
        "Exten": exten,
        "Priority": priority,
        "Uniqueid": uid,
        "Linkedid": linkedid or uid,
    }
    return "".join(f"{prefix}{key}: {value}\n" for key, value in fields.items())


def bridge(uid: str, count: int, *, type: str = "basic", technology: str = "simple_bridge") -> str:
    """The bridge snapshot `<B>`."""
    return (
        f"BridgeUniqueid: {uid}\nBridgeType: {type}\nBridgeTechnology: {technology}\nBridgeCreator: <unknown>\n"
        f"BridgeName: <unknown>\nBridgeNumChannels: {count}\nBridgeVideoSourceMode: none\n"
    )


def event(name: str, *parts: str) -> Packet:
    """One event of class call."""
    return Packet(f"Event: {name}\nPrivilege: call,all\n{''.join(parts)}".rstrip("\n").encode())


ANN = ("+15551234567", "Ann Lee")
AGENT = ("1003", "Agent 03")


def conversation() -> list[Packet]:
    """Ann Lee (uid 1.1) called 1003, Agent 03 (uid 1.2) answered, and they talk in bridge b1."""
    ann = block("1.1", "PJSIP/trunk-00000001", caller=ANN, connected=AGENT, position=("from-trunk", "1003", 1))
    agent = block(
        "1.2", "PJSIP/agent03-00000002", caller=AGENT, connected=ANN, position=("internal", "", 1), linkedid="1.1"
    )
    dest = block("1.2", "PJSIP/agent03-00000002", prefix="Dest", caller=AGENT, connected=ANN, linkedid="1.1")
    return [
        event("Newchannel", ann.replace("State: 6", "State: 4")),
        event("Newchannel", agent.replace("State: 6", "State: 0")),
        event("DialBegin", ann, dest, "DialString: PJSIP/agent03\n"),
        event("Newstate", agent),
        event("Newstate", ann),
        event("DialEnd", ann, dest, "DialStatus: ANSWER\n"),
        event("BridgeCreate", bridge("b1", 0)),
        event("BridgeEnter", bridge("b1", 1), agent),
        event("BridgeEnter", bridge("b1", 2), ann),
    ]
