"""A SIP neighbour of Asterisk that does as a test says: a provider that accepts or refuses, a phone that registers.

SIPp could do each of these, and would have to be started again for each; a test needs one that changes its mind.
"""

import hashlib
import re
import threading
import time
import uuid

from rig.errors import RigError
from rig.udp_peer import UdpPeer

REASONS = {200: "OK", 401: "Unauthorized", 403: "Forbidden", 486: "Busy Here", 503: "Service Unavailable"}
REALM = "carrier"


class SipPeer(UdpPeer):
    """A SIP neighbour that also registers when asked.

    `register_with`: what a REGISTER with credentials is answered, by a status code; one without is challenged.
    `invite_with`: the same for INVITE.
    """

    def __init__(self, port: int) -> None:
        self.register_with = 200
        self.invite_with = 486
        self.heard: list[str] = []
        """The methods of all requests, in order."""
        self._answers: dict[str, str] = {}
        self._answered = threading.Condition()
        super().__init__(port)

    def take(self, data: bytes, _sender: tuple[str, int]) -> bytes | None:
        """Answer a request, and keep an answer for whoever waits for it."""
        text = data.decode("utf-8", "replace")
        if text.startswith("SIP/2.0"):
            with self._answered:
                self._answers[f"{_header(text, 'Call-ID')} {_header(text, 'CSeq')}"] = text
                self._answered.notify_all()
        elif text.strip():
            self.heard.append(text.split(None, 1)[0])
            reply = None if self.silent else self._reply(text)
            return reply.encode() if reply else None
        return None

    def _reply(self, request: str) -> str | None:
        method = request.split(None, 1)[0]
        match method:
            case "ACK":
                return None
            case "REGISTER" if not _header(request, "Authorization"):
                challenge = f'Digest realm="{REALM}", nonce="{uuid.uuid4().hex}", algorithm=MD5'
                return _response(request, 401, f"WWW-Authenticate: {challenge}\r\n")
            case "REGISTER":
                return _response(request, self.register_with, _granted(request) if self.register_with == 200 else "")
            case "INVITE":
                return _response(request, self.invite_with)
            case _:
                return _response(request, 200)

    def register(
        self, registrar: int, user: str, secret: str, *, expires: int = 300, contact: str = "", timeout: float = 20.0
    ) -> int:
        """Register at the port `registrar`; return the final status code. With `expires=0`: take it back.

        Raises RigError when nothing is heard from there.
        """
        call_id, line = uuid.uuid4().hex, f"sip:127.0.0.1:{registrar}"
        authorization = ""
        for number in (1, 2):
            request = (
                f"REGISTER {line} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{uuid.uuid4().hex};rport\r\n"
                f"From: <sip:{user}@127.0.0.1:{registrar}>;tag={call_id[:8]}\r\n"
                f"To: <sip:{user}@127.0.0.1:{registrar}>\r\nCall-ID: {call_id}\r\nCSeq: {number} REGISTER\r\n"
                f"Contact: <{contact or f'sip:{user}@127.0.0.1:{self.port}'}>\r\nExpires: {expires}\r\n"
                f"Max-Forwards: 70\r\nUser-Agent: Rig [b]1.0[/b]\r\n{authorization}Content-Length: 0\r\n\r\n"
            )
            answer = self._ask(registrar, request, f"{call_id} {number} REGISTER", timeout)
            code = int(answer.split()[1])
            if code != 401:
                break
            authorization = f"Authorization: {_digest(answer, line, user, secret)}\r\n"
        return code

    def _ask(self, port: int, request: str, key: str, timeout: float) -> str:
        end = time.monotonic() + timeout
        with self._answered:
            while key not in self._answers or self._answers[key].startswith("SIP/2.0 1"):
                if time.monotonic() > end:
                    raise RigError(f"nothing is heard from port {port}")
                self._socket.sendto(request.encode(), ("127.0.0.1", port))
                self._answered.wait(0.5)
            return self._answers.pop(key)


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}[ \t]*:[ \t]*(.*?)\r?$", message, re.M | re.I)
    return found[1] if found else ""


def _granted(request: str) -> str:
    """What an accepted REGISTER is answered: its own contacts, or none when it took them back."""
    expires = _header(request, "Expires") or "3600"
    if expires == "0":
        return ""
    contact = re.sub(r";expires=\d+", "", _header(request, "Contact"))
    return f"Contact: {contact};expires={expires}\r\nExpires: {expires}\r\n"


def _response(request: str, code: int, extra: str = "") -> str:
    vias = re.findall(r"^Via[ \t]*:.*?\r?$", request, re.M | re.I)
    to = _header(request, "To")
    lines = [
        f"SIP/2.0 {code} {REASONS[code]}",
        *(via.rstrip("\r") for via in vias),
        f"From: {_header(request, 'From')}",
        f"To: {to}" if ";tag=" in to else f"To: {to};tag={uuid.uuid4().hex[:8]}",
        f"Call-ID: {_header(request, 'Call-ID')}",
        f"CSeq: {_header(request, 'CSeq')}",
        "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER",
    ]
    return "\r\n".join(lines) + f"\r\n{extra}Content-Length: 0\r\n\r\n"


def _digest(challenge: str, uri: str, user: str, secret: str) -> str:
    """RFC 2617 with MD5, with and without qop."""

    def h(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    said = _header(challenge, "WWW-Authenticate")
    given = {key: quoted or plain for key, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', said)}
    one, two = h(f"{user}:{given['realm']}:{secret}"), h(f"REGISTER:{uri}")
    words = [f'username="{user}"', f'realm="{given["realm"]}"', f'nonce="{given["nonce"]}"', f'uri="{uri}"']
    if "qop" in given:
        counted = ("00000001", uuid.uuid4().hex[:8], "auth")
        words += [f"nc={counted[0]}", f'cnonce="{counted[1]}"', "qop=auth"]
        response = h(":".join([one, given["nonce"], *counted, two]))
    else:
        response = h(f"{one}:{given['nonce']}:{two}")
    words.append(f'response="{response}"')
    words += [f'opaque="{given["opaque"]}"'] if "opaque" in given else []
    return f"Digest {', '.join(words)}, algorithm=MD5"
