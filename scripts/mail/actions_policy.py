"""Each action of the policy, by what arrives, what the sender is told, and what Postfix does with the mail; each beside a clean mail."""

import contextlib
import json
import pathlib
import shutil
import signal

import layers
import mails
import servers
from checks import run
from sink import Sink
from world import until

HIDDEN_FIELD = "X-Waxseal-Hidden"
POLICY = """
mode = "{mode}"
on-error = "{on_error}"
domains = ["brightfield.example"]
[[applications]]
name = "shop"
senders = ["app@brightfield.example"]
[milter]
log-mails = "all"
{more}
"""
BOTH = [mails.ALICE, mails.SPY]


def policy(mode, on_error="tempfail", more="", text=POLICY):
    return layers.policy(text.format(mode=mode, on_error=on_error, more=more))


@contextlib.contextmanager
def milter(mode, on_error="tempfail", more="", text=POLICY, **options):
    """Postfix with a milter of this policy in front of it, and a sink behind. What a milter before it saw of the same mode is forgotten."""
    servers.LOG.write_text("")
    layers.MILTER_LOG.unlink(missing_ok=True)
    state = pathlib.Path(f"/var/lib/waxseal/{mode}")
    shutil.rmtree(state, ignore_errors=True)
    sink = Sink()
    try:
        with layers.milter(policy(mode, on_error, more, text), state, **options) as child:
            layers.attach_milter()
            yield sink, child
    finally:
        sink.close()
        run("postsuper", "-d", "ALL")
        run("postconf", "-X", "smtpd_milters", "non_smtpd_milters", "milter_protocol")
        servers.configure_postfix()


def by_sendmail(name, headers=""):
    """The exit status of sendmail(1)."""
    return run("sendmail", "-t", "-f", mails.SENDER, input=mails.text(name, headers).replace("\r\n", "\n")).returncode


def clean(found, mode, sink):
    """A mail with nobody hidden passes whatever the mode is, and without a field of ours."""
    found.equal(f"{mode}: a clean mail is taken", mails.send(mails.text("clean"), [mails.ALICE])[0], 250)
    mail = arrived(sink, 1)[0]
    found.equal(f"{mode}: a clean mail arrives as it was", (mail.recipients, mail.headers()[HIDDEN_FIELD]), ([mails.ALICE], None))


def arrived(sink, count):
    until(f"{count} mails at the sink", lambda: sink.count() >= count)
    return sink.take()


def lines():
    """The milter's log: action and hidden recipients of each mail that was judged."""
    told = [json.loads(line) for line in layers.MILTER_LOG.read_text().splitlines()]
    return [(it["action"], it["hidden"]) for it in told if it["event"] == "mail"]


def report(found):
    with milter("report") as (sink, _):
        clean(found, "report", sink)
        found.equal("report: the mail is taken", mails.send(mails.text("hidden"), BOTH)[0], 250)
        mail = arrived(sink, 1)[0]
        found.equal("report: everybody gets it as it was", (sorted(mail.recipients), mail.headers()[HIDDEN_FIELD]), (BOTH, None))
        until("two lines in the milter's log", lambda: len(lines()) == 2)
        found.equal("report: the log names who was hidden", lines(), [("report", []), ("report", [mails.SPY])])


def tag(found):
    with milter("tag") as (sink, _):
        clean(found, "tag", sink)
        mails.send(mails.text("hidden"), BOTH)
        mail = arrived(sink, 1)[0]
        found.equal("tag: everybody gets it, with a field", (sorted(mail.recipients), mail.headers()[HIDDEN_FIELD]), (BOTH, "1"))
        # Whoever sends the field himself must not be believed.
        mails.send(mails.text("forged", f"{HIDDEN_FIELD}: 0\r\n"), BOTH)
        found.equal("tag: a sender's own field is not what arrives", arrived(sink, 1)[0].headers().get_all(HIDDEN_FIELD), ["1"])
        mails.send(mails.text("forged-clean", f"{HIDDEN_FIELD}: 7\r\n"), [mails.ALICE])
        found.equal("tag: nor on a clean mail", arrived(sink, 1)[0].headers().get_all(HIDDEN_FIELD), None)


