from aftersales.admin import jobs as jobs
from aftersales.admin import refunds as refunds
from aftersales.admin import return_rules as return_rules
