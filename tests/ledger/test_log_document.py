"""The worked example in docs/log.md is what the code gives, to the byte, and the offline verifier accepts it."""

from __future__ import annotations

import base64
import datetime as dt
import re
import struct

import pytest
from django.conf import settings

from ledger import merkle, verify
from ledger.entry import Disclosure, Leaf, Sealed, canonical, commitment
from tests.static_log import BEGIN, StaticLog, Witness

DOCUMENT = (settings.ROOT / "docs" / "log.md").read_text(encoding="utf-8")
WITNESS = Witness("witness.example/1", bytes([1] * 32))
ROBOT = {"actor": "robot", "organisation": None, "roles": [], "v": 1}
STATEMENT = Disclosure("filing/12/statement", bytes([0xA2] * 32), canonical("材料齐全"))


def sealed(number: int, kind: str, body: dict[str, object], *apart: Disclosure) -> Sealed:
    """An entry whose keys are known: 32 times its number."""
    key = bytes([number] * 32)
    commits = {one.path: base64.b64encode(commitment(one.key, one.content)).decode() for one in apart}
    content = canonical(body | ({"private": commits} if commits else {}))
    at = BEGIN + dt.timedelta(seconds=number)
    leaf = Leaf(f"{number:032x}", at, kind, commitment(key, content)).encode()
    return Sealed(leaf, key, content, list(apart))


def example() -> StaticLog:
    accepted = {
        "actor": "5b1f0c9e5b1f0c9e5b1f0c9e5b1f0c9e",
        "organisation": 7,
        "roles": ["officer"],
        "subject": "filing:12",
        "dataset": "340121-00042",
        "profile": "cn@1",
        "facts": {"filing/12": {"state": "accepted"}},
        "v": 1,
    }
    noticed = {"subject": "filing:12", "cause": f"{2:032x}", "facts": {"filing/12": {"state": "noticed"}}}
    return StaticLog(witnesses=(WITNESS,)).add(
        sealed(1, "log.heartbeat", ROBOT | {"subject": "head:1", "facts": {}}),
        sealed(2, "filing.accepted", accepted, STATEMENT),
        sealed(3, "filing.noticed", ROBOT | noticed),
    )


def parts(log: StaticLog) -> dict[str, str]:
    """Everything of the example that the document shows."""
    hashes = [merkle.leaf_hash(one.leaf) for one in log.entries]
    return {
        "key of the log": log.vkey,
        "key of the witness": str(WITNESS),
        **{f"leaf {n}": one.leaf.decode() for n, one in enumerate(log.entries)},
        **{f"hash {n}": one.hex() for n, one in enumerate(hashes)},
        "node": merkle.node_hash(*hashes[:2]).hex(),
        "root": log.edge.root().hex(),
        "body": log.entries[1].body.decode(),
        "disclosure": STATEMENT.content.decode(),
        "bundle": (struct.pack(">H", len(log.entries[0].leaf)) + log.entries[0].leaf[:8]).hex(" "),
        "checkpoint": log.note(),
        "proof": log.proof(1),
    }


def block(name: str) -> str:
    """The fenced block that follows a line with this name."""
    found = re.search(rf"`{re.escape(name)}`[^\n]*\n+```[a-z]*\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found, name
    return found[1]


@pytest.mark.parametrize("name", parts(example()))
def test_the_example_is_what_the_code_gives(name: str):
    assert parts(example())[name] in DOCUMENT


def test_the_receipt_and_the_policy_of_the_document_are_verified():
    policy = verify.parse_policy(block("example.policy").encode())
    receipt = block("example.receipt.json").encode()
    report = verify.check_receipt(receipt, None, policy.logs, policy)
    assert (report["index"], report["size"], report["type"]) == (1, 3, "filing.accepted")
    assert report["disclosures"] == {STATEMENT.path: "材料齐全"}
    assert list(report["witnesses"]) == [WITNESS.name]
    with pytest.raises(verify.Failed):
        verify.check_receipt(receipt.replace(b"340121-00042", b"340121-00043"), None, policy.logs, policy)
