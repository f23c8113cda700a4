//! Imports and exports, of both kinds of modules.

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};

use super::super::{Binding, BindingSource, ExportNote, ExportValue, FunctionIdx, ImportNote};
use super::{Walker, static_key};

impl<'a> Walker<'a> {
    pub(super) fn import(&mut self, import: &'a ImportDeclaration<'a>) {
        let specifier = import.source.value.as_str();
        let specifiers = import.specifiers.as_deref().map_or(&[][..], |it| &it[..]);
        let all_types = !specifiers.is_empty()
            && specifiers
                .iter()
                .all(|it| matches!(it, ImportDeclarationSpecifier::ImportSpecifier(it) if it.import_kind.is_type()));
        let type_only = import.import_kind.is_type() || all_types;
        self.module.imports.push(ImportNote {
            specifier,
            type_only,
            span: import.span,
        });
        for it in specifiers {
            let (local, imported) = match it {
                ImportDeclarationSpecifier::ImportSpecifier(it) => (&it.local, it.imported.name().as_str()),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => (&it.local, "default"),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => (&it.local, "*"),
            };
            self.bind_import(local, specifier, imported, it.span());
        }
    }

    pub(super) fn import_equals(&mut self, import: &'a TSImportEqualsDeclaration<'a>) {
        match &import.module_reference {
            TSModuleReference::ExternalModuleReference(external) => {
                let specifier = external.expression.value.as_str();
                let type_only = import.import_kind.is_type();
                self.module.imports.push(ImportNote {
                    specifier,
                    type_only,
                    span: import.span,
                });
                self.bind_import(&import.id, specifier, "*", import.span);
            }
            _ => self.bind_pattern_other(&import.id),
        }
    }

    pub(super) fn export_all(&mut self, export: &'a ExportAllDeclaration<'a>) {
        let specifier = export.source.value.as_str();
        let type_only = export.export_kind.is_type();
        self.module.imports.push(ImportNote {
            specifier,
            type_only,
            span: export.span,
        });
        let name = export.exported.as_ref().map_or("*", |name| name.name().as_str());
        self.export(
            name,
            ExportValue::From {
                specifier,
                imported: "*",
            },
            export.span,
        );
    }

    pub(super) fn export_from(&mut self, export: &'a ExportFromDeclaration<'a>) {
        let specifier = export.source.value.as_str();
        let type_only = export.export_kind.is_type();
        self.module.imports.push(ImportNote {
            specifier,
            type_only,
            span: export.span,
        });
        for it in &export.specifiers {
            let imported = it.local.name().as_str();
            self.export(
                it.exported.name().as_str(),
                ExportValue::From { specifier, imported },
                it.span,
            );
        }
    }

    pub(super) fn export_names(&mut self, export: &'a ExportNamedDeclaration<'a>) {
        for it in &export.specifiers {
            if let ModuleExportName::IdentifierReference(local) = &it.local
                && let Some(symbol) = self.module.symbol(local)
            {
                self.export(it.exported.name().as_str(), ExportValue::Symbol(symbol), it.span);
            }
        }
    }

    pub(super) fn export_declaration(&mut self, export: &'a ExportDeclaration<'a>) {
        match &export.declaration {
            Declaration::VariableDeclaration(declaration) => {
                for declarator in &declaration.declarations {
                    for id in declarator.id.get_binding_identifiers() {
                        self.export_id(id, export.span);
                    }
                }
            }
            declaration => {
                if let Some(id) = declaration.id() {
                    self.export_id(id, export.span);
                }
            }
        }
        self.declaration(&export.declaration);
    }

