"""Where a webhook never goes, and that it goes to the very address that was looked at."""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from meetup_webhooks import calling
from meetup_webhooks.calling import NoAnswer, post
from meetup_webhooks.targets import Forbidden, Rules, networks_fault, resolved, target_of

from meetup import create_app
from meetup.errors import BadConfiguration, InvalidInput

OPEN = Rules()
HERE = Rules(http=True, networks=("127.0.0.0/8",))

CLOSED = (
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.8",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "fe80::1",
    "fc00::1",
    "fd12::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "2002:7f00:1::1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
)


@pytest.mark.parametrize("address", CLOSED)
def test_a_closed_address_is_refused_as_text_and_behind_a_name(
    address: str, name_server: Callable[..., list[str]]
) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(InvalidInput):
        target_of(f"https://{literal}/x", OPEN)
    name_server(address)
    with pytest.raises(Forbidden):
        resolved(target_of("https://hooks.example/x", OPEN), OPEN)
    name_server("8.8.8.8", address)
    with pytest.raises(Forbidden):
        resolved(target_of("https://hooks.example/x", OPEN), OPEN)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.162.4.191", "2400:cb00::1", "2606:4700::1111"])
def test_an_open_address_is_taken(address: str, name_server: Callable[..., list[str]]) -> None:
    name_server(address)
    assert resolved(target_of("https://hooks.example/x", OPEN), OPEN) == [address]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost"])
def test_other_ways_to_write_an_address_are_seen_through(host: str) -> None:
    with pytest.raises((Forbidden, InvalidInput, OSError)):
        resolved(target_of(f"https://{host}/x", OPEN), OPEN)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://",
        "https://a:b@hooks.example/",
        "https://@hooks.example/",
        "https://hooks.example/#x",
        "https://hooks.example:99999/",
        "https://hooks.example:x/",
        "https://hooks.exam ple/",
        "https://hooks.example/\r\nX: y",
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks%2eexample/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://hooks.example/" + "x" * 500,
    ],
)
def test_what_is_no_address_for_us_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        target_of(url, OPEN)


