"""CF-8: a case taken out as one archive that anybody can verify without us."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from conflicts.models import Case, Evidence, Ruling
from conflicts.operations.evidence import content_of
from conflicts.operations.sitting import must_be_official
from conflicts.operations.statements import SayMore
from opsdesk.actor import Actor
from opsdesk.audit import models as audit

VERIFY = '''"""Says whether this archive is what OpsDesk took out: python3 verify.py (nothing but Python is needed)."""

import hashlib
import json
import pathlib
import sys

here = pathlib.Path(__file__).parent


def sha256(path):
    return hashlib.sha256((here / path).read_bytes()).hexdigest()


manifest = json.loads((here / "manifest.json").read_text(encoding="utf-8"))
wrong = [name for name, digest in manifest.items() if not (here / name).exists() or sha256(name) != digest]
case = json.loads((here / "case.json").read_text(encoding="utf-8"))
wrong += [row["file"] for row in case["evidence"] if sha256(row["file"]) != row["sha256"]]
for ruling in case["rulings"]:
    text = sha256(ruling["file"])
    wrong += [ruling["file"]] * (text != ruling["text_sha256"])
    counted = [one for one in ruling["signatures"] if one["granted"] and one["text_sha256"] == text]
    print(ruling["file"], ruling["state"], "signed by", ", ".join(one["signed_by"] for one in counted) or "nobody")
print("NOT AS IT WAS TAKEN OUT: " + ", ".join(wrong) if wrong else "OK: every file is as it was taken out")
sys.exit(bool(wrong))
'''


@transaction.atomic
def take_out(case_id: int, *, why: str, by: Actor, at: datetime) -> bytes:
    """CF-8, AU-2: return a case as a ZIP: its facts, statements, evidence, the signed texts, their fingerprints.

    Written down with the reason. Witnesses stay masked. `manifest.json` names the SHA-256 of every file; `verify.py`
    checks them, and that each signature stands over the text beside it.
    """
    by.need("conflicts.export_case")
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    must_be_official(case, by=by)
    if not why.strip():
        raise SayMore(case=case, what="为何导出")
    audit.record(case, "case.export", by=by, at=at, why=why.strip()[:300])
    files = _files(case)
    manifest = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    files["manifest.json"] = _json(manifest)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content)
    return packed.getvalue()


def _files(case: Case) -> dict[str, bytes]:
    rulings = list(case.rulings.order_by("pk").prefetch_related("signatures"))
    evidence = list(case.evidence.order_by("pk"))
    files = {"case.json": _json(_facts(case, rulings, evidence)), "verify.py": VERIFY.encode()}
    files |= {_paper(ruling): ruling.text.encode() for ruling in rulings}
    return files | {_exhibit(row): content_of(row) for row in evidence}


def _facts(case: Case, rulings: list[Ruling], evidence: list[Evidence]) -> Mapping[str, Any]:
    return {
        "case": str(case),
        "title": case.title,
        "state": case.state,
        "rulebook": str(case.version),
        "alleged_act": str(case.act),
        "acted_on": case.acted_on,
        "filed_at": case.filed_at,
        "parties": [{"role": row.role, "who": str(row)} for row in case.parties.order_by("pk")],
        "orders": [f"{order.shop.code}:{order.number}" for order in case.orders.select_related("shop").order_by("pk")],
        "statements": [
            {"kind": row.kind, "said_by": row.said_by, "said_at": row.said_at, "text": row.text}
            for row in case.statements.order_by("pk")
        ],
        "evidence": [
            {name: getattr(row, name) for name in ("kind", "name", "source", "sha256", "size", "added_by", "added_at")}
            | {"file": _exhibit(row)}
            for row in evidence
        ],
        "rulings": [
            {name: getattr(row, name) for name in ("state", "stage", "amount_yuan", "measures", "text_sha256")}
            | {"file": _paper(row), "in_force_at": row.in_force_at, "signatures": list(_signatures(row))}
            for row in rulings
        ],
    }


def _signatures(ruling: Ruling) -> list[dict[str, Any]]:
    names = ("seat", "role", "signed_by", "granted", "text_sha256", "at")
    return [{name: getattr(row, name) for name in names} for row in ruling.signatures.all()]


def _paper(ruling: Ruling) -> str:
    return f"ruling-{ruling.round}.txt"


def _exhibit(row: Evidence) -> str:
    ending = row.name.rpartition(".")[2] if "." in row.name else ""
    return f"evidence/{row.pk}-{row.sha256[:16]}{'.' + ending if ending.isalnum() else ''}"


def _json(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
