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
import json
import os
import shutil
import signal
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
  context internal: 8000 conference, 9000 waits for an hour, 9001 echo, 1001-1020 agents; load: wait, talk
"""


def _note(version: str) -> Path:
    return cache() / f"lab-{version}.json"


def _read(version: str) -> dict:
    try:
        return json.loads(_note(version).read_text())
    except FileNotFoundError:
        raise RigError(f"no lab of Asterisk {version} is up: lab up {version}") from None


def _folder(version: str) -> Path:
    return Path(f"{root(version)}{_read(version)['here']}")


def _alive(version: str) -> bool:
    if not _note(version).exists() or not _folder(version).exists():
        return False
    return "fully booted" in console(root(version), _read(version)["here"], "core waitfullybooted", check=False)


def env(version: str) -> None:
    """Print how to reach it."""
    lab = _read(version)
    ports = Ports(lab["base"], -1)
    print(
        f"Asterisk {version}: AMI {ports.ami}, TLS {ports.ami_tls}, SIP {ports.sip}, phones {ports.phones}; 127.0.0.1"
    )
    for user, secret in Asterisk.users.items():
        print(f"  AMITOP_SECRET={secret} amitop {user}@127.0.0.1:{ports.ami}")
    print(f"  CA file {lab['ca_file']}\n  fingerprint {lab['fingerprint']}\n{EXTENSIONS}", end="")


def up(version: str) -> None:
    """Start it, unless it runs already."""
    if not _alive(version):
        prepare(version)
        pbx = Asterisk(version, detached=True)
        print(f"up after {pbx.boot():.1f} s")
        phones = sipp.phones(pbx.folder, pbx.ports, (1.5, 9.0), detached=True)
        note = {"base": pbx.ports.base, "here": pbx.here, "pids": [phones.pid, pbx.pid]}
        _note(version).write_text(json.dumps(note | {"ca_file": str(pbx.ca_file), "fingerprint": pbx.fingerprint}))
    env(version)


def down(version: str) -> None:
    """Stop Asterisk and its phones; callers notice and end by themselves."""
    lab = _read(version)
    if _alive(version):
        console(root(version), lab["here"], "core stop now", check=False)
    for pid in reversed(lab["pids"]):
        end = time.monotonic() + 10
        while _ours(pid, lab["here"]) and pid != lab["pids"][0] and time.monotonic() < end:
            time.sleep(0.1)
        if _ours(pid, lab["here"]):
            os.killpg(pid, signal.SIGKILL)
    shutil.rmtree(_folder(version), ignore_errors=True)
    _note(version).unlink()


def _ours(pid: int, here: str) -> bool:
    # A number may belong to somebody else by now; a process of the lab names its folder.
    with contextlib.suppress(OSError):
        return here.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def calls(version: str, seconds: float, wanted: sipp.Calls) -> None:
    """Make calls in the foreground."""
    ports = Ports(_read(version)["base"], -1)
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
                print(console(root(args.version), _read(args.version)["here"], line), end="")
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
