"""The offline verifier: honest logs and receipts pass, every altered bit is refused, no input ends in a traceback."""

from __future__ import annotations

import ast
import base64
import functools
import http.server
import itertools
import json
import os
import pty
import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import entry, merkle, note, verify
from ledger.note import Checkpoint, Signer
from ledger.verify import Failed, Log, Undecided
from tests.static_log import BODY, PRIVATE, StaticLog, Witness, dump, sealed

PROGRAM = Path(verify.__file__)
WITNESSES = tuple(Witness(f"witness.example/{n}", bytes([n] * 32)) for n in range(1, 5))
STRANGER = Witness("stranger.example", bytes([9] * 32))
KEY = StaticLog().vkey
OTHER_KEY = str(Signer("example.org/log", bytes(32)).verifier)
OTHER_LOG = Signer("example.org/elsewhere", bytes(range(32)))


def keys(*texts: str) -> list[verify.Key]:
    return [verify.parse_key(text, verify.LOG_KEY) for text in texts or [KEY]]


def said(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and verdict of the program, which says one line of each kind and never writes a traceback."""
    done = subprocess.run(
        [sys.executable, "-I", PROGRAM, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    verdict, *others = done.stdout.splitlines()
    assert all(line.startswith("not checked: ") for line in others)
    assert verdict.startswith({0: "VERIFIED: ", 1: "FAILED: ", 2: "Could not tell: "}[done.returncode])
    assert bool(others) == (done.returncode == 0)
    return done.returncode, done.stdout


def judged(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    """The same without a process."""
    return verify.judge([str(one) for one in arguments])


def check_files(files: Mapping[str, bytes], kept: Mapping[int, bytes] | None = None, *texts: str) -> int:
    """Check a published log that lies in memory."""

    def read(path: str, most: int) -> bytes:
        if path not in files:
            raise Undecided(f"{path} is missing")
        return files[path][: most + 1]

    signed = verify.open_checkpoint(files["checkpoint"], keys(*texts))
    return verify.check_log(Log(read, signed.size), signed.root, kept or {}, lambda _done: None)


def check_receipt(receipt: Any, policy: verify.Policy | None = None) -> dict[str, Any]:
    data = receipt if isinstance(receipt, bytes) else dump(receipt)
    return verify.check_receipt(data, None, keys(), policy)


def policy(text: str) -> verify.Policy:
    return verify.parse_policy(text.encode())


def flips(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every single-bit flip, with its byte."""
    for place, bit in itertools.product(range(len(data)), range(8)):
        yield place, data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


@functools.cache
def log(size: int) -> StaticLog:
    """A log of so many entries; its last but one has a body with private values."""
    return StaticLog().grow(size - 2).add(sealed(size - 2, PRIVATE)).grow(1)


# It stands alone.


def test_it_imports_the_standard_library_and_cryptography_alone():
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
    packages = {name.partition(".")[0] for name in names | froms}
    assert packages <= sys.stdlib_module_names | {"cryptography"}
    assert packages & {"ledger", "django"} == set()


def test_it_says_so_when_cryptography_is_missing():
    done = subprocess.run([sys.executable, "-I", "-S", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("Could not tell: the package `cryptography` is missing")


# Published vectors.


@pytest.mark.parametrize("size", range(9))
def test_it_gives_the_published_roots(size: int):
    from tests.ledger.test_merkle import ENTRIES, ROOTS

    hashes = b"".join(map(verify.leaf_hash, ENTRIES[:size]))
    assert verify.root_of([hashes]).hex() == ROOTS[size]


def test_it_opens_the_note_that_others_documented():
    from tests.ledger.test_note import PETER_PUBLIC, PETER_SIGNATURE, PETER_TEXT

    signed = f"{PETER_TEXT}\n— PeterNeumann {PETER_SIGNATURE}\n".encode()
    key = verify.parse_key(PETER_PUBLIC, verify.LOG_KEY)
    assert verify.open_note(signed, [key]) == (PETER_TEXT, [(key, None)])


#: A checkpoint of a public log with the cosignatures of four public witnesses, of May 2026, and their published keys.
NETWORK = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""
NETWORK_POLICY = """
log arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f
witness garden transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM
witness smartit witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO https://example.org
witness remora remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2
witness mullvad witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv
group all-four all garden smartit remora mullvad
quorum all-four
"""


def test_it_opens_a_checkpoint_that_public_witnesses_cosigned():
    rules = policy(NETWORK_POLICY)
    found = verify.open_checkpoint(NETWORK.encode(), rules.logs, rules)
    assert (found.size, set(found.witnesses.values())) == (1432088532, {1779573024})
    assert len(found.witnesses) == 4
    for altered in (NETWORK.replace("1432088532", "1432088533"), NETWORK.replace("wgxxcOVS", "wgxxcOVT")):
        with pytest.raises(Failed):
            verify.open_checkpoint(altered.encode(), rules.logs, rules)


# Agreement with the core, which it shares no line with.


def accepts(check: Any, *arguments: Any, refuses: type[Exception] = Failed) -> bool:
    try:
        check(*arguments)
    except refuses:
        return False
    return True


@given(st.integers(0, 2**60))
def test_a_number_has_the_same_path(n: int):
    assert verify.number_path(n) == merkle.number_path(n)


@settings(deadline=None)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=3))
def test_any_shape_of_tree_has_the_same_root(sizes: list[int]):
    grown = StaticLog().edge
    grown.extend(merkle.leaf_hash(b"%d" % i) for i in range(sum(sizes)))
    levels = [grown.partial.get(level, b"") for level in range(3)]
    assert verify.root_of(levels) == grown.root()


def leads_to(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> None:
    if verify.root_by_path(leaf, index, size, path) != root:
        raise Failed("another root")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 40])
