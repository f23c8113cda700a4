use super::*;

fn check(bytes: &[u8], expected: Option<&str>) {
    assert_eq!(
        socket_address(bytes).map(|it| it.to_string()).as_deref(),
        expected,
        "{bytes:?}"
    );
}

#[test]
fn addresses_are_read_as_the_kernel_has_them() {
    check(&[2, 0, 0, 80, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0], Some("1.2.3.4:80"));
    let mut six = vec![10, 0, 1, 187, 0, 0, 0, 0];
    six.extend(Ipv6Addr::LOCALHOST.octets());
    check(&six, Some("[::1]:443"));
    let mut mapped = vec![10, 0, 0, 25, 0, 0, 0, 0];
    mapped.extend(Ipv4Addr::new(9, 8, 7, 6).to_ipv6_mapped().octets());
    check(&mapped, Some("9.8.7.6:25"));
    // A path, a length that is too short, and nothing.
    check(&[1, 0, b'/', b'x'], None);
    check(&[2, 0, 0, 80, 1, 2], None);
    check(&[], None);
}

#[test]
fn whatever_was_lost_or_does_not_agree_is_said() {
    assert_eq!(disagreements(&Counters::default()), [""; 0]);
    let counters = Counters {
        accepted: 3,
        connections: 2,
        datagrams_lost: 1,
        packets_lost: 4,
        events_lost: 5,
        ..Counters::default()
    };
    assert_eq!(disagreements(&counters).len(), 4);
}
