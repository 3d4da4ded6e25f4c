from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from opsdesk.console.pages import accounts, coverage, deductions, extras, imports, jobs, orders, public, statements

admin.site.index_title = _("Start page")
desk = admin.site.admin_view

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", public.healthz),
    path("readyz", public.readyz),
    path("verify/", public.certificate, name="verify"),
    path("desk/order/<int:pk>/", desk(orders.order), name="order"),
    path("desk/order/<int:pk>/show/", desk(orders.show), name="order_show"),
    path("desk/job/<int:pk>/", desk(jobs.job), name="job"),
    path("desk/job/<int:pk>/show/", desk(jobs.show), name="job_show"),
    path("desk/job/<int:pk>/photo/", desk(jobs.photo), name="job_photo"),
    path("desk/job/<int:pk>/extra/", desk(extras.propose), name="job_extra"),
    path("desk/job/<int:pk>/deduct/", desk(extras.deduct), name="job_deduct"),
    path("desk/extra/<int:pk>/photo/", desk(extras.photo), name="extra_photo"),
    path("desk/deduction/<int:pk>/", desk(deductions.deduction), name="deduction"),
    path("desk/deduction/<int:pk>/<slug:action>/", desk(deductions.act), name="deduction_act"),
    path("desk/accounts/", desk(accounts.overview), name="accounts"),
    path("desk/account/<int:pk>/", desk(accounts.account), name="account"),
    path("desk/account/<int:pk>/propose/", desk(accounts.propose), name="account_propose"),
    path("desk/entry/<int:pk>/", desk(accounts.entry), name="entry"),
    path("desk/entry/<int:pk>/take-back/", desk(accounts.take_back), name="entry_take_back"),
    path("desk/correction/<int:pk>/", desk(accounts.correction), name="correction"),
    path("desk/correction/<int:pk>/receipt/", desk(accounts.receipt), name="correction_receipt"),
    path("desk/statement/<int:pk>/", desk(statements.statement), name="statement"),
    path("desk/statement/<int:pk>/xlsx/", desk(statements.excel), name="statement_excel"),
    path("desk/statement/<int:pk>/pdf/", desk(statements.pdf), name="statement_pdf"),
    path("desk/statement/<int:pk>/dispute/", desk(statements.dispute), name="statement_dispute"),
    path("desk/statement/<int:pk>/do/<slug:action>/", desk(statements.act), name="statement_act"),
    path("desk/statement/<int:pk>/line/<int:line>/<slug:action>/", desk(statements.answer), name="statement_answer"),
    path("desk/job/<int:pk>/<slug:action>/", desk(jobs.act), name="job_act"),
    path("desk/import/", desk(imports.upload), name="upload"),
    path("desk/import/<int:pk>/", desk(imports.source), name="import"),
    path("desk/import/<int:pk>/do/<slug:action>/", desk(imports.act), name="import_act"),
    path("desk/import/<int:pk>/progress/", desk(imports.progress), name="import_progress"),
    path("desk/import/<int:pk>/rejected.csv", desk(imports.rejected), name="import_rejected"),
    path("desk/import/<int:pk>/original/", desk(imports.original), name="import_original"),
    path("desk/coverage/<slug:duty>/", desk(coverage.coverage), name="coverage"),
    path("admin/", admin.site.urls),
    path("api/", include("opsdesk.api")),
]
