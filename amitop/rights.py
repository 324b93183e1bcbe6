"""Which actions a login may send on this PBX, and the words for why not.

`ListCommands` is the one honest source: it lists exactly the actions whose module is loaded and for which the login has
any of the classes (`ami.md` A.11). What it does not list is either forbidden or absent, and the same list tells which:
an action that needs a single class and is listed proves that the login holds that class.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NEEDS: Mapping[str, tuple[str, ...]] = {
    "absolutetimeout": ("system", "call"),
    "blindtransfer": ("call",),
    "command": ("command",),
    "confbridgekick": ("call",),
    "confbridgelist": ("reporting",),
    "confbridgelistrooms": ("reporting",),
    "confbridgelock": ("call",),
    "confbridgemute": ("call",),
    "confbridgestartrecord": ("system",),
    "confbridgestoprecord": ("system",),
    "confbridgeunlock": ("call",),
    "confbridgeunmute": ("call",),
    "coresettings": ("system", "reporting"),
    "coreshowchannels": ("system", "reporting"),
    "corestatus": ("system", "reporting"),
    "devicestatelist": ("call", "reporting"),
    "filter": ("system",),
    "getvar": ("call", "reporting"),
    "hangup": ("system", "call"),
    "iaxregistry": ("system", "reporting"),
    "iaxpeerlist": ("system", "reporting"),
    "mixmonitor": ("system",),
    "mixmonitormute": ("system", "call"),
    "monitor": ("call",),
    "muteaudio": ("system",),
    "originate": ("originate",),
    "park": ("call",),
    "parkedcalls": ("call",),
    "parkinglots": ("call",),
    "pausemonitor": ("call",),
    "pjsipregister": ("system", "reporting"),
    "pjsipshowregistrationsoutbound": ("system", "reporting"),
    "pjsipunregister": ("system", "reporting"),
    "pjsipqualify": ("system", "reporting"),
    "pjsipshowcontacts": ("system",),
    "pjsipshowendpoint": ("system",),
    "pjsipshowendpoints": ("system",),
    "playdtmf": ("call",),
    "queueadd": ("agent",),
    "queuememberringinuse": ("agent",),
    "queuepause": ("agent",),
    "queuepenalty": ("agent",),
    "queueremove": ("agent",),
    "redirect": ("call",),
    "sipshowregistry": ("system", "reporting"),
    "sippeers": ("system", "reporting"),
    "sipqualifypeer": ("system", "reporting"),
    "sipshowpeer": ("system", "reporting"),
    "status": ("system", "call", "reporting"),
    "stopmixmonitor": ("system", "call"),
    "stopmonitor": ("call",),
    "unpausemonitor": ("call",),
}
"""The write classes of the actions that amitop sends; any one of them is enough (`ami.md` C and E).

Those that need none are not here: QueueStatus, QueueChangePriorityCaller, QueueWithdrawCaller, QueueReset. Whoever may
log in may send them, so that where they are not listed, this Asterisk does not have them.
"""

_CLASSES = re.compile(r"\(Priv: ([^()]*)\)\s*$")


class ActionRights:
    """The answer to `ListCommands`: *commands* maps an action to its synopsis, `... (Priv: system,call,all)`."""

    def __init__(self, commands: Mapping[str, str]) -> None:
        self._listed: dict[str, frozenset[str]] = {}
        for action, synopsis in commands.items():
            found = _CLASSES.search(synopsis)
            words = found.group(1).split(",") if found else []
            self._listed[action.lower()] = frozenset(w.strip() for w in words) - {"all", "<none>", ""}
        self._held = frozenset(next(iter(classes)) for classes in self._listed.values() if len(classes) == 1)

    @property
    def known(self) -> bool:
        """Whether the PBX has told at all."""
        return bool(self._listed)

    def may(self, action: str) -> bool:
        """Whether this login may send *action* here. True while the PBX has not told: the server then judges."""
        return not self._listed or action.lower() in self._listed

    def missing(self, actions: Iterable[str]) -> list[str]:
        """Return those of *actions* that may not be sent."""
        return [action for action in actions if not self.may(action)]

    def why_not(self, action: str) -> str | None:
        """Return why *action* cannot be sent, in a few words, or None when it can."""
        if self.may(action):
            return None
        needs = NEEDS.get(action.lower(), ())
        if not needs or self._held.intersection(needs):
            return f"{action}: this Asterisk has no such action (module not loaded)"
        return f"{action}: this login lacks write={' or '.join(needs)} in manager.conf"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ActionRights) and self._listed == other._listed

    __hash__ = None  # type: ignore[assignment]  # compared to notice a change, never a key
