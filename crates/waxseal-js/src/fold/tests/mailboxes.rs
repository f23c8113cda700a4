//! Ways to hide one mailbox, each beside a twin that differs by one thing and must not give it.

use super::{check, folded};
use crate::fold::ModuleEnv;

/// A way to write `archive@collector.example`, and a twin that is not it.
fn hides(way: &str, twin: &str) {
    let (value, hidden) = folded(way, &ModuleEnv::default(), |_, it| (it.value.to_pattern(), it.hidden));
    assert_eq!(value, MAILBOX, "{way}");
    assert!(hidden, "not marked as hidden: {way}");
    let other = super::pattern(twin);
    assert_ne!(other, MAILBOX, "{twin}");
}

const MAILBOX: &str = "archive@collector.example";

#[test]
fn by_encoding() {
    hides(
        "out(Buffer.from('YXJjaGl2ZUBjb2xsZWN0b3IuZXhhbXBsZQ==', 'base64').toString())",
        "out(Buffer.from('YXJjaGl2ZUBjb2xsZWN0b3IuZXhhbXBsZQ==', q).toString())",
    );
    hides(
        "out(new Buffer('617263686976654063 6f6c6c6563746f722e6578616d706c65'.replace(' ', ''), 'hex').toString('utf8'))",
        "out(new Buffer('617263686976654063 6f6c6c6563746f722e6578616d706c65', 'hex').toString('utf8'))",
    );
    hides(
        "out(atob('YXJjaGl2ZUBjb2xsZWN0b3IuZXhhbXBsZQ=='))",
        "out(btoa('YXJjaGl2ZUBjb2xsZWN0b3IuZXhhbXBsZQ=='))",
    );
    hides(
        "out(decodeURIComponent('%61rchive%40collector%2Eexample'))",
        "out(decodeURIComponent(q + '%61rchive%40collector%2Eexample'))",
    );
    hides(
        "out(unescape('archive%u0040collector.example'))",
        "out(escape('archive#collector.example'))",
    );
    hides(
        "out(new TextDecoder().decode(Uint8Array.from([97,114,99,104,105,118,101,64,99,111,108,108,101,99,116,111,114,46,101,120,97,109,112,108,101])))",
        "out(new TextDecoder().decode(q))",
    );
    hides(
        "const { Buffer: B } = require('buffer'); out(B.concat([B.from('archive'), B.from([64]), B.from('Y29sbGVjdG9yLmV4YW1wbGU', 'base64url')]).toString('latin1'))",
        "const { Buffer: B } = require('buffer'); out(B.concat([B.from('archive'), B.from([q]), B.from('x')]).toString('latin1'))",
    );
}

#[test]
fn by_characters() {
    hides(
        "out(String.fromCharCode(97,114,99,104,105,118,101,64) + 'collector.example')",
        "out(String.fromCharCode(97,114,99,104,105,118,101,q) + 'collector.example')",
    );
    hides(
        "out(String.fromCharCode.apply(null, [97,114,99,104,105,118,101,64]).concat('collector.example'))",
        "out(String.fromCharCode.apply(null, q).concat('collector.example'))",
    );
    hides(
        "const c = [98,115,100,105,106,119,102,65,100,112,109,109,102,100,117,112,115,47,102,121,98,110,113,109,102]; out(c.map(n => String.fromCharCode(n - 1)).join(''))",
        "const c = [98,115,100]; out(c.map(n => String.fromCharCode(n - q)).join(''))",
    );
    hides(
        "const { fromCharCode: f } = String; out([..._()].map(n => f(n ^ 7)).join('')); function _() { return [102,117,100,111,110,113,98,71,100,104,107,107,98,100,115,104,117,41,98,127,102,106,119,107,98] }",
        "const { fromCharCode: f } = String; out([..._()].map(n => f(n ^ 8)).join('')); function _() { return [102,117,100,111] }",
    );
    hides(
        "out('elpmaxe.rotcelloc@evihcra'.split('').reverse().join(''))",
        "out('elpmaxe.rotcelloc@evihcra'.split('').sort().join(''))",
    );
    hides(
        "out([...'elpmaxe.rotcelloc@evihcra'].reduce((s, c) => c + s, ''))",
        "out([...'elpmaxe.rotcelloc@evihcra'].reduce((s, c) => s + c, ''))",
    );
    hides(
        "out('nepuvir@pbyyrpgbe.rknzcyr'.replace(/[a-z]/g, c => String.fromCharCode((c.charCodeAt(0) - 97 + 13) % 26 + 97)).replace('nepu', 'nepu').replace('acheive', 'archive'))",
        "out('nepuvir@pbyyrpgbe.rknzcyr'.replace(/[a-z]/g, c => String.fromCharCode((c.charCodeAt(0) - 97 + 12) % 26 + 97)))",
    );
    hides(
        "out('61-72-63-68-69-76-65-40-63-6f-6c-6c-65-63-74-6f-72-2e-65-78-61-6d-70-6c-65'.split('-').map(h => String.fromCharCode(parseInt(h, 16))).join(''))",
        "out('61-72-63'.split('-').map(h => String.fromCharCode(parseInt(h, q))).join(''))",
    );
}

