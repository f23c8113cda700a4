//! A line of code, short enough for a line of text: what is cut is cut where nobody needs it.

/// What of a frame is enough to find it: the package and the file, or the last folders of its path.
pub(super) fn place(frame: &str) -> String {
    let (path, function) = frame.split_at(frame.find(' ').unwrap_or(frame.len()));
    let Some((_, inner)) = path.rsplit_once("/node_modules/") else {
        let cut = path.rmatch_indices('/').map(|(at, _)| at + 1).nth(MAX_FOLDERS);
        return frame[cut.unwrap_or(0)..].to_owned();
    };
    let parts: Vec<&str> = inner.split('/').collect();
    let named = if inner.starts_with('@') { 2 } else { 1 };
    match parts.as_slice() {
        [package @ .., _, file] if package.len() > named => {
            let package = package[..named].join("/");
            format!("node_modules/{package}/…/{file}{function}")
        }
        _ => format!("node_modules/{inner}{function}"),
    }
}

/// Folders of a path that are shown of a line of code.
const MAX_FOLDERS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(frame: &str, expected: &str) {
        assert_eq!(place(frame), expected);
    }

    #[test]
    fn the_package_and_the_file_are_always_there() {
        check(
            "/p/node_modules/x/index.js:231:7 send",
            "node_modules/x/index.js:231:7 send",
        );
        check("/p/node_modules/x/lib/index.js:1:2", "node_modules/x/lib/index.js:1:2");
        check("/p/node_modules/x/dist/cjs/a.js:1:2 f", "node_modules/x/…/a.js:1:2 f");
        check("/p/node_modules/@s/x/dist/cjs/a.js:1:2", "node_modules/@s/x/…/a.js:1:2");
        check("/p/node_modules/@s/x/a.js:1:2", "node_modules/@s/x/a.js:1:2");
        check("/p/node_modules/y/node_modules/x/a.js:1:2", "node_modules/x/a.js:1:2");
        check("/home/a/projects/shop/lib/a.js:1:2 f", "shop/lib/a.js:1:2 f");
        check("/a.js:1:2 a/b/c/d", "/a.js:1:2 a/b/c/d");
        check("[eval]:1:2", "[eval]:1:2");
        check("", "");
    }
}
