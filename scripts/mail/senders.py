"""The ways in which an application's mail gets to somebody whom its headers do not name, each by the real program that sends it so.

Each path has a hidden recipient of its own, `spy@giftshop-PATH.example`. What these send looks as the paths' table says, nothing else.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from email.message import EmailMessage
import smtplib

import debian
import mails
import others
from checks import run

# The packages of npm that send, in the versions that the table was made with.
NPM = ["nodemailer@10.6.1", "emailjs@5.0.3", "postmark@5.1.0"]
NODE_PATHS = ("b1", "b2", "b3", "b4", "b5", "b6", "d2e", "e")


def spy(path):
    return f"spy@giftshop-{path}.example"


def npm():
    """Where the packages of npm lie; fetched once, before the world begins, through npm's own configuration. Their scripts are not run."""
    place = debian.CACHE.parent / ("senders-" + "-".join(NPM).replace("@", "-"))
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".senders.") as work:
            fresh = pathlib.Path(work) / "packages"
            fresh.mkdir()
            (fresh / "package.json").write_text("{}")
            subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *NPM], cwd=fresh, check=True, timeout=300)
            fresh.rename(place)
    return place


def node(paths, subjects):
    """Sends what JavaScript sends: path → `accepted` or `refused`."""
    asked = [f"{path}={subjects[path]}" for path in paths]
    script = pathlib.Path(__file__).resolve().parent / "senders.cjs"
    res = run("node", script, 25, *asked, env={**os.environ, "NODE_PATH": str(npm() / "node_modules")}, seconds=120)
    told = [json.loads(line) for line in res.stdout.splitlines()]
    broken = [it for it in told if it["outcome"] == "failed"]
    if res.returncode != 0 or len(told) != len(paths) or broken:
        raise SystemExit(f"error: the senders in JavaScript failed\n{broken}\n{res.stderr}")
    return {it["name"]: it["outcome"] for it in told}


def _sendmail(*arguments, mail, command="/usr/sbin/sendmail"):
    res = run(command, *arguments, input=mail.replace("\r\n", "\n"))
    return "accepted" if res.returncode == 0 else f"failed: {res.stderr}"


def _smtp(mail, recipients, port=25):
    code, said = mails.send(mail, recipients, port=port)
    return "accepted" if code == 250 else "refused" if code >= 500 else f"failed: {said}"


def _message(subject):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mails.SENDER, mails.ALICE, subject
    message["Message-ID"] = f"<{subject}@brightfield.example>"
    message.set_content("Your order is on its way.\n")
    return message


def _smtplib_message(path, subject):
    message = _message(subject)
    message["Bcc"] = spy(path)
    return _smtplib(lambda client: client.send_message(message))


def _smtplib_envelope(path, subject):
    return _smtplib(lambda client: client.sendmail(mails.SENDER, [mails.ALICE, spy(path)], _message(subject).as_bytes()))


def _smtplib(send):
    with smtplib.SMTP("127.0.0.1", 25, timeout=30) as client:
        try:
            send(client)
        except smtplib.SMTPResponseException as err:
            return "refused" if err.smtp_code >= 500 else f"failed: {err}"
    return "accepted"


def _swaks(path, subject, to, header=None):
    command = [shutil.which("swaks"), "--server", "127.0.0.1", "--helo", "app.brightfield.example", "--from", mails.SENDER, "--to", to]
    command += ["--header", f"Subject: {subject}", "--header", f"Message-Id: <{subject}@brightfield.example>", "--h-To", mails.ALICE]
    command += ["--body", "Your order is on its way."] + (["--add-header", header] if header else [])
    res = run(*command)
    if res.returncode == 0:
        return "accepted"
    return "refused" if " 550 " in res.stdout else f"failed: {res.stdout}{res.stderr}"


def _both(path):
    return [mails.ALICE, spy(path)]


def _bcc(path, name="Bcc"):
    return f"{name}: {spy(path)}\r\n"


# Path → how it is sent: a function of the path's name and a subject that gives `accepted` or `refused`.
PATHS = {
    "a1": lambda path, subject: _sendmail("-t", "-f", mails.SENDER, mail=mails.text(subject, _bcc(path))),
    "a2": lambda path, subject: _sendmail("-t", "-f", mails.SENDER, mail=mails.text(subject, f"Resent-To: {mails.ALICE}\r\n{_bcc(path, 'Resent-Bcc')}")),
    "a3": lambda path, subject: _sendmail("-f", mails.SENDER, *_both(path), mail=mails.text(subject)),
    "c1": lambda path, subject: _smtp(mails.text(subject, _bcc(path)), _both(path)),
    "c2": lambda path, subject: _swaks(path, subject, mails.ALICE, f"Bcc: {spy(path)}"),
    "d1": _smtplib_message,
    "d2": _smtplib_envelope,
    "d2s": lambda path, subject: _swaks(path, subject, ",".join(_both(path))),
    "f1": lambda path, subject: _smtp(mails.text(subject, f"Bcc : {spy(path)}\r\n"), _both(path)),
    "f2": lambda path, subject: _smtp(mails.text(subject, "Bcc: \r\n"), [mails.ALICE]),
    "f3": lambda path, subject: _smtp(mails.forwarded(subject), [mails.ALICE]),
    "x1": lambda path, subject: _sendmail("-t", "-f", mails.SENDER, mail=mails.text(subject, _bcc(path)), command="exim4"),
    "x2": lambda path, subject: _smtp(mails.text(subject), _both(path), others.EXIM_PORT),
}
ORDER = ("a1", "a2", "a3", *NODE_PATHS[:6], "c1", "c2", "d1", "d2", "d2s", "d2e", "e", "f1", "f2", "f3", "x1", "x2")


def send(paths, mark):
    """Sends these paths' mails, each with `PATH-MARK` for a subject; path → what the sender was told."""
    subjects = {path: f"{path}-{mark}" for path in paths}
    told = node([it for it in paths if it in NODE_PATHS], subjects)
    for path in paths:
        if path not in NODE_PATHS:
            told[path] = PATHS[path](path, subjects[path])
    broken = {path: it for path, it in told.items() if it not in ("accepted", "refused")}
    if broken:
        raise SystemExit(f"error: these could not be sent: {broken}")
    return told
