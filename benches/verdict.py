#!/usr/bin/env python3
"""How long the verdict of a run takes, from the command to the report, once what it needs has been downloaded.

    benches/verdict.py [--runs N]

WAXSEAL names the program; else a release build, which it makes. Needs npm's registry once. Prints a table with the medians and where the time
goes, and ends with 1 if a bar does not hold.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What is run, what it is, and the seconds it may take on two processors.
SUBJECTS = [
    ("fixtures/letterbox-mcp/1.0.16", "a server of tools with 112 packages", 5.0),
    ("fixtures/letterbox-smtp/1.0.15", "a server of tools over SMTP", 5.0),
    ("fixtures/letterbox-plain/1.0.15", "a server of tools without dependencies", 5.0),
    ("fixtures/letterbox-class/1.0.15", "a library", 10.0),
    ("nodemailer", "a library with a scenario", 10.0),
]


def program():
    if named := os.environ.get("WAXSEAL"):
        return named
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "-p", "waxseal"], cwd=ROOT, check=True)
    return str(ROOT / "target/release/waxseal")


def run(waxseal, subject, *options):
    """Seconds it took, and what was seen."""
    name = str(ROOT / subject) if "/" in subject else subject
    started = time.monotonic()
    out = subprocess.run([waxseal, "run", "--format", "json", "--seed", "11", *options, name], capture_output=True, timeout=300)
    seconds = time.monotonic() - started
    assert out.returncode in (0, 1), (subject, out.returncode, out.stderr[-2000:])
    return seconds, json.loads(out.stdout)["packages"][0]["runs"][0]


def phases(summary):
    """Seconds until the package was installed, loaded, used."""
    begun = {}
    for process in summary["processes"]:
        begun.setdefault(process["phase"], process["at_us"] / 1e6)
    end = summary["duration_us"] / 1e6
    loaded, used = begun.get("import", end), begun.get("call", end)
    return loaded, used - loaded, end - used


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=5)
    runs = arguments.parse_args().runs
    waxseal = program()
    holds = True
    print("| what | seconds | bar | before the room | npm install | loading | calls |")
    print("|---|---|---|---|---|---|---|")
    for subject, what, bar in SUBJECTS:
        run(waxseal, subject)
        seen = [run(waxseal, subject, "--offline") for _ in range(runs)]
        seconds = statistics.median(it for it, _ in seen)
        parts = [statistics.median(column) for column in zip(*(phases(summary) for _, summary in seen))]
        outside = statistics.median(it - summary["duration_us"] / 1e6 for it, summary in seen)
        shown = " | ".join(f"{it:.2f}" for it in [outside, *parts])
        print(f"| {what} (`{subject}`) | {seconds:.2f} | ≤ {bar:.0f} | {shown} |")
        holds &= seconds <= bar
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
