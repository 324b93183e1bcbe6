"""The configuration file: what it gives, and that every mistake in it is one line with file and key."""

from pathlib import Path

import pytest

from amitop.cli import arguments
from amitop.config import COMMANDS, THEMES, Config, ConfigError, Settings, config_path, load_config
from amitop.ui.theme import NAMES


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_everything_that_can_be_set(tmp_path):
    path = write(
        tmp_path,
        """
        default = "office"
        theme = "light"
        ascii = true
        mouse = false
        read_only = true
        refresh = 2

        [profiles.office]
        host = "pbx.example.com"
        port = 15039
        tls = { ca_file = "ca.pem", verify = true }
        user = "amitop"
        secret_file = "office.secret"
        read_only = true

        [profiles.lab]
        user = "admin"
        secret = "s3cret"
        """,
    )
    config = load_config(path)
    assert config.default == "office"
    assert config.settings == Settings(theme="light", ascii=True, mouse=False, read_only=True, refresh=2.0)
    office = config.profiles["office"]
    assert (office.host, office.port, office.user, office.read_only) == ("pbx.example.com", 15039, "amitop", True)
    assert office.tls is not None
    assert office.tls.ca_file == tmp_path / "ca.pem", "files lie beside the configuration that names them"
    assert office.tls.verify
    assert office.secret_file == tmp_path / "office.secret"
    assert office.secret is None
    lab = config.profiles["lab"]
    assert (lab.host, lab.port, lab.tls, lab.read_only) == ("127.0.0.1", None, None, False)
    assert lab.secret is not None
    assert lab.secret.reveal() == "s3cret"
    assert "s3cret" not in repr(config)


def test_no_file_is_all_defaults(tmp_path):
    assert load_config(None, {"HOME": str(tmp_path), "AMITOP_CONFIG": ""}).settings == Settings()
    path = tmp_path / "none.toml"
    with pytest.raises(ConfigError, match=r"none\.toml: there is no such file"):
        load_config(path)
    with pytest.raises(ConfigError, match=r"none\.toml: there is no such file"):
        load_config(None, {"AMITOP_CONFIG": str(path)})


def test_the_environment_says_where_it_is(tmp_path):
    path = write(tmp_path, 'theme = "dark"')
    assert config_path({"AMITOP_CONFIG": str(path)}) == path
    assert load_config(None, {"AMITOP_CONFIG": str(path)}) == Config(path, {}, None, Settings(theme="dark"))
    assert config_path({}).parts[-2:] == ("amitop", "config.toml")


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('them = "dark"', "them", 'did you mean "theme"'),
        ("zzz = 1", "zzz", "known are ascii, bell"),
        ("[profiles.a]\nhots = 'x'", "profiles.a.hots", 'did you mean "host"'),
        ("[profiles.a]\npassword = 'hunter2'", "profiles.a.password", "unknown"),
        ("[profiles.a.tls]\nfingerprnt = 'x'", "profiles.a.tls.fingerprnt", 'did you mean "fingerprint"'),
        ("[profiles.a.tls]\nfingerprint = 'abcd'", "profiles.a.tls.fingerprint", "64 hex"),
        ("[profiles.a]\ntls = 'yes'", "profiles.a.tls", "true, false or a table"),
        ("[profiles.a]\nport = 'x'", "profiles.a.port", "whole number"),
        ("[profiles.a]\nport = true", "profiles.a.port", "whole number"),
        ("[profiles.a]\nport = 65536", "profiles.a.port", "between 1 and 65535"),
        ("[profiles.a]\nhost = ''", "profiles.a.host", "not empty"),
        ("[profiles.a]\nsecret = 4711", "profiles.a.secret", "text in quotes"),
        ('[profiles.a]\nsecret = "a\\nb"', "profiles.a.secret", "one line"),
        ("[profiles.a]\nsecret = 'x'\nsecret_file = 'y'", "profiles.a.secret_file", "keep one of the two"),
        ("[profiles.a]\nread_only = 1", "profiles.a.read_only", "true or false"),
        ("[profiles.watch]\nhost = 'x'", "profiles.watch", "is a command"),
        ("[profiles.'a b']\nhost = 'x'", "profiles.a b", "one word"),
        ("[profiles.'a@b']\nhost = 'x'", "profiles.a@b", "one word"),
        ("[profiles.-a]\nhost = 'x'", "profiles.-a", "does not start with -"),
        ("[profiles]\na = 1", "profiles.a", "must be a table"),
        ("profiles = 1", "profiles", "a table"),
        ("default = 'ofice'\n[profiles.office]\nhost='x'", "default", 'did you mean "office"'),
        ("theme = 'drak'", "theme", "one of dark, light, contrast, terminal"),
        ("refresh = 0", "refresh", "between 0.2 and 30"),
        ("refresh = nan", "refresh", "between 0.2 and 30"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path, text, key, words):
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: {key}: ")
    assert words in line
    assert "\n" not in line
    assert "hunter2" not in line
    assert "4711" not in line


def test_the_words_that_are_written_down_twice_are_the_same():
    assert tuple(arguments.COMMANDS) == COMMANDS
    assert tuple(NAMES) == THEMES


def test_what_is_not_toml_says_where(tmp_path):
    path = write(tmp_path, "theme = dark\n")
    with pytest.raises(ConfigError, match=r"config\.toml: not TOML: .*line 1"):
        load_config(path)
    path.write_bytes(b'theme = "\xff"')
    with pytest.raises(ConfigError, match=r"config\.toml: not UTF-8"):
        load_config(path)
    with pytest.raises(ConfigError, match="Is a directory"):
        load_config(tmp_path)
