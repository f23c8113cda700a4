"""What becomes of mail when something fails, is restarted or reads its configuration again: it flows or is put off as configured, and none is lost."""

import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import layers
import mails
import servers
from actions_policy import BOTH, milter, policy
from checks import run
from world import until

# Mails and sessions of a load, and how often it is disturbed.
LOAD, SESSIONS, DISTURBED = 1200, 4, 6
PUT_OFF = 451


def mistake(found):
    """A policy with a mistake is not taken: the one before goes on."""
    with milter("reject") as (_, child):
        policy("no-such-mode")
        child.send_signal(signal.SIGHUP)
        until("the milter says so", lambda: "no-such-mode" in layers.MILTER_LOG.read_text())
        found.equal("mistake: the policy before goes on", mails.send(mails.text("hidden"), BOTH)[0], 550)
        policy("report")
        child.send_signal(signal.SIGHUP)
        until("the milter took the next", lambda: mails.send(mails.text("hidden"), BOTH)[0] == 250)
        found.equal("mistake: it still runs", child.poll(), None)
        place = policy("no-such-mode")
        refused = layers.waxseal("mail", "milter", "--listen", "inet:127.0.0.1:8899", "--policy", place, "--state", "/tmp/never", seconds=20)
        found.true("mistake: none starts with one", refused.returncode == 2 and "no-such-mode" in refused.stderr, refused)


def killed(found):
    """Killed without a word: by the rule's default mail is put off; with `accept` it passes unseen."""
    with milter("report") as (sink, child):
        child.kill()
        child.wait()
        found.equal("killed: mail is put off", mails.send(mails.text("one"), [mails.ALICE])[0], PUT_OFF)
        tempfail = run("postconf", "-h", "smtpd_milters").stdout.strip()
        servers.configure_postfix(f"smtpd_milters = {tempfail.replace('default_action=tempfail', 'default_action=accept')}")
        found.equal("killed: with `accept` mail passes", mails.send(mails.text("two"), BOTH)[0], 250)
        servers.configure_postfix(f"smtpd_milters = {tempfail}")
        with layers.milter(policy("reject"), "/var/lib/waxseal/again"):
            found.equal("killed: one that is started again replaces its socket", mails.send(mails.text("three"), BOTH)[0], 550)
            found.equal("killed: and lets clean mail pass", mails.send(mails.text("four"), [mails.ALICE])[0], 250)
            run("postfix", "stop")
            run("postfix", "start")
            found.equal("Postfix restarted: the milter goes on", mails.send(mails.text("five"), BOTH)[0], 550)
        layers.settled()
        found.equal("killed: each mail that was taken arrived", sorted(it.subject() for it in sink.take()), ["four", "two"])
        found.true("killed: what was killed left no torn line", all(json.loads(it) for it in layers.MILTER_LOG.read_text().splitlines()), "")


def tcp(found):
    """The same by a port instead of a socket file."""
    with milter("reject", listen="inet:127.0.0.1:8893") as (sink, _):
        servers.configure_postfix("smtpd_milters = inet:127.0.0.1:8893")
        found.equal("tcp: a hidden recipient is refused", mails.send(mails.text("hidden"), BOTH)[0], 550)
        found.equal("tcp: a clean mail is taken", mails.send(mails.text("clean"), [mails.ALICE])[0], 250)
        until("it arrives", lambda: sink.count() == 1)


def unjudged(found):
    """More recipients than are taken: what the policy says of mail that could not be judged."""
    people = [f"person{it}@customer.example" for it in range(6)]
    mail = mails.text("many", to=f"To: {', '.join(people)}\r\n")
    for on_error, wanted in {"accept": 250, "tempfail": PUT_OFF}.items():
        with milter("reject", on_error, "max-recipients = 5") as (sink, _):
            found.equal(f"unjudged: {on_error}", mails.send(mail, people)[0], wanted)
            found.equal(f"unjudged: {on_error}, one fewer is judged", mails.send(mail, people[:5])[0], 250)
            until("the log says so", lambda: '"event":"failure"' in layers.MILTER_LOG.read_text())


def big(found):
    """A thousand recipients, headers of ten megabytes, a client that stops in the middle."""
    with milter("report") as (sink, child):
        people = [f"person{it:04}@customer.example" for it in range(1000)]
        named = "To: " + ",\r\n ".join(people) + "\r\n"
        found.equal("big: a thousand recipients, all named", mails.send(mails.text("thousand", to=named), people)[0], 250)
        servers.configure_postfix("message_size_limit = 40000000", "header_size_limit = 20000000")
        long = "".join(f"X-Filler-{it}: {'x' * 900}\r\n" for it in range(11_000))
        found.equal("big: ten megabytes of headers", mails.send(mails.text("headers", long), [mails.ALICE])[0], 250)
        many = "To: " + ",\r\n ".join(f"person{it:06}@customer.example" for it in range(300_000)) + "\r\n"
        code, _ = mails.send(mails.text("names", to=many), ["person299999@customer.example"])
        found.true("big: a To of ten megabytes is taken or put off", code in (250, PUT_OFF), code)
        with mails.connection() as client:
            client.mail(mails.SENDER)
            client.rcpt(mails.ALICE)
            client.docmd("DATA")
            client.sock.sendall(b"To: alice")
            client.close()
        found.equal("big: it goes on", mails.send(mails.text("after"), [mails.ALICE])[0], 250)
        peak = int(next(it for it in pathlib.Path(f"/proc/{child.pid}/status").read_text().splitlines() if it.startswith("VmHWM")).split()[1])
        print(f"big: the milter's memory was at most {peak / 1024:.1f} MB")
        found.true("big: memory is bounded", peak < 64 * 1024, f"{peak} kB")
        servers.configure_postfix("message_size_limit = 10240000", "header_size_limit = 102400")


