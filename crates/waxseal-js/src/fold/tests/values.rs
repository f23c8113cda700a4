//! Ordinary ways to write a value.

use super::check;

#[test]
fn literals_and_operators() {
    check(&[
        ("out('a' + 'b' + 1 + 2)", "ab12"),
        ("out(1 + 2 + 'a')", "3a"),
        ("out(`a${1 + 1}b`)", "a2b"),
        ("out(`a${x}b`)", "a*b"),
        ("out('a' + x + 'b' + y)", "a*b*"),
        ("out(7 % 4 ** 2)", "7"),
        ("out(5 & 3 | 8 ^ 1)", "9"),
        ("out(-1 >>> 28)", "15"),
        ("out(1 << 4)", "16"),
        ("out(0.1 + 0.2)", "0.30000000000000004"),
        ("out(1e21)", "1e+21"),
        ("out(!0 + '')", "true"),
        ("out(typeof 'a')", "string"),
        ("out(void 0)", "undefined"),
        ("out(1 < 2 ? 'a' : 'b')", "a"),
        ("out(x ? 'a' : 'b')", "a|b"),
        ("out(x || 'a')", "*|a"),
        ("out(x ?? 'a')", "*|a"),
        ("out('' || 'a')", "a"),
        ("out(null ?? 'a')", "a"),
        ("out(0 ?? 'a')", "0"),
        ("out('b' && 'a')", "a"),
        ("out((1, 2, 'a'))", "a"),
        ("out('a' == 'a' && 1 == '1' && null == undefined)", "true"),
        ("out([] + {})", "[object Object]"),
        ("out((![] + [])[+[]] + (!![] + [])[+!+[]])", "fr"),
        ("out('\\x61\\u0062\\u{63}')", "abc"),
    ]);
}

#[test]
fn names_stand_for_what_they_are_given() {
    check(&[
        ("const a = 'x'; out(a)", "x"),
        ("let a = 'x'; out(a)", "x"),
        ("let a; a = 'x'; out(a)", "x"),
        ("let a = 'x'; if (q) a = 'y'; out(a)", "x|y"),
        ("let a = 'x'; { let a = 'y' } out(a)", "x"),
        ("function f(a) { out(a) }", "*"),
        ("function f(a = 'x') { out(a) }", "x|*"),
        ("function f({ a = 'x' }) { out(a) }", "x|*"),
        ("function f({ a } = { a: 'x' }) { out(a) }", "x|*"),
        ("const { a } = { a: 'x' }; out(a)", "x"),
        ("const { b: { c: [, a] } } = { b: { c: [1, 'x'] } }; out(a)", "x"),
        ("const [a, ...b] = ['x', 'y', 'z']; out(b.join('-'))", "y-z"),
        ("const { z = 'x' } = {}; out(z)", "x"),
        ("let a; [a] = ['x']; out(a)", "x"),
        ("let a; ({ b: a } = { b: 'x' }); out(a)", "x"),
        ("(function (a) { out(a) })('x')", "x"),
        ("((a, ...b) => { out(b) })('x', 'y')", "y"),
        ("for (const a of ['x', 'y']) out(a)", "x|y"),
        ("for (const a in { x: 1, y: 2 }) out(a)", "x|y"),
        ("['x', 'y'].forEach(a => out(a))", "x|y"),
        ("enum E { A = 'x', B = 3, C } out(E.A + E.B + E.C) // ts", "x34"),
        ("const a = 'x' as const; out(a!) // ts", "x"),
        ("var a = a; out(a)", "*"),
        ("const a = b, b = a; out(a)", "*"),
        ("try { f() } catch (e) { out(e) }", "*"),
    ]);
}

#[test]
fn objects_keep_what_is_written_onto_them() {
    check(&[
        ("const o = { a: 'x' }; out(o.a)", "x"),
        ("const o = { a: { b: ['x'] } }; out(o.a['b'][0])", "x"),
        ("const o = {}; o.a = 'x'; out(o.a)", "x"),
        ("const o = {}; o['a'] = 'x'; out(o.a)", "x"),
        ("const o = { p: {} }; o.p.a = 'x'; out(o.p.a)", "x"),
        ("const o = { a: 'x' }; o.a = 'y'; out(o.a)", "x|y"),
        ("const o = {}; Object.assign(o, { a: 'x' }); out(o.a)", "x"),
        (
            "const o = {}; Object.defineProperty(o, 'a', { value: 'x' }); out(o.a)",
            "x",
        ),
        (
            "const o = {}; Object.defineProperty(o, 'a', { get() { return 'x' } }); out(o.a)",
            "x",
        ),
        ("const o = {}; Reflect.set(o, 'a', 'x'); out(o.a)", "x"),
        ("const o = { get a() { return 'x' } }; out(o.a)", "x"),
        ("const p = { a: 'x' }; const o = { ...p, b: 1 }; out(o.a)", "x"),
        ("const o = { a: 'x', ...q }; out(o.a)", "x|*"),
        ("const o = { ...q, a: 'x' }; out(o.a)", "x"),
        ("const o = { ...(q && { a: 'x' }) }; out(o.a)", "x"),
        ("const o = { [k]: 'x' }; out(o.a)", "*"),
        ("const k = 'a'; const o = { [k]: 'x' }; out(o.a)", "x"),
        ("out({ a: 'x' }?.a)", "x"),
        ("out({ a: 'x' }.b)", "undefined"),
        ("out(Object.keys({ a: 1, b: 2 }).join())", "a,b"),
        ("out(Object.values({ a: 'x', b: 'y' })[1])", "y"),
        ("out(Object.entries({ a: 'x' }).map(([k, v]) => k + v)[0])", "ax"),
        ("out(Object.fromEntries([['a', 'x']]).a)", "x"),
        ("out(Object.freeze({ a: 'x' }).a)", "x"),
        ("const o = { f() { return 'x' } }; out(o.f())", "x"),
        ("out(new Map([['a', 'x']]).get('a'))", "x"),
        ("out(JSON.parse('{\"a\":[\"x\"]}').a[0])", "x"),
        (
            "out(JSON.stringify({ a: 'x', b: [1, q] }))",
            "{\"a\":\"x\",\"b\":[1,*]}",
        ),
    ]);
}

