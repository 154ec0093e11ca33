"""Who plays in the demonstration: organisations of agriculture and manufacturing, accounts named by role."""

from __future__ import annotations

from ledger.actor import Role
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
    "bureau_steward": "数据管理员（农业农村局）",
    "bureau_head": "负责人（农业农村局）",
    "water_bureau": "水务局一人多岗",
}


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
    firms(stage)
    departments(stage)


def firms(stage: Stage) -> None:
    """A group of manufacturers under `plain`, and a cooperative of one."""
    by = ("officer", "city")
    stage.house(
        "group",
        "org_admin",
        by,
        name="示范装备集团",
        name_en="Demo Equipment Group",
        kind="enterprise",
        scheme="uscc",
        identifier=credit_code("91340100DEM000010"),
        region=CITY,
        industry="C34",
    )
    stage.house(
        "tools",
        "org_admin",
        by,
        "group",
        name="示范机床厂",
        name_en="Demo Machine Tool Works",
        kind="enterprise",
        scheme="uscc",
        identifier=credit_code("91340100DEM000011"),
        region=CITY,
        industry="C34",
    )
    stage.house(
        "bearings",
        "consumer_head",
        by,
        "group",
        name="示范轴承厂",
        name_en="Demo Bearing Works",
        kind="enterprise",
        scheme="uscc",
        identifier=credit_code("91340100DEM000012"),
        region=CITY,
        industry="C34",
    )
    stage.house(
        "coop",
        "farmer",
        by,
        name="示范丰禾农民专业合作社",
        name_en="Demo Fenghe Farmers' Cooperative",
        kind="cooperative",
        scheme="uscc",
        identifier=credit_code("93340100DEM000013"),
        region=CITY,
        industry="A01",
    )
    stage.join("tools", "org_admin", "steward", Role.STEWARD)
    stage.join("tools", "org_admin", "head", Role.HEAD_FILING, Role.HEAD_SHARING)
    stage.keep_only("tools", "org_admin")
    stage.join("bearings", "consumer_head", "applicant", Role.APPLICANT)
    stage.keep_only("bearings", "consumer_head", Role.HEAD_FILING, Role.HEAD_SHARING)


def departments(stage: Stage) -> None:
    """Two departments under `cn`: one with steward and head apart, one where one person does it all."""
    by = ("officer", "city")
    stage.house(
        "farm_bureau",
        "bureau_head",
        by,
        name="示范市农业农村局",
        name_en="Demo City Bureau of Agriculture",
        kind="department",
        scheme="uscc",
        identifier=credit_code("11340100DEM000020"),
        region=CITY,
        industry="S92",
    )
    stage.house(
        "water_bureau",
        "water_bureau",
        by,
        name="示范市水务局",
        name_en="Demo City Water Bureau",
        kind="department",
        scheme="uscc",
        identifier=credit_code("11340100DEM000021"),
        region=CITY,
        industry="S92",
    )
    stage.join("farm_bureau", "bureau_head", "bureau_steward", Role.STEWARD, Role.APPLICANT)
    stage.keep_only("farm_bureau", "bureau_head", Role.HEAD_FILING, Role.HEAD_SHARING)
