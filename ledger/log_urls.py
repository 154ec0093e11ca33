"""Addresses of the published log (C2SP tlog-tiles), and of the proofs of single entries."""

from django.urls import path

from ledger.pages import log, receipts

urlpatterns = [
    path("checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log.vkey", log.vkey, name="log-vkey"),
    path("verify.py", receipts.verifier, name="log-verifier"),
    path("policy", receipts.policy, name="log-policy"),
    path("receipt/<uuid:uid>", receipts.proof, name="log-receipt"),
    path("entry/<uuid:uid>", receipts.leaf, name="log-entry"),
    path("tile/entries/<path:where>", log.entries, name="log-entries"),
    path("tile/<int:level>/<path:where>", log.tile, name="log-tile"),
]
