"""A mail server that takes everything and keeps it: the end of every path, where it is seen who really got a mail."""

import contextlib
import dataclasses
import email
import email.header
import email.policy
import re
import socketserver
import threading

# Recipients whose local part begins so are refused.
GONE = "gone"


@dataclasses.dataclass
class Mail:
    """One mail as it was handed over: the envelope, and the whole text as it came."""

    sender: str
    recipients: list
    data: bytes

    def headers(self):
        return email.message_from_bytes(self.data, policy=email.policy.compat32)

    def subject(self):
        return str(email.header.make_header(email.header.decode_header(self.headers()["Subject"] or "")))


class Sink:
    """Listens on a port of loopback until it is closed. A server hands a mail to each recipient's host apart: `delivered` puts them together."""

    def __init__(self, port=2525):
        self.mails = []
        self._lock = threading.Lock()
        outer = self

        class Session(_Session):
            keep = outer._keep

        self._server = _Server(("127.0.0.1", port), Session)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _keep(self, mail):
        with self._lock:
            self.mails.append(mail)

    def take(self):
        """What came since the last call."""
        with self._lock:
            mails, self.mails = self.mails, []
        return mails

    def count(self):
        with self._lock:
            return len(self.mails)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def recipients_by_subject(mails):
    """Subject → sorted recipients of every copy."""
    reached = {}
    for mail in mails:
        reached.setdefault(mail.subject(), set()).update(mail.recipients)
    return {subject: sorted(recipients) for subject, recipients in reached.items()}


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256


class _Session(socketserver.StreamRequestHandler):
    """One connection (RFC 5321 §4.1.1): every command is answered with a yes, but for mailboxes that are gone."""

    timeout = 60
    keep = None

    def handle(self):
        # A server that is stopped in the middle tries again later.
        with contextlib.suppress(ConnectionError, TimeoutError):
            self._serve()

    def _serve(self):
        self._reply("220 sink.example ESMTP")
        sender, recipients = "", []
        while line := self.rfile.readline(4096):
            verb = line[:4].upper()
            if verb == b"EHLO":
                self._reply("250-sink.example", "250-8BITMIME", "250-SMTPUTF8", "250 PIPELINING")
            elif verb == b"MAIL":
                sender, recipients = _address(line), []
                self._reply("250 2.1.0 Ok")
            elif verb == b"RCPT" and _address(line).startswith(GONE):
                self._reply("550 5.1.1 No such mailbox")
            elif verb == b"RCPT":
                recipients.append(_address(line))
                self._reply("250 2.1.5 Ok")
            elif verb == b"DATA":
                self._reply("354 Go on")
                data = self._data()
                if data is None:
                    return
                type(self).keep(Mail(sender, recipients, data))
                self._reply("250 2.0.0 Ok: kept")
            elif verb == b"QUIT":
                self._reply("221 2.0.0 Bye")
                return
            else:
                self._reply("250 2.0.0 Ok")

    def _data(self):
        """The text of a mail; `None` if the connection ended before it did."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b".\n"):
            if not line:
                return None
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def _reply(self, *lines):
        self.wfile.write("".join(f"{it}\r\n" for it in lines).encode())


def _address(line):
    found = re.search(rb"<(.*?)>", line)
    return (found[1] if found else b"").decode("utf-8", "replace")
