from aftersales.admin import installers as installers
from aftersales.admin import jobs as jobs
from aftersales.admin import repairs as repairs
from aftersales.admin import visits as visits
