"""The sharing floor's commands."""

from sharing.commands.agreements import decline_agreement, lapse_agreement, sign_agreement
from sharing.commands.applications import (
    amend_application,
    attach_document,
    copy_application,
    create_application,
    discard_application,
    endorse_application,
    return_application,
    submit_application,
)
from sharing.commands.consents import set_standing_consent, withdraw_standing_consent
from sharing.commands.corrections import answer_error, report_error
from sharing.commands.decisions import agree_request, refuse_request
from sharing.commands.deliveries import confirm_delivery, contest_delivery, deliver, download
from sharing.commands.disputes import (
    answer_dispute,
    conclude_mediation,
    escalate_dispute,
    open_dispute,
    settle_dispute,
    withdraw_dispute,
)
from sharing.commands.extensions import ask_extension, consent_extension, decline_extension
from sharing.commands.grants import (
    close_grant,
    expire_grant,
    file_deletion,
    lift_notice,
    put_on_notice,
    reinstate_grant,
    renew_grant,
    report_use,
    suspend_grant,
    terminate_grant,
)
from sharing.commands.missing import answer_missing, request_missing, withdraw_missing
from sharing.commands.openings import agree_by_standing_consent
from sharing.commands.recommendations import advise, ask_advice, recommend
from sharing.commands.share_requests import withdraw_request
from sharing.commands.supplements import ask_supplement, deem_request_withdrawn, resubmit_request

__all__ = [
    "advise",
    "agree_by_standing_consent",
    "agree_request",
    "amend_application",
    "answer_dispute",
    "answer_error",
    "answer_missing",
    "ask_advice",
    "ask_extension",
    "ask_supplement",
    "attach_document",
    "close_grant",
    "conclude_mediation",
    "confirm_delivery",
    "consent_extension",
    "contest_delivery",
    "copy_application",
    "create_application",
    "decline_agreement",
    "decline_extension",
    "deem_request_withdrawn",
    "deliver",
    "discard_application",
    "download",
    "endorse_application",
    "escalate_dispute",
    "expire_grant",
    "file_deletion",
    "lapse_agreement",
    "lift_notice",
    "open_dispute",
    "put_on_notice",
    "recommend",
    "refuse_request",
    "reinstate_grant",
    "renew_grant",
    "report_error",
    "report_use",
    "request_missing",
    "resubmit_request",
    "return_application",
    "set_standing_consent",
    "settle_dispute",
    "sign_agreement",
    "submit_application",
    "suspend_grant",
    "terminate_grant",
    "withdraw_dispute",
    "withdraw_missing",
    "withdraw_request",
    "withdraw_standing_consent",
]  # fmt: skip
