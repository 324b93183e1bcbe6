"""Reading Asterisk's manager.conf as Asterisk does, and choosing a user in it."""

from pathlib import Path

import pytest

from amitop.managerconf import read_manager_conf, uncommented

GENERAL = "[general]\nenabled = yes\n"


def conf(folder: Path, text: str, **files: str):
    for name, content in files.items():
        (folder / f"{name}.conf").write_text(content)
    path = folder / "manager.conf"
    path.write_text(text)
    return read_manager_conf(path)


def chosen(folder: Path, text: str, **files: str) -> tuple[str, str] | None:
    user = conf(folder, text, **files).usable()
    if user is None:
        return None
    assert user.secret is not None
    return user.name, user.secret.reveal()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a=1 ; said", ["a=1"]),
        (";whole line\n\n  \nb=2", ["b=2"]),
        (r"secret = semi\;colon ; said", ["secret = semi;colon"]),
        (r"secret = a\;b\;c", ["secret = a;b;c"]),
        ("a=1 ;-- inside --; b", ["a=1  b"]),
        ("a=1\n;--\nb=2\n--;\nc=3", ["a=1", "c=3"]),
        (";-- one\n;-- two --;\nstill\n--;\nc=3", ["c=3"]),
        (";--- a ruler, not a block\na=1", ["a=1"]),
        (";--; a=1\n--;\nb=2", ["b=2"]),
        (";-- never closed\na=1", []),
    ],
)
def test_comments(text, lines):
    assert list(uncommented(text)) == lines


def test_a_plain_file(tmp_path):
    found = conf(
        tmp_path,
        "[general]\nenabled=yes\nport = 15038\nbindaddr=0.0.0.0\n"
        "tlsenable = on\ntlsbindaddr = 0.0.0.0:15039\n"
        "[admin]\nsecret => s3cret\nread = all\nwrite = system,call, agent\n"
        "deny=0.0.0.0/0.0.0.0\npermit=127.0.0.1/255.255.255.0\n",
    )
    assert found.problem is None
    assert str(found.address) == "127.0.0.1:15038"
    assert found.tls_port == 15039
    user = found.usable()
    assert user is not None
    assert (user.name, user.write) == ("admin", {"system", "call", "agent"})
    assert user.secret is not None
    assert user.secret.reveal() == "s3cret"
    assert "s3cret" not in repr(found)


def test_the_defaults_are_those_of_asterisk(tmp_path):
    found = conf(tmp_path, GENERAL + "[a]\nsecret=x\nread=call\n")
    assert (str(found.address), found.tls_port) == ("127.0.0.1:5038", None)
    off = conf(tmp_path, "[general]\n[a]\nsecret=x\nread=call\n")
    assert off.problem is not None
    assert "enabled = no" in off.problem


def test_it_listens_on_one_address_only(tmp_path):
    text = "[general]\nenabled=1\nbindaddr=10.1.2.3\n[a]\nsecret=x\nread=all\ndeny=0.0.0.0/0\npermit={}\n"
    found = conf(tmp_path, text.format("10.1.2.3/32"))
    assert str(found.address) == "10.1.2.3:5038"
    assert found.usable() is not None, "who connects to an own address comes from that address"
    assert conf(tmp_path, text.format("127.0.0.1/32")).usable() is None
    assert str(conf(tmp_path, text.replace("10.1.2.3", "::").format("127.0.0.1/8")).address) == "127.0.0.1:5038"


def test_templates_and_additions(tmp_path):
    text = (
        GENERAL
        + "[base](!)\nread = system,call\nwrite = reporting\n"
        + "[closed](!)\ndeny = 0.0.0.0/0.0.0.0\n"
        + "[local](!,closed)\npermit = 127.0.0.1/32\n"
        + "[op](base,local)\nsecret = one\nwrite = call\n"
        + "[remote](base,closed)\nsecret = two\nwrite = all\n"
        + "[op](+)\nsecret = three\n"
    )
    found = conf(tmp_path, text)
    assert [user.name for user in found.users] == ["op", "remote"], "a template is no user"
    op = found.user("op")
    assert op is not None
    assert (op.read, op.write) == ({"system", "call"}, {"call"})
    assert op.secret is not None
    assert op.secret.reveal() == "three"
    assert found.usable() is op


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("", True),
        ("deny=0.0.0.0/0.0.0.0", False),
        ("deny=0.0.0.0/0.0.0.0\npermit=127.0.0.1/255.255.255.255", True),
        ("permit=127.0.0.1/255.255.255.255\ndeny=0.0.0.0/0.0.0.0", False),  # the last that matches decides
        ("deny=0.0.0.0/0\npermit=10.0.0.0/8,127.0.0.0/8", True),
        ("deny=0.0.0.0/0\npermit=10.0.0.0/8, 192.168.0.0/16", False),
        ("deny=0.0.0.0/0,::/0\npermit=!127.0.0.1/32", False),
        ("permit=10.0.0.0/8", True),  # permit alone denies nobody
        ("deny=nonsense", True),
    ],
)
def test_access_rules(tmp_path, rules, allowed):
    found = conf(tmp_path, f"{GENERAL}[a]\nsecret=x\nread=call\n{rules}\n")
    assert (found.usable() is not None) is allowed
    assert (found.problem is None) is allowed


