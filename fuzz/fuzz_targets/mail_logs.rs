//! Any bytes as a log of every format, whole and line by line as it grows; what is open must be bounded, and survive a pause.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_mail::logs::{FORMATS, Format, Limits, Log, Mode, Settings};
use waxseal_model::Moment;

fn log(format: &'static Format, mode: Mode) -> Log {
    let limits = Limits { open: 8, bytes: 1 << 20, recipients: 16 };
    let zone = Box::new(|civil: waxseal_mail::logs::Civil| civil.in_utc());
    Log::new(format, Settings { mode, limits, latest: Moment(1_796_083_200), zone })
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, text)) = bytes.split_first() else { return };
    let format = FORMATS[usize::from(*kind) % FORMATS.len()];
    let _ = Format::of(text);
    let mut whole = log(format, Mode::Review);
    let mut given = 0_u64;
    whole.read(text, &mut |mail| {
        given += 1;
        assert!(mail.recipients.len() <= 16);
    });
    assert!(whole.open() <= 8);
    let mut second = log(format, Mode::Review);
    assert!(second.resume(&whole.suspend()));
    whole.finish(&mut |_| given += 1);
    assert_eq!(whole.open(), 0);
    assert_eq!(whole.counts().mails, given);
    let mut live = log(format, Mode::Live);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        live.read(line, &mut |mail| assert!(!mail.recipients.is_empty() || mail.announced.is_some()));
        assert!(live.open() <= 8);
    }
    live.pause(&mut |_| {});
    live.finish(&mut |_| {});
});
