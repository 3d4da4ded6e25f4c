from aftersales.models.job import Job
from aftersales.models.offer import Offer
from aftersales.models.refund import Payout, Refund, RefundLine
from aftersales.models.return_rules import CustomerRight, PlatformTimer, ReturnPolicy
from aftersales.models.returned import Evidence, Reception, ReceptionLine
from aftersales.models.slip import Slip
from aftersales.models.visit import Visit
