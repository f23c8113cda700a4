"""`waxseal mail logs --follow` on the log of a running Postfix: told at once, over rotation and over its own end, each once."""

import contextlib
import json
import os
import pathlib
import subprocess

import layers
import mails
import servers
from actions_policy import policy
from checks import rule, run
from sink import Sink
from world import until

OUT = pathlib.Path("/run/follow.out")
STATE = pathlib.Path("/var/lib/review/follow")


def follow(found):
    servers.LOG.write_text("")
    servers.configure_postfix(*layers.header_checks(rule("header-checks")))
    place, sink = policy("report"), Sink()
    OUT.unlink(missing_ok=True)
    _send("before")
    child = _start(place)
    try:
        _told(found, "what was there before", ["before"])
        _send("live")
        _told(found, "what comes while it follows", ["before", "live"])
        found.equal("follow: Postfix rotates its log", run("postfix", "logrotate").returncode, 0)
        _send("rotated")
        _told(found, "what comes after the log was rotated", ["before", "live", "rotated"])
        child.kill()
        child.wait()
        _send("away")
        run("postfix", "logrotate")
        _send("away-2")
        child = _start(place)
        # What it had told of and not yet written down is told again; nothing is left out.
        everything = {"before", "live", "rotated", "away", "away-2"}
        with contextlib.suppress(TimeoutError):
            until("it is told", lambda: set(_names()) == everything, 15)
        found.equal("follow: what came while it was killed, over another rotation", set(_names()), everything)
        found.equal("follow: that is told once", [_names().count(it) for it in ("away", "away-2")], [1, 1])
        found.equal("follow: it warns of nothing", [it for it in OUT.read_text().splitlines() if not it.startswith("{")], [])
    finally:
        child.kill()
        child.wait()
        sink.close()
        run("postconf", "-X", "header_checks", "nested_header_checks", "mime_header_checks")
        servers.configure_postfix()


def _start(place):
    command = [os.environ["WAXSEAL"], "mail", "logs", servers.LOG, "--follow", "--policy", place, "--state", STATE, "--format", "json"]
    with OUT.open("a") as out:
        return subprocess.Popen([str(it) for it in command], stdout=out, stderr=subprocess.STDOUT)


def _send(name):
    mails.send(mails.text(name), [mails.ALICE, f"{name}@collector.example"])
    layers.settled()


def _told(found, what, names):
    """Exactly these were told of, each once."""
    with contextlib.suppress(TimeoutError):
        until("it is told", lambda: len(_names()) >= len(names), 15)
    found.equal(f"follow: {what}", _names(), names)


def _names():
    """Of which mails it told, in order, by whom they were hidden to."""
    return [json.loads(it)["recipient"].split("@")[0] for it in OUT.read_text().splitlines() if it.startswith("{")]
