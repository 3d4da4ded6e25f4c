from aftersales.models.dispatching import DispatchRule, VisitCause
from aftersales.models.installer import Capacity, Certificate, Installer
from aftersales.models.job import Job
from aftersales.models.offer import Offer
from aftersales.models.phone import Draft, DraftPhoto, PhoneLink, PhoneRule
from aftersales.models.score import Score
from aftersales.models.urge import Urge
from aftersales.models.visit import JobPhoto, Visit, VisitMove
