from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.callback import Callback, EveryonesRules
from aftersales.states.callback import QuestionKind
from opsdesk.validity import Valid, ends_after_start, one_at_a_time


class Script(Valid):
    """AS-10: what a caller says and asks; a new version is a new row, answers keep the questions they were given to."""

    code = models.SlugField(_("code"))
    name = models.CharField(_("name"), max_length=60)
    greeting = models.TextField(_("greeting"), blank=True)

    objects = EveryonesRules.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        constraints = [ends_after_start("script_span"), one_at_a_time("script_once", "code")]

    def __str__(self) -> str:
        return self.name


class ScriptQuestion(models.Model):
    """One question of a script; `choices` are offered for a choice, one a line."""

    script = models.ForeignKey(Script, models.PROTECT, related_name="questions", verbose_name=_("script"))
    key = models.SlugField(_("key"), max_length=30)
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("question"), max_length=200)
    kind = models.CharField(_("kind"), max_length=6, choices=QuestionKind)
    choices = models.TextField(_("choices, one a line"), blank=True)
    required = models.BooleanField(_("required"), default=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["script", "key"], name="script_question_once"),
            models.CheckConstraint(name="script_question_kind", condition=Q(kind__in=QuestionKind.values)),
            models.CheckConstraint(name="script_question_choices", condition=~Q(kind="choice") | ~Q(choices="")),
        ]

    def __str__(self) -> str:
        return self.text


class CallbackAnswer(models.Model):
    """AS-10: what a customer answered to one question; free words are sealed, `value` is their masked excerpt."""

    callback = models.ForeignKey(Callback, models.PROTECT, related_name="answers", verbose_name=_("call-back"))
    question = models.ForeignKey(ScriptQuestion, models.PROTECT, related_name="+", verbose_name=_("question"))
    value = models.CharField(_("answer"), max_length=200)
    words_sealed = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["callback", "question"], name="callback_answer_once")]

    def __str__(self) -> str:
        return self.value