def test_every_inclusion_proof_holds_and_no_other(size: int):
    grown = StaticLog().grow(size)
    root, hashes = grown.edge.root(), [merkle.leaf_hash(one.leaf) for one in grown.entries]
    for index in range(size):
        path = merkle.prove_inclusion(index, size, lambda level, n: grown.tiles[level, n])
        leads_to(hashes[index], index, size, path, root)
        for other in ([*path, root], path[:-1] if path else [root]):
            assert not accepts(leads_to, hashes[index], index, size, other, root)
        for other in {*range(size)} - {index}:
            assert not accepts(leads_to, hashes[index], other, size, path, root)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
SPELLINGS = st.sampled_from(
    [{"separators": (",", ":")}, {"indent": 1}, {"separators": (",", ":"), "sort_keys": True}]
)


@given(JSON, SPELLINGS, st.booleans())
def test_what_is_canonical_is_judged_alike(value: Any, spelling: dict[str, Any], plain: bool):
    text = json.dumps(value, ensure_ascii=plain, **spelling)
    data = text.encode(errors="surrogatepass")
    assert accepts(verify.canonical, data) == accepts(entry.parse, data, refuses=entry.BadEntry)


@given(st.binary())
def test_junk_is_judged_alike(data: bytes):
    assert accepts(verify.canonical, data) == accepts(entry.parse, data, refuses=entry.BadEntry)


LEAF = sealed(7).leaf
#: Neighbours of a leaf: its own characters, and those that matter in JSON and in dates, anywhere.
ALPHABET = st.sampled_from(
    [
        b'"',
        b"\\",
        b"\\u001f",
        b"\\n",
        b"\\u000a",
        b"0",
        b"9",
        b"-",
        b" ",
        b"\n",
        b"=",
        b"\xe4\xb8\xad",
        b"\xff",
        b"}",
    ]
)


@given(st.integers(0, len(LEAF)), st.integers(0, 3), st.lists(ALPHABET, max_size=3))
def test_what_is_a_leaf_is_judged_alike(place: int, gone: int, put: list[bytes]):
    data = LEAF[:place] + b"".join(put) + LEAF[place + gone :]
    assert accepts(verify.check_leaf, data) == accepts(entry.Leaf.parse, data, refuses=entry.BadEntry)


@given(st.text())
def test_any_type_is_judged_alike(kind: str):
    """Types are words, but the format allows any string."""
    data = LEAF.replace(
        b'"filing.accepted"', json.dumps(kind, ensure_ascii=False).encode(errors="surrogatepass")
    )
    assert accepts(verify.check_leaf, data) == accepts(entry.Leaf.parse, data, refuses=entry.BadEntry)


