//! `index.html`: what a run did on one page that needs nothing beside itself, and runs no script.

use jiff::Timestamp;
use waxseal_model::{CanaryDeed, Destination, Mail, Observation, PacketCount, RecipientPlace, Run, RunSummary};

use super::SavedFile;
use super::har::moment;
use crate::report::RenderOptions;
use crate::report::answer::bytes;
use crate::report::escape::escape;
use crate::report::run::{change_id, render};
use crate::run::summary::request_frames;

/// Writes the page. Every text a package wrote passes [`text`].
pub(super) fn page(
    run: &Run,
    summary: &RunSummary,
    started: Timestamp,
    files: &[SavedFile],
    packets: Option<PacketCount>,
) -> String {
    let command = text(&summary.command.join(" "));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{POLICY}\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>waxseal run: {command}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1><code>{command}</code></h1>\n"
    );
    let wide = RenderOptions {
        width: WIDE,
        ..RenderOptions::default()
    };
    let first = render(summary, &wide);
    let first: Vec<&str> = first.lines().take_while(|line| !line.is_empty()).collect();
    out.push_str(&format!("<p class=\"result\">{}</p>\n", text(&first.join(" "))));
    out.push_str(&format!("<p>Started {}.</p>\n", moment(started, 0)));
    if let Some(gap) = packets.and_then(|it| it.gap()) {
        out.push_str(&format!("<p>{gap}.</p>\n"));
    }
    let sections = [
        canaries(summary),
        destinations(summary),
        mails(summary),
        requests(run, started),
        programs(summary),
        changed(summary),
        unknown(summary),
        listing(files),
    ];
    out.push_str("<nav>");
    for section in &sections {
        out.push_str(&format!(
            "<a href=\"#{}\">{} ({})</a> ",
            section.id, section.title, section.count
        ));
    }
    out.push_str("</nav>\n");
    for section in sections {
        section.push_to(&mut out);
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// A heading, a table, and an anchor.
struct Section {
    id: &'static str,
    title: &'static str,
    heads: &'static [&'static str],
    count: usize,
    rows: Vec<String>,
}

impl Section {
    /// Keeps as many rows as a browser still likes. `row` writes HTML.
    fn of<T>(
        (id, title): (&'static str, &'static str),
        heads: &'static [&'static str],
        all: impl IntoIterator<Item = T>,
        mut row: impl FnMut(T) -> Vec<String>,
    ) -> Self {
        let (mut count, mut rows) = (0, Vec::new());
        for one in all {
            count += 1;
            if count <= MAX_ROWS {
                let cells: Vec<String> = row(one).iter().map(|cell| format!("<td>{cell}</td>")).collect();
                rows.push(format!("<tr id=\"{id}-{count}\">{}</tr>\n", cells.concat()));
            }
        }
        Self {
            id,
            title,
            heads,
            count,
            rows,
        }
    }

    fn push_to(self, out: &mut String) {
        out.push_str(&format!("<h2 id=\"{}\">{}</h2>\n", self.id, self.title));
        if self.rows.is_empty() {
            out.push_str("<p>None.</p>\n");
            return;
        }
        let heads: Vec<String> = self.heads.iter().map(|head| format!("<th>{head}</th>")).collect();
        out.push_str(&format!("<table>\n<tr>{}</tr>\n", heads.concat()));
        out.push_str(&self.rows.concat());
        out.push_str("</table>\n");
        if self.count > self.rows.len() {
            let more = self.count - self.rows.len();
            out.push_str(&format!(
                "<p>And {more} more in <a href=\"events.jsonl\">events.jsonl</a>.</p>\n"
            ));
        }
    }
}

fn canaries(summary: &RunSummary) -> Section {
    let heads = &["canary", "what was done", "where", "how often"];
    Section::of(("canaries", "Canaries"), heads, &summary.canaries, |used| {
        let deed = match used.deed {
            CanaryDeed::Sent => "<strong>sent</strong>",
            deed => deed.id(),
        };
        let (name, place) = (text(&used.canary), code(&used.place));
        vec![name, deed.to_owned(), place, used.times.to_string()]
    })
}

fn destinations(summary: &RunSummary) -> Section {
    let heads = &[
        "where",
        "address",
        "what was spoken",
        "how often",
        "sent",
        "received",
        "by",
        "allowed",
    ];
    let row = |destination: &Destination| {
        let addresses: Vec<String> = destination.addresses.iter().map(ToString::to_string).collect();
        let protocols: Vec<String> = destination.protocols.iter().cloned().collect();
        let mut place = code(&destination.place());
        for name in destination.also.iter().take(MAX_INLINE) {
            place.push_str(&format!("<br>also called {}", code(name)));
        }
        let by = destination.by.iter().take(MAX_INLINE).map(|author| {
            let parts = [author.program.as_deref(), author.frame.as_deref()];
            parts.into_iter().flatten().map(code).collect::<Vec<_>>().join("<br>")
        });
        vec![
            place,
            text(&addresses.join(" ")),
            text(&protocols.join(", ")),
            destination.times.to_string(),
            bytes(destination.sent),
            bytes(destination.received),
            by.collect::<Vec<_>>().join("<br>"),
            if destination.allowed { "yes" } else { "no" }.to_owned(),
        ]
    };
    Section::of(("destinations", "Destinations"), heads, &summary.destinations, row)
}

