"""SIPp as phones that answer and as callers, each in a process group of its own."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from rig.errors import RigError
from rig.ports import Ports
from rig.roots import DIES_WITH_US

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass(frozen=True)
class Calls:
    """What callers do. With `to`, all call that extension of from-trunk, else each the one that people.csv says."""

    rate: float = 1.0
    """Calls a second."""
    count: int = 1
    to: str | None = None
    name: str = "Ann Lee"
    number: str = "+15551234567"
    talk: tuple[float, float] = (8.0, 45.0)
    """Seconds after the answer at which the caller hangs up, somewhere between these two."""


class Sipp:
    """A running SIPp. `log` holds what it found unexpected."""

    def __init__(self, scenario: Path, port: int, arguments: list[str], *, detached: bool) -> None:
        self.port = port
        self.log = scenario.with_name(f"sipp-{port}.log")
        self._output = scenario.with_name(f"sipp-{port}.out")
        command = ["sipp", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-cp", str(port + 1), *arguments]
        command += ["-nostdin", "-trace_err", "-error_file", str(self.log)]
        with self._output.open("wb") as out:
            # In the foreground, as its own background mode hides the process that would have to be stopped.
            self._process = subprocess.Popen(
                command if detached else [*DIES_WITH_US, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                cwd=scenario.parent,
                env={**os.environ, "TERM": "dumb"},
            )
        time.sleep(0.2)  # a wrong scenario or a taken port ends it at once; there is no sign that all is well
        if self._process.poll() not in (None, 0, 1):  # 1: a call failed, which is the scenario's business
            text = self._output.read_text(errors="replace")[-800:]
            raise RigError(f"SIPp ended with {self._process.returncode}: {text}")

    @property
    def running(self) -> bool:
        """Whether it still makes or awaits calls."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process, which leads its process group."""
        return self._process.pid

    def wait(self, timeout: float) -> int:
        """Wait until all calls are made and over; return SIPp's exit code (0: all went as the scenario says)."""
        return self._process.wait(timeout)

    def kill(self) -> None:
        """End it now; calls that are up stay up on the PBX."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _scenario(name: str, folder: Path, port: int, between: tuple[float, float]) -> Path:
    low, high = (int(seconds * 1000) for seconds in between)
    pause = f'milliseconds="{low}"' if low == high else f'distribution="uniform" min="{low}" max="{high}"'
    path = folder / f"{port}-{name}"
    path.write_text((SCENARIOS / name).read_text().replace("@pause@", pause))
    return path


def phones(folder: Path, ports: Ports, ring: tuple[float, float], *, detached: bool = False) -> Sipp:
    """Phones on the port that every contact names; each rings for some seconds between these two, then answers."""
    return Sipp(_scenario("phones.xml", folder, ports.phones, ring), ports.phones, [], detached=detached)


def callers(folder: Path, ports: Ports, port: int, calls: Calls) -> Sipp:
    """Callers from `port`, one of ports.callers."""
    people = SCENARIOS / "people.csv"
    if calls.to is not None:
        people = folder / f"{port}-people.csv"
        people.write_text(f"SEQUENTIAL\n{calls.name};{calls.number};{calls.to}\n")
    pace = ["-r", str(max(1, round(calls.rate * 10))), "-rp", "10000"]  # SIPp counts whole calls in a period of ms
    arguments = ["-inf", str(people), *pace, "-m", str(calls.count), "-l", "5000", f"127.0.0.1:{ports.sip}"]
    return Sipp(_scenario("callers.xml", folder, port, calls.talk), port, arguments, detached=False)
