"""Conferences: ConfBridge (`ami.md` B.8, E.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import bridging, channels, devices, executing
from amitop.sim.event import bridge_block
from amitop.sim.room import Conference, Participant

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


class InConference:
    """Somebody's being in a conference."""

    def __init__(self, conference: Conference, participant: Participant) -> None:
        self.conference = conference
        self.participant = participant

    def interrupt(self, switch: Switch, channel: Channel, why: str) -> list[Channel]:
        """Leave. The last one takes the conference along."""
        conference = self.conference
        if conference.members.pop(channel.uniqueid, None) is None:
            return []
        if conference.recording and not conference.members:
            record(switch, conference.name, False)
        # Confbridge* come from another thread than Bridge*: before it here, with the count of before (seen in 22.10).
        _say(switch, "ConfbridgeLeave", conference, channel.block(), _admin(self.participant))
        bridging.leave(switch, channel)
        if why != "taken":
            channels.set_variable(switch, channel, "CONFBRIDGE_RESULT", "KICKED" if why == "kicked" else "HANGUP")
        if not channel.cause and why == "hangup":
            channel.cause = channels.NORMAL
        if self.participant.marked and not _marked(conference):
            for member in list(conference.members.values()):
                if member.end_marked:
                    kick_one(switch, member)
        if not conference.members:
            _end(switch, conference)
        return []


def _say(switch: Switch, name: str, conference: Conference, *parts: bytes | list[tuple[str, str]]) -> None:
    switch.emit("call", name, (("Conference", conference.name),), bridge_block(conference.bridge), *parts)


def _admin(participant: Participant) -> list[tuple[str, str]]:
    return [("Admin", "Yes" if participant.admin else "No")]


def _end(switch: Switch, conference: Conference) -> None:
    if switch.conferences.get(conference.name) is not conference:
        return  # those who went with the last one marked have ended it
    del switch.conferences[conference.name]
    conference.bridge.internal = 0
    _say(switch, "ConfbridgeEnd", conference)
    bridging.destroy(switch, conference.bridge)
    devices.say(switch, f"confbridge:{conference.name}", "NOT_INUSE")


def _marked(conference: Conference) -> bool:
    """Whether somebody marked is there; let those wait who wait for that."""
    there = any(member.marked for member in conference.members.values())
    for member in conference.members.values():
        member.waiting = member.wait_marked and not there
    return there


def conf_bridge(switch: Switch, channel: Channel, arguments: str) -> bool:
    """Execute ConfBridge(name,bridge profile,user profile).

    The user profile is made of words: admin, marked, wait_marked, end_marked, muted.
    """
    name, _, rest = arguments.partition(",")
    profile = rest.partition(",")[2]
    if not channels.answer_it(switch, channel):
        return False
    conference = switch.conferences.get(name)
    if conference is not None and conference.locked and "admin" not in profile:
        return True
    if conference is None:
        bridge = bridging.create(switch, "base", "softmix", "ConfBridge", name)
        conference = switch.conferences[name] = Conference(name, bridge)
        bridge.internal = 1  # the announcer, a channel without events (`ami.md` B.1)
        _say(switch, "ConfbridgeStart", conference)
        devices.say(switch, f"confbridge:{name}", "INUSE")
    participant = Participant(channel, switch.clock.now)
    participant.admin = "admin" in profile
    participant.wait_marked = "wait_marked" in profile
    participant.end_marked = "end_marked" in profile
    words = profile.replace("wait_marked", "").replace("end_marked", "")
    participant.marked = "marked" in words
    participant.muted = "muted" in words
    conference.members[channel.uniqueid] = participant
    channel.running = InConference(conference, participant)
    _marked(conference)
    bridging.enter(switch, conference.bridge, channel)
    muted = participant.muted or participant.waiting
    _say(
        switch, "ConfbridgeJoin", conference, channel.block(),
        [*_admin(participant), ("Muted", "Yes" if muted else "No")],
    )  # fmt: skip
    return False


def _chosen(conference: Conference, channel: str) -> list[Participant]:
    members = list(conference.members.values())
    if channel == "all":
        return members
    if channel == "participants":
        return [member for member in members if not member.admin]
    return [member for member in members if member.channel.name.lower() == channel.lower()]


def mute(switch: Switch, name: str, channel: str, on: bool) -> bool:
    """Mute or unmute participants. False when nobody is meant."""
    conference = switch.conferences.get(name)
    if conference is None:
        return False
    chosen = _chosen(conference, channel)
    for member in chosen:
        member.muted = on
        _say(
            switch, "ConfbridgeMute" if on else "ConfbridgeUnmute", conference, member.channel.block(), _admin(member)
        )  # fmt: skip
    return bool(chosen)


def kick(switch: Switch, name: str, channel: str) -> bool:
    """Throw participants out; they go on in their dialplan, or end. False when nobody is meant."""
    conference = switch.conferences.get(name)
    if conference is None:
        return False
    chosen = _chosen(conference, channel)
    for member in chosen:
        kick_one(switch, member)
    return bool(chosen)


def kick_one(switch: Switch, member: Participant) -> None:
    """Throw one out."""
    channel = member.channel
    channels.release(switch, channel, "kicked")
    executing.go_on(switch, channel)


def lock(switch: Switch, name: str, on: bool) -> bool:
    """Lock or unlock: no event says so (`ami.md` B.8)."""
    conference = switch.conferences.get(name)
    if conference is None:
        return False
    conference.locked = on
    return True


def record(switch: Switch, name: str, on: bool, file: str = "") -> bool:
    """Start or stop recording; the recorder is another channel without events. False when it is so already."""
    conference = switch.conferences.get(name)
    if conference is None or bool(conference.recording) is on:
        return False
    conference.recording = (file or f"confbridge-{name}-{int(switch.clock.now)}.wav") if on else ""
    conference.bridge.internal += 1 if on else -1
    _say(switch, "ConfbridgeRecord" if on else "ConfbridgeStopRecord", conference)
    return True


def talk(switch: Switch, channel: Channel, talking: bool) -> None:
    """Say ConfbridgeTalking."""
    running = channel.running
    if isinstance(running, InConference) and running.participant.talking is not talking:
        running.participant.talking = talking
        _say(
            switch, "ConfbridgeTalking", running.conference, channel.block(),
            [("TalkingStatus", "on" if talking else "off"), *_admin(running.participant)],
        )  # fmt: skip
