"""The command line as data: which commands there are, what they take, and how a mistake is told."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from amitop import __version__
from amitop.cli.failure import ExitCode, Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

DASHBOARD = "dashboard"
DEMO = "demo"
COMMANDS = {
    "snapshot": "print the calls and channels of this moment, and leave",
    "watch": "print the state again and again, one JSON document a line",
    "check": "print which figures of the queues are beyond their limits",
    "report": "print what a shift has come to so far",
    "replay": "print the state that a recording ends in",
    "verify": "compare the state kept from events with the PBX itself",
    "demo": "the dashboard on a PBX inside: nothing needed, nothing written",
    "simulate": "run that PBX alone, for whoever connects",
}

_TARGET = """\
TARGET is a profile's name or [amis://][USER@]HOST[:PORT]; amis:// means TLS.
Without it: the default profile; else, on a PBX, the best user of its
manager.conf; else 127.0.0.1:5038. The secret comes from --secret-file,
AMITOP_SECRET, the profile, manager.conf or a prompt, never from TARGET."""
_EXIT = "exit status: 0 fine, 1 bad news, 2 usage, 3 no connection, 4 login refused"


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Raise what `main` turns into one line and exit code 2."""
        raise Failure(ExitCode.USAGE, f"{message} (see {self.prog} --help)")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Turn the words of a command line into a namespace with `command` and that command's options.

    Raises `Failure` for a mistake; exits for `--help` and `--version`, as argparse does.
    """
    command, rest = _split(argv)
    parser = _PARSERS[command]()
    args, extra = parser.parse_known_args(rest)
    if extra:
        parser.error(_complaint(parser, extra[0]))
    args.command = command
    return args


def _split(argv: Sequence[str]) -> tuple[str, list[str]]:
    """Find the command: the first word that is no option, if it is one of ours. Else it is the dashboard."""
    index = 0
    while index < len(argv) and argv[index].startswith("-") and argv[index] != "--":
        index += 2 if argv[index] in _WITH_VALUE else 1
    if index < len(argv) and argv[index] in COMMANDS:
        return argv[index], [*argv[:index], *argv[index + 1 :]]
    return DASHBOARD, list(argv)


def _complaint(parser: argparse.ArgumentParser, word: str) -> str:
    """Say what is wrong with a word too many. Nothing but an option's name is repeated: the rest may be a secret."""
    if not word.startswith("-"):
        return "there is one word too many"
    import difflib  # only for somebody who mistyped

    name = word.partition("=")[0]
    known = [option for action in parser._actions for option in action.option_strings]
    near = difflib.get_close_matches(name, known, 1, 0.6)
    return f"there is no option {name}" + (f"; did you mean {near[0]}?" if near else "")


def _new(command: str, words: str, description: str, epilog: str) -> _Parser:
    prog = "amitop" if command == DASHBOARD else f"amitop {command}"
    return _Parser(
        prog=prog,
        usage=f"{prog} {words} [options]" + ("\n       amitop COMMAND ..." if command == DASHBOARD else ""),
        description=description,
        epilog=f"{epilog}\n\n{_EXIT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # --secret must not become --secret-file with the secret as a file's name
    )


def _connection(parser: _Parser) -> None:
    """Add TARGET and what belongs to it."""
    parser.add_argument("target", nargs="?", metavar="TARGET", help="profile, or [amis://][USER@]HOST[:PORT]")
    group = parser.add_argument_group("connection")
    group.add_argument("--config", type=Path, metavar="FILE", help="profiles and settings (else AMITOP_CONFIG)")
    group.add_argument("--secret-file", type=Path, metavar="FILE", help="its first line is the AMI user's secret")
    group.add_argument("--tls-ca", type=Path, metavar="FILE", help="trust this authority only (PEM)")
    group.add_argument("--tls-fingerprint", metavar="HEX", help="trust this certificate only (SHA-256)")
    group.add_argument("--tls-no-verify", action="store_true", help="trust anyone who answers")


def _dashboard() -> _Parser:
    commands = "\n".join(f"  {name:<10} {help}" for name, help in COMMANDS.items())
    parser = _new(
        DASHBOARD,
        "[TARGET]",
        "top for an Asterisk telephone exchange: live calls in your terminal, over AMI.",
        f"commands (amitop COMMAND --help):\n{commands}\n\n{_TARGET}",
    )
    _connection(parser)
    _screen(parser)
    parser.add_argument("--version", action="version", version=f"amitop {__version__}", help="and leave")
    return parser


def _screen(parser: _Parser) -> None:
    """Add how the dashboard is to be."""
    group = parser.add_argument_group("dashboard")
    group.add_argument("--read-only", action="store_true", help="remove every action that changes the PBX")
    group.add_argument("--theme", type=_theme, metavar="NAME", help="dark, light, contrast or terminal")
    group.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    group.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")


def _demo() -> _Parser:
    parser = _new(
        "demo",
        "",
        "Show the dashboard on a simulated call centre. No Asterisk is needed,\n"
        "no configuration is read and nothing is written down.",
        "It ends with the dashboard.",
    )
    _simulation(parser)
    _screen(parser)
    return parser


