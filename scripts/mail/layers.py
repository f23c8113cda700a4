"""What each layer of waxseal says of mail that went through a server: the milter beside Postfix, and the review of a log afterwards."""

import contextlib
import json
import os
import pathlib
import re
import shutil

import servers
from checks import rule, run
from world import until

MILTER_LOG = pathlib.Path("/var/log/waxseal-milter.log")
SOCKET = pathlib.Path("/var/spool/postfix/waxseal/milter.sock")
HEADER_CHECKS = pathlib.Path("/etc/postfix/waxseal_header_checks")
# What the guide to such attacks has people put into Postfix.
GUIDE = "/^BCC:/ REJECT Unexpected BCC header in application email\n"
# `waxseal mail` ends with these where it found nothing, or something; with anything else it could not look at everything.
JUDGED = (0, 1)
# What a report says of a log in which nobody's headers are.
NO_HEADERS = "no mail's headers could be read"


def waxseal(*arguments, **options):
    return run(os.environ["WAXSEAL"], *arguments, **options)


def policy(text, name="mail.toml"):
    """Writes a policy; its file."""
    place = pathlib.Path("/etc/waxseal") / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(text)
    return place


@contextlib.contextmanager
def milter(policy_file, state, listen=f"unix:{SOCKET}", log=MILTER_LOG):
    """`waxseal mail milter` for both of Postfix's ways in, as `waxseal mail rules postconf` has it."""
    SOCKET.parent.mkdir(exist_ok=True)
    shutil.chown(SOCKET.parent, "waxseal", "postfix")
    SOCKET.parent.chmod(0o750)
    state = pathlib.Path(state)
    state.mkdir(parents=True, exist_ok=True)
    shutil.chown(state, "waxseal", "waxseal")
    log.touch()
    shutil.chown(log, "waxseal", "waxseal")
    command = [os.environ["WAXSEAL"], "mail", "milter", "--listen", listen, "--policy", policy_file, "--state", state, "--user", "waxseal", "--log", log]
    with servers.daemon(command) as child:
        if listen.startswith("unix:"):
            until("the milter listens", lambda: child.poll() is None and SOCKET.exists())
        else:
            until("the milter listens", lambda: servers.listens(int(listen.rsplit(":", 1)[1])))
        yield child


def attach_milter():
    """Puts the lines of `waxseal mail rules postconf` into Postfix."""
    servers.configure_postfix(*[line for line in rule("postconf").splitlines() if line.strip() and not line.startswith("#")])


def guide():
    """What the guide has people configure, and nothing else."""
    return header_checks(GUIDE)[:1]


def header_checks(text):
    """Settings that put this table before every header of the mail itself."""
    HEADER_CHECKS.write_text(text)
    return [f"header_checks = regexp:{HEADER_CHECKS}", "nested_header_checks =", "mime_header_checks ="]


def reviewed(log, form, policy_file, state, *options):
    """The report of `waxseal mail logs` on a log."""
    return report_of(waxseal("mail", "logs", log, "--input", form, "--policy", policy_file, "--state", state, "--format", "json", *options, seconds=120))


def remembered(policy_file, state):
    """The report of `waxseal mail report` on what a milter saw."""
    return report_of(waxseal("mail", "report", "--policy", policy_file, "--state", state, "--format", "json"))


def report_of(res):
    """The report that a command wrote as JSON; it must have been able to look at everything, but for headers that no server logged."""
    try:
        gaps = json.loads(res.stdout)["gaps"]
    except ValueError:
        gaps = []
    is_headless = res.returncode == 4 and len(gaps) == 1 and NO_HEADERS in gaps[0]
    if res.returncode not in JUDGED and not is_headless:
        raise SystemExit(f"error: `{' '.join(res.args[1:4])}` ended with {res.returncode}\n{res.stdout[-4000:]}{res.stderr}")
    return json.loads(res.stdout)


def findings(report):
    """Every finding of a report: indicator without its first part, recipient, and id."""
    for sender in report["senders"]:
        for it in sender["findings"]:
            yield it["indicator"].removeprefix("mail/"), it["recipient"] or "", (it["id"] or "").rsplit("/", 1)[-1]


def judged(log):
    """The queue ids that the milter's log has a line of a judged mail for, sorted."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return sorted(it["id"] for it in lines if it.get("event") == "mail")


def queue_ids(log):
    """Queue id → the subject that its message id begins with, in a log of any of the servers."""
    ids = dict(re.findall(r"cleanup\[\d+\]: (\w+): message-id=<([^@>]*)@", log))
    ids.update(re.findall(r"^\S+ \S+ (\w{6}-\w{6,11}-\w{2,4}) <= .* id=([^@ ]*)@", log, re.M))
    ids.update(re.findall(r"sendmail\[\d+\]: (\w+): from=.* msgid=<([^@>]*)@", log))
    # OpenSMTPD tells no message id; its mails are known by who sent them.
    ids.update((found[1], found[2]) for found in re.finditer(r"smtp envelope evpid=(\w{8})\w{8} from=<(o1)@", log))
    return ids


def settled():
    """Waits until nothing waits in Postfix any more. What was put off while something was restarted is tried again at once."""

    def is_empty():
        if run("postqueue", "-j").stdout.strip() == "":
            return True
        run("postqueue", "-f")
        return False

    until("Postfix delivered everything", is_empty, 60, pause=0.3)