def hold(found):
    with milter("hold") as (sink, _):
        clean(found, "hold", sink)
        found.equal("hold: the sender is told that it was taken", mails.send(mails.text("hidden"), BOTH)[0], 250)
        found.equal("hold: sendmail(1) too", by_sendmail("hidden-local", f"Bcc: {mails.SPY}\r\n"), 0)
        until("two mails are held", lambda: queues() == ["hold", "hold"])
        found.equal("hold: Postfix's log says so", servers.LOG.read_text().count(": milter-hold: END-OF-MESSAGE from "), 2)
        found.equal("hold: nobody got it", sink.count(), 0)
        run("postsuper", "-H", "ALL")
        # What is let go waits for the next run of the queue.
        layers.settled()
        released = arrived(sink, 2)
        found.equal("hold: what is released goes to everybody", [sorted(it.recipients) for it in released], [BOTH, BOTH])


def reject(found):
    with milter("reject") as (sink, _):
        clean(found, "reject", sink)
        code, said = mails.send(mails.text("hidden"), BOTH)
        wanted = (550, "5.7.1 1 recipient of this mail is named in none of its headers")
        found.equal("reject: the sender is told why", (code, said), wanted)
        found.equal("reject: nothing stays and nobody gets it", (queues(), sink.count()), ([], 0))
        # sendmail(1) hands over before anybody is asked: its mail comes back instead.
        found.equal("reject: sendmail(1) ends well", by_sendmail("hidden-local", f"Bcc: {mails.SPY}\r\n"), 0)
        notice = arrived(sink, 1)[0]
        found.equal("reject: its mail comes back to the sender", (notice.sender, notice.recipients), ("", [mails.SENDER]))


def strip(found):
    with milter("strip") as (sink, _):
        clean(found, "strip", sink)
        for name, hand_in in {
            "over SMTP": lambda: mails.send(mails.text("hidden"), [*BOTH, "mallory@collector.example"])[0] == 250,
            "by sendmail(1)": lambda: by_sendmail("hidden-local", f"Bcc: {mails.SPY}\r\n") == 0,
            "by sendmail(1) with letters in another case": lambda: by_sendmail("hidden-case", "Bcc: Spy@GiftShop.example\r\n") == 0,
        }.items():
            found.true(f"strip {name}: it is taken", hand_in())
            mail = arrived(sink, 1)[0]
            layers.settled()
            found.equal(f"strip {name}: only who is named gets it", [mail.recipients, *[it.recipients for it in sink.take()]], [[mails.ALICE]])
        code, _ = mails.send(mails.text("all-hidden", to=f"To: {mails.ALICE}\r\n"), [mails.SPY])
        found.equal("strip: a mail that nobody would be left of is refused, not lost", code, 550)


def learn(found):
    """A first week in short: nothing is stopped while nobody was asked; what a person accepts passes from then on, and all else is stopped."""
    crm, policy_file, questions = "copies@crm.example", pathlib.Path("/etc/waxseal/mail.toml"), pathlib.Path("/tmp/questions.toml")
    nobody_known = POLICY.replace('[[applications]]\nname = "shop"\nsenders = ["app@brightfield.example"]\n', "")
    with milter("reject", more='save-every = "1s"', text=nobody_known) as (_, child):
        for number in range(5):
            to = f"person{number}@customer.example"
            code, _ = mails.send(mails.text(f"learn-{number}", to=f"To: {to}\r\n"), [to, crm])
            found.equal("learn: nothing is stopped while it learns", code, 250)
        state = ("--policy", policy_file, "--state", "/var/lib/waxseal/reject")
        until("the milter wrote what it saw", lambda: crm in layers.waxseal("mail", "learn", *state).stdout)
        asked = layers.waxseal("mail", "learn", *state, "--questions", questions)
        text = questions.read_text()
        found.equal("learn: one question is asked", (asked.returncode, text.count("[[questions]]"), crm in text), (0, 1, True))
        questions.write_text(text.replace('answer = "?"\nreason = ""', 'answer = "yes"\nreason = "our customers\' file"'))
        applied = layers.waxseal("mail", "learn", "--policy", policy_file, "--apply", questions, "--owner", "ops@brightfield.example")
        found.equal("learn: the answer is taken", (applied.returncode, applied.stdout), (0, ""))
        child.send_signal(signal.SIGHUP)
        until("what was never asked is stopped", lambda: mails.send(mails.text("hidden"), BOTH)[0] == 550)
        found.equal("learn: what was accepted passes", mails.send(mails.text("crm"), [mails.ALICE, crm])[0], 250)
        until("the last line", lambda: lines()[-1][0] == "report")
        found.equal("learn: and nothing is said of it", lines()[-1], ("report", []))
        questions.unlink()


def queues():
    """The names of the queues that Postfix's mails wait in."""
    return sorted(json.loads(line)["queue_name"] for line in run("postqueue", "-j").stdout.splitlines())
