//! Names mean what the parser family's own analysis says they mean.

use std::cell::Cell;

use oxc_allocator::Allocator;
use oxc_ast::ast::{BindingIdentifier, IdentifierReference, Program};
use oxc_ast_visit::Visit;
use oxc_semantic::SemanticBuilder;
use oxc_span::Span;
use oxc_syntax::reference::ReferenceId;
use oxc_syntax::scope::{ScopeFlags, ScopeId};
use oxc_syntax::symbol::SymbolId;

use super::resolve;

/// What one mention of a name means.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    text: String,
    at: Span,
    /// Where it is declared; `None` for a global.
    declared: Option<Span>,
    read: bool,
    write: bool,
    is_type: bool,
}

/// The cells of a tree, in its order, which are emptied as they are read.
#[derive(Default)]
struct Cells {
    references: Vec<(String, Span, ReferenceId)>,
    symbols: Vec<(Span, Option<SymbolId>)>,
    scopes: usize,
}

impl<'a> Visit<'a> for Cells {
    fn enter_scope(&mut self, _: ScopeFlags, cell: &Cell<Option<ScopeId>>) {
        self.scopes += usize::from(cell.take().is_some());
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        let id = it.reference_id.take().expect("every mention of a name is numbered");
        self.references.push((it.name.to_string(), it.span, id));
    }

    fn visit_binding_identifier(&mut self, it: &BindingIdentifier<'a>) {
        self.symbols.push((it.span, it.symbol_id.take()));
    }
}

fn cells(program: &Program<'_>) -> Cells {
    let mut cells = Cells::default();
    cells.visit_program(program);
    cells
}

type Answer = (Vec<Meaning>, Vec<(Span, Option<Span>)>, usize, usize);

/// What the parser family's own analysis says.
fn expected<'a>(program: &'a Program<'a>) -> Answer {
    let scoping = SemanticBuilder::new().build(program).semantic.into_scoping();
    let cells = cells(program);
    let meaning = |(text, at, id): (String, Span, ReferenceId)| {
        let reference = scoping.get_reference(id);
        Meaning {
            text,
            at,
            declared: reference.symbol_id().map(|it| scoping.symbol_span(it)),
            read: reference.is_read(),
            write: reference.is_write(),
            is_type: reference.is_type(),
        }
    };
    let declared = |(at, id): (Span, Option<SymbolId>)| (at, id.map(|it| scoping.symbol_span(it)));
    let meanings = cells.references.into_iter().map(meaning).collect();
    let symbols = cells.symbols.into_iter().map(declared).collect();
    (meanings, symbols, scoping.symbols_len(), cells.scopes)
}

/// What we say.
fn found<'a>(program: &'a Program<'a>) -> Answer {
    let names = resolve(program);
    let cells = cells(program);
    assert_eq!(names.scopes_len(), cells.scopes, "every scope is numbered");
    let meaning = |(text, at, id): (String, Span, ReferenceId)| {
        let reference = names.get_reference(id);
        let same = |it: &super::Reference| std::ptr::eq(it, reference);
        let listed = match reference.symbol_id() {
            Some(symbol) => names.get_resolved_references(symbol).any(same),
            None => names.list(names.global(&text)).any(same),
        };
        assert!(listed, "`{text}` is among the references to what it means");
        Meaning {
            text,
            at,
            declared: reference.symbol_id().map(|it| names.symbol_span(it)),
            read: reference.is_read(),
            write: reference.is_write(),
            is_type: reference.is_type(),
        }
    };
    let declared = |(at, id): (Span, Option<SymbolId>)| (at, id.map(|it| names.symbol_span(it)));
    let meanings = cells.references.into_iter().map(meaning).collect();
    let symbols = cells.symbols.into_iter().map(declared).collect();
    (meanings, symbols, names.symbols_len(), cells.scopes)
}

fn check(path: &str, cases: &[(&str, &str)]) {
    for (rule, source) in cases {
        let allocator = Allocator::default();
        let parsed = crate::parse::parse(&allocator, source, path).unwrap_or_else(|err| panic!("{rule}: {err}"));
        let theirs = expected(parsed.program);
        assert_eq!(found(parsed.program), theirs, "{rule}: {source}");
    }
}