def test_the_operator_may_open_a_network_of_their_own() -> None:
    rules = Rules(networks=("10.1.0.0/16", "fd00::/8"))
    assert not rules.forbids(ipaddress.ip_address("10.1.2.3"))
    assert not rules.forbids(ipaddress.ip_address("fd00::1"))
    assert rules.forbids(ipaddress.ip_address("10.2.0.1"))
    assert networks_fault(("10.1.0.0/16",)) is None
    with pytest.raises(BadConfiguration, match="which is no network"):
        create_app(
            {"MEETUP_SECRET_KEY": "x" * 40, "MEETUP_PLUGINS": "webhooks", "MEETUP_WEBHOOKS_NETWORKS": "my office"}
        )


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Says which addresses ``hooks.example`` has; gives the list of questions. Numbers go their own way."""
    real = socket.getaddrinfo

    def answer(*addresses: str) -> list[str]:
        asked: list[str] = []

        def look(host: str, port: int, *args: Any, **kinds: Any) -> Any:
            if host != "hooks.example":
                return real(host, port, *args, **kinds)
            asked.append(host)
            return [entry for one in addresses for entry in real(one, port, *args, **kinds)]

        monkeypatch.setattr(socket, "getaddrinfo", look)
        return asked

    return answer


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Answers every connection by a function that is given the socket; gives the port."""
    open_sockets: list[socket.socket] = []

    def start(answer: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        open_sockets.append(listening)

        def accept() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                try:
                    with line:
                        answer(context.wrap_socket(line, server_side=True) if context else line)
                except OSError:
                    continue

        threading.Thread(target=accept, daemon=True).start()
        return int(listening.getsockname()[1])

    yield start
    for one in open_sockets:
        one.close()


def whole(line: socket.socket) -> bytes:
    """All that was sent: whoever hangs up on what it has not read yet, resets the line and takes its answer back."""
    heard = b""
    while not heard.endswith(b"{}") and (part := line.recv(65_536)):
        heard += part
    return heard


def well(line: socket.socket) -> None:
    whole(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_a_name_is_asked_for_once_and_its_very_address_is_called(
    serve: Any, name_server: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def note(line: socket.socket) -> None:
        seen.append(line.recv(65_536))
        line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    port = serve(note)
    asked = name_server("127.0.0.1")
    # A proxy of the machine's would ask again, in its own network.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert post(target_of(f"http://hooks.example:{port}/in", HERE), b"{}", {}, HERE).status == 204
    assert asked == ["hooks.example"]
    assert f"host: hooks.example:{port}".encode() in seen[0].lower()


def test_a_name_that_nobody_knows_is_a_passing_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_kinds: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NoAnswer, match="is not found") as caught:
        post(target_of("https://hooks.example/", OPEN), b"{}", {}, OPEN)
    assert not caught.value.maybe_taken


def test_nobody_at_home_is_a_passing_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NoAnswer, match="no connection") as caught:
        post(target_of(f"http://127.0.0.1:{port}/", HERE), b"{}", {}, HERE)
    assert not caught.value.maybe_taken


@pytest.mark.parametrize("begins", [b"H", b"HTTP/1.1 500 Oops\r\nX-Drip: "], ids=["status", "head"])
def test_an_answer_that_drips_is_cut_off(serve: Any, monkeypatch: pytest.MonkeyPatch, begins: bytes) -> None:
    monkeypatch.setattr(calling, "WHOLE_SECONDS", 0.8)

    def drip(line: socket.socket) -> None:
        line.recv(65_536)
        line.sendall(begins)
        while True:
            line.sendall(b"y")
            time.sleep(0.05)

    port = serve(drip)
    begun = time.monotonic()
    try:
        # What was said so far counts, if it is a status.
        assert post(target_of(f"http://127.0.0.1:{port}/", HERE), b"{}", {}, HERE).status == 500
    except NoAnswer as error:
        assert begins == b"H"
        assert error.maybe_taken
    assert time.monotonic() - begun < 3


def test_of_an_endless_answer_the_beginning_is_read(serve: Any) -> None:
    def pour(line: socket.socket) -> None:
        line.recv(65_536)
        line.sendall(b"HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\n\r\n")
        while True:
            line.sendall(b"a\x00b" * 10_000)

    answer = post(target_of(f"http://127.0.0.1:{serve(pour)}/", HERE), b"{}", {}, HERE)
    assert answer.status == 500
    assert 0 < len(answer.text) <= calling.ANSWER_BYTES
    assert answer.text.isprintable()


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 " + b"9" * 70_000])
def test_what_is_no_http_is_a_passing_fault(serve: Any, said: bytes) -> None:
    def talk(line: socket.socket) -> None:
        line.recv(65_536)
        line.sendall(said)

    with pytest.raises(NoAnswer):
        post(target_of(f"http://127.0.0.1:{serve(talk)}/", HERE), b"{}", {}, HERE)


@pytest.mark.parametrize(("certified", "taken"), [("hooks.example", True), ("other.example", False)])
def test_the_certificate_is_checked_against_the_name(
    serve: Any,
    name_server: Callable[..., list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    certified: str,
    taken: bool,
) -> None:
    file = certificate(certified, tmp_path)
    monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    port = serve(well, context)
    name_server("127.0.0.1")
    target = target_of(f"https://hooks.example:{port}/", HERE)
    if taken:
        assert post(target, b"{}", {}, HERE).text == "ok"
    else:
        with pytest.raises(NoAnswer, match=r"doesn't match|mismatch"):
            post(target, b"{}", {}, HERE)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NoAnswer, match=r"certificate|CERTIFICATE"):
        post(target, b"{}", {}, HERE)


def certificate(name: str, folder: Path) -> Path:
    """A key and a certificate for `name`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file