@pytest.mark.parametrize(
    "date", ["2026-02-28", "2026-02-29", "2028-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "0999-01-01"]
)
def test_the_calendar_is_judged_alike(date: str):
    data = LEAF.replace(b"2026-03-02", date.encode())
    assert accepts(verify.check_leaf, data) == accepts(entry.Leaf.parse, data, refuses=entry.BadEntry)


NOTE = StaticLog().grow(3).note().encode()


@given(st.integers(0, len(NOTE) - 1), st.integers(0, 3), st.text(max_size=3))
def test_a_note_is_judged_alike(place: int, gone: int, put: str):
    data = NOTE[:place] + put.encode() + NOTE[place + gone :]
    known = note.Verifier.parse(KEY)
    core = accepts(lambda: note.open_checkpoint(data.decode(), known), refuses=ValueError)
    assert accepts(verify.open_checkpoint, data, keys()) == core


# Receipts.


def test_a_receipt_is_verified(tmp_path: Path):
    grown = log(300)
    (tmp_path / "key").write_text(f"{OTHER_KEY}\n{KEY}\n")
    (tmp_path / "a.receipt.json").write_bytes(dump(grown.receipt(298, shown=1)))
    code, output = said("--receipt", tmp_path / "a.receipt.json", "--vkey", tmp_path / "key")
    assert code == 0
    for part in ("filing.accepted", f"{298:032x}", "at 2026-03-02T01:34:58.000000Z", "entry 298 of 300 of example.org/log",
                 "body opened, 1 of 2 values apart", "not checked: 1 values that stand apart", "no witnesses"):  # fmt: skip
        assert part in output
    report = judged("--json", "--receipt", tmp_path / "a.receipt.json", "--vkey", KEY)[1]
    assert (report["index"], report["size"], report["root"]) == (298, 300, grown.edge.root().hex())
    assert report["body"]["subject"] == BODY["subject"]
    assert report["disclosures"] == {"filing/12/statement": PRIVATE["filing/12/statement"]}


def test_a_receipt_without_a_body_says_so():
    receipt = log(300).receipt(298)
    for absent in ({"body": None, "disclosures": None}, {"body": None, "disclosures": []}):
        report = check_receipt(receipt | absent)
        assert report["body"] is None
        assert "what happened: the file has no body" in report["not_checked"]
    report = check_receipt(
        receipt
        | {"body": None, "disclosures": None, "erased": [{"at": "", "clause": "§ 12\x1b[2J", "paths": []}]}
    )
    (doubt,) = [doubt for doubt in report["not_checked"] if "erasure" in doubt]
    assert r'"clause": "\u00a7 12\u001b[2J"' in doubt


def test_a_bare_proof_is_verified_beside_its_entry(tmp_path: Path):
    grown = log(300)
    (tmp_path / "proof").write_text(grown.proof(5, extra=b"anything"))
    (tmp_path / "entry").write_bytes(grown.entries[5].leaf)
    (tmp_path / "other").write_bytes(grown.entries[6].leaf)
    given = ("--receipt", tmp_path / "proof", "--vkey", KEY)
    assert said(*given, "--entry", tmp_path / "entry")[0] == 0
    assert said(*given, "--entry", tmp_path / "other")[0] == 1
    assert said(*given)[0] == 2


def test_every_flipped_bit_of_a_receipt_is_refused_or_counts_for_nothing():
    """Nothing counts that nobody signed: what is said of an erasure, `extra`, signatures of unknown keys."""
    grown = StaticLog(witnesses=(STRANGER,)).grow(5).add(sealed(5, {"filing/12/reason": "vague"}))
    receipt = grown.receipt(5) | {"erased": [{"at": "some day", "clause": "none", "paths": ["all"]}]}
    receipt["proof"] = grown.proof(5, extra=b"anything")
    data = dump(receipt)
    report = check_receipt(data)
    idle = [range(data.index(text), data.index(text) + len(text)) for text in (
        b'some day', b'none', b"all", b"YW55dGhpbmc=", grown.note().splitlines()[-1].encode(),
    )]  # fmt: skip
    passed = 0
    for place, changed in flips(data):
        try:
            found = check_receipt(changed)
        except Failed:
            continue
        passed += 1
        assert any(place in span for span in idle), changed
        idly = {"note", "not_checked"}
        assert {k: v for k, v in found.items() if k not in idly} == {
            k: v for k, v in report.items() if k not in idly
        }
    assert 0 < passed < sum(map(len, idle)) * 8


def altered(**changes: Any) -> bytes:
    return dump(log(300).receipt(298) | changes)


def with_body(content: bytes) -> bytes:
    """A receipt whose body opens its leaf, and is this."""
    key = bytes(32)
    leaf = entry.Leaf(
        f"{0:032x}", entry.Leaf.parse(LEAF).at, "filing.accepted", entry.commitment(key, content)
    ).encode()
    one = entry.Sealed(leaf, key, content)
    return dump(StaticLog().add(one).receipt(0))


RECEIPT = log(300).receipt(298)
PROOF = RECEIPT["proof"]
BAD_RECEIPTS: dict[str, bytes] = {
    "nothing": b"",
    "junk": bytes(range(256)),
    "UTF-16": dump(RECEIPT).decode().encode("utf-16"),
    "no object": b"[]",
    "a number": b"1" * 5000,
    "NaN": b"NaN",
    "deep": b"[" * 1_000_000,
    "deep objects": b'{"a":' * 200_000,
    "too long": b" " * 16_000_001,
    "another format": altered(format="one-ledger-receipt@2"),
    "a member nobody knows": altered(bodies=1),
    "a member twice": dump(RECEIPT).replace(b'"format"', b'"erased": 1, "erased": 2, "format"'),
    "no proof": dump({name: value for name, value in RECEIPT.items() if name != "proof"}),
    "a list as leaf": altered(leaf=[]),
    "half a character": altered().replace(b"filing.accepted", rb"\ud800"),
    "another origin": altered(origin="example.org/elsewhere"),
    "another leaf": altered(leaf=log(300).entries[0].leaf.decode()),
    "a leaf of version 2": altered(leaf=RECEIPT["leaf"].replace('"v":1', '"v":2')),
    "another proof": altered(proof=log(300).proof(297)),
    "an empty proof": altered(proof=""),
    "no note": altered(proof=PROOF.partition("\n\n")[0]),
    "no index": altered(proof=PROOF.replace("index 298\n", "")),
    "an index spelt otherwise": altered(proof=PROOF.replace("index 298", "index 0298")),
    "an index too large": altered(proof=PROOF.replace("index 298", "index 300")),
    "an index beyond words": altered(proof=PROOF.replace("index 298", "index " + "9" * 5000)),
    "a hash too few": altered(proof=PROOF.replace(PROOF.splitlines()[2] + "\n", "")),
    "a hash too many": altered(proof=PROOF.replace("index 298\n", f"index 298\n{PROOF.splitlines()[2]}\n")),
    "ten thousand hashes": altered(proof=PROOF.replace("index 298\n", f"index 298\n{PROOF.splitlines()[2]}\n" * 10_000)),
    "a hash that is none": altered(proof=PROOF.replace(PROOF.splitlines()[2], "AAAA")),
    "an extra that is no base64": altered(proof=PROOF.replace("index", "extra !\nindex")),
    "a note too long": altered(proof=PROOF + "— a AAAAAAAA\n" * 80_000),
    "too many signatures": altered(proof=PROOF + "— a AAAAAAAA\n" * 101),
    "another body": altered(body=log(300).receipt(0)["body"]),
    "another key": altered(body=RECEIPT["body"] | {"key": "A" * 43 + "="}),
    "a key too short": altered(body=RECEIPT["body"] | {"key": "AAAA"}),
    "a body of two keys": altered(body=RECEIPT["body"] | {"more": 1}),
    "a body that is a string": altered(body="{}"),
    "disclosures without body": altered(body=None),
    "a disclosure of another path": altered(disclosures=[RECEIPT["disclosures"][0] | {"path": "filing/12/reason"}]),
    "a disclosure of no path": altered(disclosures=[RECEIPT["disclosures"][0] | {"path": "filing/1"}]),
    "an erasure that is no list": altered(erased={}),
    "an erasure of no clause": altered(erased=[{"at": "x", "paths": []}]),
    "a deep erasure": dump(RECEIPT)[:-2] + b',"erased":[{"at":' + b"[" * 900 + b"]" * 900 + b',"clause":""}]}',
    "a body that commits twice": with_body(b'{"large":{"a":""},"private":{"a":""},"v":1}'),
    "an object of disclosures": altered(disclosures={}),
    "a body not canonical": with_body(b'{"v": 1}'),
    "a body of version 2": with_body(b'{"v":2}'),
    "a body of version true": with_body(b'{"v":true}'),
    "a body that is a list": with_body(b"[]"),
    "a body with a fraction": with_body(b'{"a":1.5,"v":1}'),
    "a private that is a list": with_body(b'{"private":[],"v":1}'),
    "a large that is a number": with_body(b'{"large":1,"v":1}'),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_RECEIPTS)
def test_a_bad_receipt_is_refused_in_one_line(name: str, tmp_path: Path):
    (tmp_path / "receipt").write_bytes(BAD_RECEIPTS[name])
    code, report = judged("--receipt", tmp_path / "receipt", "--vkey", KEY)
    assert (code, report["verdict"]) == (1, "failed")
    assert len(report["says"]) < 300


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_junk_is_a_receipt(data: bytes):
    assert not accepts(check_receipt, data)


@given(st.sampled_from(sorted(RECEIPT)), JSON)
def test_no_other_shape_is_a_receipt(member: str, value: Any):
    changed = json.dumps(RECEIPT | {member: value}).encode()
    assert accepts(check_receipt, changed) == (member == "disclosures" and value in (None, []))


def test_another_key_and_another_log_are_refused(tmp_path: Path):
    (tmp_path / "receipt").write_bytes(altered())
    elsewhere = StaticLog(OTHER_LOG).grow(3)
    (tmp_path / "foreign").write_bytes(dump(elsewhere.receipt(1)))
    # Signed by the log's key, under another name: a key of a log signs that log's trees only.
    text = Checkpoint("example.org/elsewhere", 1, bytes(32)).text()
    foreign = Signer("example.org/log", bytes(range(32))).sign(text)
    (tmp_path / "checkpoint").write_text(foreign)
    assert "no known key" in said("--receipt", tmp_path / "receipt", "--vkey", OTHER_KEY)[1]
    assert "no known key" in said("--receipt", tmp_path / "foreign", "--vkey", KEY)[1]
    assert "of example.org/elsewhere, signed by example.org/log" in said("--dir", tmp_path, "--vkey", KEY)[1]
    assert judged("--receipt", tmp_path / "foreign", "--vkey", KEY, "--vkey", elsewhere.vkey)[0] == 0


# Means that are lacking.


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--receipt"],
        ["--receipt", "a", "--dir", "b", "--vkey", KEY],
        ["--receipt", "/nowhere", "--vkey", KEY],
        ["--receipt", "/", "--vkey", KEY],
        ["--receipt", "a"],
        ["--receipt", "a", "--vkey", ""],
        ["--receipt", "a", "--vkey", KEY[:-1]],
        ["--receipt", "a", "--vkey", KEY.replace("+", "+0", 1)],
        ["--receipt", "a", "--vkey", str(WITNESSES[0])],
        ["--receipt", "a", "--vkey", KEY, "--old", "b"],
        ["--dir", "a", "--vkey", KEY, "--entry", "b"],
        ["--dir", "/nowhere", "--vkey", KEY],
        ["--dir", "/nowhere", "--vkey", KEY, "--policy", "/nowhere/policy"],
        ["--dir", "", "--vkey", KEY],
        ["--url", "file:///etc/", "--vkey", KEY],
        ["--url", "http://127.0.0.1:1/log", "--vkey", KEY],
        ["--url", "http://[", "--vkey", KEY],
        ["--url", "http://a b/", "--vkey", KEY],
    ],
)  # fmt: skip
def test_without_means_it_cannot_tell(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    code, report = judged(*arguments)
    assert (code, report["verdict"]) == (2, "undecided")
    assert "fault" not in report["says"]


def test_a_flipped_bit_in_a_key_is_refused():
    for _place, changed in flips(KEY.encode()):
        text = changed.decode(errors="replace")
        assert not accepts(verify.parse_key, text, verify.LOG_KEY, refuses=Undecided)


def test_json_is_one_object_whatever_the_verdict(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    log(300).write(tmp_path)
    for arguments, code in (
        (["--dir", str(tmp_path), "--vkey", KEY], 0),
        (["--dir", str(tmp_path), "--vkey", OTHER_KEY], 1),
        ([], 2),
    ):
        assert verify.main(["--json", *arguments]) == code
        assert json.loads(capsys.readouterr().out)["says"]


def test_a_terminal_sees_no_foreign_control_characters(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    (tmp_path / "receipt").write_bytes(altered(origin="\x1b[2J\nVERIFIED: everything"))
    assert verify.main(["--receipt", str(tmp_path / "receipt"), "--vkey", KEY]) == 1
    output = capsys.readouterr().out
    assert output.count("\n") == 1
    assert "\x1b" not in output


def test_a_terminal_sees_progress_and_then_the_verdict_alone(tmp_path: Path):
    log(300).write(tmp_path)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-I", PROGRAM, "--dir", tmp_path, "--vkey", KEY]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=True)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "] 256 of 300" in shown
    assert shown.endswith("\r\x1b[K")
    assert done.stdout.startswith(b"VERIFIED: ")


# The whole log.

SIZES = [0, 1, 2, 255, 256, 257, 300, 512, 600]


@pytest.mark.parametrize("size", SIZES)
def test_a_log_of_any_size_is_verified(size: int):
    assert check_files(StaticLog().pad(size).files()) == 0


def test_a_log_with_three_levels_is_verified_and_resumed():
    grown = StaticLog().pad(65_000)
    roots = {65_000: grown.edge.root()}
    grown.pad(1_000)
    files = grown.files()
    assert "tile/2/000.p/1" in files
    assert check_files(files) == 0
    read: list[str] = []

    class Seen(dict[str, bytes]):
        def __getitem__(self, path: str) -> bytes:
            read.append(path)
            return super().__getitem__(path)

    assert check_files(Seen(files), roots) == 65_000
    assert len(read) < 20
    assert "tile/1/000" in read
    bad = grown.tiles[1, 0]
    files["tile/1/000"] = bad[:32] + bytes(32) + bad[64:]
    for kept in ({}, roots):
        with pytest.raises(Failed):
            check_files(files, kept)
    with pytest.raises(Failed, match="entry 256: tile/1/000") as caught:
        check_files(files)
    assert caught.value.index == 256


@pytest.mark.parametrize(
    ("old", "size"), [pair for pair in itertools.product(SIZES, SIZES) if pair[0] <= pair[1]]
)
def test_it_goes_on_from_any_kept_checkpoint(old: int, size: int):
    grown = StaticLog().pad(old)
    kept = {old: grown.edge.root()}
    assert check_files(grown.pad(size - old).files(), kept) == old
    with pytest.raises(Failed, match=f"the first {old} entries") as caught:
        check_files(grown.files(), {old: bytes(32)})
    assert caught.value.index == old


@settings(deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=4), st.integers(0, 3))
def test_every_kept_checkpoint_is_demanded(steps: list[int], wrong: int):
    grown, kept = StaticLog(), dict[int, bytes]()
    for step in steps:
        grown.pad(step)
        kept[grown.edge.size] = grown.edge.root()
    assert check_files(grown.files(), kept) == steps[0]
    size = sorted(kept)[wrong % len(kept)]
    with pytest.raises(Failed) as caught:
        check_files(grown.files(), kept | {size: bytes(32)})
    assert caught.value.index == size


def test_every_flipped_bit_of_a_small_log_is_refused():
    files = StaticLog(witnesses=(STRANGER,)).grow(5).files()
    idle = files["checkpoint"].index("— stranger".encode())
    passed = 0
    for path in files.keys() - {"log.vkey"}:
        for place, changed in flips(files[path]):
            if accepts(check_files, files | {path: changed}):
                assert (path, place >= idle) == ("checkpoint", True)
                passed += 1
    assert passed > 0  # what a key signed that nobody knows


def test_a_flipped_bit_in_any_file_of_a_larger_log_is_refused():
    chance = random.Random(1)
    files = StaticLog().grow(600).files()
    for path in sorted(files.keys() - {"log.vkey"}):
        for place in {0, len(files[path]) - 1, *(chance.randrange(len(files[path])) for _ in range(40))}:
            changed = bytearray(files[path])
            changed[place] ^= 1 << chance.randrange(8)
            assert not accepts(check_files, files | {path: bytes(changed)}), (path, place)


@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_the_first_altered_entry_is_named(index: int):
    grown = StaticLog().grow(600)
    files = grown.files()
    grown.entries[index] = sealed(1000)
    with pytest.raises(Failed, match=f"entry {index}:") as caught:
        check_files(grown.files() | {"checkpoint": files["checkpoint"]})
    assert caught.value.index == index


def test_cut_and_missing_files_are_told_apart():
    files = StaticLog().grow(300).files()
    for path in files.keys() - {"log.vkey", "checkpoint"}:
        for cut in (b"", files[path][:-1], files[path] + b"\0", files[path][:31]):
            with pytest.raises(Failed, match=re.escape(path)):
                check_files(files | {path: cut})
        with pytest.raises(Undecided, match="is missing"):
            check_files({where: content for where, content in files.items() if where != path})


def test_a_rewritten_log_is_caught_by_what_was_kept(tmp_path: Path):
    honest = StaticLog().grow(300)
    honest.write(tmp_path / "honest")
    forged = StaticLog().grow(100).add(sealed(7777)).grow(299)
    forged.write(tmp_path / "forged")
    StaticLog().grow(299).write(tmp_path / "shorter")
    StaticLog().grow(299).add(sealed(7777)).write(tmp_path / "fork")
    mark = tmp_path / "mark"
    assert said("--dir", tmp_path / "honest", "--vkey", KEY, "--remember", mark)[0] == 0
    assert mark.read_text() == honest.note()
    assert said("--dir", tmp_path / "forged", "--vkey", KEY)[0] == 0
    for folder, says, index in (
        ("forged", "the first 300 entries do not have the root that was signed", 300),
        ("shorter", "of 300 entries, and the log has only 299", 299),
        ("fork", "the first 300 entries do not have", 300),
    ):
        for how in ("--old", "--remember"):
            code, report = judged("--dir", tmp_path / folder, "--vkey", KEY, how, mark)
            assert (code, report["index"]) == (1, index)
            assert says in report["says"]
        assert says in said("--dir", tmp_path / folder, "--vkey", KEY, "--old", mark)[1]
    assert mark.read_text() == honest.note()


def test_it_remembers_and_goes_on(tmp_path: Path):
    grown, mark = StaticLog().grow(300), tmp_path / "mark"
    for size in (300, 300, 700):
        grown.grow(size - grown.edge.size).write(tmp_path / "log")
        code, report = judged("--dir", tmp_path / "log", "--vkey", KEY, "--remember", mark)
        assert (code, mark.read_text()) == (0, grown.note())
    assert (report["recomputed"], report["kept"]) == (400, [300])
    assert report["not_checked"][1].startswith("the first 300 entries again")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("mark")] == ["mark"]
    assert judged("--dir", tmp_path / "log", "--vkey", KEY, "--remember", tmp_path / "no" / "mark")[0] == 2


