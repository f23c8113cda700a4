use waxseal_model::CapabilityKind::Native;

use super::check_twins;

#[test]
fn every_way_to_load_machine_code() {
    check_twins(
        Native,
        &[
            (
                "require('./build/x.node')",
                "require ./build/x.node",
                "require('./build/x.js')",
            ),
            (
                "require('./build/' + process.platform + '/x.node')",
                "require /./build/*/x.node/",
                "require('./build/' + process.platform + '/x.js')",
            ),
            (
                "process.dlopen(module, './x.so')",
                "process.dlopen ./x.so",
                "library.dlopen(module, './x.so')",
            ),
            (
                "require('bindings')('addon')",
                "bindings addon",
                "require('binding')('addon')",
            ),
            (
                "require('node-gyp-build')(__dirname)",
                "node-gyp-build ?",
                "require('node-gyp-build').parseTags(x)",
            ),
            (
                "WebAssembly.instantiate(bytes)",
                "WebAssembly.instantiate -",
                "Assembly.instantiate(bytes)",
            ),
            (
                "new WebAssembly.Module(bytes)",
                "WebAssembly.Module -",
                "new Module(bytes)",
            ),
            (
                "require('ffi-napi').Library('libc')",
                "ffi-napi.Library libc",
                "require('ffi-napi').types",
            ),
        ],
    );
}
