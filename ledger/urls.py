"""All addresses of the site."""

from django.urls import include, path

from ledger.pages.witness import add_checkpoint

urlpatterns = [
    path("", include("ledger.pages.urls")),
    path("", include("catalog.urls")),
    path("", include("sharing.urls")),
    path("log/", include("ledger.log_urls")),
    path("witness/add-checkpoint", add_checkpoint, name="add-checkpoint"),
    path("api/", include("ledger.api.urls")),
]
