from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person of the company or of a partner. Rights come from groups (roles), what is visible from scopes."""

    full_name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """What pages call this person."""
        return str(self)


class ScopeKind(models.TextChoices):
    COMPANY = "company", _("whole company")
    SHOP = "shop", _("shop")
    REGION = "region", _("region")
    PARTNER = "partner", _("partner")


class Scope(models.Model):
    """AU-1: what a user may see: everything, or the rows of a shop, a region or a partner, named by their code.

    A region includes what lies in it, a partner those below it (CH-5). Without a scope nothing is visible.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="scopes", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=10, choices=ScopeKind)
    code = models.CharField(_("code"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("scope")
        verbose_name_plural = _("scopes")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "code"], name="scope_once"),
            models.CheckConstraint(condition=models.Q(kind__in=ScopeKind.values), name="scope_kind"),
            models.CheckConstraint(
                condition=models.Q(kind=ScopeKind.COMPANY, code="")
                | (~models.Q(kind=ScopeKind.COMPANY) & ~models.Q(code="")),
                name="scope_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}".strip()


class GivenRight(models.Model):
    """AU-1: a right that a role was given by us, once: a new release gives the new ones, never again what somebody
    has taken away since."""

    role = models.CharField(max_length=30)
    right = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("right given to a role")
        verbose_name_plural = _("rights given to roles")
        constraints = [models.UniqueConstraint(fields=["role", "right"], name="given_right_once")]

    def __str__(self) -> str:
        return f"{self.role} {self.right}"
