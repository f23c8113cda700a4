//! What a server lists before it is used and after.

use waxseal_model::{ListChange, ListChangeKind, ToolList};

use super::talk::Lists;

/// What is not the same in the lists before the calls and after them.
pub(super) fn changes(before: &Lists, after: &Lists) -> Vec<ListChange> {
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
    changes
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

const MAX_CHANGES: usize = 500;
