use super::check_reach;

const FETCH: &str = "fetch('https://x.example')";

#[test]
fn code_at_the_top_of_an_entry_file_runs_on_import() {
    check_reach(
        &[("main", "index.js")],
        &[("index.js", FETCH)],
        "import: main > index.js",
    );
}

#[test]
fn code_in_a_file_that_nothing_loads_is_unreached() {
    check_reach(
        &[("main", "index.js")],
        &[("index.js", ""), ("other.js", FETCH)],
        "unreached: ",
    );
}

#[test]
fn code_in_an_exported_function_is_called() {
    for source in [
        "module.exports = function send() { FETCH }",
        "module.exports = { send() { FETCH } }",
        "exports.send = function () { FETCH }",
        "export function send() { FETCH }",
        "export const send = () => { FETCH }",
        "function send() { FETCH } export { send }",
        "function send() { FETCH } module.exports = { send }",
    ] {
        check_reach(
            &[("main", "index.js")],
            &[("index.js", &source.replace("FETCH", FETCH))],
            "call: main > index.js > send()",
        );
    }
}

#[test]
fn a_method_of_an_exported_class_is_called() {
    let source = format!("export class Mailer {{ send() {{ {FETCH} }} }}");
    check_reach(
        &[("main", "index.js")],
        &[("index.js", &source)],
        "call: main > index.js > Mailer() > send()",
    );
}

#[test]
fn a_function_called_at_the_top_runs_on_import() {
    let source = format!("function start() {{ {FETCH} }} start();");
    check_reach(
        &[("main", "index.js")],
        &[("index.js", &source)],
        "import: main > index.js > start()",
    );
}

#[test]
fn an_immediate_function_runs_on_import() {
    check_reach(
        &[("main", "index.js")],
        &[("index.js", &format!("(function () {{ {FETCH} }})()"))],
        "import: main > index.js",
    );
}

#[test]
fn a_function_handed_on_is_called() {
    let source = format!("server.tool('send', {{}}, async function handler() {{ {FETCH} }});");
    check_reach(
        &[("main", "index.js")],
        &[("index.js", &source)],
        "call: main > index.js > handler()",
    );
    let source = format!("function handler() {{ {FETCH} }} server.tool('send', {{}}, handler);");
    check_reach(
        &[("main", "index.js")],
        &[("index.js", &source)],
        "call: main > index.js > handler()",
    );
}

#[test]
fn a_function_that_nobody_mentions_is_only_loaded() {
    let source = format!("function unused() {{ {FETCH} }}");
    check_reach(
        &[("main", "index.js")],
        &[("index.js", &source)],
        "loaded: main > index.js",
    );
}

#[test]
fn a_helper_is_reached_through_who_calls_it() {
    let source = format!("function helper() {{ {FETCH} }} exports.send = function send() {{ helper(); }}");
    check_reach(
        &[("main", "index.js")],
        &[("index.js", &source)],
        "call: main > index.js > send() > helper()",
    );
}

#[test]
fn a_function_of_another_file_is_reached_by_its_name() {
    let helper = format!("exports.used = function used() {{ }}; exports.other = function other() {{ {FETCH} }}");
    let index = |name: &str| format!("const h = require('./helper'); exports.send = function send() {{ h.{name}(); }}");
    check_reach(
        &[("main", "a.js")],
        &[("a.js", &index("other")), ("helper.js", &helper)],
        "call: main > a.js > send() > helper.js > other()",
    );
    check_reach(
        &[("main", "a.js")],
        &[("a.js", &index("used")), ("helper.js", &helper)],
        "loaded: main > a.js > helper.js",
    );
}

