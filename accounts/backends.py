"""Sign-in by e-mail address or phone number."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend


class EmailOrPhoneBackend(ModelBackend):
    """Takes what a person types into one field."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        from accounts.identifiers import find_user

        identifier = username or kwargs.get("email")
        if not identifier or password is None:
            return None
        user = find_user(identifier)
        if user is None:
            get_user_model()().set_password(password)  # the same work for an unknown name, so time tells nothing
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
