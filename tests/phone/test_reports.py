"""AS-1: the report from a phone: serial number typed or scanned, photos one by one, signature, handed in once."""

import base64
import io
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from aftersales.models import Draft, DraftPhoto, Job, JobPhoto
from aftersales.operations import hand_over, jobs, links, reports
from aftersales.rules import serials
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.photos import NotAPhoto
from opsdesk.privacy import unseal
from tests import make, make_dispatch, make_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def li():
    return make_dispatch.installer(make_phone.ground(), "李师傅")


@pytest.fixture
def browser(li):
    return make_phone.come_in(li)


@pytest.fixture
def job(li) -> Job:
    return make_phone.accepted(to=li)


def report(browser, job: Job, **parts: object):
    return browser.post(f"/m/job/{job.pk}/report/", parts, follow=True)


def send(browser, job: Job, photo) -> object:
    return browser.post(f"/m/job/{job.pk}/report/photo/", {"photo": photo})


def body(answer) -> str:
    return answer.content.decode()


def test_as_1_one_form_without_javascript_reports_everything_at_once(browser, job, li):
    photos = [make_phone.located_photo("1.jpg", "#111111"), make_phone.located_photo("2.jpg", "#222222")]
    answer = report(browser, job, serial_number="nl26 0000 17", photos=photos, finish="1")
    job.refresh_from_db()
    assert (job.state, job.serial_number, job.installer) == ("done", "NL26000017", li)
    assert JobPhoto.objects.filter(job=job).count() == 2
    assert (Draft.objects.count(), DraftPhoto.objects.count()) == (0, 0)
    assert answer.redirect_chain[-1][0] == f"/m/job/{job.pk}/"
    assert "已上报" in body(answer)
    assert Event.objects.get(action="job.complete").door == "phone"


def test_au_2_place_and_device_are_gone_from_every_stored_photo(browser, job):
    send(browser, job, make_phone.located_photo("1.jpg", "#111111"))
    kept = DraftPhoto.objects.get()
    report(browser, job, serial_number="NL1", photos=[make_phone.located_photo("2.jpg", "#222222")], finish="1")
    stored = [row.photo for row in JobPhoto.objects.filter(job=job)]
    assert len(stored) == 2
    for photo in stored:
        with photo.open("rb") as file, Image.open(file) as picture:
            assert dict(picture.getexif()) == {}
            assert "exif" not in picture.info
    assert kept.photo.name.startswith("drafts/")


def test_au_2_a_draft_holds_no_metadata_either(browser, job):
    assert send(browser, job, make_phone.located_photo()).json()["photos"] == 1
    with DraftPhoto.objects.get().photo.open("rb") as file, Image.open(file) as picture:
        assert dict(picture.getexif()) == {}


def test_as_1_what_is_no_photo_is_refused_and_what_came_before_stays(browser, job):
    send(browser, job, make.photo())
    no_photo = io.BytesIO(b"%PDF-1.4 no photo")
    no_photo.name = "quittung.jpg"
    answer = send(browser, job, no_photo)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_photo")
    no_photo.seek(0)
    refused = report(browser, job, serial_number="NL7", photos=[no_photo], finish="1")
    assert refused.status_code == 422
    assert 'role="alert"' in body(refused)
    assert 'value="NL7"' in body(refused)
    job.refresh_from_db()
    assert (job.state, DraftPhoto.objects.count()) == ("accepted", 1)


def test_as_1_after_a_broken_line_the_report_goes_on_where_it_was(li, job):
    before = make_phone.come_in(li)
    report(before, job, serial_number="NL26000017")
    send(before, job, make_phone.located_photo("1.jpg", "#111111"))
    again = make_phone.come_in(li)  # another browser, another link: what has arrived is the job's
    text = body(again.get(f"/m/job/{job.pk}/report/"))
    assert 'value="NL26000017"' in text
    assert '<i id="count">1</i>/9' in text
    send(again, job, make_phone.located_photo("2.jpg", "#222222"))
    report(again, job, finish="1")
    job.refresh_from_db()
    assert (job.state, job.serial_number, job.photos.count()) == ("done", "NL26000017", 2)


def test_as_1_the_same_photo_sent_twice_is_kept_once(browser, job):
    first = send(browser, job, make_phone.located_photo()).json()
    assert send(browser, job, make_phone.located_photo()).json() == first
    assert DraftPhoto.objects.count() == 1


