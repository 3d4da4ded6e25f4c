from promotions.admin import plans as plans
