"""A real Asterisk for a developer to look at, left running until told to stop.

lab up VERSION               start Asterisk 16 or 22 with its phones; print ports, users and secrets
lab env VERSION              print them again
lab calls VERSION [--rate CALLS_A_SECOND] [--for SECONDS] [--to EXTEN] [--talk MIN MAX]
                             calls from SIPp, until they are over or Ctrl-C
lab cli VERSION WORDS...     a line for Asterisk's console
lab down VERSION             stop all of it
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import ssl
import sys
import time
from pathlib import Path
from socket import SOCK_DGRAM

from rig import sipp
from rig.asterisk import Asterisk, console
from rig.errors import RigError
from rig.ports import Ports, free
from rig.roots import SUITES, cache, prepare, root

EXTENSIONS = """\
  --to: 600-602 queues, 603 music, 604 conference, 605 parking, 606 waits for an hour, 1001-1020 agents
        conferences: 620 as admin, 621 waits for 622, who is marked, 623 talks; parking: 625 for 5 s, 626 for ever
        627 a tone, 650-659 through a provider that nobody has started
  context internal: 8000 conference, 9000 waits for an hour, 9001 echo, 1001-1020 agents; load: wait, talk
  RTP and RTCP both ways: lab cli VERSION channel originate PJSIP/627@mirror application Milliwatt
"""


def _note(version: str) -> Path:
    return cache() / f"lab-{version}.json"


def _base(version: str) -> int | None:
    """The first port of the lab that the note tells of, however old the note; None if there is no note of a lab."""
    try:
        text = _note(version).read_text()
    except FileNotFoundError:
        return None
    found = re.search(r'"base": *(\d+)|/run/amitop-(\d+)', text)
    return int(found[1] or found[2]) if found else None


def _ports(version: str) -> Ports:
    if (base := _base(version)) is None:
        raise RigError(f"no lab of Asterisk {version} is up: lab up {version}")
    return Ports(base, -1)


def _here(version: str) -> str:
    return f"/run/amitop-{_ports(version).base}"


def _folder(version: str) -> Path:
    return Path(f"{root(version)}{_here(version)}")


def _alive(version: str) -> bool:
    if _base(version) is None or not _folder(version).exists():
        return False
    return "fully booted" in console(root(version), _here(version), "core waitfullybooted", check=False)


def env(version: str) -> None:
    """Print how to reach it."""
    ports = _ports(version)
    certificate = _folder(version) / "ami.crt"
    if not certificate.exists():
        raise RigError(f"the lab of Asterisk {version} has ended without lab down: lab up {version} starts it again")
    fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()
    print(
        f"Asterisk {version}: AMI {ports.ami}, TLS {ports.ami_tls}, SIP {ports.sip}, phones {ports.phones}; 127.0.0.1"
    )
    for user, secret in Asterisk.users.items():
        print(f"  AMITOP_SECRET={secret} amitop {user}@127.0.0.1:{ports.ami}")
    print(f"  CA file {certificate}\n  fingerprint {fingerprint}\n{EXTENSIONS}", end="")


def up(version: str) -> None:
    """Start it, unless it runs already."""
    if not _alive(version):
        if _note(version).exists():  # of one that crashed; its phones still have the ports
            down(version)
        prepare(version)
        pbx = Asterisk(version, detached=True)
        print(f"up after {pbx.boot():.1f} s")
        sipp.phones(pbx.folder, pbx.ports, (1.5, 9.0), detached=True)
        _note(version).write_text(json.dumps({"base": pbx.ports.base}))
    env(version)


def down(version: str) -> None:
    """Stop Asterisk, its phones and callers, whatever is left of them."""
    if not _note(version).exists():
        raise RigError(f"no lab of Asterisk {version} is up")
    if _base(version) is not None:
        here = _here(version)
        if _alive(version):
            console(root(version), here, "core stop now", check=False)
        end = time.monotonic() + 10
        while _processes(f"{here}/asterisk.conf") and time.monotonic() < end:
            time.sleep(0.1)
        for pid in _processes(f"{here}/"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(_folder(version), ignore_errors=True)
    _note(version).unlink()


def _processes(path: str) -> list[int]:
    """The processes whose arguments name a path: those of a lab name its folder, and nobody else's do."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if path.encode() in (folder / "cmdline").read_bytes() and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def calls(version: str, seconds: float, wanted: sipp.Calls) -> None:
    """Make calls in the foreground."""
    ports = _ports(version)
    port = next(p for p in ports.callers if free(p, SOCK_DGRAM))
    program = sipp.callers(_folder(version), ports, port, wanted)
    try:
        program.wait(seconds + wanted.talk[1] + 60)
    finally:
        program.kill()


def main() -> int:
    """Read the arguments and do it."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="lab", description=__doc__, formatter_class=raw)
    parser.add_argument("what", choices=["up", "down", "env", "calls", "cli"])
    parser.add_argument("version", choices=list(SUITES))
    parser.add_argument("words", nargs="*")
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--for", type=float, default=60.0, dest="seconds")
    parser.add_argument("--to")
    parser.add_argument("--talk", type=float, nargs=2, default=(8.0, 45.0))
    args = parser.parse_args()
    try:
        match args.what:
            case "calls":
                count = max(1, round(args.rate * args.seconds))
                calls(args.version, args.seconds, sipp.Calls(args.rate, count, args.to, talk=tuple(args.talk)))
            case "cli":
                line = " ".join(args.words)
                print(console(root(args.version), _here(args.version), line), end="")
            case what:
                {"up": up, "down": down, "env": env}[what](args.version)
    except KeyboardInterrupt:
        return 130
    except RigError as e:
        print(e, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
