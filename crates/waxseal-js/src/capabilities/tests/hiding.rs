use waxseal_model::CapabilityKind::Obfuscation;

use super::{check, facts};

#[test]
fn machine_made_names_are_a_sign() {
    let names = |prefix: &str| {
        (0..12)
            .map(|it| format!("var {prefix}{:x} = {it};", it + 4096))
            .collect::<String>()
    };
    check(Obfuscation, &names("_0x"), &["machine-made names -"]);
    check(Obfuscation, &names("v"), &[]);
}

#[test]
fn minified_code_alone_is_no_sign() {
    check(
        Obfuscation,
        "var a=function(b){return b.c(1)},d=a(e);!function(f){f.g=d}(h);",
        &[],
    );
}

#[test]
fn printable_characters_written_as_escapes_are_a_sign() {
    let escaped = r"\x68\x65\x6c\x6c\x6f".repeat(40);
    check(Obfuscation, &format!("f('{escaped}')"), &["escaped text -"]);
    let control = r"\x00\x01\x1b\x07".repeat(60);
    check(Obfuscation, &format!("f('{control}')"), &[]);
}

#[test]
fn a_table_of_strings_that_is_rotated_is_a_sign() {
    let table = "['a','b','c','d','e','f','g','h','i','j','k','l']";
    check(
        Obfuscation,
        &format!("const t = {table}; (function (a, n) {{ while (n--) a['push'](a['shift']()); }})(t, 3);"),
        &["string table -"],
    );
    check(
        Obfuscation,
        &format!("const t = {table}; function rotate(a) {{ a.push(a.shift()); }}"),
        &[],
    );
}

#[test]
fn what_was_hidden_is_context() {
    check(
        Obfuscation,
        "fetch(atob('aHR0cHM6Ly9hLmV4YW1wbGU='))",
        &["computed target https://a.example#"],
    );
    check(Obfuscation, "fetch('https://a.example')", &[]);
}

#[test]
fn text_that_looks_different_from_what_it_is() {
    assert_eq!(facts("/* \u{202E} */ f()").deceptive.len(), 1);
    assert_eq!(
        facts("f('\u{FE00}\u{FE01}\u{FE02}\u{FE03}\u{FE04}')").deceptive.len(),
        1
    );
    assert_eq!(facts("f('❤\u{FE0F} 👩\u{200D}🚀 שלום')").deceptive, []);
}

#[test]
fn facts_of_one_file_are_bounded() {
    let source = "eval(x);\n".repeat(3_000);
    let found = facts(&source);
    assert_eq!(found.capabilities.len(), 1_000);
    assert!(found.truncated);
}
