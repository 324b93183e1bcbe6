"""What ListCommands says of a login, in words."""

from amitop.rights import ActionRights

ADMIN = {
    "Hangup": "Hangup channel.  (Priv: system,call,all)",
    "Redirect": "Redirect (transfer) a call.  (Priv: call,all)",
    "Ping": "Keepalive command.  (Priv: <none>)",
    "CoreShowChannels": "List currently active channels.  (Priv: system,reporting,all)",
}


def test_listed_actions_may_be_sent_without_regard_to_case():
    rights = ActionRights(ADMIN)
    assert rights.may("hangup")
    assert rights.may("Ping")
    assert rights.why_not("Redirect") is None


def test_a_missing_class_is_named():
    rights = ActionRights({"Ping": "(Priv: <none>)", "CoreShowChannels": "x (Priv: system,reporting,all)"})
    assert not rights.may("Redirect")
    assert rights.why_not("Redirect") == "Redirect: this login lacks write=call in manager.conf"
    assert rights.why_not("Hangup") == "Hangup: this login lacks write=system or call in manager.conf"


def test_an_absent_module_is_told_from_a_missing_class():
    rights = ActionRights(ADMIN)
    assert rights.why_not("BlindTransfer") == "BlindTransfer: this Asterisk has no such action (module not loaded)"


def test_before_the_pbx_has_told_the_server_judges():
    rights = ActionRights({})
    assert not rights.known
    assert rights.may("Hangup")


def test_synopses_with_colons_and_brackets_are_read_from_their_end():
    rights = ActionRights({"X": "Do: this (or that).  (Priv: call,all)"})
    assert rights.may("X")
    assert rights.missing(["X", "Redirect"]) == ["Redirect"]
