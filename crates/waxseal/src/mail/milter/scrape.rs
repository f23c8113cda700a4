//! The answer to whoever fetches figures: as much of HTTP/1.1 as that takes (RFC 9112).

/// A request that is read until its end.
#[derive(Debug, Default)]
pub(super) struct Scrape {
    request: Vec<u8>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// It has not come wholly.
    More,
    /// It asks for the figures.
    Figures,
    /// It asks for something else, or is no request.
    Other,
}

impl Scrape {
    /// Takes in bytes.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Asked {
        self.request.extend_from_slice(&bytes[..bytes.len().min(MAX_REQUEST)]);
        let ended = [b"\r\n\r\n".as_slice(), b"\n\n"]
            .iter()
            .any(|end| memchr::memmem::find(&self.request, end).is_some());
        if !ended {
            return match self.request.len() >= MAX_REQUEST {
                true => Asked::Other,
                false => Asked::More,
            };
        }
        let line = self.request.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let mut words = line.split(|byte| *byte == b' ');
        let path = (words.next() == Some(b"GET"))
            .then(|| words.next())
            .flatten()
            .unwrap_or_default();
        let path = path.split(|byte| *byte == b'?').next().unwrap_or_default();
        match path {
            b"/metrics" | b"/" => Asked::Figures,
            _ => Asked::Other,
        }
    }
}

/// Writes a whole response.
pub(super) fn respond(output: &mut Vec<u8>, page: Option<&str>) {
    let (status, body) = match page {
        Some(page) => ("200 OK", page),
        None => ("404 Not Found", "the figures are at /metrics\n"),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    output.extend_from_slice(head.as_bytes());
    output.extend_from_slice(body.as_bytes());
}

/// More than any program that fetches figures sends.
const MAX_REQUEST: usize = 8 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_figures_are_answered() {
        let check = |request: &str, expected: Asked| {
            let mut scrape = Scrape::default();
            let mut asked = Asked::More;
            for piece in request.as_bytes().chunks(3) {
                assert_eq!(asked, Asked::More);
                asked = scrape.receive(piece);
            }
            assert_eq!(asked, expected, "{request}");
        };
        check("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", Asked::Figures);
        check("GET /metrics?x=1 HTTP/1.1\r\n\r\n", Asked::Figures);
        check("GET /metrics HTTP/1.1\r\nHost: x\r\n", Asked::More);
        check("GET /other HTTP/1.1\r\n\r\n", Asked::Other);
        check("POST /metrics HTTP/1.1\r\n\r\n", Asked::Other);
        assert_eq!(Scrape::default().receive(&[b'a'; 9000]), Asked::Other);
    }
}
