"""Addresses of logs, returns and sites."""

from django.urls import path

from activities.views import activities, log

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
]
