"""The mails that the proofs send: an application's, to Alice, with and without somebody whom no header names."""

import smtplib

SENDER = "app@brightfield.example"
ALICE = "alice@customer.example"
SPY = "spy@giftshop.example"


def text(name, headers="", to=f"To: {ALICE}\r\n", body="Your order is on its way.\r\n", sender=SENDER):
    """A mail whose subject is `name`."""
    top = f"From: Brightfield <{sender}>\r\n{to}Subject: {name}\r\nMessage-ID: <{name}@brightfield.example>\r\n"
    return f"{top}{headers}\r\n{body}"


def forwarded(name):
    """A mail to Alice that carries another, whose own Bcc is nobody's business."""
    inner = f"From: carol@customer.example\r\nTo: dave@customer.example\r\nBcc: {SPY}\r\nSubject: inner\r\n\r\nfyi\r\n"
    headers = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="seam"\r\n'
    body = f"--seam\r\nContent-Type: text/plain\r\n\r\nsee below\r\n--seam\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--seam--\r\n"
    return text(name, headers, body=body)


def send(mail, recipients, sender=SENDER, port=25, options=()):
    """Hands a mail over by SMTP as it is; the code and text of the server's answer, of the first step that was refused or of the last."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.ehlo("app.brightfield.example")
        steps = [lambda: client.mail(sender, options), *[lambda it=it: client.rcpt(it) for it in recipients]]
        for step in steps:
            code, said = step()
            if code >= 400:
                return code, said.decode("utf-8", "replace")
        code, said = client.data(mail.encode("utf-8"))
        return code, said.decode("utf-8", "replace")


def connection(port=25):
    """A connection for many mails."""
    client = smtplib.SMTP("127.0.0.1", port, timeout=30)
    client.ehlo("app.brightfield.example")
    return client
