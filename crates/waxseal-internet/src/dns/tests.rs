use std::sync::Arc;

use hickory_proto::rr::RData;

use super::*;
use crate::support::{Told, world};

fn shared() -> (Shared, Arc<Told>) {
    let told = Arc::new(Told::default());
    (Shared::new(world(), Arc::<Told>::clone(&told)), told)
}

fn server() -> SocketAddr {
    SocketAddr::from(([8, 8, 8, 8], 53))
}

fn question(name: &str, kind: RecordType) -> Message {
    let mut message = Message::new(7, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).expect("a name"), kind));
    message
}

fn ask(shared: &Shared, message: &Message, transport: DnsTransport) -> Message {
    let bytes = message.to_vec().expect("it encodes");
    Message::from_vec(&answer(shared, &bytes, transport, server()).expect("an answer")).expect("it decodes")
}

fn check(name: &str, kind: RecordType, expected: &[&str]) {
    let (shared, told) = shared();
    let answer = ask(&shared, &question(name, kind), DnsTransport::Udp);
    let data: Vec<String> = answer.answers.iter().map(|it| it.data.to_string()).collect();
    assert_eq!(data, expected, "{name} {kind}");
    assert_eq!(answer.metadata.id, 7);
    assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
    let told = told.all();
    let [
        Observation::DnsQuery {
            answers, denied: false, ..
        },
    ] = told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert_eq!(answers, &data);
}

#[test]
fn each_kind_of_record_is_answered_as_a_zone_would() {
    check("api.example.", RecordType::A, &["104.16.0.9"]);
    check("api.example.", RecordType::AAAA, &["2606:4700::6810:9"]);
    check("api.example.", RecordType::MX, &["10 mx.api.example."]);
    check(
        "x.api.example.",
        RecordType::NS,
        &["ns1.api.example.", "ns2.api.example."],
    );
    check(
        "api.example.",
        RecordType::TXT,
        &["v=spf1 include:_spf.api.example ~all"],
    );
    check(
        "_submission._tcp.api.example.",
        RecordType::SRV,
        &["0 5 587 submission.api.example."],
    );
    check("localhost.", RecordType::A, &["127.0.0.1"]);
}

#[test]
fn kinds_we_do_not_know_have_no_data_and_an_authority() {
    let (shared, told) = shared();
    for kind in [
        RecordType::HTTPS,
        RecordType::SVCB,
        RecordType::CNAME,
        RecordType::from(65280),
    ] {
        let answer = ask(&shared, &question("api.example.", kind), DnsTransport::Udp);
        assert!(answer.answers.is_empty());
        assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
        assert!(matches!(answer.authorities[0].data, RData::SOA(_)));
    }
    let told = told.all();
    let Some(Observation::DnsQuery { kind, .. }) = told.last() else {
        panic!("{told:?}")
    };
    assert_eq!(kind, "TYPE65280");
}

#[test]
fn a_name_that_cannot_exist_is_denied_and_told_of() {
    let (shared, told) = shared();
    let answer = ask(&shared, &question("a.INVALID.", RecordType::A), DnsTransport::Udp);
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
    let told = told.all();
    let [Observation::DnsQuery { name, denied: true, .. }] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(name, "a.invalid");
}

#[test]
fn an_address_leads_back_to_its_name() {
    let (shared, _) = shared();
    for kind in [RecordType::A, RecordType::AAAA] {
        let answer = ask(&shared, &question("mail.example.", kind), DnsTransport::Udp);
        let ip = answer.answers[0].data.ip_addr().expect("an address");
        let reverse = Name::from(ip).to_ascii();
        let answer = ask(&shared, &question(&reverse, RecordType::PTR), DnsTransport::Udp);
        assert_eq!(answer.answers[0].data.to_string(), "mail.example.");
    }
    let answer = ask(
        &shared,
        &question("8.8.8.8.in-addr.arpa.", RecordType::PTR),
        DnsTransport::Udp,
    );
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
}

#[test]
fn times_to_live_differ_and_stay() {
    let (shared, _) = shared();
    let ttl = |name: &str| ask(&shared, &question(name, RecordType::A), DnsTransport::Udp).answers[0].ttl;
    let all: Vec<u32> = ["a.example.", "b.example.", "c.example.", "d.example."]
        .into_iter()
        .map(ttl)
        .collect();
    assert!(all.iter().any(|it| *it != all[0]), "{all:?}");
    assert_eq!(ttl("a.example."), all[0]);
}

