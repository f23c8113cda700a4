"""A world of its own for real mail programs: one machine laid over this one, whose only network is its loopback.

`enter(programs, command)` runs a command there. The file system is this machine's with the unpacked programs laid over /usr, /etc and /var; what is
written there, or to /run, goes to memory and is gone afterwards. No mail can leave, since there is no way out. All that runs inside ends with it.
KEEP=FOLDER keeps the logs where the command failed.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import debian

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HOST = "mail.brightfield.example"
# Users and groups that the packages would have made: name, home, and a group that is nobody's own.
USERS = {
    "postfix": "/var/spool/postfix",
    "Debian-exim": "/var/spool/exim4",
    "smmta": "/var/lib/sendmail",
    "smmsp": "/var/lib/sendmail",
    "opensmtpd": "/var/lib/opensmtpd/empty",
    "opensmtpq": "/nonexistent",
    "_rspamd": "/var/lib/rspamd",
    "dovecot": "/usr/lib/dovecot",
    "dovenull": "/nonexistent",
    "waxseal": "/var/lib/waxseal",
}
GROUPS = ["postdrop"]
FIRST_ID = 870
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
# The folders that packages unpack to.
LAID_OVER = ["usr", "etc", "var"]
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40


def enter(programs, command, seconds=600, env=None):
    """Runs `command` in a new world with these programs; its exit status. After `seconds` everything in it is killed."""
    reason = debian.missing()
    if reason:
        raise SystemExit(f"error: no world of mail programs here: {reason}")
    with tempfile.TemporaryDirectory(prefix="mail-world-") as stage:
        plan = {
            "stage": stage,
            "trees": [str(debian.tree(it)) for it in programs],
            "cwd": os.getcwd(),
            "programs": list(programs),
            "command": [str(it) for it in command],
            "seconds": seconds,
        }
        inside = ["unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child=SIGKILL", sys.executable, __file__]
        child = subprocess.Popen([*inside, json.dumps(plan)], env={**os.environ, **(env or {}), "MAIL_WORLD": "1"})
        try:
            return child.wait(timeout=seconds + 30)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()


def _begin(plan):
    """The first process of the world: builds it, runs the command in it, and is its end."""
    signal.signal(signal.SIGALRM, lambda *_: _late(plan["seconds"]))
    signal.alarm(plan["seconds"])
    _lay_over(plan)
    socket.sethostname("mail")
    _loopback()
    _accounts()
    import servers

    os.environ["PATH"] = "/usr/local/sbin:/usr/sbin:/sbin:" + os.environ.get("PATH", "/usr/bin:/bin")
    for program in plan["programs"]:
        servers.PREPARE.get(program, lambda: None)()
    code = subprocess.run(plan["command"], check=False).returncode
    if code != 0 and os.environ.get("KEEP"):
        shutil.copytree(f"{plan['stage']}/upper/var/log", os.environ["KEEP"], symlinks=True, dirs_exist_ok=True)
    return code


def _late(seconds):
    print(f"error: the world's {seconds} s are over", file=sys.stderr, flush=True)
    os._exit(124)


def _lay_over(plan):
    """Mounts the trees over the system folders of this machine, and empty memory where it keeps what runs."""
    stage = pathlib.Path(plan["stage"])
    _mount(None, "/", None, MS_REC | MS_PRIVATE)
    _mount("tmpfs", stage, "tmpfs", 0, "mode=755")
    for folder in LAID_OVER:
        upper, work, empty = (stage / kind / folder for kind in ("upper", "work", "empty"))
        for place in (upper, work, empty):
            place.mkdir(mode=0o755, parents=True)
        trees = [f"{tree}/{folder}" for tree in plan["trees"] if os.path.isdir(f"{tree}/{folder}")]
        _mount("overlay", f"/{folder}", "overlay", 0, f"lowerdir={':'.join([*trees, '/' + folder])},upperdir={upper},workdir={work}")
    _devices(stage / "dev")
    _mount("tmpfs", "/run", "tmpfs", 0, "mode=755")
    pathlib.Path("/run/lock").mkdir(mode=0o1777)
    _mount("proc", "/proc", "proc", 0)
    os.chdir(plan["cwd"])


def _devices(place):
    """A /dev with what programs need, so that a system log of the world's own can listen at /dev/log."""
    place.mkdir(mode=0o755)
    for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx"):
        (place / name).touch()
        _mount(f"/dev/{name}", place / name, None, MS_BIND)
    for name in ("pts", "shm"):
        (place / name).mkdir()
        _mount(f"/dev/{name}", place / name, None, MS_BIND)
    for name, target in {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}.items():
        (place / name).symlink_to(target)
    _mount(place, "/dev", None, MS_BIND | MS_REC)


def _mount(source, target, kind, flags, options=None):
    libc = ctypes.CDLL(None, use_errno=True)
    text = [str(it).encode() if it is not None else None for it in (source, target, kind, options)]
    if libc.mount(text[0], text[1], text[2], ctypes.c_ulong(flags), text[3]) != 0:
        number = ctypes.get_errno()
        raise SystemExit(f"error: cannot mount {source or 'a folder'} on {target}: {os.strerror(number)}")


def _loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP | IFF_RUNNING))
    routes = pathlib.Path("/proc/net/route").read_text().splitlines()[1:]
    if routes:
        raise SystemExit(f"error: mail could leave this world: {routes}")


def _accounts():
    """The users the packages would have made, and names for this host."""
    passwd, group = pathlib.Path("/etc/passwd"), pathlib.Path("/etc/group")
    users, groups = passwd.read_text(), group.read_text()
    known = {line.split(":")[0] for line in users.splitlines()}
    known_groups = {line.split(":")[0] for line in groups.splitlines()}
    for number, name in enumerate([*USERS, *GROUPS], FIRST_ID):
        if name not in known_groups:
            groups += f"{name}:x:{number}:\n"
        if name in USERS and name not in known:
            gid = next(line.split(":")[2] for line in groups.splitlines() if line.startswith(f"{name}:"))
            users += f"{name}:x:{number}:{gid}::{USERS[name]}:/usr/sbin/nologin\n"
    passwd.write_text(users)
    group.write_text(groups)
    _write_anew("/etc/hosts", f"127.0.0.1 localhost {HOST} mail\n::1 localhost\n")
    _write_anew("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    _write_anew("/etc/mailname", f"{HOST}\n")


def _write_anew(path, text):
    """Writes a file whatever was there, also where that is a link to elsewhere."""
    place = pathlib.Path(path)
    with contextlib.suppress(OSError):
        place.unlink()
    place.write_text(text)


def until(what, condition, seconds=20, pause=0.05):
    """Waits until `condition()` gives something true, and gives it; says what did not come about if it takes longer."""
    end = time.monotonic() + seconds
    while True:
        res = condition()
        if res:
            return res
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(pause)


if __name__ == "__main__":
    sys.exit(_begin(json.loads(sys.argv[1])))
