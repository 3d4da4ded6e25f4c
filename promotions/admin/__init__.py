from promotions.admin import auctions as auctions
from promotions.admin import claims as claims
from promotions.admin import plans as plans
from promotions.admin import price_cuts as price_cuts
from promotions.admin import price_facts as price_facts
from promotions.admin import price_rules as price_rules
from promotions.admin import price_signals as price_signals
from promotions.admin import supports as supports
