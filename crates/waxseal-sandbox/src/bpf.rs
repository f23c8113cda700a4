//! Instructions of classic BPF (`linux/filter.h`), which filters of packets and of system calls are written in.

/// An instruction that goes on to the next.
pub(crate) const fn statement(code: u32, k: u32) -> libc::sock_filter {
    jump(code, k, 0, 0)
}

/// An instruction that skips `jt` others if it holds, and `jf` if not.
pub(crate) const fn jump(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    }
}
