"""A secret is in no repr, no exception, no traceback, no log and no recording (`style.md` 4.17)."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import io
import logging
import pickle
from types import TracebackType
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from rich.traceback import Traceback

from amitop.ami.pending import PendingActions
from amitop.ami.secret import Secret
from amitop.ami.session import Direction, Session
from amitop.ami.tap import Redactor
from amitop.ami.wire import encode
from fakes.server import CHALLENGE, FakeServer, listing, refuse, reply

if TYPE_CHECKING:
    from amitop.ami.address import Address

HIDDEN = "correct-horse-battery-staple"
KEY = hashlib.md5(f"{CHALLENGE}{HIDDEN}".encode()).hexdigest()


def shows_secret(text: str) -> bool:
    return HIDDEN in text or KEY in text


@pytest.mark.parametrize("show", [repr, str, "{:>30}".format, "{!r}".format, lambda s: f"{[s]} {(s,)}", "%s".__mod__])
def test_nothing_shows_a_secret(show) -> None:
    assert "***" in show(Secret(HIDDEN))
    assert not shows_secret(show(Secret(HIDDEN)))


def test_a_secret_is_not_pickled_but_copied_and_compared() -> None:
    secret = Secret(HIDDEN)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
    assert copy.deepcopy({"a": secret})["a"].reveal() == HIDDEN
    assert secret == Secret(HIDDEN)
    assert secret != Secret("other")
    assert secret != HIDDEN
    assert len({secret, Secret(HIDDEN)}) == 1
    assert not Secret("")


def test_the_answer_to_a_challenge_is_a_secret_as_well() -> None:
    answer = Secret(HIDDEN).answer(CHALLENGE)
    assert answer.reveal() == KEY
    assert not shows_secret(repr(answer))
    assert Secret("\ud800").answer("1").reveal()  # whatever it is, this does not raise: the exception would carry it


def printed(error: BaseException) -> str:
    """The error as Textual and rich print it, every local variable in full."""
    trace = error.__traceback__
    assert isinstance(trace, TracebackType)
    out = io.StringIO()
    console = Console(file=out, width=400)
    console.print(
        Traceback.from_exception(
            type(error),
            error,
            trace.tb_next,  # without the test's own frame
            show_locals=True,
            locals_max_length=10_000,
            locals_max_string=100_000,
            max_frames=0,
        )
    )
    return out.getvalue()


async def log_in(address: Address, challenge: bool) -> None:
    await Session.open(address, "admin", Secret(HIDDEN), challenge=challenge, connect_timeout=30.0)


def boom(*_: object, **__: object) -> None:
    raise RuntimeError("boom")


@pytest.mark.parametrize("challenge", [True, False])
@pytest.mark.parametrize("where", ["after sending", "in the transport", "refused", "unsendable", "while waiting"])
async def test_a_traceback_from_inside_the_login_shows_no_secret(
    pbx: FakeServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str, challenge: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    pbx.users = {"admin": HIDDEN}
    if where == "after sending":
        real = PendingActions.add
        monkeypatch.setattr(
            PendingActions, "add", lambda self, pending: boom() if pending.action == "Login" else real(self, pending)
        )
    elif where == "in the transport":
        write = asyncio.selector_events._SelectorSocketTransport.write

        def fail(self, data: bytes) -> None:
            if b"Action: Login" not in data:
                write(self, data)
                return
            del data  # only amitop's own frames are on trial here
            raise ZeroDivisionError("boom")

        monkeypatch.setattr(asyncio.selector_events._SelectorSocketTransport, "write", fail)
    elif where == "refused":
        pbx.answers["Login"] = refuse("Authentication failed")
    elif where == "unsendable":
        monkeypatch.setattr("amitop.ami.wire.MAX_LINE", 30)
    else:
        answer = Session._answer
        monkeypatch.setattr(
            Session,
            "_answer",
            lambda self, pending, *args: boom() if pending.action == "Login" else answer(self, pending, *args),
        )
    with pytest.raises(Exception) as caught:  # noqa: PT011  which one does not matter here
        await log_in(pbx.address, challenge)
    text = printed(caught.value)
    assert "amitop/ami/login.py" in text
    assert "locals" in text
    assert "Secret('***')" in text
    assert not shows_secret(text)
    assert not shows_secret(caplog.text)


@pytest.mark.parametrize("value", [HIDDEN + "\n", HIDDEN * 100, HIDDEN + "\ud800", HIDDEN])
def test_a_traceback_from_inside_the_encoder_shows_no_secret(value: str) -> None:
    with pytest.raises(ValueError, match="header") as caught:
        encode("Login", [("Secret", Secret(value)), ("Key", Secret(value)), ("Key", "twice")])
    text = printed(caught.value)
    assert "amitop/ami/wire.py" in text
    assert not shows_secret(text)


async def test_a_tap_sees_both_directions_with_their_times_and_no_secret(pbx: FakeServer) -> None:
    pbx.users = {"admin": HIDDEN}
    pbx.answers["PJSIPShowAuths"] = reply(("Password", HIDDEN), ("Md5Cred", KEY), ("Username", "x"))
    now = iter(float(n) for n in range(1000))
    seen: list[tuple[Direction, float, bytes]] = []
    for challenge in (True, False):
        async with await Session.open(
            pbx.address,
            "admin",
            Secret(HIDDEN),
            challenge=challenge,
            tap=lambda *what: seen.append(what),
            wall=lambda: next(now),
        ) as session:
            await session.action("PJSIPShowAuths")
    out = b"".join(data for direction, _, data in seen if direction is Direction.OUT)
    came = b"".join(data for direction, _, data in seen if direction is Direction.IN)
    assert b"Action: Challenge" in out
    assert b"Key: ***\r\n" in out
    assert b"Secret: ***\r\n" in out
    assert b"Asterisk Call Manager/11.0.0\r\n" in came
    assert b"Password: ***\r\nMd5Cred: ***\r\nUsername: x\r\n" in came
    assert not shows_secret((out + came).decode())
    times = [moment for _, moment, _ in seen]
    assert times == sorted(times)


@pytest.mark.parametrize("item", ["AuthDetail", "AuthList"])
async def test_a_list_loses_passwords_before_anybody_gets_it(pbx: FakeServer, item: str) -> None:
    secrets = {"Password": HIDDEN, "Md5Cred": KEY, "PasswordDigest": f"MD5:{KEY}", "OauthSecret": HIDDEN}
    pbx.answers["PJSIPShowEndpoint"] = listing("EndpointDetail", [(item, {"Username": "x", **secrets, "Realm": "r"})])
    seen: list[bytes] = []
    async with await Session.open(
        pbx.address, "admin", Secret("s3cret"), tap=lambda _way, _at, data: seen.append(data)
    ) as session:
        listed = await session.listing("PJSIPShowEndpoint", {"Endpoint": "x"})
    (packet,) = listed.items
    assert (packet.get("Username"), packet.get("Realm"), packet.get("Password")) == ("x", "r", "***")
    assert not shows_secret(packet.raw.decode())
    assert not shows_secret(b"".join(seen).decode())


async def test_what_a_tap_sees_is_what_came_but_for_the_secrets(pbx: FakeServer) -> None:
    seen: list[bytes] = []

    def tap(direction: Direction, moment: float, data: bytes) -> None:
        if direction is Direction.IN:
            seen.append(data)

    async with await Session.open(pbx.address, "admin", Secret("s3cret"), tap=tap) as session:
        pbx.send(b"Event: A\r\nK: \xff\x00\r\n\r\nEvent: half\r\n")
        await session.ping()
        total = session.counters.bytes_in
        assert b"Event: A\r\nK: \xff\x00\r\n\r\nEvent: half\r\nResponse: Success" in b"".join(seen)
        assert len(b"".join(seen)) == total


async def test_a_tap_that_fails_is_told_and_does_not_end_the_session(pbx: FakeServer, connect) -> None:
    def tap(*_: object) -> None:
        raise OSError(28, "No space left on device")

    failures: list[str] = []
    session = await connect(tap=tap, on_error=lambda error, where: failures.append(where))
    assert await session.ping() >= 0
    assert set(failures) == {"tap"}


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (b"Password: x", b"Password: ***"),
        (b"password:x", b"password:***"),
        (b"PasswordDigest: MD5:0123cafe", b"PasswordDigest: ***"),
        (b"RefreshToken: x", b"RefreshToken: ***"),
        (b"OauthSecret: x", b"OauthSecret: ***"),
        (b"AuthSecret: a b c", b"AuthSecret: ***"),
        (b"MD5-Secret: x", b"MD5-Secret: ***"),
        (b"Line-000001-000002: secret=x y", b"Line-000001-000002: secret=***"),
        (b"Line-000001-000002: md5secret => x", b"Line-000001-000002: md5secret => ***"),
        (b"ReceivedHash: x", b"ReceivedHash: ***"),
        (b"Digit: 4", b"Digit: ***"),
        (b"SecretExist: Y", b"SecretExist: Y"),
        (b"AppData: Password: x", b"AppData: Password: x"),
        (b"Password: ", b"Password: "),
        (b"CallerIDName: secret=x", b"CallerIDName: secret=x"),
    ],
)
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_the_redactor_takes_whole_lines_however_they_come(line: bytes, kept: bytes, end: bytes) -> None:
    stream = b"Event: A" + end + line + end + b"Next: 1" + end
    expected = b"Event: A" + end + kept + end + b"Next: 1" + end
    for at in range(len(stream) + 1):
        redactor = Redactor()
        assert redactor.feed(stream[:at]) + redactor.feed(stream[at:]) + redactor.flush() == expected
    redactor = Redactor()
    assert b"".join(redactor.feed(bytes([byte])) for byte in stream) + redactor.flush() == expected


def test_the_redactor_gives_the_rest_when_the_stream_ends() -> None:
    redactor = Redactor()
    assert redactor.feed(b"Event: A\r\nPassword: hunt") == b"Event: A\r\n"
    assert redactor.feed(b"er2") == b""
    assert redactor.flush() == b"Password: ***"
