"""Opening a TCP or TLS connection, and saying in one line why it could not be opened."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import hmac
import os
import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from amitop.ami.errors import ConnectError, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.ami.address import Address, TlsOptions

RECEIVE_BUFFER = 4 * 1024 * 1024
"""Bytes. A terminal that stops reading stops the whole program after a while; until it reads again this buffer keeps
Asterisk from running into its writetimeout, 100 ms by default (`ami.md` A.9)."""
PROBE = 2.0
"""Seconds for a second look at the peer, to find better words for a failure."""

_NO_ROUTE = {
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.EHOSTDOWN,
    errno.EADDRNOTAVAIL,
    errno.EACCES,
    errno.EPERM,
}
# What OpenSSL makes of a greeting in plain text; the last two are of OpenSSL 3.2 and later.
_NOT_TLS = {
    "WRONG_VERSION_NUMBER",
    "UNKNOWN_PROTOCOL",
    "HTTP_REQUEST",
    "RECORD_LAYER_FAILURE",
    "PACKET_LENGTH_TOO_LONG",
}
_SO_RCVBUFFORCE = 33  # asm-generic/socket.h; the socket module does not name it

_Place = tuple[socket.AddressFamily, Any]  # a family, and a socket address in that family's own shape
_ProtocolT = TypeVar("_ProtocolT", bound=asyncio.Protocol)


async def open_transport(address: Address, factory: Callable[[], _ProtocolT], timeout: float) -> _ProtocolT:
    """Connect to *address* within *timeout* seconds and return the protocol, its peer trusted if it is TLS.

    Raises `ConnectError`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    context = None if address.tls is None else _context(address, address.tls)
    try:
        async with asyncio.timeout_at(deadline):
            places = await _resolve(address)
    except TimeoutError:
        raise ConnectError(Reason.UNRESOLVED, f"{address}: name did not resolve within {timeout:g} s") from None
    place, sock = await _connect_first(address, places, deadline, timeout)
    try:
        async with asyncio.timeout_at(deadline):
            if context is None or address.tls is None:
                return (await loop.create_connection(factory, sock=sock))[1]
            transport, protocol = await loop.create_connection(
                factory, sock=sock, ssl=context, server_hostname=address.host
            )
    except TimeoutError:
        text = f"{address}: connected, but no TLS handshake within {timeout:g} s; is this a TLS port?"
        raise ConnectError(Reason.TIMEOUT, text) from None
    except ssl.SSLCertVerificationError as error:
        raise await _untrusted(address, place, error) from None
    except ssl.SSLError as error:
        if error.reason in _NOT_TLS:
            text = (
                f"{address}: peer speaks no TLS here; use the port of tlsbindaddr (5039 by default), or leave TLS off"
            )
            raise ConnectError(Reason.TLS_ABSENT, text) from None
        text = f"{address}: TLS failed: {(error.reason or str(error)).replace('_', ' ').lower()}"
        raise ConnectError(Reason.TLS_FAILED, text) from None
    except OSError as error:
        text = f"{address}: closed during the TLS handshake ({_words(error)})"
        raise ConnectError(Reason.LOST, text) from None
    pin = address.tls.fingerprint
    if pin is not None:
        shown = _fingerprint(transport.get_extra_info("ssl_object"))
        if not hmac.compare_digest(shown, pin):
            transport.abort()
            text = f"{address}: certificate has another fingerprint than the pinned one: {_colons(shown)}"
            raise ConnectError(Reason.TLS_PIN, text)
    return protocol


async def speaks_tls(address: Address) -> bool:
    """Whether a peer that says nothing on a plain connection answers a TLS greeting. Takes `PROBE` seconds at most."""
    try:
        async with asyncio.timeout(PROBE):
            for place in await _resolve(address):
                with suppress(OSError):
                    return await _certificate(address, place) is not None
    except (TimeoutError, ConnectError):
        pass
    return False


# -- names and sockets ------------------------------------------------------------------------------------------------


async def _resolve(address: Address) -> list[_Place]:
    """Return where *address* may be. A name is looked up each time: a PBX that failed over has another address."""

    def look_up(flags: int = 0) -> list[_Place]:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=flags)
        return [(family, sockaddr) for family, _, _, _, sockaddr in found]

    with suppress(OSError, UnicodeError):
        return look_up(socket.AI_NUMERICHOST)
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[_Place]] = loop.create_future()

    def settle(places: list[_Place] | None, reason: str) -> None:
        if answer.done():
            return
        if places:
            answer.set_result(places)
        else:
            text = f"{address}: name does not resolve ({reason or 'no address'})"
            answer.set_exception(ConnectError(Reason.UNRESOLVED, text))

    def run() -> None:
        places, reason = None, ""
        try:
            places = look_up()
        except (OSError, UnicodeError) as error:
            reason = _words(error)
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(settle, places, reason)

    # A thread of our own and not the loop's executor: leaving the program would wait for a name server that is down.
    threading.Thread(target=run, name=f"resolve {address.host}", daemon=True).start()
    return await answer


