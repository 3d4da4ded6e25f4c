from promotions.models.claim import Claim, ClaimRule, Draw
from promotions.models.pot import Pot, PotEntry
from promotions.models.price_grant import PriceGrant
