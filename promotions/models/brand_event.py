from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Product, Shop
from opsdesk.actor import Actor
from opsdesk.days import midnight
from opsdesk.querysets import DeskQuerySet
from promotions.models.year_plan import YearPlan
from promotions.states.plan import EventState, Festival, OfferKind

ZERO = Decimal("0.00")
DAYS, EXTRA = 3, 2


class BrandEventQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the plan: the company's."""
        return self if by.company else self.none()

    def to_start(self, at: datetime) -> Self:
        """PR-1: narrow to what is approved and should have begun."""
        return self.filter(state=EventState.APPROVED, opens_at__lte=at)

    def to_end(self, at: datetime) -> Self:
        """PR-1: narrow to what is still running after its last day."""
        return self.filter(state=EventState.RUNNING, closes_at__lte=at)

    def never_approved(self, at: datetime) -> Self:
        """PR-14: narrow to what nobody approved before it was over."""
        return self.filter(state=EventState.PLANNED, closes_at__lte=at)

    def to_review(self) -> Self:
        """PR-19: narrow to what is over and not looked back upon yet."""
        return self.filter(state__in=(EventState.ENDED, EventState.STOPPED))

    def stock_open(self, until: date) -> Self:
        """PR-17: narrow to what begins before a day and has no settled stock."""
        return self.filter(
            state__in=(EventState.PLANNED, EventState.APPROVED), stock_settled_at=None, starts_on__lte=until
        )

    def took_place(self) -> Self:
        """Narrow to brand days that began."""
        return self.filter(started_at__isnull=False)