def test_as_1_a_report_sent_twice_changes_nothing_and_says_so_kindly(browser, job):
    parts = {"serial_number": "NL1", "finish": "1"}
    report(browser, job, photos=[make.photo()], **parts)
    done_at, events = Job.objects.get().done_at, Event.objects.count()
    answer = report(browser, job, photos=[make.photo()], serial_number="ANOTHER", finish="1")
    row = Job.objects.get()
    assert (answer.status_code, row.done_at, row.serial_number) == (200, done_at, "NL1")
    assert (Event.objects.count(), JobPhoto.objects.count(), DraftPhoto.objects.count()) == (events, 1, 0)
    assert 'class="said success"' in body(answer)
    assert "不必再交" in body(answer)


@pytest.mark.parametrize("missing", [{"serial_number": "NL1"}, {"photos": True}])
def test_as_1_a_report_without_photo_or_serial_number_is_refused(browser, job, missing):
    if "photos" in missing:
        missing = {"photos": [make.photo()]}
    answer = report(browser, job, finish="1", **missing)
    assert answer.status_code == 409
    assert Job.objects.get().state == "accepted"


def test_as_1_at_most_nine_photos_are_kept(browser, job):
    for n in range(9):
        send(browser, job, make_phone.located_photo(f"{n}.jpg", f"#00{n}{n}{n}{n}"))
    answer = send(browser, job, make_phone.located_photo("x.jpg", "#ff0000"))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_photos")
    assert DraftPhoto.objects.count() == 9


def test_as_1_a_photo_is_left_out_again(browser, job):
    send(browser, job, make.photo())
    report(browser, job, drop=str(DraftPhoto.objects.get().pk))
    assert DraftPhoto.objects.count() == 0
    assert report(browser, job, drop="1").status_code == 200


def test_ch_5_photos_of_a_draft_are_seen_by_who_has_the_job(browser, job, li):
    send(browser, job, make.photo())
    address = f"/m/job/{job.pk}/report/photo/{DraftPhoto.objects.get().pk}/"
    seen = browser.get(address)
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
    colleague = make_phone.come_in(make_dispatch.installer(li.partner, "王师傅"))
    assert colleague.get(address).status_code == 404
    assert send(colleague, job, make_phone.located_photo()).status_code == 404
    assert DraftPhoto.objects.count() == 1


@pytest.mark.parametrize("kind", ["Code128", "QRCode", "DataMatrix"])
def test_as_1_a_serial_number_is_read_from_a_photo(browser, job, kind):
    answer = report(browser, job, plate=make_phone.code_photo("NL26000017", kind), scan="1")
    assert answer.status_code == 200
    assert 'value="NL26000017"' in body(answer)
    draft = Draft.objects.get()
    assert (draft.serial_number, draft.scanned) == ("NL26000017", True)


def test_as_1_an_article_number_is_no_serial_number(browser, job):
    answer = report(browser, job, plate=make_phone.code_photo("6901234567892", "EAN13"), scan="1")
    assert answer.status_code == 409
    assert Draft.objects.get().serial_number == ""


def test_as_1_a_photo_without_a_code_says_what_to_do(browser, job):
    answer = report(browser, job, plate=make.photo(), scan="1")
    assert answer.status_code == 409
    assert "手工" in body(answer)


def drawn() -> str:
    out = io.BytesIO()
    Image.new("RGB", (60, 26), "white").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def test_as_1_the_customer_signs_with_a_finger_once_the_installer_is_there(browser, job):
    early = report(browser, job, drawing=drawn(), sign="1")
    assert early.status_code == 409
    jobs.arrive(job.pk, by=SYSTEM, at=clock.now())
    assert report(browser, job, drawing=drawn(), sign="1").status_code == 200
    visit = job.visits.get()
    with visit.signature.open("rb") as file, Image.open(file) as picture:
        assert (picture.format, picture.size) == ("JPEG", (60, 26))
    assert report(browser, job, drawing="data:image/png;base64,%%%", sign="1").status_code == 422


def test_au_2_a_typed_signature_is_kept_sealed_and_shown_masked(browser, job):
    jobs.arrive(job.pk, by=SYSTEM, at=clock.now())
    answer = report(browser, job, signer="张三丰", sign="1")
    visit = job.visits.get()
    assert unseal(visit.signer_sealed).decode() == "张三丰"
    assert visit.signer_masked == "张**"
    assert "张三丰" not in body(answer)
    assert "张**" in body(answer)


