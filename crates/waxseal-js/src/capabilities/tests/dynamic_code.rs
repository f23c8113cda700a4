use waxseal_model::CapabilityKind::DynamicCode;

use super::{check, check_twins, facts};

#[test]
fn every_way_to_turn_text_into_code() {
    check_twins(
        DynamicCode,
        &[
            ("eval('1 + 1')", "eval 1 + 1", "math.eval('1 + 1')"),
            ("(0, eval)(code)", "eval ?", "function eval2(c) {} (0, eval2)(code)"),
            (
                "globalThis['ev' + 'al'](code)",
                "eval ?",
                "globalThis['is' + 'NaN'](code)",
            ),
            (
                "new Function('a', 'return a')",
                "Function return a",
                "class Function {} new Function('a', 'return a')",
            ),
            ("Function(code)()", "Function ?", "Func(code)()"),
            (
                "const F = (async () => {}).constructor; new F(code)",
                "Function ?",
                "const F = value.constructor; new F(code)",
            ),
            (
                "const A = Object.getPrototypeOf(async function () {}).constructor; A(code)",
                "Function ?",
                "const A = Object.getPrototypeOf(x).constructor; A(code)",
            ),
            (
                "require('vm').runInThisContext(code)",
                "node:vm.runInThisContext ?",
                "require('vm').createContext({})",
            ),
            (
                "new (require('vm').Script)('1')",
                "node:vm.Script 1",
                "new (require('vm2').Other)('1')",
            ),
            ("setTimeout('go()', 10)", "timer go()", "setTimeout(() => go(), 10)"),
            (
                "module._compile(code, 'x')",
                "Module._compile ?",
                "shader._compile(code, 'x')",
            ),
            ("require(name)", "require ?", "require('name')"),
            ("import(name)", "import ?", "import('name')"),
            (
                "require('./lang/' + name)",
                "require /./lang/*/",
                "__webpack_require__(name)",
            ),
            (
                "const s = document.createElement('script'); s.src = u",
                "script element ?",
                "const s = document.createElement('img'); s.src = u",
            ),
        ],
    );
}

#[test]
fn a_module_with_a_number_is_a_bundlers() {
    check(DynamicCode, "require(17)", &[]);
    assert!(!facts("require(17)").loads_unknown);
}

#[test]
fn feature_tests_are_plain_constants() {
    check(
        DynamicCode,
        "var g = Function('return this')()",
        &["Function return this"],
    );
    check(DynamicCode, "try { new Function('') } catch {}", &["Function "]);
}

#[test]
fn hidden_code_is_sensitive() {
    check(
        DynamicCode,
        "eval(Buffer.from('Y29uc29sZQ==', 'base64').toString())",
        &["eval console!#"],
    );
}

#[test]
fn modules_are_noted_with_what_loads_them() {
    let found = facts("require('a'); import('b'); require.resolve('c'); if (x) require('d' + '/e')");
    let loads: Vec<_> = found.loads.iter().map(|it| (it.specifier.as_str(), it.runs)).collect();
    assert_eq!(loads, [("a", true), ("b", true), ("c", false), ("d/e", true)]);
    assert!(!found.loads_unknown);
    assert!(facts("require(x)").loads_unknown);
}

#[test]
fn createrequire_is_require() {
    let found = facts("import { createRequire } from 'node:module'; const r = createRequire(import.meta.url); r('a')");
    assert_eq!(found.loads[0].specifier, "a");
}
