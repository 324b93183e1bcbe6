"""Conferences and parked calls are as the console has them at the same moment."""

from e2e.lists import PARKED, ROOMS, agree, settle
from e2e.program import Amitop

from rig.asterisk import Asterisk
from rig.sipp import Calls

PATIENT = (300, 300)
COME = 20.0
"""Seconds in which callers are sure to be where they called, and the console's commands done."""
TOLD = 40.0
"""Seconds in which a document is sure to have what happened, on a slow machine; by events and what they ask for."""


def come(pbx: Asterisk, *extensions: str) -> None:
    """Have one more caller at each of these extensions."""
    for extension in extensions:
        pbx.calls(Calls(to=extension, talk=PATIENT))


def flags(pbx: Asterisk, room: str) -> list[tuple[bool, bool, bool]]:
    """Who the console says is in a room: admin, muted, waiting; sorted."""
    return sorted(ROOMS.listed(pbx).get(room, (None, {}))[1].values())


def test_rooms_and_parked_calls_are_as_the_console_has_them(pbx: Asterisk, amitop: Amitop):
    with amitop.watch() as watch:
        assert (watch.next()["conferences"], watch.next()["parked"]) == ([], [])
        come(pbx, "604", "620", "623", "621", "605", "626")
        settle(lambda: (len(flags(pbx, "8000")), len(PARKED.listed(pbx))), (3, 2), COME)
        settle(lambda: flags(pbx, "8100"), [(False, False, True)], COME)
        for take in (watch.next, amitop.snapshot):
            document = agree(pbx, take, ROOMS, PARKED, timeout=TOLD)
            lots = {one["lot"]: one for one in document["parked"]}
            assert (lots["default"]["timeout"], lots["forever"]["timeout"]) == (120, None)
            assert lots["forever"]["caller"]["num"] == "+15551234567"

        victim = next(iter(ROOMS.listed(pbx)["8000"][1]))
        pbx.cli(f"confbridge mute 8000 {victim}")
        settle(lambda: sum(muted for _, muted, _ in flags(pbx, "8000")), 1, COME)
        agree(pbx, watch.next, ROOMS, timeout=TOLD)
        come(pbx, "622")
        settle(lambda: flags(pbx, "8100"), [(False, False, False)] * 2, COME)
        agree(pbx, watch.next, ROOMS, timeout=TOLD)
        pbx.cli("confbridge kick 8000 all")
        settle(lambda: set(ROOMS.listed(pbx)), {"8100"}, COME)
        agree(pbx, watch.next, ROOMS, timeout=TOLD)

        come(pbx, "625")
        document = watch.until(lambda told: any(one["lot"] == "short" for one in told["parked"]), said="parked")
        assert next(one["timeout"] for one in document["parked"] if one["lot"] == "short") == 5
        watch.until(lambda told: all(one["lot"] != "short" for one in told["parked"]), said="time is up")
        settle(lambda: [row.exten for row in pbx.channels() if row.context == "comeback"], ["PJSIP_trunk"], COME)
        agree(pbx, watch.next, PARKED, timeout=TOLD)
        pbx.hang_up_all()
        watch.until(lambda told: not told["conferences"] and not told["parked"], TOLD)
