"""From TARGET, file and environment to a complete profile; and that no secret is ever repeated."""

from pathlib import Path

import pytest

from amitop.ami.address import Address, TlsOptions
from amitop.ami.secret import Secret
from amitop.config import Config, ConfigError, SavedProfile, Settings
from amitop.target import Overrides, Target, parse_target, resolve

MANAGER = """
[general]
enabled=yes
port=15038
tlsenable=yes
[admin]
secret=fromconf
read=all
write=all
[watcher]
secret=look
read=call
"""
PIN = "ab" * 32


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("pbx1", Target("pbx1", None, None, False)),
        ("pbx1:5038", Target("pbx1", 5038, None, False)),
        ("ann@pbx1", Target("pbx1", None, "ann", False)),
        ("ann@example.com@pbx1:1", Target("pbx1", 1, "ann@example.com", False)),
        ("amis://pbx1", Target("pbx1", None, None, True)),
        ("AMIS://ann@pbx1:5039/", Target("pbx1", 5039, "ann", True)),
        ("ami://10.0.0.1", Target("10.0.0.1", None, None, False)),
        ("::1", Target("::1", None, None, False)),
        ("[::1]", Target("::1", None, None, False)),
        ("ann@[fe80::1]:5038", Target("fe80::1", 5038, "ann", False)),
    ],
)
def test_target(text, target):
    assert parse_target(text) == target


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ann:hunter2@pbx1", "AMITOP_SECRET"),
        ("amis://ann:hunter2@pbx1:5039", "--secret-file"),
        ("ann:@hunter2", "does not belong"),
        ("ann:hunt@er2@pbx1", "does not belong"),
        ("ann:hunter2", "must be a port"),
        ("ann:hunter2://x@y", "amis://"),
        ("http://pbx1", "amis://"),
        ("pbx1:0", "must be a port"),
        ("pbx1:65536", "must be a port"),
        ("pbx1:" + "9" * 5000, "must be a port"),
        ("pbx1:", "must be a port"),
        ("pbx1:²", "must be a port"),
        ("@pbx1", "no user before"),
        ("", "not a profile"),
        ("ann@", "not a profile"),
        ("a b", "not a profile"),
        ("pbx1/x", "not a profile"),
        ("pbx\x1b[31m", "not a profile"),
        ("a\nb@pbx1", "control"),
        ("[pbx1]", "brackets"),
        ("[::1", "brackets"),
        ("[::1]5038", "brackets"),
    ],
)
def test_a_wrong_target_is_one_line_and_repeats_no_secret(text, words):
    with pytest.raises(ConfigError) as caught:
        parse_target(text)
    line = str(caught.value)
    assert words in line
    assert line.isprintable()
    assert "hunter2" not in line
    assert "er2" not in line


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    """An environment whose manager.conf does not exist."""
    return {"AMITOP_MANAGER_CONF": str(tmp_path / "none.conf")}


@pytest.fixture
def on_pbx(tmp_path) -> dict[str, str]:
    """An environment on a PBX: its manager.conf can be read."""
    path = tmp_path / "manager.conf"
    path.write_text(MANAGER)
    return {"AMITOP_MANAGER_CONF": str(path)}


def config(path: Path = Path("config.toml"), default: str | None = None, *profiles: SavedProfile, **settings) -> Config:
    return Config(path, {profile.name: profile for profile in profiles}, default, Settings(**settings))


OFFICE = SavedProfile("office", "pbx.example.com", None, TlsOptions(), "amitop", secret_file=Path("none"))
LAB = SavedProfile("lab", "10.0.0.9", 15038, None, "admin", secret_file=None, read_only=True)


