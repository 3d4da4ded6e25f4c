from aftersales.models.deduction import Deduction
from aftersales.models.extra import Extra, ExtraKind
from aftersales.models.job import Job
from aftersales.models.offer import Offer
from aftersales.models.rate import DeductionRate, FeeHold, FeeRate
from aftersales.models.visit import Visit
