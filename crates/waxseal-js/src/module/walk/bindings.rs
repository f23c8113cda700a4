//! What gives a symbol its value: declarations, assignments, destructuring; and writes to properties.

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;

use super::super::{Binding, BindingSource, PathStep, PropertyKeyNote, PropertyWrite};
use super::{Walker, static_key};

/// What is being destructured, and how far the way into it has come.
struct Way<'a> {
    source: BindingSource<'a>,
    path: Vec<PathStep<'a>>,
    default: Option<&'a Expression<'a>>,
    default_at: usize,
}

impl<'a> Walker<'a> {
    /// Notes a binding of a declared name.
    pub(super) fn bind(&mut self, id: &BindingIdentifier<'a>, binding: Binding<'a>) {
        if let Some(symbol) = id.symbol_id.get() {
            self.note_binding(symbol, binding);
        }
    }

    fn note_binding(&mut self, symbol: SymbolId, binding: Binding<'a>) {
        if let Some(note) = self.module.symbols.note(symbol) {
            note.bindings.push(binding);
        }
    }

    /// Notes every name a pattern declares, and walks the defaults and computed keys in it.
    pub(super) fn bind_pattern(
        &mut self,
        pattern: &'a BindingPattern<'a>,
        source: BindingSource<'a>,
        default: Option<&'a Expression<'a>>,
    ) {
        let mut way = Way {
            source,
            path: Vec::new(),
            default,
            default_at: 0,
        };
        self.pattern(pattern, &mut way);
    }

    pub(super) fn variable_declaration(&mut self, declaration: &'a VariableDeclaration<'a>) {
        if declaration.declare {
            return;
        }
        for declarator in &declaration.declarations {
            let Some(init) = &declarator.init else {
                self.bind_pattern(&declarator.id, BindingSource::Uninitialised, None);
                continue;
            };
            if let BindingPattern::BindingIdentifier(id) = &declarator.id {
                self.name = Some(id.name.as_str());
            }
            if self.is_outside(init) {
                for symbol in declarator.id.get_symbol_ids() {
                    if let Some(outside) = self.outside.get_mut(symbol.index()) {
                        *outside = true;
                    }
                }
            }
            self.expression(init);
            self.bind_pattern(
                &declarator.id,
                BindingSource::Expression {
                    value: init,
                    compound: false,
                },
                None,
            );
        }
    }

    /// `for (left of right)`, `for (left in right)`: what `left` gets from `source`.
    pub(super) fn bind_loop(&mut self, left: &'a ForStatementLeft<'a>, source: BindingSource<'a>) {
        match left {
            ForStatementLeft::VariableDeclaration(declaration) => {
                for declarator in &declaration.declarations {
                    self.bind_pattern(&declarator.id, source, None);
                }
            }
            left => self.assign(left.to_assignment_target(), source, left.span()),
        }
    }

    pub(super) fn assignment(&mut self, assignment: &'a AssignmentExpression<'a>) {
        let compound = match assignment.operator {
            AssignmentOperator::Assign
            | AssignmentOperator::LogicalOr
            | AssignmentOperator::LogicalAnd
            | AssignmentOperator::LogicalNullish => Some(false),
            AssignmentOperator::Addition => Some(true),
            _ => None,
        };
        match &assignment.left {
            AssignmentTarget::AssignmentTargetIdentifier(identifier) => {
                let source = match compound {
                    Some(compound) => BindingSource::Expression {
                        value: &assignment.right,
                        compound,
                    },
                    None => BindingSource::Other,
                };
                self.assign_symbol(identifier, source, assignment.span);
                self.name = Some(identifier.name.as_str());
            }
            target => match target.as_member_expression() {
                Some(member) => {
                    self.written_member(member);
                    let value = Some(&assignment.right);
                    let compound = assignment.operator != AssignmentOperator::Assign;
                    self.property_write(member, value, compound, assignment.span);
                    self.export_write(member, &assignment.right, assignment.span);
                    self.name = member.static_property_name();
                }
                None => {
                    let source = BindingSource::Expression {
                        value: &assignment.right,
                        compound: false,
                    };
                    self.assign(target, source, assignment.span);
                }
            },
        }
        self.expression(&assignment.right);
    }

