//! Whether a namespace of TypeScript is there at run time, or holds nothing but types.

use oxc_ast::ast::*;

/// Whether anything in a namespace runs. `outside` holds the statements of the file and of the namespaces around it.
///
/// As TypeScript's binder decides it, `getModuleInstanceState`.
pub(super) fn is_instantiated<'a>(namespace: &'a TSNamespaceDeclaration<'a>, outside: &[&'a [Statement<'a>]]) -> bool {
    let mut inner = Inner {
        outside,
        blocks: Vec::new(),
        depth: 0,
    };
    inner.namespace(namespace)
}

/// The statements an export may name, of the namespaces looked into so far.
struct Inner<'a, 'o> {
    outside: &'o [&'a [Statement<'a>]],
    blocks: Vec<&'a [Statement<'a>]>,
    depth: u32,
}

impl<'a> Inner<'a, '_> {
    fn namespace(&mut self, namespace: &'a TSNamespaceDeclaration<'a>) -> bool {
        let mut namespace = namespace;
        loop {
            match &namespace.body {
                TSNamespaceDeclarationBody::TSModuleBlock(block) => return self.block(&block.body),
                TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => namespace = inner,
            }
        }
    }

    fn block(&mut self, statements: &'a [Statement<'a>]) -> bool {
        self.blocks.push(statements);
        statements.iter().any(|statement| self.statement(statement))
    }

    fn external(&mut self, module: &'a TSExternalModuleDeclaration<'a>) -> bool {
        module.body.as_ref().is_none_or(|block| self.block(&block.body))
    }

    fn statement(&mut self, statement: &'a Statement<'a>) -> bool {
        // What exports itself would go round for ever.
        if self.depth > MAX_DEPTH {
            return true;
        }
        self.depth += 1;
        let found = match statement {
            Statement::TSInterfaceDeclaration(_)
            | Statement::TSTypeAliasDeclaration(_)
            | Statement::TSImportEqualsDeclaration(_) => false,
            Statement::ExportDefaultDeclaration(it) => {
                !matches!(it.declaration, ExportDefaultDeclarationKind::TSInterfaceDeclaration(_))
            }
            Statement::ExportDeclaration(it) => match &it.declaration {
                Declaration::TSExternalModuleDeclaration(it) => self.external(it),
                Declaration::TSNamespaceDeclaration(it) => self.namespace(it),
                declaration => !declaration.is_type(),
            },
            Statement::ExportNamedDeclaration(it) => it.specifiers.iter().any(|specifier| self.target(specifier)),
            Statement::TSNamespaceDeclaration(it) => self.namespace(it),
            Statement::TSExternalModuleDeclaration(it) => self.external(it),
            _ => true,
        };
        self.depth -= 1;
        found
    }

    /// Whether what an `export { name }` names runs.
    fn target(&mut self, specifier: &'a ExportSpecifier<'a>) -> bool {
        let ModuleExportName::IdentifierReference(local) = &specifier.local else {
            return true;
        };
        let inside = self.blocks.iter().flat_map(|block| block.iter());
        let outside = self.outside.iter().rev().flat_map(|block| block.iter());
        let Some(statement) = inside.chain(outside).find(|it| declares(it, local.name)) else {
            return true;
        };
        if matches!(statement, Statement::TSImportEqualsDeclaration(_)) {
            return true;
        }
        let blocks = std::mem::take(&mut self.blocks);
        let found = self.statement(statement);
        self.blocks = blocks;
        found
    }
}

fn declares<'a>(statement: &Statement<'a>, name: Ident<'a>) -> bool {
    let names = |declaration: &Declaration<'a>| match declaration {
        Declaration::VariableDeclaration(it) => it
            .declarations
            .iter()
            .any(|it| it.id.get_binding_identifiers().iter().any(|id| id.name == name)),
        declaration => declaration.id().is_some_and(|id| id.name == name),
    };
    match statement {
        Statement::ExportDeclaration(it) => names(&it.declaration),
        Statement::ExportDefaultDeclaration(it) => match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(it) => it.id.as_ref().is_some_and(|id| id.name == name),
            ExportDefaultDeclarationKind::ClassDeclaration(it) => it.id.as_ref().is_some_and(|id| id.name == name),
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(it) => it.id.name == name,
            _ => false,
        },
        statement => statement.as_declaration().is_some_and(names),
    }
}

/// How deep exports of namespaces are followed.
const MAX_DEPTH: u32 = 64;
