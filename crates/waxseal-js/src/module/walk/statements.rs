//! Statements and declarations.

use oxc_ast::ast::*;
use oxc_span::GetSpan;

use super::super::BindingSource;
use super::Walker;

impl<'a> Walker<'a> {
    pub(super) fn statements(&mut self, statements: &'a [Statement<'a>]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &'a Statement<'a>) {
        match statement {
            Statement::BlockStatement(block) => self.statements(&block.body),
            Statement::ExpressionStatement(it) => self.expression(&it.expression),
            Statement::ReturnStatement(it) => it.argument.iter().for_each(|it| self.expression(it)),
            Statement::ThrowStatement(it) => self.expression(&it.argument),
            Statement::IfStatement(_) => self.if_statement(statement),
            Statement::ForStatement(it) => self.for_statement(it),
            Statement::ForInStatement(it) => {
                self.expression(&it.right);
                self.bind_loop(&it.left, BindingSource::KeyOf(&it.right));
                self.statement(&it.body);
            }
            Statement::ForOfStatement(it) => {
                self.expression(&it.right);
                self.bind_loop(&it.left, BindingSource::ElementOf(&it.right));
                self.statement(&it.body);
            }
            Statement::WhileStatement(it) => {
                self.expression(&it.test);
                self.push_condition(it.test.span());
                self.statement(&it.body);
                self.pop_condition();
            }
            Statement::DoWhileStatement(it) => {
                self.statement(&it.body);
                self.expression(&it.test);
            }
            Statement::SwitchStatement(it) => self.switch(it),
            Statement::TryStatement(it) => self.try_statement(it),
            Statement::LabeledStatement(it) => self.statement(&it.body),
            Statement::WithStatement(it) => {
                self.expression(&it.object);
                self.statement(&it.body);
            }
            Statement::BreakStatement(_)
            | Statement::ContinueStatement(_)
            | Statement::DebuggerStatement(_)
            | Statement::EmptyStatement(_) => {}
            statement => {
                if let Some(declaration) = statement.as_declaration() {
                    self.declaration(declaration);
                } else if let Some(declaration) = statement.as_module_declaration() {
                    self.module_declaration(declaration);
                }
            }
        }
    }

    pub(super) fn declaration(&mut self, declaration: &'a Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(it) => self.variable_declaration(it),
            Declaration::FunctionDeclaration(it) => self.function_note(it, None),
            Declaration::ClassDeclaration(it) => {
                if !it.declare {
                    self.class_note(it, None);
                }
            }
            Declaration::TSEnumDeclaration(it) => self.enumeration(it),
            Declaration::TSNamespaceDeclaration(it) => self.namespace(it),
            Declaration::TSImportEqualsDeclaration(it) => self.import_equals(it),
            Declaration::TSTypeAliasDeclaration(_)
            | Declaration::TSInterfaceDeclaration(_)
            | Declaration::TSExternalModuleDeclaration(_)
            | Declaration::TSGlobalDeclaration(_) => {}
        }
    }

    fn module_declaration(&mut self, declaration: &'a ModuleDeclaration<'a>) {
        match declaration {
            ModuleDeclaration::ImportDeclaration(it) => self.import(it),
            ModuleDeclaration::ExportAllDeclaration(it) => self.export_all(it),
            ModuleDeclaration::ExportDefaultDeclaration(it) => self.export_default(it),
            ModuleDeclaration::ExportDeclaration(it) => self.export_declaration(it),
            ModuleDeclaration::ExportNamedDeclaration(it) => self.export_names(it),
            ModuleDeclaration::ExportFromDeclaration(it) => self.export_from(it),
            ModuleDeclaration::TSExportAssignment(it) => self.export_assignment(it),
            ModuleDeclaration::TSNamespaceExportDeclaration(_) => {}
        }
    }

    /// `if … else if … else`, along the last alternative without recursion.
    fn if_statement(&mut self, mut statement: &'a Statement<'a>) {
        let outer = self.conditions.len();
        loop {
            let Statement::IfStatement(it) = statement else {
                self.statement(statement);
                break;
            };
            self.expression(&it.test);
            self.push_condition(it.test.span());
            self.statement(&it.consequent);
            match &it.alternate {
                Some(alternate) => statement = alternate,
                None => break,
            }
        }
        self.truncate_conditions(outer);
    }

    fn for_statement(&mut self, it: &'a ForStatement<'a>) {
        match &it.init {
            Some(ForStatementInit::VariableDeclaration(declaration)) => self.variable_declaration(declaration),
            Some(init) => self.expression(init.to_expression()),
            None => {}
        }
        it.test.iter().for_each(|test| self.expression(test));
        it.update.iter().for_each(|update| self.expression(update));
        self.statement(&it.body);
    }

    fn switch(&mut self, it: &'a SwitchStatement<'a>) {
        self.expression(&it.discriminant);
        self.push_condition(it.discriminant.span());
        for case in &it.cases {
            case.test.iter().for_each(|test| self.expression(test));
            self.statements(&case.consequent);
        }
        self.pop_condition();
    }

    fn try_statement(&mut self, it: &'a TryStatement<'a>) {
        self.statements(&it.block.body);
        if let Some(handler) = &it.handler {
            if let Some(parameter) = &handler.param {
                self.bind_pattern(&parameter.pattern, BindingSource::Caught, None);
            }
            self.statements(&handler.body.body);
        }
        if let Some(finalizer) = &it.finalizer {
            self.statements(&finalizer.body);
        }
    }

    fn enumeration(&mut self, it: &'a TSEnumDeclaration<'a>) {
        if it.declare {
            return;
        }
        let binding = super::super::Binding {
            source: BindingSource::Enum(it),
            path: Vec::new(),
            default: None,
            default_at: 0,
            span: it.span,
            function: self.function,
        };
        self.bind(&it.id, binding);
        for member in &it.body.members {
            member.initializer.iter().for_each(|init| self.expression(init));
        }
    }

    fn namespace(&mut self, it: &'a TSNamespaceDeclaration<'a>) {
        if it.declare {
            return;
        }
        self.bind_pattern_other(&it.id);
        match &it.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => self.namespace(inner),
            TSNamespaceDeclarationBody::TSModuleBlock(block) => self.statements(&block.body),
        }
    }
}
