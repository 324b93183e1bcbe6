"""A person's memberships of queues as one agent, and what the agent does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recorded import VERSIONS, block, event
from recorded_queues import entry, member, params, play

from amitop.ami.packet import Packet
from amitop.pbx.agents import Agent, AgentState, agents, phone, totals, wrapup_until
from amitop.pbx.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH = 1_795_375_000
"""The PBX's time of day at moment 0."""


def see(store: Store, now: float, wrapup: Callable[[str], int] = lambda _: 0) -> list[Agent]:
    return agents(store, EPOCH + now, now, wrapup)


def one(store: Store, now: float, wrapup: Callable[[str], int] = lambda _: 0) -> Agent:
    (agent,) = see(store, now, wrapup)
    return agent


def listed(*rows: Packet) -> Store:
    store = Store("lab")
    names = dict.fromkeys(row.get("Queue") for row in rows)
    store.apply_queues([p for q in names for p in (params(q), *(r for r in rows if r.get("Queue") == q))], 0.0, 0.0)
    return store


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, AgentState.UNKNOWN),
        (1, AgentState.READY),
        (2, AgentState.BUSY),
        (3, AgentState.BUSY),
        (4, AgentState.INVALID),
        (5, AgentState.UNAVAILABLE),
        (6, AgentState.RINGING),
        (7, AgentState.BUSY),
        (8, AgentState.ON_HOLD),
    ],
)
def test_the_state_of_the_phone(status: int, state: AgentState) -> None:
    assert one(listed(member("q", "PJSIP/1", status=status)), 5.0).state is state


def test_a_person_is_one_agent_in_all_queues() -> None:
    store = listed(
        member("q", "PJSIP/1", name="Ann"), member("r", "PJSIP/1", name="Ann"), member("r", "PJSIP/2", name="Bob")
    )
    found = see(store, 1.0)
    assert [(a.name, a.key, [m.queue for m in a.memberships]) for a in found] == [
        ("Ann", ("lab", "PJSIP/1"), ["q", "r"]),
        ("Bob", ("lab", "PJSIP/2"), ["r"]),
    ]
    assert totals(found) == {AgentState.READY: 2}


def test_a_name_is_taken_from_the_queue_that_has_one() -> None:
    store = listed(member("q", "PJSIP/1"), member("r", "PJSIP/1", name="Ann"))
    assert one(store, 1.0).name == "Ann"


HINT = b"Event: ExtensionStatus\nExten: %s\nContext: ext-local\nHint: %s\nStatus: 0\nStatusText: Idle\nActionID: 1"


@pytest.mark.parametrize(
    ("interface", "state", "hint", "device"),
    [
        ("Local/1001@from-queue/n", "hint:1001@ext-local", b"PJSIP/1001&Custom:DND1001", "PJSIP/1001"),
        ("Local/1001@from-queue/n", "Local/1001@from-queue/n", b"PJSIP/1001", "PJSIP/1001"),
        ("Local/1001@from-queue/n", "PJSIP/1001", b"", "PJSIP/1001"),
        ("Local/1001@from-queue/n", "hint:1001@ext-local", b"", "1001"),
        ("Local/1001@from-queue/n", "hint:1001@ext-local", b"Custom:DND1001", "1001"),
        ("PJSIP/1001", "PJSIP/1001", b"", "PJSIP/1001"),
    ],
)
def test_the_phone_behind_an_interface(interface: str, state: str, hint: bytes, device: str) -> None:
    store = listed(member("q", interface, state=state))
    if hint:
        store.apply_hints([Packet(HINT % (b"1001", hint))])
    assert one(store, 1.0).device == device
    assert phone(store, interface) == device


