use waxseal_model::CapabilityKind::Tampering;

use super::{check, check_twins};

#[test]
fn every_way_to_write_to_what_belongs_to_others() {
    check_twins(
        Tampering,
        &[
            (
                "Array.prototype.at = function () {}",
                "Array.prototype at!",
                "class List {} List.prototype.at = function () {}",
            ),
            (
                "globalThis.fetch = function () {}",
                "globalThis fetch!",
                "globalThis.myLibrary = function () {}",
            ),
            (
                "window.fetch = wrap(window.fetch)",
                "globalThis fetch!",
                "window.analytics = wrap(window.analytics)",
            ),
            (
                "require('http').request = function () {}",
                "node:http request!",
                "require('./http').request = function () {}",
            ),
            (
                "const m = require('nodemailer'); m.createTransport = function () {}",
                "nodemailer createTransport!",
                "const m = require('nodemailer'); m.debug = true",
            ),
            (
                "XMLHttpRequest.prototype.open = function () {}",
                "XMLHttpRequest.prototype open!",
                "function XMLHttpRequest() {} XMLHttpRequest.prototype.open = function () {}",
            ),
            ("require.cache[id] = x", "require.cache ?!", "store.cache[id] = x"),
            (
                "delete require.cache['x']",
                "require.cache x!",
                "delete store.cache['x']",
            ),
            (
                "require('module')._load = function () {}",
                "node:module _load!",
                "require('module').title = 'x'",
            ),
            (
                "require('module').prototype.require = function () {}",
                "node:module.prototype require!",
                "loader.prototype.require = function () {}",
            ),
            (
                "Object.defineProperty(Object.prototype, 'x', {})",
                "Object.prototype x!",
                "Object.defineProperty(exports, 'x', {})",
            ),
            (
                "Object.assign(Array.prototype, { last() {} })",
                "Array.prototype last!",
                "Object.assign(target, { last() {} })",
            ),
            (
                "Object.setPrototypeOf(Array.prototype, x)",
                "Array.prototype __proto__!",
                "Object.setPrototypeOf(Child.prototype, x)",
            ),
            (
                "require('module').register('./hooks.js')",
                "node:module.register -!",
                "registry.register('./hooks.js')",
            ),
            (
                "console.log = function () {}",
                "console log!",
                "logger.log = function () {}",
            ),
        ],
    );
}

#[test]
fn filling_a_gap_is_not_sensitive() {
    check(
        Tampering,
        "if (!Array.prototype.at) Array.prototype.at = function () {}",
        &["Array.prototype at"],
    );
    check(
        Tampering,
        "if (typeof globalThis.fetch === 'undefined') globalThis.fetch = function () {}",
        &["globalThis fetch"],
    );
    check(
        Tampering,
        "globalThis.fetch = globalThis.fetch || function () {}",
        &["globalThis fetch"],
    );
    check(Tampering, "globalThis.fetch ??= function () {}", &["globalThis fetch"]);
    check(
        Tampering,
        "Symbol.dispose = Symbol.dispose || Symbol()",
        &["Symbol dispose"],
    );
}

#[test]
fn another_condition_is_no_excuse() {
    check(
        Tampering,
        "if (!started) Array.prototype.at = function () {}",
        &["Array.prototype at!"],
    );
}

#[test]
fn own_exports_are_ones_own() {
    for own in [
        "exports.fetch = function () {}",
        "module.exports.x = function () {}",
        "module.exports = function () {}",
        "this.fetch = function () {}",
    ] {
        check(Tampering, own, &[]);
    }
}

#[test]
fn assigning_a_global_function_by_its_name() {
    check(Tampering, "fetch = function () {}", &["globalThis fetch!"]);
    check(Tampering, "let fetch; fetch = function () {}", &[]);
}
