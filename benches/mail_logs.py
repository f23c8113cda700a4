#!/usr/bin/env python3
"""Reads a generated Postfix log of a million lines with `waxseal mail logs` and with `pflogsumm`, in one go.

The log has 50 sessions at a time, aliases, mailing lists, journal copies (`always_bcc`), visible Cc copies, and recipients in 3,000
domains; one application also writes to one address that nobody is told of. Printed: megabytes for each second of processor time (user
and system), the ratio of the two programs, peak memory, and whether the planted address is the only one named.

    benches/mail_logs.py [--lines 1000000] [--waxseal PATH] [--pflogsumm PATH] [--keep DIR] [--rounds 3]

`pflogsumm` is taken from Debian's package, downloaded and unpacked, never installed. It reports more than recipients; the ratio says
what each costs, not that they do the same.
"""

import argparse, json, os, random, re, shutil, subprocess, sys, tempfile, time
from pathlib import Path

PLANTED = "backup@giftshop.example"
ARCHIVE = "archive@journal.example"
LONG = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
HOST = "mail1"

POSTCONF = f"""always_bcc = {ARCHIVE}
recipient_delimiter = +
virtual_alias_maps = hash:/etc/postfix/virtual
"""

POLICY = """
[lists]
domains = ["lists.corp.example"]
"""


def queue_id(rng, number):
    text = ""
    for _ in range(6):
        text = LONG[number % 52] + text
        number //= 52
    return "4j" + text + "z" + "".join(rng.choice(LONG[:51]) for _ in range(5))


def mail(rng, number, headers):
    """The lines of one mail, without stamps."""
    identity = queue_id(rng, number)
    app = rng.randrange(40)
    domain = f"corp{app % 4}.example"
    sender = f"app{app}@{domain}"
    client = f"web{app % 6}[10.0.0.{app % 200 + 1}]"
    person = f"user{rng.randrange(40)}@customer{rng.randrange(3000)}.example"
    to, cc, deliveries, list_id = person, None, [(person, None)], None
    kind = rng.random()
    if kind < 0.06:
        to = "team@corp.example"
        deliveries = [(f"{name}@corp.example", to) for name in ("bob", "carol", "dan")]
    elif kind < 0.12:
        to, list_id = "dev@lists.corp.example", "<dev.lists.corp.example>"
        sender = "dev-bounces@lists.corp.example"
        deliveries = [(f"user{rng.randrange(40)}@customer{rng.randrange(3000)}.example", None) for _ in range(4)]
    elif kind < 0.30:
        cc = f"user{rng.randrange(40)}@customer{rng.randrange(3000)}.example"
        deliveries.append((cc, None))
    planted = app == 7 and not list_id and kind >= 0.12 and rng.random() < 0.25
    if planted:
        deliveries.append((PLANTED, None))
    deliveries.append((ARCHIVE, None))
    smtpd = rng.randrange(40, 9999)
    cleanup = f"postfix/cleanup[{rng.randrange(40, 9999)}]: {identity}: "
    lines = [f"postfix/smtpd[{smtpd}]: connect from {client}", f"postfix/smtpd[{smtpd}]: {identity}: client={client}"]
    if headers:
        tail = f" from {client}; from=<{sender}> to=<{deliveries[0][0]}> proto=ESMTP helo=<web{app % 6}.corp.example>"
        named = [("From", f"Application {app} <{sender}>"), ("To", f"User Number {number % 97} <{to}>")]
        named += [("Cc", cc)] if cc else []
        named += [("List-Id", list_id)] if list_id else []
        lines += [f"{cleanup}info: header {name}: {text}{tail}" for name, text in named]
    lines.append(f"{cleanup}message-id=<{rng.getrandbits(64):016x}@{domain}>")
    size = rng.randrange(900, 60000)
    lines.append(f"postfix/qmgr[811]: {identity}: from=<{sender}>, size={size}, nrcpt={len(deliveries)} (queue active)")
    for address, original in deliveries:
        relay = "mx." + address.split("@")[1]
        was = f" orig_to=<{original}>," if original else ""
        lines.append(
            f"postfix/smtp[{rng.randrange(40, 9999)}]: {identity}: to=<{address}>,{was} relay={relay}[192.0.2.{rng.randrange(1, 250)}]:25, "
            f"delay=0.{rng.randrange(10, 99)}, delays=0.01/0/0.1/0.04, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {rng.getrandbits(40):010X})"
        )
    lines.append(f"postfix/smtpd[{smtpd}]: disconnect from {client} ehlo=1 mail=1 rcpt={len(deliveries)} data=1 quit=1 commands=5")
    lines.append(f"postfix/qmgr[811]: {identity}: removed")
    return lines, planted