def test_a_kept_checkpoint_must_be_signed_and_of_this_log(tmp_path: Path):
    log(300).write(tmp_path / "log")
    bad = {
        "junk": b"\xff",
        "forged": log(300).note().replace("\n300\n", "\n200\n").encode(),
        "foreign": StaticLog(OTHER_LOG).grow(1).note().encode(),
        "huge": b"x" * 2_000_000,
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
        for how in ("--old", "--remember"):
            given = ["--vkey", KEY, "--vkey", str(OTHER_LOG.verifier), how, tmp_path / name]
            code, report = judged("--dir", tmp_path / "log", *given)
            assert (code, str(tmp_path / name) in report["says"]) == (1, True), report
        assert (tmp_path / name).read_bytes() == content
    assert judged("--dir", tmp_path / "log", "--vkey", KEY, "--old", tmp_path / "none")[0] == 2
    assert judged("--dir", tmp_path / "log", "--vkey", KEY, "--remember", tmp_path / "none")[0] == 0


def test_it_reads_over_http(tmp_path: Path):
    log(300).write(tmp_path)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    handler.func.log_message = lambda *arguments: None  # type: ignore[attr-defined]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        assert said("--url", base, "--vkey", KEY)[0] == 0
        assert said("--url", f"{base}/", "--vkey", KEY)[0] == 0
        code, output = said("--url", f"{base}/elsewhere", "--vkey", KEY)
        assert (code, "404" in output) == (2, True)
    finally:
        server.shutdown()
        server.server_close()


# Witnesses.


def rules(text: str) -> str:
    """A policy over the four witnesses a, b, c, d."""
    return "\n".join(
        [f"log {KEY}", *(f"witness {name} {who}" for name, who in zip("abcd", WITNESSES, strict=True)), text]
    )


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("quorum none", lambda n: True),
        ("quorum c", lambda n: n >= 3),
        ("group g any a b c d\nquorum g", lambda n: n >= 1),
        ("group g all a b c\nquorum g", lambda n: n >= 3),
        ("group g 2 a b c d\nquorum g", lambda n: n >= 2),
        ("group g 1 a\ngroup h any c d\n# both\n\n\t group both \t all g h \nquorum both", lambda n: n >= 3),
    ],
)  # fmt: skip
def test_k_of_n_witnesses_must_have_cosigned(text: str, enough: Any, tmp_path: Path):
    (tmp_path / "policy").write_text(rules(text))
    for count in range(5):
        grown = StaticLog(witnesses=WITNESSES[:count]).grow(3)
        folder = grown.write(tmp_path / str(count))
        (folder / "receipt").write_bytes(dump(grown.receipt(1)))
        for subject in (["--dir", folder], ["--receipt", folder / "receipt"]):
            code, report = judged(*subject, "--policy", tmp_path / "policy")
            assert code == (0 if enough(count) else 1)
            if code == 0:
                assert list(report["witnesses"]) == [str(who.name) for who in WITNESSES[:count]]
                assert any("witnesses" in doubt for doubt in report["not_checked"]) == (text == "quorum none")
            else:
                assert "quorum" in report["says"]


