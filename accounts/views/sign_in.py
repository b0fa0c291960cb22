"""Sign-in, sign-out, the privacy notice, one's own account and password."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.forms import ChangePasswordForm, ForgottenForm, SignInForm
from accounts.models import User
from accounts.requests import PortalRequest, SignedInRequest
from accounts.tasks import mail_password_link

LOCKED = "Sai 10 lần. Thử lại sau 15 phút, hoặc nhờ người mời gửi liên kết mới."


def in_zalo(request: HttpRequest) -> bool:
    """Zalo's own browser keeps no offline pages."""
    return "zalo" in request.headers.get("User-Agent", "").lower()


def next_page(request: HttpRequest) -> str:
    """Where the person was going, if that is an address of the portal; else home."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else settings.LOGIN_REDIRECT_URL


def enter(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """Sign the user in and send them on; the privacy notice comes first, once."""
    login(request, user, backend="accounts.backends.EmailOrPhoneBackend")
    if user.notice_read_at is None:
        return redirect(f"{reverse('accounts:notice')}?{urlencode({'next': target})}")
    return redirect(target)


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: PortalRequest) -> HttpResponse:
    """The only page that says why one is signed out, so a fragment's request comes here as a whole page."""
    if request.htmx:
        shown = request.htmx.current_url_abs_path or settings.LOGIN_REDIRECT_URL
        return HttpResponseClientRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': shown})}")
    target = next_page(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return enter(request, form.get_user(), target)
    return _sign_in_page(request, form, target)


def _sign_in_page(request: HttpRequest, form: SignInForm, target: str, **context: object) -> HttpResponse:
    context |= {"form": form, "next": target, "in_zalo": in_zalo(request)}
    return render(request, "accounts/sign_in.html", context, status=429 if "locked" in context else 200)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """What axes answers with while a name is locked (AXES_LOCKOUT_CALLABLE)."""
    form = SignInForm(request, initial={"username": request.POST.get("username", "")})
    page = _sign_in_page(request, form, next_page(request), locked=LOCKED)
    page["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME * 3600))
    return page


@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "Đã đăng xuất.")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: SignedInRequest) -> HttpResponse:
    """What the portal keeps about its users, why, on which legal basis and how long; read once, shown for ever."""
    if request.method == "POST":
        if request.user.notice_read_at is None:
            User.objects.filter(pk=request.user.pk, notice_read_at=None).update(notice_read_at=timezone.now())
        return redirect(next_page(request))
    return render(request, "accounts/notice.html", {"next": next_page(request)})


@require_http_methods(["GET", "HEAD"])
def account(request: SignedInRequest) -> HttpResponse:
    """One's own name, contacts and roles."""
    grants = request.user.grants.on(timezone.localdate()).select_related("area", "given_by").order_by("area__level")
    return render(request, "accounts/account.html", {"grants": grants})


@sensitive_post_parameters("current", "password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: SignedInRequest) -> HttpResponse:
    """A new password; other devices are signed out."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.set_password(form.cleaned_data["password"])
        request.user.save(update_fields=["password"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "Đã đổi mật khẩu. Các máy khác phải đăng nhập lại.")
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """A link by e-mail for who has one; the answer is the same for an address that is not known."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    sent = request.method == "POST" and form.is_valid()
    if sent:
        mail_password_link.delay(form.cleaned_data["email"].lower())
    return render(
        request, "accounts/forgotten.html", {"form": form, "sent": sent, "hours": settings.PASSWORD_LINK_HOURS}
    )
