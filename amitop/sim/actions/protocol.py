"""What is about the session itself: Ping, Events, Filter, ListCommands, and UserEvent (`ami.md` A.8, A.9, A.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.action import ACTIONS, action
from amitop.sim.filters import FilterError
from amitop.sim.privileges import event_mask, words_of

if TYPE_CHECKING:
    from amitop.sim.action import Ask


@action("Ping", "", "Keepalive command.")
def ping(ask: Ask) -> None:
    """Tell the exchange's time."""
    ask.ack(headers=[("Ping", "Pong"), ("Timestamp", f"{ask.exchange.clock.now:.6f}")])


@action("Events", "", "Control Event Flow.")
def events(ask: Ask) -> None:
    """Change the event mask."""
    mask = event_mask(ask.get("EventMask"))
    if mask is None:
        ask.error("Invalid event mask")
        return
    ask.session.want(mask)
    ask.ack(headers=[("Events", "On" if mask else "Off")])


@action("Filter", "system", "Dynamically add filters for the current manager session.")
def filter_(ask: Ask) -> None:
    """Add a filter."""
    if ask.get("Operation").lower() != "add":
        ask.error("Unknown operation")
        return
    try:
        ask.session.filters.add(ask.get("MatchCriteria"), ask.get("Filter"))
    except FilterError as error:
        ask.error(str(error))
        return
    ask.ack("Success")


@action("ListCommands", "", "List available manager commands.")
def list_commands(ask: Ask) -> None:
    """List what this user may send and a loaded module answers."""
    user, server = ask.session.user, ask.session.server
    write = user.write_mask if user is not None else 0
    ask.ack(
        headers=[
            (each.name, f"{each.synopsis}  (Priv: {words_of(each.authority)})")
            for _, each in sorted(ACTIONS.items())
            if server.has(each.module) and (not each.authority or each.authority & write)
        ]
    )


@action("UserEvent", "user", "Send an arbitrary event.")
def user_event(ask: Ask) -> None:
    """Say it, with all headers that came, the ActionID too."""
    rest = [(key, value) for key, value in ask.request.headers if key.lower() not in {"action", "userevent"}]
    ask.ack("Event Sent")
    ask.exchange.user_event(ask.get("UserEvent"), rest)
