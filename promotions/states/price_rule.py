"""Choices of price rules (DS-11, DS-12), and the sentences that explain a floor."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleKind(models.TextChoices):
    """DS-11: what a price must not fall below."""

    SHARE_OF_LIST = "share_of_list", _("share of the list price")
    YUAN = "yuan", _("amount in yuan")
    SHARE_OF_PLATFORM = "share_of_platform", _("share of another platform's price")


class When(models.TextChoices):
    """PR-4, PR-16: in campaigns, outside, or always (empty)."""

    CAMPAIGN = "campaign", _("in campaigns")
    OUTSIDE = "outside", _("outside campaigns")


class Seller(models.TextChoices):
    """DS-12: as what a shop sells, and so which price rules bind it."""

    OWN_SHOP = "own_shop", _("own shop")
    AGENCY = "agency", _("agency sale (we set the price)")
    SUBSIDY = "subsidy", _("condition of a subsidy we pay")
    INDEPENDENT = "independent", _("independent reseller")


class Consequence(models.TextChoices):
    """DS-12: the most that a violation of a rule may lead to."""

    NOTE = "note", _("it is noted")
    SUPPORT = "support", _("support ends")
    CAMPAIGN = "campaign", _("no part in campaigns")
    FINE = "fine", _("fine")


class Tag(models.TextChoices):
    """PR-4, PR-13, DS-9: what a model is marked as."""

    HERO = "hero", _("hero model")
    TAIL = "tail", _("end of line")
    MULTIMODE = "multimode", _("multi-mode model")


OUTCOMES = {
    "won": _("makes the floor"),
    "opened": _("opened by a grant"),
    "lost": _("applies, but does not decide"),
    "idle": _("does not apply"),
}
WHY = {
    "highest": _("the highest of the rules that apply"),
    "lowest_grant": _("the lowest grant in force, below what the rules say"),
    "opened_by_grant": _("would decide, but a grant goes below it"),
    "lower": _("another rule is stricter"),
    "same": _("the same amount, a more special rule is named"),
    "higher_grant": _("another grant is lower"),
    "above_rules": _("not below what the rules say; a grant never raises a floor"),
    "nothing_to_open": _("no rule applies that it could open"),
    "not_yet": _("not in force yet"),
    "over": _("no longer in force"),
    "other_shop": _("for another shop"),
    "other_partner": _("for another partner's shops"),
    "other_platform": _("for another platform"),
    "other_mode": _("for another kind of shop"),
    "other_model": _("for another model"),
    "other_series": _("for another series"),
    "not_bound": _("does not bind who sells here"),
    "outside_campaign": _("holds in campaigns only"),
    "in_campaign": _("holds outside campaigns only"),
    "tag_missing": _("the model is not marked so"),
    "tag_excluded": _("the model's mark excludes it"),
    "no_share_of_list": _("no list price is known for then"),
    "no_share_of_platform": _("no price of that platform is known for then"),
}
OBJECTIONS = {
    "share_out_of_range": _("A share lies above 0 and not above 1."),
    "amount_out_of_range": _("An amount lies above 0."),
    "platform_missing": _("Say of which platform's price it is a share."),
    "platform_not_asked": _("Only a share of a platform's price names that platform."),
    "share_of_itself": _("A platform's floor cannot be a share of its own price."),
    "never_platform": _("The shop is not on this platform; the rule could never apply."),
    "never_mode": _("The shop is of another kind; the rule could never apply."),
    "never_partner": _("The shop is not this partner's; the rule could never apply."),
    "never_series": _("The model is not of this series; the rule could never apply."),
    "never_tag": _("The same mark is asked for and excluded; the rule could never apply."),
    "binds_nobody": _("Say whom it binds."),
    "contradicts": _("Another rule of the same kind has the same conditions at the same time and another figure."),
    "legal_review_missing": _(
        "DS-12: a fine that binds independent resellers needs a legal review of it by the GM office that allows it."
        " Without one, at most support or campaign eligibility may end."
    ),
}
EVENTS = {
    "shop.export_floors": _("Price floors exported: {rows} rows"),
    "pricerule.enter": _("Price rule entered: {name}"),
    "pricerule.replace": _("Price rule replaced from {valid_from}: {old} → {new}"),
    "legalreview.record": _("Legal review recorded: {rule_code}"),
    "campaignwindow.announce": _("Campaign announced: {name}, {starts_at} to {ends_at}"),
}
