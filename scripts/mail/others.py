"""Exim, Sendmail and OpenSMTPD as further servers beside Postfix, each on a port of its own, all of which hand on to the sink."""

import contextlib
import os
import pathlib
import shutil
import signal

from servers import SINK, daemon, listens
from checks import run
from world import until

EXIM_PORT = 2526
# The first of the files that Debian's Exim looks for.
EXIM_CONF = pathlib.Path("/etc/exim4/exim4.conf")
EXIM_LOG = pathlib.Path("/var/log/exim4/mainlog")
EXIM_PID = pathlib.Path("/run/exim4-world.pid")
EXIM = """
primary_hostname = exim.brightfield.example
{main}
spool_directory = /var/spool/exim4
pid_file_path = {pid}
log_file_path = /var/log/exim4/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
qualify_domain = brightfield.example
keep_environment =
tls_advertise_hosts =
trusted_users = root
never_users =
begin acl
acl_rcpt:
  accept
acl_data:
  warn acl = acl_waxseal_headers
  accept
{acl}
begin routers
team:
  driver = redirect
  local_parts = team
  domains = brightfield.example
  data = bob@customer.example, carol@customer.example
all:
  driver = manualroute
  route_list = * {sink} byname
  self = send
  transport = sink
begin transports
sink:
  driver = smtp
  port = {sink_port}
  hosts_try_fastopen =
"""


def start_exim(main, acl):
    """Exim as a second server, with what a rule puts into its main section and its ACLs. It ends with its world."""
    for folder in ("/var/log/exim4", "/var/spool/exim4"):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, "Debian-exim", "Debian-exim")
    EXIM_CONF.parent.mkdir(exist_ok=True)
    # A rule that is asked for nothing still needs its name to be there.
    acl = acl or "acl_waxseal_headers:\n  accept\n"
    EXIM_CONF.write_text(EXIM.format(main=main, acl=acl, port=EXIM_PORT, pid=EXIM_PID, sink=SINK[0], sink_port=SINK[1]).lstrip())
    run("exim4", "-bd", "-q5s")
    until("Exim listens", lambda: listens(EXIM_PORT))


def stop_exim():
    os.kill(int(EXIM_PID.read_text()), signal.SIGTERM)
    until("Exim ended", lambda: not listens(EXIM_PORT))


SENDMAIL = "/usr/libexec/sendmail/sendmail"
SENDMAIL_PORT = 2528
SENDMAIL_CF = pathlib.Path("/etc/mail/sendmail.cf")
SENDMAIL_MC = r"""
include(`/usr/share/sendmail/cf/m4/cf.m4')
OSTYPE(`debian')
DOMAIN(`debian-mta')
undefine(`confHOST_STATUS_DIRECTORY')
define(`confDOMAIN_NAME', `sendmail.brightfield.example')
define(`confCONNECTION_RATE_THROTTLE', `0')
define(`confSERVICE_SWITCH_FILE', `/etc/mail/service.switch-world')
define(`SMART_HOST', `esmtp:[{sink}]')
define(`ESMTP_MAILER_ARGS', `TCP $h {sink_port}')
define(`confLOG_LEVEL', `9')
FEATURE(`nocanonify')
FEATURE(`accept_unresolvable_domains')
FEATURE(`promiscuous_relay')
DAEMON_OPTIONS(`Family=inet, Name=MTA-v4, Port={port}, Addr=127.0.0.1')
{milter}
MAILER(`smtp')
"""


@contextlib.contextmanager
def sendmail(milter=None):
    """Sendmail, with a milter at an address as Sendmail writes it."""
    for folder in ("/var/spool/mqueue", "/run/sendmail/mta", "/run/sendmail/stampdir"):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    os.chmod("/var/spool/mqueue", 0o700)
    pathlib.Path("/etc/mail/service.switch-world").write_text("hosts files\naliases files\n")
    line = f"INPUT_MAIL_FILTER(`waxseal', `S={milter}, F=T, T=C:5s;S:10s;R:10s;E:30s')" if milter else ""
    source = pathlib.Path("/etc/mail/world.mc")
    source.write_text(SENDMAIL_MC.format(sink=SINK[0], sink_port=SINK[1], port=SENDMAIL_PORT, milter=line))
    made = run("m4", source)
    if made.returncode != 0:
        raise SystemExit(f"error: m4 cannot make Sendmail's configuration\n{made.stderr}")
    SENDMAIL_CF.write_text(made.stdout)
    with daemon([SENDMAIL, "-bD", "-q1s"]):
        until("Sendmail listens", lambda: listens(SENDMAIL_PORT))
        yield


OPENSMTPD_PORT = 2529


@contextlib.contextmanager
def opensmtpd():
    conf = f'listen on 127.0.0.1 port {OPENSMTPD_PORT}\naction "out" relay host smtp://{SINK[0]}:{SINK[1]}\nmatch from any for any action "out"\n'
    pathlib.Path("/etc/smtpd.conf").write_text(conf)
    for folder in ("/var/lib/opensmtpd/empty", "/var/spool/smtpd"):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    os.chmod("/var/spool/smtpd", 0o711)
    with daemon(["/usr/sbin/smtpd", "-F"]):
        until("OpenSMTPD listens", lambda: listens(OPENSMTPD_PORT))
        yield


SYSLOG = pathlib.Path("/var/log/all.log")


@contextlib.contextmanager
def syslog(template="RSYSLOG_TraditionalFileFormat"):
    """rsyslog at /dev/log, all lines into one file; by default in the form they have always had."""
    form = f"$ActionFileDefaultTemplate {template}"
    conf = pathlib.Path("/etc/rsyslog-world.conf")
    conf.write_text(f'module(load="imuxsock")\n{form}\n*.* {SYSLOG}\n')
    pathlib.Path("/var/spool/rsyslog").mkdir(parents=True, exist_ok=True)
    with daemon(["rsyslogd", "-n", "-f", conf, "-i", "/run/rsyslog-world.pid"]):
        until("/dev/log is there", lambda: pathlib.Path("/dev/log").exists())
        yield