def test_which_user(tmp_path):
    weak = "[weak]\nsecret=w\nread=call\nwrite=reporting\n"
    strong = "[strong]\nsecret=s\nread=call,agent\nwrite=call,agent,system\n"
    deaf = "[deaf]\nsecret=d\nread=system\nwrite=all\n"
    barred = "[barred]\nsecret=b\nread=all\nwrite=all\ndeny=0.0.0.0/0\n"
    keyless = "[keyless]\nread=all\nwrite=all\n"
    none = "[none]\nsecret=n\n"
    ours = "[amitop]\nsecret=o\nread=call\nwrite=reporting\n"
    assert chosen(tmp_path, GENERAL + weak + strong + deaf + barred + keyless + none) == ("strong", "s")
    assert chosen(tmp_path, GENERAL + strong + ours) == ("amitop", "o"), "what the documentation says to make"
    assert chosen(tmp_path, GENERAL + deaf + weak) == ("weak", "w"), "without read=call there is little to see"
    assert chosen(tmp_path, GENERAL + deaf) == ("deaf", "d"), "little is more than nothing"
    assert chosen(tmp_path, GENERAL + barred + keyless + none) is None


def test_includes(tmp_path):
    (tmp_path / "manager.d").mkdir()
    (tmp_path / "manager.d" / "b.conf").write_text("[b]\nsecret=bb\nread=all\nwrite=all\n#include nested.conf\n")
    (tmp_path / "manager.d" / "a.conf").write_text("[a]\nsecret=aa\nread=call\n")
    absolute = tmp_path / "absolute.conf"
    absolute.write_text("[abs]\nsecret=xx\nread=call\n")
    found = conf(
        tmp_path,
        "[general]\nenabled = yes\n#include general\n"
        '#include "manager.d/*.conf"\n#tryinclude <missing.conf>\n#include also_missing.conf\n'
        f"#include {absolute}\n#exec touch {tmp_path}/ran\n",
        nested="[nested]\nsecret=nn\nread=call\n",
    )
    assert [user.name for user in found.users] == ["a", "b", "nested", "abs"]
    assert not (tmp_path / "ran").exists()


def test_a_section_goes_on_in_an_included_file(tmp_path):
    assert chosen(tmp_path, GENERAL + "[a]\nread=all\n#include secret.conf\nwrite=all\n", secret="secret=hidden\n") == (
        "a",
        "hidden",
    )


def test_a_file_that_includes_itself_ends(tmp_path):
    assert chosen(tmp_path, GENERAL + "[a]\nsecret=x\nread=all\n#include manager.conf\n") == ("a", "x")


def test_garbage_is_not_fatal(tmp_path):
    path = tmp_path / "manager.conf"
    path.write_bytes(
        b"stray = 1\n[broken\n[x]y\n=\n[](\xff)\n[general]\nenabled=yes\nport=lots\n[a]\nsecret=\nread=all\n"
    )
    found = read_manager_conf(path)
    assert found.port == 5038
    assert found.problem == "no user with a secret may log in from here"


def test_what_cannot_be_read_says_so(tmp_path):
    assert read_manager_conf(tmp_path / "none.conf").problem == "there is no such file"
    assert read_manager_conf(tmp_path).problem == "Is a directory"


def test_no_permission(tmp_path, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    (tmp_path / "manager.conf").write_text(GENERAL)
    monkeypatch.setattr(Path, "read_text", refuse)  # a test that runs as root may read everything
    assert read_manager_conf(tmp_path / "manager.conf").problem == "Permission denied"


def test_an_include_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "users.conf").mkdir()
    found = conf(tmp_path, GENERAL + "#include users.conf\n")
    assert found.problem is not None
    assert "users.conf could not be read" in found.problem
