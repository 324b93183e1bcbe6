from rig.asterisk import Row, row


def test_a_row_of_concise_output():
    line = "PJSIP/trunk-00000023!from-trunk!601!2!Up!Queue!sales,,,,60!+15559306674!!!3!6!!lab-1795383137.35"
    assert row(line) == Row(
        "PJSIP/trunk-00000023",
        "from-trunk",
        "601",
        "2",
        "Up",
        "Queue",
        "sales,,,,60",
        "+15559306674",
        "",
        "",
        "3",
        6,
        "",
        "lab-1795383137.35",
    )


def test_data_may_hold_the_separator():
    found = row("SIP/a-1!c!1!1!Up!NoOp!well! well!100!!!3!0!b-1!1.2")
    assert found is not None
    assert (found.data, found.caller, found.bridge, found.uniqueid) == ("well! well", "100", "b-1", "1.2")


def test_other_lines_are_no_rows():
    assert row("") is None
    assert row("15 active channels") is None
