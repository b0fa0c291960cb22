"""People and their roles, for those who may invite."""

from __future__ import annotations

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions
from accounts.forms import GrantForm, NewUserForm, UserFilter
from accounts.granting import can_end, can_manage
from accounts.models import Grant, Invitation, User
from accounts.places import roles_in_words
from accounts.requests import SignedInRequest
from accounts.roles import Right
from accounts.scope import rights_of, scope
from cnscd_portal import listing
from cnscd_portal.templatetags.vietnamese import moment


def for_inviters(view):
    """403 for who may invite nowhere."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args, **kwargs) -> HttpResponse:
        if Right.INVITE not in rights_of(request.user):
            raise PermissionDenied("Người mời được: quản trị hoặc chuyên viên tỉnh, cán bộ xã.")
        return view(request, *args, **kwargs)

    return guarded


def _user(request: SignedInRequest, pk: int) -> User:
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


def _managed(request: SignedInRequest, pk: int) -> User:
    user = _user(request, pk)
    if not can_manage(request.user, user):
        raise PermissionDenied("Người này còn vai trò ngoài địa bàn hoặc ngoài quyền của bạn.")
    return user


def _grants_in_view(request: SignedInRequest):
    """Grants of the day within the inviter's scope: what somebody is elsewhere is not theirs to read."""
    within = scope(request.user, Right.INVITE).rows(area="area")
    return Grant.objects.on(timezone.localdate()).filter(within).select_related("area").order_by("area__level", "pk")


@for_inviters
@require_http_methods(["GET", "HEAD"])
def users(request: SignedInRequest) -> HttpResponse:
    form = UserFilter(request.GET)
    people = form.apply(User.objects.visible_to(request.user))
    people = people.prefetch_related(Prefetch("grants", _grants_in_view(request), to_attr="grants_now"))
    page = listing.page(request, people, order=("sort_key", "id"))
    return listing.render(request, "accounts/users.html", "accounts/users_rows.html", {"page": page, "form": form})


@for_inviters
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def new_user(request: SignedInRequest) -> HttpResponse:
    """Invite somebody. Who is known already gets the role, and a link only from who may manage the account."""
    form = NewUserForm(request.POST if request.method == "POST" else None, giver=request.user)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/user_new.html", {"form": form})
    given = form.cleaned_data
    user, made = User.objects.get_or_create(
        **given["identifier"], defaults={"name": given["name"], "password": make_password(None)}
    )
    _, added = actions.add_grant(user=user, role=given["role"], area=given["area"], by=request.user)
    if not made:
        told = "đã thêm vai trò này" if added else "đã có vai trò này rồi"
        messages.info(request, f"{user} có tài khoản từ trước, {told}.")
        return redirect("accounts:user", pk=user.pk)
    return _link_page(request, user)


@for_inviters
@require_http_methods(["GET", "HEAD", "POST"])
def user_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person: roles, link, closing; the POST gives a further role."""
    user = _user(request, pk)
    form = GrantForm(request.POST if request.method == "POST" else None, giver=request.user)
    if request.method == "POST" and form.is_valid():
        _, added = actions.add_grant(
            user=user, role=form.cleaned_data["role"], area=form.cleaned_data["area"], by=request.user
        )
        messages.success(request, f"Đã thêm vai trò cho {user}." if added else f"{user} đã có vai trò này.")
        return redirect("accounts:user", pk=user.pk)
    grants = list(_grants_in_view(request).filter(user=user))
    for grant in grants:
        grant.can_end = can_end(request.user, grant)
    context = {
        "person": user,
        "grants": grants,
        "form": form,
        "manages": can_manage(request.user, user),
        "link": user.invitations.select_related("invited_by").order_by("-created_at").first(),
    }
    return render(request, "accounts/user.html", context)


@for_inviters
@never_cache
@require_POST
def new_link(request: SignedInRequest, pk: int) -> HttpResponse:
    user = _managed(request, pk)
    if not user.is_active:
        messages.warning(request, "Tài khoản đã ngừng. Mở lại tài khoản rồi tạo liên kết.")
        return redirect("accounts:user", pk=user.pk)
    return _link_page(request, user)


def _link_page(request: SignedInRequest, user: User) -> HttpResponse:
    """The link, shown in the answer to the POST itself: only its hash is kept, so no address shows it again."""
    sent = actions.invite(user=user, by=request.user)
    link = request.build_absolute_uri(sent.path)
    context = {
        "person": user,
        "link": link,
        "message": zalo_message(user, list(_grants_in_view(request).filter(user=user)), sent.invitation, link),
        "invitation": sent.invitation,
        "days": settings.INVITATION_DAYS,
    }
    return render(request, "accounts/link.html", context)


def zalo_message(user: User, grants: list[Grant], invitation: Invitation, link: str) -> str:
    """One message that says who invites, for what, and until when; the link stands last, so that Zalo previews it."""
    roles = roles_in_words(grants)
    as_whom = f" ({roles})" if roles else ""
    return (
        f"Chào {user.name}. Mời bạn dùng Cổng Tổ công nghệ số cộng đồng{as_whom}. Mở liên kết để đặt mật khẩu, "
        f"dùng được đến {moment(invitation.expires_at)}. Người mời: {invitation.invited_by}. {link}"
    )


@for_inviters
@require_POST
def end_grant(request: SignedInRequest, pk: int) -> HttpResponse:
    grant = get_object_or_404(_grants_in_view(request), pk=pk)
    if not can_end(request.user, grant):
        raise PermissionDenied("Vai trò này do cấp trên giao.")
    actions.end_grant(grant=grant, by=request.user)
    messages.success(request, f"Đã kết thúc vai trò {grant.get_role_display()}, {grant.area}, từ hôm nay.")
    return redirect("accounts:user", pk=grant.user_id)


@for_inviters
@require_POST
def set_active(request: SignedInRequest, pk: int, active: bool) -> HttpResponse:
    """Close or reopen an account; one's own stays open, so that nobody locks the last door from outside."""
    user = _managed(request, pk)
    if user.pk == request.user.pk:
        raise PermissionDenied("Không tự ngừng tài khoản của mình.")
    actions.set_active(user=user, active=active, by=request.user)
    messages.success(request, f"Đã mở lại tài khoản {user}." if active else f"Đã ngừng tài khoản {user}.")
    return redirect("accounts:user", pk=user.pk)
