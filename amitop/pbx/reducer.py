"""What a reducer file gives to the store: the events that it reads and what it does to the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel, Outage
    from amitop.pbx.store import Store

    Handler = Callable[[Store, Packet, float], None]
    Gone = Callable[[Store, Channel, float], None]
    Doubt = Callable[[Store, Channel, Outage], None]
    Expire = Callable[[Store, float], None]


class Reducer(NamedTuple):
    """One kind of thing. Its functions never raise for anything that a PBX may send, and may see any event twice."""

    handlers: Mapping[str, Handler]
    """By event name."""
    gone: Gone | None = None
    """Called when a channel has gone, before it is forgotten: let go of it."""
    doubt: Doubt | None = None
    """Called for each channel that is still there after the link was lost: undo what an unseen event may have ended."""
    expire: Expire | None = None
    """Called every second or so: let go of what was waited for long enough."""
    part: type | None = None
    """Class of the state of its own, made without arguments; `Store.part` finds it."""