async def _connect_first(
    address: Address, places: list[_Place], deadline: float, timeout: float
) -> tuple[_Place, socket.socket]:
    """Connect to the first place that answers; each gets its share of the time that is left."""
    loop = asyncio.get_running_loop()
    failure: OSError = TimeoutError()
    for index, place in enumerate(places):
        share = (deadline - loop.time()) / (len(places) - index)
        try:
            return place, await _connect(place, share)
        except OSError as error:  # TimeoutError is one
            # "Refused" tells more than "no route" of an address family that this machine does not have.
            if not (isinstance(failure, ConnectionRefusedError) and error.errno in _NO_ROUTE):
                failure = error
    if isinstance(failure, TimeoutError):
        text = f"{address}: no answer within {timeout:g} s (host down, or a firewall)"
        raise ConnectError(Reason.TIMEOUT, text) from None
    if isinstance(failure, ConnectionRefusedError):
        text = f"{address}: connection refused (is Asterisk running, with enabled = yes in manager.conf?)"
        raise ConnectError(Reason.REFUSED, text) from None
    if failure.errno in _NO_ROUTE:
        raise ConnectError(Reason.NO_ROUTE, f"{address}: no route ({_words(failure)})") from None
    raise ConnectError(Reason.LOST, f"{address}: cannot connect ({_words(failure)})") from None


async def _connect(place: _Place, timeout: float) -> socket.socket:
    family, sockaddr = place
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        # Before connecting, for the window's scale is agreed on then. Only root may go beyond net.core.rmem_max, and
        # amitop on the PBX itself often is.
        try:
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
        except OSError:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        async with asyncio.timeout(timeout):
            await asyncio.get_running_loop().sock_connect(sock, sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


def _words(error: Exception) -> str:
    """Return an error's text without its number, as a person would say it."""
    if isinstance(error, OSError):
        text = error.strerror or (os.strerror(error.errno) if error.errno else str(error) or type(error).__name__)
        return text.lower()
    return str(error)


# -- TLS --------------------------------------------------------------------------------------------------------------


def _context(address: Address, tls: TlsOptions) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if tls.ca_file is None else str(tls.ca_file))
    except (OSError, ssl.SSLError) as error:
        text = f"{address}: CA file {tls.ca_file}: {_words(error)}"
        raise ConnectError(Reason.TLS_FAILED, text) from None
    return _trusting(context) if tls.fingerprint is not None or not tls.verify else context


def _trusting(context: ssl.SSLContext) -> ssl.SSLContext:
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _fingerprint(tls: ssl.SSLObject) -> str:
    return hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()


def _colons(fingerprint: str) -> str:
    return ":".join(fingerprint[i : i + 2] for i in range(0, len(fingerprint), 2)).upper()


async def _certificate(address: Address, place: _Place) -> str | None:
    """Return the fingerprint that a place shows, saying nothing to it; None when there is no TLS."""
    sock = await _connect(place, PROBE)
    context = _trusting(ssl.create_default_context())
    try:
        async with asyncio.timeout(PROBE):
            transport, _ = await asyncio.get_running_loop().create_connection(
                asyncio.Protocol, sock=sock, ssl=context, server_hostname=address.host
            )
    except OSError:  # SSLError and TimeoutError are
        return None
    shown = _fingerprint(cast("ssl.SSLObject", transport.get_extra_info("ssl_object")))
    transport.abort()
    return shown


async def _untrusted(address: Address, place: _Place, error: ssl.SSLCertVerificationError) -> ConnectError:
    """Say what is wrong with a certificate, and what its fingerprint is: a person can compare it and pin it."""
    shown = None
    with suppress(OSError):
        shown = await _certificate(address, place)
    pin = "" if shown is None else f"; if it is the right one, pin its SHA-256 fingerprint {_colons(shown)}"
    why = (error.verify_message or "verification failed").rstrip(".").lower()
    return ConnectError(Reason.TLS_UNTRUSTED, f"{address}: certificate not trusted ({why}){pin}")