def test_two_spellings_are_one_person() -> None:
    store = listed(
        member("q", "Local/1001@from-queue/n", state="hint:1001@ext-local", name="Ann"),
        member("r", "PJSIP/1001", name="Ann"),
    )
    assert len(see(store, 1.0)) == 2
    store.apply(event("ExtensionStatus", Exten="1001", Context="ext-local", Hint="PJSIP/1001", Status="0"), 1.0)
    assert one(store, 1.0).device == "PJSIP/1001"
    store.apply(event("ExtensionStatus", Exten="1001", Context="ext-local", Hint="Custom:DND1001", Status="0"), 2.0)
    assert len(see(store, 2.0)) == 2


def ring(store: Store, at: float) -> None:
    store.apply(event("QueueCallerJoin", block("a", CallerIDName="Eve"), Queue="q", Position="1", Count="1"), at - 5)
    called = {"Queue": "q", "Interface": "PJSIP/1", "MemberName": "Ann"}
    store.apply(event("AgentCalled", block("a", CallerIDName="Eve"), block("g", "Dest"), **called), at)


def test_ringing_and_talking_tell_with_whom() -> None:
    store = listed(member("q", "PJSIP/1", name="Ann"), member("r", "PJSIP/1", name="Ann", paused=1, reason="training"))
    ring(store, 10.0)
    agent = one(store, 12.0)
    assert (agent.state, agent.since, agent.queue, agent.caller_uniqueid) == (AgentState.RINGING, 10.0, "q", "a")
    assert (agent.caller.name, agent.leg) == ("Eve", "g")
    store.apply(event("QueueCallerLeave", block("a"), Queue="q", Position="1", Count="0"), 13.0)
    connected = {"Queue": "q", "Interface": "PJSIP/1", "MemberName": "Ann", "HoldTime": "8"}
    store.apply(event("AgentConnect", block("a", CallerIDName="Eve"), block("g", "Dest"), **connected), 13.0)
    agent = one(store, 20.0)
    assert (agent.state, agent.since, agent.queue, agent.caller.name) == (AgentState.TALKING, 13.0, "q", "Eve")
    assert (agent.leg, agent.paused, agent.pause_reason) == ("g", False, "training")
    blob = {"Queue": "q", "Interface": "PJSIP/1", "MemberName": "Ann", "InCall": "1", "Status": "8"}
    store.apply(event("QueueMemberStatus", **blob), 25.0)
    agent = one(store, 26.0)
    assert (agent.state, agent.since, agent.caller.name) == (AgentState.ON_HOLD, 25.0, "Eve")


def test_a_talk_that_began_before_amitop() -> None:
    agent = one(listed(member("q", "PJSIP/1", status=2, in_call=1)), 5.0)
    assert (agent.state, agent.since, agent.queue, agent.caller) == (AgentState.TALKING, None, "q", None)


def test_paused_is_who_is_paused_everywhere() -> None:
    paused = {"paused": 1, "reason": "lunch", "since": EPOCH - 60}
    assert one(listed(member("q", "PJSIP/1", **paused), member("r", "PJSIP/1")), 5.0).state is AgentState.READY
    later = {"paused": 1, "since": EPOCH - 20}
    agent = one(listed(member("q", "PJSIP/1", **paused), member("r", "PJSIP/1", **later)), 5.0)
    assert (agent.state, agent.paused, agent.pause_reason) == (AgentState.PAUSED, True, "lunch")
    assert agent.since == pytest.approx(-20.0)  # since then they are paused in both


def test_a_pause_that_amitop_saw_begin() -> None:
    store = listed(member("q", "PJSIP/1"))
    blob = {"Queue": "q", "Interface": "PJSIP/1", "Status": "1", "Paused": "1", "PausedReason": "lunch"}
    store.apply(event("QueueMemberPause", **blob), 7.0)  # 13 does not tell when
    assert one(store, 9.0).since == 7.0