fn mails(summary: &RunSummary) -> Section {
    let heads = &[
        "message",
        "through",
        "from",
        "recipients",
        "subject",
        "accepted",
        "line of code",
    ];
    Section::of(("mail", "Mail"), heads, &summary.mails, |mail: &Mail| {
        let message = &mail.message;
        let link = match mail.transaction {
            Some(number) => format!(
                "<a href=\"mail/{number:04}.eml\">{number:04}.eml</a> <a href=\"mail/{number:04}.json\">envelope</a>"
            ),
            None => text(&message.channel),
        };
        let addressees = message.addressees();
        let recipients: Vec<String> = addressees.iter().take(MAX_INLINE).map(recipient).collect();
        vec![
            link,
            code(&mail.server),
            code(message.sender().unwrap_or_default()),
            recipients.join("<br>"),
            text(message.subject.as_deref().unwrap_or_default()),
            if message.accepted { "yes" } else { "no" }.to_owned(),
            mail.frame.as_deref().map_or_else(String::new, code),
        ]
    })
}

fn recipient((mailbox, places): &(&str, Vec<&RecipientPlace>)) -> String {
    let mailbox = code(mailbox);
    let fields: Vec<&str> = places.iter().map(|it| it.as_str()).collect();
    if places.as_slice() == [&RecipientPlace::Envelope] {
        return format!("<strong>{mailbox} only in the envelope</strong>");
    }
    format!("{mailbox} {}", text(&fields.join(", ")))
}

fn requests(run: &Run, started: Timestamp) -> Section {
    let exchanges = run.events.iter().filter_map(|event| match &event.observation {
        Observation::Http(exchange) => Some((event.at, exchange.as_ref())),
        _ => None,
    });
    let exchanges = exchanges.zip(request_frames(run));
    let heads = &["when", "request", "sent", "status", "answered by", "line of code"];
    Section::of(("requests", "Requests"), heads, exchanges, |((at, exchange), frame)| {
        vec![
            moment(started, at),
            code(&format!("{} {}", exchange.method, exchange.url)),
            bytes(exchange.body.length),
            exchange.status.to_string(),
            text(&exchange.answered_by),
            frame.as_deref().map_or_else(String::new, code),
        ]
    })
}

fn programs(summary: &RunSummary) -> Section {
    let heads = &["process", "file", "arguments"];
    Section::of(("programs", "Programs"), heads, &summary.processes, |process| {
        let arguments = code(&process.arguments.join(" "));
        vec![process.pid.to_string(), code(&process.path), arguments]
    })
}

fn changed(summary: &RunSummary) -> Section {
    let heads = &["path", "what happened", "size"];
    Section::of(("files", "Files"), heads, &summary.files, |file| {
        vec![code(&file.path), change_id(file.change).to_owned(), bytes(file.size)]
    })
}

fn unknown(summary: &RunSummary) -> Section {
    let heads = &["what", "where", "how often", "size", "detail"];
    Section::of(("unknown", "Not understood"), heads, &summary.unknown, |unknown| {
        vec![
            unknown.kind.to_owned(),
            code(&unknown.place),
            unknown.times.to_string(),
            bytes(unknown.bytes),
            text(&unknown.detail),
        ]
    })
}

/// The files beside this page. Their names are ours.
fn listing(files: &[SavedFile]) -> Section {
    let heads = &["file", "size", "SHA-256"];
    let others = files.iter().filter(|file| !file.name.starts_with("mail/"));
    let mut section = Section::of(("saved", "Saved"), heads, others, |file| {
        let link = format!("<a href=\"{0}\">{0}</a>", file.name);
        vec![link, bytes(file.bytes), format!("<code>{}</code>", file.sha256)]
    });
    section
        .rows
        .push("<tr><td><a href=\"run.json\">run.json</a></td><td></td><td></td></tr>\n".to_owned());
    section.count += 1;
    section
}

fn code(raw: &str) -> String {
    format!("<code>{}</code>", text(raw))
}

/// Text of a package: what cannot be seen becomes visible, and what a browser would obey becomes text.
fn text(raw: &str) -> String {
    let mut out = String::new();
    for c in escape(raw, MAX_TEXT).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Nothing is loaded and nothing runs, whatever else this page might say.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:100rem;color-scheme:light dark}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;\
border-bottom:1px solid #8884;overflow-wrap:anywhere}code{font-size:.9em}strong{color:#c22}\
.result{font-size:1.15rem}nav a{margin-right:1rem}tr:target{background:#fc06}";

/// The result is one line here.
const WIDE: usize = 400;
/// Rows of one table.
const MAX_ROWS: usize = 5_000;
/// Values within one cell.
const MAX_INLINE: usize = 20;
/// Longer texts are read in `events.jsonl`.
const MAX_TEXT: usize = 2_000;
