"""An Operator at a real Asterisk, and what that Asterisk's own console says of its queues."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from amitop.ami.address import Address
from amitop.ami.secret import Secret
from amitop.config import Profile
from amitop.control.audit import Audit
from amitop.control.operator import Operator
from amitop.control.watch import Patience
from amitop.live import LivePbx
from rig.asterisk import Asterisk

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CLOCKS = re.compile(r"(was|last was|login was) \d+ secs? ago")


@dataclass(frozen=True)
class Shown:
    """`queue show NAME`, without what ticks."""

    first: str
    members: dict[str, str]
    """What stands behind each member's name, by interface."""
    callers: list[str]
    """Channels' names, next one first."""
    priorities: dict[str, int]


def queue_show(pbx: Asterisk, name: str) -> Shown:
    """Ask the console."""
    lines = [_CLOCKS.sub(r"\1 then", _COLOUR.sub("", line)) for line in pbx.cli(f"queue show {name}").splitlines()]
    rows = [re.fullmatch(r"\s{6}(.+?) \((\S+?/\S+?)\)(.*)", line) for line in lines]
    members = {row[2]: f"{row[1]}{row[3]}" for row in rows if row and not re.match(r"\d+\. ", row[1])}
    # In use by the phones of the test or not, ringing or not: that is not what actions set.
    members = {
        key: re.sub(r" \((Not in use|In use|Ringing|Unavailable|Unknown)\)", "", m) for key, m in members.items()
    }
    found = [re.fullmatch(r"\s+\d+\. (\S+) \(wait: .*, prio: (-?\d+)\)", line) for line in lines]
    callers = {row[1]: int(row[2]) for row in found if row}
    return Shown(lines[0], members, list(callers), callers)


@dataclass(frozen=True)
class Desk:
    """Whoever acts, and what they see."""

    live: LivePbx
    operator: Operator

    def key(self, queue: str, number: int) -> tuple[str, str]:
        """The membership of an agent."""
        return (queue, f"PJSIP/agent{number:02d}")


@asynccontextmanager
async def desk(
    pbx: Asterisk, audit: Audit | None = None, user: str = "admin", **patience: float
) -> AsyncIterator[Desk]:
    """Log in, as amitop does."""
    address = Address(pbx.host, pbx.ports.ami, None)
    live = LivePbx(Profile(name="pbx", address=address, user=user, secret=Secret(pbx.users[user])))
    link = asyncio.create_task(live.run())
    try:
        await live.wait_live()
        await eventually(lambda: "support" in live.store.queues)
        yield Desk(live, Operator({"pbx": live}, audit=audit, patience=Patience(**patience)))
    finally:
        link.cancel()
        await asyncio.wait([link])


async def eventually(condition: Callable[[], object], timeout: float = 30.0) -> None:
    """Wait until it holds, while events are read. Raises AssertionError."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, f"not so after {timeout} s"
        await asyncio.sleep(0.05)
