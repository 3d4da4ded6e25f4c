from conflicts.models.case import Case, Party, Statement
from conflicts.models.enforcement import MeasureTaken, PayrollEntry
from conflicts.models.evidence import Evidence
from conflicts.models.inquiry import Inquiry
from conflicts.models.rulebook import Act, Clause, PenaltyRow, Rulebook, RulebookVersion, SeatRule
from conflicts.models.ruling import Ruling, Signature
from conflicts.models.signal import DetectorFigure, Look, Signal
