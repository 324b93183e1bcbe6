"""Takes the pictures of the README from the demo, at a moment that is always the same.

python tests/pictures.py            writes screenshots/*.svg, and *.png where rsvg-convert is installed

The SVG files are the same wherever they are made. A PNG also depends on the fonts of the machine; names in all scripts
need DejaVu Sans Mono, Noto Sans CJK, Noto Sans and Noto Color Emoji (fonts-dejavu-core, fonts-noto-cjk, fonts-noto-core
and fonts-noto-color-emoji in Debian).
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from rich.cells import cell_len  # noqa: E402
from stage.demo import demo, staged  # noqa: E402
from stage.tours import TOURS, go, only  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amitop.ui.app import AmitopApp

SCREENSHOTS = HERE.parent / "screenshots"
SIZE, SMALL = (132, 40), (80, 24)

CELL, LINE, ASCENT = 12.2, 24.4, 18.5
"""Width and height of a cell in Textual's SVG, and how far above the text's baseline it begins."""
LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8
STROKES = {
    "─": LEFT | RIGHT, "│": UP | DOWN, "├": UP | DOWN | RIGHT, "┤": UP | DOWN | LEFT, "┌": RIGHT | DOWN,
    "╭": RIGHT | DOWN, "┐": LEFT | DOWN, "╮": LEFT | DOWN, "└": RIGHT | UP, "╰": RIGHT | UP, "┘": LEFT | UP,
    "╯": LEFT | UP,
}  # fmt: skip
BLOCKS = {chr(0x2580 + eighths): eighths / 8 for eighths in range(1, 9)}
"""▁ to █, and how much of the cell each fills from below."""
DRAWN = "".join([*STROKES, *BLOCKS])
RIGHT_TO_LEFT = "\u0590-\u08ff"
PARTS = re.compile(rf"[{DRAWN}]|[{RIGHT_TO_LEFT}]+(?: [{RIGHT_TO_LEFT}]+)*|[^\s{DRAWN}]+")
"""What is placed by itself; words that are read from right to left keep together, for the second stands left of the
first."""
TEXTS = re.compile(r'<text(?P<before>[^>]*?)x="(?P<x>[^"]*)" y="(?P<y>[^"]*)"(?P<after>[^>]*)>(?P<text>[^<]*)</text>')


def by_words(svg: str) -> str:
    """Place every word by itself, in a font that is there, and draw lines and bars, so that they touch.

    The picture is looked at without a network, so there is no web font; and a renderer may trim leading blanks, or not
    know `textLength`, which together would push columns out of line.
    """

    def words(match: re.Match[str]) -> str:
        if "clip-path" not in match["after"]:
            return match.group()  # the title
        x, y = float(match["x"]), float(match["y"])
        cells = html.unescape(match["text"]).replace("\xa0", " ")
        placed = []
        for part in PARTS.finditer(cells):
            at, what = x + CELL * cell_len(cells[: part.start()]), part.group()
            if what in DRAWN:
                sharp = f'<rect{match["before"]}shape-rendering="crispEdges" '
                placed += [f"{sharp}{box}/>" for box in _boxes(what, at, y - ASCENT)]
            else:
                shown = html.escape(what, quote=False).replace(" ", "&#160;")
                placed.append(f'<text{match["before"]}x="{at:.1f}" y="{y:.1f}"{match["after"]}>{shown}</text>')
        return "".join(placed)

    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono").replace("Courier New", "monospace")
    return TEXTS.sub(words, re.sub(r' textLength="[^"]*"', "", svg))


def _boxes(what: str, x: float, y: float) -> Iterator[str]:
    """Give the boxes that a character is made of, in the cell that begins at *x* and *y*."""
    if what in BLOCKS:
        height = BLOCKS[what] * LINE
        yield f'x="{x:.1f}" y="{y + LINE - height:.1f}" width="{CELL + 0.1:.1f}" height="{height + 0.1:.1f}"'
        return
    ways, thick = STROKES[what], 1.2
    if ways & (LEFT | RIGHT):
        begin, end = (0.0 if ways & LEFT else CELL / 2), (CELL + 0.1 if ways & RIGHT else CELL / 2 + thick)
        yield f'x="{x + begin:.1f}" y="{y + LINE / 2:.1f}" width="{end - begin:.1f}" height="{thick}"'
    if ways & (UP | DOWN):
        begin, end = (0.0 if ways & UP else LINE / 2), (LINE + 0.1 if ways & DOWN else LINE / 2 + thick)
        yield f'x="{x + CELL / 2:.1f}" y="{y + begin:.1f}" width="{thick}" height="{end - begin:.1f}"'


def keep(name: str, app: AmitopApp) -> None:
    """Write what *app* shows as the picture *name*."""
    path = SCREENSHOTS / f"{name}.svg"
    path.write_text(by_words(app.export_screenshot(title="amitop", simplify=True)), encoding="utf-8")
    print(path.relative_to(HERE.parent))


def to_png() -> None:
    """Make a PNG of every SVG."""
    if not shutil.which("rsvg-convert"):
        print("rsvg-convert is not installed (librsvg2-bin), so there are no PNGs")
        return
    for path in sorted(SCREENSHOTS.glob("*.svg")):
        subprocess.run(["rsvg-convert", "-o", path.with_suffix(".png"), path], check=True)
    if shutil.which("pngquant"):  # a quarter of the size, and no eye sees it
        pictures = sorted(SCREENSHOTS.glob("*.png"))
        subprocess.run(["pngquant", "--force", "--ext=.png", "--strip", "--speed=1", "64", *pictures], check=True)


async def main() -> None:
    """Take them all."""
    async with demo() as stage:
        calls = [only("calls")]
        await go(stage, calls, SMALL, lambda _, app: keep("narrow", app))
        await go(stage, calls, SIZE, lambda _, app: keep("light", app), theme="light")
        await go(stage, TOURS, SIZE, keep)


if __name__ == "__main__":
    SCREENSHOTS.mkdir(exist_ok=True)
    for old in SCREENSHOTS.glob("*.*"):
        old.unlink()
    staged(main)
    to_png()
