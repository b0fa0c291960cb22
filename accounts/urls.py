from django.urls import path

from accounts.views import invitations, sign_in, users

app_name = "accounts"
urlpatterns = [
    path("login/", sign_in.sign_in, name="sign_in"),
    path("logout/", sign_in.sign_out, name="sign_out"),
    path("invite/<str:token>/", invitations.invitation, name="invitation"),
    path("notice/", sign_in.notice, name="notice"),
    path("account/", sign_in.account, name="account"),
    path("password/", sign_in.password, name="password"),
    path("password/forgotten/", sign_in.forgotten, name="forgotten"),
    path("users/", users.users, name="users"),
    path("users/new/", users.new_user, name="new_user"),
    path("users/<int:pk>/", users.user_detail, name="user"),
    path("users/<int:pk>/link/", users.new_link, name="new_link"),
    path("users/<int:pk>/close/", users.set_active, {"active": False}, name="close_user"),
    path("users/<int:pk>/reopen/", users.set_active, {"active": True}, name="reopen_user"),
    path("grants/<int:pk>/end/", users.end_grant, name="end_grant"),
]
