"""Builders that go through commands only: whatever stands in a test's tables could stand in a real book."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from catalog import commands as do
from catalog.filing import FilingState as S
from catalog.materials import material_keys
from catalog.models import Assessment, Dataset, Distribution, Filing, Objection
from ledger.actor import Role
from tests.cast import Cast, House

#: A description with everything the national profile asks of a department.
DESCRIBED: dict[str, Any] = {
    "title": "农田土壤墒情监测",
    "title_en": "Soil moisture of farmland",
    "summary": "各乡镇监测点每日土壤含水量。",
    "contact": "县政府大院2号楼",
    "industry": "A01",
    "region": "340121",
    "update_frequency": "daily",
    "lawful_source": "依法履职采集",
    "permitted_scenarios": "农业生产、科研",
    "sharing": "conditional",
    "sharing_conditions": "用于农业生产和科研",
    "opening": "restricted",
    "fields": [{"name": "station", "type": "text"}, {"name": "moisture", "type": "number", "unit": "%"}],
}
GROUND = "A-12"


def csv_file(name: str = "soil.csv", rows: int = 5) -> SimpleUploadedFile:
    """A small table."""
    lines = ["station,moisture", *(f"S{row},{20 + row}.5" for row in range(rows))]
    return SimpleUploadedFile(name, ("\n".join(lines) + "\n").encode(), content_type="text/csv")


def xlsx_file(name: str = "soil.xlsx") -> SimpleUploadedFile:
    """The smallest thing that is whole and calls itself a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>" * 50)
    return SimpleUploadedFile(name, out.getvalue())


def dataset(house: House, **described: Any) -> Dataset:
    """A draft by a house's steward."""
    values = {**DESCRIBED, **described}
    return do.create_dataset(actor=house.steward, **values)


def private_dataset(house: House, **described: Any) -> Dataset:
    """A draft under `plain`."""
    return do.create_dataset(actor=house.steward, **{"title": "机床运行记录", **described})


def filing(cast: Cast, state: str = S.DRAFT, house: House | None = None, **described: Any) -> Filing:
    """A filing of a department, brought into a state by those whose turn it is."""
    owner = house or cast.bureau
    found = do.draft_filing(actor=owner.steward, dataset=dataset(owner, **described))
    return onward(cast, found, S(state), owner)


def onward(cast: Cast, found: Filing, state: S, owner: House) -> Filing:
    """Take a draft to a state along the shortest way."""
    for step in PATHS[state]:
        STEPS[step](cast, found, owner)
        found = Filing.objects.get(pk=found.pk)
    assert found.state == state, f"{found.state} is not {state}"
    return found


def officer_of(cast: Cast, found: Filing) -> Any:
    """The officer of the body that has a filing."""
    return (cast.county if found.body_id == cast.county.organisation.pk else cast.city).officer


def second_officer_of(cast: Cast, found: Filing) -> Any:
    """Whoever takes the next step: another officer where there are two."""
    return cast.county.officer if found.body_id == cast.county.organisation.pk else cast.city.second_officer


def equip(cast: Cast, found: Filing, owner: House) -> None:
    """Attach all materials."""
    for key in material_keys(found):
        do.attach_material(actor=owner.steward, filing=found, key=key, text="见附件")


def objection(cast: Cast, found: Filing, actor: Any = None, ground: str = "权属") -> Objection:
    """An objection by somebody signed in."""
    return do.raise_objection(
        actor=actor or cast.stranger, filing=found, real_name="经手人", ground=ground, statement="该数据由本社采集。",
        evidence=csv_file("proof.csv"),
    )  # fmt: skip


def upheld(cast: Cast, found: Filing, owner: House) -> None:
    """An objection that ends a filing."""
    raised = objection(cast, found)
    do.uphold_objection(
        actor=second_officer_of(cast, found), objection=raised, clauses=[GROUND], finding="属实"
    )