    pub(super) fn export_default(&mut self, export: &'a ExportDefaultDeclaration<'a>) {
        let next = FunctionIdx(u32::try_from(self.module.functions.len()).unwrap_or(u32::MAX));
        match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) if function.body.is_some() => {
                self.function_note(function, None);
                self.export("default", ExportValue::Function(next), export.span);
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                self.class_note(class, None);
                self.export("default", ExportValue::Function(next), export.span);
            }
            declaration => {
                if let Some(expression) = declaration.as_expression() {
                    self.export_expression("default", expression, export.span);
                    self.expression(expression);
                }
            }
        }
    }

    /// `export = x` of TypeScript.
    pub(super) fn export_assignment(&mut self, export: &'a TSExportAssignment<'a>) {
        self.export_whole(&export.expression, export.span);
        self.expression(&export.expression);
    }

    /// `module.exports = x`, `exports.y = x`, `module.exports.y = x`.
    pub(super) fn export_write(&mut self, member: &'a MemberExpression<'a>, value: &'a Expression<'a>, span: Span) {
        let Some(name) = member.static_property_name() else {
            return;
        };
        if name == "exports" && is_global(self, member.object(), "module") {
            self.export_whole(value, span);
        } else if self.is_exports(member.object()) {
            self.export_expression(name, value, span);
        }
    }

    /// `Object.defineProperty(exports, 'y', { get: … })`, and `__export(exports, { y: () => y })` of bundlers.
    pub(super) fn export_definition(&mut self, call: &'a CallExpression<'a>) {
        let Some(first) = call.arguments.first().and_then(Argument::as_expression) else {
            return;
        };
        if !self.is_exports(first) {
            return;
        }
        match &call.arguments[1..] {
            [
                Argument::StringLiteral(name),
                Argument::ObjectExpression(descriptor),
                ..,
            ] => {
                for property in &descriptor.properties {
                    let ObjectPropertyKind::ObjectProperty(property) = property else {
                        continue;
                    };
                    let value = match static_key(&property.key) {
                        Some("get") => returned(&property.value),
                        Some("value") => Some(&property.value),
                        _ => None,
                    };
                    if let Some(value) = value {
                        self.export_expression(name.value.as_str(), value, call.span);
                    }
                }
            }
            [Argument::ObjectExpression(table), ..] => {
                for property in &table.properties {
                    if let ObjectPropertyKind::ObjectProperty(property) = property
                        && let (Some(name), Some(value)) = (static_key(&property.key), returned(&property.value))
                    {
                        self.export_expression(name, value, property.span);
                    }
                }
            }
            _ => {}
        }
    }

    fn export_whole(&mut self, value: &'a Expression<'a>, span: Span) {
        self.export_expression("default", value, span);
        if let Expression::ObjectExpression(object) = value {
            for property in &object.properties {
                if let ObjectPropertyKind::ObjectProperty(property) = property
                    && let Some(name) = static_key(&property.key)
                {
                    self.export_expression(name, &property.value, property.span);
                }
            }
        }
    }

    fn export_expression(&mut self, name: &'a str, value: &'a Expression<'a>, span: Span) {
        let value = match value {
            Expression::Identifier(identifier) => match self.module.symbol(identifier) {
                Some(symbol) => ExportValue::Symbol(symbol),
                None => ExportValue::Expression(value),
            },
            value => ExportValue::Expression(value),
        };
        self.export(name, value, span);
    }

    fn export_id(&mut self, id: &BindingIdentifier<'a>, span: Span) {
        if let Some(symbol) = id.symbol_id.get() {
            self.export(id.name.as_str(), ExportValue::Symbol(symbol), span);
        }
    }

    fn export(&mut self, name: &'a str, value: ExportValue<'a>, span: Span) {
        self.module.exports.push(ExportNote { name, value, span });
    }

    fn is_exports(&self, expression: &'a Expression<'a>) -> bool {
        match expression {
            Expression::StaticMemberExpression(member) => {
                member.property.name == "exports" && is_global(self, &member.object, "module")
            }
            expression => is_global(self, expression, "exports"),
        }
    }

    fn bind_import(&mut self, local: &BindingIdentifier<'a>, specifier: &'a str, imported: &'a str, span: Span) {
        let source = BindingSource::Import { specifier, imported };
        let binding = Binding {
            source,
            path: Vec::new(),
            default: None,
            default_at: 0,
            span,
            function: self.function,
        };
        self.bind(local, binding);
    }

    /// A name whose value is not modelled.
    pub(super) fn bind_pattern_other(&mut self, id: &BindingIdentifier<'a>) {
        let binding = Binding {
            source: BindingSource::Other,
            path: Vec::new(),
            default: None,
            default_at: 0,
            span: id.span,
            function: self.function,
        };
        self.bind(id, binding);
    }
}

/// What a getter written as `() => x` or `function () { return x }` returns.
fn returned<'a>(function: &'a Expression<'a>) -> Option<&'a Expression<'a>> {
    let body = match function {
        Expression::ArrowFunctionExpression(arrow) => match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => body,
            body => return Some(body.to_expression()),
        },
        Expression::FunctionExpression(function) => function.body.as_ref()?,
        _ => return None,
    };
    match &body.statements[..] {
        [Statement::ReturnStatement(it)] => it.argument.as_ref(),
        _ => None,
    }
}

fn is_global<'a>(walker: &Walker<'a>, expression: &Expression<'a>, name: &str) -> bool {
    matches!(expression, Expression::Identifier(it) if it.name == name && walker.module.symbol(it).is_none())
}
