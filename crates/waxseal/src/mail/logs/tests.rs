#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use waxseal_mail::logs::Mode;
use waxseal_model::MailSeen;

use super::*;

fn mail(number: u32) -> String {
    let id = format!("9A1B2C{number:04X}");
    let stamp = format!("Nov 22 01:{:02}:{:02} vm", number / 60, number % 60);
    format!(
        "{stamp} postfix/smtpd[7]: {id}: client=web[192.0.2.7]\n\
         {stamp} postfix/cleanup[7]: {id}: info: header To: a@x.example from web[192.0.2.7]; from=<app@x.example> to=<a@x.example> proto=ESMTP helo=<web>\n\
         {stamp} postfix/qmgr[7]: {id}: from=<app@x.example>, size=1, nrcpt=1 (queue active)\n\
         {stamp} postfix/smtp[7]: {id}: to=<a@x.example>, relay=mx, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (ok)\n\
         {stamp} postfix/qmgr[7]: {id}: removed\n"
    )
}

fn mails(numbers: std::ops::Range<u32>) -> String {
    numbers.map(mail).collect()
}

/// Each mail as its number, with a mark where it lacks its headers.
fn shown(mail: &MailSeen<'_>) -> String {
    let number = u32::from_str_radix(&mail.id[6..], 16).unwrap();
    let mark = if mail.visible.named().is_empty() { "?" } else { "" };
    format!("{number}{mark}")
}

