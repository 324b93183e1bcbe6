"""What Asterisk's console lists, and what a document of amitop has, both in the same shape."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rig.asterisk import Asterisk

    Facts = dict[object, object]

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_CONTACT = {"Avail": "Reachable", "Unavail": "Unreachable", "NonQual": "NonQualified", "Unknown": "Unknown"}
_PEER = {"OK": "Reachable", "LAGGED": "Lagged", "UNREACHABLE": "Unreachable", "UNKNOWN": "Unknown"}
_PEER_STATUS = re.compile(r"\s(\d+|\(null\))\s+(?:\(E\)\s+)?(OK|LAGGED|UNREACHABLE|UNKNOWN|Unmonitored)\b")


@dataclass(frozen=True)
class Pair:
    """One thing, seen from both sides. `listed` asks the console, `told` reads a document."""

    name: str
    listed: Callable[[Asterisk], Facts]
    told: Callable[[dict], Facts]


def lines(pbx: Asterisk, command: str) -> list[str]:
    """What the console prints, a string a line."""
    return _COLOURS.sub("", pbx.cli(command, check=False)).splitlines()


def _endpoints(document: dict, technology: str) -> list[dict]:
    return [one for one in document["endpoints"] if one["technology"] == technology]


def _found(pbx: Asterisk, command: str, pattern: str) -> list[re.Match[str]]:
    return [match for line in lines(pbx, command) if (match := re.match(pattern, line))]


def _listed_endpoints(pbx: Asterisk) -> Facts:
    rows = _found(pbx, "pjsip show endpoints", r" Endpoint:  ([^/ <]+)\S*\s{2,}(\S.*?)\s{2,}(\d+) of ")
    return {row[1]: (row[2], int(row[3])) for row in rows}


def _told_endpoints(document: dict) -> Facts:
    return {one["name"]: (one["state"], len(one["channels"])) for one in _endpoints(document, "PJSIP")}


def _listed_contacts(pbx: Asterisk) -> Facts:
    rows = _found(pbx, "pjsip show contacts", r"  Contact:  (\S+?)/(sip:\S+)\s+\S+\s+(\S+)\s")
    return {(row[1], row[2]): _CONTACT[row[3]] for row in rows}


def _told_contacts(document: dict) -> Facts:
    contacts = [contact for one in _endpoints(document, "PJSIP") for contact in one["contacts"]]
    return {(contact["aor"], contact["uri"]): contact["status"] for contact in contacts}


def _peers(pbx: Asterisk, command: str) -> Facts:
    """The peers with the host, port and status of each; of one that is nowhere, what it last was says nothing."""
    found: Facts = {}
    for line in lines(pbx, command):
        if status := _PEER_STATUS.search(line):
            name, host, *_ = line.split()
            there = host not in {"(Unspecified)", "(null)"}
            reach = _PEER.get(status[2], "NonQualified")
            found[name.partition("/")[0]] = (f"{host}:{status[1]}", reach) if there else None
    return found


def _told_peers(technology: str) -> Callable[[dict], Facts]:
    def told(document: dict) -> Facts:
        return {
            one["name"]: next(((each["uri"], each["status"]) for each in one["contacts"]), None)
            for one in _endpoints(document, technology)
        }

    return told


def _listed_registrations(pbx: Asterisk) -> Facts:
    rows = _found(pbx, "pjsip show registrations", r" ([^/ <]+)/\S+\s+\S+\s+(\w+)\s+\(exp")
    return {row[1]: row[2] for row in rows}


def _registries(command: str, pattern: str) -> Callable[[Asterisk], Facts]:
    def listed(pbx: Asterisk) -> Facts:
        rows = _found(pbx, command, pattern)
        return {f"{row['user']}@{row['host']}": row["state"] for row in rows}

    return listed


def _told_registrations(technology: str) -> Callable[[dict], Facts]:
    def told(document: dict) -> Facts:
        return {one["name"]: one["status"] for one in document["registrations"] if one["technology"] == technology}

    return told


def _listed_rooms(pbx: Asterisk) -> Facts:
    rooms = _found(pbx, "confbridge list", r"(\S+)\s+(\d+)\s+(\d+)\s+(Yes|No|locked|unlocked)\s")
    return {room[1]: (room[4] in {"Yes", "locked"}, _people(pbx, room[1])) for room in rooms}


def _people(pbx: Asterisk, room: str) -> Facts:
    # The flags of apps/app_confbridge.c, handle_cli_confbridge_list_item.
    rows = _found(pbx, f"confbridge list {room}", r"(\S+/\S+)\s+(?:([AMWEmw]+)\s+)?\w+_user\s")
    return {row[1]: tuple(flag in (row[2] or "") for flag in "Amw") for row in rows}


def _told_rooms(document: dict) -> Facts:
    return {
        room["name"]: (
            room["locked"],
            {each["channel"]: (each["admin"], each["muted"], each["waiting"]) for each in room["members"]},
        )
        for room in document["conferences"]
    }


def _listed_parked(pbx: Asterisk) -> Facts:
    found: Facts = {}
    lots = [line.partition(":")[2].strip() for line in lines(pbx, "parking show") if line.startswith("Parking Lot:")]
    for lot in lots:
        space, channel = "", ""
        for line in lines(pbx, f"parking show {lot}"):
            key, _, text = (part.strip() for part in line.partition(":"))
            match key:
                case "Space":
                    space = text
                case "Channel":
                    channel = text
                case "Parker Dial String":
                    found[channel] = (lot, space, text)
    return found


def _told_parked(document: dict) -> Facts:
    return {one["channel"]: (one["lot"], one["space"], one["parker"]) for one in document["parked"]}


ENDPOINTS = Pair("pjsip show endpoints", _listed_endpoints, _told_endpoints)
CONTACTS = Pair("pjsip show contacts", _listed_contacts, _told_contacts)
SIP_PEERS = Pair("sip show peers", lambda pbx: _peers(pbx, "sip show peers"), _told_peers("SIP"))
IAX_PEERS = Pair("iax2 show peers", lambda pbx: _peers(pbx, "iax2 show peers"), _told_peers("IAX2"))
REGISTRATIONS = Pair("pjsip show registrations", _listed_registrations, _told_registrations("PJSIP"))
SIP_REGISTRY = Pair(
    "sip show registry",
    _registries(
        "sip show registry", r"(?P<host>\S+:\d+)\s+[NY]\s+(?P<user>\S+)\s+\d+\s+(?P<state>\S.*?)(?:\s{2,}|\s*$)"
    ),
    _told_registrations("SIP"),
)
IAX_REGISTRY = Pair(
    "iax2 show registry",
    _registries("iax2 show registry", r"(?P<host>\S+:\d+)\s+[NY]\s+(?P<user>\S+)\s+\S+\s+\d+\s+(?P<state>\S.*?)\s*$"),
    _told_registrations("IAX2"),
)
ROOMS = Pair("confbridge list", _listed_rooms, _told_rooms)
PARKED = Pair("parking show", _listed_parked, _told_parked)


def settle(answer: Callable[[], object], wanted: object, timeout: float) -> None:
    """Wait until the answer is the one that is wanted. Raises AssertionError with the last one."""
    end = time.monotonic() + timeout
    while (found := answer()) != wanted:
        assert time.monotonic() < end, f"after {timeout:.0f} s it is\n{found}, not\n{wanted}"
        time.sleep(0.2)


def agree(pbx: Asterisk, document: Callable[[], dict], *pairs: Pair, timeout: float = 40.0) -> dict:
    """Wait until a document, taken between two equal lists of the console, has what they have; return it.

    Asterisk changes meanwhile, so one moment of difference proves nothing. Raises AssertionError with the last one.
    """
    end = time.monotonic() + timeout
    while True:
        before = {pair.name: pair.listed(pbx) for pair in pairs}
        taken = document()
        after = {pair.name: pair.listed(pbx) for pair in pairs}
        told = {pair.name: pair.told(taken) for pair in pairs}
        if before == after == told:
            return taken
        assert time.monotonic() < end, f"not settled in {timeout:.0f} s\n" + "\n".join(
            f"{name}: {key} is {after[name].get(key)} on the console, {told[name].get(key)} in the document"
            for name in told
            for key in after[name].keys() | told[name].keys()
            if after[name].get(key, "not there") != told[name].get(key, "not there")
        )
