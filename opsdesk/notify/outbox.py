"""One outbox, one sender: a mail is a row in the transaction of what it tells, and is sent afterwards, with retries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage as Message
from email.policy import SMTP
from email.utils import make_msgid
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from opsdesk.actor import SYSTEM, Actor
from opsdesk.notify.models import Mail
from opsdesk.notify.states import MAIL

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
LEASE = timedelta(minutes=15)
AT_ONCE = 20  # each may take EMAIL_TIMEOUT: together less than the lease


@dataclass(frozen=True)
class Letter:
    """What is to be mailed; `key` names what it is about, `images` are PNGs by the content id that the HTML uses."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    images: tuple[tuple[str, bytes], ...] = ()


def put_many(letters: Sequence[Letter], *, at: datetime) -> int:
    """Put letters into the outbox; what is already there (same key) stays as it is. Return how many there are."""
    Mail.objects.bulk_create(
        [
            Mail(
                key=letter.key,
                to=letter.to,
                subject=letter.subject,
                body=bytes(compose(letter, at=at)),
                queued_at=at,
                next_try_at=at,
            )
            for letter in letters
        ],
        ignore_conflicts=True,
        batch_size=100,
    )
    return len(letters)


def compose(letter: Letter, *, at: datetime) -> Message:
    """Return the mail as it goes out: plain text, HTML, pictures inside (no server is asked when it is read)."""
    mail = Message(policy=SMTP)
    mail["Subject"], mail["From"], mail["To"] = letter.subject, settings.DEFAULT_FROM_EMAIL, letter.to
    mail["Date"], mail["Message-ID"] = at, make_msgid(domain="opsdesk")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    page = mail.get_payload()[1]  # type: ignore[index]
    for name, png in letter.images:
        page.add_related(png, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")  # type: ignore[union-attr]
    return mail


class Finished(EmailMessage):
    """A mail that was composed when it was put into the outbox."""

    def __init__(self, row: Mail) -> None:
        super().__init__(row.subject, to=[row.to])
        self.row = row

    def message(self, *, policy: object = None) -> Any:  # type: ignore[override]
        return message_from_bytes(bytes(self.row.body), policy=SMTP)


@transaction.atomic
def claim(*, at: datetime) -> list[Mail]:
    """Take the mails that are due for LEASE, so that no second worker sends them.

    One whose sender was killed in between goes out again after that, with the same Message-ID.
    """
    mails: list[Mail] = Mail.objects.due(at).order_by("next_try_at", "pk").free_for_change(AT_ONCE)
    for mail in mails:
        mail.attempts, mail.next_try_at = mail.attempts + 1, at + LEASE
    Mail.objects.bulk_update(mails, ["attempts", "next_try_at"])
    return mails


def send(mail: Mail, *, at: datetime) -> bool:
    """Send a claimed mail; return whether it went out. A server that refuses is asked again later."""
    try:
        get_connection().send_messages([Finished(mail)])
    except (SMTPException, OSError, ValueError) as why:
        _failed(mail.pk, str(why)[:300], by=SYSTEM, at=at)
        return False
    with transaction.atomic():
        MAIL.move(Mail.objects.for_change(mail.pk), "send", by=SYSTEM, at=at, sent_at=at, error="")
    return True


@transaction.atomic
def _failed(pk: int, error: str, *, by: Actor, at: datetime) -> None:
    mail = Mail.objects.for_change(pk)
    if mail.attempts > len(PAUSES):
        MAIL.move(mail, "give_up", by=by, at=at, error=error)
        return
    mail.error, mail.next_try_at = error, at + PAUSES[mail.attempts - 1]
    mail.save(update_fields=["error", "next_try_at"])


@transaction.atomic
def retry(pk: int, *, by: Actor, at: datetime) -> Mail:
    """Try a mail again that was given up."""
    by.need("notify.change_mail")
    mail = Mail.objects.visible_to(by).for_change(pk)
    MAIL.move(mail, "retry", by=by, at=at, attempts=0, next_try_at=at)
    return mail  # type: ignore[no-any-return]
