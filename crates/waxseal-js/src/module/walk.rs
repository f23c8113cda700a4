//! The one walk over a file's syntax tree that fills a [`Module`].
//!
//! Written by hand rather than with a visitor, since notes keep references to the tree, and since chains (`a + b + …`,
//! `a.b().c()…`, `else if`) must be walked without a stack frame for each link.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};
use rustc_hash::FxHashMap;

use super::{FunctionIdx, FunctionNode, FunctionNote, Module, ObjectNote, StringNote, SymbolNotes};

mod bindings;
mod calls;
mod exports;
mod functions;
mod jsx;
mod statements;

/// Resolves names and notes everything.
pub(super) fn walk<'a>(source: &'a str, program: &'a Program<'a>) -> Module<'a> {
    let scoping = super::names::resolve(program);
    let symbols = scoping.symbols_len();
    let top = FunctionNote {
        node: FunctionNode::Top(program),
        name: None,
        parent: FunctionIdx::TOP,
        class: None,
        span: program.span,
        immediate: true,
    };
    let module = Module {
        source,
        program,
        symbols: SymbolNotes::new(symbols),
        scoping,
        functions: vec![top],
        calls: Vec::new(),
        property_writes: Vec::new(),
        objects: Vec::new(),
        member_reads: Vec::new(),
        imports: Vec::new(),
        exports: Vec::new(),
        marked_strings: Vec::new(),
        strings: Vec::new(),
        callbacks: FxHashMap::default(),
        immediate_calls: FxHashMap::default(),
        function_starts: FxHashMap::default(),
    };
    let mut walker = Walker {
        module,
        function: FunctionIdx::TOP,
        owner: None,
        conditions: Vec::new(),
        floor: 0,
        noted: None,
        unconditional: Rc::from([]),
        spine: Vec::new(),
        outside: vec![false; symbols],
        name: None,
    };
    walker.statements(&program.body);
    walker.module
}

/// The state of the walk.
struct Walker<'a> {
    module: Module<'a>,
    /// The function being walked.
    function: FunctionIdx,
    /// The class of which the function about to be walked is a method.
    owner: Option<FunctionIdx>,
    /// Conditions around the current place, those of the functions around it first.
    conditions: Vec<Span>,
    /// How many of the conditions are outside the current function.
    floor: usize,
    /// What [`Walker::noted_conditions`] gives here, once it was asked for.
    noted: Option<Rc<[Span]>>,
    /// What it gives where there are no conditions.
    unconditional: Rc<[Span]>,
    /// Links of the chains being walked, the outermost first; each walk of a chain uses the part it pushed.
    spine: Vec<&'a Expression<'a>>,
    /// Symbols that were seen to stand for something of the outside: imports, `require` results, globals and their members.
    outside: Vec<bool>,
    /// The name of what is being assigned, for a function without a name of its own.
    name: Option<&'a str>,
}

impl<'a> Walker<'a> {
    fn expression(&mut self, expression: &'a Expression<'a>) {
        let name = self.name.take();
        let owner = self.owner.take();
        match expression {
            Expression::StringLiteral(literal) => self.string(literal.value.as_str(), literal.span),
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::ArrayExpression(array) => {
                for element in &array.elements {
                    match element {
                        ArrayExpressionElement::SpreadElement(spread) => self.expression(&spread.argument),
                        ArrayExpressionElement::Elision(_) => {}
                        element => self.expression(element.to_expression()),
                    }
                }
            }
            Expression::ObjectExpression(object) => self.object(object),
            Expression::ArrowFunctionExpression(arrow) => {
                self.owner = owner;
                self.arrow(arrow, name);
            }
            Expression::FunctionExpression(function) => {
                self.owner = owner;
                self.function_note(function, name);
            }
            Expression::ClassExpression(class) => self.class_note(class, name),
            Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            Expression::BinaryExpression(_) | Expression::LogicalExpression(_) => self.operators(expression),
            Expression::ConditionalExpression(_) => self.conditional(expression),
            Expression::CallExpression(_)
            | Expression::StaticMemberExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::PrivateFieldExpression(_)
            | Expression::ChainExpression(_)
            | Expression::TaggedTemplateExpression(_)
            | Expression::TSNonNullExpression(_) => self.chain(expression),
            Expression::NewExpression(new) => self.new_expression(new),
            Expression::ImportExpression(import) => self.import_expression(import),
            Expression::SequenceExpression(sequence) => sequence.expressions.iter().for_each(|it| self.expression(it)),
            Expression::UpdateExpression(update) => self.update(update),
            Expression::UnaryExpression(unary) if unary.operator == UnaryOperator::Delete => {
                self.deletion(&unary.argument, unary.span);
                self.expression(&unary.argument);
            }
            Expression::JSXElement(element) => self.jsx_element(element),
            Expression::JSXFragment(fragment) => self.jsx_children(&fragment.children),
            Expression::V8IntrinsicExpression(intrinsic) => self.arguments(&intrinsic.arguments, None),
            _ => {
                if let Some(inner) = wrapped(expression) {
                    self.name = name;
                    self.expression(inner);
                }
            }
        }
    }

