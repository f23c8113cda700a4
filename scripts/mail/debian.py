"""Debian packages unpacked beside each other: nothing is installed, nothing of theirs is run while they are unpacked.

Each program has a folder of its own below `${XDG_CACHE_HOME:-~/.cache}/waxseal-tests/debian`, with what it needs and this machine lacks.
Packages that conflict (mail servers do) may so be had together.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "waxseal-tests/debian"

# Which Debian packages bring a program. What they depend on is found by apt.
PROGRAMS = {
    "postfix": ["postfix", "postfix-pcre"],
    "exim": ["exim4-daemon-light", "exim4-base", "exim4-config"],
    "sendmail": ["sendmail-bin", "sendmail-base", "sendmail-cf"],
    "opensmtpd": ["opensmtpd"],
    "rspamd": ["rspamd"],
    "dovecot": ["dovecot-core", "dovecot-sieve"],
    "rsyslog": ["rsyslog"],
    "syslog-ng": ["syslog-ng-core"],
    "swaks": ["swaks"],
    "miltertest": ["miltertest"],
    "pflogsumm": ["pflogsumm"],
}
# A program that was unpacked by other rules than these is unpacked again.
LAYOUT = "1"
# Seconds that a call of apt may take.
FETCH = 300
# Where apt finds one of these installed, it does not name what the other needs: each is asked for on its own.
APT = ["apt-get", "-q", "-o", "APT::Install-Recommends=false", "-o", "APT::Sandbox::User=root"]


def missing():
    """Why no program can be had here, in words, or None."""
    if os.geteuid() != 0:
        return "only root can mount one system over another"
    for command in ("apt-get", "dpkg-deb", "unshare"):
        if not shutil.which(command):
            return f"there is no `{command}`"
    tried = subprocess.run(["unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "true"], capture_output=True, text=True, timeout=20, check=False)
    if tried.returncode != 0:
        return f"the kernel refuses namespaces of our own: {tried.stderr.strip()}"
    return None


def tree(program):
    """The folder that `program` is unpacked in, fetched if it is not there."""
    place = CACHE / f"{program}.{LAYOUT}"
    if not place.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE, prefix=f".{program}.") as work:
            fresh = pathlib.Path(work) / "tree"
            _unpack(_download(_needed(PROGRAMS[program]), pathlib.Path(work) / "packages"), fresh)
            try:
                fresh.rename(place)
            except OSError:  # somebody else was quicker
                if not place.is_dir():
                    raise
    return place


def _needed(packages):
    """The packages themselves, and those they need that this machine lacks."""
    told = _apt("install", "--simulate", *packages, check=False)
    if told.returncode != 0:
        _apt("update")
        told = _apt("install", "--simulate", *packages)
    lacking = [line.split()[1] for line in told.stdout.splitlines() if line.startswith("Inst ")]
    return sorted({name.split(":")[0] for name in lacking} | set(packages))


def _download(names, folder):
    folder.mkdir()
    if _apt("download", *names, cwd=folder, check=False).returncode != 0:
        # The list of what there is may be older than the archive.
        _apt("update")
        _apt("download", *names, cwd=folder)
    return sorted(folder.glob("*.deb"))


def _unpack(archives, folder):
    folder.mkdir()
    for archive in archives:
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True, timeout=FETCH)
    # On a system whose /lib is a link to usr/lib, a folder of that name laid over it would hide it.
    for entry in list(folder.iterdir()):
        link = pathlib.Path("/") / entry.name
        if link.is_symlink() and entry.is_dir() and not entry.is_symlink():
            target = folder / os.readlink(link).lstrip("/")
            shutil.copytree(entry, target, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(entry)
    (folder / "unpacked").write_text("".join(f"{it.name}\n" for it in archives))
    for entry in (folder, *folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            entry.chmod(0o755)


def _apt(*arguments, cwd=None, check=True):
    res = subprocess.run([*APT, *arguments], cwd=cwd, capture_output=True, text=True, timeout=FETCH, env={**os.environ, "LC_ALL": "C"})
    if check and res.returncode != 0:
        raise SystemExit(f"error: `apt-get {arguments[0]}` failed for {', '.join(arguments[1:]) or 'the lists'}\n{res.stderr.strip()}")
    return res
