"""The REST API: which endpoint stands where."""

from django.urls import path

from aftersales.api import money
from aftersales.api import views as jobs
from channels.api import views as statements
from conflicts.api import views as cases

urlpatterns = [
    path("jobs/", jobs.JobList.as_view(), name="api_jobs"),
    path("jobs/<int:pk>/", jobs.JobDetail.as_view(), name="api_job"),
    path("jobs/<int:pk>/acceptance/", jobs.Acceptance.as_view(), name="api_acceptance"),
    path("jobs/<int:pk>/refusal/", jobs.Refusal.as_view(), name="api_refusal"),
    path("jobs/<int:pk>/appointment/", jobs.Appointment.as_view(), name="api_appointment"),
    path("jobs/<int:pk>/completion/", jobs.Completion.as_view(), name="api_completion"),
    path("jobs/<int:pk>/arrival/", jobs.Arrival.as_view(), name="api_arrival"),
    path("jobs/<int:pk>/absence/", jobs.Absence.as_view(), name="api_absence"),
    path("jobs/<int:pk>/signature/", jobs.Signature.as_view(), name="api_signature"),
    path("jobs/<int:pk>/installer/", jobs.Person.as_view(), name="api_installer"),
    path("jobs/<int:pk>/reply/", jobs.Reply.as_view(), name="api_reply"),
    path("jobs/<int:pk>/failure/", jobs.Failure.as_view(), name="api_failure"),
    path("extra-kinds/", money.ExtraKindList.as_view(), name="api_extra_kinds"),
    path("jobs/<int:pk>/extras/", money.Extras.as_view(), name="api_extras"),
    path("deductions/", money.DeductionList.as_view(), name="api_deductions"),
    path("deductions/<int:pk>/answer/", money.Answer.as_view(), name="api_deduction_answer"),
    path("cases/", cases.CaseList.as_view(), name="api_cases"),
    path("cases/<int:pk>/", cases.CaseDetail.as_view(), name="api_case"),
    path("cases/<int:pk>/answer/", cases.Answer.as_view(), name="api_case_answer"),
    path("cases/<int:pk>/agreement/", cases.Agreement.as_view(), name="api_case_agreement"),
    path("cases/<int:pk>/evidence/", cases.EvidenceList.as_view(), name="api_case_evidence"),
    path("cases/<int:pk>/appeal/", cases.Appeal.as_view(), name="api_case_appeal"),
    path("cases/<int:pk>/withdrawal/", cases.Withdrawal.as_view(), name="api_case_withdrawal"),
    path("evidence/<int:pk>/", cases.EvidenceFile.as_view(), name="api_evidence"),
    path("statements/", statements.StatementList.as_view(), name="api_statements"),
    path("statements/<int:pk>/", statements.StatementDetail.as_view(), name="api_statement"),
    path("statements/<int:pk>/confirmation/", statements.Confirmation.as_view(), name="api_confirmation"),
    path("statements/<int:pk>/disputes/", statements.Disputes.as_view(), name="api_disputes"),
]
