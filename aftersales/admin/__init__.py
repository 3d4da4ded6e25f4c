from aftersales.admin import jobs as jobs
from aftersales.admin import repairs as repairs
