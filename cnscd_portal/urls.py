"""Addresses of the portal."""

from django.contrib import admin
from django.urls import include, path

from cnscd_portal.context import PORTAL_NAME
from cnscd_portal.health import healthz

admin.site.site_header = admin.site.site_title = f"Quản trị {PORTAL_NAME}"
admin.site.index_title = "Danh mục và sổ"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("areas/", include("areas.urls")),
    path("teams/", include("teams.urls")),
    path("", include("members.urls")),  # /members/ and /trainings/
    path("", include("activities.urls")),  # /activities/, /returns/ and /sites/
    path("imports/", include("imports.urls")),
    path("", include("reports.urls")),  # /, /areas/<id>/ and /why/
]

handler400 = "cnscd_portal.error_views.bad_request"
handler403 = "cnscd_portal.error_views.permission_denied"
handler404 = "cnscd_portal.error_views.page_not_found"
handler500 = "cnscd_portal.error_views.server_error"
