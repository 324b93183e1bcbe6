"""A caller's waiting in a queue: whom it makes ring, and how it ends (`ami.md` B.5, D.6; app_queue.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import bridging, channels, devices, dialing, executing, members, turns
from amitop.sim.running import Calling

if TYPE_CHECKING:
    from amitop.sim.bridging import Talk
    from amitop.sim.channel import Channel
    from amitop.sim.clock import Timer
    from amitop.sim.queue import Caller, Member, Queue
    from amitop.sim.switch import Switch


class Waiting(Calling):
    """Somebody's waiting in a queue: the application Queue, until an agent answers."""

    def __init__(self, queue: Queue, caller: Caller) -> None:
        self.queue = queue
        self.caller = caller
        self.legs: dict[str, tuple[Channel, Member]] = {}
        """Whom it makes ring, by the leg's Uniqueid."""
        self.began = 0.0
        """When the present attempt began."""
        self.single = True
        self.attempt: Timer | None = None
        """The attempt's end."""
        self.retry: Timer | None = None
        """The next attempt, after one that failed."""
        self.expiry: Timer | None = None
        self.left = False

    # --- waiting ---

    def turn(self, switch: Switch) -> bool:
        """Whether it is among the first whom the available members can serve (is_our_turn)."""
        queue = self.queue
        free = sum(members.available(switch, queue, member) for member in queue.members.values())
        if queue.strategy == "ringall":
            free = min(free, 1)
        ahead = 0
        for other in queue.callers:
            if other is self.caller:
                return ahead < free
            if not other.pending:
                ahead += 1
        return False

    def try_now(self, switch: Switch) -> None:
        """Make members ring, if it is its turn and somebody can be rung."""
        if self.left or self.caller.pending or self.retry is not None or not self.turn(switch):
            return
        chosen = self._choose(switch)
        if not chosen:  # those who are free ring for others, or are kept for a weightier queue
            self._later(switch)
            return
        channel = self.caller.channel
        self.began = switch.clock.now
        legs: list[tuple[Channel, Member]] = []
        for member in chosen:
            leg = dialing.request(switch, member.interface, channel)
            if leg is None:
                continue
            self.queue.last_tried = member.position
            if not member.ring_in_use:
                member.trying = True
                switch.ringing_members.add(member.interface)
            legs.append((leg, member))
            self._call(switch, leg, member)
        if not legs:
            self._later(switch)
            return
        self.caller.pending = True
        self.single = len(legs) == 1
        if self.single:
            leg = legs[0][0]
            channels.set_connected(switch, channel, leg.caller_num, leg.caller_name)
        self.attempt = switch.clock.at(self.queue.timeout, lambda: self._not_answered(switch))
        for leg, _ in legs:
            dialing.call(switch, leg, self)

    def _call(self, switch: Switch, leg: Channel, member: Member) -> None:
        channel = self.caller.channel
        channels.set_variable(switch, leg, "DIALEDPEERNUMBER", member.interface.partition("/")[2])
        dialing.inherit(leg, channel, "AppQueue")
        dialing.invite(switch, leg)
        self.legs[leg.uniqueid] = (leg, member)
        # What the leg has got shows in AgentCalled, but is published with its ringing only (seen in 22.10).
        switch.emit("agent", "AgentCalled", channel.block(), leg.fresh("Dest"), self._who(member))
        dialing.say_begin(switch, channel, leg, member.interface)

    def _who(self, member: Member, *more: tuple[str, str]) -> list[tuple[str, str]]:
        return [("Queue", self.queue.name), ("Interface", member.interface), ("MemberName", member.name), *more]

    def _choose(self, switch: Switch) -> list[Member]:
        """Choose whom to ring: by strategy and penalty, of those who can be (calc_metric, can_ring_entry)."""
        queue = self.queue
        able = [member for member in queue.members.values() if self._can_ring(switch, member)]
        if not able:
            return []
        lowest = min(member.penalty for member in able)
        able = [member for member in able if member.penalty == lowest]
        match queue.strategy:
            case "ringall":
                return able
            case "leastrecent":
                return [min(able, key=lambda member: member.last_call)]
            case "fewestcalls":
                return [min(able, key=lambda member: member.calls_taken)]
            case "rrmemory" | "rrordered" | "linear":
                last = queue.last_tried if queue.strategy != "linear" else 0
                return [min(able, key=lambda member: (member.position <= last, member.position))]
            case _:
                return [switch.random.choice(able)]

    def _can_ring(self, switch: Switch, member: Member) -> bool:
        if not members.available(switch, self.queue, member):
            return False
        if not member.ring_in_use and member.interface in switch.ringing_members:
            return False
        return not any(
            other.weight > self.queue.weight and member.interface in other.members and turns.waiting_more(switch, other)
            for other in switch.queues.values()
        )

    def _later(self, switch: Switch) -> None:
        def again() -> None:
            self.retry = None
            self.try_now(switch)
            turns.awake(switch, self.queue)

        if self.retry is None and not self.left:
            self.retry = switch.clock.at(self.queue.retry, again)

    # --- ringing (Calling) ---

    def dials(self, channel: Channel) -> bool:
        """Whether that is a member's leg."""
        return channel.uniqueid in self.legs

    def rang(self, switch: Switch, leg: Channel) -> None:
        """Say that the member's device rings."""
        dialing.say_state(switch, self.caller.channel, leg, "RINGING")

    def progressed(self, switch: Switch, leg: Channel, status: str) -> None:
        """Say how it goes on."""
        dialing.say_state(switch, self.caller.channel, leg, status)

    def refused(self, switch: Switch, leg: Channel) -> None:
        """Go on without that member."""
        _, member = self.legs.pop(leg.uniqueid)
        dialing.say_end(switch, self.caller.channel, leg, dialing.status_of(leg.cause))
        self._no_answer(switch, leg, member)
        leg.running = None
        channels.drop(switch, leg)
        members.untry(switch, member)
        self._still(switch)

    def _no_answer(self, switch: Switch, leg: Channel, member: Member) -> None:
        passed = int((switch.clock.now - self.began) * 1000)
        switch.emit(
            "agent", "AgentRingNoAnswer", self.caller.channel.block(), leg.block("Dest"),
            self._who(member, ("RingTime", str(passed))),
        )  # fmt: skip

    def _not_answered(self, switch: Switch) -> None:
        self.attempt = None
        if self.left:
            return
        legs, self.legs = list(self.legs.values()), {}
        for leg, member in legs:
            dialing.say_end(switch, self.caller.channel, leg, "NOANSWER")
            self._no_answer(switch, leg, member)
        for leg, member in legs:
            leg.running = None
            channels.drop(switch, leg, channels.NORMAL)
            members.untry(switch, member)
        self._still(switch)

    def _still(self, switch: Switch) -> None:
        if self.legs or self.left:
            return
        self._stop_ringing()
        self._later(switch)
        turns.awake(switch, self.queue)

    def _stop_ringing(self) -> None:
        self.caller.pending = False
        if self.attempt is not None:
            self.attempt.cancel()
            self.attempt = None

    def picked_up(self, switch: Switch, leg: Channel) -> None:
        """Connect the caller with the member who answered."""
        channel, queue = self.caller.channel, self.queue
        _, member = self.legs.pop(leg.uniqueid)
        losers = list(self.legs.values())
        self.legs = {}
        dialing.say_end(switch, channel, leg, "ANSWER")
        for loser, _ in losers:
            dialing.say_end(switch, channel, loser, "CANCEL")
        if not self.single:
            channels.set_connected(switch, channel, leg.caller_num, leg.caller_name)
        for loser, _ in losers:  # once more by hangupcalls(): DialEnd comes twice (`ami.md` B.3)
            dialing.say_end(switch, channel, loser, "CANCEL")
        for loser, other in losers:
            loser.running = None
            channels.drop(switch, loser, channels.ELSEWHERE)
            members.untry(switch, other)
        now = switch.clock.now
        hold = int(now) - int(self.caller.joined)
        queue.hold_time = (3 * queue.hold_time + hold) >> 2 if queue.completed + queue.abandoned else hold
        member.in_sl = hold <= queue.service_level
        self._leave(switch)
        dialing.duration(switch, channel, "QUEUEWAIT", float(hold))
        rang = int(now - self.began)
        switch.emit(
            "agent", "AgentConnect", channel.block(), leg.block("Dest"),
            self._who(member, ("HoldTime", str(hold)), ("RingTime", str(rang))),
        )  # fmt: skip
        member.started = int(now)
        talk = bridging.join(switch, channel, leg)
        self._complete(switch, talk, member, leg, hold)
        switch.note(lambda observer: observer.connected(queue, channel, member, leg))

    def _complete(self, switch: Switch, talk: Talk, member: Member, leg: Channel, hold: int) -> None:
        """Say AgentComplete when somebody leaves, and count the call."""
        channel, started, joined = self.caller.channel, member.started, self.caller.joined
        answered = switch.clock.now

        def left(who: Channel, why: str) -> None:
            reason = "transfer" if why == "transfer" else "caller" if who is channel else "agent"
            spoke = int(switch.clock.now) - started
            blocks = [one.block(prefix) for one, prefix in ((channel, ""), (leg, "Dest")) if not one.gone]
            switch.emit(
                "agent", "AgentComplete", *blocks,
                self._who(member, ("HoldTime", str(hold)), ("TalkTime", str(spoke)), ("Reason", reason)),
            )  # fmt: skip
            members.served(switch, self.queue, member, started)

        def over() -> None:
            dialing.duration(switch, channel, "ANSWEREDTIME", switch.clock.now - answered)
            dialing.duration(switch, channel, "DIALEDTIME", switch.clock.now - joined)

        def left_late(who: Channel, why: str) -> None:
            switch.clock.at(0.0, lambda: left(who, why))

        # The thread that says AgentComplete may come after the Hangups: their blocks are missing then (`ami.md` B.5).
        talk.on_left, talk.on_over = left_late if switch.race(0.04) else left, over

    # --- leaving ---

    def interrupt(self, switch: Switch, channel: Channel, why: str) -> list[Channel]:
        """Leave the queue without an answer; or go on without a leg that is taken away."""
        if channel is not self.caller.channel:
            found = self.legs.pop(channel.uniqueid, None)
            if found is not None:
                members.untry(switch, found[1])
                if why == "hangup":
                    dialing.say_end(switch, self.caller.channel, channel, "NOANSWER")
                    self._no_answer(switch, channel, found[1])
                switch.clock.at(0.0, lambda: self._still(switch))
            return []
        if self.left:
            return []
        legs = self._cancel(switch, said=why != "taken")
        if why == "taken":  # Queue() goes on with a channel that nobody sees, and says nothing (`ami.md` D.6)
            self._count_abandoned(switch)
            self._gone(switch)
        else:
            self._give_up(switch)
        return legs

    def _cancel(self, switch: Switch, *, said: bool) -> list[Channel]:
        legs, self.legs = list(self.legs.values()), {}
        caller = self.caller.channel if said else None
        for leg, _ in legs * 2:
            dialing.say_end(switch, caller, leg, "CANCEL")
        for leg, member in legs:
            leg.running = None
            members.untry(switch, member)
        self._stop_ringing()
        return [leg for leg, _ in legs]

    def _count_abandoned(self, switch: Switch) -> int:
        queue, hold = self.queue, int(switch.clock.now) - int(self.caller.joined)
        queue.abandoned += 1
        queue.abandoned_in_sl += hold <= queue.service_level
        return hold

    def _give_up(self, switch: Switch) -> None:
        channel, queue = self.caller.channel, self.queue
        hold = self._count_abandoned(switch)
        dialing.duration(switch, channel, "QUEUEWAIT", float(hold))
        dialing.duration(switch, channel, "DIALEDTIME", switch.clock.now - channel.created)
        dialing.duration(switch, channel, "ANSWEREDTIME", 0.0)
        channels.set_variable(switch, channel, "ABANDONED", "TRUE")
        switch.emit(
            "agent", "QueueCallerAbandon", channel.block(),
            (
                ("Queue", queue.name), ("Position", str(self.caller.position)),
                ("OriginalPosition", str(self.caller.original_position)), ("HoldTime", str(hold)),
            ),
        )  # fmt: skip
        self._leave(switch)

    def _leave(self, switch: Switch) -> None:
        channel, queue, position = self.caller.channel, self.queue, self.caller.position
        self._gone(switch)
        switch.emit(
            "agent", "QueueCallerLeave", channel.block(),
            (("Queue", queue.name), ("Position", str(position)), ("Count", str(len(queue.callers)))),
        )  # fmt: skip
        channels.set_variable(switch, channel, "QUEUEPOSITION", str(position))

    def _gone(self, switch: Switch) -> None:
        self.left = True
        self._stop_ringing()
        for timer in (self.retry, self.expiry):
            if timer is not None:
                timer.cancel()
        self.retry = self.expiry = None
        queue = self.queue
        queue.callers.remove(self.caller)
        turns.renumber(queue)
        del switch.waiting[self.caller.channel.uniqueid]
        if not queue.callers:
            devices.say(switch, f"Queue:{queue.name}", "NOT_INUSE")
        else:
            turns.awake(switch, queue)

    def exit(self, switch: Switch, status: str) -> None:
        """Leave by itself, and go on in the dialplan: time is up, nobody is there, withdrawn."""
        channel = self.caller.channel
        if self.left:
            return
        legs = self._cancel(switch, said=True)
        self._give_up(switch)
        channels.set_variable(switch, channel, "QUEUESTATUS", status)
        for leg in legs:
            channels.drop(switch, leg, channels.UNKNOWN)
        executing.go_on(switch, channel)
