from aftersales.models.job import Job
from aftersales.models.offer import Offer
from aftersales.models.visit import Visit
