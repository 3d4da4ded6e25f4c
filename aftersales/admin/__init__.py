from aftersales.admin import deductions as deductions
from aftersales.admin import extras as extras
from aftersales.admin import jobs as jobs
from aftersales.admin import rates as rates