    fn object(&mut self, object: &'a ObjectExpression<'a>) {
        let conditions = self.noted_conditions();
        self.module.objects.push(ObjectNote {
            node: object,
            function: self.function,
            conditions,
        });
        for property in &object.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => self.expression(&spread.argument),
                ObjectPropertyKind::ObjectProperty(property) => {
                    self.property_key(&property.key);
                    self.name = static_key(&property.key);
                    self.expression(&property.value);
                }
            }
        }
        self.name = None;
    }

    fn property_key(&mut self, key: &'a PropertyKey<'a>) {
        if let Some(expression) = key.as_expression()
            && !matches!(expression, Expression::StringLiteral(_) | Expression::NumericLiteral(_))
        {
            self.expression(expression);
        }
    }

    /// Binary and logical operators, along the left without recursion.
    fn operators(&mut self, expression: &'a Expression<'a>) {
        let base = self.spine.len();
        let mut innermost = expression;
        loop {
            let left = match innermost {
                Expression::BinaryExpression(binary) => &binary.left,
                Expression::LogicalExpression(logical) => &logical.left,
                _ => break,
            };
            self.spine.push(innermost);
            innermost = left;
        }
        self.expression(innermost);
        while self.spine.len() > base {
            match self.spine.pop() {
                Some(Expression::BinaryExpression(binary)) => self.expression(&binary.right),
                Some(Expression::LogicalExpression(logical)) => {
                    self.push_condition(logical.left.span());
                    self.expression(&logical.right);
                    self.pop_condition();
                }
                _ => {}
            }
        }
    }

    /// `a ? b : c ? d : …`, along the last alternative without recursion.
    fn conditional(&mut self, mut expression: &'a Expression<'a>) {
        let outer = self.conditions.len();
        while let Expression::ConditionalExpression(conditional) = expression {
            self.expression(&conditional.test);
            self.push_condition(conditional.test.span());
            self.expression(&conditional.consequent);
            expression = &conditional.alternate;
        }
        self.expression(expression);
        self.truncate_conditions(outer);
    }

    fn template(&mut self, template: &'a TemplateLiteral<'a>) {
        for quasi in &template.quasis {
            self.string(quasi.value.cooked.unwrap_or(quasi.value.raw).as_str(), quasi.span);
        }
        template.expressions.iter().for_each(|it| self.expression(it));
    }

    fn string(&mut self, text: &'a str, span: Span) {
        self.module.strings.push(text);
        let first = text.as_bytes().first().map_or(0, u8::to_ascii_lowercase);
        let url = |scheme: &str| {
            scheme.as_bytes()[0] == first
                && text.len() > scheme.len()
                && text.as_bytes()[..scheme.len()].eq_ignore_ascii_case(scheme.as_bytes())
        };
        if memchr::memchr(b'@', text.as_bytes()).is_some() || URL_STARTS.iter().any(|scheme| url(scheme)) {
            self.module.marked_strings.push(StringNote {
                text,
                function: self.function,
                span,
            });
        }
    }

    /// The conditions to keep with a note.
    fn noted_conditions(&mut self) -> Rc<[Span]> {
        let conditions = &self.conditions[self.floor..];
        if conditions.is_empty() {
            return self.unconditional.clone();
        }
        let kept = &conditions[..conditions.len().min(MAX_CONDITIONS)];
        self.noted.get_or_insert_with(|| kept.into()).clone()
    }

    fn push_condition(&mut self, span: Span) {
        if self.conditions.len() < self.floor + MAX_CONDITIONS {
            self.noted = None;
        }
        self.conditions.push(span);
    }

    fn pop_condition(&mut self) {
        self.truncate_conditions(self.conditions.len().saturating_sub(1));
    }

    fn truncate_conditions(&mut self, len: usize) {
        if len < self.floor + MAX_CONDITIONS && len < self.conditions.len() {
            self.noted = None;
        }
        self.conditions.truncate(len);
    }

    /// Whether an expression begins at a global, an import, or what was seen to be an alias of one.
    fn is_outside(&self, expression: &Expression<'a>) -> bool {
        let mut expression = expression;
        loop {
            expression = match expression {
                Expression::Identifier(identifier) => return self.is_outside_identifier(identifier),
                Expression::StaticMemberExpression(member) => &member.object,
                Expression::ComputedMemberExpression(member) => &member.object,
                Expression::AwaitExpression(awaited) => &awaited.argument,
                Expression::CallExpression(call) => match &call.callee {
                    Expression::Identifier(identifier) => return self.is_outside_identifier(identifier),
                    callee => callee,
                },
                Expression::ImportExpression(_) | Expression::ImportMeta(_) => return true,
                other => match wrapped(other) {
                    Some(inner)
                        if !matches!(other, Expression::UnaryExpression(_) | Expression::YieldExpression(_)) =>
                    {
                        inner
                    }
                    _ => return false,
                },
            };
        }
    }

    fn is_outside_identifier(&self, identifier: &IdentifierReference<'a>) -> bool {
        match self.module.symbol(identifier) {
            None => true,
            Some(symbol) => {
                self.outside.get(symbol.index()) == Some(&true) || self.module.scoping.symbol_flags(symbol).is_import()
            }
        }
    }
}

