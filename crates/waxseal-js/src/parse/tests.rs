//! What the parser accepts and refuses.

use oxc_allocator::Allocator;

use super::{ParseFailure, decode, is_declaration, parse, parse_within};

/// How parsing a file ends, on a stack as large as the readers have; the walk and the folding must survive it too.
fn check(path: &str, source: &str) -> Result<usize, ParseFailure> {
    std::thread::scope(|scope| {
        let run = || {
            let allocator = Allocator::default();
            let parsed = parse(&allocator, source, path)?;
            let module = crate::module::Module::new(&parsed);
            let env = crate::fold::ModuleEnv::default();
            let folder = crate::fold::Folder::new(&module, &env);
            for call in &module.calls {
                folder.fold_call_api(call);
            }
            for object in &module.objects {
                object
                    .node
                    .properties
                    .iter()
                    .filter_map(|it| it.as_property())
                    .for_each(|it| {
                        folder.fold(&it.value);
                    });
            }
            Ok(parsed.program.body.len())
        };
        std::thread::Builder::new()
            .stack_size(64 << 20)
            .spawn_scoped(scope, run)
            .expect("a thread")
            .join()
            .expect("no panic")
    })
}

#[test]
fn what_node_loads_parses() {
    for (path, source) in [
        ("a.js", "#!/usr/bin/env node\nconst a = 1; return"),
        ("a.js", "with (a) b = 010; var await = 1"),
        ("a.js", "import a from 'b'; await a"),
        ("a.js", "const a = <b c={d}>e</b>"),
        ("a.js", "\u{feff}'use strict'; a()"),
        ("a.js", "if (a) return; exports.b = 1"),
        ("a.js", "<!-- old\na()"),
        ("a.cjs", "return 1"),
        ("a.mjs", "export const a = await 1"),
        ("a.ts", "const a: number = 1 as any; enum B { C }"),
        ("a.ts", "const a = <T>b; export = a"),
        ("a.cts", "import a = require('b'); export = a"),
        ("a.tsx", "const a = <b<string> />; let c: D"),
        ("bin/tool", "#!/usr/bin/env node\nreturn 1"),
        ("a.js", ""),
    ] {
        assert!(
            check(path, source).is_ok(),
            "{path}: {source}: {:?}",
            check(path, source)
        );
    }
}

#[test]
fn what_node_cannot_load_is_unparsable() {
    for (path, source) in [
        ("a.js", "const = 1"),
        ("a.js", "// @flow\ntype A = {| b: ?string |}; function f(x: ?A) {}"),
        ("a.mjs", "return 1"),
        ("a.js", "{"),
        ("tool", "echo 'not javascript'; fi"),
        ("a.ttf", &format!("\0\u{1}\0{}", "(".repeat(9_000))),
        ("a.zip", &format!("PK\u{3}{}", "(".repeat(9_000))),
        ("a.png", &format!("\u{fffd}PNG{}", "(".repeat(9_000))),
    ] {
        assert!(
            matches!(check(path, source), Err(ParseFailure::Unparsable(_))),
            "{path}: {source}"
        );
    }
}

#[test]
fn sizes_have_a_limit() {
    let allocator = Allocator::default();
    assert!(parse_within(&allocator, "a()", "a.js", 3).is_ok());
    assert!(matches!(
        parse_within(&allocator, "a();", "a.js", 3),
        Err(ParseFailure::TooLarge(3))
    ));
}

#[test]
fn bytes_that_are_not_utf8_are_replaced() {
    assert_eq!(decode(b"a = '\xff'"), "a = '\u{fffd}'");
    assert!(is_declaration("lib/a.d.ts") && is_declaration("a.d.mts") && !is_declaration("a.ts"));
}

