"""Anything at all happens to an exchange, for hours; what must be so is so at every moment."""

from __future__ import annotations

import random

import pytest
from sim.invariants import Stream, check
from sim.lab import lab

from amitop.sim.channel import RING, UP, Channel
from amitop.sim.exchange import Call, Exchange
from amitop.sim.observer import Observer

EXTENSIONS = ("600", "601", "602", "603", "604", "605", "700", "701", "702", "1003", "1007", "8000", "9001", "nowhere")
CAUSES = (17, 21, 34, 1, 20)
LOCALS = ("Local/9001@internal", "Local/600@from-trunk/n", "Local/1004@internal", "Local/x@y")
CHANNELS = (*LOCALS, "PJSIP/agent03", "PJSIP/agent99")


class Person:
    """Somebody who does anything."""

    def __init__(self, exchange: Exchange, seed: int) -> None:
        self.exchange = exchange
        self.random = random.Random(seed)

    def anybody(self) -> Channel | None:
        channels = list(self.exchange.channels.values())
        return self.random.choice(channels) if channels else None

    def agent(self) -> str:
        return f"agent{self.random.randint(1, 20):02}"

    def act(self) -> str:
        name = self.random.choice(ACTS)
        getattr(self, name)()
        return name

    def call(self) -> None:
        who = "trunk" if self.random.random() < 0.7 else self.agent()
        place = "from-trunk" if who == "trunk" else "internal"
        self.exchange.call_in(
            who, "+15550001" if who == "trunk" else "", "王 [b]x", self.random.choice(EXTENSIONS), context=place
        )

    def answer(self) -> None:
        for channel in list(self.exchange.channels.values()):
            if channel.outgoing_line and channel.state != UP and self.random.random() < 0.6:
                self.exchange.answer(channel)

    def refuse(self) -> None:
        if channel := self.anybody():
            self.exchange.reject(channel, self.random.choice(CAUSES))

    def hang_up(self) -> None:
        if channel := self.anybody():
            self.exchange.hang_up(channel)

    def hangup(self) -> None:
        if channel := self.anybody():
            self.exchange.hangup(channel, self.random.choice((0, 16, 17)))

    def redirect(self) -> None:
        if channel := self.anybody():
            self.exchange.redirect(channel, "internal", self.random.choice(EXTENSIONS))

    def redirect_both(self) -> None:
        one, two = self.anybody(), self.anybody()
        if one is not None and two is not None and one is not two:
            self.exchange.redirect_both(one, ("internal", "8000", 1), two, ("internal", "8000", 1))

    def transfer(self) -> None:
        if channel := self.anybody():
            self.exchange.blind_transfer(channel, self.random.choice(EXTENSIONS), "internal")

    def attend(self) -> None:
        one, two = self.anybody(), self.anybody()
        if one is not None and two is not None:
            self.exchange.attended_transfer(one, two)

    def bridge(self) -> None:
        one, two = self.anybody(), self.anybody()
        if one is not None and two is not None:
            self.exchange.bridge(one, two)

    def park(self) -> None:
        if channel := self.anybody():
            self.exchange.park(channel, timeout=self.random.choice((0.0, 5.0, 60.0)))

    def originate(self) -> None:
        application = self.random.choice(("", "", "ConfBridge", "ChanSpy", "Queue", "Park", "Echo"))
        target = self.anybody()
        data = {"ConfBridge": "8000", "Queue": "support", "ChanSpy": f"{target.name if target else 'x'},qES"}
        self.exchange.originate(
            Call(
                self.random.choice(CHANNELS), "internal", self.random.choice(EXTENSIONS[:-1]), application=application,
                data=data.get(application, ""), timeout=10.0, caller_num="1",
            )
        )  # fmt: skip

    def members(self) -> None:
        interface, queue = f"PJSIP/{self.agent()}", self.random.choice(("support", "sales", "billing"))
        match self.random.randrange(5):
            case 0:
                self.exchange.pause_member(interface, self.random.random() < 0.3, reason="lunch")
            case 1:
                self.exchange.add_member(queue, interface, name="Guest", penalty=1)
            case 2:
                self.exchange.remove_member(queue, interface)
            case 3:
                self.exchange.set_penalty(interface, self.random.randrange(3))
            case _:
                self.exchange.set_ring_in_use(interface, self.random.random() < 0.2)

    def callers(self) -> None:
        queue = self.random.choice(list(self.exchange.queues.values()))
        if queue.callers:
            name = self.random.choice(queue.callers).channel.name
            if self.random.random() < 0.5:
                self.exchange.withdraw(queue.name, name)
            else:
                self.exchange.change_priority(queue.name, name, self.random.randrange(9), immediate=True)

    def contact(self) -> None:
        self.exchange.contact(self.agent(), self.random.choice(("Reachable", "Reachable", "Unreachable")), 1000)

    def device(self) -> None:
        if channel := self.anybody():
            self.random.choice((self.exchange.hold, self.exchange.unhold))(channel)
            self.exchange.press(channel, "5")

    def record(self) -> None:
        if channel := self.anybody():
            if self.random.random() < 0.5:
                self.exchange.start_recording(channel, "/tmp/x.wav")
            else:
                self.exchange.stop_recording(channel)

    def rooms(self) -> None:
        if channel := self.anybody():
            act = self.random.choice((self.exchange.conf_mute, lambda *a: self.exchange.conf_kick(*a[:2])))
            act("8000", channel.name, self.random.random() < 0.5)
        self.exchange.conf_record("8000", self.random.random() < 0.5)

    def limit(self) -> None:
        if channel := self.anybody():
            self.exchange.limit(channel, self.random.choice((0.0, 3.0)))


