"""The rules that a system log reads, in rsyslog and syslog-ng: lines that Postfix really writes, and lines that only look like them."""

import contextlib
import pathlib
import re
import socket

import mails
import servers
from checks import rule, run
from sink import Sink
from world import until

ALERTS = pathlib.Path("/var/log/waxseal-alerts.log")
# What must make no alert: a header's text is whatever its sender wrote.
DECOYS = [
    ("postfix/smtpd[7]", "4jXB3H6c2Bz6nKb: warning: header Bcc: a@b.example from local; from=<c@d.example>: bcc header present"),
    ("app[7]", "4jXB3H6c2Bz6nKb: warning: header Bcc: a@b.example from local; from=<c@d.example>: bcc header present"),
    ("postfix/cleanup[7]", "4jXB3H6c2Bz6nKb: info: header Subject: x: warning: header Bcc: a: bcc header present from local; from=<c@d.example>"),
    ("postfix/cleanup[7]", "4jXB3H6c2Bz6nKb: info: header Subject: milter-hold: END-OF-MESSAGE from x; from=<c@d.example>"),
    ("postfix/cleanup[7]", "4jXB3H6c2Bz6nKb: message-id=<milter-hold: END-OF-MESSAGE from >"),
]
HELD = ("postfix/cleanup[7]", "4jXB3H6c2Bz6nKc: milter-hold: END-OF-MESSAGE from localhost[127.0.0.1]: milter triggers HOLD action; from=<c@d.example>")


def rsyslog(found):
    rules = pathlib.Path("/etc/rsyslog.d")
    rules.mkdir(exist_ok=True)
    (rules / "30-waxseal.conf").write_text(rule("rsyslog"))
    conf = pathlib.Path("/etc/rsyslog.conf")
    # The kernel's log is another world's.
    conf.write_text("".join(line for line in conf.read_text().splitlines(True) if "imklog" not in line))
    pathlib.Path("/var/spool/rsyslog").mkdir(parents=True, exist_ok=True)
    checked = run("rsyslogd", "-N1", "-f", conf)
    complaints = [line for line in checked.stderr.splitlines() if "rror" in line or "arning" in line]
    found.equal("rsyslogd -N1 has nothing against it", (checked.returncode, complaints), (0, []))
    _through(found, "rsyslog", ["rsyslogd", "-n", "-f", str(conf), "-i", "/run/rsyslog-test.pid"])


def syslog_ng(found):
    conf = pathlib.Path("/etc/syslog-ng/syslog-ng.conf")
    place = pathlib.Path("/etc/syslog-ng/conf.d/waxseal.conf")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(rule("syslog-ng"))
    checked = run("syslog-ng", "--syntax-only", "-f", conf)
    complaints = [line for line in checked.stderr.splitlines() if "waxseal" in line or "rror" in line]
    found.equal("syslog-ng --syntax-only has nothing against it", (checked.returncode, complaints), (0, []))
    places = ["-R", "/run/syslog-ng.persist", "-c", "/run/syslog-ng.ctl", "-p", "/run/syslog-ng.pid"]
    _through(found, "syslog-ng", ["syslog-ng", "-F", "--no-caps", "-f", str(conf), *places])


def _through(found, name, command):
    """Postfix logs to this program while a mail with a Bcc header and a plain one pass; then lines by hand."""
    ALERTS.unlink(missing_ok=True)
    with _listening(command):
        table = pathlib.Path("/etc/postfix/waxseal_header_checks")
        table.write_text(rule("header-checks"))
        servers.configure_postfix("maillog_file =", f"header_checks = regexp:{table}", "nested_header_checks =")
        # Daemons that were started with a log file of their own keep it.
        run("postfix", "stop")
        run("postfix", "start")
        sink = Sink()
        mails.send(mails.text("plain"), [mails.ALICE])
        mails.send(mails.text("with-bcc", f"Bcc: {mails.SPY}\r\n"), [mails.ALICE, mails.SPY])
        until("two mails at the sink", lambda: sink.count() >= 2)
        sink.close()
        for tag, text in [*DECOYS, HELD]:
            _log(tag, text)
        until(f"{name} writes two alerts", lambda: _alerts() >= 2)
        text = ALERTS.read_text()
        found.equal(f"{name}: two alerts of nine lines that could be", _alerts(), 2)
        found.true(f"{name}: the Bcc header is told", f": warning: header Bcc: {mails.SPY} from " in text, text)
        found.true(f"{name}: the held mail is told", ": 4jXB3H6c2Bz6nKc: milter-hold: END-OF-MESSAGE" in text, text)
        dated = all(re.match(r"\d{4}-\d\d-\d\dT\S+ mail postfix/cleanup\[\d+\]: ", it) for it in text.splitlines())
        found.true(f"{name}: each line begins with a date and the host", dated, text)
        run("postconf", "-X", "header_checks", "nested_header_checks")
        servers.configure_postfix(f"maillog_file = {servers.LOG}")
        run("postfix", "stop")
        run("postfix", "start")


def _alerts():
    return len(ALERTS.read_text().splitlines()) if ALERTS.exists() else 0


def _log(tag, text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.connect("/dev/log")
        log.send(f"<20>Nov 30 00:00:00 {tag}: {text}".encode())


@contextlib.contextmanager
def _listening(command):
    pathlib.Path("/dev/log").unlink(missing_ok=True)
    with servers.daemon(command):
        until("/dev/log is there", lambda: pathlib.Path("/dev/log").exists())
        yield