/// The one expression inside a node that adds nothing of its own to the walk.
fn wrapped<'a>(expression: &'a Expression<'a>) -> Option<&'a Expression<'a>> {
    Some(match expression {
        Expression::ParenthesizedExpression(it) => &it.expression,
        Expression::AwaitExpression(it) => &it.argument,
        Expression::UnaryExpression(it) => &it.argument,
        Expression::YieldExpression(it) => return it.argument.as_ref(),
        Expression::PrivateInExpression(it) => &it.right,
        Expression::TSAsExpression(it) => &it.expression,
        Expression::TSSatisfiesExpression(it) => &it.expression,
        Expression::TSTypeAssertion(it) => &it.expression,
        Expression::TSNonNullExpression(it) => &it.expression,
        Expression::TSInstantiationExpression(it) => &it.expression,
        _ => return None,
    })
}

/// The name of a property that is not computed.
fn static_key<'a>(key: &'a PropertyKey<'a>) -> Option<&'a str> {
    match key {
        PropertyKey::StaticIdentifier(name) => Some(name.name.as_str()),
        PropertyKey::PrivateIdentifier(name) => Some(name.name.as_str()),
        PropertyKey::StringLiteral(literal) => Some(literal.value.as_str()),
        PropertyKey::NumericLiteral(literal) => literal.raw.map(|raw| raw.as_str()),
        _ => None,
    }
}

/// Beginnings of strings that are destinations.
const URL_STARTS: [&str; 8] = [
    "http://", "https://", "ws://", "wss://", "ftp://", "smtp://", "smtps://", "mailto:",
];

/// Conditions kept with a note.
const MAX_CONDITIONS: usize = 4;