    pub(super) fn update(&mut self, update: &'a UpdateExpression<'a>) {
        match &update.argument {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(identifier) => {
                self.assign_symbol(identifier, BindingSource::Other, update.span);
            }
            target => {
                if let Some(member) = target.as_member_expression() {
                    self.written_member(member);
                    self.property_write(member, None, true, update.span);
                }
            }
        }
    }

    /// `delete a.b` writes to `a`.
    pub(super) fn deletion(&mut self, argument: &'a Expression<'a>, span: Span) {
        if let Some(member) = argument.as_member_expression() {
            self.property_write(member, None, false, span);
        }
    }

    /// Notes what an assignment target gets.
    fn assign(&mut self, target: &'a AssignmentTarget<'a>, source: BindingSource<'a>, span: Span) {
        let mut way = Way {
            source,
            path: Vec::new(),
            default: None,
            default_at: 0,
        };
        self.target(target, &mut way, span);
    }

    fn assign_symbol(&mut self, identifier: &IdentifierReference<'a>, source: BindingSource<'a>, span: Span) {
        let way = Way {
            source,
            path: Vec::new(),
            default: None,
            default_at: 0,
        };
        self.assign_way(identifier, &way, span);
    }

    fn assign_way(&mut self, identifier: &IdentifierReference<'a>, way: &Way<'a>, span: Span) {
        if let Some(symbol) = self.module.symbol(identifier) {
            let binding = self.binding(way, span);
            self.note_binding(symbol, binding);
        }
    }

