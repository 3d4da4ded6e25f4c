from aftersales.models.bench import FaultCode, RepairFinding, RepairPart, RepairQuote, Retest, RetestCheck
from aftersales.models.callback import Call, Callback, CallbackTerms
from aftersales.models.complaint import Complaint, Handover
from aftersales.models.complaint_class import ClassWord, ComplaintClass
from aftersales.models.deduction import Deduction
from aftersales.models.dispatching import DispatchRule, VisitCause
from aftersales.models.extra import Extra, ExtraKind
from aftersales.models.installer import Capacity, Certificate, Installer
from aftersales.models.job import Job
from aftersales.models.loan import LoanUnit
from aftersales.models.offer import Offer
from aftersales.models.phone import Draft, DraftPhoto, PhoneLink, PhoneRule
from aftersales.models.rate import DeductionRate, FeeHold, FeeRate
from aftersales.models.refund import Payout, Refund, RefundLine
from aftersales.models.repair import Repair, RepairLeg
from aftersales.models.return_rules import CustomerRight, PlatformTimer, ReturnPolicy
from aftersales.models.returned import Evidence, Reception, ReceptionLine
from aftersales.models.score import Score, ScoreContest, ScoreEvent, ScoreFormula, ScoreWeight
from aftersales.models.script import CallbackAnswer, Script, ScriptQuestion
from aftersales.models.slip import Slip
from aftersales.models.urge import Urge
from aftersales.models.visit import JobPhoto, Visit, VisitMove
from aftersales.models.warranty import ExchangeRule, WarrantyTerm
