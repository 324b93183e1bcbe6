"""A PBX for measurements: speaks enough AMI over TCP for amitop, with any number of channels and any rate of events.

Run as a process of its own, so that its work is not counted as amitop's. It prints `port N`, and then `token T SECONDS`
whenever it changes the caller name of its first channel to T, with the monotonic time at which it sent that.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections import deque

MARKER_EVERY = 0.37
"""Seconds between two tokens: not a multiple of the screen's frame, so that every phase of it is met."""


class Leg:
    """One channel as the wire shows it."""

    def __init__(self, number: int, *, caller: bool, linkedid: str | None = None) -> None:
        self.uid = f"1795375737.{number}"
        self.linkedid = linkedid or self.uid
        self.caller = caller
        agent = number % 20
        self.name = f"PJSIP/trunk-{number:08x}" if caller else f"PJSIP/agent{agent:02d}-{number:08x}"
        self.state, self.desc = (4, "Ring") if caller else (0, "Down")
        self.num = f"+1555{number % 10**7:07d}" if caller else f"10{agent:02d}"
        self.label = f"Caller {number}" if caller else f"Agent {agent:02d}"
        self.bridge = ""
        self.began = time.monotonic()

    def block(self, prefix: str = "") -> str:
        """The channel snapshot with its headers in the order of a real Asterisk (`ami.md` B.1)."""
        return (
            f"{prefix}Channel: {self.name}\r\n{prefix}ChannelState: {self.state}\r\n"
            f"{prefix}ChannelStateDesc: {self.desc}\r\n{prefix}CallerIDNum: {self.num}\r\n"
            f"{prefix}CallerIDName: {self.label}\r\n{prefix}ConnectedLineNum: <unknown>\r\n"
            f"{prefix}ConnectedLineName: <unknown>\r\n{prefix}Language: en\r\n{prefix}AccountCode: support\r\n"
            f"{prefix}Context: from-trunk\r\n{prefix}Exten: 600\r\n{prefix}Priority: 4\r\n"
            f"{prefix}Uniqueid: {self.uid}\r\n{prefix}Linkedid: {self.linkedid}\r\n"
        )

    def row(self, action_id: str) -> str:
        """This channel as an item of CoreShowChannels."""
        age = int(time.monotonic() - self.began)
        return (
            f"Event: CoreShowChannel\r\nActionID: {action_id}\r\n{self.block()}Application: Queue\r\n"
            f"ApplicationData: support,,,,60\r\nDuration: {age // 3600:02d}:{age // 60 % 60:02d}:{age % 60:02d}\r\n"
            f"BridgeId: {self.bridge}\r\n\r\n"
        )


def event(name: str, *parts: str) -> str:
    """One event of class call."""
    return f"Event: {name}\r\nPrivilege: call,all\r\n{''.join(parts)}\r\n"


def bridge_block(uid: str, count: int) -> str:
    """The bridge snapshot (`ami.md` B.1)."""
    return (
        f"BridgeUniqueid: {uid}\r\nBridgeType: basic\r\nBridgeTechnology: simple_bridge\r\nBridgeCreator: <unknown>\r\n"
        f"BridgeName: <unknown>\r\nBridgeNumChannels: {count}\r\nBridgeVideoSourceMode: none\r\n"
    )


