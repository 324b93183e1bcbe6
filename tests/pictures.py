"""Takes the pictures of the README from a recorded shift, so that they show what a real Asterisk did.

python tests/pictures.py            writes screenshots/*.svg, and *.png where rsvg-convert is installed
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from recorded import recording  # noqa: E402
from rich.cells import cell_len  # noqa: E402

from amitop.pbx.replay import replay  # noqa: E402
from amitop.rights import ActionRights  # noqa: E402
from fakes.floor import QUEUE_RIGHTS  # noqa: E402
from fakes.pbx import ALL_RIGHTS, FakePbx, dashboard  # noqa: E402

SCREENSHOTS = HERE.parent / "screenshots"
SECONDS = 118.3
"""How far into the shift: calls of every kind are up."""


def shift(seconds: float) -> FakePbx:
    """Return a PBX as it was *seconds* into the recorded shift on Asterisk 22."""
    data, times = recording("22.10")
    until = [read for read in times if read[0] <= times[0][0] + seconds]
    pbx = FakePbx("pbx1")
    pbx.wall = lambda: pbx.now
    pbx.rights = ActionRights(ALL_RIGHTS | QUEUE_RIGHTS)
    result = replay(data, until, pbx.store)
    pbx.health.events.update(result.events)
    pbx.health.skipped = sum(n for name, n in result.events.items() if name not in pbx.store.wanted)
    pbx.health.bytes_in, pbx.health.bytes_out = until[-1][1] + until[-1][2], 4096
    pbx.health.lists, pbx.health.list_seconds = result.lists, 0.002
    pbx.now = times[0][0] + seconds
    pbx.link.since = pbx.now - seconds
    pbx.info.started = pbx.now - 1_051_860
    pbx.info.system = "lab"
    for second in range(11):
        pbx.health.rate.sample(pbx.now - 10 + second, 41 * second)
    return pbx


CELL = 12.2
"""Width of a cell in Textual's SVG."""


def by_words(svg: str) -> str:
    """Place every word by itself, in a font that is there.

    The picture is looked at without a network, so there is no web font; and a renderer may trim leading blanks, or not
    know `textLength`, which together would push columns out of line.
    """

    def words(match: re.Match[str]) -> str:
        before, x, after, text = match["before"], float(match["x"]), match["after"], match["text"]
        cells = html.unescape(text).replace("\xa0", " ")
        placed = []
        for word in re.finditer(r"\S+(?: \S+)*", cells) if len(cells) < 40 else re.finditer(r"\S+", cells):
            at = x + CELL * cell_len(cells[: word.start()])
            shown = html.escape(word.group(), quote=False).replace(" ", "&#160;")
            placed.append(f'<text{before}x="{at:.1f}"{after}>{shown}</text>')
        return "".join(placed)

    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
    svg = re.sub(r' textLength="[^"]*"', "", svg)
    pattern = r'<text(?P<before>[^>]*?)x="(?P<x>[\d.]+)"(?P<after>[^>]*clip-path[^>]*)>(?P<text>[^<]*)</text>'
    return re.sub(pattern, words, svg)


async def take(name: str, keys: list[str], *, size: tuple[int, int] = (132, 40), **settings: object) -> None:
    """Write the picture *name* of the dashboard after *keys* were pressed."""
    app = dashboard(shift(SECONDS), **settings)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.4)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.1)
        await pilot.pause(0.4)
        svg = app.export_screenshot(title="amitop", simplify=True)
    svg = by_words(svg)
    path = SCREENSHOTS / f"{name}.svg"
    path.write_text(svg, encoding="utf-8")
    print(path.relative_to(HERE.parent))


def to_png() -> None:
    """Make a PNG of every SVG, to be looked at."""
    if not shutil.which("rsvg-convert"):
        print("rsvg-convert is not installed (librsvg2-bin), so there are no PNGs")
        return
    for path in sorted(SCREENSHOTS.glob("*.svg")):
        subprocess.run(["rsvg-convert", "-o", path.with_suffix(".png"), path], check=True)


async def main() -> None:
    """Take them all."""
    os.environ |= {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none"}
    time.tzset()
    SCREENSHOTS.mkdir(exist_ok=True)
    await take("calls", ["r", "r", *["down"] * 6])
    await take("call-legs", ["down", "down", "enter", "down"])
    await take("channels", ["2", "down", "down"])
    await take("hang-up", ["down", "down", "down", "k"])
    await take("transfer", ["down", "down", "down", "t", "1", "0", "0", "5"])
    await take("queues", ["3"])
    await take("waiting", ["4"])
    await take("agents", ["5"])
    await take("agents-grid", ["5", "v"])
    await take("wallboard", ["w"])
    await take("help", ["question_mark"])
    await take("diagnostics", ["D"])
    await take("narrow", ["down"], size=(80, 24))
    await take("light", ["down"] * 4, theme="light")


if __name__ == "__main__":
    asyncio.run(main())
    to_png()