@pytest.mark.django_db(transaction=True)
def test_as_1_two_reports_at_the_same_moment_make_one(li, job):
    by = links.actor_of(links.enter(make_phone.address_of_link(li).split("/")[3], at=clock.now()).pk, at=clock.now())
    reports.keep_photo(job.pk, photo=make.photo(), by=by, at=clock.now())
    answers, start = [], threading.Barrier(2)

    def hand_in() -> None:
        start.wait()
        try:
            reports.finish(job.pk, serial_number="NL1", by=by, at=clock.now())
            answers.append("done")
        except reports.ReportedAlready as why:
            answers.append(why.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "reported_already"]
    assert Event.objects.filter(action="job.complete").count() == 1


def test_as_1_a_photo_too_large_is_refused(browser, job):
    twenty = make.photo().read().ljust(20 * 2**20, b"\0")  # what follows the picture's end is no part of it
    reports.keep_photo(job.pk, photo=SimpleUploadedFile("twenty.jpg", twenty), by=SYSTEM, at=clock.now())
    DraftPhoto.objects.all().delete()
    with pytest.raises(NotAPhoto):
        reports.keep_photo(job.pk, photo=SimpleUploadedFile("more.jpg", twenty + b"\0"), by=SYSTEM, at=clock.now())
    assert DraftPhoto.objects.count() == 0


def test_ch_5_who_takes_a_job_over_is_not_shown_what_the_other_one_sent(browser, job, li):
    report(browser, job, serial_number="NL1", photos=[make.photo()])
    helper = make_dispatch.third_party()
    hand_over.hand_over(job.pk, reason="来不及", partner_id=helper.pk, by=SYSTEM, at=clock.now())
    other = make_phone.come_in(make_dispatch.installer(helper, "赵师傅"))
    other.post(f"/m/job/{job.pk}/do/accept/")
    text = body(other.get(f"/m/job/{job.pk}/report/"))
    assert 'value="NL1"' not in text
    assert '<i id="count">0</i>/9' in text
    assert other.get(f"/m/job/{job.pk}/report/photo/{DraftPhoto.objects.get().pk}/").status_code == 404


@pytest.mark.parametrize("end", ["cancelled", "handed over"])
def test_au_2_drafts_that_nobody_will_hand_in_are_forgotten_with_their_files(
    browser, job, end, django_capture_on_commit_callbacks
):
    kept = make_phone.accepted("kept", to=job.installer)
    for each in (job, kept):
        report(browser, each, serial_number="NL1", photos=[make.photo()])
    photo = DraftPhoto.objects.get(draft__job=job).photo
    if end == "cancelled":
        jobs.cancel(job.pk, reason="客户退货", by=SYSTEM, at=clock.now())
    else:
        Job.objects.filter(pk=job.pk).update(owner=make_dispatch.third_party())
    with django_capture_on_commit_callbacks(execute=True):
        assert reports.clear_stale(by=SYSTEM, at=clock.now()) == 1
    assert not photo.storage.exists(photo.name)
    assert list(Draft.objects.values_list("job", flat=True)) == [kept.pk]
    assert DraftPhoto.objects.count() == 1


PLATES = [
    ("one code is it", [("Code 128", "nl26 000017")], "NL26000017", "only_one"),
    ("the same code twice is one", [("Code 128", "NL26000017"), ("QR Code", "NL26000017")], "NL26000017", "only_one"),
    ("the shop's code is not it", [("EAN-13", "6901234567892"), ("Code 128", "NL26000017")], "NL26000017", "only_one"),
    (
        "a code may say what it is",
        [("QR Code", "型号:DSF310;SN:NL26000017"), ("Code 128", "X99999")],
        "NL26000017",
        "named",
    ),
    ("between two nobody guesses", [("Code 128", "NL26000017"), ("Code 128", "NL26000018")], "", "several"),
    ("an address of the web is none", [("QR Code", "https://example.invalid/p?x=1")], "", "none"),
    ("too short is none", [("Code 128", "A1")], "", "none"),
    ("nothing there", [], "", "none"),
]


@pytest.mark.parametrize(("_case", "codes", "serial", "because"), PLATES, ids=[case[0] for case in PLATES])
def test_as_1_which_code_is_the_serial_number(_case, codes, serial, because):
    read = serials.chosen([serials.Code(kind, text) for kind, text in codes])
    assert (read.serial_number, read.because) == (serial, because)
