from django.urls import path

from opsdesk.console.phone import access, jobs, office, reports

urlpatterns = [
    path("", jobs.today, name="phone"),
    path("login/", access.login, name="phone_login"),
    path("out/", access.leave, name="phone_leave"),
    path("in/<str:token>/", access.enter, name="phone_enter"),
    path("installers/", office.installers, name="phone_installers"),
    path("job/<int:pk>/", jobs.job, name="phone_job"),
    path("job/<int:pk>/call/", jobs.call, name="phone_call"),
    path("job/<int:pk>/do/<slug:action>/", jobs.act, name="phone_act"),
    path("job/<int:pk>/report/", reports.report, name="phone_report"),
    path("job/<int:pk>/report/photo/", reports.send, name="phone_send"),
    path("job/<int:pk>/report/photo/<int:photo_id>/", reports.photo, name="phone_photo"),
]
