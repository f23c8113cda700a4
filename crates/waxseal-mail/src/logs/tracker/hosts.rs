//! Hosts and instances, as small numbers.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

/// The hosts that a log names.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    hosts: Vec<Host>,
    last: usize,
}

#[derive(Debug)]
struct Host {
    name: Vec<u8>,
    instance: Vec<u8>,
    shown: String,
    hash: u64,
    /// The hash of the name alone: all instances of a host share it.
    name_hash: u64,
    logs_names: bool,
}

impl Hosts {
    pub(super) fn id(
        &mut self,
        name: &[u8],
        instance: &[u8],
        usual: &[u8],
        hasher: &DefaultHashBuilder,
    ) -> Option<u32> {
        let is_it = |host: &Host| host.name == name && host.instance == instance;
        if self.hosts.get(self.last).is_some_and(is_it) {
            return u32::try_from(self.last).ok();
        }
        let name_hash = hasher.hash_one(name);
        let hash = name_hash ^ hasher.hash_one(instance).rotate_left(7);
        let known = self.hosts.iter().position(|host| host.hash == hash && is_it(host));
        self.last = match known {
            Some(at) => at,
            None if self.hosts.len() < MAX_HOSTS => {
                self.hosts.push(Host {
                    name: name.to_owned(),
                    instance: instance.to_owned(),
                    shown: shown(name, instance, usual),
                    hash,
                    name_hash,
                    logs_names: false,
                });
                self.hosts.len() - 1
            }
            None => return None,
        };
        u32::try_from(self.last).ok()
    }

    /// Its name with its instance, and whether it logs headers that name recipients.
    pub(super) fn show(&self, id: u32) -> (&str, bool) {
        self.hosts
            .get(id as usize)
            .map_or(("", false), |host| (host.shown.as_str(), host.logs_names))
    }

    /// Its name, its instance, and whether it logs headers that name recipients.
    pub(super) fn parts(&self, id: u32) -> (&[u8], &[u8], bool) {
        match self.hosts.get(id as usize) {
            Some(host) => (&host.name, &host.instance, host.logs_names),
            None => (b"", b"", false),
        }
    }

    pub(super) fn set_logs_names(&mut self, id: u32) {
        if let Some(host) = self.hosts.get_mut(id as usize) {
            host.logs_names = true;
        }
    }

    pub(super) fn name_hash(&self, id: u32) -> u64 {
        self.hosts.get(id as usize).map_or(0, |host| host.name_hash)
    }
}

fn shown(name: &[u8], instance: &[u8], usual: &[u8]) -> String {
    let mut shown = String::from_utf8_lossy(name).into_owned();
    if instance != usual && !instance.is_empty() {
        if !shown.is_empty() {
            shown.push('/');
        }
        shown.push_str(&String::from_utf8_lossy(instance));
    }
    shown
}

/// A relay of logs has hundreds of hosts; more than this is somebody's invention.
const MAX_HOSTS: usize = 4096;
