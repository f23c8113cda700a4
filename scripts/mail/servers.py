"""The configuration of each mail program in a world, made before the command runs. Postfix is also started, and stopped with its world."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

from world import HOST, until

# Where every mail goes that Postfix delivers: a sink listens there, or nobody does.
SINK = ("127.0.0.1", 2525)
LOG = pathlib.Path("/var/log/mail.log")
MAIN_CF = f"""
compatibility_level = 3.6
myhostname = {HOST}
mydomain = brightfield.example
myorigin = $mydomain
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
smtp_host_lookup = native
relayhost = [{SINK[0]}]:{SINK[1]}
relay_domains =
local_transport = error:no local mail
alias_maps =
alias_database =
biff = no
smtputf8_enable = yes
enable_long_queue_ids = yes
maillog_file = {LOG}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_client_recipient_rate_limit = 0
default_process_limit = 50
"""


def prepare_postfix():
    """What Debian's postinst does, with the queue and the configuration in the world's memory."""
    etc = pathlib.Path("/etc/postfix")
    etc.mkdir(exist_ok=True)
    shared = pathlib.Path("/usr/share/postfix")
    # No service in a chroot: libraries and tables would have to be copied into it.
    services = re.sub(r"^(\S+\s+(?:inet|unix|fifo|unix-dgram)\s+\S+\s+\S+\s+)y", r"\1n", (shared / "master.cf.dist").read_text(), flags=re.M)
    (etc / "master.cf").write_text(services)
    (etc / "main.cf").write_text(MAIN_CF.lstrip())
    _long_ago(etc)
    for name in ("postfix-files", "dynamicmaps.cf"):
        source = next((it for it in (etc / name, shared / name, pathlib.Path("/usr/share/postfix") / name) if it.exists()), None)
        if source and source != etc / name:
            shutil.copy(source, etc / name)
    for folder in ("/var/spool/postfix", "/var/lib/postfix", "/var/log"):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    shutil.chown("/var/lib/postfix", "postfix", "postfix")
    for command in ("postdrop", "postqueue", "postlog"):
        place = pathlib.Path("/usr/sbin") / command
        if place.exists():
            shutil.chown(place, "root", "postdrop")
            place.chmod(0o2555)
    _run("postfix", "start")


def configure_postfix(*settings, running=True):
    """Changes main.cf by `postconf -e`, and makes a Postfix that runs read it again."""
    if settings:
        _run("postconf", "-e", *settings)
    _long_ago(pathlib.Path("/etc/postfix"))
    if running:
        _run("postfix", "reload")


def _long_ago(etc):
    """Postfix reads a configuration again and again, over seconds, while it is so new that somebody may still be writing it."""
    for place in etc.glob("*.cf"):
        os.utime(place, (1, 1))


@contextlib.contextmanager
def rspamd():
    """rspamd with its normal worker, as it is unpacked, and without what asks the network."""
    for folder in ("/var/lib/rspamd", "/var/log/rspamd", "/run/rspamd"):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, "_rspamd", "_rspamd")
    local = pathlib.Path("/etc/rspamd/local.d")
    local.mkdir(exist_ok=True)
    for module in ("rbl", "fuzzy_check", "asn", "phishing", "dkim", "spf", "dmarc", "greylist", "ratelimit", "history_redis", "bayes_expiry"):
        (local / f"{module}.conf").write_text("enabled = false;\n")
    (local / "options.inc").write_text('dns { nameserver = ["127.0.0.1"]; timeout = 0.1s; retransmits = 1; }\n')
    with daemon(["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd"]):
        until("rspamd answers", lambda: listens(11333) and listens(11334), 60)
        yield


DOVECOT = """
mail_location = maildir:/run/bob/Maildir
mail_uid = 65534
mail_gid = 65534
protocols =
ssl = no
postmaster_address = postmaster@brightfield.example
log_path = /dev/stderr
base_dir = /run/bob/dovecot
namespace inbox {
  inbox = yes
}
protocol lda {
  mail_plugins = sieve
}
plugin {
  sieve = file:/run/bob/rule.sieve
}
"""


def dovecot_mailbox(script):
    """A mailbox in which Dovecot's delivery agent runs a script of Sieve: its folder, and Dovecot's configuration."""
    home, conf = pathlib.Path("/run/bob"), pathlib.Path("/etc/dovecot/mailbox.conf")
    home.mkdir()
    conf.write_text(DOVECOT)
    (home / "rule.sieve").write_text(script)
    for place in (home, home / "rule.sieve"):
        os.chown(place, 65534, 65534)
    return home, conf


@contextlib.contextmanager
def daemon(command, **options):
    """A program that stays in the foreground, ended when it is no longer needed; what it wrote is shown if it ended before."""
    with open(f"/tmp/daemon-{os.path.basename(command[0])}.{os.getpid()}", "w+") as out:
        os.unlink(out.name)
        child = subprocess.Popen([str(it) for it in command], stdout=out, stderr=subprocess.STDOUT, **options)
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            out.seek(0)
            said = out.read()[-4000:]
            # Who was asked to end, or killed by a test, has nothing to explain.
            if child.returncode not in (0, -signal.SIGKILL, -signal.SIGTERM) or "error:" in said:
                print(f"`{command[0]}` ended with {child.returncode}\n{said}", flush=True)


def listens(port, host="127.0.0.1"):
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
        return True
    return False


def _run(*command, check=True):
    res = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "LC_ALL": "C"})
    if check and res.returncode != 0:
        raise SystemExit(f"error: `{' '.join(command)}` ended with {res.returncode}\n{res.stdout}{res.stderr}")
    return res


PREPARE = {"postfix": prepare_postfix}