    fn binding(&self, way: &Way<'a>, span: Span) -> Binding<'a> {
        Binding {
            source: way.source,
            path: way.path.clone(),
            default: way.default,
            default_at: way.default_at,
            span,
            function: self.function,
        }
    }

    fn pattern(&mut self, pattern: &'a BindingPattern<'a>, way: &mut Way<'a>) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                let binding = self.binding(way, id.span);
                self.bind(id, binding);
            }
            BindingPattern::AssignmentPattern(pattern) => {
                self.expression(&pattern.right);
                let outer = (way.default, way.default_at);
                (way.default, way.default_at) = (Some(&pattern.right), way.path.len());
                self.pattern(&pattern.left, way);
                (way.default, way.default_at) = outer;
            }
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    self.property_key(&property.key);
                    self.step(key_step(&property.key), way, |walker, way| {
                        walker.pattern(&property.value, way)
                    });
                }
                if let Some(rest) = &object.rest {
                    self.step(PathStep::Rest, way, |walker, way| walker.pattern(&rest.argument, way));
                }
            }
            BindingPattern::ArrayPattern(array) => {
                for (index, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        self.step(index_step(index), way, |walker, way| walker.pattern(element, way));
                    }
                }
                if let Some(rest) = &array.rest {
                    way.path.push(index_step(array.elements.len()));
                    self.step(PathStep::Rest, way, |walker, way| walker.pattern(&rest.argument, way));
                    way.path.pop();
                }
            }
        }
    }

    fn target(&mut self, target: &'a AssignmentTarget<'a>, way: &mut Way<'a>, span: Span) {
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(identifier) => self.assign_way(identifier, way, span),
            AssignmentTarget::ObjectAssignmentTarget(object) => {
                for property in &object.properties {
                    self.target_property(property, way, span);
                }
                if let Some(rest) = &object.rest {
                    self.step(PathStep::Rest, way, |walker, way| {
                        walker.target(&rest.target, way, span)
                    });
                }
            }
            AssignmentTarget::ArrayAssignmentTarget(array) => {
                for (index, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        self.step(index_step(index), way, |walker, way| {
                            walker.target_or_default(element, way, span)
                        });
                    }
                }
                if let Some(rest) = &array.rest {
                    self.step(PathStep::Rest, way, |walker, way| {
                        walker.target(&rest.target, way, span)
                    });
                }
            }
            target => {
                if let Some(member) = target.as_member_expression() {
                    self.written_member(member);
                    self.property_write(member, None, false, span);
                }
            }
        }
    }

    fn target_property(&mut self, property: &'a AssignmentTargetProperty<'a>, way: &mut Way<'a>, span: Span) {
        match property {
            AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(property) => {
                let outer = (way.default, way.default_at);
                way.path.push(PathStep::Property(property.binding.name.as_str()));
                if let Some(init) = &property.init {
                    self.expression(init);
                    (way.default, way.default_at) = (Some(init), way.path.len());
                }
                self.assign_way(&property.binding, way, span);
                way.path.pop();
                (way.default, way.default_at) = outer;
            }
            AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                self.property_key(&property.name);
                self.step(key_step(&property.name), way, |walker, way| {
                    walker.target_or_default(&property.binding, way, span);
                });
            }
        }
    }

    fn target_or_default(&mut self, target: &'a AssignmentTargetMaybeDefault<'a>, way: &mut Way<'a>, span: Span) {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(target) => {
                self.expression(&target.init);
                let outer = (way.default, way.default_at);
                (way.default, way.default_at) = (Some(&target.init), way.path.len());
                self.target(&target.binding, way, span);
                (way.default, way.default_at) = outer;
            }
            target => self.target(target.to_assignment_target(), way, span),
        }
    }

    fn step(&mut self, step: PathStep<'a>, way: &mut Way<'a>, walk: impl FnOnce(&mut Self, &mut Way<'a>)) {
        way.path.push(step);
        walk(self, way);
        way.path.pop();
    }

    /// Walks the object and the key of a member that is written to; the member itself is no read.
    fn written_member(&mut self, member: &'a MemberExpression<'a>) {
        self.expression(member.object());
        if let MemberExpression::ComputedMemberExpression(member) = member {
            self.expression(&member.expression);
        }
    }

    fn property_write(
        &mut self,
        member: &'a MemberExpression<'a>,
        value: Option<&'a Expression<'a>>,
        compound: bool,
        span: Span,
    ) {
        let position = u32::try_from(self.module.property_writes.len()).unwrap_or(u32::MAX);
        let key = match member {
            MemberExpression::StaticMemberExpression(member) => PropertyKeyNote::Name(member.property.name.as_str()),
            MemberExpression::PrivateFieldExpression(member) => PropertyKeyNote::Name(member.field.name.as_str()),
            MemberExpression::ComputedMemberExpression(member) => PropertyKeyNote::Computed(&member.expression),
        };
        let conditions = self.noted_conditions();
        let object = member.object();
        let function = self.function;
        self.module.property_writes.push(PropertyWrite {
            object,
            key,
            value,
            compound,
            function,
            span,
            conditions,
        });
        if let Some(symbol) = self.root_symbol(object)
            && let Some(note) = self.module.symbols.note(symbol)
        {
            note.property_writes.push(position);
        }
    }

    /// The symbol a member chain begins at.
    fn root_symbol(&self, expression: &'a Expression<'a>) -> Option<SymbolId> {
        let mut expression = expression;
        loop {
            expression = match expression {
                Expression::Identifier(identifier) => return self.module.symbol(identifier),
                Expression::StaticMemberExpression(member) => &member.object,
                Expression::ComputedMemberExpression(member) => &member.object,
                Expression::TSNonNullExpression(it) => &it.expression,
                Expression::TSAsExpression(it) => &it.expression,
                _ => return None,
            };
        }
    }
}

fn key_step<'a>(key: &'a PropertyKey<'a>) -> PathStep<'a> {
    match (static_key(key), key.as_expression()) {
        (Some(name), _) => PathStep::Property(name),
        (None, Some(expression)) => PathStep::Computed(expression),
        (None, None) => PathStep::Property(""),
    }
}

fn index_step<'a>(index: usize) -> PathStep<'a> {
    PathStep::Index(u32::try_from(index).unwrap_or(u32::MAX))
}