def test_a_named_profile(tmp_path, environ):
    (tmp_path / "office.secret").write_text("topsecret\r\nand a comment\n")
    (tmp_path / "office.secret").chmod(0o600)
    office = SavedProfile("office", "pbx.example.com", None, TlsOptions(), "amitop", None, tmp_path / "office.secret")
    warnings: list[str] = []
    profile = resolve("office", config(Path("c.toml"), None, office, LAB), environ, warn=warnings.append)
    assert profile.name == "office"
    assert profile.address == Address("pbx.example.com", 5039, TlsOptions())
    assert (profile.user, profile.secret.reveal(), profile.read_only) == ("amitop", "topsecret", False)
    assert profile.origin == 'profile "office" in c.toml'
    assert "topsecret" not in repr(profile)
    assert not warnings


def test_a_secret_that_everybody_can_read_is_warned_of(tmp_path, environ):
    secret = tmp_path / "s"
    secret.write_text("x")
    secret.chmod(0o644)
    warnings: list[str] = []
    resolve("ann@pbx1", config(), environ, Overrides(secret_file=secret), warn=warnings.append)
    assert warnings == [f"{secret} holds a secret and every user of this machine can read it: chmod 600 {secret}"]
    path = tmp_path / "c.toml"
    path.write_text("")
    path.chmod(0o644)
    saved = SavedProfile("a", "h", None, None, "u", Secret("x"))
    warnings.clear()
    resolve("a", config(path, None, saved), environ, warn=warnings.append)
    assert [line.split(" ")[0] for line in warnings] == [str(path)]
    path.chmod(0o640)
    warnings.clear()
    resolve("a", config(path, None, saved), environ, warn=warnings.append)
    assert not warnings, "a group may share it"
    path.chmod(0o644)
    resolve("a", config(path, None, saved), environ | {"AMITOP_SECRET": "y"}, warn=warnings.append)
    assert not warnings, "only the secret that is used matters"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"", "first line"),
        (b"\nsecret", "first line"),
        (b"\xff\xfe", "UTF-8"),
        (b"a\0b", "first line"),
    ],
)
def test_a_secret_file_of_no_use(tmp_path, environ, content, words):
    path = tmp_path / "s"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=words) as caught:
        resolve("ann@pbx1", config(), environ, Overrides(secret_file=path))
    assert str(path) in str(caught.value)


def test_the_default_profile(environ):
    secret = {"AMITOP_SECRET": "x"}
    assert resolve(None, config(Path("c"), "lab", OFFICE, LAB), environ | secret).name == "lab"
    assert resolve(None, config(Path("c"), None, LAB), environ | secret).name == "lab", "the only one"
    with pytest.raises(ConfigError, match="profiles are office, lab"):
        resolve(None, config(Path("c"), None, OFFICE, LAB), environ | secret)


def test_on_the_pbx_its_own_manager_conf(on_pbx):
    profile = resolve(None, config(), on_pbx)
    assert profile.address == Address("127.0.0.1", 15038, None)
    assert (profile.user, profile.secret.reveal()) == ("admin", "fromconf")
    assert profile.origin == f"user admin in {on_pbx['AMITOP_MANAGER_CONF']}"
    assert resolve(None, config(), on_pbx | {"AMITOP_USER": "watcher"}).secret.reveal() == "look"
    assert resolve(None, config(Path("c"), None, OFFICE, LAB), on_pbx).user == "admin", "no default among several"


@pytest.mark.parametrize("target", ["localhost:15038", "127.0.0.1:15038", "amis://localhost", "[::1]:15038"])
def test_manager_conf_completes_an_address_of_this_machine(on_pbx, target):
    assert resolve(target, config(), on_pbx).secret.reveal() == "fromconf"
    user = target.replace("amis://", "amis://watcher@") if "://" in target else f"watcher@{target}"
    assert resolve(user, config(), on_pbx).secret.reveal() == "look"


def test_manager_conf_says_nothing_of_other_addresses(on_pbx):
    with pytest.raises(ConfigError, match=r"no AMI user for 127\.0\.0\.1:25038"):
        resolve("127.0.0.1:25038", config(), on_pbx)
    with pytest.raises(ConfigError, match="no secret for admin@pbx9:15038"):
        resolve("admin@pbx9:15038", config(), on_pbx)
    with pytest.raises(ConfigError, match="no secret for nobody@localhost:15038"):
        resolve("nobody@localhost:15038", config(), on_pbx)


