"""Requests and grants of the demonstration: one in every state, between the group's members and between departments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalog.models import Dataset
from ledger.clock import today
from sharing import robot
from sharing.commands import (
    agree_request,
    ask_extension,
    ask_supplement,
    close_grant,
    confirm_delivery,
    create_application,
    decline_agreement,
    deliver,
    endorse_application,
    file_deletion,
    recommend,
    refuse_request,
    report_error,
    report_use,
    sign_agreement,
    submit_application,
    suspend_grant,
    withdraw_request,
)
from sharing.demonstration.stage import Stage
from sharing.models import Grant, ShareRequest

PURPOSE = {
    "purpose": "训练主轴轴承剩余寿命预测模型", "scenario": "轴承厂二车间预测性维护", "legal_basis": "集团数据共享约定",
    "mode": "file", "right": "use", "security": "数据存放于内网隔离服务器，仅授权人员可访问。",
}  # fmt: skip
DUTY = {
    "purpose": "会商抗旱调度方案", "scenario": "防汛抗旱会商", "legal_basis": "水务部门职责", "mode": "file", "right": "use",
    "security": "政务外网，专人专机。",
}  # fmt: skip


def asked(stage: Stage, dataset: Dataset, days: int, *, months: int = 12, **wanted: Any) -> ShareRequest:
    """The bearing works asks: applicant drafts and submits, its head endorses."""
    with stage.moment(days, 9):
        applicant = stage.actor("applicant", "bearings")
        ends = today() + dt.timedelta(days=30 * months)
        application = create_application(
            actor=applicant, items=[{"dataset": dataset, "fields": []}], **{**PURPOSE, "ends": ends, **wanted}
        )
        submit_application(actor=applicant, application=application)
    with stage.moment(days, 10):
        endorse_application(actor=stage.actor("consumer_head", "bearings"), application=application)
    return ShareRequest.objects.get(application=application)


def recommended(
    stage: Stage, request: ShareRequest, days: int, house: str = "tools", username: str = "steward"
) -> ShareRequest:
    """The provider's steward prepares the reply."""
    with stage.moment(days, 14):
        return recommend(
            actor=stage.actor(username, house),
            share_request=request,
            outcome="agree",
            finding="用途明确，范围适当。",
        )


def agreed(stage: Stage, request: ShareRequest, days: int) -> ShareRequest:
    """The provider's head agrees."""
    with stage.moment(days, 15):
        return agree_request(
            actor=stage.actor("head", "tools"),
            share_request=request,
            clauses=["as-offered"],
            finding="同意提供。",
        )


def signed(stage: Stage, request: ShareRequest, days: int) -> ShareRequest:
    """Both heads sign the same text."""
    for username, house in (("consumer_head", "bearings"), ("head", "tools")):
        with stage.moment(days, 16):
            agreement = ShareRequest.objects.get(pk=request.pk).agreement
            sign_agreement(actor=stage.actor(username, house), agreement=agreement, digest=agreement.digest)
    return ShareRequest.objects.get(pk=request.pk)


def delivered(stage: Stage, request: ShareRequest, days: int) -> Grant:
    """The steward delivers the file, the applicant confirms it."""
    with stage.moment(days, 11):
        distribution = request.dataset.distributions.first()
        deliver(actor=stage.actor("steward", "tools"), share_request=request, distribution=distribution)
    with stage.moment(days, 15):
        confirm_delivery(actor=stage.actor("applicant", "bearings"), share_request=request)
    return Grant.objects.get(share_request=request)


def whole(stage: Stage, dataset: Dataset, days: int, **wanted: Any) -> Grant:
    """A request carried to a confirmed delivery, in as many days."""
    request = recommended(stage, asked(stage, dataset, days, **wanted), days - 1)
    agreed(stage, request, days - 2)
    return delivered(stage, signed(stage, request, days - 3), days - 4)


def group(stage: Stage, datasets: dict[str, Dataset]) -> None:
    """Between members of the group under `plain`: every state of a request, every state of a grant."""
    spindle, energy = datasets["spindle"], datasets["energy"]
    grants(stage, spindle, energy)
    decided(stage, energy)
    asked(stage, spindle, 1, purpose="评估主轴更换周期")
    gaps = asked(stage, spindle, 3, purpose="比对两厂主轴温升")
    with stage.moment(2):
        ask_supplement(
            actor=stage.actor("steward", "tools"),
            share_request=gaps,
            gaps=["说明所需时间粒度", "说明结果是否对外发布"],
        )