#[test]
fn names_in_scripts() {
    check("x.cjs", SCRIPTS);
}

#[test]
fn names_in_modules() {
    check("x.mjs", MODULES);
    check("x.jsx", JSX);
}

#[test]
fn names_in_typescript() {
    check("x.ts", TYPESCRIPT);
}

/// The rule, and code that shows it.
const SCRIPTS: &[(&str, &str)] = &[
    ("a global", "f(x); x = 1; x++; x += 1; typeof x; delete x;"),
    (
        "`var` is hoisted",
        "f(x); { var x = 1; } x; function g() { x; if (x) { for (var x in x) x; } x; }",
    ),
    ("`let` is not", "x; { x; let x = 1; x; { x; const x = 2; } } x;"),
    (
        "functions are hoisted",
        "f(); function f() { g(); function g() { f(); g(); } } g();",
    ),
    (
        "functions in blocks leave them",
        "f(); { f(); function f() {} } f(); function h() { if (a) { function i() {} } i(); } i();",
    ),
    (
        "unless `let` is in the way",
        "{ let f = 1; { function f() {} f; } f; } f; let g; { function g() {} g; } g;",
    ),
    (
        "unless they are async or generators",
        "{ async function f() {} function* g() {} f; g; } f; g;",
    ),
    ("unless the code is strict", "'use strict'; { function f() {} f; } f;"),
    (
        "unless their function is strict",
        "function g() { 'use strict'; { function f() {} f; } f; } { function f() {} } f;",
    ),
    (
        "functions as branches",
        "if (a) function f() { f(); } else function g() {} f(); g(); l: function h() {} h();",
    ),
    (
        "functions in cases",
        "switch (a) { case f: function f() {} let b = f; default: b; } f; b;",
    ),
    (
        "functions beside `var`",
        "{ var x = 1; function x() {} x; } x; function x() {} var x;",
    ),
    (
        "functions hidden by parameters",
        "function g(f) { { function f() {} f; } f; }",
    ),
    (
        "parameters",
        "function f(a, { b, c: [d = a], ...e }, ...g) { a; b; c; d; e; g; arguments; } a; b;",
    ),
    (
        "parameters see no body",
        "var x = 1; function f(a = x, b = () => x) { var x = 2; x; } function g(a = y) { var y; y; } var y;",
    ),
    (
        "parameters see what is declared later",
        "function f(a = later, b = () => later) { later; } let later;",
    ),
    (
        "parameters that are written twice",
        "function f(a, a) { a; } (function n(n) { n; }); (function n() { var n; n; });",
    ),
    (
        "the body declares a parameter again",
        "function f(a) { var a; function a() {} a; }",
    ),
    (
        "a function expression's name",
        "(function f() { f(); f = 1; }); f; var g = function h(a = h) { var h; h; }; h;",
    ),
    (
        "arrow functions",
        "var f = a => b => (a, b, c); a; (({ a }, [b] = a) => { a; b; }); x => { var x; x; };",
    ),
    (
        "classes",
        "x = class A extends B(A) { [A] = A; static { var A; A; } m(A) { A; } #p = A; }; A; class C { n() { C; } } C;",
    ),
    (
        "static blocks keep `var`",
        "class A { static { var x = 1; { var y; } x; y; } static f = x; } x; y;",
    ),
    (
        "`catch`",
        "try {} catch (e) { e; var e; let f; { e; } } e; try {} catch ({ a, b = a, [c]: d }) { a; b; d; var b2 = c; } a; try {} catch { e; }",
    ),
    (
        "`catch` and `var`",
        "function f() { try {} catch (e) { var e = 1; e; } e; } function g() { var e; try {} catch (e) { for (var e of e) e; } e; }",
    ),
    (
        "`catch` and functions",
        "try {} catch (e) { function e2() {} e2; } e2; try {} catch (f) { { function f() {} f; } f; } f;",
    ),
    (
        "loops",
        "for (let i = 0; i < n; i++) { i; let j = i; } i; for (const k of k2) k; k; for (var v in v) v; v; for (w of w) w; for ([a.b, c = d] of e) c; for (x.y in z);",
    ),
    (
        "`var` in loops of functions",
        "function f() { for (var i = 0, n = i; i < n; i++) { var o = i; (() => { i; var i; })(); } i; o; }",
    ),
    (
        "destructuring",
        "({ a, b: c, [d]: e.f, ...g } = h); [i, , j = k, ...l[m]] = n; ({ a = b } = c); var { a, b: { c: q }, ...r } = a;",
    ),
    (
        "reads and writes",
        "a = b; a += b; a ||= b; a.b = c; a[b] += c; ++a.b; a.b++; this[a] = b; f().a = b; (x ? y : z).a = 1; (x, y).b--; delete a[b]; delete a;",
    ),
    ("`with`", "with (a) { var b; b; c; let d; d; } b; d;"),
    ("labels are no names", "a: for (;;) { break a; continue a; }"),
    (
        "properties are no names",
        "({ a: 1, b, c() { a; c; }, get d() { return d; }, set d(d) { d; }, ['e']: e, async *f() {} }); x.a.b?.c[d]?.(e);",
    ),
    ("templates", "`${a}${`${b}`}`; a`${c}`.d`${e}`; a.b`${(a => a)(b)}`;"),
    (
        "chains",
        "a.b(c).d[e](f)(g)?.h(i => i)?.[j].k; new a.b(c)(d); new (a(b))(c); (a?.b).c(d); import(a); a ? b : c ? d : (() => e)() ? f : g; if (a) b; else if (c) d; else e; a + b * c - d && e || f; g ?? h;",
    ),
    ("`eval` changes nothing", "function f(a) { eval(b); var c; a; c; }"),
    (
        "deep scopes",
        "var a; function f() { { let b; { var c; function g() { a; b; c; d; let d; { let a; a; } } g; } } } d;",
    ),
    (
        "same name everywhere",
        "function a(a = a) { { let a; { a; var b = function a() { a; }; } } try { a; } catch (a) { a; } class b2 { a() { a; } } } a;",
    ),
];