STEPS: dict[str, Any] = {
    "equip": equip,
    "submit": lambda cast, found, owner: do.submit_filing(actor=owner.steward, filing=found),
    "endorse": lambda cast, found, owner: do.endorse_filing(actor=owner.head, filing=found),
    "ask": lambda cast, found, owner: do.request_supplement(
        actor=officer_of(cast, found), filing=found, gaps=["主体信息"]
    ),
    "decline": lambda cast, found, owner: do.decline_filing(
        actor=officer_of(cast, found), filing=found, reason_code="duplicate", reason="已登记"
    ),
    "accept": lambda cast, found, owner: do.accept_filing(actor=officer_of(cast, found), filing=found),
    "refuse": lambda cast, found, owner: do.refuse_filing(
        actor=officer_of(cast, found), filing=found, reason_code="duplicate", reason="已登记"
    ),
    "pass": lambda cast, found, owner: do.pass_filing(actor=second_officer_of(cast, found), filing=found),
    "object": lambda cast, found, owner: objection(cast, found),
    "uphold": upheld,
    "withdraw": lambda cast, found, owner: do.withdraw_filing(
        actor=owner.steward, filing=found, reason="重做"
    ),
}
SUBMITTED = ("equip", "submit")
FILED = (*SUBMITTED, "endorse")
PASSED = (*FILED, "accept", "pass")
PATHS: dict[S, tuple[str, ...]] = {
    S.DRAFT: (),
    S.AWAITING_HEAD: SUBMITTED,
    S.FILED: FILED,
    S.SUPPLEMENT_REQUESTED: (*FILED, "ask"),
    S.IN_REVIEW: (*FILED, "accept"),
    S.IN_NOTICE: PASSED,
    S.OBJECTION_PENDING: (*PASSED, "object"),
    S.NOT_ACCEPTED: (*FILED, "decline"),
    S.REFUSED: (*FILED, "accept", "refuse"),
    S.TERMINATED: (*PASSED, "uphold"),
    S.WITHDRAWN: ("withdraw",),
}


def registered(cast: Cast, house: House | None = None, *, file: bool = False, **described: Any) -> Dataset:
    """A coded dataset: a private one at once, a department's after its notice (time is taken from the present clock)."""
    owner = house or cast.bureau
    if owner.organisation.kind in ("department", "institution"):
        return registered_publicly(cast, owner, file=file, **described)
    made = private_dataset(owner, **described)
    if file:
        do.add_distribution(actor=owner.steward, dataset=made, kind=Distribution.Kind.FILE, file=csv_file())
    found = do.submit_filing(actor=owner.steward, filing=do.draft_filing(actor=owner.steward, dataset=made))
    if Role.HEAD_FILING not in owner.steward.roles:
        do.endorse_filing(actor=owner.head, filing=found)
    return Dataset.objects.get(pk=made.pk)


def registered_publicly(cast: Cast, owner: House, *, file: bool, **described: Any) -> Dataset:
    """Through acceptance, review and notice, thirty days in one breath."""
    from ledger.clock import at, now

    made = dataset(owner, **described)
    if file:
        do.add_distribution(actor=owner.steward, dataset=made, kind=Distribution.Kind.FILE, file=csv_file())
    found = onward(cast, do.draft_filing(actor=owner.steward, dataset=made), S.IN_NOTICE, owner)
    with at(now() + dt.timedelta(days=30)):
        do.issue_code(actor=cast.robot, filing=found)
    return Dataset.objects.get(pk=made.pk)


def register_at_once(house: House, **described: Any) -> Dataset:
    """One button: the sole member of a small house signs and registers."""
    return do.register_own(actor=house.farmer, **{"title": "2025年土壤墒情", **described})


def assessment(
    cast: Cast, owner: House, found: Dataset, kind: str = "lawful_source", **values: Any
) -> Assessment:
    """Evidence as filed by the owner's steward."""
    from ledger.clock import today

    given = {
        "conclusion": "passed",
        "assessor": "第三方评估机构",
        "carried_out": today(),
        "file": csv_file("report.csv"),
    }
    return do.file_assessment(actor=owner.steward, dataset=found, kind=kind, **given | values)
