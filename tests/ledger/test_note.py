"""Signed notes and checkpoints: exact bytes, and refusal of every other spelling."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.note import (
    COSIGNATURE,
    BadNote,
    Checkpoint,
    Signer,
    Verifier,
    cosignatures,
    open_checkpoint,
    open_note,
)

SIGNER = Signer("example.org/log", bytes(range(32)))
OTHER = Signer("example.org/log", bytes(32))
CHECKPOINT = Checkpoint("example.org/log", 12, hashlib.sha256(b"root").digest())
NOTE = SIGNER.sign(CHECKPOINT.text())
# The key, text and note of the package documentation of golang.org/x/mod/sumdb/note.
PETER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PETER_SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)


def test_it_signs_what_others_documented():
    signer = Signer.parse(PETER)
    assert signer.secret() == PETER
    assert str(signer.verifier) == PETER_PUBLIC
    note = signer.sign(PETER_TEXT)
    assert note == f"{PETER_TEXT}\n— PeterNeumann {PETER_SIGNATURE}\n"
    assert open_note(note, [Verifier.parse(PETER_PUBLIC)]) == (PETER_TEXT, [signer.verifier])


def test_the_bytes_are_those_of_the_standard():
    public = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
    number = hashlib.sha256(b"example.org/log\n\x01" + public).digest()[:4]
    text = b"example.org/log\n12\n" + base64.b64encode(CHECKPOINT.root) + b"\n"
    signature = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).sign(text)
    line = "— example.org/log ".encode() + base64.b64encode(number + signature) + b"\n"
    assert NOTE.encode() == text + b"\n" + line
    assert (
        str(SIGNER.verifier)
        == f"example.org/log+{number.hex()}+{base64.b64encode(b'%c' % 1 + public).decode()}"
    )


def test_it_opens_what_it_signed_and_signs_the_same_again():
    assert open_checkpoint(NOTE, SIGNER.verifier) == CHECKPOINT
    assert SIGNER.sign(CHECKPOINT.text()) == NOTE


def test_unknown_signatures_are_passed_over():
    line = OTHER.sign(CHECKPOINT.text()).splitlines()[-1]
    assert open_checkpoint(f"{NOTE}{line}\n", SIGNER.verifier) == CHECKPOINT
    assert open_note(f"{NOTE}{line}\n", [OTHER.verifier, SIGNER.verifier])[1] == [
        SIGNER.verifier,
        OTHER.verifier,
    ]


def test_it_refuses_another_key_and_another_origin():
    with pytest.raises(BadNote, match="no known key"):
        open_checkpoint(NOTE, OTHER.verifier)
    foreign = SIGNER.sign(Checkpoint("example.org/elsewhere", 1, bytes(32)).text())
    with pytest.raises(BadNote, match="elsewhere"):
        open_checkpoint(foreign, SIGNER.verifier)


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_one_flipped_bit_anywhere_is_refused(bit: int):
    data = bytearray(NOTE.encode())
    data[bit // 8] ^= 1 << bit % 8
    try:
        changed = data.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(BadNote):
        open_checkpoint(changed, SIGNER.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n01\nAA==\n",
        "a\n-1\nAA==\n",
        f"a\n1\n{'A' * 43}=",
        f"a\n1\n{'A' * 43}=\nextra\n",
        f"\n1\n{'A' * 43}=\n",
        f"a\n١\n{'A' * 43}=\n",
        "a\n1\nAA==\n",
        f"a\n1\n{'A' * 42}B=\n",
        f"a\n{10**19}\n{'A' * 43}=\n",
    ],
)
def test_every_other_spelling_of_a_checkpoint_is_refused(text: str):
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text",
        "text\n",
        "text\n\n",
        "text\n\n- example.org/log AAAA\n",
        "text\n\n— example.org/log\n",
        "text\n\n— example.org/log A\n",
        "text\n\n— example.org/log AAAA\n",
        "text\n\n— a+b AAAAAAAA\n",
        "te\rxt\n\n— a AAAAAAAA\n",
        "x" * 1_000_001 + "\n",
        "text\n\n" + "— a AAAAAAAA\n" * 101,
    ],
)
def test_a_malformed_note_is_refused(note: str):
    with pytest.raises(BadNote):
        open_note(note, [SIGNER.verifier])


@given(st.binary(min_size=32, max_size=32))
def test_keys_are_read_back(seed: bytes):
    signer = Signer("例.org/log", seed)
    assert Signer.parse(signer.secret()) == signer
    assert Verifier.parse(str(signer.verifier)) == signer.verifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        "a+00000000+AAAA",
        "a b+00000000+AAAA",
        "+1+" + "A" * 44,
        str(SIGNER.verifier).replace("+", "+f", 1),
        str(SIGNER.verifier).replace("example", "exampel"),
    ],
)
def test_a_malformed_key_is_refused(text: str):
    with pytest.raises(BadNote):
        Verifier.parse(text)
    with pytest.raises(BadNote):
        Signer.parse(f"PRIVATE+KEY+{text}")


WITNESS = Signer("witness.example/w1", bytes(range(1, 33)), COSIGNATURE)
AT = 1_679_315_147


def test_a_cosignature_has_the_bytes_of_the_standard():
    secret = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    public = secret.public_key().public_bytes_raw()
    number = hashlib.sha256(b"witness.example/w1\n\x04" + public).digest()[:4]
    message = b"cosignature/v1\ntime 1679315147\n" + CHECKPOINT.text().encode()
    raw = number + AT.to_bytes(8, "big") + secret.sign(message)
    line = f"— witness.example/w1 {base64.b64encode(raw).decode()}\n"
    assert WITNESS.cosign(CHECKPOINT.text(), AT) == line
    assert cosignatures(NOTE + line, [WITNESS.verifier]) == {WITNESS.verifier: (AT, line)}
    key = f"witness.example/w1+{number.hex()}+{base64.b64encode(b'%c' % 4 + public).decode()}"
    assert str(WITNESS.verifier) == key
    assert Verifier.parse(key) == WITNESS.verifier
    assert Signer.parse(WITNESS.secret()) == WITNESS


def test_the_published_example_of_a_cosignature_is_read_as_we_write_it():
    """C2SP tlog-cosignature prints a line of witness.example.com/w1 made at 1679315147."""
    line = "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    published = base64.b64decode(line)
    ours = base64.b64decode(WITNESS.cosign(CHECKPOINT.text(), AT).split(" ")[2])
    assert len(published) == len(ours) == 4 + 8 + 64
    assert published[4:12] == ours[4:12]


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_a_cosignature_holds_for_its_checkpoint_only(bit: int):
    line = WITNESS.cosign(CHECKPOINT.text(), AT)
    data = bytearray((NOTE + line).encode())
    place = len(NOTE.encode()) * 8 + bit % (len(line.encode()) * 8) if bit % 2 else bit
    data[place // 8] ^= 1 << place % 8
    in_text = place // 8 < len(CHECKPOINT.text().encode())
    try:
        found = cosignatures(data.decode(), [WITNESS.verifier])
    except (UnicodeDecodeError, BadNote):
        return
    assert (found == {}) or (not in_text and place // 8 < len(NOTE.encode()))


def test_a_cosignature_is_no_signature_of_a_log():
    with pytest.raises(BadNote, match="no known key"):
        open_checkpoint(NOTE, SIGNER.verifier.__class__(SIGNER.name, SIGNER.verifier.public, COSIGNATURE))
    twin = Signer(SIGNER.name, SIGNER.seed, COSIGNATURE)
    alone = f"{CHECKPOINT.text()}\n{twin.cosign(CHECKPOINT.text(), AT)}"
    with pytest.raises(BadNote, match="no known key"):
        open_checkpoint(alone, twin.verifier)
    assert cosignatures(NOTE, [SIGNER.verifier]) == {}
