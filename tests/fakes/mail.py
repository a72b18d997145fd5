"""A real SMTP server (aiosmtpd) on loopback, with TLS, logins and faults on demand."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# An answer to a command, or "drop" to close the connection instead, or "take and drop" after keeping it.
Fault = Callable[[int], str | None]


@dataclass
class Mailbox:
    """What the server accepted, in order, and how it misbehaves: faults get the number of the message."""

    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    on_rcpt: Fault = lambda _: None
    on_data: Fault = lambda _: None
    tried: int = 0
    recipients: int = 0
    delay: Callable[[], float] = lambda: 0.0
    keep: Callable[[str, bytes], None] = lambda _, __: None

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(data, policy=default) for _, data in self.accepted]

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fault = self.on_rcpt(self.recipients)
        self.recipients += 1
        if fault == "drop":
            server.transport.abort()
            return "250 OK"
        if fault:
            return fault
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        fault = self.on_data(self.tried)
        self.tried += 1
        if fault == "drop":
            server.transport.abort()
            return "250 OK"
        if fault and fault != "take and drop":
            return fault
        for address in envelope.rcpt_tos:
            data = cast(bytes, envelope.content)
            self.accepted.append((address, data))
            self.keep(address, data)
        if fault:
            server.transport.abort()
        time.sleep(self.delay())
        return "250 taken"


class Server:
    """The server, running in a thread while in a `with`, which gives its port."""

    def __init__(self, mailbox: Mailbox, *, tls: str = "none", certificate: Path | None = None, **more: Any):
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        given: dict[str, Any] = (
            {"tls_context": context, "require_starttls": True} if tls == "starttls" else {}
        )
        self._loop = asyncio.new_event_loop()
        self._coming = self._loop.create_server(
            lambda: SMTP(mailbox, loop=self._loop, **given, **more),
            "127.0.0.1",
            0,
            ssl=context if tls == "tls" else None,
        )
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> int:
        self._server = self._loop.run_until_complete(self._coming)
        self._thread.start()
        return int(self._server.sockets[0].getsockname()[1])

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def login(user: str, password: str, seen: list[str] | None = None) -> Callable[..., AuthResult]:
    """What checks a login, for `authenticator=`; the ways of logging in are put down in `seen`."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        if seen is not None:
            seen.append(mechanism)
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            user.encode(),
            password.encode(),
        )
        return AuthResult(success=right, handled=False)

    return check


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key in one file, made now and good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
