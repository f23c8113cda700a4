//! An export that is being read, in pieces of any size.

use waxseal_model::MailSeen;

use super::frame::{Decoder, Objects, Rows};
use super::gather::{Mails, Teller};
use super::table::{Header, MAX_BEFORE};
use super::{Export, Form, Outcome, Records};

/// An export that is being read: [`Self::feed`] it, then [`Self::finish`] it. Holds what is known of at most 100,000 messages.
pub struct Reading<'r> {
    export: &'static Export,
    records: Option<&'r Records>,
    decoder: Decoder,
    frames: Frames,
    state: State,
}

enum Frames {
    Json(Objects),
    Table(Rows),
}

/// Everything but the bytes.
#[derive(Default)]
struct State {
    mails: Mails,
    header: Option<Header>,
    before: usize,
    told: u64,
    /// Records that are of another source.
    strange: u64,
    /// Records that could not be parsed.
    broken: u64,
}

impl<'r> Reading<'r> {
    /// Begins to read an export of this source.
    pub fn new(export: &'static Export) -> Self {
        Self {
            export,
            records: None,
            decoder: Decoder::default(),
            frames: match export.form {
                Form::Json { .. } => Frames::Json(Objects::default()),
                Form::Table { .. } => Frames::Table(Rows::default()),
            },
            state: State::default(),
        }
    }

    /// Whom a header names is taken from these records wherever the source does not show all of it.
    pub fn with_records(self, records: &'r Records) -> Self {
        Self {
            records: Some(records),
            ..self
        }
    }

    /// Takes the next bytes. Mails are told of late: when all of the export was read, or too many are held.
    pub fn feed(&mut self, bytes: &[u8], seen: &mut dyn FnMut(&MailSeen<'_>)) {
        for chunk in bytes.chunks(CHUNK) {
            let text = self.decoder.feed(chunk);
            self.state.take(self.export, &mut self.frames, &text);
            let mut teller = self.state.teller(self.export, self.records, seen);
            self.state.mails.tell_ready(&mut teller);
            self.state.told = teller.told;
        }
    }

    /// Takes the end, and tells of everything that is left.
    pub fn finish(mut self, seen: &mut dyn FnMut(&MailSeen<'_>)) -> Outcome {
        let rest = self.decoder.finish();
        self.state.take(self.export, &mut self.frames, &rest);
        let state = &mut self.state;
        let form = &self.export.form;
        let (long, cut_off) = match &mut self.frames {
            Frames::Json(objects) => {
                objects.finish(&mut |object| state.object(form, object));
                (objects.long, objects.broken)
            }
            Frames::Table(rows) => {
                rows.finish(&mut |row| state.row(form, row));
                (rows.long, 0)
            }
        };
        let mut teller = state.teller(self.export, self.records, seen);
        state.mails.tell_all(&mut teller);
        state.told = teller.told;
        Outcome {
            mails: state.told,
            unread: state.unread(self.export, long, cut_off),
        }
    }
}

impl State {
    fn teller<'t, 'r>(
        &self,
        export: &'static Export,
        records: Option<&'r Records>,
        seen: &'t mut dyn FnMut(&MailSeen<'_>),
    ) -> Teller<'t, 'r> {
        Teller {
            source: export.id,
            records,
            seen,
            told: self.told,
        }
    }

    fn take(&mut self, export: &'static Export, frames: &mut Frames, text: &[u8]) {
        match frames {
            Frames::Json(objects) => objects.feed(text, &mut |object| self.object(&export.form, object)),
            Frames::Table(rows) => rows.feed(text, &mut |row| self.row(&export.form, row)),
        }
    }

    fn object(&mut self, form: &Form, object: &[u8]) {
        let Form::Json { read, .. } = form else { return };
        let value = match std::str::from_utf8(object) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_str(&String::from_utf8_lossy(object)),
        };
        match value {
            Ok(value) if read(&value, &mut self.mails) => {}
            Ok(_) => self.strange += 1,
            Err(_) => self.broken += 1,
        }
    }

    fn row(&mut self, form: &Form, row: &[u8]) {
        let Form::Table { is_header, read } = form else { return };
        let row = String::from_utf8_lossy(row);
        let is_comment = row.starts_with('#');
        // A log that was put together of several files has several rows of names.
        if self.header.is_none() || is_comment {
            let header = Header::parse(&row);
            if is_header(&header) {
                self.header = Some(header);
                return;
            }
        }
        let Some(header) = &self.header else {
            self.before += 1;
            // Titles above the row of names are none of our business; a table without one is.
            self.strange += u64::from(self.before > MAX_BEFORE);
            return;
        };
        if is_comment {
            return;
        }
        let row = header.row(&row);
        if !row.is_whole() {
            self.broken += 1;
        }
        if !read(&row, &mut self.mails) {
            self.strange += 1;
        }
    }

    fn unread(&self, export: &Export, long: u64, cut_off: u64) -> Vec<String> {
        let mut unread = Vec::new();
        let mut say = |count: u64, what: &str| {
            if count > 0 {
                unread.push(format!("{count} {what}"));
            }
        };
        say(self.broken, "records are damaged");
        say(long, "records are too long to be read");
        say(
            cut_off,
            "times text was met that is no JSON, or a record that never ends",
        );
        say(
            self.strange,
            &format!("records tell of no mail as {} does", export.title),
        );
        say(
            self.mails.early,
            "messages were told of before the end, since too many are open at once; what came later for them counts as another mail",
        );
        say(
            self.mails.lost,
            "recipients could not be held, since there are too many with one id",
        );
        if self.header.is_none() && matches!(export.form, Form::Table { .. }) {
            unread.push("the table has no row of names that is known".to_owned());
        }
        unread
    }
}

/// So much is decoded at a time, so that nothing grows with the file.
const CHUNK: usize = 1 << 20;
