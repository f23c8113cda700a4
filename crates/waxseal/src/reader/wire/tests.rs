use super::*;

fn check(bytes: &[u8], expected: &str) {
    let got = match Inbox::new(bytes, 16, 24).frame() {
        Ok(Frame::Message(body)) => format!("message {body:?}"),
        Ok(Frame::Raw(body)) => format!("raw {body:?}"),
        Err(err) => err.to_string(),
    };
    assert_eq!(got, expected);
}

#[test]
fn a_frame_says_its_kind_and_length() {
    check(&[1, 2, 0, 0, 0, 7, 8], "message [7, 8]");
    check(&[2, 1, 0, 0, 0, 7], "raw [7]");
}

#[test]
fn a_frame_above_the_ceiling_is_refused_before_memory_is_taken() {
    check(&[1, 17, 0, 0, 0], "more bytes than the ceiling");
    check(&[1, 255, 255, 255, 255], "more bytes than the ceiling");
}

#[test]
fn a_cut_frame_and_an_unknown_kind_are_errors() {
    check(&[], "the pipe ended");
    check(&[1, 2, 0], "the pipe ended");
    check(&[1, 2, 0, 0, 0, 7], "the pipe ended");
    check(&[9, 0, 0, 0, 0], "bytes that are no message");
}

#[test]
fn all_frames_together_have_a_ceiling() {
    let mut bytes = Vec::new();
    send(&mut bytes, &[0_u8; 16]).unwrap();
    send(&mut bytes, &[0_u8; 16]).unwrap();
    let mut inbox = Inbox::new(bytes.as_slice(), 16, 24);
    assert!(inbox.frame().is_ok());
    assert!(matches!(inbox.frame(), Err(WireError::TooLarge)));
}

#[test]
fn what_is_sent_arrives() {
    let mut bytes = Vec::new();
    send(&mut bytes, &("text".to_owned(), Some(3_u32))).unwrap();
    send_raw(&mut bytes, &[5; MAX_RAW + 1]).unwrap();
    let mut inbox = Inbox::new(bytes.as_slice(), MAX_RAW, u64::MAX);
    assert_eq!(
        inbox.message::<(String, Option<u32>)>().unwrap(),
        ("text".to_owned(), Some(3))
    );
    let lengths = [(); 2].map(|()| match inbox.frame() {
        Ok(Frame::Raw(body)) => body.len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(lengths, [MAX_RAW, 1]);
}

#[test]
fn bytes_behind_a_message_make_it_malformed() {
    assert!(matches!(decode::<u8>(&[1, 2]), Err(WireError::Malformed)));
    assert!(matches!(
        decode::<String>(&[0xff, 0xff, 0xff, 0xff, 0x0f]),
        Err(WireError::Malformed)
    ));
}
