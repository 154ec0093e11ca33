"""Registrations of the demonstration: one filing in every state, and enough coded ones to ask for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from catalog import robot
from catalog.commands import (
    accept_filing,
    add_distribution,
    attach_material,
    create_dataset,
    decline_filing,
    draft_filing,
    endorse_filing,
    file_assessment,
    pass_filing,
    raise_objection,
    refuse_filing,
    register_own,
    request_supplement,
    submit_filing,
    uphold_objection,
    verify_assessment,
    withdraw_filing,
)
from catalog.compliance import demanded
from catalog.materials import missing_groups
from catalog.models import Dataset, Filing
from ledger.actor import Actor
from ledger.commands import ask_erasure
from ledger.models import Ground
from sharing.demonstration.holdings import BUREAU, GOVERNED, PRIVATE
from sharing.demonstration.stage import Stage, csv_file


def report(name: str) -> SimpleUploadedFile:
    """A report as a text file."""
    return SimpleUploadedFile(f"{name}.txt", f"{name}：示范材料\n".encode())


def own(stage: Stage, key: str, house: str, username: str, days: int, measured: str, **more: Any) -> Dataset:
    """Register with one button, days ago, with a file."""
    with stage.moment(days):
        actor = stage.actor(username, house)
        dataset = register_own(actor=actor, **{**PRIVATE[key], **more})
        add_distribution(
            actor=actor,
            dataset=dataset,
            kind="file",
            file=csv_file(f"{key}.csv", measured, 365),
            title=f"{key}.csv",
        )
    return dataset


def group(stage: Stage) -> dict[str, Dataset]:
    """The machine works: steward describes and submits, the head endorses; the cooperative: one button, its agent too."""
    found = {}
    for key, days in (("spindle", 50), ("energy", 48), ("quality", 47)):
        with stage.moment(days):
            steward = stage.actor("steward", "tools")
            dataset = create_dataset(actor=steward, **PRIVATE[key])
            add_distribution(
                actor=steward,
                dataset=dataset,
                kind="file",
                file=csv_file(f"{key}.csv", "date,speed,load,vibration,temperature", 365),
            )
            evidence(stage, dataset, steward, stage.actor("head", "tools"))
            filing = submit_filing(actor=steward, filing=draft_filing(actor=steward, dataset=dataset))
        with stage.moment(days, 15):
            endorse_filing(actor=stage.actor("head", "tools"), filing=filing)
        found[key] = dataset
    with stage.moment(1):
        create_dataset(actor=stage.actor("steward", "tools"), **PRIVATE["tooling"])
    found["soil"] = own(stage, "soil", "coop", "farmer", 30, "date,moisture_20,moisture_40")
    found["pesticide"] = own(stage, "pesticide", "coop", "farmer", 12, "date,amount")
    own(stage, "harvest", "coop", "agent", 5, "date,yield,moisture")
    return found


def evidence(stage: Stage, dataset: Dataset, steward: Actor, verifier: Actor) -> None:
    """All demanded evidence, filed and verified."""
    for demand in demanded(dataset):
        filed = file_assessment(
            actor=steward, dataset=dataset, kind=demand.kind, conclusion="passed", assessor="示范评估机构",
            carried_out=stage_day(), file=None if demand.self_declared else report(demand.label_zh),
        )  # fmt: skip
        verify_assessment(actor=verifier, assessment=filed)


def stage_day() -> dt.date:
    """Today on the stage."""
    from ledger.clock import today

    return today()


def drafted(stage: Stage, key: str, days: int, *, complete: bool = True) -> Filing:
    """A filing of the bureau of agriculture, drafted with its materials."""
    with stage.moment(days, 9):
        steward = stage.actor("bureau_steward", "farm_bureau")
        dataset = create_dataset(actor=steward, **{**GOVERNED, **BUREAU[key]})
        add_distribution(
            actor=steward, dataset=dataset, kind="file", file=csv_file(f"{key}.csv", "date,value", 200)
        )
        filing = draft_filing(actor=steward, dataset=dataset)
        for group_ in missing_groups(filing):
            for material in (*group_.needs, *group_.any_of):
                if complete or group_.id in ("review", "evidence"):
                    filing = attach_material(
                        actor=steward,
                        filing=filing,
                        key=material,
                        text="见附件",
                        file=report(group_.label_zh),
                    )
    return filing


def filed(stage: Stage, key: str, days: int, *, complete: bool = True) -> Filing:
    """Submitted and endorsed: it lies before the city's registry."""
    filing = drafted(stage, key, days, complete=complete)
    with stage.moment(days):
        submit_filing(actor=stage.actor("bureau_steward", "farm_bureau"), filing=filing)
    with stage.moment(days, 15):
        return endorse_filing(actor=stage.actor("bureau_head", "farm_bureau"), filing=filing)


