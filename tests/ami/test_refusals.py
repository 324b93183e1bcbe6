"""Every way not to get a session, each told in one line that says what to do (`ami.md` A.1, A.7)."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import TYPE_CHECKING

import pytest

from amitop.ami import transport
from amitop.ami.address import Address, TlsOptions
from amitop.ami.errors import AmiError, ConnectError, LoginError, Reason
from amitop.ami.secret import Secret
from amitop.ami.session import Session
from fakes.certificate import make_certificate
from fakes.server import FakeServer, cut, refuse, silence

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.certificate import Certificate


async def refusal(address: Address, user: str = "admin", secret: str = "s3cret", **options) -> AmiError:
    """Try to open a session and return why that failed; whatever it is, it is one line."""
    options.setdefault("connect_timeout", 5.0)
    with pytest.raises(AmiError) as caught:
        await Session.open(address, user, Secret(secret), **options)
    assert "\n" not in str(caught.value)
    assert str(address) in str(caught.value)
    return caught.value


async def no_session(address: Address, reason: Reason, words: str, *, retry: bool, **options) -> None:
    error = await refusal(address, **options)
    assert isinstance(error, ConnectError)
    assert error.reason is reason
    assert words in str(error)
    assert error.retry is retry


# -- no connection -----------------------------------------------------------------------------------------------------


async def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    words = "nowhere.invalid:5038: name does not resolve (name or service not known)"
    await no_session(Address("nowhere.invalid"), Reason.UNRESOLVED, words, retry=True)


async def test_a_name_that_can_be_no_name() -> None:
    await no_session(Address("x" * 70), Reason.UNRESOLVED, "does not resolve", retry=True)


async def test_a_name_server_that_is_silent_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(*_: object, flags: int = 0, **__: object) -> list:
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(5.0)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    await no_session(Address("slow.invalid"), Reason.UNRESOLVED, "within 0.05 s", retry=True, connect_timeout=0.05)
    release.set()


async def test_nobody_listens() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        address = Address(*sock.getsockname())
    await no_session(address, Reason.REFUSED, "connection refused (is Asterisk running", retry=True)


@pytest.mark.parametrize(
    ("failure", "reason", "words"),
    [
        (OSError(errno.ENETUNREACH, "Network is unreachable"), Reason.NO_ROUTE, "no route (network is unreachable)"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), Reason.NO_ROUTE, "no route (no route to host)"),
        (TimeoutError(), Reason.TIMEOUT, "no answer within 5 s (host down, or a firewall)"),
        (OSError(errno.ECONNRESET, "Connection reset by peer"), Reason.LOST, "connection reset by peer"),
    ],
)
async def test_there_is_no_way(monkeypatch: pytest.MonkeyPatch, failure: OSError, reason: Reason, words: str) -> None:
    async def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(transport, "_connect", fail)
    await no_session(Address("127.0.0.1"), reason, words, retry=True)


async def test_the_second_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch, pbx: FakeServer) -> None:
    """`localhost` is often ::1 first, where Asterisk does not listen by default."""

    def look_up(host: str, port: int, *, type: int, flags: int = 0) -> list:
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        return [(socket.AF_INET, type, 6, "", ("127.0.0.1", at)) for at in (unused, port)]

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        unused = sock.getsockname()[1]
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with await Session.open(Address("pbx.invalid", pbx.port), "admin", Secret("s3cret")) as session:
        assert await session.ping() >= 0


# -- not an AMI --------------------------------------------------------------------------------------------------------


async def test_closed_at_once_is_probably_the_authlimit(pbx: FakeServer) -> None:
    pbx.authlimit = True
    await no_session(pbx.address, Reason.CLOSED_AT_ONCE, "authlimit in manager.conf", retry=True)


async def test_a_peer_that_says_nothing(pbx: FakeServer) -> None:
    pbx.banner = None
    await no_session(pbx.address, Reason.TIMEOUT, "not a word within 1 s", retry=True, connect_timeout=1.0)


async def test_a_peer_that_greets_otherwise_and_hangs_up(pbx: FakeServer) -> None:
    pbx.banner = b"SSH-2.0-OpenSSH_9.2\x1b[31m\r\n"
    pbx.answers["Challenge"] = cut
    words = "not an AMI: it greets with 'SSH-2.0-OpenSSH_9.2\ufffd[31m' (closed during the login)"
    await no_session(pbx.address, Reason.NOT_AMI, words, retry=False)


async def test_a_peer_that_greets_otherwise_and_does_not_answer(pbx: FakeServer) -> None:
    pbx.banner = b"220 mail ESMTP\r\n"
    pbx.answers["Challenge"] = silence
    await no_session(pbx.address, Reason.NOT_AMI, "no answer to the login", retry=False, connect_timeout=1.0)


async def test_a_peer_that_never_ends_its_first_line(pbx: FakeServer) -> None:
    pbx.banner = b"x" * 100_000
    await no_session(pbx.address, Reason.NOT_AMI, "no line end in the first 65536 bytes", retry=False)


async def test_a_proxy_with_a_banner_of_its_own_is_fine(pbx: FakeServer, connect) -> None:
    pbx.banner = b"Asterisk Call Manager Proxy\r\n"
    session = await connect()
    assert (session.banner, session.banner_version) == ("Asterisk Call Manager Proxy", "")


@pytest.mark.parametrize("version", ["1.1", "2.10.6", "5.0.4", "11.0.0", "99.0"])
async def test_no_version_is_refused(pbx: FakeServer, connect, version: str) -> None:
    pbx.banner = f"Asterisk Call Manager/{version}\r\n".encode()
    assert (await connect()).banner_version == version


async def test_an_asterisk_that_greets_and_hangs(pbx: FakeServer) -> None:
    pbx.answers["Challenge"] = silence
    await no_session(pbx.address, Reason.TIMEOUT, "no answer to the login", retry=True, connect_timeout=1.0)


async def test_an_asterisk_that_greets_and_goes(pbx: FakeServer) -> None:
    pbx.answers["Login"] = cut
    await no_session(pbx.address, Reason.LOST, "closed during the login", retry=True)


async def test_an_asterisk_that_is_going(pbx: FakeServer) -> None:
    pbx.answers["Login"] = refuse("Asterisk is shutting down")
    await no_session(pbx.address, Reason.SHUTTING_DOWN, "Asterisk is shutting down", retry=True)


# -- login -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("user", "secret"), [("admin", "wrong"), ("nobody", "s3cret"), ("Admin", "s3cret")])
@pytest.mark.parametrize("challenge", [True, False])
async def test_a_wrong_login_is_refused_once_and_for_all(
    pbx: FakeServer, user: str, secret: str, challenge: bool
) -> None:
    error = await refusal(pbx.address, user, secret, challenge=challenge)
    assert isinstance(error, LoginError)
    assert error.message == "Authentication failed"
    assert f"login as {user!r} refused: wrong user or secret, or an address that is not permitted" in str(error)
    assert error.retry is False
    assert len(pbx.asked("Login")) == 1  # above all not a second time with the secret itself


async def test_a_user_who_is_in_already(pbx: FakeServer) -> None:
    pbx.answers["Login"] = refuse("Login Already In Use")
    error = await refusal(pbx.address)
    assert isinstance(error, LoginError)
    assert "logged in elsewhere, and allowmultiplelogin is off" in str(error)


async def test_other_words_are_passed_on_clean(pbx: FakeServer) -> None:
    pbx.answers["Login"] = refuse("No \x1b[31mway")
    error = await refusal(pbx.address)
    assert isinstance(error, LoginError)
    assert str(error).endswith("refused: No \ufffd[31mway")


async def test_a_user_name_that_cannot_be_sent(pbx: FakeServer) -> None:
    error = await refusal(pbx.address, "admin\r\nEvents: on")
    assert isinstance(error, LoginError)
    assert "'Username' contains a line end" in str(error)
    assert pbx.asked("Login") == []


async def test_the_challenge_is_answered_and_the_secret_not_sent(pbx: FakeServer, connect) -> None:
    await connect()
    login = pbx.asked("Login")[0]
    assert login.get("AuthType") == "MD5"
    assert login.get("Key") == "d7994fd8cd10e2224514d095d0fd3f7b"  # md5("840415273" "s3cret")
    assert b"s3cret" not in b"".join(request.raw for request in pbx.requests)


async def test_a_pbx_without_challenge_gets_the_secret(pbx: FakeServer, connect) -> None:
    pbx.answers["Challenge"] = refuse("Invalid/unknown command: Challenge. Use Action: ListCommands to show available")
    await connect()
    assert pbx.asked("Login")[0].get("Secret") == "s3cret"


@pytest.mark.parametrize("message", ["Authentication failed", "Permission denied", "Must specify AuthType", ""])
async def test_no_other_refusal_of_a_challenge_gets_the_secret(pbx: FakeServer, message: str) -> None:
    pbx.answers["Challenge"] = refuse(message)
    assert isinstance(await refusal(pbx.address), LoginError)
    assert pbx.asked("Login") == []


async def test_plain_login_where_it_is_asked_for(pbx: FakeServer, connect) -> None:
    await connect(challenge=False)
    assert pbx.asked("Challenge") == []
    assert pbx.asked("Login")[0].get("Secret") == "s3cret"


async def test_a_failed_login_leaves_no_connection(pbx: FakeServer) -> None:
    pbx.answers["Login"] = refuse("Authentication failed")  # and this one does not close by itself
    closed: list[AmiError | None] = []
    await refusal(pbx.address, on_close=closed.append)
    assert closed == []  # there was nothing to close
    await asyncio.wait_for(pbx.peers[0].gone.wait(), 30.0)


async def test_opening_can_be_cancelled(pbx: FakeServer) -> None:
    pbx.answers["Login"] = silence
    opening = asyncio.ensure_future(Session.open(pbx.address, "admin", Secret("s3cret")))
    await pbx.request("Login")
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await asyncio.wait_for(pbx.peers[0].gone.wait(), 30.0)


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def tls_pbx(pbx: FakeServer, certificate: Certificate) -> FakeServer:
    await pbx.stop()
    pbx.certificate = certificate
    await pbx.start()
    return pbx


def colons(fingerprint: str) -> str:
    return ":".join(fingerprint[i : i + 2] for i in range(0, 64, 2)).upper()


@pytest.mark.parametrize("way", ["ca file", "fingerprint", "fingerprint with colons", "off"])
async def test_tls_with_a_certificate_that_is_trusted(tls_pbx: FakeServer, certificate: Certificate, way: str) -> None:
    options = {
        "ca file": TlsOptions(ca_file=certificate.file),
        "fingerprint": TlsOptions(fingerprint=certificate.fingerprint),
        "fingerprint with colons": TlsOptions(fingerprint="SHA256:" + colons(certificate.fingerprint)),
        "off": TlsOptions(verify=False),
    }
    async with await Session.open(tls_pbx.tls_address(options[way]), "admin", Secret("s3cret")) as session:
        assert await session.ping() >= 0


async def test_a_certificate_that_nobody_vouches_for(tls_pbx: FakeServer, certificate: Certificate) -> None:
    pin = f"pin its SHA-256 fingerprint {colons(certificate.fingerprint)}"
    words = f"certificate not trusted (self-signed certificate); if it is the right one, {pin}"
    await no_session(tls_pbx.tls_address(TlsOptions()), Reason.TLS_UNTRUSTED, words, retry=False)
    assert tls_pbx.requests == []


async def test_a_certificate_for_another_host(pbx: FakeServer, tmp_path: Path) -> None:
    await pbx.stop()
    pbx.certificate = make_certificate(tmp_path, "other.example")
    await pbx.start()
    error = await refusal(pbx.tls_address())
    assert "certificate not trusted (hostname mismatch" in str(error)
    assert colons(pbx.certificate.fingerprint) in str(error)
    assert pbx.requests == []


async def test_a_certificate_with_another_fingerprint_hears_nothing(
    tls_pbx: FakeServer, certificate: Certificate
) -> None:
    words = f"another fingerprint than the pinned one: {colons(certificate.fingerprint)}"
    await no_session(tls_pbx.tls_address(TlsOptions(fingerprint="0" * 64)), Reason.TLS_PIN, words, retry=False)
    assert tls_pbx.requests == []


async def test_tls_with_a_peer_that_speaks_none(pbx: FakeServer, certificate: Certificate) -> None:
    address = Address("127.0.0.1", pbx.port, TlsOptions(ca_file=certificate.file))
    await no_session(address, Reason.TLS_ABSENT, "peer speaks no TLS here", retry=False)


async def test_tls_with_a_peer_that_is_silent(pbx: FakeServer) -> None:
    pbx.banner = None
    address = Address("127.0.0.1", pbx.port, TlsOptions())
    await no_session(address, Reason.TIMEOUT, "no TLS handshake within 1 s", retry=True, connect_timeout=1.0)


async def test_tls_with_a_peer_that_closes(pbx: FakeServer) -> None:
    pbx.authlimit = True
    await no_session(Address("127.0.0.1", pbx.port, TlsOptions()), Reason.LOST, "closed during the TLS", retry=True)


async def test_no_tls_with_a_peer_that_wants_it(tls_pbx: FakeServer) -> None:
    words = f"peer wants TLS; write amis://127.0.0.1:{tls_pbx.port}"
    await no_session(tls_pbx.address, Reason.TLS_WANTED, words, retry=False, connect_timeout=2.0)


async def test_a_ca_file_that_is_not_there(tls_pbx: FakeServer, tmp_path: Path) -> None:
    address = tls_pbx.tls_address(TlsOptions(ca_file=tmp_path / "none.pem"))
    await no_session(address, Reason.TLS_FAILED, "none.pem: no such file", retry=False)


@pytest.mark.parametrize("fingerprint", ["", "abcd", "zz" * 32, "SHA1:" + "00" * 20])
def test_what_is_no_fingerprint_is_refused(fingerprint: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        TlsOptions(fingerprint=fingerprint)


def test_an_address_is_written_as_people_write_it() -> None:
    assert str(Address("pbx")) == "pbx:5038"
    assert str(Address("::1", 5039)) == "[::1]:5039"
