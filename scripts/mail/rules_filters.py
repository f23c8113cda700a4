"""The rules that Exim, rspamd and Dovecot's Sieve read, in these programs."""

import base64
import json
import pathlib
import re
import urllib.request

import mails
import others
import servers
from checks import rule, run
from sink import Sink, recipients_by_subject
from world import until

RSPAMD = "http://127.0.0.1:11333/checkv2"
# Two mailboxes and a domain that are exempt, and what is put aside: name, extra headers, To, whether it is.
SIEVE_EXEMPT = ["--exempt", "team@brightfield.example", "--exempt", "list.example"]
BOB = "bob@brightfield.example"
SIEVE_CASES = [
    ("named in To", "", f"To: {BOB}\r\n", False),
    ("named in Cc", f"Cc: Bob <{BOB}>\r\n", f"To: {mails.ALICE}\r\n", False),
    ("named in Resent-To", f"Resent-To: {BOB}\r\n", f"To: {mails.ALICE}\r\n", False),
    ("named in other letters", "", "To: BOB@Brightfield.Example\r\n", False),
    ("named in a group", "", f"To: Us: {mails.ALICE}, {BOB};\r\n", False),
    ("named by nobody", "", f"To: {mails.ALICE}\r\n", True),
    ("named in the display name alone", "", f'To: "{BOB}" <{mails.ALICE}>\r\n', True),
    ("no To at all", "", "", True),
    ("named by an exempt alias", "", "To: team@brightfield.example\r\n", False),
    ("named by a list of an exempt domain", "", "To: talk@list.example\r\n", False),
]


def exim(found):
    """The ACL in a running Exim: what it writes of SMTP mail and of mail of local programs."""
    main, acl = rule("exim").split("begin acl\n", 1)
    others.start_exim(main, acl)
    read = run("exim4", "-bV")
    found.true("Exim reads the rule", read.returncode == 0 and "Configuration file" in read.stdout, read.stdout + read.stderr)
    sink = Sink()
    many = "".join(f",\r\n person{number:03}@customer.example" for number in range(150))
    found.equal("Exim takes mail by SMTP", mails.send(mails.text("by-smtp"), [mails.ALICE, mails.SPY], port=others.EXIM_PORT)[0], 250)
    # A display name that decodes to an address, and one that is written as an address.
    tricks = f'To: =?utf-8?Q?spy=40giftshop.example?= <{mails.ALICE}>\r\nCc: "{mails.SPY}" <bob@customer.example>\r\n'
    mails.send(mails.text("tricks", to=tricks), [mails.ALICE], port=others.EXIM_PORT)
    forged = f"To: {mails.ALICE},\r\n 2026-11-30 00:00:00 1xXpSY-00002O-0E waxseal-visible to c3B5QGdpZnRzaG9wLmV4YW1wbGU=\r\n"
    mails.send(mails.text("forged", to=forged), [mails.ALICE], port=others.EXIM_PORT)
    mails.send(mails.text("many", to=f"To: {mails.ALICE}{many}\r\n"), [mails.ALICE], port=others.EXIM_PORT)
    local = run("exim4", "-t", input=mails.text("by-exim-t", f"Bcc: {mails.SPY}\r\n").replace("\r\n", "\n"))
    found.equal("`exim -t` takes mail", (local.returncode, local.stderr), (0, ""))
    until("five mails behind Exim", lambda: sink.count() >= 5)
    reached = recipients_by_subject(sink.take())
    found.equal("nobody's copy is stopped", reached["by-exim-t"] + reached["by-smtp"], [mails.ALICE, mails.SPY] * 2)
    sink.close()
    until("Exim is done with five mails", lambda: others.EXIM_LOG.read_text().count(" Completed") >= 5)
    blocks = _exim_blocks(others.EXIM_LOG.read_text())
    for name in ("by-smtp", "by-exim-t"):
        told = _visible(blocks[name])
        found.equal(f"{name}: To and From are told", told, {"to": mails.ALICE, "from": f"Brightfield <{mails.SENDER}>"})
        found.true(f"{name}: all recipients are told", any(it.endswith(f" for {mails.ALICE} {mails.SPY}") for it in blocks[name]), blocks[name])
    told = _visible(blocks["tricks"])
    found.equal("tricks: headers are told as they were sent", (told["to"], told["cc"]), tuple(line.split(": ", 1)[1] for line in tricks.splitlines()))
    folded = f"{mails.ALICE}{many}".replace("\r\n", "\n")
    found.equal("many: the beginning of a long header is told", _visible(blocks["many"])["to"], f" {folded}"[:4000].strip())
    told = _visible(blocks["forged"])
    wanted = (forged[4:].strip().replace("\r\n", "\n"), len(blocks["tricks"]) - 1)
    found.equal("forged: a header cannot write a line of the log", (told["to"], len(blocks["forged"])), wanted)


