"""`waxseal mail logs` on logs of real Postfix in the forms that they have: stamps, queue ids, names of instances, compression, a pipe."""

import bz2
import gzip
import itertools
import lzma
import pathlib

import layers
import mails
import others
import servers
from actions_policy import BOTH, policy
from checks import rule, run
from sink import Sink
from world import until

STAMPS = ["RSYSLOG_TraditionalFileFormat", "RSYSLOG_FileFormat"]
NAMES = ["postfix", "postfix-out"]
COMPRESSED = {".gz": gzip.compress, ".xz": lzma.compress}
WANTED = [("hidden-recipient", mails.SPY)]


def forms(found):
    place = policy("report")
    for stamp, long_ids, name in itertools.product(STAMPS, ("yes", "no"), NAMES):
        log = _written(stamp, long_ids, name)
        found.equal(f"forms: {stamp}, enable_long_queue_ids = {long_ids}, syslog_name = {name}", _found(place, log), WANTED)
    text = others.SYSLOG.read_bytes()
    folder = pathlib.Path("/run/forms")
    folder.mkdir()
    for end, compress in COMPRESSED.items():
        packed = folder / f"mail.log.1{end}"
        packed.write_bytes(compress(text))
        found.equal(f"forms: {end}", _found(place, packed), WANTED)
        packed.unlink()
    (folder / "mail.log.1.bz2").write_bytes(bz2.compress(text))
    unread = layers.waxseal("mail", "logs", folder / "mail.log.1.bz2", "--policy", place)
    found.true("forms: what it cannot read is said, and is no clean log", unread.returncode == 4 and "bzip2" in unread.stdout + unread.stderr, unread)
    (folder / "mail.log.1.bz2").unlink()
    # Rotated in the middle of a mail: its lines are in two files.
    cut = text.index(b"\n", text.index(b"nrcpt=2")) + 1
    (folder / "mail.log.1").write_bytes(text[:cut])
    (folder / "mail.log").write_bytes(text[cut:])
    found.equal("forms: a mail whose lines are in two files", _found(place, folder / "mail.log.1", folder / "mail.log"), WANTED)
    found.equal("forms: a folder", _found(place, folder), WANTED)
    piped = layers.waxseal("mail", "logs", "-", "--policy", place, "--format", "json", input=text.decode())
    found.equal("forms: a pipe", [it[:2] for it in layers.findings(layers.report_of(piped))], WANTED)
    hostile = text[:cut] + b"\0\xff\xfe\n" + b"x" * 1_000_000 + b"\n" + text[cut:]
    (folder / "mail.log").write_bytes(hostile)
    (folder / "mail.log.1").unlink()
    found.equal("forms: a line of a megabyte, and bytes that are no text", _found(place, folder / "mail.log"), WANTED)
    servers.configure_postfix(f"maillog_file = {servers.LOG}", "enable_long_queue_ids = yes")
    run("postconf", "-X", "header_checks", "nested_header_checks", "mime_header_checks", "syslog_name")
    run("postfix", "stop")
    run("postfix", "start")


def _written(stamp, long_ids, name):
    """The log of a clean mail and one with a hidden recipient."""
    others.SYSLOG.unlink(missing_ok=True)
    run("postfix", "stop")
    settings = ["maillog_file =", f"enable_long_queue_ids = {long_ids}", f"syslog_name = {name}"]
    with others.syslog(stamp):
        servers.configure_postfix(*layers.header_checks(rule("header-checks")), *settings, running=False)
        run("postfix", "start")
        sink = Sink()
        mails.send(mails.text("clean"), [mails.ALICE])
        mails.send(mails.text("hidden"), BOTH)
        layers.settled()
        until("both mails' last lines", lambda: others.SYSLOG.read_text().count(": removed") == 2)
        sink.close()
    return others.SYSLOG


def _found(place, *logs):
    res = layers.waxseal("mail", "logs", *logs, "--policy", place, "--format", "json")
    return [it[:2] for it in layers.findings(layers.report_of(res))]
