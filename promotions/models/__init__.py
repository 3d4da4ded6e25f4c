from promotions.models.pot import Pot, PotEntry
from promotions.models.price_grant import PriceGrant
