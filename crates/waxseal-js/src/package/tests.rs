use waxseal_model::{Capability, CapabilityKind, EntryPoint, Manifest, Reach, Target};

use super::{AnalysisCache, InputFile, Limits, PackageScan, analyze_bytes, in_order, scan};

mod linking;
mod places;
mod reaching;
mod selecting;

/// A manifest with entry points `label=target`; `bin:x`, `script:x` and `name` are told apart by their label.
fn manifest(entries: &[(&str, &str)]) -> Manifest {
    let mut manifest = Manifest {
        name: Some("pkg".to_owned()),
        ..Manifest::default()
    };
    for (label, target) in entries {
        if let Some(name) = label.strip_prefix("script:") {
            manifest.scripts.insert(name.to_owned(), (*target).to_owned());
        } else if let Some(name) = label.strip_prefix("bin:") {
            manifest.bin.insert(name.to_owned(), (*target).to_owned());
        } else if label.starts_with('#') {
            manifest
                .imports
                .entry((*label).to_owned())
                .or_default()
                .push((*target).to_owned());
        } else {
            manifest.entries.push(EntryPoint {
                label: (*label).to_owned(),
                target: (*target).to_owned(),
            });
        }
    }
    manifest
}

/// Scans a package of these files on a stack as deep as the reader's threads have.
fn scan_files(entries: &[(&str, &str)], files: &[(&str, &str)]) -> PackageScan {
    scan_with(entries, files, Limits::default(), &AnalysisCache::default())
}

fn scan_with(entries: &[(&str, &str)], files: &[(&str, &str)], limits: Limits, cache: &AnalysisCache) -> PackageScan {
    let manifest = manifest(entries);
    let inputs: Vec<InputFile<'_>> = files
        .iter()
        .map(|(path, text)| InputFile {
            path,
            bytes: text.as_bytes(),
            digest: digest(text),
        })
        .collect();
    scan(Some(&manifest), &inputs, &[], &limits, cache, &in_order)
}

fn digest(text: &str) -> [u8; 16] {
    let mut digest = [0; 16];
    digest[..8].copy_from_slice(&(text.len() as u64).to_le_bytes());
    text.bytes()
        .enumerate()
        .for_each(|(idx, byte)| digest[8 + idx % 8] = digest[8 + idx % 8].rotate_left(3) ^ byte);
    digest
}

/// How the first capability of the last file is reached: the class and the steps.
fn check_reach(entries: &[(&str, &str)], files: &[(&str, &str)], expected: &str) {
    let found = scan_files(entries, files);
    let last = found
        .capabilities
        .iter()
        .rfind(|it| it.api == "fetch")
        .expect("a fetch was found");
    let class = match &last.reach {
        Reach::Unreached => "unreached",
        Reach::Install(_) => "install",
        Reach::Import(_) => "import",
        Reach::Call(_) => "call",
        Reach::Loaded(_) => "loaded",
    };
    let steps = last.reach.steps().join(" > ");
    assert_eq!(format!("{class}: {steps}"), expected, "{files:?}");
}

fn targets(found: &PackageScan, kind: CapabilityKind) -> Vec<String> {
    let text = |it: &Capability| match &it.target {
        Target::Constant(text) | Target::Pattern(text) => text.clone(),
        Target::Dynamic => "?".to_owned(),
        Target::None => "-".to_owned(),
    };
    found
        .capabilities
        .iter()
        .filter(|it| it.kind == kind)
        .map(text)
        .collect()
}
