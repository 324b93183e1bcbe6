"""amitop's state of a simulated exchange, kept from the very bytes that a session of the simulated AMI sends.

No socket and no waiting: time passes only when the exchange's clock is moved on.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

from sim.against_truth import Difference, differences

from amitop.ami.packet import Kind
from amitop.ami.wire import Framer, encode
from amitop.pbx.conferences import Conferences
from amitop.pbx.endpoint_detail import learn_endpoint, unknown_contacts
from amitop.pbx.endpoint_lists import EndpointMerge
from amitop.pbx.endpoint_model import Technology
from amitop.pbx.parking import Parking
from amitop.pbx.registrations import Lister, Registrations
from amitop.pbx.room_lists import apply_lots, apply_parked, apply_room, apply_rooms
from amitop.pbx.store import Store
from amitop.sim.server import Server
from amitop.sim.session import Session
from amitop.sim.users import User
from amitop.views.document import PbxFacts, document

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.sim.exchange import Exchange

FACTS = PbxFacts("sim", None, None, "live")
EVENTS = "system,call,agent,user,dialplan"


class Wire(asyncio.Transport):
    """Keeps what the session writes until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.parts.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def take(self) -> bytes:
        data, self.parts = b"".join(self.parts), []
        return data


class Mirror:
    """A store, fed by a session of its own, once it is connected."""

    def __init__(self, exchange: Exchange, *, events: str = EVENTS) -> None:
        self.exchange = exchange
        self.store = Store("sim")
        self.server = Server(exchange, [User("amitop", "secret")])
        exchange.listeners.append(self.server._tell)
        self.events = events
        self.packets = 0
        self._ids = itertools.count()
        self._answers: list[Packet] = []
        self._awaited = ""

    async def connect(self) -> None:
        """Log in, as amitop does, and take all lists."""
        self._framer = Framer(wanted=self.store.wanted)
        self._wire = Wire()
        self.session = Session(self.server)
        self.session.connection_made(self._wire)
        self.session.data_received(
            encode("Login", {"Username": "amitop", "Secret": "secret", "Events": "system,call,agent,user"}, "login")
        )
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert self.session.user is not None
        self.ask("Filter", Operation="Add", MatchCriteria="action(exclude),name(VarSet)")
        self.ask("Events", EventMask=self.events)
        self.connected = self.now
        self.take_lists(first=True)

    def cut(self) -> None:
        """Lose the connection: what happens from now on is not heard."""
        self.session.abort()
        self.session.connection_lost(None)
        self.store.link_lost(self.now)

    @property
    def now(self) -> float:
        return self.exchange.clock.now

    def pump(self) -> None:
        """Read what has come."""
        self.session.outlet.flush()
        data, now = self._wire.take(), self.now
        for packet in self._framer.feed(data):
            self.packets += 1
            if packet.action_id and packet.action_id == self._awaited:
                self._answers.append(packet)
            elif packet.kind is Kind.EVENT:
                self.store.apply(packet, now)

    def ask(self, action: str, **headers: str) -> list[Packet]:
        """Send an action; its answer, or the items of the list."""
        self.pump()
        self._awaited, self._answers = f"mirror-{next(self._ids)}", []
        self.session.data_received(encode(action, headers, self._awaited))
        self.pump()
        first, *items = self._answers
        if first.get("EventList").lower() == "start":
            assert items[-1].get("EventList") == "Complete", action
            return items[:-1]
        return []

    # -- lists, as amitop's syncs take them -----------------------------------------------------------------------

    def take_lists(self, *, first: bool = False) -> None:
        """Take everything that can be listed."""
        store = self.store
        items = self.ask("CoreShowChannels")
        store.apply_channels(items, self.now, self.now, first=first)
        store.apply_bridges(self.ask("BridgeList"), self.now)
        store.apply_queues(self.ask("QueueStatus"), self.now, self.now, first=first)
        self.take_rooms()
        lister = Lister.PJSIP
        store.apply_registrations(lister, self.ask(str(lister)), self.now, first=first)
        self.take_endpoints()

    def take_rooms(self) -> None:
        store = self.store
        apply_rooms(store, self.ask("ConfbridgeListRooms"), self.now)
        for name in list(store.rooms):
            apply_room(store, name, self.ask("ConfbridgeList", Conference=name), self.now)
        apply_lots(store, self.ask("Parkinglots"))
        apply_parked(store, self.ask("ParkedCalls"), self.now)

    def take_endpoints(self) -> None:
        merge = EndpointMerge(self.store, self.now)
        merge.take(self.ask("PJSIPShowEndpoints"), self.now)
        merge.end(Technology.PJSIP, self.now)
        merge.take(self.ask("PJSIPShowContacts"), self.now)
        merge.end_contacts()
        merge.close()
        for device in unknown_contacts(self.store, 100):
            items = self.ask("PJSIPShowEndpoint", Endpoint=device.partition("/")[2])
            learn_endpoint(self.store, device, items, self.now, self.now)

    def settle_doubts(self) -> list[str]:
        """Ask again for what does not add up, as amitop does within seconds; what that was."""
        store, asked = self.store, []
        for name in list(store.dirty_queues):
            store.apply_queues(self.ask("QueueStatus", Queue=name), self.now, self.now, queue=name)
            asked.append(f"queue {name}")
        for name in list(store.part(Conferences).dirty):
            apply_room(store, name, self.ask("ConfbridgeList", Conference=name), self.now)
            asked.append(f"room {name}")
        if store.part(Parking).dirty_since is not None:
            apply_parked(store, self.ask("ParkedCalls"), self.now)
            asked.append("parked")
        if store.part(Registrations).doubts:
            store.apply_registrations(Lister.PJSIP, self.ask(str(Lister.PJSIP)), self.now)
            asked.append("registrations")
        return asked

    def differences(self, *, listed: bool = False) -> list[Difference]:
        """Say where the state is not what is so."""
        ours, doubted = self.document(), self.store.dirty_queues
        return [*differences(self.exchange, ours, connected=self.connected, listed=listed, doubted=doubted)]

    def document(self) -> dict[str, Any]:
        """amitop's JSON document of this moment."""
        return document(self.store, FACTS, self.now, lambda moment: moment)
