"""The words of an agreement, rendered from request and decision in Chinese and English; both are signed (R 50)."""

from __future__ import annotations

import hashlib
import string

from ledger.models import Organisation
from sharing.models import Decision, ShareRequest
from sharing.models.wanted import Wanted

ZH = string.Template("""数据使用协议

一、提供方：$provider_zh
　　使用方：$consumer_zh
二、数据：$title_zh（编码 $code，版本 $revision）
三、字段：$fields
　　记录范围：$rows_zh
四、权利：$right_zh
五、用途：$purpose
　　使用场景：$scenario_zh
　　依据：$basis_zh
六、使用期限：自$starts_zh起至$ends止。
七、共享方式：$mode_zh。提供方自同意答复之日起在规定期限内提供。
八、条件：$conditions_zh
九、使用方不得扩大使用范围，不得改变用途；$onward_zh
十、安全措施：$security_zh
十一、使用方发现数据错误的，可以通过本账簿提出校核；提供方应当在规定期限内核实、更正并反馈。
十二、违反约定的，提供方可以依据规则条款暂停使用并限期整改；逾期未整改的，可以终止。
十三、期限届满、用途实现或者终止后，使用方应当删除数据并提交删除说明。
十四、争议先行协商；协商不成的，按适用规则（$profile）处理。
十五、本协议以中英文书就，以双方签署的同一校验值为准；免费提供。
""")

EN = string.Template("""Data use agreement

1. Provider: $provider_en
   User: $consumer_en
2. Data: $title_en (code $code, revision $revision)
3. Fields: $fields
   Records: $rows_en
4. Right: $right_en
5. Purpose: $purpose
   Scenario: $scenario_en
   Basis: $basis_en
6. Term: from $starts_en until $ends.
7. Mode: $mode_en. The provider delivers within the term that runs from the agreeing reply.
8. Conditions: $conditions_en
9. The user does not widen the use nor change its purpose; $onward_en
10. Security measures: $security_en
11. The user may report errors through this book; the provider verifies, corrects and answers in time.
12. On misuse the provider may suspend on a clause of the rules with a term to mend, and then terminate.
13. At the end of term or purpose, or on termination, the user deletes the data and files a statement.
14. Disputes are negotiated first, then go the way of the rules applied ($profile).
15. Written in Chinese and English; both sides sign the same checksum. Free of charge.
""")

RIGHTS = {
    Wanted.Right.READ: ("仅查阅", "read only"),
    Wanted.Right.USE: ("在本单位内部加工使用", "use inside the user's own house"),
    Wanted.Right.BUSINESS: ("注明来源后可以对外提供结果", "pass results on with credit"),
}
MODES = {
    Wanted.Mode.INTERFACE: ("服务接口", "service interface"),
    Wanted.Mode.BATCH: ("批量交换", "batch exchange"),
    Wanted.Mode.FILE: ("文件下载", "file download"),
}


def render(share_request: ShareRequest, decision: Decision) -> tuple[str, str]:
    """The terms, Chinese and English."""
    words = shared_words(share_request, decision)
    for place, language in enumerate(("zh", "en")):
        words |= spoken_words(share_request, decision, place, language)
    return ZH.substitute(words), EN.substitute(words)


def shared_words(share_request: ShareRequest, decision: Decision) -> dict[str, object]:
    """What stands alike in both languages."""
    dataset = share_request.dataset
    return {
        "title_zh": dataset.title,
        "title_en": dataset.title_en or dataset.title,
        "code": dataset.code or "–",
        "revision": share_request.dataset_revision or "–",
        "fields": ", ".join(decision.fields) or "*",
        "purpose": share_request.purpose,
        "ends": (decision.ends or share_request.ends or "–"),
        "profile": share_request.profile,
    }


def spoken_words(
    share_request: ShareRequest, decision: Decision, place: int, language: str
) -> dict[str, object]:
    """What differs; a user's own words stay as written."""
    absent = ("无", "none")[place]
    onward = {
        True: (
            "可以注明来源后对外提供结果，不得转交原始数据。",
            "results may be passed on with credit, the data itself not.",
        ),
        False: (
            "未经提供方同意不得提供给第三方。",
            "nothing goes to third parties without the provider's consent.",
        ),
    }[share_request.onward_use]
    said = {
        "provider": named(share_request.provider),
        "consumer": named(share_request.consumer),
        "rows": decision.row_scope or ("全部", "all")[place],
        "right": RIGHTS[Wanted.Right(share_request.right)][place],
        "mode": MODES[Wanted.Mode(share_request.mode)][place],
        "scenario": share_request.scenario or absent,
        "basis": share_request.legal_basis or absent,
        "starts": share_request.starts or ("提供之日", "delivery")[place],
        "conditions": "; ".join(filter(None, [share_request.dataset.sharing_conditions, decision.conditions]))
        or absent,
        "security": share_request.security or absent,
        "onward": onward[place],
    }
    return {f"{name}_{language}": value for name, value in said.items()}


def named(organisation: Organisation) -> str:
    """A party with its identifier."""
    return (
        f"{organisation.name} ({organisation.identifier})" if organisation.identifier else organisation.name
    )


def digest(text_zh: str, text_en: str) -> str:
    """What is signed: SHA-256 over both texts, the Chinese first, a line of three hyphens between them."""
    return hashlib.sha256(f"{text_zh}\n---\n{text_en}".encode()).hexdigest()
