"""What call-backs and complaints start with: terms, the script, classes and their words. Safe to repeat."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from aftersales.models import CallbackTerms, ClassWord, ComplaintClass, Script, ScriptQuestion
from opsdesk.sla.models import WorkCalendar

_SINCE = date(2010, 1, 1)


def load(data: Mapping[str, list[Any]]) -> None:
    """AS-9, AS-10: enter what there is none of yet; rows that people have changed or replaced stay."""
    if not CallbackTerms.objects.exists():
        for row in data["callback_terms"]:
            _terms(row)
    for row in data["scripts"]:
        if not Script.objects.filter(code=row["code"]).exists():
            _script(row)
    if not ComplaintClass.objects.exists():
        _classes(data["complaint_classes"], data["class_words"])


def _terms(row: Mapping[str, Any]) -> None:
    CallbackTerms.objects.create(
        valid_from=_SINCE,
        calendar=WorkCalendar.objects.get(code=row["calendar"]),
        most_attempts=row["most_attempts"],
        retry_after=timedelta(minutes=row["retry_minutes"]),
        early=timedelta(minutes=row["early_minutes"]),
        late=timedelta(minutes=row["late_minutes"]),
        taken_for=timedelta(minutes=row["taken_minutes"]),
    )


def _script(row: Mapping[str, Any]) -> None:
    script = Script.objects.create(code=row["code"], name=row["name"], greeting=row["greeting"], valid_from=_SINCE)
    ScriptQuestion.objects.bulk_create(
        ScriptQuestion(
            script=script, key=key, position=place, text=text, kind=kind, choices="\n".join(choices), required=required
        )
        for place, (key, text, kind, choices, required) in enumerate(row["questions"], 1)
    )


def _classes(classes: Iterable[list[str]], words: Iterable[list[Any]]) -> None:
    rows = ComplaintClass.objects.bulk_create(
        ComplaintClass(code=code, name=name, position=place) for place, (code, name) in enumerate(classes, 1)
    )
    kinds = {row.code: row for row in rows}
    ClassWord.objects.bulk_create(
        ClassWord(kind=kinds[code], word=word, weight=weight, valid_from=_SINCE) for code, word, weight in words
    )