ACTS = [
    *["call"] * 8, *["answer"] * 6, *["hang_up"] * 4, "refuse", "hangup", "redirect", "redirect_both", "transfer",
    "attend", "bridge", "park", "originate", "originate", "members", "members", "callers", "contact", "device",
    "record", "rooms", "limit",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_what_must_be_so_is_so(seed: int) -> None:
    exchange = lab(seed)
    exchange.wanted -= {"reporting"}  # reports on media are most of it otherwise
    exchange.listeners.append(Stream())
    person = Person(exchange, seed)
    for _ in range(1000):
        person.act()
        check(exchange)
        exchange.clock.advance(person.random.choice((0.0, 0.0, 0.1, 1.0, 4.0)))
        check(exchange)
    assert exchange.said > 5_000


@pytest.mark.parametrize("seed", range(2))
def test_everything_ends_when_everybody_goes(seed: int) -> None:
    exchange = lab(seed)
    exchange.wanted -= {"reporting"}
    exchange.listeners.append(stream := Stream())
    person = Person(exchange, seed)
    for _ in range(600):
        person.act()
        exchange.clock.advance(person.random.choice((0.0, 1.0)))
    for channel in list(exchange.channels.values()):
        exchange.hangup(channel, 16)
    exchange.clock.advance(300)
    for channel in list(exchange.channels.values()):
        exchange.hangup(channel, 16)
    assert not exchange.channels
    assert not exchange.bridges
    assert not exchange.waiting
    assert not exchange.conferences
    assert not stream.alive
    assert not stream.bridges


def test_runs_are_alike() -> None:
    def run() -> list[bytes]:
        exchange = lab(5)
        said: list[bytes] = []
        exchange.listeners.append(lambda event: said.append(event.data))
        person = Person(exchange, 5)
        for _ in range(300):
            person.act()
            exchange.clock.advance(1.0)
        return said

    assert run() == run()


def test_observers_are_told_and_may_act() -> None:
    exchange = lab()
    told: list[str] = []

    class Phone(Observer):
        def ringing(self, leg: Channel) -> None:
            told.append("ringing")
            exchange.answer(leg)

        def queued(self, queue: object, channel: Channel) -> None:
            told.append("queued")

        def connected(self, queue: object, channel: Channel, member: object, leg: Channel) -> None:
            told.append("connected")

        def ended(self, channel: Channel) -> None:
            told.append("ended")

    exchange.observers.append(Phone())
    caller = exchange.call_in("trunk", "+1555", "Ann", "600")
    assert caller.published_state != RING
    exchange.clock.advance(1)
    exchange.hang_up(caller)
    exchange.clock.advance(1)
    assert told == ["queued", "ringing", "connected", "ended", "ended"]
