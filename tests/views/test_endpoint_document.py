"""Endpoints in the JSON document, from recorded bytes."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, find, packets, recording
from views.schema import faults

from amitop.pbx.replay import replay
from amitop.pbx.store import Store
from amitop.views.document import PbxFacts, document

FACTS = PbxFacts("pbx1", "127.0.0.1", 5038, "live")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_ends_in_the_documented_shape(version: str) -> None:
    store = Store("lab")
    replay(*recording(version), store)
    told = document(store, FACTS, packets(version)[-1][0], lambda moment: moment)
    assert faults(told) == []
    assert [endpoint["technology"] for endpoint in told["endpoints"]] == ["IAX2", *["PJSIP"] * 21]
    by_name = {endpoint["name"]: endpoint for endpoint in told["endpoints"]}
    listed = next(find(version, "EndpointList", lambda packet: packet.get("ObjectName") == "agent01"))
    (contact,) = by_name["agent01"]["contacts"]
    assert f"{contact['aor']}/{contact['uri']}," == listed.get("Contacts")
    assert contact["status"] == "Reachable"
    assert 0.0002 < contact["rtt"] < 0.001
    assert by_name["iaxpeer"] == {
        "name": "iaxpeer",
        "technology": "IAX2",
        "state": "Unknown",
        "channels": [],
        "contacts": [],
    }
    # Who has a channel is in use, and who has none is not: the events of both come from different places.
    for channel in told["channels"]:
        name = channel["name"].removeprefix("PJSIP/").rpartition("-")[0]
        if channel["name"].startswith("PJSIP/"):
            assert channel["uniqueid"] in by_name[name]["channels"]
            assert by_name[name]["state"] != "Not in use"
    assert sum(len(endpoint["channels"]) for endpoint in told["endpoints"]) == len(
        [channel for channel in told["channels"] if channel["name"].startswith("PJSIP/")]
    )
