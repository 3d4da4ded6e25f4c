from promotions.models.brand_event import BrandEvent, EventOffer, EventReview, OfferShop, ShopTarget
from promotions.models.plan_rule import HeroModel, PlanRule, StandingOffer, StandingTarget
from promotions.models.pot import Pot, PotEntry
from promotions.models.price_grant import PriceGrant
from promotions.models.year_plan import YearPlan
