//! What the outside world is called, whatever a file calls it, and where its values come from.

use oxc_allocator::Allocator;

use super::{Constant, Folder, ModuleEnv, Origins, Value, folded, origins};
use crate::module::Module;
use crate::parse::parse;

/// The path of what `out(…)` gets.
fn path(source: &str) -> String {
    folded(source, &ModuleEnv::default(), |_, folded| match folded.value {
        Value::Api(api) => api.path.to_string(),
        value => format!("no API: {}", value.to_pattern()),
    })
}

fn is(source: &str, expected: &str) {
    assert_eq!(path(source), expected, "{source}");
}

#[test]
fn names_are_canonical() {
    is("out(fetch)", "fetch");
    is("const f = globalThis.fetch; out(f)", "fetch");
    is("const f = window['fe' + 'tch']; out(f)", "fetch");
    is("out(globalThis['ev' + 'al'])", "eval");
    is("out((0, eval))", "eval");
    is("out(Reflect.get(globalThis, 'eval'))", "eval");
    is(
        "const { exec: run } = require('child_process'); out(run)",
        "node:child_process.exec",
    );
    is(
        "import { exec as run } from 'node:child_process'; out(run)",
        "node:child_process.exec",
    );
    is(
        "import cp from 'child_process'; out(cp.exec)",
        "node:child_process.exec",
    );
    is(
        "import * as cp from 'child_process'; out(cp.exec)",
        "node:child_process.exec",
    );
    is(
        "const r = require; const cp = r('child_' + 'process'); out(cp['ex' + 'ec'])",
        "node:child_process.exec",
    );
    is(
        "async function f() { const { exec } = await import('child_process'); out(exec) }",
        "node:child_process.exec",
    );
    is(
        "import('child_process').then(cp => { out(cp.exec) })",
        "node:child_process.exec",
    );
    is(
        "out(module.require('fs').promises.readFile)",
        "node:fs/promises.readFile",
    );
    is(
        "import { createRequire } from 'module'; const r = createRequire(import.meta.url); out(r('fs'))",
        "node:fs",
    );
    is("out(process.mainModule.require('fs'))", "node:fs");
    is(
        "const nodemailer = require('nodemailer'); const t = nodemailer.createTransport({}); out(t.sendMail)",
        "nodemailer.createTransport().sendMail",
    );
    is(
        "const { ServerClient } = require('postmark'); const c = new ServerClient('t'); out(c.sendEmail)",
        "postmark.ServerClient().sendEmail",
    );
    is(
        "var m = __toESM(require('x')); function __toESM(m) { return m && m.__esModule ? m : { default: m } } out(m.default.y)",
        "x.y",
    );
    is(
        "var m = i(require('x')); function i(e) { return e && e.__esModule ? e : { default: e } } out((0, m.default)('a'))",
        "x()",
    );
    is(
        "function client() { return require('nodemailer').createTransport({}) } out(client().sendMail)",
        "nodemailer.createTransport().sendMail",
    );
    is(
        "class M { constructor() { this.t = require('nodemailer').createTransport({}) } m() { out(this.t.sendMail) } }",
        "nodemailer.createTransport().sendMail",
    );
    is("out(fetch.bind(null))", "fetch");
    is("out([]['filter']['constructor'])", "Function");
    is("out((() => {}).constructor)", "Function");
    is("out(require('./config.js').a)", "./config.js.a");
    is(
        "let t; function init() { t = require('nodemailer').createTransport() } function send() { out(t.sendMail) }",
        "nodemailer.createTransport().sendMail",
    );
}

