from aftersales.admin import callbacks as callbacks
from aftersales.admin import complaints as complaints
from aftersales.admin import installers as installers
from aftersales.admin import jobs as jobs
from aftersales.admin import repairs as repairs
from aftersales.admin import scores as scores
from aftersales.admin import visits as visits
