import pytest

from rig.errors import RigError
from rig.mirror import deb822_sources, mirror, one_line_sources

ONE_LINE = """
# deb http://old.example/debian bookworm main
deb http://a.example/debian bookworm main contrib
deb-src http://a.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://b.example/debian testing main
"""

DEB822 = """\
Types: deb deb-src
# a comment inside of a stanza
URIs: http://a.example/debian
  http://b.example/debian
Suites: bookworm bookworm-updates

Types: deb-src
URIs: http://c.example/debian
Suites: bookworm

Enabled: no
Types: deb
URIs: http://d.example/debian
Suites: bookworm
"""


def test_one_line_format():
    assert one_line_sources(ONE_LINE) == [
        ("http://a.example/debian", "bookworm"),
        ("https://b.example/debian", "testing"),
    ]


def test_deb822_format():
    assert deb822_sources(DEB822) == [
        ("http://a.example/debian", "bookworm"),
        ("http://a.example/debian", "bookworm-updates"),
        ("http://b.example/debian", "bookworm"),
        ("http://b.example/debian", "bookworm-updates"),
    ]


def test_the_mirror_is_of_a_debian_release_and_readable(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text("deb cdrom:[Debian]/ testing main\n")
    (tmp_path / "sources.list.d" / "a.list").write_text("deb https://tools.example/apt nodistro main\n")
    (tmp_path / "sources.list.d" / "b.sources").write_text("Types: deb\nURIs: http://e.example/debian\nSuites: sid\n")
    (tmp_path / "sources.list.d" / "c.sources.bak").write_text("Types: deb\nURIs: http://no.example\nSuites: sid\n")
    assert mirror(tmp_path) == "http://e.example/debian"


def test_no_mirror_is_said(tmp_path):
    with pytest.raises(RigError, match="names no Debian mirror"):
        mirror(tmp_path)
