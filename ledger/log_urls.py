"""Addresses of the published log (C2SP tlog-tiles)."""

from django.urls import path

from ledger.pages import log

urlpatterns = [
    path("checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log.vkey", log.vkey, name="log-vkey"),
    path("tile/entries/<path:where>", log.entries, name="log-entries"),
    path("tile/<int:level>/<path:where>", log.tile, name="log-tile"),
]
