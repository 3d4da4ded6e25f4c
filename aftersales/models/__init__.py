from aftersales.models.bench import FaultCode, RepairFinding, RepairPart, RepairQuote, Retest, RetestCheck
from aftersales.models.job import Job
from aftersales.models.loan import LoanUnit
from aftersales.models.offer import Offer
from aftersales.models.repair import Repair, RepairLeg
from aftersales.models.visit import Visit
from aftersales.models.warranty import ExchangeRule, WarrantyTerm