const MODULES: &[(&str, &str)] = &[
    (
        "imports",
        "f(); a; b; c; d; import a, { f, default as b, g as c } from 'x'; import * as d from 'y'; { let a; a; }",
    ),
    (
        "exports",
        "export { a, b as c, d }; export default a; export * as n from 'x'; export { e } from 'y'; let a; function b() {} n; e;",
    ),
    (
        "exported declarations",
        "export const { a, b: [c] } = a; export function f() { f; } export class C { m() { C; } } export let g = 1, h = g;",
    ),
    ("default exports", "export default function f() { f; } f;"),
    ("default exports of classes", "export default class A extends A {} A;"),
    (
        "modules are strict",
        "{ function f() {} f; } f; { async function g() {} } g;",
    ),
    (
        "top-level await",
        "await a; for await (const b of c) b; const d = async () => { await d; }; using_(b);",
    ),
];

const JSX: &[(&str, &str)] = &[
    (
        "elements",
        "const A = 1; x = <A b={c} {...d}>{e}<A.f g='h' />{...i}<div>{(A => <A />)(j)}</div><></></A>; <Unknown />; <a-b />; <this.x />;",
    ),
    (
        "attributes",
        "<a b=<C d={e} /> f={g => <h>{g}</h>} />; <ns:a ns:b={c} />;",
    ),
];

