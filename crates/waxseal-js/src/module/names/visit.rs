//! The walk that opens scopes, declares and refers, in the order of the parser family's own analysis.

use std::cell::Cell;

use oxc_ast::ast::*;
use oxc_ast_visit::Visit;
use oxc_ast_visit::walk;
use oxc_span::GetSpan;
use oxc_syntax::reference::ReferenceFlags;
use oxc_syntax::scope::{ScopeFlags, ScopeId};
use oxc_syntax::symbol::SymbolFlags;

use super::Names;
use super::links::Link;
use super::namespaces::is_instantiated;
use super::scopes::Resolver;

pub(super) fn resolve<'a>(program: &'a Program<'a>) -> Names<'a> {
    let mut resolver = Resolver::new(program.source_text.len(), program.source_type.is_typescript());
    if program.source_type.is_typescript_definition() {
        resolver.ambient += 1;
    }
    resolver.blocks.push(&program.body);
    walk::walk_program(&mut resolver, program);
    resolver.names
}

impl<'a> Resolver<'a> {
    fn within_ambient(&mut self, is_ambient: bool, walk: impl FnOnce(&mut Self)) {
        self.ambient += u32::from(is_ambient);
        walk(self);
        self.ambient -= u32::from(is_ambient);
    }

    /// Decorators of parameters see the class, not the function.
    fn parameter_decorators(&mut self, parameters: &FormalParameters<'a>) {
        let undecorated = parameters.items.iter().all(|it| it.decorators.is_empty());
        if undecorated && parameters.rest.as_ref().is_none_or(|it| it.decorators.is_empty()) {
            return;
        }
        let checkpoint = self.references_len();
        for parameter in &parameters.items {
            self.visit_decorators(&parameter.decorators);
        }
        if let Some(rest) = &parameters.rest {
            self.visit_decorators(&rest.decorators);
        }
        self.take_early(checkpoint);
    }

    fn import_binding(&mut self, id: &BindingIdentifier<'a>, is_type: bool) {
        let flags = if is_type || self.type_import {
            SymbolFlags::TypeImport
        } else {
            SymbolFlags::Import
        };
        self.declare(id, flags);
    }

    /// The flags of a declaration, with that of `declare`.
    fn declared(flags: SymbolFlags, is_ambient: bool) -> SymbolFlags {
        if is_ambient {
            flags | SymbolFlags::Ambient
        } else {
            flags
        }
    }

    fn bind_function(&mut self, function: &Function<'a>) {
        let Some(id) = &function.id else { return };
        let special = function.r#async || function.generator;
        let mut flags = Self::declared(SymbolFlags::Function, function.declare);
        if special {
            flags |= SymbolFlags::AsyncOrGeneratorFunction;
        }
        if function.is_expression() {
            self.declare(id, flags | SymbolFlags::FunctionExpression);
        } else {
            self.declare_function(id, flags, !special);
        }
    }

    /// What computed names of members that never run are for.
    fn erased_key(&mut self, computed: bool, is_abstract: bool, key: &PropertyKey<'a>) {
        if computed && (is_abstract || self.ambient > 0) {
            self.usage = ReferenceFlags::ValueAsType;
        }
        self.visit_property_key(key);
        self.usage = ReferenceFlags::empty();
    }
}

