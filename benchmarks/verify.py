"""How fast the offline verifier checks a whole published log, beside the bare hashing that nobody can avoid.

    python -m benchmarks.verify [--entries 200000] [--rounds 3]

A log of so many entries is written to disk without a database. Then, in the same process and interleaved: reading and
verifying all of it, and the same SHA-256 calls over the same bytes, already in memory, and nothing else. Medians. Peak memory
is that of a verifier run alone in a process of its own, and of one that only imports it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from ledger import merkle, verify
from ledger.entry import Leaf
from ledger.merkle import WIDTH, Edge, number_path, tile_width
from ledger.note import Checkpoint, Signer

SIGNER = Signer("bench.localhost/log", bytes(range(32)))
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
BATCH = WIDTH * 16


def leaf(number: int) -> bytes:
    """An entry every minute."""
    at = BEGIN + dt.timedelta(minutes=number)
    return Leaf(f"{number:032x}", at, "filing.accepted", sha256(b"%d" % number).digest()).encode()


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def publish(folder: Path, size: int) -> None:
    """Write a log of `size` entries, as `manage.py export` would."""
    edge = Edge()
    for start in range(0, size, BATCH):
        leaves = [leaf(number) for number in range(start, min(size, start + BATCH))]
        for (level, n), tile in edge.extend(map(merkle.leaf_hash, leaves)).items():
            width = tile_width(level, n, size)
            if len(tile) == width * merkle.HASH:
                where = number_path(n) + (f".p/{width}" if width < WIDTH else "")
                write(folder / f"tile/{level}/{where}", tile)
                if level == 0:
                    first = n * WIDTH - start
                    bundle = leaves[first : first + width]
                    data = b"".join(len(one).to_bytes(2, "big") + one for one in bundle)
                    write(folder / f"tile/entries/{where}", data)
    write(folder / "checkpoint", SIGNER.sign(Checkpoint(SIGNER.name, size, edge.root()).text()).encode())


def verified(folder: Path, size: int) -> None:
    code, report = verify.judge(["--dir", str(folder), "--vkey", str(SIGNER.verifier)])
    assert (code, report["recomputed"]) == (0, size), report


def bundles(size: int) -> Iterator[list[bytes]]:
    """What is hashed, a tile's worth at a time: the prefixed leaves, and as many nodes less one."""
    for start in range(0, size, WIDTH):
        yield [b"\0" + leaf(number) for number in range(start, min(size, start + WIDTH))]


def hashed(prepared: list[list[bytes]], node: bytes) -> None:
    """n leaf hashes and n - 1 node hashes: no fewer can give the root."""
    for leaves in prepared:
        for one in leaves:
            sha256(one).digest()
        for _ in leaves:
            sha256(node).digest()


def timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


#: Runs verify.py and says the peak of its own memory in KiB: getrusage would count what the parent had before the exec.
ALONE = """
import re, sys
from ledger import verify
if sys.argv[1:]:
    assert verify.judge(sys.argv[1:])[0] == 0
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def peak(*arguments: str) -> float:
    """MiB at most resident in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *arguments], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, size = Path(scratch), given.entries
        publish(folder, size)
        alone = peak()
        whole = peak("--dir", str(folder), "--vkey", str(SIGNER.verifier))
        prepared, node = list(bundles(size)), b"\1" + bytes(2 * merkle.HASH)
        verify_times, hash_times = [], []
        for _ in range(given.rounds):
            verify_times.append(timed(lambda: verified(folder, size)))
            hash_times.append(timed(lambda: hashed(prepared, node)))
    ours, bare = size / statistics.median(verify_times), size / statistics.median(hash_times)
    print("| | entries/s | share of bare hashing |\n|---|---|---|")
    print(f"| bare hashing | {bare:,.0f} | 100 % |")
    print(f"| verify.py --dir, {size:,} entries | {ours:,.0f} | {100 * ours / bare:.0f} % |")
    print(f"\npeak memory {whole:.0f} MiB, of which {alone:.0f} MiB are Python and its modules")


if __name__ == "__main__":
    main()