const TYPESCRIPT: &[(&str, &str)] = &[
    (
        "types and values",
        "type A = B; interface B extends C<A> { a: A } const A = 1; let b: A = A; let c: typeof A; let d: B; B;",
    ),
    (
        "types are no values",
        "interface X {} function f(X: X) { let y: X = X; } X; type Y = 1; { let Y: Y; let z: Y = Y; }",
    ),
    (
        "type parameters",
        "function f<T extends U, U = T>(a: T, b: typeof a): T { let c: T; type T2 = U; return a; } class C<T> extends D<T> implements E<T> { a: T; m<T>(b: T): C<T> {} } let x: T;",
    ),
    (
        "generic arrow functions",
        "const f = <T,>(a: T, b = a as T): T => { let T: T; return <T>a; };",
    ),
    (
        "conditional types",
        "type A<T> = T extends (infer U extends V)[] ? U : U; type B<T> = T extends [infer H, ...infer R] ? [H, R] : T extends infer H ? H : never;",
    ),
    (
        "mapped types",
        "type A<T> = { [K in keyof T as `${K}`]?: T[K] }; type B = { readonly [k: string]: A<k> }; type K2 = K;",
    ),
    (
        "function types",
        "type F = <T>(a: T, b: typeof a) => asserts a is T; type G = new (c: F) => typeof c; interface H { (a: H): a; new <T>(b: T): T; m<T>(c: T): typeof c; [key]: T; [computed](d: D): typeof d }",
    ),
    (
        "enums",
        "enum A { B = 1, C = B, 'D' = C, E = A.B + outside } const enum F { G = A.C } B; declare enum H { I } let a: A.B = A.B; enum A { J = B }",
    ),
    (
        "namespaces",
        "namespace N { export const a = 1; a; export namespace O { a; } type T = 1 } N.a; a; let t: N.T; namespace P.Q.R { P; Q; } Q;",
    ),
    (
        "namespaces of types",
        "namespace N { export interface I {} } let N: N.I; N; namespace M { export type T = 1; export {} } M; namespace V { namespace W {} import x = y; } V; namespace E { const enum F {} } E;",
    ),
    (
        "namespaces that export names",
        "namespace A { type T = 1; export { T } } A; namespace B { const v = 1; export { v } } B; type T2 = 1; namespace C { export { T2 } } C; namespace D { export { missing } } D; namespace S { export { S } } S;",
    ),
    (
        "merged declarations",
        "class A {} namespace A { export let b; } interface A {} function f() {} namespace f { f; } A; f; let a: A; enum E {} namespace E {} E;",
    ),
    (
        "imports of types",
        "import type { A } from 'a'; import { type B, C } from 'b'; import type D from 'd'; import type * as E from 'e'; let a: A, b: B = B, c: C = C, d: D; A; E.f; let e: E.g; typeof A; let q: typeof A;",
    ),
    (
        "`import x = …`",
        "import a = require('a'); import b = a.c; import type d = require('d'); import e = a; export import f = b.g; a; b; d; e; f; let x: a.T, y: e.T;",
    ),
    ("`export =`", "const a = 1; export = a;"),
    (
        "exports of types",
        "type A = 1; const B = 1; interface C {} export { A, B, type C }; export type { A as D, B as E };",
    ),
    ("default exports of types", "interface A {} export default A;"),
    (
        "qualified names skip types",
        "function f<N>(a: N.T, b: N) {} namespace N { export type T = 1 } let c: typeof N.x.y; let d: import('x', { with: { a: 'b' } }).Y<N.T>;",
    ),
    (
        "ambient declarations",
        "declare const a: A; declare function f(a: B): typeof a; declare class C extends a.D<E> { [k]: F; m(): typeof k } declare module 'm' { const a: 1; export { a } } declare global { var g: typeof a; } declare namespace N { let h; } a; f; C; g; h; N;",
    ),
    (
        "overloads",
        "function f(a: string): void; function f(a: number): void; function f(a: any) { a; f; } class A { m(a: B): void; m(a: any) { a; } constructor(private a: C, readonly b = a) { a; } abstract x: typeof b }",
    ),
    (
        "abstract and declared members",
        "abstract class A { abstract [a]: B; declare [c]: D; abstract [e](): F; [g]: H = i; accessor j = k; }",
    ),
    (
        "decorators",
        "@a(() => b) class A { @c(A) m(@d(e) e, @f((g) => g) g) { e; g; } @h() p = A; constructor(@e(a) private a: A) { a; } } a;",
    ),
    (
        "assertions",
        "(a as B) = c; (<D>e) = f; a! = b; a!.c = d; x = y satisfies Z as W; (a as any).b++; f<T>(a)<U>; new G<T>(a); t<T>`${b}`;",
    ),
    (
        "`this` parameters",
        "function f(this: T, a: typeof this) { a; } type F = (this: T) => void;",
    ),
    (
        "`var` in namespaces",
        "namespace N { var a; { var b; function c() {} } b; c; } a; b; c;",
    ),
    ("functions in blocks stay", "{ function f() {} f; } f;"),
    (
        "predicates and accessors",
        "class A { get a(): this is B { return a; } static [k: string]: C; is(x: D): x is D { return x; } } let u: unique symbol; type V = `a${W}`; type X = Y['z'][]; type O = { a?: P; readonly b: Q; get c(): R; set c(d: S) };",
    ),
];
