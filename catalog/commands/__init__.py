"""The catalogue's commands."""

from catalog.commands.assessments import file_assessment, reject_assessment, verify_assessment
from catalog.commands.datasets import (
    add_distribution,
    add_relation,
    claim_listed,
    create_dataset,
    describe_dataset,
    discard_dataset,
    lift_withholding,
    remove_distribution,
    share_dataset,
    withhold_dataset,
)
from catalog.commands.filings import (
    amend_filing,
    attach_material,
    draft_filing,
    endorse_filing,
    register_own,
    resubmit_filing,
    return_filing,
    submit_filing,
    withdraw_filing,
)
from catalog.commands.imports import import_catalogue
from catalog.commands.objections import (
    answer_objection,
    dismiss_objection,
    raise_objection,
    reject_inadmissible,
    uphold_objection,
)
from catalog.commands.review import (
    accept_filing,
    ask_clarification,
    decline_filing,
    deem_filing_withdrawn,
    expire_dataset,
    explain_delay,
    halt_notice,
    issue_code,
    pass_filing,
    refuse_filing,
    request_supplement,
    transfer_filing,
)

__all__ = [
    "accept_filing", "add_distribution", "add_relation", "amend_filing", "answer_objection", "ask_clarification",
    "attach_material", "claim_listed", "create_dataset", "decline_filing", "deem_filing_withdrawn", "describe_dataset",
    "discard_dataset", "dismiss_objection", "draft_filing", "endorse_filing", "expire_dataset", "explain_delay",
    "file_assessment", "halt_notice", "import_catalogue", "issue_code", "lift_withholding", "pass_filing",
    "raise_objection", "refuse_filing",
    "register_own", "reject_assessment", "reject_inadmissible", "remove_distribution", "request_supplement",
    "resubmit_filing", "return_filing", "share_dataset", "submit_filing", "transfer_filing", "uphold_objection",
    "verify_assessment", "withdraw_filing", "withhold_dataset",
]  # fmt: skip