def full_disk(found):
    """No room for its log and for what it remembers: mail flows as before."""
    place = pathlib.Path("/var/lib/waxseal/full")
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", place], check=True, timeout=20)
    (place / "filler").write_bytes(b"x" * 40_000)
    with milter("reject"):
        with layers.milter(policy("reject", more='save-every = "1s"'), place, listen="inet:127.0.0.1:8893", log=place / "log"):
            servers.configure_postfix("smtpd_milters = inet:127.0.0.1:8893")
            for number in range(300):
                code, _ = mails.send(mails.text(f"full-{number}"), [mails.ALICE])
                if code != 250:
                    break
            found.equal("full-disk: mail flows", (number, code), (299, 250))
            found.equal("full-disk: and is judged", mails.send(mails.text("hidden"), BOTH)[0], 550)
            used = os.statvfs(place)
            found.true("full-disk: it was full", used.f_bavail < 2, used)
    run("umount", place)


def load(found):
    """Load while the milter reads its policy again, is ended and started, and Postfix reads its configuration again and is restarted."""
    for name, disturb in {
        "the milter reads its policy again": lambda child: child.send_signal(signal.SIGHUP),
        "Postfix reads its configuration again": lambda _: run("postfix", "reload"),
        "Postfix is restarted": lambda _: (run("postfix", "stop"), run("postfix", "start")),
    }.items():
        with milter("report") as (sink, child):
            taken, refused = _under_load(lambda: disturb(child))
            _nothing_lost(found, name, sink, taken, refused)
            _all_judged(found, name, child)
    with milter("report") as (sink, child):
        child.send_signal(signal.SIGTERM)
        child.wait(20)
        turns = _Turns()
        taken, refused = _under_load(turns.next)
        turns.end()
        _nothing_lost(found, "the milter is ended and started", sink, taken, refused)


class _Turns:
    """A milter that is ended and started again, as a service manager would."""

    def __init__(self):
        self.entered = None
        self._start()

    def _start(self):
        self.entered = layers.milter(policy("report"), "/var/lib/waxseal/turns")
        self.entered.__enter__()

    def next(self):
        self.end()
        time.sleep(0.2)
        self._start()

    def end(self):
        self.entered.__exit__(None, None, None)


def _under_load(disturb):
    """Sends from several sessions, each mail until it is taken; the subjects that were taken, and how often the server said to try again."""
    taken, again, lock = [], [0], threading.Lock()

    def session(number):
        for turn in range(LOAD // SESSIONS):
            subject = f"load-{number}-{turn}"
            while not _handed_in(subject):
                with lock:
                    again[0] += 1
                time.sleep(0.05)
            with lock:
                taken.append(subject)

    threads = [threading.Thread(target=session, args=(number,), daemon=True) for number in range(SESSIONS)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 90
    for turn in range(DISTURBED):
        until("the load goes on", lambda: len(taken) >= LOAD * (turn + 1) // (DISTURBED + 2) or time.monotonic() > end, 90)
        disturb()
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError(f"a load of {LOAD} mails took more than 90 s; {len(taken)} were taken")
    return taken, again[0]


def _handed_in(subject):
    """Whether the server took it. A connection that ended before it said so may have been taken all the same."""
    try:
        code, said = mails.send(mails.text(subject), BOTH)
    except OSError:
        return False
    if 500 <= code:
        raise SystemExit(f"error: {subject} was refused: {code} {said}")
    return code == 250


def _nothing_lost(found, name, sink, taken, refused):
    layers.settled()
    until("all arrived", lambda: sink.count() >= len(taken), 60)
    arrived = [it.subject() for it in sink.take()]
    print(f"load: {name}: {len(taken)} taken, {refused} times put off, {len(set(arrived))} arrived")
    found.equal(f"load: {name}: as many were taken as were sent", len(set(taken)), LOAD)
    found.equal(f"load: {name}: each that was taken arrived", set(taken) - set(arrived), set())


def _all_judged(found, name, child):
    """Every mail that arrived had been judged: each has its line."""
    found.equal(f"load: {name}: the milter still runs", child.poll(), None)
    ids = set(layers.queue_ids(servers.LOG.read_text()))
    until("the milter wrote its lines", lambda: ids <= set(layers.judged(layers.MILTER_LOG)) or None, 10)
    found.equal(f"load: {name}: each was judged", ids - set(layers.judged(layers.MILTER_LOG)), set())
