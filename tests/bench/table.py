"""The figures of amitop beside its budgets, all measured in one run: `tests/bench/bench`."""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

RECORDINGS = HERE.parent / "recordings"
DOWN = "\x1b[B"
UP = "\x1b[A"


@dataclass
class Figure:
    """One line of the table."""

    what: str
    measured: str
    budget: str
    met: bool | None = None

    def row(self) -> str:
        """The line, as Markdown."""
        verdict = {True: "yes", False: "NO", None: ""}[self.met]
        return f"| {self.what} | {self.measured} | {self.budget} | {verdict} |"


def best_of(runs: int, work: object) -> float:
    """Seconds of the fastest of *runs* calls of *work*."""
    best = float("inf")
    for _ in range(runs):
        gc.collect()
        begin = time.perf_counter()
        work()  # type: ignore[operator]
        best = min(best, time.perf_counter() - begin)
    return best


# -- without a screen -------------------------------------------------------------------------------------------------


def parse_and_apply() -> list[Figure]:
    """Messages a second of parse and apply, against panoramisk's parse of the same bytes."""
    from panoramisk.message import Message

    from amitop.ami.wire import Framer
    from amitop.cli.main import YOUNG
    from amitop.pbx.store import Store

    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])  # as the program does, and for both
    figures = []
    for path in sorted(RECORDINGS.glob("asterisk-*.ami.gz")):
        data = gzip.decompress(path.read_bytes())
        reads = [data[i : i + 16384] for i in range(0, len(data), 16384)]
        count = sum(len(packets) for packets in map(Framer().feed, reads))

        def ours(reads: list[bytes] = reads) -> None:
            store = Store("bench")
            framer = Framer(wanted=store.wanted)
            framer.keep_lists = False
            for read in reads:
                for packet in framer.feed(read):
                    store.apply(packet, 0.0)

        def theirs(reads: list[bytes] = reads) -> None:
            rest = ""
            for read in reads:
                *whole, rest = (rest + read.decode("utf-8", "ignore")).split("\r\n\r\n")
                for text in whole:
                    Message.from_line(text.strip())

        ours_rate, theirs_rate = count / best_of(5, ours), count / best_of(3, theirs)
        ratio = ours_rate / theirs_rate
        figures.append(
            Figure(
                f"parse + apply {path.name.removesuffix('.ami.gz')}, {count} messages",
                f"{ours_rate:,.0f}/s; panoramisk's parse alone {theirs_rate:,.0f}/s; {ratio:.1f} times",
                "3 times",
                ratio >= 3,
            )
        )
    return figures


