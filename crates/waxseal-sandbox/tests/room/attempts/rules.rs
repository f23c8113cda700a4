//! The rules that bring all traffic to us.

use std::io;

use crate::attempt::Attempt;
use crate::attempts::routes::ask;
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("removing_the_packet_rules", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let _ = call(libc::SYS_unshare, &[libc::CLONE_NEWNET as u64]);
    let mut batch = Vec::new();
    // Begin, all tables away (`NFT_MSG_DELTABLE` without a name), end.
    for (kind, flags, sequence, resource) in [
        (0x10_u16, 1_u16, 0_u32, 10_u16),
        ((10 << 8) | 2, 5, 1, 0),
        (0x11, 1, 2, 10),
    ] {
        batch.extend(20_u32.to_ne_bytes());
        batch.extend(kind.to_ne_bytes());
        batch.extend(flags.to_ne_bytes());
        batch.extend(sequence.to_ne_bytes());
        batch.extend(0_u32.to_ne_bytes());
        batch.extend([0, 0]);
        batch.extend(resource.to_be_bytes());
    }
    ask(libc::NETLINK_NETFILTER, &batch)
}
