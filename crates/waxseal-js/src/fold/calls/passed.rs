//! What a call reaches, and which arguments reach it.

use std::rc::Rc;

use oxc_ast::ast::*;

use crate::fold::{Api, Folded, Folder, Origins, Value};
use crate::module::{CallNode, CallNote};

impl<'a> Folder<'_, 'a> {
    /// What a call can be a call of.
    pub(in crate::fold) fn called_apis(&self, call: &CallNote<'a>) -> Vec<Rc<Api>> {
        let callee = match call.node {
            CallNode::Call(call) => &call.callee,
            CallNode::New(new) => &new.callee,
            CallNode::Tagged(tagged) => &tagged.tag,
            CallNode::Import(_) => return vec![api("import")],
        };
        if let Some(member) = callee.as_member_expression()
            && member
                .static_property_name()
                .is_some_and(|name| LIST_METHODS.contains(&name))
        {
            return Vec::new();
        }
        let applied = applied(callee);
        let value = self.outside(applied.unwrap_or(callee));
        let mut apis = Vec::new();
        collect_apis(&value, &mut apis);
        if let Some(reflect) = apis.first()
            && matches!(&*reflect.path, "Reflect.apply" | "Reflect.construct")
            && let CallNode::Call(call) = call.node
            && let Some(target) = call.arguments.first().and_then(Argument::as_expression)
        {
            apis.clear();
            collect_apis(&self.outside(target), &mut apis);
        }
        apis
    }

    /// The arguments as what is called gets them.
    pub(in crate::fold) fn passed_arguments(&self, call: &CallNote<'a>) -> Vec<Folded> {
        let (callee, arguments) = match call.node {
            CallNode::Call(call) => (Some(&call.callee), &call.arguments[..]),
            CallNode::New(new) => (None, &new.arguments[..]),
            CallNode::Import(import) => return vec![self.fold_here(&import.source)],
            CallNode::Tagged(tagged) => {
                return tagged.quasi.expressions.iter().map(|it| self.fold_here(it)).collect();
            }
        };
        let method = callee.and_then(|callee| {
            let member = callee.as_member_expression()?;
            let name = member.static_property_name()?;
            let reflect = matches!(member.object(), Expression::Identifier(it) if it.name == "Reflect");
            Some(match name {
                "apply" if reflect => Passed::List(2),
                "call" => Passed::From(1),
                "apply" => Passed::List(1),
                _ => Passed::From(0),
            })
        });
        match method.unwrap_or(Passed::From(0)) {
            Passed::From(first) => arguments.iter().skip(first).flat_map(|it| self.argument(it)).collect(),
            Passed::List(position) => match arguments.get(position).and_then(Argument::as_expression) {
                Some(list) => self.list(&self.fold_here(list)),
                None => Vec::new(),
            },
        }
    }

    pub(in crate::fold) fn argument(&self, argument: &'a Argument<'a>) -> Vec<Folded> {
        match argument {
            Argument::SpreadElement(spread) => self.list(&self.fold_here(&spread.argument)),
            argument => vec![self.fold_here(argument.to_expression())],
        }
    }

    pub(in crate::fold) fn list(&self, folded: &Folded) -> Vec<Folded> {
        let with = |value: Value| Folded {
            value,
            hidden: folded.hidden,
            source: folded.source,
        };
        match &folded.value {
            Value::Array(array) => array.items.iter().cloned().map(with).collect(),
            value => vec![with(Value::Unknown(value.origins()))],
        }
    }
}

/// What stands before `.call`, `.apply` or `.bind`.
fn applied<'a>(callee: &'a Expression<'a>) -> Option<&'a Expression<'a>> {
    let member = callee.as_member_expression()?;
    let reflect = matches!(member.object(), Expression::Identifier(it) if it.name == "Reflect");
    (!reflect && matches!(member.static_property_name(), Some("call" | "apply"))).then(|| member.object())
}

fn collect_apis(value: &Value, apis: &mut Vec<Rc<Api>>) {
    match value {
        Value::Api(api) => apis.push(Rc::clone(api)),
        Value::OneOf(values) => values.iter().for_each(|it| collect_apis(it, apis)),
        _ => {}
    }
}

fn api(path: &str) -> Rc<Api> {
    Rc::new(Api {
        path: path.into(),
        origins: Origins::default(),
        calls: Rc::from([]),
    })
}

/// Methods of lists, which nothing of the outside has under these names.
const LIST_METHODS: [&str; 8] = ["push", "pop", "shift", "unshift", "splice", "forEach", "map", "join"];

/// Which of a call's arguments reach what is called.
enum Passed {
    From(usize),
    List(usize),
}