#[test]
fn modules_inside_a_bundle_are_found() {
    let webpack = "(() => { var m = {
      123: (e, t, n) => { 'use strict'; e.exports = require('https') },
      456: function (e, t, n) { n.d(t, { a: () => o, host: () => h }); var o = n(123), h = 'collector.example'; },
      789: (e, t, n) => { var o = n(456), p = n.n(n(123)); QUESTION }
    }; var c = {}; function r(i) { var o = c[i]; if (o !== undefined) return o.exports; var s = c[i] = { exports: {} }; m[i](s, s.exports, r); return s.exports }
    REST })()";
    let inside = |question: &str| webpack.replace("QUESTION", question).replace("REST", "r(789)");
    is(&inside("out(o.a.request)"), "node:https.request");
    is(&inside("out(p().request)"), "node:https.request");
    is(&inside("out(p.a.request)"), "node:https.request");
    assert_eq!(super::pattern(&inside("out(o.host)")), "collector.example");
    is(
        &webpack.replace("QUESTION", "").replace("REST", "out(r(123).request)"),
        "node:https.request",
    );
    let esbuild = "var __commonJS = (cb, mod) => function __require() { return mod || (0, cb[Object.keys(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports };
      var require_a = __commonJS({ 'node_modules/a/index.js'(exports, module) { module.exports = require('https') } });
      var require_b = __commonJS({ 'b.js'(exports) { exports.host = 'collector.example' } });
      var a = __toESM(require_a()); var __toESM = (mod) => mod && mod.__esModule ? mod : { default: mod }; QUESTION";
    is(
        &esbuild.replace("QUESTION", "out(a.default.request)"),
        "node:https.request",
    );
    assert_eq!(
        super::pattern(&esbuild.replace("QUESTION", "out(require_b().host)")),
        "collector.example"
    );
    is(
        "(function e(t, n, r) {})({ 1: [function (require, module, exports) { out(require('fs')) }, {}] }, {}, [1])",
        "node:fs",
    );
}

/// The API that the call marked `/*!*/` is a call of, and its first argument.
fn call(source: &str) -> (String, String) {
    let allocator = Allocator::default();
    let parsed = parse(&allocator, source, "a.js").expect("a module");
    let module = Module::new(&parsed);
    let env = ModuleEnv::default();
    let folder = Folder::new(&module, &env);
    let mark = source.find("/*!*/").expect("a mark") as u32 + 5;
    let note = module
        .calls
        .iter()
        .filter(|it| it.span.start == mark)
        .max_by_key(|it| it.span.end)
        .expect("a call");
    let api = folder
        .fold_call_api(note)
        .map_or_else(|| "none".to_owned(), |api| api.path.to_string());
    let argument = folder
        .fold_arguments(note)
        .first()
        .map_or_else(String::new, |it| it.value.to_pattern());
    (api, argument)
}

#[test]
fn a_call_is_a_call_of_what_it_reaches() {
    let cases = [
        ("/*!*/fetch('u')", "fetch", "u"),
        ("/*!*/fetch.call(null, 'u')", "fetch", "u"),
        ("/*!*/fetch.apply(null, ['u'])", "fetch", "u"),
        ("/*!*/Reflect.apply(fetch, null, ['u'])", "fetch", "u"),
        ("/*!*/(0, globalThis['ev' + 'al'])('u')", "eval", "u"),
        ("/*!*/(q ? fetch : 0)('u')", "fetch", "u"),
        ("/*!*/new (require('ws'))('u')", "ws", "u"),
        ("/*!*/import('u')", "import", "u"),
        ("const a = ['u']; /*!*/fetch(...a)", "fetch", "u"),
        ("function f() {} /*!*/f('u')", "none", "u"),
        ("const o = { fetch() {} }; /*!*/o.fetch('u')", "none", "u"),
        (
            "/*!*/require('nodemailer').createTransport('u')",
            "nodemailer.createTransport",
            "u",
        ),
    ];
    for (source, api, argument) in cases {
        assert_eq!(call(source), (api.to_owned(), argument.to_owned()), "{source}");
    }
}

#[test]
fn an_api_keeps_the_arguments_of_the_calls_on_its_way() {
    let host = folded(
        "const t = require('nodemailer').createTransport({ host: 'relay.collector.example' }); out(t.sendMail)",
        &ModuleEnv::default(),
        |folder, folded| match folded.value {
            Value::Api(api) => folder.property(&api.calls[0].arguments[0], "host").value.to_pattern(),
            _ => String::new(),
        },
    );
    assert_eq!(host, "relay.collector.example");
}

