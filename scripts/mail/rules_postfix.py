"""The rules that Postfix reads, in a running Postfix: by `postmap -q`, and by mail that is sent."""

import pathlib

import mails
import servers
from checks import rule, run
from sink import Sink, recipients_by_subject
from world import until

TABLE = "/etc/postfix/waxseal_{}"
# Header, what `header-checks` says of it, what `header-checks-reject` says of it.
HEADERS = [
    (f"To: {mails.ALICE}", "INFO", ""),
    (f"TO: {mails.ALICE}", "INFO", ""),
    (f"Cc: {mails.ALICE}", "INFO", ""),
    (f"Resent-To: {mails.ALICE}", "INFO", ""),
    (f"resent-cc: {mails.ALICE}", "INFO", ""),
    ("List-Id: <news.brightfield.example>", "INFO", ""),
    (f"From: {mails.SENDER}", "INFO", ""),
    (f"Bcc: {mails.SPY}", "WARN bcc header present", "REJECT Unexpected BCC header in application email"),
    (f"BCC: {mails.SPY}", "WARN bcc header present", "REJECT Unexpected BCC header in application email"),
    (f"Resent-Bcc: {mails.SPY}", "WARN bcc header present", ""),
    ("Bcc: ", "WARN bcc header present", "DUNNO"),
    ("Subject: To: nobody", "", ""),
    ("X-To: nobody", "", ""),
    ("Reply-To: nobody", "", ""),
]


def header_checks(found):
    _ask_the_table(found, "header-checks", 1)
    sink = Sink()
    _install("header-checks")
    sent = [
        ("plain", mails.text("plain"), [mails.ALICE]),
        ("in-rcpt-alone", mails.text("in-rcpt-alone"), [mails.ALICE, mails.SPY]),
        ("in-the-header", mails.text("in-the-header", f"Bcc: {mails.SPY}\r\n"), [mails.ALICE, mails.SPY]),
        ("forwarded", mails.forwarded("forwarded"), [mails.ALICE]),
    ]
    for name, mail, recipients in sent:
        found.equal(f"header-checks lets {name} pass", mails.send(mail, recipients)[0], 250)
    until("four mails at the sink", lambda: sink.count() >= len(sent))
    reached = recipients_by_subject(sink.take())
    found.equal("header-checks stops nobody's copy", reached, {name: sorted(recipients) for name, _, recipients in sent})
    lines = servers.LOG.read_text(errors="replace").splitlines()
    told = {name: _told(lines, name) for name, _, _ in sent}
    usual = ["info: header From", "info: header To"]
    found.equal("the log tells To and From of plain mail", told["plain"], usual)
    found.equal("a recipient in RCPT TO alone leaves no other line", told["in-rcpt-alone"], usual)
    found.equal("a Bcc header is told", told["in-the-header"], sorted([*usual, "warning: header Bcc"]))
    found.equal("the headers of a forwarded mail are not told", told["forwarded"], usual)
    _remove(sink)


def header_checks_reject(found):
    _ask_the_table(found, "header-checks-reject", 2)
    sink = Sink()
    _install("header-checks-reject")
    refused = (550, "5.7.1 Unexpected BCC header in application email")
    for name, mail, recipients, wanted in [
        ("plain", mails.text("plain"), [mails.ALICE], 250),
        ("a Bcc that is meant", mails.text("meant", f"Bcc: {mails.SPY}\r\n"), [mails.ALICE, mails.SPY], refused),
        ("a Bcc with a space before its colon", mails.text("space", f"Bcc : {mails.SPY}\r\n"), [mails.ALICE, mails.SPY], refused),
        # What the text above the rule says it cannot see, and what it says it refuses though it is harmless.
        ("a recipient in RCPT TO alone", mails.text("alone"), [mails.ALICE, mails.SPY], 250),
        ("Resent-Bcc", mails.text("resent", f"Resent-Bcc: {mails.SPY}\r\n"), [mails.ALICE, mails.SPY], 250),
        ("a Bcc that is in no RCPT TO", mails.text("harmless", f"Bcc: {mails.SPY}\r\n"), [mails.ALICE], refused),
        ("an empty Bcc", mails.text("empty", "Bcc: \r\n"), [mails.ALICE], 250),
        ("a forwarded mail with a Bcc", mails.forwarded("forwarded"), [mails.ALICE], 250),
    ]:
        code, said = mails.send(mail, recipients)
        found.equal(f"header-checks-reject: {name}", (code, said) if wanted != 250 else code, wanted)
    _remove(sink)
    table = pathlib.Path(TABLE.format("exempt"))
    table.write_text(rule("header-checks-reject", "--exempt", "archive@crm.example", "--exempt", "journal.example"))
    for header, wanted in {
        "Bcc: archive@crm.example": "DUNNO",
        "Bcc: <archive@crm.example>": "DUNNO",
        "Bcc: any@journal.example": "DUNNO",
        "Bcc: archive@crmxexample": "REJECT Unexpected BCC header in application email",
        f"Bcc: archive@crm.example, {mails.SPY}": "REJECT Unexpected BCC header in application email",
        f"Bcc: {mails.SPY}": "REJECT Unexpected BCC header in application email",
    }.items():
        found.equal(f"header-checks-reject with exemptions: {header}", _query(header, table), wanted)


def postconf(found):
    lines = [line for line in rule("postconf").splitlines() if line.strip() and not line.startswith("#")]
    found.true("postconf has lines", lines, "none")
    servers.configure_postfix(*lines)
    told = run("postconf", "-n")
    found.equal("postconf -n warns of nothing", told.stderr, "")
    for line in lines:
        name, value = (it.strip() for it in line.split("=", 1))
        found.true(f"{name} is set", f"{name} = {value}" in told.stdout, told.stdout)
    checked = run("postfix", "check")
    found.equal("postfix check warns of nothing", checked.stdout + checked.stderr, "")
    # As the text says: while nobody listens there, clients are asked to try again.
    code, said = mails.send(mails.text("no-milter"), [mails.ALICE])
    found.equal("without a milter mail is not lost", (code, said), (451, "4.7.1 Service unavailable - try again later"))
    run("postconf", "-X", *[line.split("=")[0].strip() for line in lines])
    servers.configure_postfix()


def _ask_the_table(found, kind, column):
    table = pathlib.Path(TABLE.format(kind.replace("-", "_")))
    table.write_text(rule(kind))
    for row in HEADERS:
        found.equal(f"{kind}: {row[0]}", _query(row[0], table), row[column])


def _query(header, table):
    res = run("postmap", "-q", header, f"regexp:{table}")
    return res.stdout.rstrip("\n") + res.stderr


def _install(kind):
    servers.LOG.write_text("")
    servers.configure_postfix(f"header_checks = regexp:{TABLE.format(kind.replace('-', '_'))}", "nested_header_checks =", "mime_header_checks =")


def _remove(sink):
    sink.close()
    run("postconf", "-X", "header_checks", "nested_header_checks", "mime_header_checks")
    servers.configure_postfix()


def _told(lines, name):
    """Which headers the log tells of the mail with this message id."""
    queue_id = next(line.split(": ")[1] for line in lines if f"message-id=<{name}@" in line)
    return sorted(": ".join(line.split(": ")[2:4]) for line in lines if f" {queue_id}: " in line and ": header " in line)
