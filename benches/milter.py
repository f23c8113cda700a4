#!/usr/bin/env python3
"""What `waxseal mail milter` costs: processor time for each mail, memory, and Postfix's throughput with and without it.

    benches/milter.py [--quick] [--no-postfix] [--rounds N]

First the milter protocol directly, without a mail server (the example `milter_load`): 1, 3 and 100 recipients, over a unix socket, then the memory with
100 connections open, each of which handed in mail. Then Postfix from Debian in a world of its own (`scripts/mail/world.py`; needs root), `smtp-source`
with 8 sessions and mail of 2 KiB that is discarded: without the milter, with it on a unix socket, with it on TCP, in turn; the ratios are those of the
medians. Processor time is that of the server's process, user and system, from /proc/PID/stat. WAXSEAL and MILTER_LOAD name the programs; else a release
build, which it makes. Ends with 1 if a bar does not hold.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TICK = os.sysconf("SC_CLK_TCK")
PORT = 8893
# (recipients, header fields, mails)
SHAPES = [(1, 10, 160_000), (3, 20, 80_000), (100, 10, 8_000)]
CONNECTIONS = 8
# Microseconds of processor time for a mail to one recipient with ten header fields; bytes; ratios of throughput.
BARS = {"cpu": 10.0, "rss": 8 << 20, "unix": 0.85, "tcp": 0.7}


def programs():
    """The server and the load driver."""
    named = os.environ.get("WAXSEAL"), os.environ.get("MILTER_LOAD")
    if all(named):
        return named
    command = ["cargo", "build", "--release", "--locked", "--quiet", "-p", "waxseal", "--bins", "--example", "milter_load"]
    subprocess.run(command, cwd=ROOT, check=True)
    return str(TARGET / "release/waxseal"), str(TARGET / "release/examples/milter_load")


@contextlib.contextmanager
def server(waxseal, place, policy="mode = \"hold\"\n"):
    """A running server: (pid, its folder)."""
    with tempfile.TemporaryDirectory(prefix="milter-bench-") as folder:
        folder = pathlib.Path(folder)
        os.chmod(folder, 0o755)
        (folder / "mail.toml").write_text(policy)
        command = [waxseal, "mail", "milter", "--policy", folder / "mail.toml", "--listen", place, "--state", folder / "state", "--log", folder / "log"]
        child = subprocess.Popen([str(it) for it in command])
        try:
            wait_for(lambda: (folder / "log").exists() and "start" in (folder / "log").read_text(), child)
            yield child.pid, folder
        finally:
            child.terminate()
            child.wait(timeout=30)


def wait_for(condition, child):
    end = time.monotonic() + 20
    while not condition():
        if child.poll() is not None or time.monotonic() > end:
            raise SystemExit("error: the milter did not start")
        time.sleep(0.02)


def cpu(pid):
    """Seconds of processor time, user and system."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) << 10


def direct(waxseal, load, quick):
    """Microseconds for each mail by shape, and the memory with 100 connections."""
    rows = []
    for recipients, headers, mails in SHAPES:
        mails = mails // 10 if quick else mails
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/milter.sock"
            with server(waxseal, f"unix:{path}") as (pid, _):
                before = cpu(pid)
                told = run_load([load, path, CONNECTIONS, mails, recipients, headers])
                used = cpu(pid) - before
        rows.append((recipients, headers, 1e6 * used / mails, told))
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/milter.sock"
        with server(waxseal, f"unix:{path}") as (pid, _):
            idle = resident(pid)
            command = [str(it) for it in (load, path, 100, 1000, 3, 20, "hold")]
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert child.stdout.readline() == "held\n"
            busy = resident(pid)
            child.communicate(timeout=60)
    return rows, idle, busy


def run_load(command):
    return subprocess.run([str(it) for it in command], check=True, capture_output=True, text=True, timeout=600).stdout.strip()