def decided(stage: Stage, dataset: Dataset) -> None:
    """Refused, withdrawn, approved, granted, lapsed."""
    refused = recommended(stage, asked(stage, dataset, 16, purpose="对外发布能耗排名"), 15)
    with stage.moment(14):
        refuse_request(
            actor=stage.actor("head", "tools"),
            share_request=refused,
            clauses=["business-secret"],
            finding="将泄露工艺能耗水平。",
        )
    gone = asked(stage, dataset, 13, purpose="一次性核对电费")
    with stage.moment(12):
        withdraw_request(actor=stage.actor("applicant", "bearings"), share_request=gone)
    declined = agreed(stage, recommended(stage, asked(stage, dataset, 11, purpose="错峰用电研究"), 10), 9)
    with stage.moment(8):
        decline_agreement(
            actor=stage.actor("consumer_head", "bearings"),
            agreement=declined.agreement,
            reason="条款不适用。",
        )
    agreed(stage, recommended(stage, asked(stage, dataset, 6, purpose="空压机群控优化"), 5), 4)
    waiting = agreed(stage, recommended(stage, asked(stage, dataset, 5, purpose="热处理炉能效建模"), 4), 3)
    signed(stage, waiting, 2)


def grants(stage: Stage, spindle: Dataset, energy: Dataset) -> None:
    """Active with reports, suspended, expired, closing, closed."""
    active = whole(stage, spindle, 40)
    with stage.moment(20):
        report_use(
            actor=stage.actor("applicant", "bearings"), grant=active, period_from=today() - dt.timedelta(days=20), period_until=today(),
            scenario="轴承厂二车间12台主轴的剩余寿命预测", workshop="二车间", models_trained="梯度提升树与一维卷积各一",
            computing="车间边缘服务器，8卡时", effect="非计划停机由每月3次降为1次",
        )  # fmt: skip
    with stage.moment(7):
        report_error(
            actor=stage.actor("applicant", "bearings"),
            grant=active,
            statement="6月12日振动数据缺失约四小时。",
        )
    suspended = whole(stage, energy, 34)
    with stage.moment(6):
        suspend_grant(
            actor=stage.actor("head", "tools"),
            grant=suspended,
            clauses=["misuse"],
            reason="数据被复制到未登记的服务器，请清除并说明。",
        )
    whole(stage, energy, 32, purpose="一个月的用能对比", months=1)
    with stage.moment(0, 0):
        robot.run()
    closing = whole(stage, spindle, 28, purpose="振动基线标定")
    closed = whole(stage, energy, 26, purpose="电能质量评估")
    for grant, days in ((closing, 4), (closed, 5)):
        with stage.moment(days):
            close_grant(actor=stage.actor("applicant", "bearings"), grant=grant, reason="项目结束")
    with stage.moment(3):
        file_deletion(
            actor=stage.actor("applicant", "bearings"),
            grant=closed,
            statement="已在两台服务器上清除全部副本，并核对校验和。",
        )


def departments(stage: Stage, datasets: dict[str, Dataset]) -> None:
    """Between departments under `cn`: the water bureau asks the bureau of agriculture."""
    with stage.moment(8, 9):
        water = stage.actor("water_bureau", "water_bureau")
        items = [{"dataset": datasets[key], "fields": []} for key in ("moisture", "prices")]
        application = create_application(
            actor=water, items=items, **DUTY, ends=today() + dt.timedelta(days=300)
        )
        submit_application(actor=water, application=application)
    requests = list(ShareRequest.objects.filter(application=application).order_by("pk"))
    recommended(stage, requests[0], 6, "farm_bureau", "bureau_steward")
    with stage.moment(3):
        ask_extension(
            actor=stage.actor("bureau_head", "farm_bureau"),
            share_request=requests[0],
            days=5,
            clauses=["B-21"],
            reason="需补充站点元数据。",
        )
