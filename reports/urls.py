"""Addresses of home, dashboards, and the page behind a number."""

from django.urls import path

from reports.views import dashboard, home, search, why

app_name = "reports"
urlpatterns = [
    path("", home.home, name="home"),
    path("areas/", search.areas, name="areas"),
    path("areas/<int:area_id>/", dashboard.dashboard, name="dashboard"),
    path("areas/<int:area_id>/live/", dashboard.dashboard_live, name="live"),
    path("areas/<int:area_id>/xlsx/", dashboard.dashboard_workbook, name="workbook"),
    path("why/", why.why, name="why"),
]