def test_wrap_up_is_the_members_own_else_the_queues() -> None:
    row = member("q", "PJSIP/1", last=EPOCH - 10)
    assert one(listed(row), 5.0).state is AgentState.READY
    agent = one(listed(row), 5.0, wrapup={"q": 30}.__getitem__)
    assert (agent.state, agent.since, agent.until, agent.queue) == (AgentState.WRAP_UP, -10.0, 20.0, "q")
    own = one(listed(member("q", "PJSIP/1", last=EPOCH - 10, wrapup=16)), 5.0, wrapup={"q": 30}.__getitem__)
    assert own.until == 6.0
    assert one(listed(row), 21.0, wrapup={"q": 30}.__getitem__).state is AgentState.READY


def test_wrap_up_begins_with_the_end_that_was_seen() -> None:
    """Asterisk tells LastCall only with the member's next record."""
    store = listed(member("q", "PJSIP/1", last=EPOCH - 500, in_call=1, status=2))
    store.apply(event("AgentComplete", Queue="q", Interface="PJSIP/1", HoldTime="1", TalkTime="9"), 4.0)
    known = store.queues["q"].members["PJSIP/1"]
    assert wrapup_until(known, 10, EPOCH + 5.0, 5.0) == 14.0
    assert wrapup_until(known, 0, EPOCH + 5.0, 5.0) is None
    assert wrapup_until(known, 10, EPOCH + 14.0, 14.0) is None


def test_ready_since_the_last_thing_that_was_done() -> None:
    store = listed(member("q", "PJSIP/1", last=EPOCH - 40, login=EPOCH - 900))
    assert one(store, 5.0).since == -40.0
    blob = {"Queue": "q", "Interface": "PJSIP/1", "Status": "1", "Paused": "1"}
    store.apply(event("QueueMemberPause", **blob), 6.0)
    store.apply(event("QueueMemberPause", **(blob | {"Paused": "0"})), 9.0)
    assert one(store, 20.0).since == 9.0
    assert one(listed(member("q", "PJSIP/1", login=EPOCH - 900)), 5.0).since == -900.0
    assert one(listed(member("q", "PJSIP/1")), 5.0).since is None


def test_an_epoch_in_the_future_is_now() -> None:
    """Clocks differ by fractions of a second, and PBXs of half the world by more."""
    assert one(listed(member("q", "PJSIP/1", last=EPOCH + 90)), 5.0).since == 5.0


def test_the_newest_word_on_the_phone_counts() -> None:
    store = listed(member("q", "PJSIP/1"), member("r", "PJSIP/1"))
    store.apply(event("QueueMemberStatus", Queue="r", Interface="PJSIP/1", Status="2"), 3.0)
    assert one(store, 4.0).state is AgentState.BUSY


def test_missed_rings_of_all_queues() -> None:
    store = listed(member("q", "PJSIP/1"), member("r", "PJSIP/1"))
    for queue in ("q", "q", "r"):
        store.apply(event("AgentRingNoAnswer", Queue=queue, Interface="PJSIP/1", RingTime="3000"), 1.0)
    assert one(store, 2.0).missed_rings == 3


def test_a_caller_whose_channel_is_not_known() -> None:
    store = listed(member("q", "PJSIP/1"), entry("q", "a"))
    store.queues["q"].members["PJSIP/1"].talking_to = "a"
    assert one(store, 1.0).caller is None


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_agents_do_what_their_channels_do(version: str) -> None:
    """Whoever talks for a queue has a leg in the caller's bridge, whenever that is asked."""
    store = Store("lab")
    talked = 0
    for count, (at, _) in enumerate(play(version, store)):
        if count % 100:
            continue
        for agent in agents(store, at, at):
            if agent.state is not AgentState.TALKING or agent.since is None or at - agent.since < 0.1:
                continue
            caller, leg = store.channels.get(agent.caller_uniqueid), store.channels.get(agent.leg)
            if caller is not None and leg is not None and caller.bridge is not None:
                talked += 1
                assert leg.bridge in {caller.bridge, None}
                assert agent.caller == caller.caller
    assert talked > 20
