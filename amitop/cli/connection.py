"""A PBX that is connected while a command runs, and what to say when it is not."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from amitop.ami.errors import AmiError, ConnectError, LoginError, Reason
from amitop.cli.failure import ExitCode, Failure
from amitop.live import LivePbx
from amitop.views.document import PbxFacts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from amitop.cli.login import Login

REGISTRATIONS_WAIT = 3.0
"""Seconds that the first lists of registrations may hold up everything: they are few."""
ENDPOINTS_WAIT = 5.0
"""Seconds that the first lists of endpoints may hold up a document: thousands out of a database can be slow."""


@contextlib.asynccontextmanager
async def connected(login: Login) -> AsyncIterator[LivePbx]:
    """Connect, wait for the first snapshot, and keep the state true until the block ends.

    Raises `Failure` with the exit code that tells a script what was wrong.
    """
    pbx = LivePbx(login.profile)
    running = asyncio.create_task(pbx.run(), name=f"{pbx.name}: link")
    waiting = asyncio.create_task(pbx.wait_live())
    try:
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()  # a link that ends by itself has failed in a way that nobody foresaw
        waiting.result()
        await pbx.registration_sync.wait_first(REGISTRATIONS_WAIT)
        yield pbx
    except AmiError as error:
        raise failure_of(error, login) from None
    finally:
        waiting.cancel()
        running.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)


def failure_of(error: AmiError, login: Login) -> Failure:
    """Return how a command ends that *error* kept from its PBX."""
    if isinstance(error, LoginError):
        origin = f"; user and secret are from {login.profile.origin}" if login.profile.origin else ""
        return Failure(ExitCode.LOGIN_REFUSED, f'{error}: "{error.message}"{origin}')
    hint = ""
    if isinstance(error, ConnectError) and error.reason is Reason.UNRESOLVED and login.config.profiles:
        hint = f" (nor is it a profile; those are {', '.join(login.config.profiles)})"
    return Failure(ExitCode.NO_CONNECTION, f"{error}{hint}")


def facts(pbx: LivePbx) -> PbxFacts:
    """Return what a document says of *pbx* itself."""
    address, info, health = pbx.profile.address, pbx.info, pbx.health
    return PbxFacts(
        name=pbx.name,
        host=address.host,
        port=address.port,
        link=str(pbx.link.state),
        asterisk=info.asterisk,
        ami=info.ami,
        system=info.system,
        started=info.started,
        reloaded=info.reloaded,
        rtt=health.rtt,
        clock_offset=health.clock_offset,
        drift=pbx.store.drift.differed + pbx.store.queue_drift.differed,
    )
