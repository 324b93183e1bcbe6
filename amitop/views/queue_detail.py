"""Everything that is known of the selected queue, caller or agent: sections for the detail pane, as in `detail`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.agents import AgentState
from amitop.shift.agent_tally import Doing
from amitop.thresholds import Formula
from amitop.views.agent_figures import pauses_text
from amitop.views.caller_row import CallerRow
from amitop.views.channels import ChannelRow
from amitop.views.detail import detail, section
from amitop.views.format import ago, hms, party
from amitop.views.queue_row import QueueRow, percent
from amitop.views.standing import STATE_ORDER, standing_in
from amitop.views.why import rings_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amitop.pbx.queue_model import Member
    from amitop.shift.agent_tally import AgentTally
    from amitop.shift.queue_tally import QueueTally
    from amitop.views.agents import AgentRow
    from amitop.views.detail import Section
    from amitop.views.floor import Floor
    from amitop.views.queue_parts import MemberRow

    Lines = Iterator[tuple[str, str | None]]


def floor_detail(
    row: QueueRow | CallerRow | AgentRow | MemberRow, now: float, *, applications_live: bool
) -> list[Section]:
    """Return all that is known of what *row* shows; see `detail` for *applications_live*."""
    if isinstance(row, QueueRow):
        return _of_queue(row, now)
    if isinstance(row, CallerRow):
        return _of_caller(row, now, applications_live)
    return _of_agent(row, now)


def _of_queue(row: QueueRow, now: float) -> list[Section]:
    """Return the sections of a queue: the shift's figures and Asterisk's apart."""
    sections = [section("Queue", _queue(row, now))]
    if row.tally is not None:
        sections.append(section("This shift", _queue_shift(row, row.tally)))
    if row.queue.listed_at is not None:
        sections.append(section("Asterisk, since the queue was loaded or reset", _asterisk(row)))
    return sections


def _of_caller(row: CallerRow, now: float, live: bool) -> list[Section]:
    """Return the sections of one who waits, and of the channel that does."""
    sections = [section("Waiting", _caller(row, now))]
    channel = row.floor.store.channels.get(row.caller.uniqueid)
    if channel is not None:
        sections += detail(ChannelRow(row.floor.store, channel), now, applications_live=live)
    return sections


def _of_agent(row: AgentRow | MemberRow, now: float) -> list[Section]:
    """Return the sections of an agent: what they do, how the shift went, what they are in each queue."""
    floor, agent = row.floor, row.agent
    sections = [section("Agent", _agent(row, now))]
    tally = floor.tally.agents.get(agent.device) if floor.tally is not None else None
    if tally is not None:
        sections.append(section("This shift", _agent_shift(tally, floor.epoch(now))))
    sections += [section(f"In queue {member.queue}", _member(floor, member, now)) for member in agent.memberships]
    return sections


def _queue(row: QueueRow, now: float) -> Lines:
    queue, rules = row.queue, row.rules
    yield "Name", queue.name
    yield "Waiting", row.waiting_text()
    if queue.unseen:
        yield "Unnamed", f"{queue.unseen} of them; they came before amitop and stand in front"
    yield "Longest wait", row.longest_text(now)
    yield "Agents", ", ".join(f"{row.states[state]} {state.lower()}" for state in STATE_ORDER if row.states[state])
    yield "Strategy", queue.strategy
    yield "At most", f"{queue.max} callers" if queue.max else None
    yield "Weight", str(queue.weight) if queue.weight else None
    if rules.service_level is not None:
        yield "Service level", f"{rules.service_level} s, by the configuration of amitop"
    else:
        yield "Service level", f"{queue.service_level} s" if queue.service_level else "not set"
    yield "Wrap-up", f"{rules.wrapuptime} s" if rules.wrapuptime is not None else "known to Asterisk only (wrapuptime)"
    yield "PBX", queue.pbx


def _queue_shift(row: QueueRow, tally: QueueTally) -> Lines:
    rules = row.rules
    yield "Service level", f"{row.service_level_text()}, {rules.sl_formula.words}"
    yield "Offered", str(tally.offered)
    yield "Answered", str(tally.answered)
    short = tally.short_abandons(rules.short_abandon)
    yield "Abandoned", f"{tally.abandoned}, {short} of them within {rules.short_abandon:g} s"
    yield "Timed out", str(tally.timed_out)
    yield "Left", f"{tally.left}, by a key, moved on, withdrawn, or nobody there"
    yield "Lost", f"{tally.lost}, amitop did not see what became of them" if tally.lost else None
    waits = tally.answer_waits
    yield "Mean wait", hms(waits.mean)
    yield "Median wait", hms(waits.median)
    yield "P90 wait", hms(waits.quantile(0.9))
    yield "Longest wait", hms(tally.longest_wait)
    yield "Mean talk", hms(tally.mean_talk)


def _asterisk(row: QueueRow) -> Lines:
    queue = row.queue
    yield "Holdtime", f"{hms(queue.holdtime)}, an average of about the last four waits"
    yield "Talktime", f"{hms(queue.talktime)}, an average of about the last four talks"
    yield "Completed", str(queue.completed)
    yield "Abandoned", f"{queue.abandoned}, timeouts and all"
    yield "Service level", f"{percent(queue.sl_perf)}, {Formula.ANSWERED.words}"
    if queue.sl_perf2 is not None:
        yield "Service level 2", f"{percent(queue.sl_perf2)}, {Formula.BOTH.words}"


def _caller(row: CallerRow, now: float) -> Lines:
    caller = row.caller
    yield "Caller", party(caller.caller)
    yield "Queue", caller.queue
    yield "Position", row.position_text()
    yield "Wait", row.wait_text(now)
    yield "Service level", row.service_words(now)
    yield "Rings", ", ".join(row.ringing)
    yield "Priority", None if caller.priority is None else str(caller.priority)
    yield "Joined at", f"position {caller.original_position}" if caller.original_position is not None else None
    yield "Uniqueid", caller.uniqueid


def _agent(row: AgentRow | MemberRow, now: float) -> Lines:
    agent, standing = row.agent, row.standing
    yield "Name", row.name
    yield "State", standing.phrase(now) + (f" {row.level(now).sign}" if row.level(now) else "")
    limit = row.floor.rules.pause(standing.reason) if standing.state is AgentState.PAUSED else None
    if limit is not None:
        yield "Pause limit", hms(limit.warn)
    yield "With", row.company()
    yield "From queue", agent.queue
    yield "Ignored", rings_words(agent.missed_rings) or None
    yield "Device", agent.device
    yield "PBX", agent.pbx


def _agent_shift(tally: AgentTally, epoch: float) -> Lines:
    yield "Calls", str(tally.answered)
    yield "Missed rings", str(tally.missed)
    yield "Mean talk", hms(tally.mean_talk)
    for what in Doing:
        yield str(what).capitalize(), hms(tally.spent(what, epoch))
    yield "Pauses", pauses_text(tally.paused(epoch).items())
    yield "Logged in", hms(tally.logged_in(epoch))


def _member(floor: Floor, member: Member, now: float) -> Lines:
    yield "State", standing_in(floor, member).phrase(now)
    yield "Name", member.name
    yield "Penalty", str(member.penalty)
    yield "Calls (Asterisk)", str(member.calls_taken)
    last = floor.moment(member.last_call)
    yield "Last call", "never" if last is None else ago(now - last)
    yield "Kind", member.membership
    if member.ringinuse is not None:
        yield "Rung while in use", "yes" if member.ringinuse else "no"
    login = floor.moment(member.login)
    yield "Login", None if login is None else ago(now - login)
    yield "Device state", member.status.words
    yield "Interface", member.interface
    if member.state_interface != member.interface:
        yield "State of", member.state_interface
