"""Objects of the phone pages for tests: an accepted job of a partner's, its people, photos, links."""

import io
from datetime import date

import numpy
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from aftersales.models import Installer, Job, PhoneRule
from aftersales.operations import dispatch, installers, jobs
from channels.connectors.base import PlatformLine
from channels.models import Partner
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.people.operations import ensure_roles
from tests import make, make_dispatch

ADDRESS, PHONE, NAME = "广东省广州市天河区天河路1号", "13800000001", "张三"
GPS = 0x8825


def ground() -> Partner:
    """Policies, causes, roles, the rule of links, and the agent of the region."""
    make.policies()
    make_dispatch.rules()
    ensure_roles()
    PhoneRule.objects.create(link_hours=12, valid_from=date(2010, 1, 1))
    agent = make.partner("gz")
    make.territory(agent, "440106")
    return agent


def offered(number: str = "1001", **fields: object) -> Job:
    """A job offered just now to the agent; its customer lives at ADDRESS."""
    now = clock.now()
    receiver = {"receiver_name": NAME, "receiver_phone": PHONE, "receiver_address": ADDRESS}
    lines = (PlatformLine("1", sku_id="k", title="即热式电热水器 DSF310-85 智能恒温"),)
    row = make.job(number, signed_at=fields.pop("signed_at", now), lines=lines, **receiver, **fields)
    dispatch.dispatch_all_due(by=SYSTEM, at=now)
    return Job.objects.get(pk=row.pk)


def accepted(number: str = "1001", *, to: Installer | None = None, **fields: object) -> Job:
    """A job that the agent has accepted, and whom he sends."""
    job = offered(number, **fields)
    jobs.accept(job.pk, by=SYSTEM, at=clock.now())
    if to:
        jobs.assign_installer(job.pk, installer_id=to.pk, by=SYSTEM, at=clock.now())
    return Job.objects.get(pk=job.pk)


def address_of_link(who: Installer) -> str:
    """Make a link for an installer and return its path."""
    return f"/m/in/{installers.link(who.pk, by=SYSTEM, at=clock.now()).token}/"


def come_in(who: Installer) -> Client:
    """A browser that has come in by a link of this installer's."""
    client = Client()
    assert client.get(address_of_link(who))["Location"] == "/m/"
    return client


def located_photo(name: str = "photo.jpg", colour: str = "#2563eb") -> SimpleUploadedFile:
    """A photo as phones take them: with place and device in its metadata."""
    picture = Image.new("RGB", (60, 40), colour)
    facts = picture.getexif()
    facts[0x010F] = "Huawei"
    facts.get_ifd(GPS)[1] = "N"
    facts.get_ifd(GPS)[2] = (23.0, 7.0, 30.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=facts)
    assert Image.open(io.BytesIO(out.getvalue())).getexif().get_ifd(GPS)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def code_photo(text: str, kind: str = "Code128") -> SimpleUploadedFile:
    """A photo of a type plate with a code on it, slightly turned and grey."""
    code = numpy.array(zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind)).to_image(scale=4))
    plate = Image.new("L", (code.shape[1] + 400, code.shape[0] + 300), 200)
    plate.paste(Image.fromarray(code), (180, 150))
    out = io.BytesIO()
    plate.rotate(4, expand=True, fillcolor=200).convert("RGB").save(out, "JPEG", quality=70)
    return SimpleUploadedFile("plate.jpg", out.getvalue(), "image/jpeg")