def postfix(waxseal, rounds, mails):
    """Runs this script again in a world with Postfix; what it measured there."""
    sys.path.insert(0, str(ROOT / "scripts/mail"))
    import debian
    import world

    reason = debian.missing()
    if reason:
        print(f"SKIPPED Postfix's throughput: {reason}")
        return None
    with tempfile.NamedTemporaryFile(prefix="milter-bench-", suffix=".json") as out:
        command = [sys.executable, __file__, "--inside", out.name, waxseal, rounds, mails]
        code = world.enter(["postfix"], command, seconds=900)
        if code != 0:
            raise SystemExit(f"error: the world of mail programs ended with {code}")
        return json.loads(pathlib.Path(out.name).read_text())


def inside(out, waxseal, rounds, mails):
    """In the world: throughput by setting, and processor time of the milter for each mail."""
    sys.path.insert(0, str(ROOT / "scripts/mail"))
    import servers

    servers.configure_postfix("default_transport = discard:", "relayhost =", "milter_default_action = tempfail", "milter_protocol = 6")
    rows = {"none": [], "unix": [], "tcp": []}
    # In a folder that the mail server's user can reach.
    with server(waxseal, "unix:/run/milter.sock") as (unix, _), server(waxseal, f"inet:127.0.0.1:{PORT}") as (tcp, _):
        os.chmod("/run/milter.sock", 0o666)
        places = {"none": ("", None), "unix": ("unix:/run/milter.sock", unix), "tcp": (f"inet:127.0.0.1:{PORT}", tcp)}
        for _ in range(rounds):
            for name, (place, pid) in places.items():
                servers.configure_postfix(f"smtpd_milters = {place}")
                source(50)
                before = cpu(pid) if pid else 0.0
                rate = source(mails)
                used = (cpu(pid) - before) if pid else 0.0
                rows[name].append((rate, 1e6 * used / mails))
                drained()
    pathlib.Path(out).write_text(json.dumps(rows))


def source(mails):
    """Mails for each second that Postfix takes from 8 sessions."""
    command = ["smtp-source", "-s", "8", "-d", "-l", "2048", "-m", str(mails), "-f", "app@brightfield.example", "-t", "alice@customer.example", "127.0.0.1:25"]
    begun = time.monotonic()
    subprocess.run(command, check=True, timeout=300)
    return mails / (time.monotonic() - begun)


def drained():
    end = time.monotonic() + 60
    while time.monotonic() < end:
        left = subprocess.run(["postqueue", "-j"], capture_output=True, text=True, check=False, timeout=30).stdout
        if not left.strip():
            return
        time.sleep(0.2)


def main():
    if sys.argv[1:2] == ["--inside"]:
        out, waxseal, rounds, mails = sys.argv[2:]
        inside(out, waxseal, int(rounds), int(mails))
        return 0
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--no-postfix", action="store_true")
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    waxseal, load = programs()
    failed = False

    def bar(name, value, limit, holds):
        nonlocal failed
        failed |= not holds
        print(f"| {name} | {value} | {limit} | {'yes' if holds else 'NO'} |")

    print("| what | measured | bar | holds |\n|---|---|---|---|")
    rows, idle, busy = direct(waxseal, load, given.quick)
    for recipients, headers, micros, told in rows:
        name = f"{recipients} recipients, {headers} fields: CPU for each mail ({told})"
        if recipients == 1:
            bar(name, f"{micros:.1f} µs", f"≤ {BARS['cpu']:.0f} µs", micros <= BARS["cpu"])
        else:
            print(f"| {name} | {micros:.1f} µs | – | – |")
    print(f"| resident, idle | {idle / 2**20:.1f} MB | – | – |")
    bar("resident, 100 connections", f"{busy / 2**20:.1f} MB", "≤ 8 MB", busy <= BARS["rss"])
    measured = None if given.no_postfix else postfix(waxseal, 1 if given.quick else given.rounds, 500 if given.quick else 3000)
    if measured:
        rate = {name: statistics.median(row[0] for row in rows) for name, rows in measured.items()}
        micros = {name: statistics.median(row[1] for row in rows) for name, rows in measured.items()}
        print(f"| Postfix without | {rate['none']:.0f} mails/s | – | – |")
        for name in ("unix", "tcp"):
            ratio = rate[name] / rate["none"]
            shown = f"{rate[name]:.0f} mails/s, {ratio:.2f}×, {micros[name]:.0f} µs of the milter for each"
            bar(f"Postfix, milter on {name}", shown, f"≥ {BARS[name]}×", ratio >= BARS[name])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
