from promotions.models.pot import Pot, PotEntry
from promotions.models.price_facts import (
    CampaignWindow,
    GrantLimit,
    ListPriceProof,
    PlatformPrice,
    PriceCut,
    ProductTag,
    SellerStanding,
)
from promotions.models.price_grant import PriceGrant
from promotions.models.price_rule import LegalReview, PriceRule
from promotions.models.price_signal import PriceSignal, PriceSweep
