//! Words, and lines that are handed to a shell. Only simple words are read; anything that a shell would have to work out is left alone.

use std::ops::Range;

use super::{Launch, UNREADABLE, of_words};

/// One word of a command line.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    /// The argument of the entry it stands in; `None` for the command.
    pub(super) argument: Option<usize>,
    /// Where it begins in that text.
    pub(super) start: usize,
    /// A shell puts something of its own into it, or it is quoted in pieces: its text is not what the program sees.
    open: bool,
}

impl Word {
    /// A whole text as one word.
    pub(super) fn plain(text: &str, argument: Option<usize>) -> Self {
        Self {
            text: text.to_owned(),
            argument,
            start: 0,
            open: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }
}

/// What a shell's own words start: `sh -c "npx …"`, `cmd /c npx …`; `None` for a program that is no shell.
pub(super) fn of(name: &str, rest: &[Word], depth: usize) -> Option<Launch> {
    match name {
        "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" | "fish" => Some(unix(rest, depth)),
        "cmd" => Some(windows(rest, depth)),
        "powershell" | "pwsh" => Some(powershell(rest, depth)),
        "source" | "." => Some(Launch::Unclear(SCRIPT)),
        "eval" => Some(Launch::Unclear(UNREADABLE)),
        _ => None,
    }
}

/// `-c`, also in one word with others: `-lc`. Without it the shell runs a file.
fn unix(rest: &[Word], depth: usize) -> Launch {
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        let text = word.text.as_str();
        at += 1;
        match text {
            "-o" | "+o" | "--rcfile" | "--init-file" => at += 1,
            _ if text.starts_with("--") => {}
            _ if text.starts_with('-') && text[1..].contains('c') => {
                return rest
                    .get(at)
                    .map_or(Launch::Unclear(UNREADABLE), |script| line(script, depth));
            }
            _ if text.starts_with('-') => {}
            _ => return Launch::Unclear(SCRIPT),
        }
    }
    Launch::Unclear(UNREADABLE)
}

/// `/c` or `/k`, in any case, with other switches before it; what follows is one line.
fn windows(rest: &[Word], depth: usize) -> Launch {
    let switch = rest
        .iter()
        .position(|word| matches!(word.text.to_ascii_lowercase().as_str(), "/c" | "/k" | "-c" | "/r"));
    let before = |at: usize| rest[..at].iter().all(|word| word.text.starts_with('/'));
    match switch {
        Some(at) if before(at) => following(&rest[at + 1..], depth),
        _ => Launch::Unclear(UNREADABLE),
    }
}

fn powershell(rest: &[Word], depth: usize) -> Launch {
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        at += 1;
        match word.text.to_ascii_lowercase().as_str() {
            "-command" | "-c" => return following(&rest[at..], depth),
            "-executionpolicy" | "-ep" | "-ex" | "-windowstyle" | "-w" | "-version" => at += 1,
            "-file" | "-f" => return Launch::Unclear(SCRIPT),
            text if text.starts_with('-') => {}
            _ => return following(&rest[at - 1..], depth),
        }
    }
    Launch::Unclear(UNREADABLE)
}

/// One text is a line of its own, several are its words.
fn following(words: &[Word], depth: usize) -> Launch {
    match words {
        [only] if only.text.contains(char::is_whitespace) => line(only, depth),
        // These shells join their words to a line, in which a second command may begin.
        words if words.iter().any(|word| word.text.contains(['&', '|', '\n'])) => Launch::Unclear(UNREADABLE),
        words => of_words(words, depth + 1),
    }
}

/// A line that stands in one word: of the commands in it, exactly one may be more than a preparation.
fn line(script: &Word, depth: usize) -> Launch {
    if script.open {
        return Launch::Unclear(UNREADABLE);
    }
    let commands = match commands(&script.text, script.argument, script.start) {
        Ok(commands) => commands,
        Err(reason) => return Launch::Unclear(reason),
    };
    let mut real = commands.iter().filter(|words| !is_preparation(words));
    match (real.next(), real.next()) {
        (Some(only), None) => of_words(only, depth + 1),
        _ => Launch::Unclear(UNREADABLE),
    }
}

/// What only sets the scene for the command behind it.
fn is_preparation(words: &[Word]) -> bool {
    let word = |at: usize| words.get(at).map(|word| word.text.as_str());
    match word(0) {
        None | Some("cd" | "export" | "set" | "umask" | "ulimit" | "unset") => true,
        // What a script does nobody can tell, but nvm's own is known.
        Some("source" | ".") => matches!(words, [_, file] if is_nvm(file)),
        Some("nvm") => !matches!(word(1), Some("exec" | "run")),
        Some(_) => false,
    }
}

