"""Reports on media as a real Asterisk writes them, and an exchange whose legs sound in every way that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.events import block, bridge, event

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store


def report(
    name: str,
    channel: str,
    *,
    sequence: int | None = 100,
    loss: float = 0.0,
    lost: int = 0,
    jitter: float = 0.0,
    rtt: float = 0.04,
    sends: bool = True,
) -> Packet:
    """Return an RTCPSent or RTCPReceived of the leg with the block *channel*.

    *loss* is in percent, *jitter* in ms of 8 ticks, *rtt* in seconds; with *sequence* None nothing was ever received.
    """
    addresses = ("1.2.3.4:7001", "127.0.0.1:20001")
    to, sender = addresses if name == "RTCPSent" else reversed(addresses)
    lines = [f"To: {to}", f"From: {sender}"]
    lines += [f"RTT: {rtt:.4f}"] if name == "RTCPReceived" else []
    lines += ["MES: 87.5", "SSRC: 0x6643f911", f"PT: {'200(SR)' if sends else '201(RR)'}"]
    if sequence is None:
        lines.append("ReportCount: 0")
    else:
        lines += [
            "ReportCount: 1",
            "Report0SourceSSRC: 0x0b4c1c07",
            f"Report0FractionLost: {round(loss * 2.56)}",
            f"Report0CumulativeLost: {lost}",
            f"Report0HighestSequence: {sequence}",
            "Report0SequenceNumberCycles: 0",
            f"Report0IAJitter: {round(jitter * 8)}",
            "Report0LSR: 75118394",
            "Report0DLSR: 4.9990",
        ]
    return event(name, channel, "\n".join(lines))


LEGS = {
    # By Uniqueid: who it is, what Asterisk measures on what comes in, and what the device says of what goes out.
    "1.1": (("+15551234567", "Ann Lee"), {"jitter": 2.5}, {"jitter": 1.25, "rtt": 0.031}),
    "1.2": (("1003", "Agent 03"), {"jitter": 0.5}, {"jitter": 0.5, "rtt": 0.0007}),
    "2.1": (("+15557654321", "王小明"), {"jitter": 12.5, "loss": 1.2, "lost": 31}, {"loss": 12.5, "lost": 312}),
    "2.2": (("1004", "Agent 04"), {"loss": 25.0, "lost": 633, "jitter": 40.0}, {"rtt": 0.210}),
    "3.1": (("1005", "Agent 05"), {"sequence": None}, None),
    "4.1": (("1006", "Agent 06"), None, None),
    "5.1": (("1007", "Agent 07"), {"jitter": 1.0}, None),
}


def blocks() -> dict[str, str]:
    """Return each leg's channel block."""
    found = {}
    for number, (uid, (caller, _, _)) in enumerate(LEGS.items(), 1):
        device = "trunk" if caller[0].startswith("+") else f"agent{caller[0][-2:]}"
        first = f"{uid[0]}.1"
        found[uid] = block(uid, f"PJSIP/{device}-{number:08x}", caller=caller, linkedid=first)
    return found


def begin(store: Store, now: float) -> None:
    """Have the legs begin *now*, and those of 1 and 2 talk to each other."""
    legs = blocks()
    for leg in legs.values():
        store.apply(event("Newchannel", leg), now)
    for number in (1, 2):
        name = f"b{number}"
        store.apply(event("BridgeCreate", bridge(name, 0)), now)
        for leg in (1, 2):
            store.apply(event("BridgeEnter", bridge(name, leg), legs[f"{number}.{leg}"]), now)


def tell(store: Store, now: float, nth: int = 1) -> None:
    """Have each leg be reported on *now*, for the *nth* time; of 4.1 by nobody, of 3.1 and 5.1 by Asterisk alone."""
    for uid, leg in blocks().items():
        _, inward, outward = LEGS[uid]
        if inward is not None:
            store.apply(report("RTCPSent", leg, **{"sequence": 250 * nth, **inward}), now)
        if outward is not None:
            store.apply(report("RTCPReceived", leg, **{"sequence": 250 * nth, **outward}), now)
