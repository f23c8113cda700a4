#!/usr/bin/env python3
"""Benchmarks beside peers: both sides in one go, ratios of CPU seconds (user+sys, median of N), and peak memory.

    benches/run.py [--quick] [--runs N] [--only NAME,…] [--out FILE]

Peers come from their registries into a folder of their own below the cache folder: bun (npm), guarddog (PyPI), npm itself. Both sides
read the same tarballs, fetched once with `npm pack`. CPU seconds are those of the process and all it waited for; memory is the largest
sum of resident memory over the process tree, sampled every 5 ms (a page shared by two processes counts twice, against us).
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "waxseal-benches"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
WAXSEAL = TARGET / "release" / "waxseal"
FLOOR = TARGET / "release" / "examples" / "floor"
FACTS = TARGET / "release" / "examples" / "facts"
SMALL_PAIRS = ["postmark@4.0.4 4.0.5", "nodemailer@7.0.5 7.0.6", "ws@8.18.2 8.18.3", "axios@1.11.0 1.12.0"]
GUARDDOG_PACKAGES = [
    "postmark@4.0.5", "nodemailer@7.0.10", "@sendgrid/mail@8.1.6", "resend@6.4.2", "axios@1.13.2", "lodash@4.17.21",
    "webpack@5.102.1", "puppeteer-core@24.29.1", "express@5.1.0", "imapflow@1.0.198",
]


def tarball(spec):
    """The path of a release's tarball, fetched once."""
    folder = CACHE / "tarballs"
    folder.mkdir(parents=True, exist_ok=True)
    name, _, version = spec.rpartition("@")
    path = folder / f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"
    if not path.exists():
        subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    assert path.exists(), path
    return path


def tree_memory(pid):
    """Resident bytes of a process and its descendants."""
    total, queue = 0, [pid]
    page = os.sysconf("SC_PAGE_SIZE")
    while queue:
        one = queue.pop()
        try:
            total += int(pathlib.Path(f"/proc/{one}/statm").read_text().split()[1]) * page
            for task in pathlib.Path(f"/proc/{one}/task").iterdir():
                queue += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, IndexError, ValueError):
            continue
    return total


def measure(command, env=None, cwd=None, ok=(0,), timeout=900):
    """Runs a command once: (CPU seconds, peak bytes, exit status, bytes written to stdout)."""
    out = CACHE / "stdout"
    with open(out, "wb") as sink:
        child = subprocess.Popen(command, stdout=sink, stderr=subprocess.DEVNULL, env=env, cwd=cwd)
        peak = 0
        done = threading.Event()

        def watch():
            nonlocal peak
            while not done.is_set():
                peak = max(peak, tree_memory(child.pid))
                done.wait(0.005)

        watcher = threading.Thread(target=watch)
        watcher.start()
        killer = threading.Timer(timeout, child.kill)
        killer.start()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        killer.cancel()
        done.set()
        watcher.join()
    peak = max(peak, usage.ru_maxrss * 1024)
    if ok is not None and child.returncode not in ok:
        raise SystemExit(f"{' '.join(map(str, command))}: exit status {child.returncode}")
    return usage.ru_utime + usage.ru_stime, peak, child.returncode, out.stat().st_size


def median(command, runs, **how):
    rows = [measure(command, **how) for _ in range(runs)]
    return statistics.median(row[0] for row in rows), max(row[1] for row in rows), rows[-1][2], rows[-1][3]


def both(ours, theirs, runs, their_runs=None, ours_ok=(0, 1), theirs_ok=(0,), **how):
    """Runs both sides, ours and theirs in turn where both run equally often."""
    their_runs = their_runs or runs
    mine, other = [], []
    for idx in range(max(runs, their_runs)):
        if idx < runs:
            mine.append(measure(ours, ok=ours_ok, **how))
        if idx < their_runs:
            other.append(measure(theirs, ok=theirs_ok, **how))
    pick = lambda rows: (statistics.median(row[0] for row in rows), max(row[1] for row in rows), rows[-1][2])
    return pick(mine), pick(other)


def bun():
    folder = CACHE / "bun"
    path = folder / "node_modules/@oven/bun-linux-x64/bin/bun"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-save", "@oven/bun-linux-x64"], cwd=folder, check=True)
    return path


def guarddog():
    folder = CACHE / "guarddog"
    path = folder / "bin/guarddog"
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", "guarddog"], check=True)
    return path


class Table:
    def __init__(self):
        self.rows = []
        self.failed = 0

    def add(self, name, ours, theirs, bar, value, holds, note=""):
        row = f"| {name} | {ours} | {theirs} | {value} | {bar} | {'yes' if holds else '**no**'} | {note} |"
        self.rows.append(row)
        self.failed += not holds
        print(row, flush=True)


def mb(count):
    return f"{count / 1e6:.0f} MB"


def seconds(value):
    return f"{value:.3f} s"


