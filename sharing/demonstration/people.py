"""Who plays in the demonstration: organisations of agriculture and manufacturing, accounts named by role."""

from __future__ import annotations

import datetime as dt

from ledger.actor import Role
from ledger.clock import today
from ledger.commands import accept_mandate, give_mandate, grant_role
from sharing.demonstration.stage import Stage, credit_code

CITY = "340100"
#: Account → what people read beside it.
ACCOUNTS = {
    "steward": "数据管理员（机床厂）",
    "head": "负责人（机床厂）",
    "applicant": "经办人（轴承厂）",
    "consumer_head": "负责人（轴承厂）",
    "officer": "合规审查员",
    "second_officer": "合规审查员（二）",
    "auditor": "审计员",
    "org_admin": "机构管理员（机床厂）",
    "farmer": "合作社社员",
    "agent": "代理（服务站）",
    "bureau_steward": "数据管理员（农业农村局）",
    "bureau_head": "负责人（农业农村局）",
    "water_bureau": "水务局一人多岗",
}


def described(name: str, name_en: str, kind: str, code: str, industry: str) -> dict[str, str]:
    """An organisation of the city as its founder describes it; the numbers of the credit codes are nobody's."""
    return {"name": name, "name_en": name_en, "kind": kind, "scheme": "uscc", "identifier": credit_code(code),
            "region": CITY, "industry": industry}  # fmt: skip


#: Key → founder, group, description: manufacturers of one group and a cooperative under `plain`, departments under `cn`.
HOUSES = {
    "group": ("org_admin", "",
              described("示范装备集团", "Demo Equipment Group", "enterprise", "91340100DEM000010", "C34")),
    "tools": ("org_admin", "group",
              described("示范机床厂", "Demo Machine Tool Works", "enterprise", "91340100DEM000011", "C34")),
    "bearings": ("consumer_head", "group",
                 described("示范轴承厂", "Demo Bearing Works", "enterprise", "91340100DEM000012", "C34")),
    "coop": ("farmer", "",
             described("示范丰禾农民专业合作社", "Demo Fenghe Farmers' Cooperative", "cooperative", "93340100DEM000013", "A01")),
    "desk": ("agent", "",
             described("示范乡农业服务站", "Demo Township Farm Service", "institution", "12340100DEM000014", "A05")),
    "farm_bureau": ("bureau_head", "",
                    described("示范市农业农村局", "Demo City Bureau of Agriculture", "department", "11340100DEM000020", "S92")),
    "water_bureau": ("water_bureau", "",
                     described("示范市水务局", "Demo City Water Bureau", "department", "11340100DEM000021", "S92")),
}  # fmt: skip


def enter(stage: Stage) -> None:
    """Let everybody in: the city's registry by the operator, the others as anyone would."""
    for username, name in ACCOUNTS.items():
        stage.person(username, name)
    stage.body(
        "city",
        "officer",
        name="示范市数据登记中心",
        name_en="Demo City Data Registry",
        region=CITY,
        identifier=credit_code("12340100DEM000002"),
    )
    stage.join("city", "officer", "second_officer", Role.OFFICER)
    stage.join("city", "officer", "auditor", Role.AUDITOR)
    for key, (founder, parent, values) in HOUSES.items():
        stage.house(key, founder, ("officer", "city"), parent, **values)
    part_roles(stage)
    mandate(stage)


def part_roles(stage: Stage) -> None:
    """Steward and head apart, at the works and at the bureau; the water bureau and the cooperative stay with one hand."""
    stage.join("tools", "org_admin", "steward", Role.STEWARD)
    stage.join("tools", "org_admin", "head", Role.HEAD_FILING, Role.HEAD_SHARING)
    stage.keep_only("tools", "org_admin")
    stage.join("bearings", "consumer_head", "applicant", Role.APPLICANT)
    stage.keep_only("bearings", "consumer_head", Role.HEAD_FILING, Role.HEAD_SHARING)
    stage.join("farm_bureau", "bureau_head", "bureau_steward", Role.STEWARD, Role.APPLICANT)
    stage.keep_only("farm_bureau", "bureau_head", Role.HEAD_FILING, Role.HEAD_SHARING)


def mandate(stage: Stage) -> None:
    """The cooperative lets the service desk register its data for a year."""
    desk, coop = stage.houses["desk"], stage.houses["coop"]
    grant_role(
        actor=stage.actor("agent", "desk"),
        organisation=desk,
        user=stage.people["agent"],
        role=Role.AGENT.value,
    )
    given = give_mandate(
        actor=stage.actor("farmer", "coop"), organisation=coop, agent=desk, roles=[Role.STEWARD, Role.HEAD_FILING],
        starts=today(), ends=today() + dt.timedelta(days=365), letter="委托代为登记本社的数据资源；不含数据的对外提供。",
    )  # fmt: skip
    accept_mandate(actor=stage.actor("agent", "desk"), mandate=given)