def test_without_anything_the_message_says_where_it_looked(environ):
    with pytest.raises(ConfigError) as caught:
        resolve(None, config(), environ)
    line = str(caught.value)
    assert "no AMI user for 127.0.0.1:5038" in line
    assert f"{environ['AMITOP_MANAGER_CONF']}: there is no such file" in line
    assert "config.toml" in line
    assert resolve(None, config(), environ | {"AMITOP_USER": "u", "AMITOP_SECRET": "s"}).address == Address("127.0.0.1")


def test_a_mistyped_profile_is_named(environ):
    with pytest.raises(ConfigError, match='did you mean the profile "office"'):
        resolve("ofice", config(Path("c"), None, OFFICE, LAB), environ)


def test_which_secret_wins(tmp_path, environ):
    file = tmp_path / "s"
    file.write_text("from-file")
    file.chmod(0o600)
    saved = SavedProfile("a", "h", None, None, "u", Secret("from-profile"))
    path = tmp_path / "c"
    path.touch(0o600)
    known = config(path, None, saved)
    env = environ | {"AMITOP_SECRET": "from-environment"}
    assert resolve("a", known, env, Overrides(secret_file=file)).secret.reveal() == "from-file"
    assert resolve("a", known, env).secret.reveal() == "from-environment"
    assert resolve("a", known, environ).secret.reveal() == "from-profile"
    other = resolve("a", known, environ | {"AMITOP_USER": "v"}, ask=lambda _: "typed")
    assert (other.user, other.secret.reveal()) == ("v", "typed"), "a profile's secret is only its own user's"


def test_the_prompt(environ):
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "typed"

    assert resolve("ann@pbx1", config(), environ, ask=answer).secret.reveal() == "typed"
    assert asked == ["AMI secret of ann@pbx1:5038: "]
    with pytest.raises(ConfigError, match="nothing was typed"):
        resolve("ann@pbx1", config(), environ, ask=lambda _: "")
    with pytest.raises(ConfigError, match="set AMITOP_SECRET"):
        resolve("ann@pbx1", config(), environ, ask=None)


def test_tls_from_the_command_line(environ):
    def address(target: str, **overrides) -> Address:
        env = environ | {"AMITOP_SECRET": "s", "AMITOP_USER": "u"}
        return resolve(target, config(Path("c"), None, OFFICE, LAB), env, Overrides(**overrides)).address

    assert address("h") == Address("h", 5038, None)
    assert address("amis://h") == Address("h", 5039, TlsOptions())
    assert address("h", tls_ca=Path("ca")) == Address("h", 5039, TlsOptions(ca_file=Path("ca")))
    assert address("h:1", tls_verify=False) == Address("h", 1, TlsOptions(verify=False))
    assert address("office", tls_fingerprint=PIN).tls == TlsOptions(fingerprint=PIN)
    assert address("lab", tls_verify=False) == Address("10.0.0.9", 15038, TlsOptions(verify=False))
    with pytest.raises(ConfigError, match=r"--tls-fingerprint: .*64 hex"):
        address("h", tls_fingerprint="abc")


def test_read_only_from_anywhere(environ):
    env = environ | {"AMITOP_SECRET": "s"}
    assert resolve("lab", config(Path("c"), None, LAB), env).read_only
    assert not resolve("u@h", config(), env).read_only
    assert resolve("u@h", config(read_only=True), env).read_only
    assert resolve("u@h", config(), env, Overrides(read_only=True)).read_only


@pytest.mark.parametrize(
    ("target", "name"), [("ann@pbx1", "pbx1"), ("amis://ann@pbx1", "pbx1"), ("ann@pbx1:5066", "pbx1:5066")]
)
def test_two_pbxs_on_one_host_have_two_names(environ, target, name):
    assert resolve(target, config(), environ | {"AMITOP_SECRET": "x"}).name == name
