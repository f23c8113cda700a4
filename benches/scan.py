#!/usr/bin/env python3
"""What it costs to list what lies in a project of more than 2,000 packages, beside cyclonedx-npm on the same folder.

    benches/scan.py [--runs N]

Both sides run in turn: CPU seconds (user+sys, median) of the process and all it waited for, and peak memory of the process tree. The project
(benches/projects/large) and cyclonedx-npm come from npm's configured registry, once, into the cache folder; nothing of them is run when they
are installed. waxseal keeps no state of a tree, so that its first run and every other are the same work; the first is told by itself.
INSTALLED names the program; else a release build of the example `installed`, which it makes. Ends with 1 if a bar does not hold.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess

from run import CACHE, ROOT, TARGET, Table, mb, measure, seconds

PROJECT = "large"
CYCLONEDX = "@cyclonedx/cyclonedx-npm@6.0.1"


def program():
    if named := os.environ.get("INSTALLED"):
        return named
    command = ["cargo", "build", "--release", "--locked", "--quiet", "-p", "waxseal-npm", "--example", "installed"]
    subprocess.run(command, cwd=ROOT, check=True)
    return str(TARGET / "release" / "examples" / "installed")


def project():
    """Installed and compared with npm by the script that holds all of them to it."""
    subprocess.run([ROOT / "scripts" / "installed", PROJECT], check=True, env={**os.environ, "INSTALLED": program()})
    return CACHE / "projects" / PROJECT


def cyclonedx():
    folder = CACHE / "cyclonedx"
    path = folder / "node_modules" / "@cyclonedx" / "cyclonedx-npm" / "bin" / "cyclonedx-npm-cli.js"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-save", "--ignore-scripts", CYCLONEDX], cwd=folder, check=True)
    return path


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=3)
    runs = arguments.parse_args().runs
    ours, folder, cli = program(), project(), cyclonedx()
    # It is called with what npm cannot resolve overlooked, since peers of so many packages never fit each other.
    theirs = ["node", cli, "--ignore-npm-errors", "--output-format", "JSON", "--output-file", CACHE / "scan.cdx.json", folder / "package.json"]
    first = measure([ours, folder])
    mine, other = [], []
    for _ in range(runs):
        mine.append(measure([ours, folder], cwd=folder))
        other.append(measure(theirs, cwd=folder))
    cpu = lambda rows: statistics.median(row[0] for row in rows)
    peak = lambda rows: max(row[1] for row in rows)
    lines = subprocess.run([ours, folder], check=True, capture_output=True, text=True).stdout.splitlines()
    packages = sum('"name"' in line for line in lines)

    def components(node):
        return sum(1 + components(it) for it in node.get("components", []))

    listed = components(json.loads((CACHE / "scan.cdx.json").read_text()))
    print(f"{packages} packages; cyclonedx-npm lists {listed} components\n")
    print("| what | waxseal | cyclonedx-npm | ratio | bar | holds | |\n|---|---|---|---|---|---|---|")
    table = Table()
    ratio = cpu(other) / max(first[0], 1e-3)
    side = f"{seconds(cpu(other))}, {mb(peak(other))}"
    table.add("the first run", f"{seconds(first[0])}, {mb(first[1])}", side, "≥ 40×", f"{ratio:.0f}×", ratio >= 40)
    again = cpu(mine)
    table.add("unchanged", f"{seconds(again)}, {mb(peak(mine))}", side, "≤ 0.2 s", f"{cpu(other) / max(again, 1e-3):.0f}×", again <= 0.2)
    table.add("packages", str(packages), str(listed), "> 2,000", "", packages > 2000)
    raise SystemExit(1 if table.failed else 0)


if __name__ == "__main__":
    main()