#[test]
fn classes_keep_their_fields() {
    check(&[
        ("class A { static a = 'x' } out(A.a)", "x"),
        ("class A {} A.a = 'x'; out(A.a)", "x"),
        ("class A { a = 'x'; m() { out(this.a) } }", "x"),
        ("class A { constructor() { this.a = 'x' } m() { out(this.a) } }", "x"),
        (
            "class A { constructor() { this.a = 'x' } m() { [1].forEach(() => out(this.a)) } }",
            "x",
        ),
        ("class A { constructor(o) { this.a = o.a } m() { out(this.a) } }", "*"),
        ("class A { #a = 'x'; m() { out(this.#a) } }", "x"),
        (
            "class A { constructor(private a = 'x') {} m() { out(this.a) } } // ts",
            "*",
        ),
        ("class A { constructor(a) { this.a = a } } out(new A('x').a)", "x"),
        ("class A { get a() { return 'x' } m() { out(this.a) } }", "x"),
        ("class A { m() { return 'x' } } out(new A().m())", "x"),
        ("class A { m() { return 'x' } n() { out(this.m()) } }", "x"),
    ]);
}

#[test]
fn text_methods() {
    check(&[
        ("out('abcd'.slice(1, -1))", "bc"),
        ("out('abcd'.substring(3, 1))", "bc"),
        ("out('abcd'.substr(-3, 2))", "bc"),
        ("out('abcd'.at(-1) + 'abcd'.charAt(1) + 'abcd'[2])", "dbc"),
        ("out('a'.charCodeAt(0))", "97"),
        ("out('a-b-c'.split('-').join('+'))", "a+b+c"),
        ("out('abc'.split('').reverse().join(''))", "cba"),
        ("out([...'abc'].reverse().join(''))", "cba"),
        ("out('a'.concat('b', x))", "ab*"),
        ("out('aXbX'.replace('X', '-'))", "a-bX"),
        ("out('aXbX'.replaceAll('X', '-'))", "a-b-"),
        ("out('aXbX'.replace(/x/gi, '-'))", "a-b-"),
        ("out('john smith'.replace(/(\\w+) (\\w+)/, '$2 $1'))", "smith john"),
        ("out('abc'.replace(/./g, c => c.toUpperCase() + '.'))", "A.B.C."),
        ("out('Hi {n}!'.replace('{n}', x))", "Hi *!"),
        ("out(' a '.trim().padStart(3, '-').padEnd(5, '='))", "--a=="),
        ("out('ab'.repeat(3))", "ababab"),
        ("out('abc'.indexOf('c') + 'abc'.lastIndexOf('z'))", "1"),
        (
            "out('abc'.includes('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c'))",
            "true",
        ),
        ("out('a1b22'.match(/\\d+/g).join())", "1,22"),
        ("out('a1b22'.match(/b(\\d+)/)[1])", "22"),
        (
            "out([...'a1b2'.matchAll(/([a-z])(\\d)/g)].map(m => m[2] + m[1]).join(''))",
            "1a2b",
        ),
        ("out('a,b;c'.split(/[,;]/).join(''))", "abc"),
        ("out('ABC'.toLowerCase() + 'abc'.toUpperCase())", "abcABC"),
        ("out('abc'.length)", "3"),
        ("out((255).toString(16) + (0.5).toString(2) + 'zz'.length)", "ff0.12"),
        (
            "out(parseInt('0x1f') + parseInt('77', 8) + Number('1e2') + +'3')",
            "197",
        ),
        ("out(Math.max(1, 5, 3) + Math.floor(2.7) + Math.round(2.5))", "10"),
        ("out((x + ',a@b.example').split(',')[1])", "a@b.example|*"),
        ("out((1.005).toFixed(2))", "1.00"),
    ]);
}