def _simulate() -> _Parser:
    parser = _new(
        "simulate",
        "",
        "Run a simulated Asterisk 22 that speaks AMI on the loopback, until Ctrl+C.",
        "The user is amitop, the secret is AMITOP_SECRET or amitop.",
    )
    parser.add_argument("--port", type=_port, default=5038, metavar="N", help="TCP port, 0 for a free one (5038)")
    _simulation(parser)
    parser.add_argument(
        "--misbehave",
        type=_mischief,
        default=(),
        metavar="LIST",
        help="let things go wrong: split, stall, cut, garbage, restart, flood, or all",
    )
    parser.add_argument("--for-parent", action="store_true", help=argparse.SUPPRESS)  # how `demo` starts it
    return parser


def _simulation(parser: _Parser) -> None:
    """Add what the simulated call centre is to be like."""
    group = parser.add_argument_group("simulation")
    group.add_argument("--calls-per-minute", type=_not_negative, default=12.0, metavar="N", help="callers (12)")
    group.add_argument("--agents", type=_count, default=24, metavar="N", help="people who answer (24)")
    group.add_argument("--queues", type=_count, default=4, metavar="N", help="queues that they serve (4)")
    group.add_argument("--seed", type=_count, default=1, metavar="N", help="another number, other callers (1)")
    group.add_argument("--speed", type=_seconds, default=1.0, metavar="X", help="seconds that pass in one second (1)")
    group.add_argument("--channels", type=_count, default=0, metavar="N", help="so many more, for benchmarks (0)")
    group.add_argument(
        "--events-per-second", type=_not_negative, default=0.0, metavar="R", help="so many in all, for benchmarks (0)"
    )


def _snapshot() -> _Parser:
    parser = _new("snapshot", "[TARGET]", "Connect, take the state, print it, leave.", _TARGET)
    _connection(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _watch() -> _Parser:
    parser = _new("watch", "[TARGET] --json", "Print the state kept from events, one JSON document a line.", _TARGET)
    _connection(parser)
    parser.add_argument("--json", action="store_true", required=True, help="the only form there is")
    parser.add_argument("--every", type=_seconds, default=1.0, metavar="S", help="seconds between documents (1)")
    parser.add_argument("--for", dest="duration", type=_seconds, metavar="S", help="stop after so many seconds")
    return parser


def _check() -> _Parser:
    parser = _new(
        "check",
        "[TARGET]",
        "Compare the queues of this moment with the limits of the configuration, once.",
        "A line for each figure beyond its limit, and exit status 1; else OK, and 0.\n"
        "A service level is of the shift that a dashboard of this user counts.\n\n" + _TARGET,
    )
    _connection(parser)
    parser.add_argument("--nagios", action="store_true", help="one line with performance data; the status stays")
    return parser


def _report() -> _Parser:
    parser = _new(
        "report",
        "[TARGET]",
        "Print the shift that a dashboard of this user counts, or counted last.",
        f"As Markdown, if nothing else is asked for. Shifts are kept for 14 days. Without\n"
        f"a connection it is the shift as it was kept, without Asterisk's own figures.\n\n{_TARGET}",
    )
    _connection(parser)
    parser.add_argument("--shift", type=_place, default=1, metavar="N", help="2: the one before the last, ... (1)")
    forms = parser.add_mutually_exclusive_group()
    for option, form, words in (
        ("--csv", "queues", "the queues, for a spreadsheet"),
        ("--csv-agents", "agents", "the agents, for a spreadsheet"),
        ("--json", "json", "print one JSON document"),
        ("--list", "list", "which shifts are kept, the last one first"),
    ):
        forms.add_argument(option, dest="form", action="store_const", const=form, default="markdown", help=words)
    return parser


def _replay() -> _Parser:
    parser = _new(
        "replay",
        "FILE",
        "Print the state that a recording ends in.",
        "FILE is the raw bytes that an AMI sent, gzip allowed. When they came is read\n"
        "from FILE.times, if that is there.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _verify() -> _Parser:
    parser = _new(
        "verify",
        "[TARGET]",
        "Keep the state from events, ask the PBX again and again, report differences.",
        _TARGET,
    )
    _connection(parser)
    parser.add_argument("--every", type=_seconds, default=2.0, metavar="S", help="seconds between lists (2)")
    parser.add_argument("--for", dest="duration", type=_seconds, default=60.0, metavar="S", help="how long (60)")
    return parser


def _theme(text: str) -> str:
    from amitop.config import THEMES  # --version has no theme

    if text not in THEMES:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(THEMES)}")
    return text


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("must be a number of seconds above 0")
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("must be a whole number, 0 or more")
    return min(int(text), _MANY)


def _place(text: str) -> int:
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return min(int(text), _MANY)


def _not_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError("must be a number, 0 or more")
    return value


def _mischief(text: str) -> tuple[str, ...]:
    from amitop.sim.misbehave import KINDS  # most commands have nothing to do with it

    words = KINDS if text == "all" else tuple(text.split(","))
    if not set(words) <= set(KINDS):
        raise argparse.ArgumentTypeError(f"must be of {', '.join(KINDS)}, with commas between, or all")
    return words


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError("must be a port, 0 to 65535")
    return int(text)


_MANY = 100_000
_PARSERS = {
    DASHBOARD: _dashboard,
    "snapshot": _snapshot,
    "watch": _watch,
    "check": _check,
    "report": _report,
    "replay": _replay,
    "verify": _verify,
    "demo": _demo,
    "simulate": _simulate,
}
_WITH_VALUE = {"--config", "--secret-file", "--tls-ca", "--tls-fingerprint", "--theme", "--every", "--for"} | {
    "--port", "--calls-per-minute", "--agents", "--queues", "--seed", "--speed", "--misbehave", "--shift",
}  # fmt: skip
