//! Files written to exhaust or to fool the folder: each ends soon, and in nothing wrong.

use super::{folded, pattern};
use crate::fold::ModuleEnv;

#[test]
fn what_does_not_end_is_ended() {
    for source in [
        "function f() { while (true) {} } out(f())",
        "function f() { for (;;) ; } out(f())",
        "function f() { return f() } out(f())",
        "function f(n) { return f(n + 1) + f(n + 2) } out(f(0))",
        "const f = x => x(x); out(f(f))",
        "let s = 'a'; while (true) s += s; out(s)",
        "function f() { let a = []; for (;;) a = [a] } out(f())",
        "function f() { let a = []; for (;;) a.push(a) } out(f())",
        "function f() { let o = {}; let i = 0; for (;;) o['k' + i++] = o } out(f())",
        "function f() { const a = []; a.push(a); return a.join() } out(f())",
        "out('a'.repeat(1e9))",
        "out(Array(1e9).fill('a').join())",
        "out('a'.padEnd(1e9))",
        "function f() { let s = 'a'; for (let i = 0; i < 40; i++) s = s + s; return s } out(f())",
        "var a = b + b, b = c + c, c = a + a; out(a)",
    ] {
        let found = pattern(source);
        assert!(!found.contains("aaaa"), "{source}: {}", found.len());
    }
}

#[test]
fn a_thousand_nested_objects_are_folded_or_given_up() {
    let source = format!("x = {}1{}; out(x); out2('a')", "{a:".repeat(1_000), "}".repeat(1_000));
    assert_eq!(pattern(&source), "*");
    let source = format!("out({}'x'{})", "[".repeat(300), "]".repeat(300));
    assert!(pattern(&source).len() < 10);
}

#[test]
fn long_chains_are_walked_without_a_frame_for_each_link() {
    assert_eq!(pattern(&format!("out({}'b')", "'a'+".repeat(50_000))).len(), 50_001);
    assert_eq!(pattern(&format!("out(q{})", ".b".repeat(50_000))), "*");
    assert_eq!(pattern(&format!("out(q{})", "()".repeat(50_000))), "*");
    assert_eq!(
        pattern(&format!("out(q{}'x')", "||".to_owned() + &"0||".repeat(50_000))),
        "*|x"
    );
    assert_eq!(pattern(&format!("{}{{}}; out('x')", "if(a){}else ".repeat(4_000))), "x");
    assert_eq!(
        pattern(&format!("out({}1{})", "a?".repeat(2_000), ":2".repeat(2_000))),
        "2|*"
    );
}

#[test]
fn a_change_of_state_between_calls_is_not_guessed() {
    assert_eq!(
        pattern("let n = 0; function f() { n++; return 'a' + n } out(f())"),
        "a*"
    );
}

#[test]
fn what_a_loop_may_change_is_not_taken_for_certain() {
    assert_eq!(pattern("let a = ['x']; function g() { a.push(q) } out(a)"), "x,*,*");
    assert_eq!(pattern("function f(o) { o.a = 'x'; return o } out(f(q).b)"), "*");
}

#[test]
fn many_alternatives_become_unknown() {
    let source = format!(
        "let a; {} out(a)",
        (0..40).map(|it| format!("if (q) a = 'x{it}';")).collect::<String>()
    );
    assert_eq!(pattern(&source), "*");
}

#[test]
fn a_file_has_only_so_many_steps() {
    let functions: String = (0..200)
        .map(|it| format!("function f{it}(n) {{ let s = 0; for (;;) s += n }} q(f{it}(1));"))
        .collect();
    let source = format!("{functions} out('x')");
    let exhausted = folded(&source, &ModuleEnv::default(), |folder, first| {
        assert_eq!(first.value.to_pattern(), "x");
        for call in &folder.module.calls {
            folder.fold_arguments(call);
        }
        folder.is_exhausted()
    });
    assert!(exhausted);
}
