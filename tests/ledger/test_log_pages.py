"""The published log, read by a stranger: from the checkpoint down to the leaves, nothing but what is served."""

import struct

import pytest
from django.db import transaction
from django.test import Client

from ledger import journal, keys, merkle
from ledger.actor import Actor
from ledger.entry import Leaf
from ledger.models import Event, Organisation
from ledger.note import Verifier, open_checkpoint
from ledger.rows import Rows
from ledger.sequencer import Sequencer, run_all

pytestmark = pytest.mark.django_db(transaction=True)


def write(count: int) -> None:
    with transaction.atomic(), journal.gathered():
        for _ in range(count):
            about = Organisation(pk=1)
            journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=Rows())


@pytest.fixture
def grown(client: Client) -> Client:
    write(300)
    run_all()
    return client


def leaves_in(bundle: bytes) -> list[bytes]:
    found, start = [], 0
    while start < len(bundle):
        (length,) = struct.unpack_from(">H", bundle, start)
        found.append(bundle[start + 2 : start + 2 + length])
        start += 2 + length
    return found


def test_a_stranger_can_check_everything_served(grown: Client):
    verifier = Verifier.parse(grown.get("/log/log.vkey").content.decode())
    signed = open_checkpoint(grown.get("/log/checkpoint").content.decode(), verifier)
    bundles = [grown.get(f"/log/tile/entries/{path}").content for path in ("000", "001.p/44")]
    leaves = [leaf for bundle in bundles for leaf in leaves_in(bundle)]
    assert len(leaves) == signed.size == 300
    assert all(Leaf.parse(leaf).kind == "organisation.described" for leaf in leaves)
    hashes = b"".join(map(merkle.leaf_hash, leaves))
    assert merkle.root_of(hashes) == signed.root
    assert grown.get("/log/tile/0/000").content == hashes[:8192]
    assert grown.get("/log/tile/0/001.p/44").content == hashes[8192:]
    assert grown.get("/log/tile/1/000.p/1").content == merkle.perfect_root(hashes[:8192])


def test_an_older_partial_tile_stays(grown: Client):
    older = grown.get("/log/tile/0/001.p/44").content
    write(300)
    run_all()
    assert grown.get("/log/tile/0/001.p/44").content == older
    assert grown.get("/log/tile/0/001.p/7").content == older[: 7 * 32]
    assert grown.get("/log/tile/0/001").content.startswith(older)
    assert len(leaves_in(grown.get("/log/tile/entries/001.p/44").content)) == 44


@pytest.mark.parametrize(
    "path",
    ["0/001", "0/001.p/45", "0/002.p/1", "0/x001/000", "1/000", "1/000.p/2", "2/000.p/1", "8/000.p/1", "0/0", "0/000.p/0",
     "0/000.p/256", "0/000.p/01", "0/000/", "entries/001", "entries/001.p/45", "entries/002.p/1", "entries/1", "00/000x",
     "0/x999/x999/x999/x999/x999/999", "0/x999/x999/x999/x999/x999/x999/x999/x999/999"],
)  # fmt: skip
def test_what_is_beyond_the_published_size_is_not_there(grown: Client, path: str):
    assert grown.get(f"/log/tile/{path}").status_code == 404


def test_nothing_unsigned_is_served(grown: Client):
    write(5)
    assert grown.get("/log/tile/0/001.p/45").status_code == 404


def test_a_new_log_has_a_checkpoint_of_no_entries(client: Client):
    assert client.get("/log/checkpoint").status_code == 404
    Sequencer().step()
    signed = open_checkpoint(client.get("/log/checkpoint").content.decode(), keys.load().verifiers[0])
    assert (signed.size, signed.root) == (0, merkle.EMPTY_ROOT)
    assert client.get("/log/tile/0/000.p/1").status_code == 404


def test_it_may_be_cached_and_read_from_anywhere(grown: Client):
    checkpoint = grown.get("/log/checkpoint")
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint["Cache-Control"] == "public, max-age=1"
    for path in ("0/000", "entries/000"):
        served = grown.get(f"/log/tile/{path}")
        assert served["Content-Type"] == "application/octet-stream"
        assert served["Cache-Control"] == "public, max-age=31536000, immutable"
        assert served["Access-Control-Allow-Origin"] == "*"
        assert not served.cookies
        assert "Cookie" not in served.get("Vary", "")


def test_it_is_read_only(grown: Client):
    for path in ("checkpoint", "log.vkey", "tile/0/000", "tile/entries/000"):
        assert grown.post(f"/log/{path}").status_code == 405
        assert grown.head(f"/log/{path}").status_code == 200


def test_no_subject_and_no_name_is_public(grown: Client):
    bundle = grown.get("/log/tile/entries/000").content
    assert b"organisation:" not in bundle
    assert Event.objects.first().subject == "organisation:1"
