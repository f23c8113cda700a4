#!/usr/bin/env python3
"""The locked room beside the same machine without it: both sides in one go, ratios and counters.

    benches/room.py [--runs N]

Needs nothing but a release build, which it makes. Prints a table, and ends with 1 if a bar does not hold.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
WAXSEAL = TARGET / "release/waxseal"
LOAD = TARGET / "release/examples/load"
BARE = TARGET / "release/examples/room"
ELSEWHERE = "198.51.100.7:9000"
# An install as npm does it, without a registry: packages that lie beside the project, each with a script that starts Node and connects,
# and then programs that start programs.
INSTALL = """
set -e
export HOME=/home/user npm_config_update_notifier=false
cd $HOME
for name in a b c d e; do
  mkdir $name
  printf '{"name":"%s","version":"1.0.0","scripts":{"postinstall":"node connect.js"}}' $name >$name/package.json
  echo 'require("net").connect(9000, "198.51.100.7").on("connect", process.exit)' >$name/connect.js
done
mkdir app
cd app
echo '{}' >package.json
npm install --offline --no-audit --no-fund --install-links --ignore-scripts=false ../a ../b ../c ../d ../e
for turn in 1 2 3 4 5; do node -e 'require("child_process").execSync("true")'; done
"""


def cpu(command, **surroundings):
    """CPU seconds (user+sys) of a command with all that it started and waited for."""
    env = {**os.environ, **surroundings}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    _, status, used = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, command
    return used.ru_utime + used.ru_stime


def median(command, runs):
    return statistics.median(cpu(command) for _ in range(runs))


def room(*command, project=None, options=()):
    place = ["--project", project] if project else ["--no-project"]
    return [WAXSEAL, "run", *place, *options, "--", *command]


def network_ready():
    """Milliseconds until the warden was made, the room had its network, and its sockets were handed out."""
    out = subprocess.run([*room("true", options=["--verbose"])], capture_output=True, check=True, timeout=60)
    return float(re.search(rb"its network after ([0-9.]+) ms", out.stderr)[1])


def inside(project, *command):
    """Runs the load client in the room: the number it printed, and what the room counted."""
    out = subprocess.run(room("./load", *command, project=project, options=["--format", "json"]), capture_output=True, timeout=300)
    assert out.returncode == 0, (command, out.returncode, out.stdout[-2000:], out.stderr[-2000:])
    summary = json.loads(out.stdout)["packages"][0]["runs"][0]
    numbers = [line[4:].strip() for line in out.stderr.decode().splitlines() if line.startswith("  | ")]
    return float(numbers[-1]), summary["counters"], summary


def outside(port, *command):
    words = [str(word).replace(ELSEWHERE, f"127.0.0.1:{port}") for word in command]
    return float(subprocess.run([LOAD, *words], capture_output=True, check=True, timeout=300).stdout)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=5)
    runs = arguments.parse_args().runs
    build = ["cargo", "build", "--release", "--locked", "--quiet"]
    subprocess.run([*build, "-p", "waxseal", "--bin", "waxseal"], cwd=ROOT, check=True)
    subprocess.run([*build, "-p", "waxseal-internet", "--example", "load"], cwd=ROOT, check=True)
    subprocess.run([*build, "-p", "waxseal-sandbox", "--example", "room"], cwd=ROOT, check=True)
    rows = []

    def row(what, ours, other, bar, ratio, holds):
        rows.append((what, ours, other, bar, ratio, "yes" if holds else "**no**"))

    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        shutil.copy(LOAD, folder)
        plain, ours = median(["true"], runs), median(room("true"), runs)
        row("`true`, CPU", f"{ours * 1000:.1f} ms", f"{plain * 1000:.1f} ms", "≤ +12 ms", f"+{(ours - plain) * 1000:.1f} ms", ours - plain <= 0.012)
        ready = statistics.median(network_ready() for _ in range(runs))
        row("the network is ready after, wall", f"{ready:.1f} ms", "–", "≤ 15 ms", f"{ready:.1f} ms", ready <= 15)
        node = ["node", "-e", "0"]
        # Whatever the surroundings tell Node is told in the room too, or to neither.
        plain = median(["env", "-u", "NODE_EXTRA_CA_CERTS", "-u", "NODE_OPTIONS", *node], runs)
        without = median(room(*node, options=["--env", "NODE_EXTRA_CA_CERTS="]), runs)
        with_ca = median(room(*node), runs)
        row("`node -e 0` without the extra CA, CPU", f"{without * 1000:.0f} ms", f"{plain * 1000:.0f} ms", "≤ 1.25×", f"{without / plain:.2f}×", without / plain <= 1.25)
        row("`node -e 0` with it, CPU", f"{with_ca * 1000:.0f} ms", f"{plain * 1000:.0f} ms", "≤ +60 ms", f"+{(with_ca - plain) * 1000:.0f} ms", with_ca - plain <= 0.06)
        install = [BARE, "sh", "-c", INSTALL]
        pairs = [(cpu(install, QUIET="1", NOTICES="1"), cpu(install, QUIET="1")) for _ in range(2 * runs)]
        told, untold = (statistics.median(side) for side in zip(*pairs))
        row("`npm install` of five packages with scripts, with notices, CPU", f"{told * 1000:.0f} ms", f"{untold * 1000:.0f} ms, in the room without notices", "≤ 1.10×", f"{told / untold:.2f}×", told / untold <= 1.1)
        server = subprocess.Popen([LOAD, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        port = int(server.stdout.readline())
        for what, command, unit, bar in [
            ("connections one after the other, one byte each", ["connect", ELSEWHERE, "5000", "1"], "/s", 0.85),
            ("one upload of 512 MB", ["send", ELSEWHERE, "512"], " MB/s", 0.8),
        ]:
            direct, through = [], []
            for _ in range(runs):
                direct.append(outside(port, *command))
                through.append(inside(folder, *command)[0])
            d, t = statistics.median(direct), statistics.median(through)
            row(what, f"{t:.0f}{unit}", f"{d:.0f}{unit}", f"≥ {bar}×", f"{t / d:.2f}×", t / d >= bar)
        server.stdin.close()
        server.wait()
        made, counters, summary = inside(folder, "connect", ELSEWHERE, "12000", "8")
        fine = counters["accepted"] == counters["connections"] == 12000 and not summary.get("invalid")
        row("12,000 connections by 8 threads: told of", str(counters["connections"]), "12000", "all", f"{12000 - counters['connections']} lost", fine)
        held, counters, summary = inside(folder, "hold", ELSEWHERE, "4000")
        fine = counters["connections"] == held == 4000
        row("4,000 connections open at once by one process: told of", str(counters["connections"]), "4000", "all", f"{4000 - counters['connections']} lost", fine)
        three = " & ".join([f"./load hold {ELSEWHERE} 4000"] * 3) + " & wait"
        out = subprocess.run(room("sh", "-c", three, project=folder, options=["--format", "json"]), capture_output=True, timeout=300)
        summary = json.loads(out.stdout)["packages"][0]["runs"][0]
        counters = summary["counters"]
        fine = counters["accepted"] == counters["connections"] == 12000 and not summary.get("invalid")
        row("12,000 connections open at once by three processes: told of", str(counters["connections"]), "12000", "all", f"{12000 - counters['connections']} lost", fine)
        made, counters, summary = inside(folder, "datagrams", ELSEWHERE, "20000")
        fine = counters["datagrams"] == 20000 and counters["datagrams_lost"] == 0
        row("20,000 datagrams: told of", str(counters["datagrams"]), "20000", "all", f"{counters['datagrams_lost']} lost", fine)
    print("| what | in the room | without it | bar | | holds |")
    print("|---|---|---|---|---|---|")
    for one in rows:
        print("| " + " | ".join(one) + " |")
    below = sum(one[-1] != "yes" for one in rows)
    print(f"\n{len(rows)} lines, {below} below their bar; load {os.getloadavg()[0]:.1f}; {time.strftime('%Y-%m-%d')}")
    sys.exit(1 if below else 0)


if __name__ == "__main__":
    main()
