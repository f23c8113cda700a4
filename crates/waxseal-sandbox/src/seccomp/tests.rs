//! Programs, as the kernel would run them.

use super::*;

/// `struct seccomp_data` as words, and a machine for the instructions that are used.
fn verdict(program: &[libc::sock_filter], call: u32, arguments: [u64; 6]) -> u32 {
    verdict_on(OURS, program, call, arguments)
}

fn verdict_on(architecture: u32, program: &[libc::sock_filter], call: u32, arguments: [u64; 6]) -> u32 {
    let mut data = [0; 64];
    data[..4].copy_from_slice(&call.to_ne_bytes());
    data[4..8].copy_from_slice(&architecture.to_ne_bytes());
    for (idx, argument) in arguments.iter().enumerate() {
        data[16 + 8 * idx..24 + 8 * idx].copy_from_slice(&argument.to_ne_bytes());
    }
    let (mut at, mut loaded) = (0, 0);
    loop {
        let it = program[at];
        at += 1;
        let skip = |holds: bool| usize::from(if holds { it.jt } else { it.jf });
        match u32::from(it.code) {
            LOAD => loaded = u32::from_ne_bytes(data[it.k as usize..it.k as usize + 4].try_into().expect("four bytes")),
            EQUAL => at += skip(loaded == it.k),
            AT_LEAST => at += skip(loaded >= it.k),
            ANY_BIT => at += skip(loaded & it.k != 0),
            GO => at += it.k as usize,
            RETURN => return it.k,
            code => panic!("an instruction that is not used: {code}"),
        }
    }
}

const NO: u32 = error(libc::EPERM);

#[test]
fn every_call_of_a_long_list_is_found_and_no_other() {
    for count in 0..120_u32 {
        // Blocks of different lengths, and numbers with gaps.
        let rules: Rules = (0..count)
            .map(|it| {
                let block = if it % 3 == 0 {
                    one_of(0, &[1, 2, 3], error(200 + it as i32), ALLOW)
                } else {
                    always(error(200 + it as i32))
                };
                (i64::from(it * 2 + 1), block)
            })
            .collect();
        let program = program(rules, ALLOW);
        for call in 0..2 * count + 3 {
            let expected = match call {
                call if call % 2 == 1 && call / 2 < count => error(200 + (call / 2) as i32),
                _ => ALLOW,
            };
            assert_eq!(verdict(&program, call, [2; 6]), expected, "call {call} of {count}");
        }
    }
}

#[test]
fn another_architecture_ends_the_process_and_the_x32_interface_is_absent() {
    let program = program(Rules::new(), ALLOW);
    assert_eq!(verdict_on(OURS ^ 1, &program, 1, [0; 6]), KILL);
    if cfg!(target_arch = "x86_64") {
        assert_eq!(verdict(&program, X32 | 1, [0; 6]), error(libc::ENOSYS));
    }
}

#[test]
fn arguments_are_compared_as_the_kernel_takes_them() {
    let check = |block: &Block, arguments: [u64; 6], expected: u32| {
        let program = program(Rules::from([(7, block.clone())]), ALLOW);
        assert_eq!(verdict(&program, 7, arguments), expected, "{arguments:x?}");
        assert_eq!(verdict(&program, 8, arguments), ALLOW);
    };
    let above = 1 << 32;
    let block = one_of(1, &[5, 9], NO, ALLOW);
    check(&block, [0, 5, 0, 0, 0, 0], NO);
    check(&block, [0, above | 9, 0, 0, 0, 0], NO);
    check(&block, [5, 6, 5, 9, 0, 0], ALLOW);
    let block = any_bit(0, 0b110, NO, ALLOW);
    check(&block, [above | 0b10, 0, 0, 0, 0, 0], NO);
    check(&block, [0b1001, 0b110, 0, 0, 0, 0], ALLOW);
    let block = equal_and_given(1, 4, 2, NO, ALLOW);
    check(&block, [0, 4, 1, 0, 0, 0], NO);
    check(&block, [0, 4, above, 0, 0, 0], NO);
    check(&block, [0, above | 4, above, 0, 0, 0], NO);
    check(&block, [0, 4, 0, 0, 0, 0], ALLOW);
    check(&block, [0, 5, 1, 0, 0, 0], ALLOW);
}