def _visible(lines):
    """Header → its text, as the rule wrote it into the log."""
    written = [re.search(r" waxseal-visible (\S+) (\S*)$", line) for line in lines]
    return {it[1]: base64.b64decode(it[2], validate=True).decode("utf-8", "replace").strip() for it in written if it}


def _exim_blocks(log):
    """The name in a message's id → the lines of its mail, in Exim's main log."""
    by_id = {}
    for line in log.splitlines():
        name = re.match(r"\S+ \S+ (\w{6}-\w{6,11}-\w{2,4}) ", line)
        if name:
            by_id.setdefault(name[1], []).append(line)
    blocks = {}
    for lines in by_id.values():
        name = next((found[1] for it in lines if (found := re.search(r" id=([^@]*)@", it))), "")
        blocks[name] = lines
    return blocks


def rspamd(found):
    text = rule("rspamd", "--domain", "brightfield.example", "--exempt", "archive@crm.example", "--exempt", "journal.example")
    # Where the text itself says that it goes.
    place = pathlib.Path(re.search(r"Where it goes: (/\S+\.lua)", text)[1])
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    maps = pathlib.Path("/etc/rspamd/local.d/maps.d")
    maps.mkdir(parents=True, exist_ok=True)
    (maps / "waxseal_exempt.map").write_text("copies@map.example\n")
    tested = run("rspamadm", "configtest")
    found.true("rspamadm reads the rule", tested.returncode == 0 and "syntax OK" in tested.stdout, tested.stdout + tested.stderr)
    with servers.rspamd():
        hidden, all_hidden = ["WAXSEAL_HIDDEN_RECIPIENT"], ["WAXSEAL_ALL_HIDDEN"]
        for name, mail, recipients, wanted in _rspamd_cases(hidden, all_hidden):
            found.equal(f"rspamd: {name}", _scan(mail, recipients), wanted)
        told = _scanned(mails.text("told"), [mails.ALICE, mails.SPY])
        symbol = told["symbols"].get("WAXSEAL_HIDDEN_RECIPIENT", {})
        found.equal("rspamd: the hidden recipient is named", symbol.get("options"), [mails.SPY])
        found.true("rspamd: its own FORGED_RECIPIENTS is silent there", "FORGED_RECIPIENTS" not in told["symbols"], sorted(told["symbols"]))
        found.equal("rspamd: a bounce", _scan(mails.text("bounce", to=""), [mails.ALICE], sender=""), [])
        found.equal("rspamd: mail from elsewhere", _scan(mails.text("mx"), [BOB], sender="carol@customer.example", ip="203.0.113.9", user=None), [])
        client = run("rspamc", "--user", "app", "--from", mails.SENDER, "--rcpt", mails.ALICE, "--rcpt", mails.SPY, "symbols", input=mails.text("rspamc"))
        found.true("rspamc: as the text says how to try it", "WAXSEAL_HIDDEN_RECIPIENT" in client.stdout, client.stdout + client.stderr)


