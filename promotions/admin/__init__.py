from promotions.admin import claims as claims
