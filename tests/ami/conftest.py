"""A scripted PBX and sessions with it, all ended when the test is over."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from amitop.ami.secret import Secret
from amitop.ami.session import Session
from fakes.certificate import Certificate, make_certificate
from fakes.server import FakeServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@pytest.fixture
async def pbx() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


@pytest.fixture
async def connect(pbx: FakeServer) -> AsyncIterator[Callable[..., Awaitable[Session]]]:
    """Open a session with `pbx` as the user that it knows."""
    async with contextlib.AsyncExitStack() as stack:

        async def open_session(**options) -> Session:
            options.setdefault("connect_timeout", 30.0)
            session = await Session.open(pbx.address, "admin", Secret("s3cret"), **options)
            return await stack.enter_async_context(session)

        yield open_session


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))
