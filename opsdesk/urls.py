from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from opsdesk.console.pages import claims, coverage, imports, jobs, orders, public, supports

admin.site.index_title = _("Start page")
desk = admin.site.admin_view

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", public.healthz),
    path("readyz", public.readyz),
    path("draws/<int:pk>/", claims.draw, name="draw"),
    path("desk/claims/", desk(claims.enter), name="claims"),
    path("desk/draw/", desk(claims.open_draw), name="draw_new"),
    path("desk/support/shop/<int:pk>/", desk(supports.shop), name="support_shop"),
    path("desk/support/<int:pk>/", desk(supports.support), name="support"),
    path("desk/support/proof/<int:pk>/", desk(supports.proof), name="support_proof"),
    path("desk/rebates/", desk(supports.rebate), name="rebates"),
    path("verify/", public.certificate, name="verify"),
    path("desk/order/<int:pk>/", desk(orders.order), name="order"),
    path("desk/order/<int:pk>/show/", desk(orders.show), name="order_show"),
    path("desk/job/<int:pk>/", desk(jobs.job), name="job"),
    path("desk/job/<int:pk>/show/", desk(jobs.show), name="job_show"),
    path("desk/job/<int:pk>/photo/", desk(jobs.photo), name="job_photo"),
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
