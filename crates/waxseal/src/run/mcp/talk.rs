//! One conversation with a server: what it has, each of its tools called, and what it has then.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waxseal_model::{Call, CallOutcome, Driver, Requested, Tool, ToolServer};

use super::arguments::{self, Making, Variant};
use super::compare::changes;
use super::connection::{Connection, MAX_SAID, NoAnswer, cut, words_of};
use super::harvest::Harvest;
use super::plan::{Day, Listed, Planned, Turn, correspondents, plan, sends};
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
        gone: false,
    };
    match talk.begin() {
        Ok(()) => {
            talk.use_all(told);
            talk.use_later(told);
        }
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
    /// It ended by itself.
    gone: bool,
}

/// What a server has.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) tools: Vec<Listed>,
    pub(super) prompts: Vec<(String, String)>,
    pub(super) resources: Vec<(String, String)>,
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

    /// What sends, used by a server that was started anew: with a clock that is ahead. What cannot be done then was done before, today.
    fn use_later(&mut self, told: &mut dyn FnMut(Call)) {
        let Some(word) = self.order.later.as_ref().filter(|_| !self.gone) else {
            return;
        };
        if !self.server.tools.iter().any(|it| it.called) || self.left() < BEGIN {
            return;
        }
        self.connection.start_anew(word);
        let said = std::mem::take(&mut self.server);
        let begun = self.begin();
        self.server = said;
        if let Err(err) = begun {
            return self.note(told, &format!("it did not begin to speak on a later day: {err}"));
        }
        let lists = self.lists();
        let all = plan(&lists.tools, Day::Later);
        self.make(&all, &lists.tools, told);
    }

    /// Something that was not done beside what was: told as a call that was not made.
    fn note(&self, told: &mut dyn FnMut(Call), reason: &str) {
        told(Call {
            number: 0,
            driver: Driver::Mcp,
            name: cut(&self.server.name, MAX_NAME),
            variant: Variant::Later.id().to_owned(),
            requested: Requested::default(),
            outcome: CallOutcome::NotMade(reason.to_owned()),
        });
    }

    fn use_all(&mut self, told: &mut dyn FnMut(Call)) {
        let before = self.lists();
        self.describe(&before);
        let all = plan(&before.tools, Day::Today);
        let ended = self.make(&all, &before.tools, told);
        if ended.is_none() {
            // What a call has set in motion may come later than its answer.
            self.connection.drain(STILL);
            let after = self.lists();
            self.server.changes = changes(&before, &after);
        } else {
            self.gone = true;
            self.gap("it ended before it was asked again what it has".to_owned());
        }
    }

    /// Makes calls, one after the other; why the server is gone, if it is.
    fn make(&mut self, all: &[Planned], tools: &[Listed], told: &mut dyn FnMut(Call)) -> Option<NoAnswer> {
        let mut ended = None;
        let mut failed: BTreeMap<usize, u32> = BTreeMap::new();
        for (idx, planned) in all.iter().enumerate() {
            let tool = &tools[planned.tool];
            let reason = match &ended {
                Some(err) => Some(format!("the server was no longer there: {err}")),
                None if idx >= MAX_CALLS => Some(format!("more than {MAX_CALLS} calls would be needed")),
                None if self.left().is_zero() => Some("there was no time left".to_owned()),
                None if failed.get(&planned.tool).is_some_and(|count| *count >= MAX_FAILED) => {
                    Some("it had failed four times".to_owned())
                }
                None => None,
            };
            let call = match reason {
                Some(reason) => not_made(planned, tool, reason),
                None => {
                    if let Some(listed) = self.server.tools.get_mut(planned.tool) {
                        listed.called = true;
                    }
                    let (call, err) = self.call(planned, tool);
                    *failed.entry(planned.tool).or_default() += u32::from(call.outcome != CallOutcome::Returned);
                    ended = err.filter(|err| matches!(err, NoAnswer::Ended | NoAnswer::Flood));
                    call
                }
            };
            told(call);
        }
        ended
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
        let mint = Mint::new(self.order.seed).speaking(self.order.vocabulary.clone());
        let minted = match planned.variant.is_wordy() {
            true => mint.wordy(planned.number),
            false => mint.call(planned.number),
        };
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
        asked.recipients.extend(correspondents(tool));
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

    fn gap(&mut self, gap: String) {
        if self.server.gaps.len() < MAX_GAPS && !self.server.gaps.contains(&gap) {
            self.server.gaps.push(gap);
        }
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

/// The version of the protocol that is proposed; a server may choose another.
const VERSION: &str = "2025-06-18";
/// Node takes two seconds to start a large server here, and a busy machine several times that.
const BEGIN: Duration = Duration::from_secs(10);
const LIST: Duration = Duration::from_secs(10);
const CALL: Duration = Duration::from_secs(15);
const STILL: Duration = Duration::from_millis(200);
const TRIES: usize = 2;
const MAX_CALLS: usize = 200;
/// Calls of one tool that fail before it is left alone: two try other arguments.
const MAX_FAILED: u32 = 4;
const MAX_PAGES: usize = 20;
/// Entries of one list: the largest server that was met has 77 tools.
const MAX_LISTED: usize = 500;
const MAX_GAPS: usize = 32;
const MAX_NAME: usize = 256;
const MAX_DESCRIPTION: usize = 8 << 10;
const MAX_SCHEMA: usize = 16 << 10;
const MAX_ARGUMENTS: usize = 64 << 10;
/// Bytes of one answer that are kept.
const MAX_REPLY: usize = 16 << 10;
/// Bytes of all answers that are kept.
const MAX_REPLIES: usize = 2 << 20;

#[cfg(test)]
mod tests;