#[test]
fn by_pieces_and_places() {
    hides(
        "const p = ['collector', 'archive', '.', 'example', '@']; out(p[1] + p[4] + [p[0], p[3]].join(p[2]) + ''.trim().slice(0))",
        "const p = ['collector', 'archive', '.', 'example', '@']; out(p[q] + p[4] + p[0])",
    );
    hides(
        "const k = 'abcehilmoprtvx@.'; out([0,10,2,4,5,12,3,14,2,8,6,6,3,2,11,8,10,15,3,13,0,7,9,6,3].map(i => k[i] || 'p').join(''))",
        "const k = q; out([0,9,2].map(i => k[i]).join(''))",
    );
    hides(
        "const o = { 'rev': s => s.split('').reverse().join('') }; out(o['r' + 'ev']('elpmaxe.rotcelloc@evihcra'))",
        "const o = { 'rev': s => s }; out(o['r' + 'ev']('elpmaxe.rotcelloc@evihcra'))",
    );
    hides(
        "out('archive#collector_example'.replace('#', '@').replace(/_/g, '.'))",
        "out('archive#collector_example'.replace('#', '@').replace(/-/g, '.'))",
    );
    hides(
        "let s = ''; const d = 'aXrXcXhXiXvXeX@XcXoXlXlXeXcXtXoXrX.XeXxXaXmXpXlXe'; for (let i = 0; i < d.length; i += 2) s += d[i]; out(s)",
        "let s = ''; const d = 'aXrXcXhXi'; for (let i = 0; i < q; i += 2) s += d[i]; out(s)",
    );
    hides(
        "out(new Function('return \"archive@\" + \"collector.example\"')())",
        "out(new Function('return q')())",
    );
    hides(
        "out((0, eval)('\"archive@\" + \"collector.example\"'))",
        "out((0, eval)('q'))",
    );
    hides(
        "out(JSON.parse('{\"a\":\"archive\",\"b\":\"collector\"}').a + '@' + Reflect.get({ b: 'collector' }, 'b') + '.example')",
        "out(JSON.parse(q).a + '@' + 'collector.example')",
    );
}

#[test]
fn by_functions_of_the_file() {
    hides(
        "function d(s, k) { let r = ''; for (let i = 0; i < s.length; i++) r += String.fromCharCode(s.charCodeAt(i) ^ k.charCodeAt(i % k.length)); return r } out(d(d('archive@collector.example', 'key'), 'key'))",
        "function d(s, k) { let r = ''; for (let i = 0; i < s.length; i++) r += String.fromCharCode(s.charCodeAt(i) ^ k.charCodeAt(i % k.length)); return r } out(d(d('archive@collector.example', 'key'), 'kez'))",
    );
    hides(
        "const d = s => s.match(/../g).map(h => String.fromCharCode('0x' + h)).join(''); out(d('6172636869766540636f6c6c6563746f722e6578616d706c65'))",
        "const d = s => s.match(/../g).map(h => String.fromCharCode('0x' + h)).join(''); out(d(q))",
    );
    hides(
        "class D { constructor(k) { this.k = k } go(a) { const o = []; for (const n of a) o.push(String.fromCharCode(n - this.k)); return o.join('') } } function run() { const d = new D(3); return d.go([100,117,102,107,108,121,104,67,102,114,111,111,104,102,119,114,117,49,104,123,100,112,115,111,104]) } out(run())",
        "class D { constructor(k) { this.k = k } go(a) { const o = []; for (const n of a) o.push(String.fromCharCode(n - this.k)); return o.join('') } } function run() { const d = new D(4); return d.go([100,117,102]) } out(run())",
    );
}

