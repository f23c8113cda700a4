//! Any bytes as an export: the first one says of which source. Read in one piece and in several, it tells of the same mails; nothing is
//! told of that is not counted, and no text of it is longer than the limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_mail::events::{EXPORTS, Reading, Records, sniff};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let export = &EXPORTS[usize::from(*first) % EXPORTS.len()];
    let _ = (sniff(bytes), Records::read(bytes).len());
    let (whole, count, unread) = read(export, bytes, usize::MAX);
    assert_eq!(whole.len() as u64, count);
    let (pieces, _, unread_pieces) = read(export, bytes, usize::from(*first) / EXPORTS.len() + 1);
    assert_eq!(pieces, whole);
    assert_eq!(unread_pieces.is_empty(), unread.is_empty());
});

fn read(export: &'static waxseal_mail::events::Export, bytes: &[u8], piece: usize) -> (Vec<String>, u64, Vec<String>) {
    let mut told = Vec::new();
    let mut see = |mail: &waxseal_model::MailSeen<'_>| {
        assert_eq!(mail.source, export.id);
        let texts = [mail.id, mail.from, mail.login, mail.client, mail.listener, mail.host, mail.list_id];
        assert!(texts.iter().all(|text| text.len() <= 1_024), "bounded");
        assert!(mail.recipients.iter().all(|it| it.address.len() <= 1_024 && it.original.len() <= 1_024), "bounded");
        told.push(format!("{mail:?}"));
    };
    let mut reading = Reading::new(export);
    for chunk in bytes.chunks(piece.max(1)) {
        reading.feed(chunk, &mut see);
    }
    let outcome = reading.finish(&mut see);
    (told, outcome.mails, outcome.unread)
}