#[test]
fn modules_are_followed_by_name_too() {
    let helper = format!("export function used() {{ }} export function other() {{ {FETCH} }}");
    let index = |name: &str| format!("import {{ {name} as x }} from './helper.js'; export function send() {{ x(); }}");
    check_reach(
        &[("main", "a.mjs")],
        &[("a.mjs", &index("other")), ("helper.js", &helper)],
        "call: main > a.mjs > send() > helper.js > other()",
    );
    check_reach(
        &[("main", "a.mjs")],
        &[("a.mjs", &index("used")), ("helper.js", &helper)],
        "loaded: main > a.mjs > helper.js",
    );
}

#[test]
fn what_is_passed_on_is_followed() {
    let helper = format!("export function other() {{ {FETCH} }}");
    for index in [
        "export * from './helper.js'",
        "export { other } from './helper.js'",
        "import { other } from './helper.js'; export { other }",
    ] {
        check_reach(
            &[("main", "a.mjs")],
            &[("a.mjs", index), ("helper.js", &helper)],
            "call: main > a.mjs > helper.js > other()",
        );
    }
    let common = format!("exports.other = function other() {{ {FETCH} }}");
    check_reach(
        &[("main", "a.js")],
        &[("a.js", "module.exports = require('./helper')"), ("helper.js", &common)],
        "call: main > a.js > helper.js > other()",
    );
}

#[test]
fn a_file_loaded_on_import_runs_on_import() {
    let files = [("a.js", "require('./b')"), ("b.js", "import './c.js'"), ("c.js", FETCH)];
    check_reach(&[("main", "a.js")], &files, "import: main > a.js > b.js > c.js");
}

#[test]
fn a_file_loaded_by_a_function_runs_when_that_is_called() {
    let files = [
        ("a.js", "exports.lazy = function lazy() { require('./b') }"),
        ("b.js", FETCH),
    ];
    check_reach(&[("main", "a.js")], &files, "call: main > a.js > lazy() > b.js");
}

#[test]
fn what_an_install_script_starts_runs_on_install() {
    let files = [("index.js", ""), ("scripts/setup.js", FETCH)];
    check_reach(
        &[
            ("main", "index.js"),
            ("script:postinstall", "node scripts/setup.js --quiet"),
        ],
        &files,
        "install: postinstall > scripts/setup.js",
    );
    check_reach(
        &[
            ("main", "index.js"),
            ("script:preinstall", "node ./scripts/setup || true"),
        ],
        &files,
        "install: preinstall > scripts/setup.js",
    );
    check_reach(
        &[
            ("script:postinstall", "npm run setup"),
            ("script:setup", "node scripts/setup.js"),
        ],
        &files,
        "install: postinstall > scripts/setup.js",
    );
    check_reach(
        &[("main", "index.js"), ("script:test", "node scripts/setup.js")],
        &files,
        "unreached: ",
    );
}

#[test]
fn callbacks_of_an_install_script_run_on_install() {
    let setup = "const d = require('./download'); d.get(function done() {})";
    let download = format!("exports.get = function get(f) {{ {FETCH} }}");
    let files = [("setup.js", setup), ("download.js", download.as_str())];
    check_reach(
        &[("script:install", "node setup.js")],
        &files,
        "install: install > setup.js > download.js > get()",
    );
}

#[test]
fn installing_does_not_call_what_it_only_loads() {
    let lib = format!("exports.send = function send() {{ {FETCH} }}; exports.version = function version() {{}}");
    let files = [("lib.js", lib.as_str()), ("setup.js", "require('./lib').version()")];
    let found = super::scan_files(&[("main", "lib.js"), ("script:install", "node setup.js")], &files);
    assert!(found.capabilities.iter().all(|it| it.reach.is_reached()));
}

#[test]
fn a_command_is_an_entry() {
    check_reach(
        &[("bin:tool", "./cli.js")],
        &[("cli.js", &format!("#!/usr/bin/env node\n{FETCH}"))],
        "import: bin:tool > cli.js",
    );
}

#[test]
fn index_js_is_the_entry_when_nothing_is_said() {
    check_reach(&[], &[("index.js", FETCH)], "import: index > index.js");
}