#[test]
fn by_string_tables_that_turn() {
    let table = "
function table() { const t = ['example', '9xx', '@collector.', '12a', 'archive', '3zz']; table = function () { return t }; return table() }
function at(i, k) { const t = table(); return at = function (i, k) { i = i - 0x10; let v = t[i]; return v }, at(i, k) }
(function (f, wanted) { const t = f(); while (!![]) { try {
  const n = parseInt(at(0x10)) / 1 + parseInt(at(0x12)) / 3 * 1; if (n === wanted) break; else t['push'](t['shift']());
} catch (e) { t['push'](t['shift']()) } } }(table, WANTED));
out(at(0x13) + at(0x11) + at(0x15));";
    hides(&table.replace("WANTED", "0xd"), &table.replace("WANTED", "0xe"));
    let old = "
var _0xa = ['b2xsZWN0b3IuZXhhbXBsZQ', 'YXJjaGl2ZUBj'];
(function (a, n) { const turn = function (m) { while (--m) { a.push(a.shift()) } }; turn(++n) }(_0xa, TURNS));
var _0xb = function (i, k) { i = i - 0x0; var v = _0xa[i];
  if (_0xb.ready === undefined) {
    _0xb.decode = function (s) { var out = ''; for (var n = 0, c, b = 0, at = 0; c = s.charAt(at++); ~c && (b = n % 4 ? b * 64 + c : c, n++ % 4) ? out += String.fromCharCode(255 & b >> (-2 * n & 6)) : 0) { c = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='.indexOf(c) } return out };
    _0xb.cache = {}; _0xb.ready = true }
  var hit = _0xb.cache[i]; if (hit === undefined) { v = _0xb.decode(v); _0xb.cache[i] = v } else { v = hit } return v };
out(_0xb('0x0') + _0xb('0x1'));";
    hides(&old.replace("TURNS", "0x1"), &old.replace("TURNS", "0x2"));
}

#[test]
fn what_is_not_hidden_is_not_said_to_be() {
    let plain = [
        "out('archive@collector.example')",
        "const a = 'archive'; out(`${a}@collector.example`)",
        "const c = { mail: { bcc: 'archive@collector.example' } }; out(c.mail.bcc)",
        "enum E { A = 'archive@collector.example' } out(E.A) // ts",
        "out('archive' + '@' + 'collector.example')",
        "out(['archive@collector.example'].join(','))",
    ];
    for source in plain {
        let (value, hidden) = folded(source, &ModuleEnv::default(), |_, it| {
            (it.value.to_pattern(), it.hidden)
        });
        assert_eq!(value, MAILBOX, "{source}");
        assert!(!hidden, "{source}");
    }
}

#[test]
fn the_literal_that_decides_is_named() {
    let source =
        "const c = { name: 'x', bcc: 'archive@collector.example' }; function f() { out({ a: 1, b: c.bcc }.b) }";
    let span = folded(source, &ModuleEnv::default(), |_, it| it.source).expect("a place");
    assert_eq!(
        &source[span.start as usize..span.end as usize],
        "'archive@collector.example'"
    );
}

#[test]
fn a_mailbox_beside_what_is_not_known_stays_visible() {
    check(&[
        (
            "function f(to) { out(to + ', archive@collector.example') }",
            "*, archive@collector.example",
        ),
        (
            "function f(to) { out([].concat(to, 'archive@collector.example').join(',')) }",
            "*,archive@collector.example*",
        ),
        (
            "function f(to) { out(to || 'archive@collector.example') }",
            "archive@collector.example|*",
        ),
        (
            "function f({ bcc = 'archive@collector.example' } = {}) { out(bcc) }",
            "archive@collector.example|*",
        ),
        (
            "out(process.env.BCC ?? 'archive@collector.example')",
            "*|archive@collector.example",
        ),
    ]);
}
