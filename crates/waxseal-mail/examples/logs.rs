//! Reads a log from standard input and says what was read: for measuring the reader alone.
#![allow(clippy::print_stdout, reason = "an example")]

use std::io::Read;

use waxseal_mail::logs::{Format, Limits, Log, Mode, Settings};
use waxseal_model::Moment;

fn main() -> std::io::Result<()> {
    let verbose = std::env::args().any(|it| it == "-v");
    let mut stdin = std::io::stdin().lock();
    let mut buffer = vec![0_u8; 256 << 10];
    let mut held = 0;
    let mut log: Option<Log> = None;
    let mut most = 0;
    let mut recipients = 0;
    let mut sink = |mail: &waxseal_model::MailSeen<'_>| {
        recipients += mail.recipients.len();
        if verbose {
            println!("{mail:?}");
        }
    };
    loop {
        let read = stdin.read(&mut buffer[held..])?;
        let filled = held + read;
        let end = if read == 0 {
            filled
        } else {
            buffer[..filled]
                .iter()
                .rposition(|it| *it == b'\n')
                .map_or(0, |at| at + 1)
        };
        let log = log.get_or_insert_with(|| {
            let settings = Settings {
                mode: Mode::Review,
                limits: Limits::default(),
                latest: Moment(1_795_000_000),
                zone: Box::new(|civil| civil.in_utc()),
            };
            Log::new(
                Format::of(&buffer[..end]).unwrap_or(waxseal_mail::logs::FORMATS[1]),
                settings,
            )
        });
        log.read(&buffer[..end], &mut sink);
        most = most.max(log.open());
        buffer.copy_within(end..filled, 0);
        held = filled - end;
        if read == 0 {
            log.finish(&mut sink);
            println!("{:?} {:?} most open {most}", log.format(), log.counts());
            break;
        }
    }
    println!("{recipients} recipients");
    Ok(())
}
