"""What the organisations of the demonstration hold: descriptions and small files."""

from __future__ import annotations

import datetime as dt
from typing import Any

YEAR = {"temporal_from": dt.date(2025, 1, 1), "temporal_until": dt.date(2025, 12, 31)}


def fields(*rows: tuple[str, str, str, str]) -> list[dict[str, str]]:
    """Rows of (name, type, unit, description)."""
    return [
        {"name": name, "type": kind, "unit": unit, "description": text} for name, kind, unit, text in rows
    ]


#: Datasets of the machine works and the cooperative, under `plain`.
PRIVATE: dict[str, dict[str, Any]] = {
    "spindle": {
        "title": "数控机床主轴运行日志（2025）", "title_en": "CNC spindle log 2025",
        "summary": "三个车间42台数控机床主轴的转速、负载、振动与温度，按小时汇总，用于预测性维护。",
        "summary_en": "Speed, load, vibration and temperature of 42 spindles in three workshops, by the hour; for predictive maintenance.",
        "keywords": ["数控机床", "主轴", "振动", "预测性维护"], "industry": "C34", "update_frequency": "daily", "row_count": 367_920,
        "sharing": "conditional", "opening": "restricted", "sharing_conditions": "仅用于设备健康分析与模型训练。",
        "permitted_scenarios": "车间设备预测性维护模型训练", "lawful_source": "自有设备采集", "rights": ["hold", "use"],
        "fields": fields(("date", "date", "", "日期"), ("speed", "float", "r/min", "主轴转速"), ("load", "float", "%", "主轴负载"),
                         ("vibration", "float", "mm/s", "振动速度"), ("temperature", "float", "°C", "轴承温度")),
    },
    "energy": {
        "title": "车间用能监测（15分钟）", "title_en": "Workshop energy meters, 15 minutes",
        "summary": "装配与热处理车间电、气、水计量，每15分钟一条。", "keywords": ["能耗", "电表", "车间"], "industry": "C34",
        "update_frequency": "realTime", "row_count": 105_120, "sharing": "conditional", "opening": "restricted",
        "sharing_conditions": "仅限集团成员内部分析。", "circle": "group",
    },
    "quality": {
        "title": "轴承座质量检验记录", "title_en": "Quality checks of bearing housings",
        "summary": "每批抽检的尺寸、圆度与粗糙度。", "keywords": ["质检", "圆度"], "industry": "C34", "sharing": "unconditional",
        "opening": "public", "licence": "CC BY 4.0", "row_count": 8_400,
    },
    "tooling": {"title": "刀具寿命台账（草稿）", "title_en": "Tool life book (draft)", "summary": "", "sharing": "conditional"},
    "soil": {
        "title": "水稻田土壤墒情2025", "title_en": "Soil moisture of the rice fields 2025",
        "summary": "12个监测点20厘米与40厘米土层的体积含水率，按日。", "summary_en": "Volumetric water content at 20 and 40 cm, 12 points, daily.",
        "keywords": ["土壤墒情", "水稻", "灌溉"], "industry": "A01", "sharing": "conditional", "opening": "restricted",
        "sharing_conditions": "注明来源，不得转售。", "row_count": 4_380,
    },
    "pesticide": {
        "title": "农药与肥料使用记录", "title_en": "Pesticide and fertiliser log", "summary": "地块、日期、品名、用量。",
        "keywords": ["农药", "肥料"], "industry": "A01", "sharing": "unconditional", "opening": "public", "row_count": 612,
    },
    "harvest": {
        "title": "水稻测产记录2025", "title_en": "Rice yield survey 2025", "summary": "收割时按地块测得的亩产与稻谷含水率。",
        "keywords": ["测产", "水稻"], "industry": "A01", "sharing": "conditional", "opening": "restricted",
        "sharing_conditions": "注明来源，不得转售。", "row_count": 365,
    },
}  # fmt: skip

GOVERNED: dict[str, Any] = {
    "contact": "市农业农村局数据办公室", "industry": "A01", "region": "340100", "update_frequency": "monthly",
    "lawful_source": "依据部门职责在履职过程中采集", "permitted_scenarios": "农业生产指导、防汛抗旱会商", "sharing": "conditional",
    "sharing_conditions": "限履行职责使用，不得向第三方提供。", "opening": "restricted",
    "fields": fields(("date", "date", "", "日期"), ("station", "text", "", "站点"), ("value", "float", "", "观测值")),
}  # fmt: skip
#: Datasets of the bureau of agriculture, under `cn`: key → what differs.
BUREAU: dict[str, dict[str, Any]] = {
    "moisture": {"title": "全市农田土壤墒情监测", "title_en": "Soil moisture network of the city", "summary": "全市86个墒情站的旬报。", "keywords": ["墒情", "抗旱"]},
    "pests": {"title": "病虫害测报数据", "title_en": "Pest forecasts", "summary": "测报灯与性诱捕器的逐日计数。",
              "sharing": "unconditional", "sharing_conditions": "", "opening": "public"},
    "machinery": {"title": "农机作业轨迹汇总", "title_en": "Farm machinery tracks, aggregated", "summary": "按乡镇汇总的作业面积与时长。"},
    "greenhouse": {"title": "设施农业环境监测", "title_en": "Greenhouse climate", "summary": "温室温度、湿度、光照。"},
    "prices": {"title": "农产品批发价格", "title_en": "Wholesale prices", "summary": "主要品种每日批发价。", "opening": "public"},
    "yield": {"title": "粮食产量测产", "title_en": "Grain yield surveys", "summary": "样方测产结果。"},
    "irrigation": {"title": "灌区用水计划", "title_en": "Irrigation plans", "summary": "灌区分水与用水计划。"},
    "seeds": {"title": "种子备案信息", "title_en": "Seed records", "summary": "备案品种与经营者。"},
    "orchard": {"title": "果园遥感分布", "title_en": "Orchards from remote sensing", "summary": "果园地块分布与面积。"},
    "dairy": {"title": "奶牛养殖场汇总", "title_en": "Dairy farms, aggregated", "summary": "按县汇总的存栏与产量。"},
    "floods": {"title": "农田受灾评估", "title_en": "Flood damage to fields", "summary": "洪涝后受灾面积评估。", "opening": "non_public"},
    "subsidy": {"title": "耕地补贴发放明细", "title_en": "Farmland subsidies", "summary": "补贴对象与金额。",
                "sharing": "not_shared", "sharing_conditions": "", "opening": "non_public",
                "sharing_reason": "法律规定不予提供", "sharing_basis": "个人信息保护法第三十四条", "sharing_basis_kind": "law", "personal": "ordinary",
                "persons": 30000},
}  # fmt: skip
