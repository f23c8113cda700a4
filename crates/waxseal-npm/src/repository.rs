//! The address of a package's source repository, as `repository` in `package.json` writes it in many ways, as one that can be asked.

use url::{Host, Url};

/// Where a repository could be asked over HTTPS, without credentials or a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryAddress {
    /// With its port, if it is not that of HTTPS.
    host: String,
    path: String,
    public: bool,
}

/// Why no address can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is none.
    #[error("its address cannot be read")]
    Unreadable,
    /// Of a kind that is not asked: a file, a program.
    #[error("its address is of a kind that is not asked")]
    Kind,
    /// It is not one of a public host by name.
    #[error("its address is not one of a public host by name")]
    Private,
}

impl RepositoryAddress {
    /// Reads what `repository` says: an address of any kind npm knows, or its shorthand (npm documentation, package.json,
    /// "repository"; hosted-git-info). What stands behind a `#` is left out.
    ///
    /// # Errors
    /// It is nothing that can be asked.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.split('#').next().unwrap_or_default().trim();
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '\'' | '<' | '>' | '`');
        if text.is_empty() || text.len() > MAX_ADDRESS || !text.chars().all(plain) {
            return Err(AddressError::Unreadable);
        }
        let written = expand(text)?;
        let url = Url::parse(&written).map_err(|_| AddressError::Unreadable)?;
        let name = match url.host() {
            Some(Host::Domain(host)) => host.trim_end_matches('.').to_ascii_lowercase(),
            Some(other) => other.to_string(),
            None => return Err(AddressError::Unreadable),
        };
        let name = name.strip_prefix("www.").map(str::to_owned).unwrap_or(name);
        let named = matches!(url.host(), Some(Host::Domain(_)));
        let path = project(&name, url.path()).ok_or(AddressError::Unreadable)?;
        Ok(Self {
            public: named && url.port().is_none() && !is_private(&name),
            host: url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}")),
            path,
        })
    }

    /// Its host, if that is one that may be asked because a package names it: by a public name, without a port. Anything else is in
    /// the machine or in a network of its own, and a package must not make anybody talk to that.
    ///
    /// # Errors
    /// It is another.
    pub fn public_host(&self) -> Result<&str, AddressError> {
        if self.public {
            Ok(&self.host)
        } else {
            Err(AddressError::Private)
        }
    }

    /// `https://HOST/PATH`, without `.git`.
    pub fn https(&self) -> String {
        format!("https://{}/{}", self.host, self.path)
    }

    /// Whether both are one repository, as far as their addresses tell: hosts do not tell letters of different case apart.
    pub fn is_same(&self, other: &Self) -> bool {
        self.host == other.host && self.path.eq_ignore_ascii_case(&other.path)
    }
}

/// Every way to write an address, as one over HTTPS.
fn expand(text: &str) -> Result<String, AddressError> {
    if let Some((scheme, rest)) = text.split_once(':')
        && let Some((_, host)) = SHORTCUTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(scheme))
        && !rest.starts_with('/')
    {
        return Ok(format!("https://{host}/{rest}"));
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let scheme = scheme.to_ascii_lowercase();
        let scheme = scheme.strip_prefix("git+").unwrap_or(&scheme);
        return match scheme {
            "https" | "http" | "git" => Ok(format!("https://{rest}")),
            "ssh" => Ok(format!("https://{}", without_port(rest))),
            _ => Err(AddressError::Kind),
        };
    }
    if text.starts_with('-') || text.starts_with('.') || text.starts_with('/') || text.contains("::") {
        return Err(AddressError::Kind);
    }
    // `git@host:owner/name`, as ssh writes it.
    if let Some((at, path)) = text.split_once(':')
        && let Some((_, host)) = at.rsplit_once('@')
    {
        return Ok(format!("https://{host}/{path}"));
    }
    match text.split('/').count() {
        2 if !text.contains([':', '@']) => Ok(format!("https://github.com/{text}")),
        _ if text.contains(':') => Err(AddressError::Kind),
        _ => Err(AddressError::Unreadable),
    }
}

/// `git@host:22/path` and `git@host:owner/name` without what stands behind the colon, if that is a port.
fn without_port(rest: &str) -> String {
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => format!("{host}/{path}"),
        Some((host, owner)) => format!("{host}/{owner}/{path}"),
        None => format!("{host}/{path}"),
    }
}

/// The repository's path: addresses of pages in it lead deeper.
fn project(host: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match host {
        "github.com" | "bitbucket.org" | "codeberg.org" => parts.truncate(2),
        _ => {
            let page = |part: &&str| matches!(*part, "-" | "tree" | "blob" | "src");
            let end = parts.iter().position(page).unwrap_or(parts.len());
            parts.truncate(end);
        }
    }
    if parts.is_empty() || parts.iter().any(|part| *part == ".." || part.starts_with('-')) {
        return None;
    }
    let path = parts.join("/");
    let path = path.strip_suffix(".git").unwrap_or(&path);
    (!path.is_empty()).then(|| path.to_owned())
}

/// Names that lead into the machine or into a network of its own (RFC 6761, RFC 6762, RFC 8375, and what is used beside them).
fn is_private(host: &str) -> bool {
    let Some((_, top)) = host.rsplit_once('.') else {
        return true;
    };
    PRIVATE.contains(&top) || host.ends_with(".home.arpa")
}

const PRIVATE: [&str; 11] = [
    "localhost",
    "local",
    "internal",
    "intranet",
    "private",
    "lan",
    "home",
    "corp",
    "arpa",
    "test",
    "onion",
];

/// The schemes that stand for a host.
const SHORTCUTS: [(&str, &str); 4] = [
    ("github", "github.com"),
    ("gitlab", "gitlab.com"),
    ("bitbucket", "bitbucket.org"),
    ("gist", "gist.github.com"),
];

/// Longer than any in use.
const MAX_ADDRESS: usize = 1000;

#[cfg(test)]
mod tests;