def cost_of_an_event() -> Figure:
    """Microseconds an event costs at 10,000 channels against 100."""
    from exchange import Source

    from amitop.ami.wire import Framer
    from amitop.pbx.store import Store

    events = 20_000
    cost = {}
    for channels in (100, 10_000):
        source = Source(channels, 500.0, time.time())
        framer, store = Framer(), Store("bench")
        framer.feed(b"Asterisk Call Manager/11.0.0\r\n")
        for packet in framer.feed(source.blocks()):
            store.apply(packet, 0.0)
        store.calls  # noqa: B018 - groups what has come so far
        bursts = []
        for burst in range(5):
            packets = framer.feed(source.take(events // 5))
            gc.collect()
            begin = time.perf_counter()
            for index, packet in enumerate(packets):
                store.apply(packet, 1.0 + burst)
                if index % 125 == 0:
                    store.calls  # noqa: B018 - four times a second at 500 events/s somebody looks
            bursts.append((time.perf_counter() - begin) / len(packets))
        cost[channels] = min(bursts)
    ratio = cost[10_000] / cost[100]
    return Figure(
        "an event with its share of regrouping, at 100 and at 10,000 channels",
        f"{cost[100] * 1e6:.1f} µs, {cost[10_000] * 1e6:.1f} µs; {ratio:.2f} times",
        "1.2 times",
        ratio <= 1.2,
    )


def growth() -> Figure:
    """Memory before and after a million events, in a process of its own."""
    code = """
import gc, sys
sys.path.insert(0, sys.argv[1])
from exchange import Source
from amitop.ami.wire import Framer
from amitop.pbx.store import Store
def rss():
    gc.collect()
    return next(int(l.split()[1]) for l in open('/proc/self/status') if l.startswith('VmRSS:')) / 1024
source, framer, store, now = Source(1000, 500.0, 1.8e9), Framer(), Store('bench'), 0.0
framer.feed(b'Asterisk Call Manager/11.0.0\\r\\n')
marks = []
for thousand in range(1600):  # a quarter of an hour fills every window
    now += 2.0
    for packet in framer.feed(source.take(1000)):
        store.apply(packet, now)
    store.calls; store.expire(now)
    if thousand in (599, 1599):
        marks.append(rss())
print(marks[0], marks[1])
"""
    out = subprocess.run(
        [sys.executable, "-c", code, str(HERE)], capture_output=True, text=True, check=True, cwd=HERE.parent.parent
    ).stdout
    before, after = map(float, out.split())
    return Figure(
        "memory of the state after 600,000 events, and after a million more",
        f"{before:.1f} MiB, {after:.1f} MiB",
        "no growth",
        after - before < 1.0,
    )


def bytes_asked_for() -> Figure:
    """What amitop's subscription costs a PBX, against `Events: on`, by the recording of Asterisk 22."""
    from amitop.ami.wire import Framer
    from amitop.subscription import EVENT_CLASSES

    data = gzip.decompress((RECORDINGS / "asterisk-22.10.ami.gz").read_bytes())
    asked = set(EVENT_CLASSES.split(",")) | {"dialplan", "all"}
    everything = wanted = 0
    for packet in Framer().feed(data):
        if not packet.get("Privilege") or packet.action_id:
            continue
        size = len(packet.raw) + packet.raw.count(b"\n") + 3
        everything += size
        if set(packet.get("Privilege").split(",")) <= asked and packet.name != "VarSet":
            wanted += size
    return Figure(
        "bytes of events asked for, against `Events: on`",
        f"{wanted / 1e6:.2f} of {everything / 1e6:.2f} MB, {100 * wanted / everything:.0f} %",
        "50 %",
        wanted * 2 <= everything,
    )


# -- in a pty ---------------------------------------------------------------------------------------------------------


def dashboard(channels: int, rate: float, seconds: float, cpu_budget: float, *, latency: bool) -> list[Figure]:
    """CPU, latencies, start-up and memory of the dashboard against an exchange in another process."""
    from probe import Probe

    # Compiled, as an installed amitop is, and not anew at each start where the environment forbids to keep that.
    compiled = [sys.executable, "-m", "compileall", "-q", HERE.parent.parent / "amitop"]
    subprocess.run(compiled, check=True, env=_writing())
    exchange = subprocess.Popen(
        [sys.executable, str(HERE / "exchange.py"), "--channels", str(channels), "--rate", str(rate)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(HERE.parent.parent)},  # of this tree, installed or not
    )
    assert exchange.stdout is not None
    port = exchange.stdout.readline().decode().split()[1]
    env = {k: v for k, v in _writing().items() if not k.startswith("AMITOP_")} | {
        "AMITOP_SECRET": "x",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "XDG_CONFIG_HOME": "/nonexistent",
    }
    where = f"{channels:,} channels, {rate:,.0f} events/s"
    try:
        with Probe([sys.executable, "-m", "amitop", f"admin@127.0.0.1:{port}"], env) as probe:
            first = probe.wait_for(b" 10007 ", 20)
            startup = first - probe.started
            probe.press("2")
            time.sleep(3)
            begin, cpu = time.monotonic(), probe.cpu()
            time.sleep(seconds)
            used = (probe.cpu() - cpu) / (time.monotonic() - begin)
            painted = probe.written(begin, time.monotonic()) / (time.monotonic() - begin) / 1000
            rss = probe.rss()
            pressed = []
            if latency:
                for step in range(150):
                    pressed.append(probe.press(DOWN if step // 20 % 2 == 0 else UP))
                    time.sleep(0.113)
    finally:
        exchange.kill()
        log = exchange.communicate()[0].decode()
    figures = [
        Figure(
            f"dashboard, {where}: CPU",
            f"{100 * used:.1f} % of a core, {painted:.0f} kB/s painted",
            f"{cpu_budget} %",
            100 * used <= cpu_budget,
        ),
        Figure(
            f"cold start to first row, {channels:,} channels",
            f"{1000 * startup:.0f} ms",
            "350 ms" if channels == 1000 else "",
            startup <= 0.35 if channels == 1000 else None,
        ),
        Figure(
            f"dashboard, {channels:,} channels: memory",
            f"{rss:.0f} MiB",
            "80 MiB" if channels == 10_000 else "",
            rss <= 80 if channels == 10_000 else None,
        ),
    ]
    if latency:
        figures += latencies(probe, pressed, log, where)
    return figures


def _writing() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def latencies(probe: object, pressed: list[float], log: str, where: str) -> list[Figure]:
    """From a key to the frame in which the cursor has moved, and from an event to the frame that shows it."""
    tokens = [(line.split()[1], float(line.split()[2])) for line in log.splitlines() if line.startswith("token ")]
    seen: dict[str, float] = {}
    moves: list[float] = []
    cursor: int | None = None

    def look(at: float, screen: list[str]) -> None:
        nonlocal cursor
        for line in screen:
            found = line.find("T0")
            if found >= 0 and line[found + 1 : found + 6].isdigit():
                seen.setdefault(line[found : found + 6], at)
        here = next((i for i, line in enumerate(screen) if line[:1] in {">", "?"}), None)
        if here is not None and here != cursor:
            moves.append(at)
            cursor = here

    probe.frames(look)  # type: ignore[attr-defined]
    keys = []
    for press, following in zip(pressed, [*pressed[1:], pressed[-1] + 0.113], strict=True):
        painted = next((at for at in moves if press < at <= following), None)
        if painted is not None:
            keys.append(painted - press)
    events = [seen[token] - at for token, at in tokens if token in seen]
    return [
        Figure(
            f"dashboard, {where}: key to paint ({len(keys)} keys)",
            _percentiles(keys),
            "p50 10 ms, p99 40 ms",
            _percentile(keys, 50) <= 0.010 and _percentile(keys, 99) <= 0.040,
        ),
        Figure(
            f"dashboard, {where}: event to paint ({len(events)} events)",
            _percentiles(events),
            "p99 300 ms",
            _percentile(events, 99) <= 0.300,
        ),
    ]


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else float("inf")


def _percentiles(values: list[float]) -> str:
    return f"p50 {1000 * _percentile(values, 50):.1f} ms, p99 {1000 * _percentile(values, 99):.1f} ms"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long CPU is measured (default %(default)s)")
    parser.add_argument("--no-screen", action="store_true", help="leave out what needs a pty")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    figures = [*parse_and_apply(), cost_of_an_event(), growth(), bytes_asked_for()]
    if not options.no_screen:
        figures += dashboard(1_000, 500, options.seconds, 5, latency=True)
        figures += dashboard(10_000, 2_000, options.seconds, 8, latency=True)
    if options.json:
        print(json.dumps([vars(figure) for figure in figures], ensure_ascii=False))
        return
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| what | measured | budget | met |\n|---|---|---|---|")
    for figure in figures:
        print(figure.row())


if __name__ == "__main__":
    main()
