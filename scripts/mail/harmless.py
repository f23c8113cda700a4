"""Mail whose envelope and headers differ for a good reason, or only look as if they did: nothing may be said of any of it.

Each kind is an application of its own, `KIND@brightfield.example`, and sends several mails to different people, so that what is counted over
many mails is tried too. The server adds copies of its own besides: one of every mail, and some by tables.
"""

import pathlib

import mails
import servers
from checks import run

TIMES = 4
SPY = mails.SPY
ALIASES = "team@brightfield.example bob@customer.example, carol@customer.example\nsales@brightfield.example jane@partner.example\n"
SETTINGS = [
    "virtual_alias_domains =",
    "virtual_alias_maps = texthash:/etc/postfix/aliases",
    "always_bcc = archive@journal.example",
    "recipient_bcc_maps = texthash:/etc/postfix/rbcc",
    "sender_bcc_maps = texthash:/etc/postfix/sbcc",
    "recipient_delimiter = +",
]
POLICY = """
domains = ["brightfield.example"]
[baseline]
learn-days = 0
[lists]
domains = ["lists.brightfield.example"]
[[applications]]
name = "newsletter"
senders = ["bulk@brightfield.example"]
all-hidden = "allow"
reason = "the newsletter names nobody"
owner = "marketing"
[[applications]]
name = "approved"
senders = ["approved@brightfield.example"]
allow = ["copies@crm.example"]
reason = "the customers' file"
owner = "sales"
[milter]
log-mails = "all"
"""


def prepare():
    """Tables, and a second listener for what comes from the internet, as the milter's page says: without the milter."""
    etc = pathlib.Path("/etc/postfix")
    (etc / "aliases").write_text(ALIASES)
    (etc / "rbcc").write_text("".join(f"person{it}@vip.example crm@crm.example\n" for it in range(TIMES)))
    (etc / "sbcc").write_text("sender-bcc@brightfield.example sent@journal.example\n")
    run("postconf", "-M", "2527/inet=2527 inet n - n - - smtpd -o syslog_name=postfix/mx -o smtpd_milters= -o milter_macro_daemon_name=mx")
    servers.configure_postfix(*SETTINGS)


def person(number, domain="customer.example"):
    return f"person{number}@{domain}"


class Kind:
    """Sends the mails of one kind."""

    def __init__(self, name, client):
        self.name, self.client, self.sent = name, client, 0
        self.sender = f"{name}@brightfield.example"

    def send(self, to, recipients, headers="", sender=None, mail=None, options=(), client=None):
        """One mail: `to` is its header line or lines, without which it has none."""
        subject = f"{self.name}-{self.sent}"
        self.sent += 1
        mail = mail(subject) if mail else mails.text(subject, headers, to=to, sender=self.sender)
        mail = mail.encode() if isinstance(mail, str) else mail
        refused = (client or self.client).sendmail(self.sender if sender is None else sender, recipients, mail, mail_options=options)
        assert not refused, refused


def to(*addresses, name="To"):
    return f"{name}: {', '.join(addresses)}\r\n"


def alias(kind, number):
    kind.send(to("team@brightfield.example"), ["team@brightfield.example"])


def redirect(kind, number):
    kind.send(to("sales@brightfield.example"), ["sales@brightfield.example"])


def plain(kind, number):
    kind.send(to(person(number)), [person(number)])


def recipient_bcc(kind, number):
    kind.send(to(person(number, "vip.example")), [person(number, "vip.example")])


def mailing_list(kind, number):
    subscriber = person(number)
    bounces = f"talk-bounces+{subscriber.replace('@', '=')}@lists.brightfield.example"
    kind.send(to("talk@lists.brightfield.example"), [subscriber], "List-Id: <talk.lists.brightfield.example>\r\nPrecedence: list\r\n", sender=bounces)


def undisclosed(kind, number):
    kind.send("To: undisclosed-recipients:;\r\n", [person(it + number) for it in range(3)])


def from_elsewhere(kind, number):
    """Somebody else's server forwards a mail to us: the envelope is the forwarder's."""
    with mails.connection(2527) as client:
        text = lambda subject: mails.text(subject, to=to("info@partner.example"), sender="carol@customer.example")
        kind.send(None, ["jane@brightfield.example"], sender="carol@customer.example", mail=text, client=client)


def bounce(kind, number):
    """A mail that cannot be delivered: Postfix sends its sender a notice."""
    kind.send(to(f"gone{number}@customer.example"), [f"gone{number}@customer.example"])


