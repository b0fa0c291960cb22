"""Work of accounts that a page does not wait for."""

from celery import shared_task

from accounts.mail import send_password_link


@shared_task
def mail_password_link(email: str) -> None:
    """A sign-in page must not tell by its speed whether an address is known, so looking it up is part of the task."""
    send_password_link(email)