#[test]
fn origins_say_where_a_value_comes_from() {
    let cases = [
        ("out('x')", 0),
        ("function f(a) { out(a) }", Origins::CALLER),
        ("function f(a) { out(a.b.c[0]) }", Origins::CALLER),
        ("function f(a) { out('x' + a.b.trim()) }", Origins::CALLER),
        ("function f(...a) { out(a) }", Origins::CALLER),
        ("function f() { out(arguments[0]) }", Origins::CALLER),
        ("out(process.env.BCC)", Origins::CONFIGURED),
        ("const { BCC } = process.env; out(BCC)", Origins::CONFIGURED),
        ("out(process.argv[2])", Origins::CONFIGURED),
        (
            "async function f() { out((await (await fetch('u')).json()).bcc) }",
            Origins::FETCHED,
        ),
        (
            "fetch('u').then(r => r.json()).then(d => { out(d.bcc) })",
            Origins::FETCHED,
        ),
        (
            "require('https').get('u', r => r.on('data', d => out(d)))",
            Origins::FETCHED,
        ),
        ("out(require('fs').readFileSync('a', 'utf8'))", Origins::FILE),
        ("require('fs').readFile('a', (e, d) => out(d))", Origins::FILE),
        ("out(Math.random())", Origins::RANDOM),
        ("out(Date.now())", Origins::RANDOM),
        (
            "out(require('zlib').inflateSync(Buffer.from('eJw=', 'base64')).toString())",
            Origins::DERIVED,
        ),
        ("out(require('./a').b)", Origins::IMPORTED),
        (
            "function f(a) { out(require('lodash').pick(a)) }",
            Origins::FOREIGN | Origins::CALLER,
        ),
        ("out(q)", Origins::OTHER),
    ];
    for (source, bits) in cases {
        assert_eq!(origins(source).bits, bits, "{source}");
    }
}

#[test]
fn names_of_variables_are_kept() {
    let names = folded(
        "out(process.env['MAIL_' + 'BCC'] || process.env.CC)",
        &ModuleEnv::default(),
        |_, folded| {
            folded
                .value
                .origins()
                .names
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        },
    );
    assert_eq!(names, ["MAIL_BCC", "CC"]);
}

#[test]
fn parameters_are_named() {
    let parameters = folded("function f(a, b) { out(b.c) }", &ModuleEnv::default(), |_, folded| {
        folded
            .value
            .origins()
            .parameters
            .iter()
            .map(|it| (it.function.0, it.index))
            .collect::<Vec<_>>()
    });
    assert_eq!(parameters, [(1, 1)]);
}

/// What a file exports.
fn exported(source: &str) -> Vec<(String, Constant)> {
    let allocator = Allocator::default();
    let parsed = parse(&allocator, source, "a.js").expect("a module");
    Folder::new(&Module::new(&parsed), &ModuleEnv::default()).exported_constants()
}

#[test]
fn constants_travel_between_files() {
    let text = |it: &str| Constant::String(it.to_owned());
    assert_eq!(exported("export const A = 'x' + 'y'"), [("A".to_owned(), text("xy"))]);
    assert_eq!(
        exported("const A = 'x'; export { A as B }"),
        [("B".to_owned(), text("x"))]
    );
    assert_eq!(exported("exports.A = 'x'"), [("A".to_owned(), text("x"))]);
    assert_eq!(exported("export default 'x'"), [("default".to_owned(), text("x"))]);
    assert_eq!(
        exported("export const f = () => 'x'"),
        [("f".to_owned(), Constant::Function(Box::new(text("x"))))]
    );
    assert_eq!(exported("export function f(a) { return a }"), []);
    let object = Constant::Object(vec![("A".to_owned(), text("x"))]);
    assert_eq!(
        exported("module.exports = { A: 'x' }"),
        [("default".to_owned(), object.clone()), ("A".to_owned(), text("x"))]
    );

    let mut env = ModuleEnv::default();
    env.insert("./c", "A", text("x"));
    env.insert("./c", "default", object.clone());
    env.insert("./c", "f", Constant::Function(Box::new(text("y"))));
    env.insert("./d.json", "default", object);
    let sources = [
        ("import { A } from './c'; out(A)", "x"),
        ("import * as c from './c'; out(c.A)", "x"),
        ("const { A } = require('./c'); out(A)", "x"),
        ("import c from './c'; out(c.A)", "x"),
        ("import { f } from './c'; out(f())", "y"),
        ("const d = require('./d.json'); out(d.A)", "x"),
        ("import d from './d.json'; out(d.A)", "x"),
        ("import { B } from './c'; out(B)", "*"),
    ];
    for (source, expected) in sources {
        assert_eq!(
            folded(source, &env, |_, folded| folded.value.to_pattern()),
            expected,
            "{source}"
        );
    }
}
