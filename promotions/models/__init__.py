from promotions.models.auction import Auction
from promotions.models.brand_event import BrandEvent, EventOffer, EventReview, OfferShop, ShopTarget
from promotions.models.claim import Claim, ClaimRule, ClaimShare, Draw
from promotions.models.plan_rule import PlanRule, StandingOffer, StandingTarget
from promotions.models.pot import Pot, PotEntry
from promotions.models.price_cut import PriceCut
from promotions.models.price_facts import (
    CampaignWindow,
    GrantLimit,
    ListPriceProof,
    PlatformPrice,
    ProductTag,
    SellerStanding,
)
from promotions.models.price_grant import PriceGrant
from promotions.models.price_rule import LegalReview, PriceRule
from promotions.models.price_signal import PriceSignal, PriceSweep
from promotions.models.rebate import Rebate, RebateTier
from promotions.models.support import MoreSupport, ShopTrait, SupportApplication, SupportPolicy, SupportProof
from promotions.models.year_plan import YearPlan
