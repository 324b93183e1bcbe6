"""What amitop prints without a screen is what a real Asterisk says of itself."""

import re

import pytest
from e2e.program import Amitop

from rig.asterisk import Asterisk
from rig.sipp import Calls
from rig.waiting import until


def test_a_call_is_in_the_snapshot_as_the_pbx_has_it(pbx: Asterisk, amitop: Amitop):
    pbx.calls(Calls(to="606", name="Gül Öz", number="+15557654321", talk=(60, 60)))
    row = until(lambda: next((row for row in pbx.channels() if row.application == "Wait"), None))
    document = amitop.snapshot()
    (channel,) = document["channels"]
    (call,) = document["calls"]
    assert channel["uniqueid"] == row.uniqueid
    assert (channel["name"], channel["state"], channel["context"]) == (row.name, "Up", "from-trunk")
    assert (channel["exten"], channel["application"]) == ("606", "Wait")
    assert channel["caller"] == {"num": "+15557654321", "name": "Gül Öz"}
    assert call["legs"] == [row.uniqueid]
    assert call["from"] == channel["caller"]
    assert document["pbx"]["link"] == "live"
    assert document["pbx"]["asterisk"].startswith(pbx.version)


def test_the_table_for_people_has_the_call(pbx: Asterisk, amitop: Amitop):
    pbx.calls(Calls(to="606", name="Hana Sato", number="+15551112222", talk=(60, 60)))
    until(pbx.channels)
    done = amitop.run("snapshot", "TARGET")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Hana Sato .*\+15551112222", done.stdout)


def test_verify_finds_no_drift_under_calls(pbx: Asterisk, amitop: Amitop):
    pbx.phones(ring=(0.5, 5))
    pbx.calls(Calls(rate=2, count=60, talk=(3, 12)))
    done = amitop.run("verify", "TARGET", "--for", "20", timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    compared = re.search(r"(\d+) rows compared, 0 differed", done.stdout)
    assert compared, done.stdout
    assert int(compared[1]) > 20, done.stdout


def test_a_wrong_secret_is_refused_with_words(pbx: Asterisk, tmp_path):
    done = Amitop(pbx, tmp_path, secret="hunter2").run("snapshot", "TARGET")
    assert done.returncode == 4
    assert "login as 'admin' refused" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_nobody_there_is_said(pbx: Asterisk, amitop: Amitop):
    done = amitop.run("snapshot", f"admin@127.0.0.1:{pbx.ports.nobody}")
    assert done.returncode == 3
    assert f"127.0.0.1:{pbx.ports.nobody}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_no_ami_is_said(pbx: Asterisk, amitop: Amitop):
    done = amitop.run("snapshot", f"admin@127.0.0.1:{pbx.ports.ami_tls}")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


class TestTls:
    def test_with_its_authority(self, pbx: Asterisk, amitop: Amitop):
        done = amitop.run("snapshot", amitop.tls_target, "--tls-ca", str(pbx.ca_file))
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize("shape", [str.lower, lambda hex: ":".join(re.findall("..", hex.upper()))])
    def test_with_its_fingerprint(self, pbx: Asterisk, amitop: Amitop, shape):
        done = amitop.run("snapshot", amitop.tls_target, "--tls-fingerprint", shape(pbx.fingerprint))
        assert done.returncode == 0, done.stderr

    def test_an_unknown_certificate_is_refused(self, pbx: Asterisk, amitop: Amitop):
        done = amitop.run("snapshot", amitop.tls_target)
        assert done.returncode == 3
        assert "certificate" in done.stderr

    def test_another_fingerprint_is_refused(self, pbx: Asterisk, amitop: Amitop):
        done = amitop.run("snapshot", amitop.tls_target, "--tls-fingerprint", "00" * 32)
        assert done.returncode == 3
        assert "fingerprint" in done.stderr
        assert pbx.fingerprint[:8] in done.stderr.replace(":", "").lower(), "it says what it saw instead"


class TestFewerRights:
    def test_watcher_sees_the_calls(self, pbx: Asterisk, tmp_path):
        pbx.calls(Calls(to="606", talk=(60, 60)))
        row = until(pbx.channels)[0]
        document = Amitop(pbx, tmp_path, "watcher").snapshot()
        assert [channel["uniqueid"] for channel in document["channels"]] == [row.uniqueid]
        assert document["pbx"]["asterisk"].startswith(pbx.version)

    def test_muzzled_sees_the_calls_and_not_the_version(self, pbx: Asterisk, tmp_path):
        pbx.calls(Calls(to="606", talk=(60, 60)))
        row = until(pbx.channels)[0]
        document = Amitop(pbx, tmp_path, "muzzled").snapshot()
        assert [channel["uniqueid"] for channel in document["channels"]] == [row.uniqueid]
        assert document["pbx"]["asterisk"] is None
        assert document["pbx"]["ami"]