/// nvm's script, by a path that leads out of a user's home or is a whole one: a project may bring a file of that name. The two ways in which
/// nvm's own documentation writes it count as such.
fn is_nvm(file: &Word) -> bool {
    let text = file.text.as_str();
    if matches!(text, "$NVM_DIR/nvm.sh" | "$HOME/.nvm/nvm.sh") {
        return true;
    }
    let whole = text.starts_with('/') || text.starts_with("~/");
    !file.open && whole && text.ends_with("/nvm.sh") && !text.split('/').any(|part| part == "..")
}

/// The words of a text that is one command.
pub(super) fn words(text: &str, argument: Option<usize>, start: usize) -> Result<Vec<Word>, &'static str> {
    match commands(text, argument, start)?.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(UNREADABLE),
    }
}

/// Parts a line into commands at `&&`, `;` and line ends, and those into words.
fn commands(text: &str, argument: Option<usize>, start: usize) -> Result<Vec<Vec<Word>>, &'static str> {
    let mut all = vec![Vec::new()];
    let mut chars = text.char_indices().peekable();
    while let Some(&(at, c)) = chars.peek() {
        match c {
            c if c.is_whitespace() && c != '\n' => {
                chars.next();
            }
            '\n' | ';' => {
                chars.next();
                all.push(Vec::new());
            }
            '&' => {
                chars.next();
                if chars.next_if(|(_, c)| *c == '&').is_none() {
                    return Err(UNREADABLE);
                }
                all.push(Vec::new());
            }
            '|' | '<' | '>' | '(' | ')' | '#' => return Err(UNREADABLE),
            _ => {
                let word = word(text, at, &mut chars)?;
                let word = Word {
                    argument,
                    start: start + word.start,
                    ..word
                };
                if let Some(last) = all.last_mut() {
                    last.push(word);
                }
            }
        }
    }
    all.retain(|words| !words.is_empty());
    Ok(all)
}

type Chars<'t> = std::iter::Peekable<std::str::CharIndices<'t>>;

/// One word: bare, or in one pair of quotes. Quoted in pieces, or with something in it that a shell replaces, its text is as it is written, and it
/// is open.
fn word(text: &str, at: usize, chars: &mut Chars<'_>) -> Result<Word, &'static str> {
    let mut pieces = 0;
    let mut open = false;
    let mut span = at..at;
    while let Some(&(here, c)) = chars.peek() {
        if ends_word(c) {
            break;
        }
        let (piece, is_open) = match c {
            '\'' | '"' => quoted(c, chars)?,
            _ => bare(here, chars),
        };
        span = piece;
        open |= is_open;
        pieces += 1;
    }
    let whole = at..chars.peek().map_or(text.len(), |(end, _)| *end);
    if runs_another(text.get(whole.clone()).unwrap_or_default()) {
        return Err(UNREADABLE);
    }
    if pieces > 1 {
        span = whole;
    }
    Ok(Word {
        text: text.get(span.clone()).unwrap_or_default().to_owned(),
        argument: None,
        start: span.start,
        open: open || pieces > 1,
    })
}

/// A shell may run a command to learn what stands in a word: `$(…)`, backticks, `$[…]`, `${…@P}`. However it is quoted: where it is only text now,
/// a later word may have it run.
fn runs_another(word: &str) -> bool {
    let variable = |rest: &str| rest.split('}').next().is_some_and(|it| it.contains(['@', '!', '[']));
    word.contains('`') || word.contains("$(") || word.contains("$[") || word.split("${").skip(1).any(variable)
}

/// What stands between two quotes, and whether a shell puts something into it.
fn quoted(quote: char, chars: &mut Chars<'_>) -> Result<(Range<usize>, bool), &'static str> {
    let mut open = false;
    let Some((start, _)) = chars.next() else {
        return Err(UNREADABLE);
    };
    loop {
        let (at, c) = chars.next().ok_or(UNREADABLE)?;
        if c == quote {
            return Ok((start + 1..at, open));
        }
        open |= quote == '"' && matches!(c, '$' | '`' | '\\' | '!');
        if quote == '"' && c == '\\' {
            chars.next();
        }
    }
}

/// What stands until a blank, a quote or an operator, and whether a shell replaces it.
fn bare(start: usize, chars: &mut Chars<'_>) -> (Range<usize>, bool) {
    let mut open = false;
    let mut end = start;
    while let Some((at, c)) = chars.next_if(|(_, c)| !ends_word(*c) && !matches!(c, '\'' | '"')) {
        open |= matches!(c, '$' | '`' | '\\' | '*' | '?' | '[' | '{');
        end = at + c.len_utf8();
    }
    (start..end, open)
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

const SCRIPT: &str = "it runs a script of a shell";
