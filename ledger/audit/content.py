"""One entry by itself: leaf, body and disclosures must open one another and agree with the row."""

from __future__ import annotations

from typing import Any

from ledger import entry
from ledger.audit.stored import Row, fetch, first
from ledger.audit.verdict import Fault


def check_content(row: Row, index: int | None) -> int:
    """Check one entry by itself: leaf, body, disclosures; return how many of its parts are erased."""
    leaf = _parsed_leaf(row, index)
    if row.body_row is None:
        raise Fault("body", "its body's row is gone", index)
    if row.content is None:
        _demand_erasure(row, "body", index)
        return 1
    if not entry.opens(leaf.commit, row.key or b"", row.content):
        raise Fault("body", "its body does not open the leaf's commitment", index)
    try:
        body = entry.parse(row.content)
    except entry.BadEntry as error:
        raise Fault("body", f"its body is malformed: {error}", index) from None
    if row.subject != body["subject"]:
        raise Fault("event", f"its row says it is about {row.subject}, its body {body['subject']}", index)
    return _check_disclosures(row, body, index)


def _parsed_leaf(row: Row, index: int | None) -> entry.Leaf:
    try:
        leaf = entry.Leaf.parse(row.leaf or b"")
    except entry.BadEntry as error:
        raise Fault("leaf", f"its public bytes are malformed: {error}", index) from None
    if row.uid is None or leaf.uid != row.uid.hex:
        raise Fault("event", f"its row says it is {row.uid}, its public bytes {leaf.uid}", index)
    if leaf.kind != row.kind:
        raise Fault("event", f"its row says {row.kind}, its public bytes {leaf.kind}", index)
    return leaf


def _check_disclosures(row: Row, body: dict[str, Any], index: int | None) -> int:
    commits = entry.commitments_in(body)
    if not commits:
        return 0
    erased = 0
    found = {
        path: (key, content)
        for path, key, content in fetch(
            "SELECT path, key, content FROM log_disclosure WHERE event_uid = %s", row.uid
        )
    }
    for path, commit in commits.items():
        if path not in found:
            raise Fault("disclosure", f"its value {path} is gone", index)
        key, content = found.pop(path)
        if content is None:
            _demand_erasure(row, f"value {path}", index)
            erased += 1
        elif not entry.opens(commit, bytes(key), bytes(content)):
            raise Fault("disclosure", f"its value {path} does not open the body's commitment", index)
    if found:
        raise Fault("disclosure", f"its body knows nothing of the value {min(found)}", index)
    return erased


def _demand_erasure(row: Row, what: str, index: int | None) -> None:
    """What is erased was erased by an entry that says so."""
    subject = f"event:{row.event_id}"
    if not first("SELECT 1 FROM log_event WHERE kind = 'entry.erased' AND subject = %s LIMIT 1", subject):
        raise Fault("body", f"its {what} is erased, and no entry says so", index)