def _rspamd_cases(hidden, all_hidden):
    """Name, mail, recipients, symbols."""
    alice, spy = mails.ALICE, mails.SPY
    return [
        ("plain", mails.text("plain"), [alice], []),
        ("a hidden recipient", mails.text("hidden"), [alice, spy], hidden),
        ("a hidden recipient at the same domain", mails.text("same"), [alice, "mallory@customer.example"], hidden),
        ("a Cc", mails.text("cc", f"Cc: {spy}\r\n"), [alice, spy], []),
        ("other letters and a tag", mails.text("case", to="To: Alice@Customer.Example\r\n"), ["alice+orders@customer.example"], []),
        ("the address in a display name", mails.text("display", to=f'To: "{spy}" <{alice}>\r\n'), [alice, spy], hidden),
        ("the address in a comment", mails.text("comment", to=f"To: {alice} ({spy})\r\n"), [alice, spy], hidden),
        ("undisclosed recipients", mails.text("bulk", to="To: undisclosed-recipients:;\r\n"), [alice, spy], all_hidden),
        ("a copy to the sender", mails.text("self"), [alice, mails.SENDER], []),
        ("an exempt mailbox", mails.text("crm"), [alice, "archive@crm.example"], []),
        ("another mailbox at its domain", mails.text("crm2"), [alice, "other@crm.example"], hidden),
        ("an exempt domain", mails.text("journal"), [alice, "any@journal.example"], []),
        ("one that the map exempts", mails.text("map"), [alice, "copies@map.example"], []),
        ("150 hidden", mails.text("many"), [alice, *[f"p{it}@giftshop.example" for it in range(150)]], hidden),
        ("a folded To of 150, and one more", mails.text("fold", to=_folded()), [*_people(), spy], hidden),
        ("a folded To of 150", mails.text("folded", to=_folded()), _people(), []),
        ("a To that names nobody who gets it", mails.text("broken", to="To: <<>>,;@@\r\n"), [alice], hidden),
    ]


def _people():
    return [f"person{number:03}@customer.example" for number in range(150)]


def _folded():
    return "To: " + ",\r\n ".join(_people()) + "\r\n"


def _scan(mail, recipients, **options):
    """The symbols of ours that a mail gets."""
    return sorted(it for it in _scanned(mail, recipients, **options)["symbols"] if it.startswith("WAXSEAL"))


def _scanned(mail, recipients, sender=mails.SENDER, ip="127.0.0.1", user="app"):
    request = urllib.request.Request(RSPAMD, mail.encode())
    # One header a recipient, as the protocol has it; urllib keeps only one of a name, so they go in one.
    request.add_header("Rcpt", ", ".join(f"<{it}>" for it in recipients))
    request.add_header("From", f"<{sender}>")
    request.add_header("IP", ip)
    if user:
        request.add_header("User", user)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def sieve(found):
    """The script in Dovecot's delivery agent, which really delivers into a mailbox; and as its text says how to try it."""
    text = rule("sieve", *SIEVE_EXEMPT)
    home, conf = servers.dovecot_mailbox(text)
    compiled = run("sievec", "-c", conf, home / "rule.sieve", "/tmp/compiled")
    found.equal("sievec compiles the rule", (compiled.returncode, compiled.stdout + compiled.stderr), (0, ""))
    for name, headers, to, aside in SIEVE_CASES:
        found.equal(f"sieve: {name}", _goes_to(conf, mails.text("s", headers, to=to), mails.SENDER), "Hidden copies" if aside else "INBOX")
    found.equal("sieve: a bounce", _goes_to(conf, mails.text("s", to=""), ""), "INBOX")
    mail = home / "mail.eml"
    mail.write_text(mails.text("s", to=""))
    tried = run("sieve-test", "-c", conf, "-f", mails.SENDER, "-r", BOB, home / "rule.sieve", mail)
    found.true("sieve-test: as the text says how to try it", tried.returncode == 0 and "Hidden copies" in tried.stdout, tried)


def _goes_to(conf, mail, sender):
    """The mailbox that Dovecot stores a mail in."""
    as_bob = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/run/bob", "USER=bob"]
    res = run(*as_bob, "/usr/lib/dovecot/dovecot-lda", "-c", conf, "-f", sender, "-a", BOB, input=mail)
    stored = re.search(r"stored mail into mailbox '(.*?)'", res.stderr)
    return stored[1] if stored else res
