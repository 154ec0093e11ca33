"""All addresses of the site."""

from django.urls import include, path

urlpatterns = [
    path("", include("ledger.pages.urls")),
    path("", include("catalog.urls")),
    path("", include("sharing.urls")),
    path("log/", include("ledger.log_urls")),
    path("api/", include("ledger.api.urls")),
]
