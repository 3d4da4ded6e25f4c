from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from opsdesk.console.pages import brand_days, coverage, imports, jobs, orders, plans, prices, public

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
    path("desk/job/<int:pk>/<slug:action>/", desk(jobs.act), name="job_act"),
    path("desk/import/", desk(imports.upload), name="upload"),
    path("desk/import/<int:pk>/", desk(imports.source), name="import"),
    path("desk/import/<int:pk>/do/<slug:action>/", desk(imports.act), name="import_act"),
    path("desk/import/<int:pk>/progress/", desk(imports.progress), name="import_progress"),
    path("desk/import/<int:pk>/rejected.csv", desk(imports.rejected), name="import_rejected"),
    path("desk/import/<int:pk>/original/", desk(imports.original), name="import_original"),
    path("desk/plans/", desk(plans.overview), name="plans"),
    path("desk/plans/begin/", desk(plans.begin), name="plan_begin"),
    path("desk/plan/<int:pk>/", desk(plans.plan), name="plan"),
    path("desk/plan/<int:pk>/<slug:action>/", desk(plans.act), name="plan_act"),
    path("desk/brand-day/<int:pk>/", desk(brand_days.event), name="brand_day"),
    path("desk/brand-day/<int:pk>/targets/", desk(brand_days.targets), name="brand_day_targets"),
    path("desk/brand-day/<int:pk>/drop/", desk(brand_days.drop), name="brand_day_drop"),
    path("desk/brand-day/<int:pk>/review.xlsx", desk(brand_days.export), name="brand_day_export"),
    path("desk/brand-day/<int:pk>/offer/<int:offer>/remove/", desk(brand_days.unoffer), name="offer_remove"),
    path("desk/brand-day/<int:pk>/do/<slug:action>/", desk(brand_days.act), name="brand_day_act"),
    path("desk/coverage/<slug:duty>/", desk(coverage.coverage), name="coverage"),
    path("desk/prices/why/", desk(prices.why), name="price_floor"),
    path("desk/prices/shop/", desk(prices.of_shop), name="shop_floors"),
    path("admin/", admin.site.urls),
    path("api/", include("opsdesk.api")),
]
