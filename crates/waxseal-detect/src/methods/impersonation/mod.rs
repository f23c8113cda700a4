//! Names, descriptions and READMEs that borrow a brand or a popular package.

#[cfg(test)]
pub(crate) mod tests;
