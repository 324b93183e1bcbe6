"""A PBX without a link, for whoever acts on it: answers actions from a script, and applies what the script says."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from amitop.ami.errors import ActionError
from amitop.ami.packet import Packet
from amitop.ami.session import Listing
from amitop.pbx.store import Store


class FakeSession:
    """Answers actions from a script, and lets the test's PBX act upon them."""

    def __init__(self):
        self.sent: list[tuple[str, dict[str, str]]] = []
        self.on_action = lambda _name, _headers: None
        """May return the message of an error, a packet that is the response, or raise."""
        self.on_listing = lambda _name, _headers: []

    async def action(self, name, headers=None, **_):
        self.sent.append((name, dict(headers or {})))
        result = self.on_action(name, headers)
        if isinstance(result, str):
            raise ActionError(name, Packet(f"Response: Error\nMessage: {result}".encode()))
        await asyncio.sleep(0)
        return result or Packet(f"Response: Success\nActionID: test-{len(self.sent)}".encode())

    async def listing(self, name, headers=None, *, on_complete=None, **_):
        result = Listing(self.on_listing(name, headers), Packet(b"Response: Success"), None)
        await asyncio.sleep(0)
        if on_complete is not None:
            on_complete(result)
        return result


class FakeLive:
    """A LivePbx without a link. Each event is a second of its clock."""

    def __init__(self, *packets):
        self.name = "pbx1"
        self.profile = SimpleNamespace(user="admin")
        self.store = Store("pbx1")
        self.listeners = set()
        self.now = 0.0
        self.refusals: dict[str, str] = {}
        self.connection = FakeSession()
        self.asked: list[str] = []
        self.happen(*packets)

    @property
    def session(self):
        return self.connection

    @property
    def sent(self):
        """The actions that were sent, by name and headers."""
        return self.connection.sent

    def clock(self):
        return self.now

    def why_not(self, action):
        return self.refusals.get(action)

    async def fetch_status(self, uniqueid):
        self.asked.append(uniqueid)

    def happen(self, *packets):
        """Let events come in."""
        for packet in packets:
            self.now += 1.0
            self.store.apply(packet, self.now)
            for listener in tuple(self.listeners):
                listener(packet)