class BrandEvent(models.Model):
    """PR-1, PR-14, PR-19: one brand day 品牌日 of the plan, with its theme; three days, up to two more with a reason.

    `opens_at` and `closes_at` follow from the days and are what prices, sales and figures are compared with; a stop
    brings `closes_at` forward, so that no earlier day is counted differently afterwards.
    """

    plan = models.ForeignKey(YearPlan, models.PROTECT, related_name="events", verbose_name=_("year's plan"))
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=60)
    theme = models.CharField(_("theme"), max_length=120, blank=True)
    starts_on = models.DateField(_("first day"))
    days = models.PositiveSmallIntegerField(_("days"), default=DAYS)
    extra_days = models.PositiveSmallIntegerField(_("extended by (days)"), default=0)
    extended_because = models.CharField(_("extended because"), max_length=200, blank=True)
    festival = models.CharField(_("festival"), max_length=14, choices=Festival, blank=True)
    own_application = models.BooleanField(_("needs an application of its own"), default=False)
    application = models.CharField(_("application"), max_length=300, blank=True)
    budget_yuan = models.DecimalField(_("budget (yuan)"), max_digits=12, decimal_places=2, default=ZERO)
    stock_by = models.DateField(_("stock settled by"))
    stock_settled_at = models.DateTimeField(_("stock settled"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=EventState, default=EventState.PLANNED)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes (exclusive)"))
    approved_at = models.DateTimeField(_("approved"), null=True)
    started_at = models.DateTimeField(_("began"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    extended_at = models.DateTimeField(_("extended"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = BrandEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand day")
        verbose_name_plural = _("brand days")
        permissions = [
            ("run_brandevent", _("Can settle stock of brand days, extend and review them")),
            ("stop_brandevent", _("Can stop a brand day at once")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["plan", "starts_on"], name="brandevent_once"),
            models.CheckConstraint(name="brandevent_state", condition=Q(state__in=EventState.values)),
            models.CheckConstraint(name="brandevent_festival", condition=Q(festival__in=["", *Festival.values])),
            models.CheckConstraint(name="brandevent_span", condition=Q(closes_at__gte=F("opens_at"), days__gte=1)),
            models.CheckConstraint(name="brandevent_extra", condition=Q(extra_days=0) | ~Q(extended_because="")),
            models.CheckConstraint(name="brandevent_budget", condition=Q(budget_yuan__gte=0)),
        ]
        indexes = [
            models.Index(fields=["state", "opens_at"], name="brandevent_due"),
            models.Index(
                fields=["opens_at", "closes_at"], name="brandevent_window", condition=Q(started_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_day(self) -> date:
        """The last day of selling."""
        return self.starts_on + timedelta(days=self.days + self.extra_days - 1)


def window(starts_on: date, days: int) -> tuple[datetime, datetime]:
    """PR-1: return when an event opens and closes: from midnight to midnight, the end exclusive."""
    return midnight(starts_on), midnight(starts_on + timedelta(days=days))


class EventOffer(models.Model):
    """PR-4 … PR-13: what an event offers: a model at a price, or something on top (`amount_yuan` each time)."""

    event = models.ForeignKey(BrandEvent, models.PROTECT, related_name="offers", verbose_name=_("brand day"))
    kind = models.CharField(_("kind"), max_length=12, choices=OfferKind)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    price_yuan = models.DecimalField(_("price (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    amount_yuan = models.DecimalField(_("amount each (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    per_yuan = models.DecimalField(_("for each full (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    quota = models.PositiveIntegerField(_("quota"), null=True, blank=True)
    budget_yuan = models.DecimalField(_("budget (yuan)"), max_digits=12, decimal_places=2, default=ZERO)
    stock_need = models.PositiveIntegerField(_("stock needed"), default=0)
    given_out_on = models.DateField(_("given out on"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer of a brand day")
        verbose_name_plural = _("offers of brand days")
        constraints = [
            models.CheckConstraint(name="eventoffer_kind", condition=Q(kind__in=OfferKind.values)),
            models.CheckConstraint(name="eventoffer_price", condition=Q(price_yuan=None) | Q(price_yuan__gte=0)),
            models.CheckConstraint(name="eventoffer_amount", condition=Q(amount_yuan=None) | Q(amount_yuan__gte=0)),
            models.CheckConstraint(name="eventoffer_budget", condition=Q(budget_yuan__gte=0)),
            models.CheckConstraint(name="eventoffer_per", condition=Q(per_yuan=None) | Q(per_yuan__gt=0)),
        ]

    def __str__(self) -> str:
        model = f" {self.product.code}" if self.product else ""
        return f"{self.get_kind_display()}{model}"


class OfferShop(models.Model):
    """PR-5, PR-6: a shop in which an offer holds."""

    offer = models.ForeignKey(EventOffer, models.CASCADE, related_name="places", verbose_name=_("offer"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))

    class Meta:
        verbose_name = _("shop of an offer")
        verbose_name_plural = _("shops of an offer")
        constraints = [models.UniqueConstraint(fields=["offer", "shop"], name="offershop_once")]

    def __str__(self) -> str:
        return str(self.shop)


class ShopTarget(models.Model):
    """PR-15, PR-19: what a shop shall sell on a brand day."""

    event = models.ForeignKey(BrandEvent, models.CASCADE, related_name="targets", verbose_name=_("brand day"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    target_yuan = models.DecimalField(_("target (yuan)"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("target of a shop")
        verbose_name_plural = _("targets of shops")
        constraints = [
            models.UniqueConstraint(fields=["event", "shop"], name="shoptarget_once"),
            models.CheckConstraint(name="shoptarget_not_negative", condition=Q(target_yuan__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.shop} ¥{self.target_yuan}"


class EventReview(models.Model):
    """PR-19: what became of a brand day, frozen once: the numbers by shop, and what was learnt."""

    event = models.OneToOneField(BrandEvent, models.PROTECT, related_name="reviewed", verbose_name=_("brand day"))
    sales_yuan = models.DecimalField(_("sales (yuan)"), max_digits=14, decimal_places=2)
    target_yuan = models.DecimalField(_("target (yuan)"), max_digits=14, decimal_places=2)
    orders = models.PositiveIntegerField(_("orders"))
    spent_yuan = models.DecimalField(_("spent (yuan)"), max_digits=12, decimal_places=2)
    by_shop = models.JSONField(default=list)
    rewards = models.JSONField(default=list)
    lessons = models.TextField(_("what was learnt"), max_length=2000, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("review of a brand day")
        verbose_name_plural = _("reviews of brand days")

    def __str__(self) -> str:
        return str(self.event)
