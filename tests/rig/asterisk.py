"""One running Asterisk: its own configuration, state and ports, in a chroot that others share."""

import atexit
import os
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from rig import conf, sipp
from rig.errors import RigError
from rig.ports import Ports, claim, free, sweep
from rig.roots import APART, DIES_WITH_US, cut_off, missing, root


@dataclass(frozen=True)
class Row:
    """One line of `core show channels concise` (main/cli.c, handle_chanlist): the PBX's own word on a channel."""

    name: str
    context: str
    exten: str
    priority: str
    state: str
    application: str
    data: str
    caller: str
    account: str
    peer_account: str
    amaflags: str
    duration: int
    bridge: str
    uniqueid: str


class Asterisk:
    """Use as a context manager, or call close(). `detached`: it goes on when this process ends (the developer's lab).

    To be used from the main thread: what is started dies with the thread that started it.
    """

    host = "127.0.0.1"
    users = conf.USERS

    def __init__(self, version: str, *, detached: bool = False) -> None:
        if why := missing(version):
            raise RigError(why)
        self.version = version
        self.root = root(version)
        sweep(self.root / "run")
        cut_off(self.root)
        self.ports: Ports = claim()
        self.here = f"/run/amitop-{self.ports.base}"
        self.folder = Path(f"{self.root}{self.here}")
        self.folder.mkdir(mode=0o700)
        self._detached = detached
        self._process: subprocess.Popen[bytes] | None = None
        self._phones: sipp.Sipp | None = None
        self._callers: list[sipp.Sipp] = []
        if not detached:
            atexit.register(self.close)
        packaged = (self.root / "etc/asterisk/asterisk.conf").read_text()
        modules = re.search(r"^astmoddir\s*=>\s*(\S+)", packaged, re.M)[1]
        name = "lab" if version == "22" else None  # so that Uniqueids with a prefix and without are both met
        self.fingerprint = conf.write(self.folder, self.here, modules, self.ports, name)
        self.ca_file = self.folder / "ami.crt"

    def __enter__(self) -> "Asterisk":
        self.boot()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def boot(self, timeout: float = 90.0) -> float:
        """Start it and wait until it is fully booted; return the seconds that took. Raises RigError with its log."""
        begun = time.monotonic()
        command = [*([] if self._detached else DIES_WITH_US), *APART, f"--mount-proc={self.root}/proc"]
        command += ["chroot", str(self.root), "asterisk", "-f", "-C", f"{self.here}/asterisk.conf"]
        command += ["-U", "root", "-G", "root"]
        with (self.folder / "output").open("ab") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop it in order
                pass_fds=[self.ports.lock],  # the block of ports stays taken for as long as it lives
            )
        ready = self.folder / "asterisk.ctl"
        while time.monotonic() - begun < timeout:
            if self._process.poll() is not None:
                break
            if ready.exists() and "fully booted" in self.cli("core waitfullybooted", check=False):
                return time.monotonic() - begun
            time.sleep(0.1)
        log = (self.folder / "output").read_text(errors="replace")[-2000:]
        self.kill()
        raise RigError(f"Asterisk {self.version} did not come up in {timeout:.0f} s:\n{log}")

    @property
    def pid(self) -> int:
        """Of the process whose death ends this Asterisk."""
        if self._process is None:
            raise RigError(f"Asterisk {self.version} is not running")
        return self._process.pid

    def shutdown(self, timeout: float = 15.0) -> None:
        """`core stop now`: AMI clients are told, calls are cut."""
        if self._process is None:
            return
        self.cli("core stop now", check=False)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it as a crash would: no event, no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            (self.folder / "asterisk.ctl").unlink(missing_ok=True)
            end = time.monotonic() + 5  # its children go a moment later, and with them the ports
            while not free(self.ports.sip, socket.SOCK_DGRAM) and time.monotonic() < end:
                time.sleep(0.02)

    def close(self) -> None:
        """Stop everything that was started here and remove every trace of it."""
        atexit.unregister(self.close)
        for program in (*self._callers, *([self._phones] if self._phones else [])):
            program.kill()
        self.shutdown(5)
        if self.folder.exists():
            shutil.rmtree(self.folder)
            self.ports.release()

    def cli(self, line: str, *, check: bool = True, timeout: float = 90.0) -> str:
        """What Asterisk's console prints for this line. Raises RigError when there is nobody to ask."""
        return console(self.root, self.here, line, check=check, timeout=timeout)

    def channels(self) -> list[Row]:
        """All channels, from the console."""
        return [one for line in self.cli("core show channels concise").splitlines() if (one := row(line))]

    def phones(self, ring: tuple[float, float] = (1.5, 9.0)) -> sipp.Sipp:
        """Phones for all agents and the trunk, from now on; see sipp.phones. Those from before are unplugged."""
        if self._phones:
            self._phones.kill()
        self._phones = sipp.phones(self.folder, self.ports, ring)
        return self._phones

    def calls(self, calls: sipp.Calls) -> sipp.Sipp:
        """Start callers; see sipp.Calls."""
        self._callers = [program for program in self._callers if program.running]
        busy = {program.port for program in self._callers}
        port = next(p for p in self.ports.callers if p not in busy)
        self._callers.append(sipp.callers(self.folder, self.ports, port, calls))
        return self._callers[-1]

    def hang_up_all(self, timeout: float = 30.0) -> None:
        """No new calls, no calls, no channels."""
        for program in self._callers:
            program.kill()
        end = time.monotonic() + timeout
        while self.channels():
            self.cli("channel request hangup all", check=False)
            if time.monotonic() > end:
                raise RigError(f"channels that will not go: {self.channels()}")
            time.sleep(0.1)


def console(chroot: Path, here: str, line: str, *, check: bool = True, timeout: float = 90.0) -> str:
    """Ask the Asterisk whose folder is `here` inside `chroot`."""
    command = ["chroot", str(chroot), "asterisk", "-C", f"{here}/asterisk.conf", "-rx", line]
    plain = {**os.environ, "TERM": "dumb"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, env=plain)
    text = done.stdout.decode("utf-8", "replace")
    if check and done.returncode:
        raise RigError(f"{line!r}: {text.strip() or done.stderr.decode('utf-8', 'replace').strip()}")
    return text


def row(line: str) -> Row | None:
    """One line of `core show channels concise`, or None if it is none."""
    # The fields are separated by "!", which the data may hold too: the first six and the last seven are sure.
    parts = line.split("!")
    if len(parts) < 14 or not re.fullmatch(r"\d+", parts[-3]):
        return None
    head, data, tail = parts[:6], "!".join(parts[6:-7]), parts[-7:]
    return Row(*head, data, *tail[:4], int(tail[4]), *tail[5:])
