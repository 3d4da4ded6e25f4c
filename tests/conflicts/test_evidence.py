"""CF-8, CF-13: evidence, who may see it, and the archive that verifies without us."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest
from django.db import DatabaseError, transaction

from conflicts.models import Evidence
from conflicts.operations import archive, cases, evidence, rulings
from conflicts.operations.filing import Who
from conflicts.queries import standing
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound
from opsdesk.privacy import unseal
from tests import make, make_conflicts
from tests.make import AT
from tests.make_conflicts import (
    brought_to,
    ecommerce,
    exhibit,
    filed,
    now,
    of_partner,
    sales,
    signed,
    verdict,
)


@pytest.fixture(autouse=True)
def _ground(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_conflicts.ground()


def test_cf_8_evidence_keeps_its_fingerprint_is_sealed_and_every_look_is_written_down():
    case = brought_to("answering")
    row = evidence.add(case.pk, exhibit("聊天记录".encode()), by=of_partner("dist"), at=AT)
    assert row.sha256 == hashlib.sha256("聊天记录".encode()).hexdigest()
    with row.file.open("rb") as file:
        raw = file.read()
    assert "聊天记录".encode() not in raw
    assert unseal(raw).decode() == "聊天记录"
    with pytest.raises(evidence.ThereAlready):
        evidence.add(case.pk, exhibit("聊天记录".encode(), "other.txt"), by=of_partner("dist"), at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(sha256="0" * 64)
    assert evidence.look(row.pk, by=sales(), at=AT)[1].decode() == "聊天记录"
    look = Event.objects.about(case).filter(action="evidence.look").get()
    assert (look.actor, look.facts["evidence"]) == ("qian", row.pk)


def test_cf_8_a_file_swapped_on_disk_is_found_out():
    case = brought_to("answering")
    row = evidence.add(case.pk, exhibit(b"a"), by=of_partner("dist"), at=AT)
    other = evidence.add(case.pk, exhibit(b"b", "b.txt"), by=of_partner("dist"), at=AT)
    with row.file.open("rb") as file, open(other.file.path, "wb") as swapped:
        swapped.write(file.read())
    with pytest.raises(evidence.Altered):
        evidence.look(other.pk, by=sales(), at=AT)


def test_cf_13_the_accused_never_sees_who_spoke_against_him():
    witness = ("witness", Who(outsider="王五 13900000002"))
    case = filed(others=[witness], filer=Who(shop_id=make.shop("jd-dist").pk, protected=True))
    hidden = evidence.add(case.pk, exhibit(b"secret", protected=True), by=of_partner("dist"), at=AT)
    shown = evidence.add(case.pk, exhibit(b"open", "open.txt"), by=of_partner("dist"), at=AT)
    cases.accept(case.pk, by=ecommerce(), at=AT)
    gz, case = of_partner("gz"), now(case)
    who = standing.of(case, gz)
    assert [row.role for row in standing.parties_for(case, who)] == ["accused"]
    assert list(standing.evidence_for(case, who, gz)) == [shown]
    assert standing.statements_for(case, who, gz) == []
    with pytest.raises(NotFound):
        evidence.look(hidden.pk, by=gz, at=AT)
    party = case.parties.get(role="witness")
    assert party.outsider_masked == "王* ***"
    for by in (gz, of_partner("dist")):
        with pytest.raises(NotAllowed):
            cases.show_witness(party.pk, why="x", by=by, at=AT)
    assert cases.show_witness(party.pk, why="电话核实", by=sales(), at=AT) == "王五 13900000002"


def test_cf_8_evidence_is_a_file_of_a_known_kind_with_its_source():
    case, by = filed(), of_partner("dist")
    for bad, why in (
        (exhibit(b""), evidence.EmptyFile),
        (exhibit(b"x", "run.exe"), evidence.WrongType),
        (exhibit(b"<svg/>", "a.svg"), evidence.WrongType),
    ):
        with pytest.raises(why):
            evidence.add(case.pk, bad, by=by, at=AT)
    with pytest.raises(evidence.SourceMissing):
        evidence.add(case.pk, evidence.Exhibit(io.BytesIO(b"x"), "chat", " ", "a.txt"), by=by, at=AT)
    assert not Evidence.objects.exists()


def test_cf_8_the_archive_verifies_offline_and_a_change_is_found(tmp_path):
    case = filed(others=[("witness", Who(outsider="王五 13900000002"))])
    evidence.add(case.pk, exhibit("聊天".encode(), "聊天.txt"), by=of_partner("dist"), at=AT)
    cases.accept(case.pk, by=ecommerce(), at=AT)
    cases.answer(case.pk, text="没有", by=of_partner("gz"), at=AT)
    rulings.rule(case.pk, verdict(), by=sales(), at=AT)
    signed(case, ecommerce(), sales())
    packed = archive.take_out(case.pk, why="交总经办存档", by=sales(), at=AT)
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path / "a")
    facts = json.loads((tmp_path / "a" / "case.json").read_text("utf-8"))
    assert facts["parties"][-1] == {"role": "witness", "who": "王* ***"}
    assert verified(tmp_path / "a") == (0, "ruling-1.txt in_force signed by shen, qian")
    [proof] = (tmp_path / "a" / "evidence").iterdir()
    proof.write_bytes(b"changed")
    assert verified(tmp_path / "a")[0] == 1
    with pytest.raises(NotAllowed):
        archive.take_out(case.pk, why="x", by=of_partner("dist"), at=AT)


def verified(folder) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py")], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()[0]


def test_cf_15_a_party_cannot_void_signatures_again_and_again_with_new_files():
    case = brought_to("signing")
    for by in (of_partner("gz"), of_partner("dist")):
        with pytest.raises(evidence.BeingSigned):
            evidence.add(case.pk, exhibit(b"late", "late.txt"), by=by, at=AT)
    evidence.add(case.pk, exhibit(b"late", "late.txt"), by=sales(), at=AT)
