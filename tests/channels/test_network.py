"""CH-1 … CH-8: platforms, shops, partners, certificates, territories, listings."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels.models import Authorisation, Listing, NamedSeller, Partner, Platform, Revocation, Shop, Territory
from channels.operations import authorisations, listings, partners, shops
from channels.queries import certificates, territories
from channels.states import CertificateState, Duty, SoldWhere
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.console import reference
from opsdesk.errors import NotAllowed, NotFound
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db
TODAY = AT.date()


def certificate(number: str = "A-1", *, since: date = date(2026, 1, 1), until: date | None = None) -> Authorisation:
    return Authorisation.objects.create(
        number=number, partner=make.partner(number.lower()), shop=make.shop(), valid_from=since, valid_to=until
    )


def test_ch_1_a_platform_is_a_row():
    reference.load()
    assert Platform.objects.filter(code__in=("tmall", "jd", "suning", "mall", "outlet")).count() == 5
    reference.load()
    assert Platform.objects.count() == 16


def test_ch_2_a_shop_is_the_companys_or_a_partners():
    operator = make.partner("distributor")
    theirs, ours = make.shop("theirs", operator=operator), make.shop("ours")
    by = make.actor("d", partner="distributor")
    assert list(Shop.objects.all().visible_to(by)) == [theirs]
    assert ours.operator is None


def test_ch_2_an_unknown_shop_is_named_or_created_on_its_platform():
    make.platform("jd")
    with pytest.raises(shops.UnknownShop, match="jd-1"):
        shops.known_or_created("jd-1", platform="", by=SYSTEM, at=AT)
    with pytest.raises(shops.UnknownPlatform, match="ebay"):
        shops.known_or_created("jd-1", platform="ebay", by=SYSTEM, at=AT)
    made = shops.known_or_created("jd-1", platform="jd", by=SYSTEM, at=AT)
    assert shops.known_or_created("jd-1", platform="", by=SYSTEM, at=AT) == made


def test_ch_3_the_legitimate_system_is_who_is_authorised_on_that_day():
    row = certificate(since=date(2026, 1, 1), until=date(2026, 6, 1))
    make.shop("stranger")

    def there(on: date) -> list[str]:
        return [shop.code for shop in Shop.objects.all().legitimate(on)]

    assert there(date(2025, 12, 31)) == []
    assert there(date(2026, 5, 31)) == ["flagship"]
    assert there(date(2026, 6, 1)) == []
    Revocation.objects.create(authorisation=row, revoked_on=date(2026, 2, 1), reason="x")
    assert there(date(2026, 1, 31)) == ["flagship"]
    assert there(date(2026, 2, 1)) == []


@pytest.mark.parametrize(
    ("_case", "since", "until", "revoked", "state"),
    [
        ("in force without end", date(2026, 1, 1), None, None, CertificateState.VALID),
        ("last day", date(2026, 1, 1), date(2026, 3, 5), None, CertificateState.VALID),
        ("the day after", date(2026, 1, 1), date(2026, 3, 4), None, CertificateState.EXPIRED),
        ("not yet", date(2026, 3, 5), None, None, CertificateState.NOT_YET),
        ("revoked today", date(2026, 1, 1), None, date(2026, 3, 4), CertificateState.REVOKED),
        ("to be revoked tomorrow", date(2026, 1, 1), None, date(2026, 3, 5), CertificateState.VALID),
        ("revoked wins over expired", date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 5), CertificateState.REVOKED),
    ],
)
def test_ch_4_a_certificate_number_is_verified(_case, since, until, revoked, state):
    row = certificate(since=since, until=until)
    if revoked:
        Revocation.objects.create(authorisation=row, revoked_on=revoked, reason="x")
    assert certificates.verify(" a-1 ", on=TODAY).state == state


def test_ch_4_an_unknown_number_is_unknown_on_the_public_page(client):
    certificate()
    assert certificates.verify("A-2", on=TODAY).state == CertificateState.UNKNOWN
    assert "有效" in client.get(reverse("verify"), {"number": "A-1"}).content.decode()
    assert "查无记录" in client.get(reverse("verify"), {"number": "<script>"}).content.decode()
    assert "<script>" not in client.get(reverse("verify"), {"number": "<script>"}).content.decode()


def test_ch_4_an_authorisation_is_for_a_shop_or_a_region_not_both():
    with pytest.raises(IntegrityError), transaction.atomic():
        Authorisation.objects.create(
            number="B", partner=make.partner("b"), shop=make.shop(), region=make.region(), valid_from=TODAY
        )


def test_ch_4_a_certificate_is_revoked_once_with_its_reason():
    row = certificate()
    with pytest.raises(NotAllowed):
        authorisations.revoke(row.pk, revoked_on=TODAY, reason="x", by=make.actor("li", company=True), at=AT)
    authorisations.revoke(row.pk, revoked_on=TODAY, reason="窜货", by=SYSTEM, at=AT)
    with pytest.raises(authorisations.RevokedAlready):
        authorisations.revoke(row.pk, revoked_on=TODAY, reason="窜货", by=SYSTEM, at=AT)
    assert certificates.verify("A-1", on=TODAY).state == CertificateState.REVOKED
    assert Event.objects.get(action="authorisation.revoke").facts["reason"] == "窜货"


def test_ch_5_a_partner_moves_with_all_below_it():
    top, other = make.partner("top"), make.partner("other")
    middle = make.partner("middle", above=top)
    make.partner("leaf", above=middle)
    middle.parent = other
    partners.place(middle).save()
    partners.place_below(middle)
    assert Partner.objects.get(code="leaf").path == "/other/middle/leaf/"
    assert set(Partner.objects.all().within(frozenset({"other"})).values_list("code", flat=True)) == {
        "other",
        "middle",
        "leaf",
    }


def test_ch_5_a_partner_cannot_stand_below_itself():
    top = make.partner("top")
    leaf = make.partner("leaf", above=top)
    top.parent = leaf
    with pytest.raises(partners.Ring):
        partners.place(top)


def test_ch_5_a_code_that_contains_anothers_is_not_below_it():
    make.partner("gd")
    make.partner("gd-2")
    assert [row.code for row in Partner.objects.all().within(frozenset({"gd"}))] == ["gd"]


def test_ch_6_gaps_and_overlaps_of_a_duty_are_shown():
    make.region("440106")
    gap = make.region("330102")
    first, second = make.partner("first"), make.partner("second")
    make.territory(first, "44")
    make.territory(second, "44")
    found = territories.coverage(Duty.INSTALLATION, on=TODAY)
    assert found.gaps == (gap,)
    assert [(region.code, names) for region, names in found.overlaps] == [("44", ("伙伴first", "伙伴second"))]


def test_ch_6_a_partner_holds_a_region_for_a_duty_once_at_a_time():
    who = make.partner()
    make.territory(who, "44")
    with pytest.raises(IntegrityError), transaction.atomic():
        make.territory(who, "44")
    make.territory(who, "44", Duty.REPAIR)
    assert Territory.objects.count() == 2


def test_ch_7_a_restricted_model_names_its_sellers_with_dates():
    model = make.product("DSF-NET", sold_where=SoldWhere.NAMED)
    row = NamedSeller.objects.create(
        product=model, partner=make.partner("d"), valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1)
    )
    assert list(model.named_sellers.all().in_force(date(2026, 1, 31))) == [row]
    assert list(model.named_sellers.all().in_force(date(2026, 2, 1))) == []


def test_ch_8_mapping_an_item_empties_the_queue_and_is_recorded():
    row, product = make.listing("77"), make.product()
    with pytest.raises(NotAllowed):
        listings.assign(row.pk, product_id=product.pk, by=make.actor(), at=AT)
    listings.assign(row.pk, product_id=product.pk, by=SYSTEM, at=AT)
    assert Listing.objects.all().unmapped().count() == 0
    assert Event.objects.get(action="listing.map").facts["changed"] == {"product": [None, product.pk]}


def test_ch_8_an_item_that_is_none_of_ours_leaves_the_queue():
    row = make.listing("77")
    listings.ignore(row.pk, by=SYSTEM, at=AT)
    assert Listing.objects.all().unmapped().count() == 0


def test_ch_8_a_listing_of_another_shop_does_not_exist():
    row = make.listing("77", where=make.shop("a"))
    by = make.actor("d", "channels.change_listing", shop="b")
    with pytest.raises(NotFound):
        listings.assign(row.pk, product_id=make.product().pk, by=by, at=AT)


SUSPENDED = (
    ("_case", "on", "state"),
    [
        ("the day before", date(2026, 3, 3), CertificateState.VALID),
        ("its first day", date(2026, 3, 4), CertificateState.SUSPENDED),
        ("its last day", date(2026, 3, 13), CertificateState.SUSPENDED),
        ("the day it runs out", date(2026, 3, 14), CertificateState.VALID),
    ],
)


@pytest.mark.parametrize(*SUSPENDED)
def test_cf_7_a_suspended_certificate_is_valid_again_when_the_suspension_runs_out(_case, on, state):
    row = certificate()
    authorisations.take_away_all(
        row.partner_id, on=date(2026, 3, 4), until=date(2026, 3, 14), reason="停权", by=SYSTEM, at=AT
    )
    assert certificates.verify(row.number, on=on).state == state
    assert Shop.objects.legitimate(on).filter(pk=row.shop_id).exists() == (state == CertificateState.VALID)


def test_cf_14_a_lifted_revocation_stays_and_the_certificate_is_valid_again():
    row = certificate()
    [gone] = authorisations.take_away_all(
        row.partner_id, on=date(2026, 3, 4), until=None, reason="取消资格", by=SYSTEM, at=AT
    )
    authorisations.lift_all([gone], on=date(2026, 3, 10), reason="裁决已改", by=SYSTEM, at=AT)
    states = [certificates.verify(row.number, on=date(2026, 3, day)).state for day in (4, 9, 10)]
    assert states == [CertificateState.REVOKED, CertificateState.REVOKED, CertificateState.VALID]
    assert [event.action for event in Event.objects.about(row).order_by("pk")] == [
        "authorisation.revoke", "authorisation.lift",
    ]  # fmt: skip


def test_cf_14_a_certificate_holds_on_the_days_that_nothing_takes_away():
    row = certificate(since=date(2026, 1, 1), until=date(2026, 12, 1))
    Revocation.objects.create(authorisation=row, revoked_on=date(2026, 3, 1), until=date(2026, 3, 11), reason="停权")
    lifted = Revocation.objects.create(authorisation=row, revoked_on=date(2026, 6, 1), reason="取消资格")
    authorisations.lift_all([lifted], on=date(2026, 7, 1), reason="裁决已改", by=SYSTEM, at=AT)
    Revocation.objects.create(authorisation=row, revoked_on=date(2026, 11, 1), reason="取消资格")
    [found] = certificates.with_revocations(Authorisation.objects.filter(pk=row.pk))
    assert certificates.spans_of(found) == [
        (date(2026, 1, 1), date(2026, 3, 1)),
        (date(2026, 3, 11), date(2026, 6, 1)),
        (date(2026, 7, 1), date(2026, 11, 1)),
    ]
    for day in (date(2026, 3, 1), date(2026, 3, 10), date(2026, 6, 30), date(2026, 11, 1)):
        assert not Authorisation.objects.in_force(day).not_revoked(day).exists()


def test_cf_7_what_two_rulings_took_away_is_back_only_when_both_are_replaced():
    row, day = certificate(), date(2026, 3, 4)
    [first] = authorisations.take_away_all(
        row.partner_id, on=day, until=date(2026, 4, 3), reason="停权", by=SYSTEM, at=AT
    )
    [second] = authorisations.take_away_all(row.partner_id, on=day, until=None, reason="取消资格", by=SYSTEM, at=AT)
    assert certificates.verify(row.number, on=date(2026, 4, 3)).state == CertificateState.REVOKED
    authorisations.lift_all([second], on=day, reason="裁决已改", by=SYSTEM, at=AT)
    assert certificates.verify(row.number, on=day).state == CertificateState.SUSPENDED
    authorisations.lift_all([first], on=day, reason="裁决已改", by=SYSTEM, at=AT)
    assert certificates.verify(row.number, on=day).state == CertificateState.VALID
