"""Hangup causes in words."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, find

from amitop.pbx.causes import WORDS, in_words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((16, "Normal Clearing", None, "PJSIP"), "Normal Clearing"),
        ((3, "No route to destination", "404", "PJSIP"), "No route to destination (SIP 404)"),
        ((3, "No route to destination", "404", "SIP"), "No route to destination (SIP 404)"),
        ((3, "No route to destination", "SIP 404 Not Found", "PJSIP"), "No route to destination (SIP 404 Not Found)"),
        ((17, None, "5", "IAX2"), "User busy (IAX2 5)"),
        ((17, None, "5", ""), "User busy (5)"),
        ((17, "", "0", "PJSIP"), "User busy"),
        ((0, "Unknown", None, "PJSIP"), "no cause given"),
        ((None, None, None, ""), "no cause given"),
        ((99999, None, None, ""), "cause 99999"),
        ((200, "Unknown", None, ""), "cause 200"),
        ((18, "Unknown", None, ""), "No user responding"),
        ((21, "Rejected by the boss", None, ""), "Rejected by the boss"),
    ],
)
def test_words(given: tuple[int | None, str | None, str | None, str], words: str) -> None:
    assert in_words(*given) == words


@pytest.mark.parametrize("version", VERSIONS)
def test_the_table_says_what_the_pbx_says(version: str) -> None:
    said = {int(p.get("Cause")): p.get("Cause-txt") for p in find(version, "Hangup")}
    assert len(said) >= 3
    for cause, text in said.items():
        assert WORDS[cause] == ("no cause given" if cause == 0 else text)
