"""Where a refusal becomes a page: what happened, by which rule and clause, and what to do next.

The API has its own (`ledger.api.problems`); both say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, Refusal, StaleObject, WrongState

Respond = Callable[[HttpRequest], HttpResponse]

#: Refusal → icon, and what to do when the refusal names no remedy.
SHOWN = {
    BadShape: ("circle-alert", _("Go back and look at the fields.")),
    NotPermitted: (
        "lock-keyhole",
        _("Ask an administrator of your organisation, or act for another organisation."),
    ),
    NotFound: (
        "search-x",
        _("Check the address. Some things show only after signing in, or for another organisation."),
    ),
    WrongState: ("circle-slash", _("Open the case again: it shows what can be done now.")),
    StaleObject: ("refresh-cw", _("Open it again, look at what changed, then repeat what you wanted.")),
    PolicyRefused: ("scale", _("Change what the rule objects to, then try again.")),
}


def boundary(get_response: Respond) -> Respond:
    """Middleware: a Refusal out of a page's view becomes its error page."""

    def respond(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    respond.process_exception = refused  # type: ignore[attr-defined]
    return respond


def refused(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The page of a refusal; whatever else is not ours. A visitor who may not is asked to sign in first."""
    if isinstance(exception, DataError):  # a NUL or a number out of range in an address
        exception = BadShape(_("The request cannot be read, or a value fits nowhere."), code="unreadable")
    if not isinstance(exception, Refusal):
        return None
    is_visitor = not request.user.is_authenticated
    if is_visitor and isinstance(exception, NotPermitted) and request.method == "GET":
        return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
    return error_page(request, exception)


def error_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What happened, the rule, the clause, the remedy, and the way back."""
    icon, remedy = next(shown for kind, shown in SHOWN.items() if isinstance(refusal, kind))
    context = {
        "refusal": refusal,
        "icon": icon,
        "remedy": refusal.remedy or remedy,
        "back": way_back(request),
        "sign_in": f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}",
    }
    return render(request, "ledger/error.html", context, status=refusal.status)


def way_back(request: HttpRequest) -> str:
    """The page one came from, if it is one of ours."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours and before != request.build_absolute_uri() else ""
