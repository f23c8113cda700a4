//! One conversation with a server: what it has, each of its tools called, and what it has then.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waxseal_model::{Call, CallOutcome, Driver, ListChange, ListChangeKind, Requested, Tool, ToolList, ToolServer};

use super::arguments::{self, Making};
use super::connection::{Connection, MAX_SAID, NoAnswer, cut};
use super::harvest::Harvest;
use super::plan::{Listed, Planned, Turn, plan, sends};
use super::protocol::Order;
use crate::run::mint::Mint;

/// Speaks with a server to the end. Each call is told as soon as it is over.
pub(super) fn talk(connection: &mut Connection, order: &Order, told: &mut dyn FnMut(Call)) -> ToolServer {
    let mut talk = Talk {
        connection,
        order,
        until: Instant::now() + Duration::from_secs(order.seconds),
        server: ToolServer::default(),
        harvest: Harvest::default(),
        late: 0,
        replies: 0,
    };
    match talk.begin() {
        Ok(()) => talk.use_all(told),
        Err(err) => talk.gap(format!("it did not begin to speak: {err}")),
    }
    let aside = &talk.connection.aside;
    talk.server.told_changes = aside.list_changes;
    talk.server.asked.clone_from(&aside.asked);
    if aside.malformed > 0 {
        let gap = format!("it wrote {} lines that are no message", aside.malformed);
        talk.gap(gap);
    }
    talk.server
}

struct Talk<'t> {
    connection: &'t mut Connection,
    order: &'t Order,
    until: Instant,
    server: ToolServer,
    harvest: Harvest,
    /// Calls that were not answered in time.
    late: u32,
    /// Bytes of replies that are kept.
    replies: usize,
}

/// What a server has.
#[derive(Debug, Default)]
struct Lists {
    tools: Vec<Listed>,
    prompts: Vec<(String, String)>,
    resources: Vec<(String, String)>,
}

