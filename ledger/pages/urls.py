"""Addresses of the ground floor's pages, and of the page behind every button."""

from django.urls import path, re_path
from django.views.i18n import set_language

from ledger.api.nouns import all_nouns
from ledger.pages import act, audits, entries, inbox, messages, organisations, receipts, session

dashed = sorted({name.replace("_", "-") for noun in all_nouns() for name in noun.commands})
creating = sorted({name.replace("_", "-") for noun in all_nouns() for name in noun.creates})
names = "|".join(noun.name for noun in all_nouns())

urlpatterns = [
    path("sign-in/", session.sign_in, name="sign-in"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("sign-up/", session.sign_up, name="sign-up"),
    path("invitations/<str:secret>/", session.join, name="join"),
    path("account/", session.account, name="account"),
    path("account/password/", session.password, name="password"),
    path("account/reset/", session.reset, name="reset"),
    path("account/reset/sent/", session.reset_sent, name="reset-sent"),
    path("account/reset/<uidb64>/<token>/", session.reset_confirm, name="reset-confirm"),
    path("account/organisation/", session.switch_organisation, name="switch-organisation"),
    path("account/colours/", session.set_theme, name="set-theme"),
    path("account/language/", set_language, name="set_language"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("messages/", messages.told, name="messages"),
    path("messages/read/", messages.read, name="messages-read"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("mandates/<int:pk>/", organisations.mandate, name="mandate"),
    path("erasures/<int:pk>/", entries.erasure, name="erasure"),
    path("log/", entries.log, name="log-page"),
    path("log/checkpoints/", entries.checkpoints, name="checkpoints"),
    path("log/check/", receipts.check, name="check-receipt"),
    path("log/witnesses/", entries.witnesses, name="witnesses"),
    path("log/audits/", audits.runs, name="audits"),
    path("log/entries/<uuid:uid>/", entries.entry, name="entry-page"),
    path("log/entries/<uuid:uid>/receipt.json", receipts.receipt_file, name="receipt-file"),
    re_path(rf"^(?P<noun_name>{names})/new/(?P<command>{'|'.join(creating)})/$", act.begin, name="begin"),
    re_path(
        rf"^(?P<noun_name>{names})/(?P<key>[^/]+)/(?P<command>{'|'.join(dashed)})/$", act.act, name="act"
    ),
]