def facts(table, runs):
    """Whole-package facts against the floor of verifying and inflating the same tarballs with the same libraries."""
    specs = [line for line in (ROOT / "benches/packages.txt").read_text().split("\n") if line and not line.startswith("#")]
    paths = [tarball(spec) for spec in specs]
    ours, floor = both([FACTS, *paths], [FLOOR, *paths], runs)
    ratio = ours[0] / floor[0]
    table.add(f"facts of {len(paths)} packages / floor", f"{seconds(ours[0])}, {mb(ours[1])}", f"{seconds(floor[0])}, {mb(floor[1])}", "≤ 5×", f"{ratio:.2f}×", ratio <= 5)
    fast = subprocess.run([FACTS, "--print", *paths], check=True, capture_output=True).stdout
    slow = subprocess.run([FACTS, "--print", "--reference", *paths], check=True, capture_output=True).stdout
    table.add("facts equal those of the slow reference mode", f"{len(fast.splitlines())} facts", f"{len(slow.splitlines())} facts", "equal", "equal" if fast == slow else "differ", fast == slow and len(fast) > 0)


def text_diff(table, runs):
    old, new = tarball("typescript@5.8.3"), tarball("typescript@5.9.2")
    ours, npm = both([WAXSEAL, "diff", "--patch", old, new], ["npm", "diff", f"--diff={old}", f"--diff={new}"], runs, their_runs=1)
    ratio = npm[0] / ours[0]
    table.add("text diff typescript 5.8.3→5.9.2 / `npm diff`", f"{seconds(ours[0])}, {mb(ours[1])}", f"{seconds(npm[0])}, {mb(npm[1])}", "≥ 400×", f"{ratio:.0f}×", ratio >= 400, "npm once")


def semantic_diff(table, runs):
    peer = bun()
    for pair in SMALL_PAIRS:
        spec, recent = pair.split()
        name = spec.rpartition("@")[0]
        old, new = tarball(spec), tarball(f"{name}@{recent}")
        ours, theirs = both([WAXSEAL, "diff", old, new], [peer, "pm", "diff", old, new], runs)
        ratio = ours[0] / theirs[0]
        table.add(f"diff {name} {spec.rpartition('@')[2]}→{recent} / `bun pm diff`", f"{seconds(ours[0])}, {mb(ours[1])}", f"{seconds(theirs[0])}, {mb(theirs[1])}", "≤ 1×", f"{ratio:.2f}×", ratio <= 1)
    old, new = tarball("typescript@5.8.3"), tarball("typescript@5.9.2")
    ours, theirs = both([WAXSEAL, "diff", old, new], [peer, "pm", "diff", old, new], runs)
    ratio, memory = theirs[0] / ours[0], ours[1] / theirs[1]
    table.add("diff typescript 5.8.3→5.9.2 / `bun pm diff`, CPU", seconds(ours[0]), seconds(theirs[0]), "≥ 2.5×", f"{ratio:.2f}×", ratio >= 2.5)
    table.add("the same, memory", mb(ours[1]), mb(theirs[1]), "≤ ½", f"{memory:.2f}×", memory <= 0.5)


def large(table, runs):
    old, new = tarball("next@15.4.7"), tarball("next@15.5.6")
    cpu, peak, status, size = median([WAXSEAL, "diff", old, new], 1, ok=(0, 1))
    table.add("diff next 15.4.7→15.5.6 finishes", f"{seconds(cpu)}, {mb(peak)}", "`npm diff` runs out of heap (see notes)", "< 1 GB", mb(peak), peak < 1e9 and size > 0)


def scanners(table, runs):
    peer = guarddog()
    for spec in GUARDDOG_PACKAGES:
        path = tarball(spec)
        ours, theirs = both([WAXSEAL, "check", "--no-run", path], [peer, "npm", "scan", "--no-sandbox", path], runs, theirs_ok=None)
        ratio = theirs[0] / ours[0]
        table.add(f"check {spec} / `guarddog npm scan`", f"{seconds(ours[0])}, {mb(ours[1])}", f"{seconds(theirs[0])}, {mb(theirs[1])}", "≥ 30×", f"{ratio:.0f}×", ratio >= 30)


SECTIONS = {"facts": facts, "text": text_diff, "semantic": semantic_diff, "large": large, "scanners": scanners}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default=",".join(SECTIONS))
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    build = ["cargo", "build", "--release", "--locked", "--quiet"]
    subprocess.run([*build, "-p", "waxseal"], cwd=ROOT, check=True)
    subprocess.run([*build, "-p", "waxseal-npm", "--example", "floor"], cwd=ROOT, check=True)
    subprocess.run([*build, "-p", "waxseal", "--example", "facts"], cwd=ROOT, check=True)
    table = Table()
    header = ["| what | waxseal | other side | ratio | bar | holds | notes |", "|---|---|---|---|---|---|---|"]
    print("\n".join(header))
    for name in arguments.only.split(","):
        SECTIONS[name](table, arguments.runs)
    if arguments.out:
        arguments.out.write_text("\n".join(header + table.rows) + "\n")
    print(f"\n{len(table.rows)} lines, {table.failed} below their bar; load {os.getloadavg()[0]:.1f}")
    raise SystemExit(1 if table.failed else 0)


if __name__ == "__main__":
    main()
