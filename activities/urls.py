"""Addresses of logs, returns and sites."""

from django.urls import path

from activities.views import activities, log, return_board, returns, sites

app_name = "activities"
urlpatterns = [
    path("activities/", activities.activity_list, name="list"),
    path("activities/new/", log.new, name="new"),
    path("activities/approve/", activities.approve, name="approve"),
    path("activities/<int:pk>/", activities.activity, name="activity"),
    path("activities/<int:pk>/sent/", log.sent, name="sent"),
    path("activities/<int:pk>/undo/", log.undo, name="undo"),
    path("activities/<int:pk>/edit/", activities.edit, name="edit"),
    path("activities/<int:pk>/void/", activities.void, name="void"),
    path("activities/<int:pk>/return/", activities.give_back, name="give-back"),
    path("activities/<int:pk>/history/", activities.activity_history, name="history"),
    path("returns/", return_board.return_list, name="return-list"),
    path("returns/new/", returns.new, name="return-new"),
    path("returns/missing/", return_board.missing, name="return-missing"),
    path("returns/approve/", return_board.approve, name="return-approve"),
    path("returns/<int:pk>/", returns.report, name="return"),
    path("returns/<int:pk>/edit/", returns.edit, name="return-edit"),
    path("returns/<int:pk>/review/", returns.review, name="return-review"),
    path("returns/<int:pk>/receipt/", returns.receipt, name="return-receipt"),
    path("returns/<int:pk>/return/", return_board.give_back, name="return-give-back"),
    path("returns/<int:pk>/history/", return_board.return_history, name="return-history"),
    path("sites/", sites.site_list, name="site-list"),
    path("sites/new/", sites.new, name="site-new"),
    path("sites/<int:pk>/", sites.site, name="site"),
    path("sites/<int:pk>/edit/", sites.edit, name="site-edit"),
    path("sites/<int:pk>/history/", sites.site_history, name="site-history"),
]