def vacation(kind, number):
    kind.send("", [person(number)], "Auto-Submitted: auto-replied\r\n", sender="")


def plus_and_case(kind, number):
    kind.send(to(f"Person{number}@Customer.Example"), [f"person{number}+orders@customer.example"])
    kind.send(to(f"person{number}+news@customer.example"), [person(number)])


def self_copy(kind, number):
    kind.send(to(person(number)), [person(number), kind.sender])


def tricks(kind, number):
    """Addresses where none is read: names, comments, encoded words."""
    kind.send(f'To: "{SPY}" <{person(number)}>\r\n', [person(number)])
    kind.send(f"To: {person(number)} ({SPY})\r\n", [person(number)])
    kind.send(f"To: =?utf-8?Q?spy=40giftshop.example?= <{person(number)}>\r\n", [person(number)])


def empty_bcc(kind, number):
    kind.send(to(person(number)), [person(number)], "Bcc: \r\n")


def bcc_in_the_text(kind, number):
    kind.send(to(person(number)), [person(number)], f"Bcc: {person(number)}\r\n")


def forwarded(kind, number):
    kind.send(None, [mails.ALICE], mail=mails.forwarded)


def other_alphabets(kind, number):
    """The same domain in the header as it is written and in the envelope as it is asked for; then the other way round."""
    kind.send(to(f"person{number}@bücher.example"), [f"person{number}@xn--bcher-kva.example"], options=("SMTPUTF8", "BODY=8BITMIME"))
    kind.send(to(f"person{number}@xn--bcher-kva.example"), [f"person{number}@bücher.example"], options=("SMTPUTF8", "BODY=8BITMIME"))


def carbon_copy(kind, number):
    kind.send(to(person(number)), [person(number), person(number + 1)], to(person(number + 1), name="Cc"))


def carbon_copy_alone(kind, number):
    kind.send("", [person(number)], to(person(number), name="Cc"))


def resent(kind, number):
    kind.send(f"Resent-To: {person(number)}\r\nResent-Cc: {person(number + 1)}\r\nTo: {mails.ALICE}\r\n", [person(number), person(number + 1)])


def group(kind, number):
    kind.send(f"To: Customers: {person(number)}, Bob <{person(number + 1)}>;, {mails.ALICE}\r\n", [person(number), person(number + 1), mails.ALICE])


def quoted(kind, number):
    kind.send(f'To: "Person, the {number}th" <"person {number}"@customer.example>\r\n', [f'"person {number}"@customer.example'])


def folded(kind, number):
    kind.send(f"To: {person(number)},\r\n\t{person(number + 1)}\r\n  , Carol\r\n <{person(number + 2)}>\r\n", [person(number + it) for it in range(3)])


def twice(kind, number):
    kind.send(f"To: {person(number)}\r\nTo: {person(number + 1)}\r\n", [person(number), person(number + 1)])


def sixty(kind, number):
    people = [person(it) for it in range(60)]
    kind.send("To: " + ",\r\n ".join(people) + "\r\n", people)


def approved(kind, number):
    kind.send(to(person(number)), [person(number), "copies@crm.example"])


KINDS = {
    "plain": plain,
    "alias": alias,
    "redirect": redirect,
    "recipient-bcc": recipient_bcc,
    "sender-bcc": plain,
    "list": mailing_list,
    "bulk": undisclosed,
    "from-elsewhere": from_elsewhere,
    "bounce": bounce,
    "vacation": vacation,
    "plus-and-case": plus_and_case,
    "self-copy": self_copy,
    "tricks": tricks,
    "empty-bcc": empty_bcc,
    "bcc-in-the-text": bcc_in_the_text,
    "forwarded": forwarded,
    "other-alphabets": other_alphabets,
    "cc": carbon_copy,
    "cc-alone": carbon_copy_alone,
    "resent": resent,
    "group": group,
    "quoted": quoted,
    "folded": folded,
    "twice": twice,
    "sixty": sixty,
    "approved": approved,
}


def send():
    """Sends all of it; how many mails were handed in."""
    count = 0
    with mails.connection() as client:
        for name, one in KINDS.items():
            kind = Kind(name, client)
            for number in range(TIMES):
                one(kind, number)
            count += kind.sent
    return count


def control():
    """What must be told: an application of its own that adds somebody to each mail. Else silence would prove nothing."""
    with mails.connection() as client:
        kind = Kind("control", client)
        for number in range(TIMES):
            kind.send(to(person(number)), [person(number), SPY])
