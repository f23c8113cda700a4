//! Loading machine code: addons, WebAssembly, foreign functions.

use waxseal_model::CapabilityKind;

use super::aim::{Aim, text_aims};
use super::file_system::path_aims;
use super::{Call, Family};

/// Everything known that loads machine code, but for `require('./x.node')`, which is seen where modules are loaded.
#[rustfmt::skip]
pub(super) const FAMILIES: &[Family] = &[
    family(&["process"], &["dlopen"], |call| path_aims(call.argument(1))),
    family(&["bindings", "node-gyp-build", "node-gyp-build-optional-packages", "node-pre-gyp", "prebuildify", "nbind"], &LOADERS, first),
    family(&["@mapbox/node-pre-gyp", "prebuild-install", "pkg-prebuilds", "node-addon-loader"], &LOADERS, first),
    family(&[""], &WEB_ASSEMBLY, |_| vec![Aim::none()]),
    family(&["node:wasi"], &["WASI"], |_| vec![Aim::none()]),
    family(&["ffi", "ffi-napi", "ffi-rs", "koffi", "bun:ffi", "fastcall"], &["Library", "load", "open", "dlopen", "DynamicLibrary"], first),
    family(&[""], &["Deno.dlopen"], first),
];

const LOADERS: [&str; 4] = ["", "find", "path", "resolve"];

#[rustfmt::skip]
const WEB_ASSEMBLY: [&str; 6] = [
    "WebAssembly.Module", "WebAssembly.Instance", "WebAssembly.compile", "WebAssembly.compileStreaming", "WebAssembly.instantiate",
    "WebAssembly.instantiateStreaming",
];

const fn family(
    modules: &'static [&'static str],
    members: &'static [&'static str],
    aim: fn(&Call<'_, '_, '_>) -> Vec<Aim>,
) -> Family {
    Family {
        kind: CapabilityKind::Native,
        name: "",
        modules,
        members,
        aim,
    }
}

fn first(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    text_aims(call.argument(0))
}
