"""The cached folders that hold a Debian with its Asterisk, one for each version, shared by all that run from them."""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from rig.errors import RigError
from rig.mirror import mirror

SUITES = {"16": "bullseye", "22": "forky"}
"""Version of Asterisk -> the Debian release that carries it. 16 still has chan_sip."""

SCRIPTS = Path("/usr/share/debootstrap/scripts")

DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"]
"""Begins a command that the kernel kills when the thread that started it ends, whichever way that happens."""

APART = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
"""Begins a command whose mounts are nobody else's, and end with it as all its children do."""


def cache() -> Path:
    """Where the roots live: outside the repository, so that every working copy of a person shares them."""
    if chosen := os.environ.get("AMITOP_PBX_CACHE"):
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "amitop" / "pbx"


def root(version: str) -> Path:
    """The folder to chroot into for an Asterisk of this version; it exists only when it is whole."""
    return cache() / version


def obstacle() -> str | None:
    """Why no real Asterisk can run on this machine, or None."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a real Asterisk runs in a chroot, which needs root on Linux"
    if not Path("/etc/debian_version").exists():
        return "a real Asterisk is taken from Debian's packages, and this is no Debian"
    for program, package in (("debootstrap", "debootstrap"), ("sipp", "sip-tester")):
        if not shutil.which(program):
            return f"{program} is missing: apt-get install {package}"
    return None


def missing(version: str) -> str | None:
    """Why an Asterisk of this version cannot be started here, or None."""
    if why := obstacle():
        return why
    if not root(version).is_dir():
        return f"Asterisk {version} is not prepared: tests/run does it, or PYTHONPATH=tests python -m rig {version}"
    return None


@contextlib.contextmanager
def _only_one(version: str):
    """Hold the right to build this version's root; whoever comes second waits."""
    with (cache() / f"{version}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Asterisk {version}: another process is preparing it; waiting", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(version: str) -> Path:
    """Make sure that the root of this version exists; return it.

    It is built beside its place and renamed when whole, so that an interrupted preparation leaves nothing that could
    be taken for a root. Raises RigError with the end of the log when debootstrap fails.
    """
    if why := obstacle():
        raise RigError(why)
    cache().mkdir(parents=True, exist_ok=True)
    target = root(version)
    with _only_one(version):
        if not target.is_dir():
            begun = time.monotonic()
            _build(version, cache() / f"{version}.part").rename(target)
            print(f"Asterisk {version}: ready after {time.monotonic() - begun:.0f} s", flush=True)
    return target


def _build(version: str, part: Path) -> Path:
    suite, uri, log = SUITES[version], mirror(), cache() / f"{version}.log"
    if part.exists():  # left by an interrupted preparation; one file system, should a mount ever be left in there
        subprocess.run(["rm", "-rf", "--one-file-system", str(part)], check=True)
    print(f"Asterisk {version}: installing Debian {suite} with it below {cache()} (log: {log})", flush=True)
    command = ["debootstrap", "--variant=minbase", "--include=asterisk", suite, str(part), uri]
    if not (SCRIPTS / suite).exists():
        command.append(str(SCRIPTS / "sid"))  # a release younger than this debootstrap is built as sid is
    with log.open("wb") as out:
        whole = [*DIES_WITH_US, *APART, "--mount-proc", *command]
        done = subprocess.run(whole, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    if done.returncode or not (part / "usr/sbin/asterisk").exists():
        end = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise RigError(f"Asterisk {version}: debootstrap ended with {done.returncode}; its log {log} ends:\n{end}")
    for package in (part / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    return part


def cut_off(chroot: Path) -> None:
    """Keep Asterisk from asking any name server: it looks up its own name and a root server for each call (acl.c)."""
    names = f"127.0.0.1 localhost {socket.gethostname()} A.ROOT-SERVERS.NET\n"
    for file, text in ((chroot / "etc/hosts", names), (chroot / "etc/resolv.conf", "")):
        if not file.exists() or file.read_text() != text:
            own = file.with_name(f"{file.name}.{os.getpid()}")
            own.write_text(text)
            own.rename(file)  # at once, for others may be starting from this root