impl Talk<'_> {
    fn begin(&mut self) -> Result<(), NoAnswer> {
        let answer = self.connection.ask(
            "initialize",
            json!({
                "protocolVersion": VERSION,
                "capabilities": { "roots": { "listChanged": false }, "sampling": {}, "elicitation": {} },
                "clientInfo": { "name": "cursor-vscode", "version": "1.0.0" },
            }),
            BEGIN,
        )?;
        let text = |value: Option<&Value>, most| cut(value.and_then(Value::as_str).unwrap_or_default(), most);
        self.server.protocol = text(answer.get("protocolVersion"), MAX_NAME);
        self.server.name = text(answer.pointer("/serverInfo/name"), MAX_NAME);
        self.server.version = text(answer.pointer("/serverInfo/version"), MAX_NAME);
        let instructions = text(answer.get("instructions"), MAX_DESCRIPTION);
        self.server.instructions = Some(instructions).filter(|it| !it.is_empty());
        if self.server.protocol.is_empty() {
            self.server.protocol = "unknown".to_owned();
        }
        self.connection.tell("notifications/initialized");
        Ok(())
    }

    fn use_all(&mut self, told: &mut dyn FnMut(Call)) {
        let before = self.lists();
        self.describe(&before);
        let all = plan(&before.tools);
        let mut ended = None;
        for (idx, planned) in all.iter().enumerate() {
            let tool = &before.tools[planned.tool];
            let reason = match &ended {
                Some(err) => Some(format!("the server was no longer there: {err}")),
                None if idx >= MAX_CALLS => Some(format!("more than {MAX_CALLS} calls would be needed")),
                None if self.left().is_zero() => Some("there was no time left".to_owned()),
                None => None,
            };
            let call = match reason {
                Some(reason) => not_made(planned, tool, reason),
                None => {
                    if let Some(listed) = self.server.tools.get_mut(planned.tool) {
                        listed.called = true;
                    }
                    let (call, err) = self.call(planned, tool);
                    ended = err.filter(|err| matches!(err, NoAnswer::Ended | NoAnswer::Flood));
                    call
                }
            };
            told(call);
        }
        if ended.is_none() {
            // What a call has set in motion may come later than its answer.
            self.connection.drain(STILL);
            let after = self.lists();
            self.compare(&before, &after);
        } else {
            self.gap("it ended before it was asked again what it has".to_owned());
        }
    }

    fn describe(&mut self, lists: &Lists) {
        let tools = lists.tools.iter().map(|it| Tool {
            name: it.name.clone(),
            description: cut(&it.description, MAX_DESCRIPTION),
            schema: cut(&it.schema.to_string(), MAX_SCHEMA),
            sends: sends(it),
            called: false,
        });
        self.server.tools = tools.collect();
        self.server.prompts = lists.prompts.iter().map(|(name, _)| name.clone()).collect();
        self.server.resources = lists.resources.iter().map(|(name, _)| name.clone()).collect();
        if lists.tools.is_empty() {
            self.gap("it lists no tools".to_owned());
        }
    }

    /// Calls a tool; once more with what was learned, if it fails.
    fn call(&mut self, planned: &Planned, tool: &Listed) -> (Call, Option<NoAnswer>) {
        let minted = Mint::new(self.order.seed).call(planned.number);
        let mut asked = Requested::default();
        let mut before = Value::Null;
        let mut outcome = CallOutcome::NotMade("nothing was tried".to_owned());
        let mut broken = None;
        for _ in 0..TRIES {
            let making = Making {
                tool: &tool.name,
                variant: planned.variant,
                minted: &minted,
                harvest: &self.harvest,
                file: &self.order.file,
                now: self.order.now,
            };
            let (arguments, wanted) = arguments::build(&tool.schema, &making);
            if arguments == before || arguments.to_string().len() > MAX_ARGUMENTS {
                break;
            }
            asked = join(asked, wanted);
            before = arguments.clone();
            let params = json!({ "name": tool.name, "arguments": arguments });
            match self.connection.ask("tools/call", params, self.patience(planned.turn)) {
                Ok(answer) => {
                    let reply = words_of(&answer);
                    self.keep(planned.number, &reply);
                    if answer.get("isError") != Some(&Value::Bool(true)) {
                        self.harvest.take(&tool.name, &reply);
                        outcome = CallOutcome::Returned;
                        break;
                    }
                    self.harvest.take_error(&tool.name, &reply);
                    outcome = CallOutcome::Failed(cut(&reply, MAX_SAID));
                }
                Err(NoAnswer::Refused(said)) => {
                    self.harvest.take_error(&tool.name, &said);
                    outcome = CallOutcome::Failed(said);
                }
                Err(NoAnswer::Late) => {
                    self.late += 1;
                    outcome = CallOutcome::TimedOut;
                    break;
                }
                Err(err) => {
                    outcome = CallOutcome::Failed(err.to_string());
                    broken = Some(err);
                    break;
                }
            }
        }
        asked.sends = sends(tool) && !asked.recipients.is_empty();
        let call = Call {
            outcome,
            requested: asked,
            ..not_made(planned, tool, String::new())
        };
        (call, broken)
    }

    fn keep(&mut self, number: u32, reply: &str) {
        let reply = cut(reply, MAX_REPLY.min(MAX_REPLIES.saturating_sub(self.replies)));
        self.replies += reply.len();
        if !reply.is_empty() {
            self.server.replies.push((number, reply));
        }
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// What only reads may not take the time of what sends; and who never answers is not waited for again and again.
    fn patience(&self, turn: Turn) -> Duration {
        let most = match (turn, self.late) {
            (Turn::Sends | Turn::SendsWhatIsThere, 0..=3) => CALL,
            (_, 0..=2) => CALL / 3,
            _ => CALL / 10,
        };
        self.left().min(most)
    }

    fn lists(&mut self) -> Lists {
        let tools = self.list("tools/list", "tools").unwrap_or_else(|err| {
            self.gap(format!("it does not list its tools: {err}"));
            Vec::new()
        });
        let entry = |value: &Value, name: &str| {
            let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
            Some((cut(&text(name)?, MAX_NAME), text("description").unwrap_or_default()))
        };
        // Who has none may refuse to say so.
        let prompts = self.list("prompts/list", "prompts").unwrap_or_default();
        let resources = self.list("resources/list", "resources").unwrap_or_default();
        let mut names = BTreeSet::new();
        let tools = tools.iter().filter_map(|it| {
            let (name, description) = entry(it, "name")?;
            // A name that is cut, or there twice, cannot be called for sure.
            let whole = it.get("name").and_then(Value::as_str) == Some(&name) && names.insert(name.clone());
            whole.then(|| Listed {
                name,
                description,
                schema: it.get("inputSchema").cloned().unwrap_or_else(|| json!({})),
            })
        });
        Lists {
            tools: tools.collect(),
            prompts: prompts.iter().filter_map(|it| entry(it, "name")).collect(),
            resources: resources.iter().filter_map(|it| entry(it, "uri")).collect(),
        }
    }

    /// All pages of a list, to a ceiling.
    fn list(&mut self, method: &str, key: &str) -> Result<Vec<Value>, NoAnswer> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let params = cursor.map_or_else(|| json!({}), |cursor| json!({ "cursor": cursor }));
            let mut answer = self.connection.ask(method, params, LIST.min(self.left()))?;
            let Some(Value::Array(page)) = answer.get_mut(key).map(Value::take) else {
                break;
            };
            all.extend(page);
            if all.len() > MAX_LISTED {
                self.gap(format!(
                    "it lists {} {key} or more, of which {MAX_LISTED} are looked at",
                    all.len()
                ));
                all.truncate(MAX_LISTED);
                break;
            }
            match answer.get("nextCursor").and_then(Value::as_str) {
                Some(next) if next.len() <= MAX_SAID => cursor = Some(next.to_owned()),
                _ => break,
            }
        }
        Ok(all)
    }

    fn compare(&mut self, before: &Lists, after: &Lists) {
        let mut changes = Vec::new();
        let tools = |lists: &Lists| -> Vec<(String, String)> {
            let all = lists.tools.iter();
            all.map(|it| (it.name.clone(), it.description.clone())).collect()
        };
        differences(ToolList::Tools, &tools(before), &tools(after), &mut changes);
        differences(ToolList::Prompts, &before.prompts, &after.prompts, &mut changes);
        differences(ToolList::Resources, &before.resources, &after.resources, &mut changes);
        for tool in &before.tools {
            let now = after.tools.iter().find(|it| it.name == tool.name);
            if now.is_some_and(|now| now.schema != tool.schema) {
                changes.push(ListChange {
                    list: ToolList::Tools,
                    name: tool.name.clone(),
                    kind: ListChangeKind::Arguments,
                });
            }
        }
        changes.truncate(MAX_CHANGES);
        self.server.changes = changes;
    }

    fn gap(&mut self, gap: String) {
        if self.server.gaps.len() < MAX_GAPS && !self.server.gaps.contains(&gap) {
            self.server.gaps.push(gap);
        }
    }
}