#[test]
fn a_pattern_of_exports_is_every_file_it_fits() {
    let entries = [("./features/*", "./src/features/*.js")];
    check_reach(
        &entries,
        &[("src/features/a.js", FETCH)],
        "import: ./features/* > src/features/a.js",
    );
    check_reach(&entries, &[("src/other/a.js", FETCH)], "unreached: ");
}

#[test]
fn the_package_can_load_itself_and_its_internal_names() {
    check_reach(
        &[(".", "./a.js")],
        &[("a.js", "require('pkg/b')"), ("b.js", FETCH)],
        "import: . > a.js > b.js",
    );
    check_reach(
        &[("./x", "./a.js"), (".", "./b.js")],
        &[("a.js", ""), ("b.js", "require('pkg/x')"), ("c.js", FETCH)],
        "unreached: ",
    );
    check_reach(
        &[(".", "./a.js"), ("#dep", "./b.js")],
        &[("a.js", "require('#dep')"), ("b.js", FETCH)],
        "import: . > a.js > b.js",
    );
    check_reach(
        &[(".", "./a.js"), ("#lib/*", "./lib/*.js")],
        &[("a.js", "require('#lib/b')"), ("lib/b.js", FETCH)],
        "import: . > a.js > lib/b.js",
    );
}

#[test]
fn a_folder_is_loaded_by_its_own_manifest_or_its_index() {
    let index = [("a.js", "require('./lib')"), ("lib/index.js", FETCH)];
    check_reach(&[("main", "a.js")], &index, "import: main > a.js > lib/index.js");
    let own = [
        ("a.js", "require('./lib')"),
        ("lib/package.json", r#"{"main":"./deep/x.js"}"#),
        ("lib/deep/x.js", FETCH),
    ];
    check_reach(&[("main", "a.js")], &own, "import: main > a.js > lib/deep/x.js");
}

#[test]
fn a_bundled_dependency_is_found() {
    let files = [("a.js", "require('dep')"), ("node_modules/dep/index.js", FETCH)];
    check_reach(
        &[("main", "a.js")],
        &files,
        "import: main > a.js > node_modules/dep/index.js",
    );
}

#[test]
fn long_ways_keep_both_ends() {
    let names: Vec<String> = (0..12).map(|it| format!("f{it}.js")).collect();
    let sources: Vec<String> = (0..12)
        .map(|it| {
            if it == 11 {
                FETCH.to_owned()
            } else {
                format!("require('./f{}')", it + 1)
            }
        })
        .collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(sources.iter().map(String::as_str))
        .collect();
    check_reach(
        &[("main", "f0.js")],
        &files,
        "import: main > f0.js > f1.js > … > f8.js > f9.js > f10.js > f11.js",
    );
}

#[test]
fn files_that_load_each_other_end() {
    let files = [
        ("a.js", "require('./b'); exports.x = require('./b').y"),
        ("b.js", "module.exports = require('./a')"),
        ("c.js", FETCH),
    ];
    check_reach(&[("main", "a.js")], &files, "unreached: ");
}

#[test]
fn names_passed_on_along_very_many_ways_are_looked_up_once() {
    let mut files = vec![(
        "a.js".to_owned(),
        "import { missing } from './f0.js'; missing()".to_owned(),
    )];
    for level in 0..30 {
        let next = level + 1;
        for side in ["f", "g"] {
            let source = format!("export * from './f{next}.js'; export * from './g{next}.js'");
            files.push((format!("{side}{level}.js"), source));
        }
    }
    files.push(("z.js".to_owned(), FETCH.to_owned()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    check_reach(&[("main", "a.js")], &files, "unreached: ");
}

#[test]
fn scripts_that_run_each_other_end() {
    let entries = [
        ("script:install", "npm run a && npm run b"),
        ("script:a", "npm run b; npm run a; npm run install"),
        ("script:b", "npm run a run b run a; node x.js"),
    ];
    check_reach(&entries, &[("x.js", FETCH)], "install: install > x.js");
}
