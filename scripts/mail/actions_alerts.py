"""Alerts by the programs that take them: a mail server, sendmail(1), rsyslog, a command. First a test of each, then a finding of the milter."""

import json
import pathlib

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
