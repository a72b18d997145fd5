"""E-mail: one message for each student, the total in plain text and the report attached.

A server that has taken a message cannot be asked about it. So the ledger is written between the text of a
message and the final dot that hands it over: what stops the program before has sent nothing, and if it stops
between the dot and the server's answer, a person says what happened (see docs/sending.md).
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, Any, Final, Literal, Self

from grader import options
from grader.deliver import Letter, NotDelivered, Unclear, _addresses, _settings, _words
from grader.deliver._parcels import Parcel
from grader.errors import StaffError
from grader.files import report_name
from grader.html import visible
from grader.options import By
from grader.roster import Person
from grader.types import File

_HEADERS: Final = (
    *("from", "to", "subject", "message-id", "reply-to", "auto-submitted", "mime-version", "content-type"),
)
_BODY: Final = """Hello {name},

{summary}

The attached file {file} is your report: what was read, how each part was
decided, and why. Open it in any browser; it needs no network.

{contact}
"""
_CONTACT: Final = "If something looks wrong to you, answer this message."
_NO_CONTACT: Final = "If something looks wrong to you, please ask the course staff."
_OPEN: Final = (
    "the mail server was given the message, and the connection ended before it said whether it took it"
)


class Options(options.Options):
    """The mail server and the sender; the password is in GRADER_EMAIL_PASSWORD or the keyring."""

    server: Annotated[str, By(_addresses.header)]
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    login: Annotated[str, By(_addresses.header)] = ""
    from_: Annotated[str, By(_addresses.email)]
    reply_to: Annotated[str, By(_addresses.email_if_any)] = ""
    per_minute: int = 60
    timeout_s: int = 60
    backoff_ms: int = 2000
    certificate: str = ""

    def __post_init__(self) -> None:
        if self.security == "none" and not _addresses.is_loopback(self.server):
            raise ValueError("meant security: starttls or tls, because the server is not on this machine")
        if not self.per_minute or not self.timeout_s:
            raise ValueError("meant at least 1 for per_minute and timeout_s")


def address(person: Person, options: Options) -> str:
    """The student's e-mail address by the class list."""
    if not person.email:
        raise ValueError("the class list has no e-mail address; give one with --roster")
    return _addresses.email(person.email)


def letter(parcel: Parcel, options: Options) -> Letter:
    """The message as it goes out, but for its date."""
    result = parcel.result
    name = _words.attachment_name(result)
    message = EmailMessage(policy=SMTP)
    message["From"] = options.from_
    message["To"] = _addresses.email(parcel.address)
    message["Subject"] = _addresses.header(_words.subject(parcel))
    message["Message-ID"] = f"<grader.{parcel.marker}@{options.from_.rpartition('@')[2]}>"
    if options.reply_to:
        message["Reply-To"] = options.reply_to
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        _BODY.format(
            name=" ".join(visible(result.name or result.student).split()),
            summary=_words.summary(parcel),
            file=name,
            contact=_CONTACT if options.reply_to else _NO_CONTACT,
        ),
        cte="quoted-printable",
    )
    message.add_attachment(
        parcel.report().encode(), maintype="text", subtype="html", filename=name, params={"charset": "utf-8"}
    )
    message.set_boundary(f"grader-{parcel.marker}")
    data = message.as_bytes()
    _check(data)
    path = report_name(result.student).replace(".html", ".eml")
    return Letter(result.student, parcel.address, parcel.marker, _words.subject(parcel), (File(path, data),))


def connect(options: Options) -> _Line:
    """A line to the mail server, which logs in when it is entered."""
    return _Line(options)


def _check(data: bytes) -> None:
    """Looks at the finished bytes: exactly our headers, each once, so that nothing can have added one.

    Some versions of Python write a header of two lines from an encoded word with a line break in it
    (CVE-2024-6923); whatever the version, such a message is not sent.
    """
    head = data.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0].lower() for line in head.split("\r\n") if line[:1] not in (" ", "\t")]
    bare = re.search(r"(?<!\r)\n|\r(?!\n)", head)
    if bare or len(names) != len(set(names)) or not set(names) <= set(_HEADERS):
        raise ValueError(f"the headers of the message are not ours: {', '.join(names)}")