def in_review(stage: Stage, key: str, days: int) -> Filing:
    """Accepted by the first officer, its evidence verified."""
    filing = filed(stage, key, days)
    with stage.moment(days - 1):
        officer = stage.actor("officer", "city")
        evidence(stage, filing.dataset, stage.actor("bureau_steward", "farm_bureau"), officer)
        return accept_filing(actor=officer, filing=filing)


def in_notice(stage: Stage, key: str, days: int) -> Filing:
    """Passed by the second officer."""
    filing = in_review(stage, key, days)
    with stage.moment(days - 4):
        return pass_filing(actor=stage.actor("second_officer", "city"), filing=filing)


def bureau(stage: Stage) -> dict[str, Dataset]:
    """One filing in every state; those whose notice is over are coded by the robot on the day."""
    officer, steward = ("officer", "city"), ("bureau_steward", "farm_bureau")
    coded = {
        key: in_notice(stage, key, days).dataset
        for key, days in (("moisture", 55), ("pests", 54), ("prices", 52), ("subsidy", 51))
    }
    with stage.moment(34, 1):
        robot.run()
    drafted(stage, "machinery", 2)
    waiting = drafted(stage, "greenhouse", 2)
    with stage.moment(1):
        submit_filing(actor=stage.actor(*steward), filing=waiting)
    filed(stage, "yield", 1)
    gaps = filed(stage, "irrigation", 4, complete=False)
    with stage.moment(2):
        request_supplement(
            actor=stage.actor(*officer), filing=gaps, gaps=[one.label_zh for one in missing_groups(gaps)]
        )
    in_review(stage, "seeds", 6)
    in_notice(stage, "orchard", 9)
    objection = objected(stage, in_notice(stage, "dairy", 12), 5)
    with stage.moment(1):
        ask_erasure(
            actor=stage.actor(*officer),
            event_uid=objection.entry_uid,
            ground=Ground.CONSENT_WITHDRAWN,
            reason="异议人申请删除联系方式。",
            paths=[f"objection/{objection.pk}/contact"],
        )
    ended(stage)
    return {key: Dataset.objects.get(pk=dataset.pk) for key, dataset in coded.items()}


def objected(stage: Stage, filing: Filing, days: int) -> Any:
    """The farmer objects by real name and with evidence."""
    with stage.moment(days):
        return raise_objection(
            actor=stage.actor("farmer", "coop"), filing=filing, real_name="示范社员", contact="示范丰禾合作社", ground="数据不准确",
            statement="我社存栏数与汇总不符。", evidence=report("存栏记录"),
        )  # fmt: skip


def ended(stage: Stage) -> None:
    """Filings that did not succeed: not accepted, refused, terminated, withdrawn."""
    one, two, steward = ("officer", "city"), ("second_officer", "city"), ("bureau_steward", "farm_bureau")
    again = {"floods": 20}
    for key, days in again.items():
        filing = objected_filing(stage, key, days)
        with stage.moment(days - 8):
            uphold_objection(
                actor=stage.actor(*one),
                objection=filing.objections.get(),
                clauses=["A-12"],
                finding="经复核，异议成立。",
            )
    names = (("machinery", 18), ("greenhouse", 16), ("yield", 14))
    first, second, third = (filed(stage, key, days) for key, days in names)
    with stage.moment(17):
        decline_filing(
            actor=stage.actor(*one), filing=first, reason_code="duplicate", reason="与已登记数据重复。"
        )
    with stage.moment(15):
        accept_filing(actor=stage.actor(*one), filing=second)
    with stage.moment(10):
        refuse_filing(
            actor=stage.actor(*two),
            filing=second,
            reason_code="materials_contradict",
            reason="材料前后不一致。",
        )
    with stage.moment(13):
        withdraw_filing(actor=stage.actor(*steward), filing=third, reason="准备合并登记。")


def objected_filing(stage: Stage, key: str, days: int) -> Filing:
    """A filing in notice against which somebody objected."""
    filing = in_notice(stage, key, days)
    objected(stage, filing, days - 6)
    return filing
