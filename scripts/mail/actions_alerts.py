"""Alerts by the programs that take them: a mail server, sendmail(1), rsyslog, a command. First a test of each, then a finding of the milter."""

import contextlib
import json
import pathlib
import subprocess

import layers
import mails
import others
from actions_policy import BOTH, POLICY, arrived, milter
from sink import Sink
from world import until

TOLD = pathlib.Path("/run/told.json")
TARGETS = f"""
[[alerts]]
name = "by-smtp"
kind = "email"
from = "waxseal@brightfield.example"
to = ["ops@brightfield.example"]
host = "127.0.0.1"
port = 25
tls = "none"
[[alerts]]
name = "by-sendmail"
kind = "email"
transport = "sendmail"
from = "waxseal@brightfield.example"
to = ["oncall@brightfield.example"]
[[alerts]]
kind = "syslog"
address = "unix:/dev/log"
[[alerts]]
kind = "command"
argv = ["/bin/sh", "-c", "cat >>{TOLD}"]
"""


def alerts(found):
    place = layers.policy(TARGETS, "alerts.toml")
    sink = Sink()
    others.SYSLOG.unlink(missing_ok=True)
    TOLD.unlink(missing_ok=True)
    with others.syslog():
        tested = layers.waxseal("mail", "alerts", "test", "--policy", place, "--state", "/var/lib/review/alerts")
        found.equal("alerts: each target took a test", tested.returncode, 0)
        got = sorted(it.recipients[0] for it in arrived(sink, 2))
        found.equal("alerts: a mail came by SMTP and one by sendmail", got, ["oncall@brightfield.example", "ops@brightfield.example"])
        until("rsyslog wrote a line", lambda: others.SYSLOG.exists() and "waxseal" in others.SYSLOG.read_text())
        found.equal("alerts: the command got a test", json.loads(TOLD.read_text())["type"], "waxseal.alert.test")
        sink.close()
        TOLD.unlink()
        _of_the_milter(found)
    _on_a_full_disk(found, place)


def _of_the_milter(found):
    """What the milter found is told while the mail goes on; the mail that tells it is judged too, and hides nobody."""
    TOLD.touch(mode=0o666)
    TOLD.chmod(0o666)
    with milter("reject", text=POLICY + TARGETS) as (sink, _):
        found.equal("alerts: the milter refuses the mail", mails.send(mails.text("hidden"), BOTH)[0], 550)
        told = arrived(sink, 2)
        found.equal("alerts: two mails tell of it", sorted(it.recipients[0] for it in told), ["oncall@brightfield.example", "ops@brightfield.example"])
        found.true("alerts: they name who was hidden", all(mails.SPY in it.data.decode() for it in told), [it.data for it in told])
        until("rsyslog wrote it", lambda: mails.SPY in others.SYSLOG.read_text())
        until("the command got it", lambda: mails.SPY in TOLD.read_text())
        layers.settled()
        found.equal("alerts: the mails that tell of it are no finding", sink.take(), [])


def _on_a_full_disk(found, place):
    """Where neither what was seen nor an alert can be kept, both are said, and the report is written all the same."""
    state = pathlib.Path("/var/lib/review/full")
    state.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k,mode=0700", "full", state], check=True, timeout=20)
    log = pathlib.Path("/tmp/full-disk.log")
    stamp = "Nov 22 01:15:55 mail postfix"
    log.write_text(
        f"{stamp}/smtpd[1]: 4jXB3H6c2Bz6nKb: client=app[10.0.0.5]\n"
        f"{stamp}/cleanup[1]: 4jXB3H6c2Bz6nKb: info: header To: alice@customer.example from app[10.0.0.5]; from=<{mails.SENDER}> to=<{mails.SPY}> proto=ESMTP helo=<app>\n"
        f"{stamp}/qmgr[1]: 4jXB3H6c2Bz6nKb: from=<{mails.SENDER}>, size=277, nrcpt=2 (queue active)\n"
        + "".join(f"{stamp}/smtp[1]: 4jXB3H6c2Bz6nKb: to=<{it}>, relay=mx[10.0.0.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n" for it in BOTH)
        + f"{stamp}/qmgr[1]: 4jXB3H6c2Bz6nKb: removed\n"
    )
    read = ("mail", "logs", log, "--policy", place, "--state", state, "--format", "json")
    # The spool is made while there is room.
    first = layers.waxseal(*read)
    found.equal("full: it is found while there is room", first.returncode, 1)
    for file in state.glob("*.ledger"):
        file.unlink()
    with contextlib.suppress(OSError):
        (state / "filler").write_bytes(b"x" * (1 << 20))
    full = layers.waxseal(*read)
    found.true("full: it is found, and reported", full.returncode == 1 and mails.SPY in full.stdout, full)
    found.true("full: that it could not be kept is said", any("No space left" in it for it in json.loads(full.stdout)["gaps"]), full.stdout)
