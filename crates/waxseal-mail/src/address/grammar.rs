//! Writes address lists by the grammar of RFC 5322 §3.4 and §4.4, together with the mailboxes that they name. Shared by the tests and the
//! fuzz target, so it uses nothing but the standard library.

/// How much of the grammar is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// All of it: obsolete routes and white space, quoted local parts, domain literals.
    Whole,
    /// What `mail-parser` 0.11 reads as the standard has it. Left out, since it loses or changes such addresses: quoted local parts, comments
    /// and white space beside the dots and the at sign of an address, routes, and domain literals.
    Common,
}

/// A list, and whom it names.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The value of a header field, folded in places.
    pub text: String,
    /// `local@domain` in order: the domain in lower case, the local part in quotes only where it needs them.
    pub names: Vec<String>,
}

/// Writes a list; the bytes decide between the alternatives of each rule, and the first one is taken once they run out.
pub(super) fn write(choices: &[u8], dialect: Dialect) -> Written {
    let mut writer = Writer {
        choices,
        dialect,
        written: Written::default(),
    };
    writer.address_list();
    writer.written
}

struct Writer<'a> {
    choices: &'a [u8],
    dialect: Dialect,
    written: Written,
}

impl Writer<'_> {
    /// A number below `count`.
    fn choose(&mut self, count: u8) -> u8 {
        let Some((first, rest)) = self.choices.split_first() else {
            return 0;
        };
        self.choices = rest;
        first % count
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[usize::from(self.choose(of.len() as u8))]
    }

    fn push(&mut self, text: &str) {
        self.written.text.push_str(text);
    }

    /// `obs-addr-list = *([CFWS] ",") address *("," [address / CFWS])`
    fn address_list(&mut self) {
        loop {
            match self.choose(8) {
                0..=3 => self.mailbox(),
                4 | 5 => self.mailbox_with_name(),
                6 => self.group(),
                _ => self.cfws(),
            }
            if self.choices.is_empty() {
                return;
            }
            self.push(",");
            if self.choose(3) > 0 {
                self.push(" ");
            }
        }
    }

    fn mailbox(&mut self) {
        self.cfws();
        let address = self.addr_spec();
        self.cfws();
        self.written.names.push(address);
    }

    /// `name-addr = [display-name] [CFWS] "<" [obs-route] addr-spec ">" [CFWS]`
    fn mailbox_with_name(&mut self) {
        self.cfws();
        if self.choose(8) > 0 {
            self.phrase();
        }
        self.cfws();
        self.push("<");
        self.cfws();
        if self.dialect == Dialect::Whole && self.choose(8) == 7 {
            let route = self.pick(&ROUTES);
            self.push(route);
        }
        let address = self.addr_spec();
        self.cfws();
        self.push(">");
        self.cfws();
        self.written.names.push(address);
    }

    /// `group = display-name ":" [group-list] ";" [CFWS]`
    fn group(&mut self) {
        self.phrase();
        self.push(":");
        for number in 0..self.choose(4) {
            if number > 0 {
                self.push(",");
            }
            if self.choose(2) == 0 {
                self.mailbox();
            } else {
                self.mailbox_with_name();
            }
        }
        self.push(";");
    }

    /// `phrase = 1*word / obs-phrase`: with dots, with strings and encoded words that look like addresses.
    fn phrase(&mut self) {
        for number in 0..=self.choose(3) {
            if number > 0 {
                self.push(" ");
            }
            let word = self.pick(&PHRASE_WORDS);
            self.push(word);
        }
        self.fws();
    }

    /// `addr-spec = local-part "@" domain`; gives the address as a mail server keeps it.
    fn addr_spec(&mut self) -> String {
        let whole = self.dialect == Dialect::Whole;
        let local = if whole && self.choose(4) == 3 {
            let (written, meant) = QUOTED_LOCALS[usize::from(self.choose(QUOTED_LOCALS.len() as u8))];
            self.push(written);
            meant.to_owned()
        } else {
            self.dotted(&LOCAL_ATOMS)
        };
        if whole {
            self.cfws();
        }
        self.push("@");
        if whole {
            self.cfws();
        }
        let domain = if whole && self.choose(6) == 5 {
            let literal = self.pick(&["[192.0.2.1]", "[IPv6:2001:db8::1]", "[192.0.\r\n 2.1]"]);
            self.push(literal);
            literal.replace(['\r', '\n', ' '], "")
        } else {
            let domain = self.dotted(&LABELS);
            self.push(".example");
            format!("{domain}.example")
        };
        format!("{local}@{}", domain.to_lowercase())
    }

    /// `obs-local-part = word *("." word)`, `obs-domain = atom *("." atom)`: with comments and white space around the dots.
    fn dotted(&mut self, atoms: &[&'static str]) -> String {
        let mut meant = String::new();
        for number in 0..=self.choose(3) {
            if number > 0 {
                if self.dialect == Dialect::Whole {
                    self.cfws();
                }
                self.push(".");
                meant.push('.');
                if self.dialect == Dialect::Whole {
                    self.cfws();
                }
            }
            let atom = self.pick(atoms);
            self.push(atom);
            meant.push_str(atom);
        }
        meant
    }

    /// `CFWS`: often nothing, so that addresses stay readable.
    fn cfws(&mut self) {
        let text = match self.choose(12) {
            9 => self.pick(&[" ", "\t", "\r\n ", "  \r\n\t"]),
            10 => self.pick(&COMMENTS),
            11 => " (a) \r\n (b (c (d)))",
            _ => "",
        };
        self.push(text);
    }

    fn fws(&mut self) {
        let text = self.pick(&[" ", "", "\r\n ", "\t"]);
        self.push(text);
    }
}

/// What a comment may hold (RFC 5322 §3.2.2): anything, nested, with quoted pairs.
const COMMENTS: [&str; 6] = [
    "(comment)",
    "(spy@collector.example)",
    "(, <spy@collector.example>, )",
    "(a (nested spy@collector.example) \\) still)",
    "(\" : ; [)",
    "()",
];

/// `obs-route = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain]) ":"`
const ROUTES: [&str; 2] = ["@relay.example:", "@relay.example,,@[192.0.2.9] , (x) @other.example:"];

const LOCAL_ATOMS: [&str; 8] = [
    "alice",
    "B",
    "a+tag",
    "!#$%&'*/=?^_`{|}~-",
    "0",
    "josé",
    "用户",
    "O'Neil",
];

const LABELS: [&str; 6] = ["a", "mail", "B-2", "bücher", "xn--bcher-kva", "例子"];

/// As written, and as kept: quotes only where the local part is no dot-atom.
const QUOTED_LOCALS: [(&str, &str); 7] = [
    ("\"alice\"", "alice"),
    ("\"alice smith\"", "\"alice smith\""),
    ("\"a@b\"", "\"a@b\""),
    ("\"a\\\"b\\\\\"", "\"a\\\"b\\\\\""),
    ("\"<spy@collector.example>,\"", "\"<spy@collector.example>,\""),
    ("\"\\a.b\"", "a.b"),
    ("\"a\r\n b\"", "\"a b\""),
];

const PHRASE_WORDS: [&str; 12] = [
    "Alice",
    "\"Example, Alice\"",
    "\"spy@collector.example\"",
    "=?utf-8?q?Jos=C3=A9=2C_A?=",
    "=?utf-8?b?c3B5QGNvbGxlY3Rvci5leGFtcGxl?=",
    "\"<spy@collector.example>\"",
    "A.",
    "Ünï",
    "\"a ; b : c (\"",
    "\"spy\\\"@collector.example\"",
    "\"\"",
    "\"\\\\\"",
];