def generate(path, lines, headers):
    """Writes the log; how many mails went to the planted address."""
    rng = random.Random(20261120)
    open_mails, written, number, planted = [], 0, 0, 0
    second = 0.0
    with open(path, "w") as log:
        while written < lines or open_mails:
            while written < lines and len(open_mails) < 50:
                made, is_planted = mail(rng, number, headers)
                number += 1
                planted += is_planted
                open_mails.append(made[::-1])
            at = rng.randrange(len(open_mails))
            second += 0.08
            days, rest = divmod(int(second), 86400)
            stamp = f"Nov {20 + days:2d} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
            log.write(f"{stamp} {HOST} {open_mails[at].pop()}\n")
            written += 1
            if not open_mails[at]:
                open_mails[at] = open_mails[-1]
                open_mails.pop()
    return number, planted


def run(command, stdout):
    """Exit status, processor seconds, wall seconds and peak kilobytes of one run."""
    begun = time.monotonic()
    with open(stdout, "wb") as out:
        child = subprocess.Popen([str(it) for it in command], stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss


def unpack_pflogsumm(folder):
    found = shutil.which("pflogsumm")
    if found:
        return Path(found)
    subprocess.run(["apt-get", "download", "pflogsumm"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    package = next(folder.glob("pflogsumm_*.deb"))
    subprocess.run(["dpkg-deb", "-x", package, folder / "pflogsumm"], check=True)
    return next(path for path in (folder / "pflogsumm").rglob("pflogsumm") if path.is_file())


def named_addresses(report):
    text = report.read_text()
    return sorted(set(re.findall(r"[\w.+-]+@[\w.-]+\.example", json.dumps(hidden_of(json.loads(text))))))


def hidden_of(value):
    """Whatever the report names as a recipient of a finding."""
    if isinstance(value, dict):
        return [it["recipient"] for it in value.get("findings", []) if "recipient" in it] + [
            hidden_of(it) for key, it in value.items() if key != "findings"
        ]
    return [hidden_of(it) for it in value] if isinstance(value, list) else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--waxseal", type=Path, default=Path("target/release/waxseal"))
    parser.add_argument("--pflogsumm", type=Path)
    parser.add_argument("--keep", type=Path, help="write the logs here, and leave them")
    parser.add_argument("--generate-only", action="store_true")
    options = parser.parse_args()
    folder = Path(options.keep or tempfile.mkdtemp(prefix="mail-logs-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        ok = measure(options, folder)
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    sys.exit(0 if ok else 1)


def measure(options, folder):
    (folder / "postconf").write_text(POSTCONF)
    (folder / "mail.toml").write_text(POLICY)
    ok = True
    peer = None
    for name, headers in (("without-headers", False), ("with-headers", True)):
        log = folder / f"{name}.log"
        mails, planted = generate(log, options.lines, headers)
        megabytes = log.stat().st_size / 1e6
        print(f"{name}: {options.lines} lines, {megabytes:.1f} MB, {mails} mails, {planted} of them to the planted address")
        if options.generate_only:
            continue
        peer = peer or options.pflogsumm or unpack_pflogsumm(folder)
        ours = [options.waxseal, "mail", "logs", log, "--policy", folder / "mail.toml", "--postconf", folder / "postconf", "--format", "json"]
        theirs = ["perl", peer, "-q", log]
        best = {}
        for _ in range(options.rounds):
            for who, command in (("waxseal", ours), ("pflogsumm", theirs)):
                if who == "pflogsumm" and who in best:
                    continue
                result = run(command, folder / f"{name}.{who}")
                if who not in best or result[1] < best[who][1]:
                    best[who] = result
        for who, (status, cpu, wall, peak) in best.items():
            print(f"  {who:10} {megabytes / cpu:8.1f} MB/CPU-s  {cpu:7.3f} CPU-s  {wall:7.3f} s  {peak / 1024:7.1f} MB peak  exit {status}")
        ratio = best["pflogsumm"][1] / best["waxseal"][1]
        named = named_addresses(folder / f"{name}.waxseal")
        print(f"  ratio {ratio:.1f}; named: {', '.join(named) or 'nobody'}")
        ok &= named == [PLANTED] and best["waxseal"][0] == 1 and best["pflogsumm"][0] == 0
    return ok


if __name__ == "__main__":
    main()
