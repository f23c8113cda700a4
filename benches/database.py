#!/usr/bin/env python3
"""What the database of known-malicious packages costs: taking it in, its size, opening it, and looking up a lockfile's releases.

    benches/database.py [--records N] [--releases N] [--runs N]

WAXSEAL names the program and ADVISORIES the example `advisories`; else release builds, which it makes. The records are made up from a seed, in
the shapes that real ones have; no network is used. Prints a table, and ends with 1 if a bar does not hold.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEED = 11
# Most of a record is prose, which is read over.
PROSE = "The package was found to contain code that reads credentials and sends them to a host of its author's. " * 12


def program(variable, *build):
    if named := os.environ.get(variable):
        return named
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "-p", "waxseal", *build], cwd=ROOT, check=True)
    return str(ROOT / "target/release" / ("examples/advisories" if build else "waxseal"))


def name_of(idx):
    """Every third has a scope."""
    return f"@scope-{idx % 997}/package-{idx}" if idx % 3 == 0 else f"package-{idx}"


def record(idx, rng):
    """One record, mostly of all releases, as most are."""
    name = name_of(idx)
    entry = {"package": {"ecosystem": "npm", "name": name}, "database_specific": {"cwes": [{"cweId": "CWE-506", "name": "Embedded Malicious Code"}]}}
    shape = rng.random()
    if shape < 0.70:
        entry["ranges"] = [{"type": "SEMVER", "events": [{"introduced": "0"}]}]
    elif shape < 0.88:
        entry["versions"] = [f"{rng.randint(0, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 30)}" for _ in range(rng.choice([1, 1, 2, 5, 40]))]
    elif shape < 0.93:
        entry["ranges"] = [{"type": "SEMVER", "events": [{"introduced": "1.0.16"}]}]
    elif shape < 0.97:
        entry["ranges"] = [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "1.0.3"}, {"introduced": "2.0.0"}, {"last_affected": "2.1.0"}]}]
    else:
        digest = hashlib.sha256(str(idx).encode()).hexdigest()
        entry["versions"] = ["6.0.0"]
        files = [{"path": "setup.mjs", "sha256": digest, "tlsh": "22d2e98e"}]
        entry["database_specific"]["indicators"] = {"evidence_files": files, "package_integrity": [{"hashes": {"sha1": digest[:40]}}]}
    made = {
        "schema_version": "1.7.4",
        "id": f"MAL-{rng.randint(2022, 2026)}-{idx}",
        "modified": "2026-11-20T00:00:00Z",
        "published": "2026-11-19T00:00:00Z",
        "summary": f"Malicious code in {name} (npm)",
        "details": PROSE,
        "affected": [entry],
        "references": [{"type": "ADVISORY", "url": f"https://advisories.example/GHSA-{idx}"}],
        "database_specific": {"malicious-packages-origins": [{"source": "one", "sha256": hashlib.sha256(name.encode()).hexdigest(), "versions": []}]},
    }
    if rng.random() < 0.3:
        made["aliases"] = [f"GHSA-{idx:012d}"]
    if rng.random() < 0.02:
        made["withdrawn"] = "2026-11-20T00:00:00Z"
    if rng.random() < 0.02:
        made.update(id=f"GHSA-{idx:012d}", summary=f"Prototype pollution in {name}", aliases=[])
        made["affected"][0]["database_specific"] = {"cwes": []}
    return json.dumps(made)


def make(path, records):
    rng = random.Random(SEED)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for idx in range(records):
            archive.writestr(f"MAL-{idx}.json", record(idx, rng))


def lockfile(path, releases, records, share):
    """Releases as a lockfile has them, of which a share has names that records know."""
    rng = random.Random(SEED + 1)
    lines = []
    for idx in range(releases):
        known = rng.random() < share
        name = name_of(rng.randrange(records)) if known else f"harmless-{idx}"
        lines.append(f"{name}@{rng.randint(0, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 30)}")
    path.write_text("\n".join(lines) + "\n")


def measured(command, environment):
    """Seconds, processor seconds and peak megabytes of a child."""
    started = time.monotonic()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said
    return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said.strip()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--records", type=int, default=250_000)
    arguments.add_argument("--releases", type=int, default=2_000)
    arguments.add_argument("--runs", type=int, default=9)
    arguments.add_argument("--make", help="only write the archive of records there")
    arguments = arguments.parse_args()
    if arguments.make:
        make(arguments.make, arguments.records)
        return 0
    waxseal, advisories = program("WAXSEAL"), program("ADVISORIES", "--example", "advisories")
    holds = True
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
        # In a process of its own: a child's peak begins with what its parent had.
        subprocess.run([sys.executable, __file__, "--make", str(folder / "all.zip"), "--records", str(arguments.records)], check=True)
        seconds, cpu, peak, said = measured([waxseal, "db", "import", str(folder / "all.zip")], environment)
        database = folder / ".local/share/waxseal/advisories"
        size = (database / "osv.db").stat().st_size
        archive = (folder / "all.zip").stat().st_size
        print(f"{said}; archive {archive / 1e6:.1f} MB")
        print("| what | measured | bar | holds |")
        print("|---|---|---|---|")
        print(f"| taking in {arguments.records:,} records | {seconds:.1f} s, {cpu:.1f} s CPU, {peak:.0f} MB at most | – | |")
        print(f"| size on disk | {size / 1e6:.1f} MB | – | |")
        seconds, _, peak, _ = measured([waxseal, "db", "status", "--format", "json"], environment | {"NO_COLOR": "1"})
        print(f"| `db status`, which reads all of it | {seconds:.2f} s, {peak:.0f} MB at most | – | |")
        for share, what in [(0.0, "of none a record knows the name"), (0.05, "of 5 % records know the name"), (1.0, "of all records know the name")]:
            lockfile(folder / "releases", arguments.releases, arguments.records, share)
            command = [advisories, str(database), str(folder / "releases")]
            rows = [[int(it) for it in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()] for _ in range(arguments.runs)]
            opened, first, again = (statistics.median(column) / 1e3 for column in list(zip(*rows))[:3])
            fits = first <= 20 and opened < 10
            holds &= fits
            print(f"| opening, then {arguments.releases:,} releases, {what} ({rows[0][3]} listed) | {opened:.1f} ms, {first:.1f} ms ({again:.1f} ms again) | ≤ 20 ms | {'yes' if fits else 'no'} |")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
