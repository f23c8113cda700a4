//! What is sent back: one packet for each change to a mail, then one that ends it.

/// Ends a mail or a step: nothing against it.
pub(super) fn go_on(output: &mut Vec<u8>) {
    packet(output, b'c', &[]);
}

/// Refuses a mail with a code, an enhanced code and words (RFC 3463 §2). The words are made safe: one line of printable ASCII, and without
/// per cent signs, which Sendmail would take as its own.
pub(super) fn refuse(output: &mut Vec<u8>, code: &str, words: &str) {
    let begin = open(output, b'y');
    output.extend_from_slice(code.as_bytes());
    output.push(b' ');
    put_line(output, words);
    output.push(0);
    close(output, begin);
}

/// Holds the mail.
pub(super) fn hold(output: &mut Vec<u8>, reason: &str) {
    let begin = open(output, b'q');
    put_line(output, reason);
    output.push(0);
    close(output, begin);
}

/// Adds a header field at the end of the header.
pub(super) fn add_header(output: &mut Vec<u8>, name: &str, value: &str) {
    packet(output, b'h', &[name.as_bytes(), b"\0", value.as_bytes(), b"\0"]);
}

/// Removes the header field that is the `index`-th of its name, counted from one: an empty value.
pub(super) fn remove_header(output: &mut Vec<u8>, index: u32, name: &str) {
    packet(output, b'm', &[&index.to_be_bytes(), name.as_bytes(), b"\0\0"]);
}

/// Takes out a recipient, who must be written as the mail server wrote it.
pub(super) fn remove_recipient(output: &mut Vec<u8>, written: &[u8]) {
    packet(output, b'-', &[written, b"\0"]);
}

fn packet(output: &mut Vec<u8>, command: u8, parts: &[&[u8]]) {
    let begin = open(output, command);
    for part in parts {
        output.extend_from_slice(part);
    }
    close(output, begin);
}

fn open(output: &mut Vec<u8>, command: u8) -> usize {
    let begin = output.len();
    output.extend_from_slice(&[0, 0, 0, 0, command]);
    begin
}

/// Writes the length of the packet that begins there and ends here.
pub(super) fn close(output: &mut [u8], begin: usize) {
    let length = u32::try_from(output.len() - begin - 4).unwrap_or(u32::MAX);
    output[begin..begin + 4].copy_from_slice(&length.to_be_bytes());
}

/// Writes words as one line that a mail server can pass on: printable ASCII, no longer than a reply line may be (RFC 5321 §4.5.3.1.5: 512
/// bytes with everything).
fn put_line(output: &mut Vec<u8>, words: &str) {
    let safe = |c: char| match c {
        '%' => b'?',
        ' '..='~' => u8::try_from(c).unwrap_or(b'?'),
        _ => b'?',
    };
    output.extend(words.chars().take(MAX_WORDS).map(safe));
}

const MAX_WORDS: usize = 400;