fn differences(list: ToolList, before: &[(String, String)], after: &[(String, String)], changes: &mut Vec<ListChange>) {
    let mut tell = |name: &str, kind| {
        changes.push(ListChange {
            list,
            name: name.to_owned(),
            kind,
        });
    };
    for (name, description) in before {
        match after.iter().find(|(other, _)| other == name) {
            None => tell(name, ListChangeKind::Removed),
            Some((_, other)) if other != description => tell(name, ListChangeKind::Description),
            Some(_) => {}
        }
    }
    for (name, _) in after.iter().filter(|(name, _)| before.iter().all(|(it, _)| it != name)) {
        tell(name, ListChangeKind::Added);
    }
}

fn not_made(planned: &Planned, tool: &Listed, reason: String) -> Call {
    Call {
        number: planned.number,
        driver: Driver::Mcp,
        name: tool.name.clone(),
        variant: planned.variant.id().to_owned(),
        requested: Requested::default(),
        outcome: CallOutcome::NotMade(reason),
    }
}

/// All that two tries of one call asked for.
fn join(mut first: Requested, second: Requested) -> Requested {
    fn add<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
        for it in more {
            if !list.contains(&it) {
                list.push(it);
            }
        }
    }
    add(&mut first.recipients, second.recipients);
    add(&mut first.senders, second.senders);
    add(&mut first.contents, second.contents);
    first.subject = first.subject.or(second.subject);
    first
}

/// All text of an answer: what a model would be shown, or the structured content where there is none.
fn words_of(answer: &Value) -> String {
    let content = answer.get("content").and_then(Value::as_array);
    let mut text = String::new();
    for part in content.into_iter().flatten().take(MAX_PARTS) {
        let piece = part.get("text").or_else(|| part.pointer("/resource/text"));
        if let Some(piece) = piece.and_then(Value::as_str) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&cut(piece, MAX_TEXT.saturating_sub(text.len())));
        }
    }
    match answer.get("structuredContent") {
        Some(value) if text.is_empty() => cut(&value.to_string(), MAX_TEXT),
        _ => text,
    }
}

/// The version of the protocol that is proposed; a server may choose another.
const VERSION: &str = "2025-06-18";
/// Node takes two seconds to start a large server here, and a busy machine several times that.
const BEGIN: Duration = Duration::from_secs(10);
const LIST: Duration = Duration::from_secs(10);
const CALL: Duration = Duration::from_secs(15);
const STILL: Duration = Duration::from_millis(200);
/// Once, and once more with what was learned.
const TRIES: usize = 2;
const MAX_CALLS: usize = 200;
const MAX_PAGES: usize = 20;
/// Entries of one list: the largest server that was met has 77 tools.
const MAX_LISTED: usize = 500;
const MAX_CHANGES: usize = 500;
const MAX_GAPS: usize = 32;
const MAX_NAME: usize = 256;
const MAX_DESCRIPTION: usize = 8 << 10;
const MAX_SCHEMA: usize = 16 << 10;
const MAX_ARGUMENTS: usize = 64 << 10;
const MAX_PARTS: usize = 64;
/// Bytes of one answer that are looked at, and that are kept.
const MAX_TEXT: usize = 256 << 10;
const MAX_REPLY: usize = 16 << 10;
/// Bytes of all answers that are kept.
const MAX_REPLIES: usize = 2 << 20;

#[cfg(test)]
mod tests;
