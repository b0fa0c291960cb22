"""The page behind an invitation link."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.actions import LinkSpent, accept, token_hash
from accounts.forms import NewPasswordForm
from accounts.models import Invitation
from accounts.places import roles_in_words
from accounts.views.sign_in import enter, in_zalo
from cnscd_portal.templatetags.vietnamese import day


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who is invited, by whom, for what; and a password. A GET spends nothing: Zalo opens links to preview them."""
    found = get_object_or_404(
        Invitation.objects.select_related("user", "invited_by"), token_hash=token_hash(token), user__is_active=True
    )
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=found.user)
    if found.is_open and request.method == "POST" and form.is_valid():
        try:
            return enter(request, accept(invitation=found, password=form.cleaned_data["password"]), "/")
        except LinkSpent:
            found.refresh_from_db()
    context = {"invitation": found, "form": form, "in_zalo": in_zalo(request)}
    if not found.is_open:
        context["request_text"] = request_text(found)
        return render(request, "accounts/invitation_closed.html", context, status=410)
    grants = found.user.grants.on(timezone.localdate()).select_related("area").order_by("area__level")
    context["roles"] = roles_in_words(grants)
    if found.invited_by:
        held = found.invited_by.grants.on(timezone.localdate()).select_related("area")
        context["inviter_role"] = held.order_by("area__level").first()
    return render(request, "accounts/invitation.html", context)


def request_text(invitation: Invitation) -> str:
    """What the invited person sends to get another link."""
    to = invitation.invited_by or "quản trị Cổng"
    ended = "đã dùng" if invitation.used_at else f"hết hạn ngày {day(invitation.expires_at)}"
    return (
        f"Kính gửi {to}: liên kết đặt mật khẩu Cổng Tổ công nghệ số cộng đồng của tôi ({invitation.user.name}) "
        f"{ended}. Xin gửi lại liên kết mới. Trân trọng."
    )
