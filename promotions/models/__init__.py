from promotions.models.claim import Claim, ClaimRule, Draw
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
from promotions.models.rebate import Rebate, RebateTier
from promotions.models.support import ShopTrait, SupportApplication, SupportPolicy, SupportProof
