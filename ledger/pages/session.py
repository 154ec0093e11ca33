"""Coming and going: sign-in, account, password, organisation, colours."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ledger.access import mandates_of, roles_of
from ledger.actor import Actor
from ledger.api.nouns import noun_named
from ledger.api.parties.people import RegisterPerson
from ledger.commands import accept_invitation, change_password, register_person
from ledger.errors import BadShape, PolicyRefused
from ledger.models import AccessToken, Membership, Organisation, User
from ledger.pages.context import THEMES
from ledger.pages.forms import PageForm
from ledger.sessions import actor_of, choose

YEAR = 365 * 24 * 3600


def onward(request: HttpRequest, fallback: str = "home") -> str:
    """Where to go next: the address asked for, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse(fallback)


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; after a few failures the account rests (ledger.signin)."""
    if request.user.is_authenticated:
        return redirect(onward(request))
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(onward(request))
    status = 400 if form.errors else 200
    context = {"form": form, "next": onward(request)}
    return render(request, "ledger/account/sign_in.html", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.info(request, _("You are signed out."))
    return redirect("home")


@never_cache
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponse:
    """A new account, signed in at once."""
    form = PageForm(RegisterPerson, request, actor_of(request))
    if form.is_valid():
        try:
            user = register_person(actor=actor_of(request), **form.values)
        except (BadShape, PolicyRefused) as refusal:
            form.refuse(refusal)
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect(onward(request))
    context = {"form": form, "next": onward(request)}
    return render(request, "ledger/account/sign_up.html", context, status=form.status)


@never_cache
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind an invitation's address: sign in or up, then accept."""
    if request.method == "POST" and request.user.is_authenticated:
        membership = accept_invitation(actor=actor_of(request), secret=secret)
        choose(request, membership.organisation)
        messages.success(
            request, _("Welcome to %(organisation)s.") % {"organisation": membership.organisation}
        )
        return redirect("organisation", membership.organisation_id)
    return render(request, "ledger/account/join.html", {"secret": secret})


@require_POST
@login_required
def switch_organisation(request: HttpRequest) -> HttpResponse:
    """Act for another organisation, or in one's own name."""
    wanted = request.POST.get("organisation", "0")
    is_number = wanted.isdecimal() and len(wanted) < 19 and wanted != "0"
    chosen = get_object_or_404(Organisation, pk=wanted) if is_number else None
    choose(request, chosen)
    return redirect(onward(request))


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device has it; kept in a cookie so that the server draws the right one."""
    response = redirect(onward(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SECURE
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here: organisations with roles, tokens."""
    actor = actor_of(request)
    memberships = Membership.objects.filter(user=actor.user_id, left_at=None).select_related("organisation")
    held = [(one, sorted(roles_of(one.user, one.organisation))) for one in memberships.select_related("user")]
    letters = mandates_of(request.user)  # type: ignore[arg-type]
    tokens = AccessToken.objects.filter(user=actor.user_id).select_related("organisation")
    scopes = noun_named("tokens")
    context = {"held": held, "letters": letters, "tokens": tokens, "noun": scopes}
    return render(request, "ledger/account/account.html", context)


@never_cache
@login_required
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; other sessions end."""
    form = PasswordChangeForm(request.user, request.POST or None)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        user = change_password(actor=actor_of(request), password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed. Other sessions have ended."))
        return redirect("account")
    context = {"form": form, "title": _("Change the password")}
    return render(request, "ledger/account/password.html", context, status=400 if form.errors else 200)


class ResettingForm(SetPasswordForm):
    """A new password after a one-time link; saved by the command, so that it is entered in the log."""

    def save(self, commit: bool = True) -> User:
        return change_password(actor=Actor(user=self.user), password=self.cleaned_data["new_password1"])


reset = auth_views.PasswordResetView.as_view(
    template_name="ledger/account/reset.html",
    email_template_name="ledger/account/reset_mail.txt",
    subject_template_name="ledger/account/reset_subject.txt",
    success_url=reverse_lazy("reset-sent"),
)
reset_sent = auth_views.PasswordResetDoneView.as_view(template_name="ledger/account/reset_sent.html")
reset_confirm = auth_views.PasswordResetConfirmView.as_view(
    template_name="ledger/account/reset_confirm.html",
    form_class=ResettingForm,
    success_url=reverse_lazy("sign-in"),
)
