"""The sharing floor's tables."""

from sharing.models.agreements import Agreement, Signature
from sharing.models.applications import Application, ApplicationItem
from sharing.models.consents import StandingConsent
from sharing.models.disputes import Correction, Dispute
from sharing.models.grants import Delivery, Download, Grant, UseReport
from sharing.models.missing import MissingRequest
from sharing.models.requests import ShareRequest
from sharing.models.route import Advice, Decision, Extension, Outcome, Recommendation, RouteStage

__all__ = [
    "Advice",
    "Agreement",
    "Application",
    "ApplicationItem",
    "Correction",
    "Decision",
    "Delivery",
    "Dispute",
    "Download",
    "Extension",
    "Grant",
    "MissingRequest",
    "Outcome",
    "Recommendation",
    "RouteStage",
    "ShareRequest",
    "Signature",
    "StandingConsent",
    "UseReport",
]
