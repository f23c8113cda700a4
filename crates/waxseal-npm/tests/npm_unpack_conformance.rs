//! Hostile archives are unpacked to the same files as npm unpacks them to, or refused where npm refuses them.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod hostile;
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use hostile::Case;
use waxseal_npm::{Limits, tarball};

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn npm_and_we_unpack_the_same_files() {
    let Some(modules) = support::npm_modules("npm-unpack-conformance") else {
        return;
    };
    let cases = hostile::archives();
    assert!(cases.len() >= 25, "the corpus shrank to {}", cases.len());
    let temp = tempfile::tempdir().unwrap();
    for case in &cases {
        std::fs::write(temp.path().join(format!("{}.tgz", case.name)), &case.bytes).unwrap();
    }
    let accepted = extract_with_pacote(&modules, temp.path(), &cases);
    let refused = accepted.values().filter(|accepted| !**accepted).count();
    assert!(
        (20..cases.len() - 20).contains(&refused),
        "npm refused {refused} of {}",
        cases.len()
    );
    let mut wrong = Vec::new();
    for case in &cases {
        let theirs = accepted[case.name].then(|| read_folder(&temp.path().join("out").join(case.name)));
        compare("npm's extractor", case, theirs, &mut wrong);
    }
    let installable: Vec<&Case> = cases.iter().filter(|case| accepted[case.name]).collect();
    install_with_npm(temp.path(), &installable);
    for case in &installable {
        let installed = read_folder(&temp.path().join("project/node_modules").join(case.name));
        compare("npm install", case, Some(installed), &mut wrong);
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

fn compare(who: &str, case: &Case, theirs: Option<Files>, wrong: &mut Vec<String>) {
    let ours = tarball::unpack(&case.bytes, &Limits::default());
    let ours_shown = ours.as_ref().map_err(ToString::to_string).map(|unpacked| {
        let files = unpacked.files.iter().enumerate();
        files
            .map(|(idx, file)| (file.path.clone(), unpacked.bytes(idx).to_vec()))
            .collect::<Files>()
    });
    match (&ours_shown, &theirs) {
        (Err(_), None) => {}
        (Ok(ours), Some(theirs)) if ours == theirs => {}
        _ => wrong.push(format!(
            "{}: {who} has {}, we have {}",
            case.name,
            shown(theirs.as_ref()),
            shown(ours_shown.as_ref().ok())
        )),
    }
}

fn shown(files: Option<&Files>) -> String {
    let Some(files) = files else {
        return String::from("refused it");
    };
    let line = |(path, bytes): (&String, &Vec<u8>)| {
        format!(
            "{:.60}={:?}({})",
            path.escape_debug().to_string(),
            String::from_utf8_lossy(&bytes[..bytes.len().min(20)]),
            bytes.len()
        )
    };
    files.iter().map(line).collect::<Vec<_>>().join(" ")
}

/// Runs the very library `npm install` unpacks with, once for all archives; says which it accepted.
fn extract_with_pacote(modules: &Path, temp: &Path, cases: &[Case]) -> BTreeMap<String, bool> {
    let script = temp.join("extract.cjs");
    std::fs::write(&script, EXTRACT).unwrap();
    let mut command = Command::new("node");
    command
        .arg(&script)
        .arg(modules)
        .arg(temp)
        .args(cases.iter().map(|case| case.name));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let accepted: BTreeMap<String, bool> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(how, name)| (name.to_owned(), how == "ok"))
        .collect();
    assert_eq!(accepted.len(), cases.len(), "{text}");
    accepted
}

/// Installs all archives as the dependencies of one project.
fn install_with_npm(temp: &Path, cases: &[&Case]) {
    let project = temp.join("project");
    std::fs::create_dir(&project).unwrap();
    let dependencies: Vec<String> = cases
        .iter()
        .map(|case| format!("\"{0}\":\"file:../{0}.tgz\"", case.name))
        .collect();
    let manifest = format!(
        "{{\"name\":\"project\",\"version\":\"1.0.0\",\"dependencies\":{{{}}}}}",
        dependencies.join(",")
    );
    std::fs::write(project.join("package.json"), manifest).unwrap();
    let output = Command::new("npm")
        .args([
            "install",
            "--ignore-scripts",
            "--offline",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--no-bin-links",
        ])
        .current_dir(&project)
        .env("HOME", temp)
        .env("npm_config_cache", temp.join("npm-cache"))
        .env("npm_config_userconfig", temp.join("no-npmrc"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn read_folder(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                files.insert(
                    path.to_str().unwrap().to_owned(),
                    std::fs::read(root.join(&path)).unwrap(),
                );
            }
        }
    }
    files
}

/// Unpacks every archive with npm's pacote. An exception from within, which would end npm, counts as a refusal.
const EXTRACT: &str = r#"
const [modules, temp, ...names] = process.argv.slice(2)
const pacote = require(modules + '/pacote')
let current, report
process.on('uncaughtException', () => report('no'))
async function main () {
  for (const name of names) {
    current = name
    const how = await new Promise(resolve => {
      report = resolve
      pacote.extract('file:' + temp + '/' + name + '.tgz', temp + '/out/' + name, { cache: temp + '/cache-' + name, umask: 0o22 })
        .then(() => resolve('ok'), () => resolve('no'))
    })
    console.log(how + ' ' + name)
  }
}
main()
"#;
