"""The layers' arrows point down only: what each part of the package may import, proved by reading the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import amitop
import amitop.ami

PACKAGE = Path(amitop.__file__).parent

MAY_IMPORT: dict[str, set[str]] = {
    # layer: the parts of amitop that it may import beside itself
    "text": set(),
    "sim": set(),
    "ami": {"text"},
    "config_table": set(),
    "thresholds": set(),
    "queue_config": {"config_table", "thresholds"},
    "trunk_config": {"config_table", "queue_config", "thresholds"},
    "config": {"ami.address", "ami.secret", "config_table", "queue_config", "thresholds", "trunk_config"},
    "managerconf": {"ami.address", "ami.secret"},
    "target": {"ami.address", "ami.secret", "config", "managerconf"},
    "pbx": {"ami.packet", "ami.wire", "text"},  # bytes to packets is pure, and a recording is bytes
    "rights": {"text"},
    "health": {"ami.link", "ami.session"},
    "introduction": {"ami", "health", "rights"},
    "subscription": {"ami", "rights"},
    "sync": {"ami", "config", "pbx", "health"},
    "shift": {"pbx", "text", "thresholds"},
    "live": {"ami", "pbx", "config", "health", "introduction", "rights", "shift", "subscription", "sync", "text"},
    "control": {"ami", "pbx", "live", "rights", "config", "text"},
    "views": {"pbx", "shift", "text", "thresholds"},
    "ui": {"views", "control", "live", "health", "rights", "pbx", "config", "shift", "text", "thresholds"},
    "cli": {"", "ui", "views", "live", "pbx", "ami", "sim", "target", "config", "shift", "text", "thresholds"},
    "__main__": {"cli"},
    "__init__": set(),
}
"""`""` is the package itself, for its `__version__`."""

FOREIGN: dict[str, set[str]] = {
    # layer: what it may import that is neither amitop nor the standard library
    "config": {"platformdirs"},
    "views": {"rich.cells"},
    "control": {"platformdirs"},
    "shift": {"platformdirs"},
    "ui": {"textual", "rich", "platformdirs"},
}

PURE = {"text", "thresholds", "pbx", "shift", "views"}
BUT = {"shift.ledger"}
"""The one module of a pure layer that has a file."""
IMPURE = {"asyncio", "socket", "ssl", "threading", "subprocess", "time", "random", "os"}
"""Modules of the standard library with a clock, a socket or a process behind them."""


def modules() -> list[tuple[str, Path]]:
    """Every module of the package: its dotted name without `amitop.`, and its file."""
    return [(".".join(path.relative_to(PACKAGE).with_suffix("").parts), path) for path in sorted(PACKAGE.rglob("*.py"))]


@cache
def imports(path: Path) -> set[str]:
    """Every module that the file imports anywhere, for types too, by its full dotted name. Not to be changed."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where an arrow points"
            assert node.module is not None
            # `from amitop.pbx import calls` names a module; `from amitop.pbx.calls import call_state` does not.
            found |= {
                f"{node.module}.{alias.name}" if _is_module(f"{node.module}.{alias.name}") else node.module
                for alias in node.names
            }
    return found


def _is_module(name: str) -> bool:
    parts = name.split(".")
    if parts[0] != "amitop":
        return False
    path = PACKAGE.joinpath(*parts[1:])
    return path.is_dir() or path.with_suffix(".py").is_file()


def within(name: str, allowed: set[str]) -> bool:
    """Whether *name* is one of *allowed* or lies inside one of them."""
    return any(name == part or (part and name.startswith(f"{part}.")) for part in allowed)


ALL = modules()


@pytest.mark.parametrize(("module", "path"), ALL, ids=[name for name, _ in ALL])
def test_arrows_go_down_only(module, path):
    layer = module.split(".")[0]
    assert layer in MAY_IMPORT, "a new part of the package needs its line in the table"
    allowed = MAY_IMPORT[layer] | {layer}
    ours = {name.removeprefix("amitop").removeprefix(".") for name in imports(path) if name.split(".")[0] == "amitop"}
    wrong = sorted(name for name in ours if not within(name, allowed))
    assert not wrong, f"{layer} may import {sorted(allowed)}"


@pytest.mark.parametrize(("module", "path"), ALL, ids=[name for name, _ in ALL])
def test_what_comes_from_outside(module, path):
    layer = module.split(".")[0]
    names = {name for name in imports(path) if name.split(".")[0] != "amitop"}
    foreign = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
    wrong = sorted(name for name in foreign if not within(name, FOREIGN.get(layer, set())))
    assert not wrong
    if layer in PURE and module not in BUT:
        assert not {name.split(".")[0] for name in names} & IMPURE, "pure: no clock, no I/O"


def test_only_the_dashboard_imports_the_screen():
    users = [name for name, path in ALL if any(within(i, {"amitop.ui"}) for i in imports(path))]
    assert [name for name in users if not name.startswith("ui.")] == ["cli.dashboard"]


def test_the_table_is_about_what_exists():
    layers = {name.split(".")[0] for name, _ in ALL}
    assert layers == set(MAY_IMPORT)


def test_everything_below_the_screen_runs_without_textual():
    below = [name for name, _ in ALL if name.split(".")[0] not in {"ui", "__main__"} and name != "cli.dashboard"]
    names = [f"amitop.{name}".removesuffix(".__init__") for name in below]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'textual'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


def test_what_needs_no_network_starts_without_asyncio():
    """A wrong word on the command line, and a recording, are answered without 60 ms of imports."""
    layers = {"text", "config", "managerconf", "target", "pbx", "views"}
    names = [f"amitop.{name}".removesuffix(".__init__") for name, _ in ALL if name.split(".")[0] in layers]
    names += ["amitop.cli.login", "amitop.cli.replay"]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print(sorted({'asyncio', 'ssl', 'socket', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


def test_the_library_offers_what_it_says():
    assert all(getattr(amitop.ami, name) is not None for name in amitop.ami.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        amitop.ami.Sesion  # noqa: B018