#[test]
fn what_node_nests_is_read() {
    let nested =
        |open: &str, middle: &str, close: &str, n: usize| format!("x={}{middle}{}", open.repeat(n), close.repeat(n));
    for source in [
        nested("{a:", "1", "}", 1_000),
        nested("[", "", "]", 1_900),
        nested("(", "1", ")", 1_900),
        nested("f(", "1", ")", 1_000),
        nested("!", "1", "", 3_000),
        nested("`${", "1", "}`", 1_000),
        nested("a=>", "1", "", 2_000),
        nested("a?", "1", ":2", 1_000),
        format!("{}{{}}", "if(a){}else ".repeat(3_000)),
        format!("x={}'b'", "'a'+".repeat(50_000)),
        format!("a{}", ".b".repeat(50_000)),
        format!("f{}", "()".repeat(50_000)),
        "a()\nb()\n".repeat(100_000),
        "if (a) b()\nelse c()\n".repeat(100_000),
        "a = b ? c : d\n".repeat(100_000),
        "if (a) return b\n".repeat(100_000),
        format!("x=[{}]", "{a:!b,c:'d'+e},".repeat(100_000)),
        "const a = x => y => 1\n".repeat(20_000),
        "var a = b, c = d\nlet e = function () {}\n".repeat(50_000),
        "/* [[[[ */ '(((' + /[({]/.test(\"[[\")\n".repeat(50_000),
    ] {
        let start = source.get(..60).unwrap_or(&source);
        assert!(check("a.js", &source).is_ok(), "{start}: {:?}", check("a.js", &source));
    }
}

#[test]
fn what_would_overflow_the_stack_is_too_deep() {
    let n = 100_000;
    let nested = |open: &str, middle: &str, close: &str| format!("x={}{middle}{}", open.repeat(n), close.repeat(n));
    for source in [
        nested("(", "1", ")"),
        nested("[", "", "]"),
        "[".repeat(1_000_000),
        nested("{a:", "1", "}"),
        format!("{}{}", "{".repeat(n), "}".repeat(n)),
        format!("x={}'a'", "'a'+".repeat(200_000)),
        format!("x={}2", "2**".repeat(n)),
        format!("f{}", "()".repeat(200_000)),
        format!("a{}", ".b".repeat(300_000)),
        format!("x=a{}", "?.b".repeat(n)),
        format!("{}{}", "function f(){".repeat(20_000), "}".repeat(20_000)),
        format!("{}1", "x=>".repeat(50_000)),
        format!("x={}1", "!".repeat(300_000)),
        format!("x={}1", "- ".repeat(300_000)),
        format!("{}{{}}", "if(a){}else ".repeat(50_000)),
        format!("{};", "if(a)".repeat(50_000)),
        format!("{};", "if(a)b;else ".repeat(50_000)),
        format!("{}{{}}", "if(a){} else\nif(b){}\nelse ".repeat(50_000)),
        format!("{};", "for(;;)".repeat(50_000)),
        format!("{};", "while(1)".repeat(50_000)),
        format!("x={}1{}", "`${".repeat(20_000), "}`".repeat(20_000)),
        format!("x={}1{}", "a?".repeat(30_000), ":2".repeat(30_000)),
        format!("x={}1", "a?b:".repeat(50_000)),
        format!("{}1", "a=".repeat(50_000)),
        format!("{}X", "new ".repeat(n)),
        format!("{}1", "typeof ".repeat(n)),
        format!("async()=>{}1", "await ".repeat(n)),
        format!("x=a{}", " in a".repeat(200_000)),
        format!("x=a{}", "[0]".repeat(200_000)),
        format!("x=a{}", "``".repeat(200_000)),
        format!("{}{}", "class A{m(){".repeat(20_000), "}}".repeat(20_000)),
    ] {
        let start = source.get(..30).unwrap_or(&source);
        assert_eq!(check("a.js", &source), Err(ParseFailure::TooDeep), "{start}");
    }
}

#[test]
fn what_only_looks_deep_ends_soon() {
    for source in [
        format!("x=({}1)", "1,".repeat(1_000_000)),
        format!("x={}1{}", "(a=(".repeat(40), ")=>1)".repeat(40)),
    ] {
        let _ = check("a.js", &source);
    }
    for source in [
        format!("x={}b", "a<".repeat(3_000)),
        format!("x={}b{}", "(a?(".repeat(24), ")=>c:d)".repeat(24)),
    ] {
        let _ = check("a.ts", &source);
    }
}

#[test]
fn comparisons_that_may_all_begin_type_arguments_are_too_deep() {
    let chain = format!("x={}b", "a<".repeat(3_000));
    assert!(matches!(check("a.ts", &chain), Err(ParseFailure::TooDeep)));
    // No types in JavaScript, and no square of their number.
    assert!(check("a.js", &chain).is_ok());
    let answered = format!("type x={}b", "a<b>|".repeat(3_000));
    assert!(check("a.ts", &answered).is_ok());
    let statements = "if (a < b) c();\n".repeat(3_000);
    assert!(check("a.ts", &statements).is_ok());
}
