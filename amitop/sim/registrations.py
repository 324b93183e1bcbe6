"""Outbound registrations: tried, accepted, refused, renewed (`ami.md` B.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.endpoint import Registration
    from amitop.sim.switch import Switch

_TRIP = 0.03
"""Seconds until the far end answers."""
_SILENCE = 32.0
"""Seconds after which nobody waits for an answer any more (SIP timer F)."""


def attempt(switch: Switch, registration: Registration) -> None:
    """Send REGISTER; what comes of it is on the clock."""
    registration.tries += 1
    this = registration.tries
    switch.clock.at(_TRIP if registration.answers else _SILENCE, lambda: _answered(switch, registration, this))


def _answered(switch: Switch, registration: Registration, this: int) -> None:
    if registration.tries != this:
        return
    if registration.answers and registration.accepted:
        _settle(switch, registration, "Registered", max(registration.expiration - 10, 1))
    else:
        _settle(switch, registration, "Rejected" if registration.answers else "Unregistered", registration.retry)


def _settle(switch: Switch, registration: Registration, status: str, again: float) -> None:
    """Note the outcome. What is refused anew is said anew, what is renewed is not (`ami.md` D.7)."""
    news = status != registration.status or status == "Rejected"
    registration.status = status
    if news:
        say(switch, registration)
    this = registration.tries
    registration.next_at = switch.clock.now + again

    def again_now() -> None:
        if registration.tries == this:
            attempt(switch, registration)

    switch.clock.at(again, again_now)


def say(switch: Switch, registration: Registration) -> None:
    """Say Registry."""
    switch.emit(
        "system",
        "Registry",
        (
            ("ChannelType", "PJSIP"), ("Username", registration.client_uri), ("Domain", registration.server_uri),
            ("Status", registration.status),
        ),
    )  # fmt: skip


def end(switch: Switch, registration: Registration) -> None:
    """Unregister, and try no more until `attempt`."""
    registration.tries += 1
    registration.next_at = 0.0

    def ended() -> None:
        if registration.status != "Unregistered":
            registration.status = "Unregistered"
            say(switch, registration)

    switch.clock.at(_TRIP, ended)