class Exchange:
    """Keeps *channels* channels up, and makes about *rate* events a second by ending and beginning calls."""

    def __init__(self, channels: int, rate: float) -> None:
        self.rate = rate
        self.numbers = itertools.count()
        self.legs: dict[str, Leg] = {}
        self.calls: deque[tuple[Leg, Leg, str]] = deque()
        self.first: Leg | None = None
        self.queue: deque[str] = deque()
        while len(self.legs) + 1 < channels:
            for _ in self.begin():
                pass
        # The first call never ends: it carries the tokens.
        self.first = self.calls.popleft()[0]

    def begin(self) -> list[str]:
        """Begin a call: a caller, an agent that rings and answers, a bridge."""
        a = Leg(next(self.numbers), caller=True)
        b = Leg(next(self.numbers), caller=False, linkedid=a.uid)
        bridge = f"bridge-{a.uid}"
        out = [event("Newchannel", a.block())]
        a.state, a.desc = 6, "Up"
        out += [event("Newstate", a.block()), event("Newchannel", b.block())]
        out.append(event("DialBegin", a.block(), b.block("Dest"), "DialString: PJSIP/agent\r\n"))
        b.state, b.desc = 5, "Ringing"
        out += [event("Newstate", b.block()), event("NewConnectedLine", b.block())]
        out.append(event("DialState", a.block(), b.block("Dest"), "DialStatus: RINGING\r\n"))
        b.state, b.desc = 6, "Up"
        out += [event("Newstate", b.block()), event("NewConnectedLine", a.block())]
        out.append(event("DialEnd", a.block(), b.block("Dest"), "DialStatus: ANSWER\r\n"))
        out.append(event("BridgeCreate", bridge_block(bridge, 0)))
        out.append(event("BridgeEnter", bridge_block(bridge, 1), b.block()))
        out.append(event("BridgeEnter", bridge_block(bridge, 2), a.block()))
        a.bridge = b.bridge = bridge
        self.legs[a.uid], self.legs[b.uid] = a, b
        self.calls.append((a, b, bridge))
        return out

    def end(self) -> list[str]:
        """End the oldest call."""
        a, b, bridge = self.calls.popleft()
        del self.legs[a.uid], self.legs[b.uid]
        cause = "Cause: 16\r\nCause-txt: Normal Clearing\r\n"
        return [
            event("HangupRequest", a.block()),
            event("BridgeLeave", bridge_block(bridge, 1), a.block()),
            event("BridgeLeave", bridge_block(bridge, 0), b.block()),
            event("BridgeDestroy", bridge_block(bridge, 0)),
            event("SoftHangupRequest", b.block(), "Cause: 16\r\n"),
            event("Hangup", a.block(), cause),
            event("Hangup", b.block(), cause),
        ]

    def take(self, count: int) -> str:
        """The next *count* events."""
        while len(self.queue) < count:
            self.queue.extend(self.end())
            self.queue.extend(self.begin())
        return "".join(self.queue.popleft() for _ in range(count))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One AMI session."""
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        feed: asyncio.Task[None] | None = None
        try:
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = dict(line.split(": ", 1) for line in text.strip().split("\r\n") if ": " in line)
                writer.write(self.answer(headers["Action"], headers.get("ActionID", "")).encode())
                if headers["Action"] == "CoreShowChannels" and feed is None:
                    feed = asyncio.create_task(self.feed(writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if feed is not None:
                feed.cancel()
            writer.close()

    def answer(self, action: str, action_id: str) -> str:
        """What a real Asterisk answers, as far as amitop asks."""
        head = f"Response: Success\r\nActionID: {action_id}\r\n"
        if action == "CoreShowChannels":
            rows = "".join(leg.row(action_id) for leg in self.legs.values())
            done = f"EventList: Complete\r\nListItems: {len(self.legs)}\r\n\r\n"
            complete = f"Event: CoreShowChannelsComplete\r\nActionID: {action_id}\r\n{done}"
            return f"{head}EventList: start\r\n\r\n{rows}{complete}"
        if action == "Challenge":
            return f"{head}Challenge: 123456789\r\n\r\n"
        if action == "Login":
            booted = (
                "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 9\r\nLastReload: 9\r\nStatus: Fully Booted\r\n"
            )
            return f"{head}Message: Authentication accepted\r\n\r\n{booted}\r\n"
        if action == "Ping":
            return f"{head}Ping: Pong\r\nTimestamp: {time.time():.6f}\r\n\r\n"
        if action == "ListCommands":
            return (
                f"{head}CoreShowChannels: x (Priv: system,reporting,all)\r\nHangup: x (Priv: system,call,all)\r\n\r\n"
            )
        if action == "CoreSettings":
            return f"{head}AMIversion: 11.0.0\r\nAsteriskVersion: 22.0.0\r\n\r\n"
        if action == "Logoff":
            return f"Response: Goodbye\r\nActionID: {action_id}\r\n\r\n"
        return f"{head}\r\n"

    async def feed(self, writer: asyncio.StreamWriter) -> None:
        """Send events at the rate, nearly one by one as Asterisk does, and a token now and then."""
        began = next_token = time.monotonic()
        sent = tokens = 0
        assert self.first is not None
        while not writer.is_closing():
            now = time.monotonic()
            due = int((now - began) * self.rate) - sent
            if due > 0:
                writer.write(self.take(due).encode())
                sent += due
            if now >= next_token:
                tokens += 1
                self.first.label = f"T{tokens:05d}"
                writer.write(event("NewCallerid", self.first.block(), "CID-CallingPres: 0\r\n").encode())
                print(f"token {self.first.label} {time.monotonic():.6f}", flush=True)
                next_token = now + MARKER_EVERY
            await writer.drain()
            await asyncio.sleep(0.002)


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=500.0, help="events a second")
    options = parser.parse_args()
    exchange = Exchange(options.channels, options.rate)
    server = await asyncio.start_server(exchange.serve, "127.0.0.1", 0)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
