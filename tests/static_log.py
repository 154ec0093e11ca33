"""A published log in a folder, made without a database by the core's own arithmetic, and receipts of its entries. What the
offline verifier is tested with: it shares no code with any of this."""

from __future__ import annotations

import base64
import datetime as dt
import json
import struct
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import merkle
from ledger.entry import Sealed, seal
from ledger.merkle import WIDTH, Edge, number_path, tile_width
from ledger.note import Checkpoint, Signer

ORIGIN = "example.org/log"
BEGIN = dt.datetime(2026, 3, 2, 1, 30, tzinfo=dt.UTC)
BODY = {"actor": "robot", "organisation": None, "roles": [], "subject": "filing:12", "facts": {}}
PRIVATE = {"filing/12/statement": "张三同意", "filing/12/reason": "too vague"}

PLAIN = b'{"at":"2026-03-02T01:30:00.000000Z","commit":"%b=","id":"%b","type":"a.b","v":1}' % (
    b"A" * 43,
    bytes(32),
)


def sealed(number: int, private: dict[str, Any] | None = None, **body: Any) -> Sealed:
    """Entry `number` of a log."""
    at = BEGIN + dt.timedelta(seconds=number)
    return seal(f"{number:032x}", at, "filing.accepted", BODY | body, private or {})


class Witness:
    """Somebody who cosigns checkpoints (C2SP tlog-cosignature)."""

    def __init__(self, name: str, seed: bytes) -> None:
        self.name, self.key = name, Ed25519PrivateKey.from_private_bytes(seed)
        self.typed = b"\4" + self.key.public_key().public_bytes_raw()

    @property
    def number(self) -> bytes:
        return merkle.sha256(self.name.encode() + b"\n" + self.typed).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.number.hex()}+{base64.b64encode(self.typed).decode()}"

    def line(self, text: str, at: int = 1_772_415_000) -> str:
        """The signature line under a checkpoint's text."""
        signature = self.key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        data = base64.b64encode(self.number + struct.pack(">Q", at) + signature).decode()
        return f"— {self.name} {data}\n"


class StaticLog:
    """A log that grows in memory and is written out on demand."""

    def __init__(self, signer: Signer | None = None, witnesses: tuple[Witness, ...] = ()) -> None:
        self.signer = signer or Signer(ORIGIN, bytes(range(32)))
        self.witnesses = witnesses
        self.edge, self.tiles, self.entries = Edge(), dict[tuple[int, int], bytes](), list[Sealed]()

    @property
    def vkey(self) -> str:
        return str(self.signer.verifier)

    def add(self, *entries: Sealed) -> StaticLog:
        self.tiles |= self.edge.extend(merkle.leaf_hash(one.leaf) for one in entries)
        self.entries += entries
        return self

    def grow(self, count: int) -> StaticLog:
        """Add plain entries."""
        return self.add(*(sealed(len(self.entries) + number) for number in range(count)))

    def pad(self, count: int) -> StaticLog:
        """Add leaves that nobody will open, cheaply."""
        numbers = range(len(self.entries), len(self.entries) + count)
        return self.add(
            *(Sealed(PLAIN.replace(bytes(32), b"%032x" % number), b"", b"") for number in numbers)
        )

    def note(self) -> str:
        text = Checkpoint(self.signer.name, self.edge.size, self.edge.root()).text()
        return self.signer.sign(text) + "".join(witness.line(text) for witness in self.witnesses)

    def files(self) -> dict[str, bytes]:
        """What is published now: path → bytes."""
        found = {"checkpoint": self.note().encode(), "log.vkey": f"{self.vkey}\n".encode()}
        for (level, n), tile in self.tiles.items():
            width = tile_width(level, n, self.edge.size)
            where = number_path(n) + (f".p/{width}" if width < WIDTH else "")
            found[f"tile/{level}/{where}"] = tile
            if level == 0:
                leaves = [one.leaf for one in self.entries[n * WIDTH : n * WIDTH + width]]
                found[f"tile/entries/{where}"] = b"".join(
                    struct.pack(">H", len(leaf)) + leaf for leaf in leaves
                )
        return found

    def write(self, folder: Path) -> Path:
        for path, content in self.files().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder

    def proof(self, index: int, extra: bytes | None = None) -> str:
        """A tlog-proof of one entry under the newest checkpoint."""
        hashes = merkle.prove_inclusion(index, self.edge.size, lambda level, n: self.tiles[level, n])
        lines = [
            "c2sp.org/tlog-proof@v1",
            f"index {index}",
            *(base64.b64encode(one).decode() for one in hashes),
        ]
        if extra is not None:
            lines.insert(1, f"extra {base64.b64encode(extra).decode()}")
        return "\n".join(lines) + "\n\n" + self.note()

    def receipt(self, index: int, *, shown: int = 99) -> dict[str, Any]:
        """The receipt file of one entry, with `shown` of its disclosures at most."""
        one = self.entries[index]
        return {
            "format": "one-ledger-receipt@1",
            "origin": self.signer.name,
            "leaf": one.leaf.decode(),
            "proof": self.proof(index),
            "body": part(one.key, one.body),
            "disclosures": [
                {"path": apart.path} | part(apart.key, apart.content) for apart in one.disclosures[:shown]
            ],
        }


def part(key: bytes, content: bytes) -> dict[str, str]:
    return {"content": content.decode(), "key": base64.b64encode(key).decode()}


def dump(receipt: dict[str, Any]) -> bytes:
    return json.dumps(receipt, ensure_ascii=False, indent=1).encode()
