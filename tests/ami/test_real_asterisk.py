"""What the scripted server only claims, asked of Asterisk 16 and 22."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from amitop.ami.address import Address, TlsOptions
from amitop.ami.errors import ActionError, ConnectError, LoginError, Reason
from amitop.ami.secret import Secret
from amitop.ami.session import Session

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from rig.asterisk import Asterisk


async def log_in(pbx: Asterisk, tls: TlsOptions | None = None, **options) -> Session:
    port = pbx.ports.ami if tls is None else pbx.ports.ami_tls
    return await Session.open(Address(pbx.host, port, tls), "admin", Secret("s3cret"), **options)


@pytest.mark.parametrize("challenge", [True, False])
async def test_a_session_from_login_to_logoff(asterisk: Asterisk, challenge: bool) -> None:
    heard: list[Packet] = []
    async with await log_in(asterisk, challenge=challenge, on_event=heard.append) as session:
        assert await session.wait_booted() is True
        assert session.banner_version.split(".")[0] == {"16": "5", "22": "11"}[asterisk.version]
        settings = await session.action("CoreSettings")
        assert settings.get("AsteriskVersion").startswith(asterisk.version)
        listed = await session.action("ListCommands")
        assert "CoreShowChannels" in listed
        endpoints = await session.listing("PJSIPShowEndpoints")
        assert endpoints.complete is not None
        assert len(endpoints.items) == int(endpoints.complete.get("ListItems")) > 0
        rooms = await session.listing("ConfbridgeListRooms")  # "No active conferences." is an error on the wire
        assert rooms.items == [] or rooms.complete is not None
        assert any("active channel" in line for line in await session.command("core show channels"))
        assert "No such command" in (await session.command("no such thing"))[0]
        with pytest.raises(ActionError, match="No such channel"):
            await session.action("Hangup", {"Channel": "1.1"})
        assert 0 < await session.ping() < 5
        assert session.clock_offset == pytest.approx(0.0, abs=1.0)
        assert session.counters.unknown == session.counters.damaged == session.counters.resynced == 0
    assert heard[0].name == "FullyBooted"
    assert await session.wait_closed() is None


async def test_tls_by_authority_and_by_fingerprint(asterisk: Asterisk) -> None:
    for trust in (TlsOptions(ca_file=asterisk.ca_file), TlsOptions(fingerprint=asterisk.fingerprint)):
        async with await log_in(asterisk, trust) as session:
            assert await session.ping() > 0


async def test_refusals_of_a_real_pbx(asterisk: Asterisk) -> None:
    with pytest.raises(ConnectError) as caught:
        await log_in(asterisk, TlsOptions())
    assert caught.value.reason is Reason.TLS_UNTRUSTED
    shown = str(caught.value).rpartition(" ")[2]
    async with await log_in(asterisk, TlsOptions(fingerprint=shown)):
        pass  # what the message shows can be pinned as it stands
    plain, tls = Address(asterisk.host, asterisk.ports.ami), Address(asterisk.host, asterisk.ports.ami_tls)
    with pytest.raises(ConnectError) as caught:
        await Session.open(Address(plain.host, plain.port, TlsOptions()), "admin", Secret("s3cret"))
    assert caught.value.reason is Reason.TLS_ABSENT
    with pytest.raises(ConnectError) as caught:
        await Session.open(tls, "admin", Secret("s3cret"))
    assert caught.value.reason is Reason.TLS_WANTED
    with pytest.raises(LoginError, match="wrong user or secret"):
        await Session.open(plain, "admin", Secret("wrong"))


async def test_a_filter_hides_one_event_and_no_caller_can_use_it_to_hide(asterisk: Asterisk) -> None:
    async with await log_in(asterisk, events="system,call,agent,dialplan,user") as session:
        provoke = {"Variable": "AMITOP_TEST", "Value": "1"}
        await session.action("Setvar", provoke)
        for _ in range(50):
            if session.counters.events["VarSet"]:
                break
            await asyncio.sleep(0.1)
        assert session.counters.events["VarSet"] >= 1
        assert await session.filter_out("VarSet") is True
        await session.ping()
        before = session.counters.events["VarSet"]
        await session.action("Setvar", provoke)
        await session.action("UserEvent", {"UserEvent": "Note", "Text": "I am Event: VarSet x"})
        for _ in range(50):
            if session.counters.events["UserEvent"]:
                break
            await asyncio.sleep(0.1)
        assert session.counters.events["UserEvent"] == 1
        assert session.counters.events["VarSet"] == before
