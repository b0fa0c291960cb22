from django.urls import path

from members.views import people, trainings

app_name = "members"
urlpatterns = [
    path("members/", people.member_list, name="list"),
    path("members/<int:pk>/", people.member_detail, name="detail"),
    path("members/<int:pk>/edit/", people.member_edit, name="edit"),
    path("members/<int:pk>/phone/", people.member_phone, name="phone"),
    path("members/<int:pk>/history/", people.member_history, name="history"),
    path("memberships/<int:pk>/", people.membership_edit, name="membership"),
    path("teams/<int:team_pk>/members/new/", people.member_new, name="new"),
    path("teams/<int:team_pk>/reform/", people.team_reform, name="team_reform"),
    path("trainings/", trainings.training_list, name="trainings"),
    path("trainings/new/", trainings.training_new, name="training_new"),
    path("trainings/<int:pk>/", trainings.training_detail, name="training"),
    path("trainings/<int:pk>/edit/", trainings.training_edit, name="training_edit"),
    path("trainings/<int:pk>/history/", trainings.training_history, name="training_history"),
    path("trainings/<int:pk>/attendances/new/", trainings.attendance_new, name="attendance_new"),
    path("attendances/<int:pk>/remove/", trainings.attendance_remove, name="attendance_remove"),
]
