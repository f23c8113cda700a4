//! Specs that npm takes for a repository at a known git host, as hosted-git-info decides it.

use url::Url;

/// Whether npm would fetch this from a git host.
pub(super) fn is_hosted(spec: &str) -> bool {
    if is_shorthand(spec) {
        return true;
    }
    let Some((scheme, _)) = spec.split_once(':') else {
        return false;
    };
    let scheme = scheme.to_ascii_lowercase();
    if SHORTCUTS.contains(&scheme.as_str()) {
        return true;
    }
    let Ok(url) = Url::parse(spec) else { return false };
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let segments: Vec<&str> = url.path().split('/').skip(1).collect();
    let project = segments.len() > 1 && segments[..2].iter().all(|segment| !segment.is_empty());
    let third = segments.get(2).copied().unwrap_or_default();
    let web = matches!(scheme.as_str(), "https" | "git+https" | "git+ssh" | "ssh");
    match host {
        "github.com" => (web || matches!(scheme.as_str(), "git" | "http")) && project && matches!(third, "" | "tree"),
        "bitbucket.org" => web && project && third != "get",
        "gitlab.com" => web && project && !url.path().contains("/-/") && !url.path().contains("/archive.tar.gz"),
        "gist.github.com" => (web || scheme == "git") && !segments.is_empty() && third != "raw",
        "git.sr.ht" => matches!(scheme.as_str(), "https" | "git+ssh") && project && third != "archive",
        _ => false,
    }
}

/// `owner/name`, GitHub's: one slash before any `#`, and nothing there that makes it a path, a scope or an address.
fn is_shorthand(spec: &str) -> bool {
    let before = spec.split('#').next().unwrap_or_default();
    let slash = before.find('/');
    slash.is_some_and(|at| at > 0 && !before[at + 1..].contains('/'))
        && !before.ends_with('/')
        && !before.starts_with('.')
        && !before.contains(['@', ':'])
        && !before.contains(char::is_whitespace)
}

/// The schemes that stand for a host.
const SHORTCUTS: [&str; 5] = ["github", "gitlab", "bitbucket", "gist", "sourcehut"];
