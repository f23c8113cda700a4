//! One filter of system calls for one process: a program of classic BPF that finds what is said of a call by halving, so that a call of a
//! long list costs no more than one of a short one (`man 2 seccomp`, `linux/seccomp.h`).

use std::collections::BTreeMap;

use crate::bpf::{jump, statement};

/// What is said of each call that something is said of.
pub(crate) type Rules = BTreeMap<i64, Block>;

/// Instructions that end with a verdict, whichever way they take.
pub(crate) type Block = Vec<libc::sock_filter>;

/// Let through.
pub(crate) const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
/// The end of the process.
pub(crate) const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
/// Asked about.
pub(crate) const ASK: u32 = libc::SECCOMP_RET_USER_NOTIF;

/// Refused with an error.
pub(crate) const fn error(errno: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | errno.unsigned_abs()
}

/// The same whatever the arguments.
pub(crate) fn always(verdict: u32) -> Block {
    vec![statement(RETURN, verdict)]
}

/// Whether the lower half of an argument has any of these bits.
pub(crate) fn any_bit(argument: u32, bits: u32, then: u32, otherwise: u32) -> Block {
    vec![
        statement(LOAD, low(argument)),
        jump(ANY_BIT, bits, 0, 1),
        statement(RETURN, then),
        statement(RETURN, otherwise),
    ]
}

/// Whether the lower half of an argument, which is all that the kernel takes, is one of at most 200 values.
pub(crate) fn one_of(argument: u32, values: &[u32], then: u32, otherwise: u32) -> Block {
    let mut block = vec![statement(LOAD, low(argument))];
    for (left, value) in (0..values.len()).rev().zip(values) {
        block.push(jump(EQUAL, *value, u8::try_from(left + 1).unwrap_or(u8::MAX), 0));
    }
    block.push(statement(RETURN, otherwise));
    block.push(statement(RETURN, then));
    block
}

/// Whether the lower half of one argument is this value, and another, whole, is not zero.
pub(crate) fn equal_and_given(argument: u32, value: u32, pointer: u32, then: u32, otherwise: u32) -> Block {
    vec![
        statement(LOAD, low(argument)),
        jump(EQUAL, value, 0, 5),
        statement(LOAD, low(pointer)),
        jump(EQUAL, 0, 0, 2),
        statement(LOAD, high(pointer)),
        jump(EQUAL, 0, 1, 0),
        statement(RETURN, then),
        statement(RETURN, otherwise),
    ]
}

/// The program. A call of another architecture, or of the x32 interface whose numbers no list here has, ends the process or is answered as
/// if the kernel had none; `otherwise` is said of every call without a rule.
pub(crate) fn program(rules: Rules, otherwise: u32) -> Vec<libc::sock_filter> {
    let mut program = vec![
        statement(LOAD, ARCHITECTURE),
        jump(EQUAL, OURS, 1, 0),
        statement(RETURN, KILL),
        statement(LOAD, NUMBER),
    ];
    if cfg!(target_arch = "x86_64") {
        program.push(jump(AT_LEAST, X32, 0, 1));
        program.push(statement(RETURN, error(libc::ENOSYS)));
    }
    // No call has a number that does not fit.
    let rules: Vec<(u32, Block)> = rules
        .into_iter()
        .filter_map(|(call, block)| Some((u32::try_from(call).ok()?, block)))
        .collect();
    program.extend(search(&rules, otherwise));
    program
}

/// Finds the rule of the call whose number is loaded, among rules in order.
fn search(rules: &[(u32, Block)], otherwise: u32) -> Block {
    if rules.len() <= FEW {
        let mut found = Vec::new();
        for (call, block) in rules {
            found.push(jump(EQUAL, *call, 0, u8::try_from(block.len()).unwrap_or(u8::MAX)));
            found.extend(block);
        }
        found.push(statement(RETURN, otherwise));
        return found;
    }
    let (lower, upper) = rules.split_at(rules.len() / 2);
    let first = upper.first().map_or(0, |(call, _)| *call);
    let lower = search(lower, otherwise);
    // A jump that asks goes no further than 255 instructions; one that does not, does.
    let over = u32::try_from(lower.len()).unwrap_or(u32::MAX);
    let mut found = vec![jump(AT_LEAST, first, 0, 1), statement(GO, over)];
    found.extend(lower);
    found.extend(search(upper, otherwise));
    found
}

/// Where `struct seccomp_data` has the lower half of an argument.
const fn low(argument: u32) -> u32 {
    let half = if cfg!(target_endian = "big") { 4 } else { 0 };
    ARGUMENTS + 8 * argument + half
}

/// Where it has the upper half.
const fn high(argument: u32) -> u32 {
    let half = if cfg!(target_endian = "big") { 0 } else { 4 };
    ARGUMENTS + 8 * argument + half
}

const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;
/// Rules that are gone through one by one.
const FEW: usize = 2;

const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
const ANY_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
const GO: u32 = libc::BPF_JMP | libc::BPF_JA;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
/// `__X32_SYSCALL_BIT` of `asm/unistd.h`.
const X32: u32 = 0x4000_0000;
/// `AUDIT_ARCH_…` of `linux/audit.h`: the machine, 64 bits, little-endian.
#[cfg(target_arch = "x86_64")]
const OURS: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const OURS: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
const OURS: u32 = 0xc000_00f3;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
compile_error!("no filter of system calls is written for this architecture");

#[cfg(test)]
mod tests;
