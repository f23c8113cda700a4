//! Who the server becomes once it listens: an account of `/etc/passwd`, with its groups.

use std::io;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, as it was asked for.
    pub name: String,
    /// Its number.
    pub user: u32,
    /// The number of its group.
    pub group: u32,
    /// The numbers of its further groups.
    pub further: Vec<u32>,
}

/// Why an account cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// It is not there.
    #[error("there is no user `{0}` in `/etc/passwd`")]
    NoUser(String),
    /// The group is not there.
    #[error("there is no group `{0}` in `/etc/group`")]
    NoGroup(String),
    /// A file cannot be read.
    #[error("cannot read `{path}`: {cause}")]
    Unreadable {
        /// The file.
        path: &'static str,
        /// The system's reason.
        cause: io::Error,
    },
    /// The kernel refuses.
    #[error("cannot become the user `{name}`: {cause}")]
    Refused {
        /// The account.
        name: String,
        /// The kernel's reason.
        cause: io::Error,
    },
}

impl Account {
    /// Looks an account up in `/etc/passwd` and `/etc/group` (`man 5 passwd`, `man 5 group`), which hold the accounts of services. Other
    /// directories of users are not asked.
    ///
    /// # Errors
    /// There is no such account.
    pub fn find(name: &str) -> Result<Self, AccountError> {
        Self::among(name, &read(PASSWD)?, &read(GROUP)?).ok_or_else(|| AccountError::NoUser(name.to_owned()))
    }

    fn among(name: &str, users: &str, groups: &str) -> Option<Self> {
        let mut entry = users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (fields.first() == Some(&name)).then_some(fields)
        })?;
        let (user, group) = (entry.get(2)?.parse().ok()?, entry.get(3)?.parse().ok()?);
        entry.clear();
        let further = groups.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let members = fields.get(3)?;
            members
                .split(',')
                .any(|it| it == name)
                .then(|| fields[2].parse().ok())?
        });
        Some(Self {
            name: name.to_owned(),
            user,
            group,
            further: further.filter(|it| *it != group).collect(),
        })
    }

    /// Becomes this account, for good.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn become_it(&self) -> Result<(), AccountError> {
        waxseal_sandbox::become_account(self.user, self.group, &self.further).map_err(|cause| AccountError::Refused {
            name: self.name.clone(),
            cause,
        })
    }
}

/// The number of a group.
///
/// # Errors
/// There is no such group.
pub fn group(name: &str) -> Result<u32, AccountError> {
    let groups = read(GROUP)?;
    let found = groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
    });
    found.ok_or_else(|| AccountError::NoGroup(name.to_owned()))
}

fn read(path: &'static str) -> Result<String, AccountError> {
    std::fs::read_to_string(path).map_err(|cause| AccountError::Unreadable { path, cause })
}

const PASSWD: &str = "/etc/passwd";
const GROUP: &str = "/etc/group";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_its_groups() {
        let users = "root:x:0:0:root:/root:/bin/sh\nwaxseal:x:870:871::/:/bin/false\n";
        let groups = "root:x:0:\npostfix:x:100:a,waxseal\nwaxseal:x:871:waxseal\nother:x:9:waxsealer\n";
        let expected = Account {
            name: "waxseal".to_owned(),
            user: 870,
            group: 871,
            further: vec![100],
        };
        assert_eq!(Account::among("waxseal", users, groups), Some(expected));
        assert_eq!(Account::among("wax", users, groups), None);
        assert_eq!(Account::among("", users, groups), None);
    }
}
