"""The dialplan's table, and channels that execute it."""

from __future__ import annotations

import pytest
from sim.lab import lab, listen, names

from amitop.sim.dialplan import Dialplan


def test_extensions_patterns_and_includes_are_found() -> None:
    plan = Dialplan()
    plan.add("a", "100", "NoOp(x)", ("Dial", "PJSIP/a,30"))
    plan.add("a", "_1XX", "Busy()")
    plan.add("a", "_9.", "Answer")
    plan.add("b", "_NZX!", "Echo()")
    plan.include("a", "b")
    assert plan.find("a", "100") == [("NoOp", "x"), ("Dial", "PJSIP/a,30")]
    assert plan.find("a", "199") == [("Busy", "")]
    assert plan.find("a", "9123") == [("Answer", "")]
    assert plan.find("a", "9") is None
    assert plan.find("a", "213") == [("Echo", "")]
    assert plan.find("a", "203") is None
    assert plan.find("nowhere", "1") is None


def test_a_step_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a step"):
        Dialplan().add("a", "1", "Dial(")


def test_variables_are_replaced_and_set() -> None:
    exchange = lab()
    exchange.dialplan.add(
        "x", "_7X", "Set(A=${EXTEN:1})", "Set(CALLERID(name)=n${A})", "Set(CHANNEL(accountcode)=acc)", "Echo()"
    )
    channel = exchange.call_in("trunk", "+1", "", "75", context="x")
    assert channel.variables["A"] == "5"
    assert channel.caller_name == "n5"
    assert channel.account == "acc"
    exchange.set_variable(channel, "NOTE", "a:b")
    assert exchange.get_variable(channel, "NOTE") == "a:b"
    assert exchange.get_variable(channel, "CHANNEL(accountcode)") == "acc"
    assert exchange.get_variable(channel, "NOTHING") == ""
    exchange.set_variable(None, "G", "1")
    assert exchange.get_variable(None, "G") == "1"
    assert exchange.get_variable(channel, "G") == "1"


@pytest.mark.parametrize(
    ("steps", "cause"),
    [
        (("Hangup()",), 16), (("Hangup(21)",), 21), (("NoOp(x)",), 0), (("Busy(2)",), 17), (("Congestion(2)",), 34),
        (("NoSuchApplication()",), 0), (("Wait(1)", "Hangup()"), 16),
    ],
)  # fmt: skip
def test_a_channel_ends_with_its_dialplan(steps: tuple[str, ...], cause: int) -> None:
    exchange = lab()
    exchange.dialplan.add("x", "1", *steps)
    events = listen(exchange)
    exchange.call_in("trunk", "+1", "Ann", "1", context="x")
    exchange.clock.advance(5)
    assert not exchange.channels
    assert dict(events[-2].headers)["Cause"] == str(cause)
    assert names(events)[-2:] == ["SoftHangupRequest", "Hangup"]


def test_goto_goes_elsewhere_and_a_circle_is_noticed() -> None:
    exchange = lab()
    exchange.dialplan.add("x", "1", "Goto(2,1)")
    exchange.dialplan.add("x", "2", "Goto(y,3,2)")
    exchange.dialplan.add("y", "3", "NoOp()", "Echo()")
    channel = exchange.call_in("trunk", "+1", "", "1", context="x")
    assert (channel.context, channel.exten, channel.priority, channel.application) == ("y", "3", 2, "Echo")
    exchange.dialplan.add("x", "3", "Goto(3,1)")
    with pytest.raises(RuntimeError, match="circles"):
        exchange.call_in("trunk", "+1", "", "3", context="x")


def test_music_is_heard_until_it_is_over_or_the_caller_is_moved() -> None:
    exchange = lab()
    events = listen(exchange)
    channel = exchange.call_in("trunk", "+1", "", "603")
    assert channel.music == "default"
    exchange.redirect(channel, "internal", "9001")
    assert channel.music == ""
    assert [name for name in names(events) if "Music" in name] == ["MusicOnHoldStart", "MusicOnHoldStop"]