impl<'a> Visit<'a> for Resolver<'a> {
    fn enter_scope(&mut self, flags: ScopeFlags, cell: &Cell<Option<ScopeId>>) {
        self.open_scope(flags, cell);
    }

    fn leave_scope(&mut self) {
        self.close_scope();
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.refer(it);
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        self.operators(&it.left, &it.right);
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        self.operators(&it.left, &it.right);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let base = self.spine.len();
        self.spine.push(Link::Call(self.alloc(it)));
        self.links(&it.callee, base);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        let base = self.spine.len();
        self.spine.push(Link::Tagged(self.alloc(it)));
        self.links(&it.tag, base);
    }

    fn visit_member_expression(&mut self, it: &MemberExpression<'a>) {
        self.enter_member();
        let base = self.spine.len();
        match it {
            MemberExpression::StaticMemberExpression(member) => self.links(&member.object, base),
            MemberExpression::ComputedMemberExpression(member) => {
                self.spine.push(Link::Right(self.alloc(&member.expression)));
                self.links(&member.object, base);
            }
            MemberExpression::PrivateFieldExpression(member) => self.links(&member.object, base),
        }
        self.usage = ReferenceFlags::empty();
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        let mut it = it;
        loop {
            let usage = self.usage;
            self.visit_expression(&it.test);
            self.usage = usage;
            self.visit_expression(&it.consequent);
            match &it.alternate {
                Expression::ConditionalExpression(next) => it = next,
                alternate => return self.visit_expression(alternate),
            }
        }
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        let mut it = it;
        loop {
            self.visit_expression(&it.test);
            self.visit_statement(&it.consequent);
            match &it.alternate {
                Some(Statement::IfStatement(next)) => it = next,
                Some(alternate) => return self.visit_statement(alternate),
                None => return,
            }
        }
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if !it.operator.is_assign() {
            self.usage = ReferenceFlags::read_write();
        }
        self.visit_assignment_target(&it.left);
        self.visit_expression(&it.right);
    }

    fn visit_update_expression(&mut self, it: &UpdateExpression<'a>) {
        self.usage = ReferenceFlags::read_write();
        self.visit_simple_assignment_target(&it.argument);
    }

    fn visit_simple_assignment_target(&mut self, it: &SimpleAssignmentTarget<'a>) {
        if !self.usage.is_write() {
            self.usage = ReferenceFlags::Write;
        }
        walk::walk_simple_assignment_target(self, it);
    }

    fn visit_assignment_target_property_identifier(&mut self, it: &AssignmentTargetPropertyIdentifier<'a>) {
        self.usage = ReferenceFlags::Write;
        self.refer(&it.binding);
        if let Some(init) = &it.init {
            self.visit_expression(init);
        }
    }

    fn visit_block_statement(&mut self, it: &BlockStatement<'a>) {
        let is_caught = self.open.last().is_some_and(|scope| scope.flags.is_catch_clause());
        self.open_scope(ScopeFlags::empty(), &it.scope_id);
        if is_caught {
            self.move_into_block();
        }
        self.visit_statements(&it.body);
        self.close_scope();
    }

    fn visit_catch_parameter(&mut self, it: &CatchParameter<'a>) {
        if let BindingPattern::BindingIdentifier(id) = &it.pattern {
            self.declare_caught(id, SymbolFlags::FunctionScopedVariable | SymbolFlags::CatchVariable);
        } else {
            let flags = SymbolFlags::BlockScopedVariable | SymbolFlags::CatchVariable;
            each_name(&it.pattern, &mut |id| self.declare(id, flags));
        }
        let checkpoint = self.references_len();
        self.visit_binding_pattern(&it.pattern);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        self.take_early(checkpoint);
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        let flags = match it.kind {
            VariableDeclarationKind::Var => SymbolFlags::FunctionScopedVariable,
            VariableDeclarationKind::Let => SymbolFlags::BlockScopedVariable,
            VariableDeclarationKind::Const | VariableDeclarationKind::Using | VariableDeclarationKind::AwaitUsing => {
                SymbolFlags::BlockScopedVariable | SymbolFlags::ConstVariable
            }
        };
        let flags = Self::declared(flags, it.declare);
        self.within_ambient(it.declare, |resolver| {
            for declarator in &it.declarations {
                if it.kind.is_lexical() {
                    each_name(&declarator.id, &mut |id| resolver.declare(id, flags));
                } else {
                    each_name(&declarator.id, &mut |id| resolver.declare_var(id, flags));
                }
                walk::walk_variable_declarator(resolver, declarator);
            }
        });
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.within_ambient(it.declare, |resolver| {
            if it.is_declaration() {
                resolver.bind_function(it);
            }
            resolver.parameter_decorators(&it.params);
            let strict = it.has_use_strict_directive();
            resolver.open_scope(strictness(flags, strict), &it.scope_id);
            if it.is_expression() {
                resolver.bind_function(it);
            }
            let checkpoint = resolver.references_len();
            if let Some(parameters) = &it.type_parameters {
                resolver.visit_ts_type_parameter_declaration(parameters);
            }
            if let Some(this) = &it.this_param {
                resolver.visit_ts_this_parameter(this);
            }
            resolver.visit_formal_parameters(&it.params);
            if let Some(annotation) = &it.return_type {
                resolver.visit_ts_type_annotation(annotation);
            }
            if it.params.has_parameter() || it.return_type.is_some() {
                resolver.take_early(checkpoint);
            }
            if let Some(body) = &it.body {
                resolver.visit_function_body(body);
            }
            resolver.close_scope();
        });
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.parameter_decorators(&it.params);
        let strict = it.has_use_strict_directive();
        self.open_scope(
            strictness(ScopeFlags::Function | ScopeFlags::Arrow, strict),
            &it.scope_id,
        );
        let checkpoint = self.references_len();
        if let Some(parameters) = &it.type_parameters {
            self.visit_ts_type_parameter_declaration(parameters);
        }
        self.visit_formal_parameters(&it.params);
        if let Some(annotation) = &it.return_type {
            self.visit_ts_type_annotation(annotation);
        }
        if it.params.has_parameter() || it.return_type.is_some() {
            self.take_early(checkpoint);
        }
        self.visit_arrow_function_body(&it.body);
        self.close_scope();
    }

    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        each_name(&it.pattern, &mut |id| {
            self.declare(id, SymbolFlags::FunctionScopedVariable)
        });
        self.visit_binding_pattern(&it.pattern);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        if let Some(initializer) = &it.initializer {
            self.visit_expression(initializer);
        }
    }

    fn visit_formal_parameter_rest(&mut self, it: &FormalParameterRest<'a>) {
        each_name(&it.rest.argument, &mut |id| {
            self.declare(id, SymbolFlags::FunctionScopedVariable)
        });
        self.visit_binding_rest_element(&it.rest);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let flags = Self::declared(SymbolFlags::Class, it.declare);
        if let Some(id) = it.id.as_ref().filter(|_| it.is_declaration()) {
            self.declare(id, flags);
        }
        self.visit_decorators(&it.decorators);
        self.within_ambient(it.declare, |resolver| {
            resolver.open_scope(ScopeFlags::StrictMode, &it.scope_id);
            if let Some(id) = it.id.as_ref().filter(|_| it.is_expression()) {
                resolver.declare(id, flags);
            }
            if let Some(parameters) = &it.type_parameters {
                resolver.visit_ts_type_parameter_declaration(parameters);
            }
            if let Some(heritage) = &it.heritage {
                if resolver.ambient > 0 {
                    resolver.usage = ReferenceFlags::ValueAsType;
                }
                resolver.visit_expression(&heritage.expression);
                resolver.usage = ReferenceFlags::empty();
                if let Some(arguments) = &heritage.type_arguments {
                    resolver.visit_ts_type_parameter_instantiation(arguments);
                }
            }
            resolver.visit_ts_class_implements_list(&it.implements);
            resolver.visit_class_body(&it.body);
            resolver.close_scope();
        });
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        self.visit_decorators(&it.decorators);
        self.erased_key(it.computed, it.r#type.is_abstract(), &it.key);
        self.visit_function(&it.value, ScopeFlags::Function);
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        self.visit_decorators(&it.decorators);
        self.within_ambient(it.declare, |resolver| {
            resolver.erased_key(it.computed, it.r#type.is_abstract(), &it.key);
            if let Some(annotation) = &it.type_annotation {
                resolver.visit_ts_type_annotation(annotation);
            }
            if let Some(value) = &it.value {
                resolver.visit_expression(value);
            }
        });
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        self.type_import = it.import_kind.is_type();
        walk::walk_import_declaration(self, it);
        self.type_import = false;
    }

    fn visit_import_specifier(&mut self, it: &ImportSpecifier<'a>) {
        self.import_binding(&it.local, it.import_kind.is_type());
    }

    fn visit_import_default_specifier(&mut self, it: &ImportDefaultSpecifier<'a>) {
        self.import_binding(&it.local, false);
    }

    fn visit_import_namespace_specifier(&mut self, it: &ImportNamespaceSpecifier<'a>) {
        self.import_binding(&it.local, false);
    }

    fn visit_export_default_declaration_kind(&mut self, it: &ExportDefaultDeclarationKind<'a>) {
        if matches!(it, ExportDefaultDeclarationKind::Identifier(_)) {
            self.usage = ReferenceFlags::Read | ReferenceFlags::Type;
        }
        walk::walk_export_default_declaration_kind(self, it);
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        for specifier in &it.specifiers {
            self.usage = if it.export_kind.is_type() || specifier.export_kind.is_type() {
                ReferenceFlags::Type
            } else {
                ReferenceFlags::Read | ReferenceFlags::Type
            };
            self.visit_module_export_name(&specifier.local);
            self.visit_module_export_name(&specifier.exported);
        }
    }

    fn visit_ts_export_assignment(&mut self, it: &TSExportAssignment<'a>) {
        if it.expression.is_identifier_reference() {
            self.usage = ReferenceFlags::Read | ReferenceFlags::Type;
        }
        self.visit_expression(&it.expression);
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        self.import_binding(&it.id, false);
        self.usage = if it.import_kind.is_type() {
            ReferenceFlags::Type
        } else {
            ReferenceFlags::Read | ReferenceFlags::Type
        };
        if let TSModuleReference::IdentifierReference(_) = it.module_reference {
            self.usage |= ReferenceFlags::Namespace;
        }
        walk::walk_ts_module_reference(self, &it.module_reference);
        self.usage = ReferenceFlags::empty();
    }

    fn visit_ts_type_alias_declaration(&mut self, it: &TSTypeAliasDeclaration<'a>) {
        self.declare(&it.id, Self::declared(SymbolFlags::TypeAlias, it.declare));
        self.within_ambient(it.declare, |resolver| {
            walk::walk_ts_type_alias_declaration(resolver, it)
        });
    }

    fn visit_ts_interface_declaration(&mut self, it: &TSInterfaceDeclaration<'a>) {
        self.declare(&it.id, Self::declared(SymbolFlags::Interface, it.declare));
        self.within_ambient(it.declare, |resolver| walk::walk_ts_interface_declaration(resolver, it));
    }

    fn visit_ts_enum_declaration(&mut self, it: &TSEnumDeclaration<'a>) {
        let flags = if it.r#const {
            SymbolFlags::ConstEnum
        } else {
            SymbolFlags::RegularEnum
        };
        self.declare(&it.id, Self::declared(flags, it.declare));
        self.within_ambient(it.declare, |resolver| walk::walk_ts_enum_declaration(resolver, it));
    }

    fn visit_ts_enum_member(&mut self, it: &TSEnumMember<'a>) {
        let name = match &it.id {
            TSEnumMemberName::Identifier(id) => id.name,
            id => Ident::from(id.static_name()),
        };
        self.declare_at(self.open.len() - 1, name, it.id.span(), SymbolFlags::EnumMember);
        walk::walk_ts_enum_member(self, it);
    }

    fn visit_ts_external_module_declaration(&mut self, it: &TSExternalModuleDeclaration<'a>) {
        self.within_ambient(it.declare, |resolver| {
            walk::walk_ts_external_module_declaration(resolver, it)
        });
    }

    fn visit_ts_global_declaration(&mut self, it: &TSGlobalDeclaration<'a>) {
        self.within_ambient(it.declare, |resolver| walk::walk_ts_global_declaration(resolver, it));
    }

    fn visit_ts_namespace_declaration(&mut self, it: &TSNamespaceDeclaration<'a>) {
        let flags = if is_instantiated(self.alloc(it), &self.blocks) {
            SymbolFlags::ValueModule
        } else {
            SymbolFlags::NamespaceModule
        };
        self.declare(&it.id, Self::declared(flags, it.declare));
        self.within_ambient(it.declare, |resolver| walk::walk_ts_namespace_declaration(resolver, it));
    }

    fn visit_ts_module_block(&mut self, it: &TSModuleBlock<'a>) {
        let block = self.alloc(it);
        self.blocks.push(&block.body);
        self.visit_statements(&it.body);
        self.blocks.pop();
    }

    fn visit_ts_infer_type(&mut self, it: &TSInferType<'a>) {
        let parameter = &it.type_parameter;
        let depth = self.open.iter().rposition(|scope| scope.flags.is_ts_conditional());
        let depth = depth.unwrap_or(self.open.len() - 1);
        self.declare_type(depth, &parameter.name);
        walk::walk_ts_type_parameter(self, parameter);
    }

    fn visit_ts_type_parameter(&mut self, it: &TSTypeParameter<'a>) {
        self.declare(&it.name, SymbolFlags::TypeParameter);
        walk::walk_ts_type_parameter(self, it);
    }

    fn visit_ts_mapped_type(&mut self, it: &TSMappedType<'a>) {
        self.open_scope(ScopeFlags::empty(), &it.scope_id);
        self.declare(&it.key, SymbolFlags::TypeParameter);
        self.visit_ts_type(&it.constraint);
        if let Some(name) = &it.name_type {
            self.visit_ts_type(name);
        }
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type(annotation);
        }
        self.close_scope();
    }

    fn visit_ts_interface_heritage(&mut self, it: &TSInterfaceHeritage<'a>) {
        self.usage = ReferenceFlags::Type;
        walk::walk_ts_interface_heritage(self, it);
    }

    fn visit_ts_class_implements(&mut self, it: &TSClassImplements<'a>) {
        self.usage = ReferenceFlags::Type;
        walk::walk_ts_class_implements(self, it);
    }

    fn visit_ts_type_reference(&mut self, it: &TSTypeReference<'a>) {
        self.usage = ReferenceFlags::Type;
        walk::walk_ts_type_reference(self, it);
    }

    fn visit_ts_qualified_name(&mut self, it: &TSQualifiedName<'a>) {
        if self.usage.is_empty() {
            self.usage = ReferenceFlags::Read | ReferenceFlags::Type;
        }
        self.usage |= ReferenceFlags::Namespace;
        self.visit_ts_type_name(&it.left);
    }

    fn visit_ts_type_query(&mut self, it: &TSTypeQuery<'a>) {
        self.usage = ReferenceFlags::ValueAsType;
        walk::walk_ts_type_query(self, it);
        self.usage = ReferenceFlags::empty();
    }

    fn visit_ts_property_signature(&mut self, it: &TSPropertySignature<'a>) {
        if it.key.is_expression() {
            self.usage = ReferenceFlags::ValueAsType;
        }
        walk::walk_ts_property_signature(self, it);
        self.usage = ReferenceFlags::empty();
    }

    fn visit_ts_method_signature(&mut self, it: &TSMethodSignature<'a>) {
        self.open_scope(ScopeFlags::empty(), &it.scope_id);
        if it.computed {
            self.usage = ReferenceFlags::ValueAsType;
        }
        self.visit_property_key(&it.key);
        self.usage = ReferenceFlags::empty();
        if let Some(parameters) = &it.type_parameters {
            self.visit_ts_type_parameter_declaration(parameters);
        }
        if let Some(this) = &it.this_param {
            self.visit_ts_this_parameter(this);
        }
        self.visit_formal_parameters(&it.params);
        if let Some(annotation) = &it.return_type {
            self.visit_ts_type_annotation(annotation);
        }
        self.close_scope();
    }
}

fn strictness(flags: ScopeFlags, strict: bool) -> ScopeFlags {
    if strict { flags | ScopeFlags::StrictMode } else { flags }
}

/// Calls `note` with every name a pattern declares.
fn each_name<'a>(pattern: &BindingPattern<'a>, note: &mut impl FnMut(&BindingIdentifier<'a>)) {
    match pattern {
        BindingPattern::BindingIdentifier(id) => note(id),
        BindingPattern::AssignmentPattern(it) => each_name(&it.left, note),
        BindingPattern::ObjectPattern(object) => {
            for property in &object.properties {
                each_name(&property.value, note);
            }
            if let Some(rest) = &object.rest {
                each_name(&rest.argument, note);
            }
        }
        BindingPattern::ArrayPattern(array) => {
            for element in array.elements.iter().flatten() {
                each_name(element, note);
            }
            if let Some(rest) = &array.rest {
                each_name(&rest.argument, note);
            }
        }
    }
}