fn expected(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|it| it.to_string()).collect()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path(name))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Reads what is in the folder; the mails, and what could not be read.
    fn read(&self) -> (Vec<String>, Vec<String>) {
        self.read_on(&mut Bookmarks::default())
    }

    fn read_on(&self, bookmarks: &mut Bookmarks) -> (Vec<String>, Vec<String>) {
        let found = find(&[self.0.path().to_owned()], None);
        let (mut seen, mut gaps) = (Vec::new(), found.gaps);
        for set in &found.sets {
            let settings = ReadSettings {
                goes_on: true,
                ..ReadSettings::default()
            };
            let mut reader = LogReader::new(set, settings);
            let place = bookmarks.of(&set.name, set.format.id).map(|(place, open)| {
                assert!(reader.resume(open));
                place.clone()
            });
            let mut sink = |mail: &MailSeen<'_>| seen.push(shown(mail));
            let progress = reader.read(set, place.as_ref(), &mut sink);
            reader.pause(&mut sink);
            gaps.extend(progress.gaps);
            if let Some(place) = progress.bookmark {
                bookmarks.set(&set.name, set.format.id, place, reader.open_mails());
            }
        }
        (seen, gaps)
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn rotated_and_compressed_files_are_one_log_in_the_order_of_what_is_in_them() {
    let folder = Folder::new();
    // The names say otherwise, and a mail lies across each border.
    let all = mails(0..40);
    let lines: Vec<&str> = all.split_inclusive('\n').collect();
    let part = |from: usize, to: usize| lines[from..to].concat();
    folder.write("mail.log.1.gz", gzip(&part(0, 48)));
    folder.write(
        "mail.log-20261121.zst",
        [zstd(&part(48, 70)), zstd(&part(70, 97))].concat(),
    );
    folder.write("mail.log.2", part(97, 152));
    folder.write("mail.log", part(152, 200));
    folder.write("notes.txt", "nothing of the kind");
    assert_eq!(folder.read(), (expected(0..40), Vec::new()));
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = Folder::new();
    folder.write("mail.log", mails(0..2));
    folder.write("mail.log.1.bz2", b"BZh91AY&SY");
    let (seen, gaps) = folder.read();
    assert_eq!(seen, expected(0..2));
    assert!(gaps.len() == 1 && gaps[0].contains("bzip2"), "{gaps:?}");
    let cut = gzip(&mails(0..30));
    folder.write("mail.log.1.bz2", &cut[..cut.len() / 2]);
    assert_eq!(folder.read().1.len(), 1);
    let found = find(&[folder.path("missing"), folder.path("notes.txt")], None);
    assert_eq!(found.gaps.len(), 2);
}

/// Lines that no mail server wrote.
fn others(count: usize) -> String {
    "Nov 22 00:59:59 vm sshd[12]: Accepted publickey for nobody\n".repeat(count)
}

#[test]
fn a_file_whose_siblings_are_a_log_is_read_with_them() {
    let folder = Folder::new();
    folder.write("relay.log.1", format!("{}{}", others(3000), mails(0..2)));
    folder.write("relay.log", mails(2..4));
    assert_eq!(folder.read(), (expected(0..4), Vec::new()));
}

#[test]
fn a_file_with_the_name_of_a_log_of_mail_is_looked_at_further_or_said() {
    let folder = Folder::new();
    folder.write("mail.log", format!("{}{}", others(3000), mails(0..2)));
    assert_eq!(folder.read(), (expected(0..2), Vec::new()));
    folder.write("mail.log", others(3));
    let (seen, gaps) = folder.read();
    assert_eq!((seen.len(), gaps.len()), (0, 1), "{gaps:?}");
    // It is no reason to leave the others out.
    folder.write("syslog", mails(0..2));
    assert_eq!(folder.read().0, expected(0..2));
    folder.write("mail.log", "");
    assert_eq!(folder.read(), (expected(0..2), Vec::new()));
}

#[test]
fn a_log_that_is_read_twice_has_nothing_new() {
    let (folder, mut bookmarks) = (Folder::new(), Bookmarks::default());
    folder.write("mail.log", mails(0..5));
    assert_eq!(folder.read_on(&mut bookmarks).0, expected(0..5));
    assert_eq!(folder.read_on(&mut bookmarks), (Vec::new(), Vec::new()));
    folder.append("mail.log", &mails(5..7));
    assert_eq!(folder.read_on(&mut bookmarks), (expected(5..7), Vec::new()));
}

/// Reads a log that is cut at every line, with `rotate` in between: each mail must be seen once, with its headers.
fn over_rotation(rotate: impl Fn(&Folder)) {
    let text = mails(0..3);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for cut in 1..lines.len() {
        let (folder, mut bookmarks) = (Folder::new(), Bookmarks::default());
        // A line is half written when it is read.
        let half = lines[cut].len() / 2;
        folder.write("mail.log", format!("{}{}", lines[..cut].concat(), &lines[cut][..half]));
        let mut seen = folder.read_on(&mut bookmarks).0;
        folder.append("mail.log", &lines[cut][half..]);
        rotate(&folder);
        folder.append("mail.log", &lines[cut + 1..].concat());
        let (more, gaps) = folder.read_on(&mut bookmarks);
        seen.extend(more);
        assert_eq!((seen, gaps), (expected(0..3), Vec::new()), "cut at line {cut}");
        assert_eq!(folder.read_on(&mut bookmarks), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_log_goes_on_after_it_was_renamed() {
    over_rotation(|folder| fs::rename(folder.path("mail.log"), folder.path("mail.log.1")).unwrap());
}

#[test]
fn a_log_goes_on_after_it_was_copied_and_cut_off() {
    over_rotation(|folder| {
        fs::copy(folder.path("mail.log"), folder.path("mail.log.1")).unwrap();
        folder.write("mail.log", "");
    });
}

#[test]
fn a_log_goes_on_after_it_was_compressed() {
    over_rotation(|folder| {
        let text = fs::read_to_string(folder.path("mail.log")).unwrap();
        folder.write("mail.log.1.gz", gzip(&text));
        fs::remove_file(folder.path("mail.log")).unwrap();
    });
}

#[test]
fn a_bookmark_that_no_longer_fits_is_said() {
    let (folder, mut bookmarks) = (Folder::new(), Bookmarks::default());
    folder.write("mail.log", mails(0..5));
    folder.read_on(&mut bookmarks);
    folder.write("mail.log", mails(5..9));
    let (seen, gaps) = folder.read_on(&mut bookmarks);
    assert_eq!(seen, expected(5..9));
    assert_eq!(gaps.len(), 1);
}

#[test]
fn bookmarks_are_kept_whole_or_not_at_all() {
    let (folder, mut bookmarks) = (Folder::new(), Bookmarks::default());
    folder.write("mail.log", mails(0..5));
    folder.read_on(&mut bookmarks);
    let bytes = bookmarks.to_bytes().unwrap();
    assert_eq!(Bookmarks::from_bytes(&bytes), Some(bookmarks));
    assert_eq!(Bookmarks::from_bytes(&bytes[..bytes.len() - 1]), None);
    assert_eq!(Bookmarks::from_bytes(&[]), Some(Bookmarks::default()));
}

#[test]
fn a_followed_log_is_read_over_rotation() {
    let folder = Folder::new();
    folder.write("mail.log", mails(0..2));
    let set = find(&[folder.path("mail.log")], None).sets.remove(0);
    let settings = ReadSettings {
        mode: Mode::Live,
        goes_on: true,
        ..ReadSettings::default()
    };
    let mut follower = Follower::new(LogReader::new(&set, settings), set, None);
    let mut seen = Vec::new();
    let mut look = |seen: &mut Vec<String>| {
        let (_, gaps) = follower.look(&mut |mail| seen.push(shown(mail)));
        assert_eq!(gaps, Vec::<String>::new());
    };
    look(&mut seen);
    let text = mail(2);
    folder.append("mail.log", &text[..text.len() / 2]);
    look(&mut seen);
    folder.append("mail.log", &text[text.len() / 2..]);
    fs::rename(folder.path("mail.log"), folder.path("mail.log.1")).unwrap();
    look(&mut seen);
    folder.write("mail.log", mails(3..5));
    look(&mut seen);
    fs::copy(folder.path("mail.log"), folder.path("mail.log.0")).unwrap();
    folder.write("mail.log", mails(5..6));
    look(&mut seen);
    look(&mut seen);
    assert_eq!(seen, expected(0..6));
}

#[test]
fn only_mails_since_then() {
    let folder = Folder::new();
    folder.write("mail.log", mails(0..120));
    let set = find(&[folder.path("mail.log")], None).sets.remove(0);
    let mut moments = Vec::new();
    LogReader::new(&set, ReadSettings::default()).read(&set, None, &mut |mail| moments.push(mail.at));
    let settings = ReadSettings {
        since: moments[100],
        ..ReadSettings::default()
    };
    let mut seen = Vec::new();
    LogReader::new(&set, settings).read(&set, None, &mut |mail| seen.push(shown(mail)));
    assert_eq!(seen, expected(100..120));
}

#[test]
fn lines_longer_than_the_buffer_do_not_hide_the_rest() {
    let folder = Folder::new();
    folder.write("mail.log", format!("{}{}\n{}", mail(0), "x".repeat(5 << 20), mail(1)));
    let set = find(&[folder.path("mail.log")], None).sets.remove(0);
    let mut reader = LogReader::new(&set, ReadSettings::default());
    let mut seen = Vec::new();
    reader.read(&set, None, &mut |mail| seen.push(shown(mail)));
    assert_eq!(seen, expected(0..2));
    assert_eq!(reader.counts().overlong, 1);
}