#[test]
fn several_questions_in_one_message_are_all_answered_and_told_of() {
    let (shared, told) = shared();
    let mut message = question("a.example.", RecordType::A);
    message.add_query(Query::query(
        Name::from_ascii("b.example.").expect("a name"),
        RecordType::AAAA,
    ));
    assert_eq!(ask(&shared, &message, DnsTransport::Tcp).answers.len(), 2);
    assert_eq!(told.all().len(), 2);
}

#[test]
fn an_answer_that_is_too_long_for_the_client_is_cut_and_says_so() {
    let (shared, _) = shared();
    let long = format!("{0}.{0}.{0}.example.", "a".repeat(60));
    let mut message = question(&long, RecordType::NS);
    for idx in 0..6 {
        let name = Name::from_ascii(format!("{idx}.{long}")).expect("a name");
        message.add_query(Query::query(name, RecordType::TXT));
    }
    let bytes = message.to_vec().expect("it encodes");
    let cut = answer(&shared, &bytes, DnsTransport::Udp, server()).expect("an answer");
    let whole = answer(&shared, &bytes, DnsTransport::Tcp, server()).expect("an answer");
    assert!(cut.len() < whole.len() && whole.len() > 512);
    assert!(Message::from_vec(&cut).expect("it decodes").metadata.truncation);
    let mut edns = Edns::new();
    edns.set_max_payload(4096);
    message.set_edns(edns);
    let answer = ask(&shared, &message, DnsTransport::Udp);
    assert!(!answer.metadata.truncation);
    assert!(answer.edns.is_some());
}

#[test]
fn what_is_no_question_is_a_format_error_or_nothing_and_not_taken_for_told() {
    let (shared, told) = shared();
    let check = |bytes: &[u8], answered: bool| {
        let reply = reply(&shared, bytes, DnsTransport::Udp, server());
        assert_eq!(reply.bytes.is_some(), answered, "{bytes:?}");
        assert!(!reply.told);
    };
    check(b"", false);
    check(b"short", false);
    check(&[0xff; 100], false);
    check(b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\xc0\x0c\0\x01\0\x01", true);
    check(b"\x12\x34\x01\0\0\0\0\0\0\0\0\0", true);
    assert!(told.all().is_empty());
}

#[test]
fn bytes_that_ride_along_with_a_question_are_not_taken_for_told() {
    let (shared, _) = shared();
    let plain = question("a.example.", RecordType::A).to_vec().expect("it encodes");
    assert!(reply(&shared, &plain, DnsTransport::Udp, server()).told);
    let mut behind = plain.clone();
    behind.extend([b's'; 200]);
    assert!(!reply(&shared, &behind, DnsTransport::Udp, server()).told);
    let mut inside = question("a.example.", RecordType::A);
    let mut edns = Edns::new();
    edns.options_mut().insert(EdnsOption::Unknown(65001, vec![b's'; 300]));
    inside.set_edns(edns);
    assert!(
        !reply(
            &shared,
            &inside.to_vec().expect("it encodes"),
            DnsTransport::Udp,
            server()
        )
        .told
    );
}

#[test]
fn every_cut_and_every_changed_byte_of_a_question_is_survived() {
    let (shared, _) = shared();
    let mut message = question("a.b.example.", RecordType::A);
    message.set_edns(Edns::new());
    let bytes = message.to_vec().expect("it encodes");
    for idx in 0..bytes.len() {
        reply(&shared, &bytes[..idx], DnsTransport::Udp, server());
        for value in [0, 1, 0x3f, 0x40, 0x80, 0xc0, 0xff] {
            let mut changed = bytes.clone();
            changed[idx] = value;
            reply(&shared, &changed, DnsTransport::Udp, server());
        }
    }
}

#[test]
fn the_json_form_holds_what_the_wire_form_does() {
    let (shared, _) = shared();
    let json = answer_json(&shared, "api.example", "A", server()).expect("an answer");
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["Answer"][0]["data"], "104.16.0.9");
    assert_eq!(json["Status"], 0);
    let json = answer_json(&shared, "a.invalid", "28", server()).expect("an answer");
    assert!(json.contains("\"Status\":3"), "{json}");
    assert_eq!(answer_json(&shared, "api.example", "NOSUCH", server()), None);
}
