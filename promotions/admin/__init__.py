from promotions.admin import claims as claims
from promotions.admin import supports as supports
