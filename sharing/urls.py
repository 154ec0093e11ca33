"""Addresses of sharing's pages."""

from django.urls import path

from sharing.pages import grants, requests

urlpatterns = [
    path("requests/", requests.requests, name="requests"),
    path("applications/apply/", requests.apply, name="apply"),
    path("applications/<int:pk>/", requests.application_page, name="application"),
    path("share-requests/<int:pk>/", requests.request_page, name="share-request"),
    path("agreements/<int:pk>/", grants.agreement_page, name="agreement"),
    path("grants/<int:pk>/", grants.grant_page, name="grant"),
    path("grants/<int:pk>/files/<int:delivery>/", grants.download, name="grant-download"),
    path("corrections/<int:pk>/", grants.correction_page, name="correction"),
    path("disputes/<int:pk>/", grants.dispute_page, name="dispute"),
    path("missing-requests/<int:pk>/", grants.missing_page, name="missing-request"),
]