def test_a_cosignature_that_does_not_hold_is_refused():
    who = policy(rules("quorum none"))
    for line in (
        WITNESSES[0].line("another text\n"),
        f"— {WITNESSES[0].name} {base64.b64encode(WITNESSES[0].number + b'short').decode()}\n",
    ):
        with pytest.raises(Failed, match="does not hold"):
            verify.open_checkpoint(NOTE + line.encode(), who.logs, who)
    # The log's own key is no witness, whatever signs with it.
    with pytest.raises(Failed, match="quorum"):
        alone = policy(rules("quorum a"))
        verify.open_checkpoint(NOTE, alone.logs, alone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum",
        "quorum nobody",
        "quorum a\nquorum a",
        "quorum a b c",
        "group g any a\ngroup h any a\nquorum g",
        "group g any a a\nquorum g",
        "group g any\nquorum g",
        "group g any nobody\nquorum g",
        "group g any g\nquorum g",
        "group g any none\nquorum g",
        "group g 0 a b\nquorum g",
        "group g 3 a b\nquorum g",
        "group g 01 a b\nquorum g",
        "group g -1 a b\nquorum g",
        "group g most a b\nquorum g",
        "group a any b\nquorum a",
        "group none any b\nquorum none",
        "quorum g\ngroup g any a",
        f"witness e {WITNESSES[0]}\nquorum none",
        f"witness e {KEY}\nquorum none",
        f"witness none {STRANGER}\nquorum none",
        f"log {WITNESSES[0]}\nquorum none",
        f"log {KEY}\nquorum none",
        "witness e key\nquorum none",
        "quorum none\x00",
        "quorum none\r\n",
        "quorum\u00a0none",
        "nonsense\nquorum none",
    ],
)  # fmt: skip
def test_a_malformed_policy_is_no_means(text: str):
    assert accepts(policy, rules("quorum none"), refuses=Undecided)
    with pytest.raises(Undecided, match=r"policy|key"):
        policy(rules(text))


def test_a_policy_may_be_long_and_of_any_letters():
    chain = "\n".join(f"group g{n} any {'a' if n == 0 else f'g{n - 1}'}" for n in range(5_000))
    deep = policy(rules(f"{chain}\nquorum g4999"))
    assert deep.met(set(deep.witnesses[:1]))
    assert not deep.met(set(deep.witnesses[1:]))
    data = rules("# 见证人\ngroup 组 any a\nquorum 组").encode() + b"\n# \xff"
    assert verify.parse_policy(data).quorum == "组"
    with pytest.raises(Undecided, match="too long"):
        verify.parse_policy(b"#" * 1_000_001)
