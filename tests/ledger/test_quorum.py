"""The policy of witnesses: what counts as enough, and refusal of what is malformed."""

from __future__ import annotations

from itertools import combinations

import pytest

from ledger.note import COSIGNATURE, Signer
from ledger.quorum import BadPolicy, Policy, parse

LOG = Signer("example.org/log", bytes(32)).verifier
KEYS = {
    name: Signer(f"{name.lower()}.example/w", bytes([number]) * 32, COSIGNATURE).verifier
    for number, name in enumerate(["X1", "X2", "X3", "Y1", "Y2"], 1)
}
LINES = "".join(f"witness {name} {key}\n" for name, key in KEYS.items())
TWO_LEVELS = f"""
# two organisations
log {LOG} https://log.example/
{LINES}
group X 2 X1 X2 X3
group\tY  any Y1 Y2
  group both all X Y
quorum both
"""


def met(text: str) -> set[tuple[str, ...]]:
    """Which sets of witnesses are enough, smallest first; supersets of enough are enough."""
    policy = parse(text)
    found: set[tuple[str, ...]] = set()
    for count in range(len(KEYS) + 1):
        for names in combinations(KEYS, count):
            enough = policy.is_met({KEYS[name] for name in names})
            if any(set(small) <= set(names) for small in found):
                assert enough
            elif enough:
                found.add(names)
    return found


def test_groups_of_groups() -> None:
    found = met(TWO_LEVELS)
    assert len(found) == 6
    assert ("X1", "X3", "Y2") in found
    assert parse(TWO_LEVELS).least == 3
    assert parse(TWO_LEVELS).logs == (LOG,)


@pytest.mark.parametrize(
    ("end", "enough", "least"),
    [
        ("quorum none\n", {()}, 0),
        ("quorum Y1\n", {("Y1",)}, 1),
        ("group g any X1 Y1\nquorum g\n", {("X1",), ("Y1",)}, 1),
        ("group g all X1 Y1\nquorum g\n", {("X1", "Y1")}, 2),
        ("group g 1 X1\nquorum g", {("X1",)}, 1),
    ],
)
def test_it_counts(end: str, enough: set[tuple[str, ...]], least: int) -> None:
    assert met(LINES + end) == enough
    assert parse(LINES + end).least == least


def test_no_policy_asks_for_nobody() -> None:
    assert Policy().is_met(())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "missing"),
        (LINES, "missing"),
        (LINES + "quorum none\nquorum none\n", "already"),
        (LINES + "quorum Z\n", "no line before"),
        ("quorum X1\n" + LINES, "line 1"),
        (LINES + LINES + "quorum none\n", "taken"),
        (LINES + f"witness again {KEYS['X1']}\nquorum none\n", "already"),
        (f"log {LOG}\nlog {LOG}\nquorum none\n", "already"),
        (f"log {KEYS['X1']}\nquorum none\n", "a log's"),
        (f"witness w {LOG}\nquorum none\n", "a witness's"),
        (f"witness none {KEYS['X1']}\nquorum none\n", "taken"),
        (LINES + "group g 3 X1 X2\nquorum g\n", "number of its members"),
        (LINES + "group g 0 X1 X2\nquorum g\n", "number of its members"),
        (LINES + "group g some X1\nquorum g\n", "number of its members"),
        (LINES + "group g any X1\ngroup h any X1\nquorum h\n", "member already"),
        (LINES + "group g any none\nquorum g\n", "no line before"),
        (LINES + "group g any\nquorum none\n", "too few"),
        ("quorum\n", "too few"),
        ("quorum a b\n", "too few or too many"),
        ("witness w key\nquorum none\n", "a key is"),
        ("rule x\nquorum none\n", "no line of a policy"),
        ("\n" * 1000, "too long"),
        ("#" * 200_000, "too long"),
    ],
)
def test_what_is_malformed_is_refused_and_the_line_named(text: str, says: str) -> None:
    with pytest.raises(BadPolicy, match=says):
        parse(text)
