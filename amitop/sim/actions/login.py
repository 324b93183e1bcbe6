"""Challenge, Login and Logoff (`ami.md` A.7)."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from amitop.sim.action import action
from amitop.sim.event import lines
from amitop.sim.privileges import BITS, event_mask

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.users import User


@action("Challenge", "", "Generate Challenge for MD5 Auth.")
def challenge(ask: Ask) -> None:
    """Give out the session's challenge."""
    if ask.get("AuthType").lower() != "md5":
        ask.error("Must specify AuthType")
        return
    session = ask.session
    if not session.challenge:
        session.challenge = str(session.server.random.randrange(1, 1 << 30))
    ask.ack(headers=[("Challenge", session.challenge)])


@action("Login", "", "Login Manager.")
async def login(ask: Ask) -> None:
    """Open the session, or say after a second that it stays shut, and end it."""
    session = ask.session
    if session.user is not None:
        ask.ack("Already authenticated")
        return
    user = session.server.users.get(ask.get("Username"))
    refusal = ""
    if user is None or not _proven(ask, user):
        refusal = "Authentication failed"
    elif not user.multiple and any(other.user is user for other in session.server.sessions):
        refusal = "Login Already In Use"
    if refusal or user is None:
        await asyncio.sleep(session.server.penalty)
        ask.error(refusal)
        session.close()
        return
    wanted = event_mask(ask.get("Events"))
    if wanted is not None:
        session.wants = wanted
    session.logged_in(user)
    ask.ack("Authentication accepted")
    if session.server.booted and session.mask & BITS["system"]:
        _say_booted(ask)


def _proven(ask: Ask, user: User) -> bool:
    if ask.get("AuthType").lower() != "md5":
        return ask.get("Secret") == user.secret
    proof = f"{ask.session.challenge}{user.secret}".encode("utf-8", "surrogateescape")
    key = hashlib.md5(proof, usedforsecurity=False).hexdigest()
    return bool(ask.session.challenge) and ask.get("Key") == key


def _say_booted(ask: Ask) -> None:
    """Say so to this session alone: no filter, SystemName or ActionID applies to it."""
    exchange = ask.exchange
    now = exchange.clock.now
    ask.session.say(
        lines(
            [
                ("Event", "FullyBooted"),
                ("Privilege", "system,all"),
                ("Uptime", str(int(now - exchange.started))),
                ("LastReload", str(int(now - exchange.reloaded))),
                ("Status", "Fully Booted"),
            ]
        )
        + b"\r\n"
    )


@action("Logoff", "", "Logoff Manager.")
def logoff(ask: Ask) -> None:
    """Say good-bye and close."""
    ask.respond("Goodbye", "Thanks for all the fish.")
    ask.session.close()
