"""Writes one Asterisk's configuration: the files of templates/ with ports, agents and a certificate filled in."""

import datetime
import hashlib
import ipaddress
import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rig.ports import Ports

TEMPLATES = Path(__file__).parent / "templates"
AGENTS = 20
PORTS = ("sip", "ami", "ami_tls", "chan_sip", "iax", "carrier", "iax_carrier", "nobody", "phones")

USERS = {"admin": "s3cret", "watcher": "look", "muzzled": "mute"}
"""AMI users and their secrets, as templates/manager.conf has them."""


def write(folder: Path, here: str, modules: str, ports: Ports, systemname: str | None) -> str:
    """Fill `folder`, which Asterisk will see as `here`; return the SHA-256 fingerprint of AMI's certificate, in hex.

    With a system name, Uniqueids carry it as a prefix (ami.md D.2).
    """
    values = {
        "here": here,
        "modules": modules,
        "systemname": f"systemname = {systemname}" if systemname else "",
        "agents": "\n".join(_agent(i, ports) for i in range(1, AGENTS + 1)),
        **{name: str(getattr(ports, name)) for name in PORTS},
    }
    for template in sorted(TEMPLATES.glob("*.conf")):
        text = re.sub(r"@members:(\d+)-(\d+):(\d+)@", _members, template.read_text())
        text = re.sub(r"@(\w+)@", lambda m: values[m[1]], text)
        (folder / template.name).write_text(text)
    for sub in ("lib", "spool", "log"):
        (folder / sub).mkdir()
    return _certificate(folder)


def _agent(number: int, ports: Ports) -> str:
    name = f"agent{number:02d}"
    contact = f"sip:{name}@127.0.0.1:{ports.phones}"
    endpoint = f'[{name}](phone)\naors = {name}\ncallerid = "Agent {number:02d}" <10{number:02d}>'
    return f"{endpoint}\n[{name}](contact)\ncontact = {contact}"


def _members(m: re.Match[str]) -> str:
    first, last, penalty = int(m[1]), int(m[2]), m[3]
    agents = [f"{i:02d}" for i in range(first, last + 1)]
    return "\n".join(f"member => PJSIP/agent{i},{penalty},Agent {i},PJSIP/agent{i}" for i in agents)


def _certificate(folder: Path) -> str:
    """A self-signed certificate for localhost: ami.crt (its own authority) and ami.pem (with the key, for Asterisk)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    pkcs8 = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption())
    (folder / "ami.crt").write_bytes(public)
    (folder / "ami.pem").write_bytes(private + public)
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()