class _Line:
    """A connection to a mail server that is made anew when it breaks."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._smtp: smtplib.SMTP | None = None
        self._next = 0.0

    def __enter__(self) -> Self:
        try:
            self._open()
        except NotDelivered as error:
            raise StaffError(f"{self._where()}: {error}") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._drop()

    def deliver(self, letter: Letter, about_to: Callable[[], None]) -> str:
        """Hands one message over; what comes back is the server's own word on it."""
        self._keep_pace()
        smtp = self._open()
        try:
            self._envelope(smtp, letter)
            smtp.send(_dotted(_dated(letter.files[0].data)))
        except (NotDelivered, StaffError):
            self._drop()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise NotDelivered(_in_words(error), again=True) from None
        try:
            about_to()
        except BaseException:
            # Without the dot the server throws away what it was given.
            self._drop()
            raise
        try:
            smtp.send(b".\r\n")
            code, said = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Unclear(f"{_OPEN} ({_in_words(error)})") from None
        if code != 250:
            self._refused(code, said, "the message")
        return f"{code} {_text(said)}"

    def arrived(self, address: str, marker: str) -> str | None:
        """Mail servers cannot be asked."""
        raise Unclear(f"a mail server cannot be asked, but its log may know grader.{marker}")

    def _envelope(self, smtp: smtplib.SMTP, letter: Letter) -> None:
        size = smtp.esmtp_features.get("size", "")
        if size.isdecimal() and 0 < int(size) < len(letter.files[0].data):
            raise NotDelivered(f"the message is larger than the {size} bytes that the server takes")
        code, said = smtp.mail(self._options.from_)
        if code != 250:
            if 500 <= code < 600:
                raise StaffError(
                    f"{self._where()} does not take mail from {self._options.from_}: {_text(said)}"
                )
            self._refused(code, said, "the sender")
        code, said = smtp.rcpt(letter.address)
        if code not in (250, 251):
            self._refused(code, said, letter.address)
        code, said = smtp.docmd("DATA")
        if code != 354:
            self._refused(code, said, "the message")

    def _refused(self, code: int, said: bytes, what: str) -> None:
        if code == 421:
            self._drop()
        elif self._smtp is not None:
            try:
                self._smtp.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()
        raise NotDelivered(f"the mail server refused {what}: {code} {_text(said)}", again=400 <= code < 500)

    def _open(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = self._connected()
            except ssl.SSLError as error:
                raise StaffError(f"{self._where()}: no secure connection could be made: {error}") from None
            except (smtplib.SMTPException, OSError) as error:
                raise NotDelivered(_in_words(error), again=True) from None
        return self._smtp

    def _connected(self) -> smtplib.SMTP:
        given = self._options
        context = None
        if given.security != "none":
            context = ssl.create_default_context(cafile=given.certificate or None)
        # The name in the greeting: an address, for to find a name may take a minute on some machines.
        where: dict[str, Any] = {"timeout": given.timeout_s, "local_hostname": "[127.0.0.1]"}
        smtp: smtplib.SMTP
        if given.security == "tls":
            smtp = smtplib.SMTP_SSL(given.server, given.port, context=context, **where)
        else:
            smtp = smtplib.SMTP(given.server, given.port, **where)
        try:
            smtp.ehlo_or_helo_if_needed()
            if given.security == "starttls":
                if not smtp.has_extn("starttls"):
                    raise StaffError(
                        f"{self._where()} offers no STARTTLS; set security: tls, or another port"
                    )
                smtp.starttls(context=context)
                smtp.ehlo()
            if given.login:
                self._log_in(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        given = self._options
        account = f"{given.login}@{given.server}"
        password = _settings.secret(
            "GRADER_EMAIL_PASSWORD", account, what=f"the password of {given.login} on {given.server}"
        )
        try:
            smtp.login(given.login, password)
        except smtplib.SMTPAuthenticationError as error:
            if 400 <= error.smtp_code < 500:
                raise
            raise StaffError(
                f"{self._where()} refused the login {given.login} ({error.smtp_code} "
                f"{_text(error.smtp_error)}); correct `login:` or the password in GRADER_EMAIL_PASSWORD"
            ) from None
        except smtplib.SMTPNotSupportedError as error:
            raise StaffError(f"{self._where()} takes no login here: {error}") from None

    def _keep_pace(self) -> None:
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + 60 / self._options.per_minute

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _where(self) -> str:
        return f"{self._options.server}:{self._options.port}"


def _dated(data: bytes) -> bytes:
    return f"Date: {format_datetime(datetime.now(UTC))}\r\n".encode() + data


def _dotted(data: bytes) -> bytes:
    """The message as it stands between DATA and the final dot (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    return re.sub(rb"(?m)^\.", b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


def _text(said: bytes | str) -> str:
    text = said if isinstance(said, str) else said.decode("utf-8", "replace")
    return " ".join(visible(text).split())[:300]


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "the mail server did not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "nothing answers at this address"
    return _text(str(error)) or type(error).__name__
