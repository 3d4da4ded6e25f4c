from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from opsdesk.console.pages import (
    callbacks,
    complaint_statistics,
    complaints,
    coverage,
    imports,
    jobs,
    orders,
    public,
    repairs,
    scores,
)

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
    path("desk/job/<int:pk>/photo/<int:number>/", desk(jobs.further_photo), name="job_further_photo"),
    path("desk/job/<int:pk>/signature/<int:number>/", desk(jobs.signature), name="job_signature"),
    path("desk/job/<int:pk>/<slug:action>/", desk(jobs.act), name="job_act"),
    path("desk/score/<int:pk>/", desk(scores.score), name="score"),
    path("desk/score/<int:pk>/contest/", desk(scores.contest), name="score_contest"),
    path("desk/score/<int:pk>/decide/", desk(scores.decide), name="score_decide"),
    path("desk/repair/", desk(repairs.register), name="repair_new"),
    path("desk/repair/<int:pk>/", desk(repairs.repair), name="repair"),
    path("desk/repair/<int:pk>/show/", desk(repairs.show), name="repair_show"),
    path("desk/repair/<int:pk>/<slug:action>/", desk(repairs.act), name="repair_act"),
    path("desk/callbacks/next/", desk(callbacks.take), name="callback_next"),
    path("desk/callback/<int:pk>/", desk(callbacks.callback), name="callback"),
    path("desk/callback/<int:pk>/dial/", desk(callbacks.dial), name="callback_dial"),
    path("desk/callback/<int:pk>/answer/", desk(callbacks.answer), name="callback_answer"),
    path("desk/callback/<int:pk>/miss/", desk(callbacks.miss), name="callback_miss"),
    path("desk/callback/<int:pk>/appoint/", desk(callbacks.appoint), name="callback_appoint"),
    path("desk/callback/<int:pk>/show/", desk(callbacks.show), name="callback_show"),
    path("desk/complaint/", desk(complaints.register), name="complaint_register"),
    path("desk/complaints/statistics/", desk(complaint_statistics.show), name="complaint_statistics"),
    path("desk/complaints/statistics.xlsx", desk(complaint_statistics.excel), name="complaint_statistics_excel"),
    path("desk/complaint/<int:pk>/", desk(complaints.complaint), name="complaint"),
    path("desk/complaint/<int:pk>/show/", desk(complaints.show), name="complaint_show"),
    path("desk/complaint/<int:pk>/<slug:action>/", desk(complaints.act), name="complaint_act"),
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
