"""What a session asks first: what this login may do, and which Asterisk has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError
from amitop.health import PbxInfo
from amitop.rights import ActionRights

if TYPE_CHECKING:
    from amitop.ami.session import Session

BOOTING_TRIES = 3
BOOTING_PAUSE = 2.0
"""Seconds."""


async def learn_rights(session: Session) -> ActionRights:
    """Return what this login may do. Raises `AmiError`.

    While Asterisk boots, modules that are not loaded yet make their actions unknown (`ami.md` D.9), so a PBX that
    lists nothing that lists channels, and did not say that it has booted, is asked again.
    """
    rights = ActionRights({})
    for _ in range(BOOTING_TRIES):
        booted = session.booted  # as of the question: the answer may be older than a FullyBooted that overtakes it
        listed = await session.action("ListCommands")
        commands = {k: v for k, v in listed.headers.items() if k not in {"response", "actionid", "message"}}
        rights = ActionRights(commands)
        if booted or rights.may("CoreShowChannels") or rights.may("Status"):
            break
        await session.wait_booted(BOOTING_PAUSE)
    return rights


async def learn_info(session: Session, rights: ActionRights) -> tuple[PbxInfo, str | None]:
    """Return who has answered, and since when it runs in its own words, None where it does not tell.

    Those words have no zone: they only serve to see that it has begun anew. Raises `AmiError`.
    """
    info, startup = PbxInfo(ami=session.banner_version), None
    for action in ("CoreSettings", "CoreStatus"):
        if not rights.may(action):
            continue
        try:
            answer = await session.action(action)
        except ActionError:
            continue  # the field stays unknown, which is what the screen then says
        if action == "CoreSettings":
            info.asterisk, info.system = answer.value("AsteriskVersion"), answer.value("SystemName")
            info.ami = answer.value("AMIversion") or info.ami
        else:
            startup = f"{answer.get('CoreStartupDate')} {answer.get('CoreStartupTime')}"
    return info, startup
