"""Reports on media: RTCPSent and RTCPReceived of each leg with media, every five seconds (`ami.md` B.9).

RTCPSent tells what the exchange measures of what it gets from the device, RTCPReceived what the device reports. How an
endpoint sounds is in its fields `rtt`, `jitter` and `loss`. Nothing is worked out while nobody wants the class
`reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.channel import UP

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.event import Header
    from amitop.sim.switch import Switch

EVERY = 5
"""rtcpinterval, in seconds."""


def start(switch: Switch) -> None:
    """Look each second for legs whose turn it is."""
    switch.clock.at(1.0, lambda: _tick(switch))


def _tick(switch: Switch) -> None:
    if "reporting" in switch.wanted:
        turn = int(switch.clock.now) % EVERY
        for channel in list(switch.channels.values()):
            if channel.state == UP and channel.endpoint is not None and int(channel.answered or 0) % EVERY == turn:
                report(switch, channel)
    start(switch)


def report(switch: Switch, channel: Channel) -> None:
    """Say both reports of a leg."""
    endpoint = channel.endpoint
    talked = switch.clock.now - (channel.answered or switch.clock.now)
    if endpoint is None or talked < EVERY:
        return
    spread = switch.random.uniform
    packets = int(talked * 50)
    to, ours = f"198.51.100.7:{6000 + _number(channel) % 4000}", f"192.0.2.1:{20000 + _number(channel) % 20000}"
    rtt, jitter = endpoint.rtt * spread(0.9, 1.2), endpoint.jitter * spread(0.7, 1.4)
    loss = max(0.0, min(endpoint.loss * spread(0.5, 1.5), 1.0))
    mes = score(rtt * 1000, jitter, loss * 100) * 20
    switch.emit(
        "reporting", "RTCPSent", channel.block(), _head(channel, to, ours, mes=mes),
        _sender(switch, packets), _block(channel, packets, jitter, loss),
    )  # fmt: skip
    switch.emit(
        "reporting", "RTCPReceived", channel.block(), _head(channel, ours, to, mes=mes, rtt=rtt),
        _sender(switch, packets), _block(channel, packets, jitter * spread(0.8, 1.2), loss * spread(0.5, 1.5)),
    )  # fmt: skip


def score(rtt_ms: float, jitter_ms: float, loss_percent: float) -> float:
    """MOS of such media, 1 to 4.5, as Asterisk works it out from one sample (`ami.md` B.9)."""
    effective = rtt_ms + 2 * jitter_ms + 10
    r = 93.2 - (effective / 40 if effective < 160 else (effective - 120) / 10) - 2 * loss_percent
    return 1.0 if r < 0 else 4.5 if r > 100 else 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r)


def _number(channel: Channel) -> int:
    return int(channel.uniqueid.rpartition(".")[2]) if channel.uniqueid.rpartition(".")[2].isdigit() else 7


def _head(channel: Channel, to: str, ours: str, *, mes: float, rtt: float | None = None) -> list[Header]:
    headers = [("To", to), ("From", ours)]
    if rtt is not None:
        headers.append(("RTT", f"{rtt:.4f}"))
    ssrc = (_number(channel) * 2654435761) % 2**32
    return [*headers, ("MES", f"{mes:.1f}"), ("SSRC", f"0x{ssrc:08x}"), ("PT", "200(SR)"), ("ReportCount", "1")]


def _sender(switch: Switch, packets: int) -> list[Header]:
    return [
        ("SentNTP", f"{switch.clock.now:.6f}"),
        ("SentRTP", str(packets * 160)),
        ("SentPackets", str(packets)),
        ("SentOctets", str(packets * 160)),
    ]


def _block(channel: Channel, packets: int, jitter_ms: float, loss: float) -> list[Header]:
    return [
        ("Report0SourceSSRC", f"0x{(_number(channel) * 40503) % 2**32:08x}"),
        ("Report0FractionLost", str(min(int(loss * 256), 255))),
        ("Report0CumulativeLost", str(int(packets * loss))),
        ("Report0HighestSequence", str(packets % 65536)),
        ("Report0SequenceNumberCycles", str(packets // 65536)),
        ("Report0IAJitter", str(int(jitter_ms * 8))),
        ("Report0LSR", str(packets * 1000 % 2**32)),
        ("Report0DLSR", "2.5000"),
    ]