#[test]
fn list_methods() {
    check(&[
        ("out(['a', 'b', 'c'].slice(1).concat(['d'], 'e').join(''))", "bcde"),
        ("out([1, 2, 3].map(n => n * 2).filter(n => n > 2).join())", "4,6"),
        ("out(['b', 'a'].sort().join(''))", "ab"),
        ("out([3, 1, 2].sort((a, b) => b - a).join(''))", "321"),
        ("out([1, 2, 3].reduce((a, b) => a + b))", "6"),
        ("out(['a', 'b'].reduceRight((s, c) => s + c, ''))", "ba"),
        ("out([['a'], ['b', ['c']]].flat(2).join(''))", "abc"),
        ("out(['a', 'b'].indexOf('b'))", "1"),
        ("out(Array.from({ length: 3 }, (_, i) => i).join(''))", "012"),
        ("out(Array.from('abc').join('-'))", "a-b-c"),
        ("out(new Array(3).fill('a').join(''))", "aaa"),
        ("out([...Array(3).keys()].join(''))", "012"),
        ("out(['a', 'b', 'c'].find(c => c > 'a'))", "b"),
        ("const a = ['x']; a.push('y', 'z'); out(a.join(''))", "xyz"),
        ("const a = ['x', 'y']; a.reverse(); out(a.join(''))", "yx"),
        (
            "const a = []; for (const c of [97, 98]) a.push(String.fromCharCode(c)); out(a.join(''))",
            "ab",
        ),
        (
            "const a = ['x']; a.unshift('w'); a.splice(1, 0, 'v'); out(a.join(''))",
            "wvx",
        ),
        ("const a = []; a[0] = 'x'; a.push('y'); out(a.join(''))", "xy"),
        ("let s = ''; for (let i = 0; i < 3; i++) s += i; out(s)", "012"),
        ("let s = 'a'; s += 'b'; out(s)", "ab"),
        ("let s = 'a'; s += 'b'; out(s); s += 'c'", "ab"),
        ("function f(to) { to += ',x'; out(to) }", "*,x"),
        ("let s = 'a'; if (q) s += 'b'; out(s)", "a|ab"),
        ("out([q, 'x'].filter(Boolean))", "*,x,*"),
        ("out([q, 'x'].join(','))", "*,x"),
        ("out([].concat(q, 'x'))", "*,x,*"),
        ("out([...q, 'x'])", "*,x,*"),
    ]);
}

#[test]
fn functions_of_the_file_are_followed() {
    check(&[
        ("function f() { return 'x' } out(f())", "x"),
        ("const f = a => a + 'y'; out(f('x'))", "xy"),
        ("const f = a => a + 'y'; out(f(q))", "*y"),
        ("function f(a) { if (a) return 'x'; return 'y' } out(f(q))", "x|y"),
        (
            "function f(a) { let r = 'x'; if (a) r = 'y'; return r } out(f(q))",
            "x|y",
        ),
        ("function f(n) { return n < 1 ? '' : f(n - 1) + n } out(f(4))", "1234"),
        ("function f(...a) { return a.join('-') } out(f(1, 2))", "1-2"),
        ("function f() { return arguments[1] } out(f(1, 'x'))", "x"),
        (
            "function f(k) { switch (k) { case 1: return 'a'; case 2: { return 'b' } default: return 'c' } } out(f(2) + f(9))",
            "bc",
        ),
        (
            "function f() { try { throw 'x' } catch (e) { return e + 'y' } finally { } } out(f())",
            "xy",
        ),
        (
            "function f() { let i = 0; while (true) { if (++i > 4) break; if (i % 2) continue } return i } out(f())",
            "5",
        ),
        (
            "function f() { a: for (let i = 0; ; i++) { for (;;) { if (i > 2) break a; continue a } } return 'x' } out(f())",
            "x",
        ),
        (
            "function f() { const o = {}; o.a = 'x'; delete o.b; return o.a } out(f())",
            "x",
        ),
        (
            "function f() { const m = new Map(); m.set('a', 'x'); return m.get('a') } out(f())",
            "x",
        ),
        (
            "function f() { let a = 1, b = 2; [a, b] = [b, a]; return a } out(f())",
            "2",
        ),
        (
            "function f() { const g = x => x + 1; return [1, 2].map(g).join('') } out(f())",
            "23",
        ),
        ("function f() { let n = 0; return () => ++n } out(f()())", "1"),
        (
            "async function f() { return 'x' } async function g() { out(await f()) }",
            "x",
        ),
        ("out((() => 'x')())", "x"),
        (
            "function f(a) { return a.map(x => x.b) } out(f([{ b: 'x' }, { b: 'y' }]).join(''))",
            "xy",
        ),
        (
            "function f() { const S = function (a) { this.a = a; this.n = [1, 2] }; S.prototype.go = function () { return this.a + --this.n[1] }; return new S('x').go() } out(f())",
            "x1",
        ),
        ("function f() { return g() } function g() { return f() } out(f())", "*"),
        (
            "const f = function (a) { return this.p + a }; out(f.call({ p: 'x' }, 'y') + f.apply({ p: 'z' }, ['w']))",
            "xyzw",
        ),
    ]);
}
