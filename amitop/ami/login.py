"""From nothing to a session that is logged in, or to one line that says why not."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from amitop.ami.errors import (
    ActionError,
    ActionTimeout,
    AmiError,
    ConnectError,
    LinkLost,
    LoginError,
    Reason,
    WireError,
)
from amitop.ami.transport import PROBE, open_transport, speaks_tls
from amitop.text import clean

if TYPE_CHECKING:
    from amitop.ami.connection import Connection
    from amitop.ami.secret import Secret
    from amitop.ami.session import Session

_BANNER = re.compile(r"Asterisk Call Manager/(\d+(?:\.\d+)*)")
_UNKNOWN_ACTION = "invalid/unknown command"


def ami_version(banner: str) -> str | None:
    """Return the AMI version that a banner names, or None: a proxy's banner says something else (`ami.md` A.1)."""
    match = _BANNER.match(banner)
    return match[1] if match else None


async def log_in(
    session: Session,
    connection: Connection,
    user: str,
    secret: Secret,
    *,
    events: str,
    challenge: bool,
    timeout: float,
) -> None:
    """Connect *connection* to *session*'s address and log in, all within *timeout* seconds.

    Raises `ConnectError` or `LoginError`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    await open_transport(session.address, lambda: connection, timeout)
    await _wait_for_banner(session, connection, deadline, timeout)
    try:
        headers = await _credentials(session, user, secret, challenge, deadline)
        headers["Events"] = events
        await session.action("Login", headers, timeout=_left(deadline))
    except ActionError as error:
        raise _refused(session, user, error.message) from None
    except ActionTimeout:
        raise _no_login(session, Reason.TIMEOUT, f"no answer to the login within {timeout:g} s") from None
    except LinkLost:
        raise _no_login(session, Reason.LOST, "closed during the login") from None
    except ValueError as error:
        raise LoginError("", f"{session.address}: cannot log in as {clean(user)!r}: {error}") from None


def _left(deadline: float) -> float:
    return max(0.0, deadline - asyncio.get_running_loop().time())


async def _wait_for_banner(session: Session, connection: Connection, deadline: float, timeout: float) -> None:
    address = session.address
    signs: set[asyncio.Future[Any]] = {connection.banner, connection.lost}
    done, _ = await asyncio.wait(signs, timeout=min(PROBE, _left(deadline) / 2), return_when=asyncio.FIRST_COMPLETED)
    if not done and address.tls is None and await speaks_tls(address):
        raise ConnectError(Reason.TLS_WANTED, f"{address}: peer wants TLS; write amis://{address}")
    await asyncio.wait(signs, timeout=_left(deadline), return_when=asyncio.FIRST_COMPLETED)
    if connection.banner.done() and not connection.banner.cancelled():
        return
    if not connection.lost.done():
        text = f"{address}: connected, but not a word within {timeout:g} s (not an AMI, or an Asterisk that hangs)"
        raise ConnectError(Reason.TIMEOUT, text)
    if isinstance(connection.lost.result(), WireError):
        raise ConnectError(Reason.NOT_AMI, f"{address}: not an AMI: {connection.lost.result()}")
    text = f"{address}: closed at once, without a banner (too many logins under way: authlimit in manager.conf?)"
    raise ConnectError(Reason.CLOSED_AT_ONCE, text)


async def _credentials(
    session: Session, user: str, secret: Secret, challenge: bool, deadline: float
) -> dict[str, str | Secret]:
    """Return the headers that prove who we are; the secret itself only where there is no other way (`ami.md` A.7)."""
    if challenge:
        try:
            answer = await session.action("Challenge", {"AuthType": "MD5"}, timeout=_left(deadline))
        except ActionError as error:
            # Only a PBX without Challenge gets the secret itself: any other refusal is no reason to give it away.
            if not error.message.lower().startswith(_UNKNOWN_ACTION):
                raise
        else:
            key = secret.answer(answer.get("Challenge"))
            return {"AuthType": "MD5", "Username": user, "Key": key}
    return {"Username": user, "Secret": secret}


def _refused(session: Session, user: str, message: str) -> AmiError:
    """Say why the PBX refused, in its own words and in ours."""
    address, who = session.address, clean(user)
    if "shutting down" in message.lower():
        return ConnectError(Reason.SHUTTING_DOWN, f"{address}: Asterisk is shutting down")
    if message == "Authentication failed":
        why = "wrong user or secret, or an address that is not permitted (the PBX does not say which)"
    elif message == "Login Already In Use":
        why = "this user is logged in elsewhere, and allowmultiplelogin is off"
    else:
        why = clean(message) or "no reason given"
    return LoginError(message, f"{address}: login as {who!r} refused: {why}")


def _no_login(session: Session, reason: Reason, what: str) -> ConnectError:
    if session.shutting_down:
        return ConnectError(Reason.SHUTTING_DOWN, f"{session.address}: Asterisk is shutting down")
    if ami_version(session.banner) is None:
        greeting = clean(session.banner, 60)
        return ConnectError(Reason.NOT_AMI, f"{session.address}: not an AMI: it greets with {greeting!r} ({what})")
    return ConnectError(reason, f"{session.address}: {what}")
