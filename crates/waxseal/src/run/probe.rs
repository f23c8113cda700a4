//! Whether this machine can give a locked room, found out by making one; and if not, what to type about it.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

use waxseal_sandbox::{Bind, Cell, CellSpec, NotReady, start_warden};

use super::WARDEN_ROLE;

/// Why there is no room, and what to type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRoom {
    /// One sentence.
    pub reason: String,
    /// What to do about it.
    pub hint: &'static str,
}

/// Makes a room in which nothing runs.
///
/// # Errors
/// There is no room on this machine.
pub fn probe() -> Result<(), NoRoom> {
    let spec = CellSpec {
        cwd: "/".to_owned(),
        hostname: "probe".to_owned(),
        binds: vec![Bind {
            source: "/usr".into(),
            target: "/usr".to_owned(),
        }],
        notices: true,
        ..CellSpec::default()
    };
    let nothing = || {
        File::options()
            .read(true)
            .write(true)
            .open("/dev/null")
            .map(OwnedFd::from)
    };
    let (Ok(input), Ok(output), Ok(errors)) = (nothing(), nothing(), nothing()) else {
        return Err(NoRoom {
            reason: "there is no /dev/null".to_owned(),
            hint: "",
        });
    };
    start_warden(Path::new("/proc/self/exe"), WARDEN_ROLE)
        .and_then(|warden| Cell::prepare(&spec, warden, [input, output, errors]))
        .map(|_| ())
        .map_err(|err| NoRoom {
            reason: err.to_string(),
            hint: hint(&err, &|path| std::fs::read_to_string(path).ok()),
        })
}

/// What to type, by the step that failed and what the kernel says of itself.
fn hint(err: &NotReady, read: &dyn Fn(&str) -> Option<String>) -> &'static str {
    let says = |path: &str, value: &str| read(path).is_some_and(|text| text.trim() == value);
    match err.step.as_str() {
        "make namespaces" | "map its user" | "name its machine" | "make its network"
            if says("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1") =>
        {
            "AppArmor takes rights from user namespaces here (Ubuntu 24.04 and hosted runners): `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or run waxseal with sudo, which gives root up itself"
        }
        "make namespaces" if says("/proc/sys/user/max_user_namespaces", "0") => {
            "user namespaces are switched off: `sudo sysctl -w user.max_user_namespaces=15000`"
        }
        "make namespaces" if says("/proc/sys/kernel/unprivileged_userns_clone", "0") => {
            "user namespaces are only for root here: `sudo sysctl -w kernel.unprivileged_userns_clone=1`"
        }
        "make namespaces" => {
            "a container refuses namespaces by default: start it with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`"
        }
        "make its network" => {
            "the kernel lacks a part: `sudo modprobe -a veth nf_tables nft_tproxy nf_tproxy_ipv4 nf_tproxy_ipv6`; IPv6 must not be switched off"
        }
        "mount its /proc" => "a container hides parts of /proc: start it with `--security-opt systempaths=unconfined`",
        "open what it shows of this machine" | "bind parts of this machine" | "open the project" => {
            "what the room is to show must be readable for others where waxseal is started by root: it gives root up first"
        }
        _ => "run `waxseal doctor` as the user who runs packages, and please report what it says",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: &str, setting: &str, value: &str, expected: &str) {
        let err = NotReady {
            step: step.to_owned(),
            source: std::io::Error::from_raw_os_error(1),
        };
        let read = |path: &str| (path == setting).then(|| format!("{value}\n"));
        assert!(hint(&err, &read).contains(expected), "{step}: {}", hint(&err, &read));
    }

    #[test]
    fn what_to_type_depends_on_what_the_kernel_says_of_itself() {
        let apparmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
        check("map its user", apparmor, "1", "sysctl -w kernel.apparmor");
        check("make namespaces", apparmor, "0", "seccomp=unconfined");
        check(
            "make namespaces",
            "/proc/sys/user/max_user_namespaces",
            "0",
            "max_user_namespaces=15000",
        );
        check(
            "make namespaces",
            "/proc/sys/kernel/unprivileged_userns_clone",
            "0",
            "unprivileged_userns_clone=1",
        );
        check("make its network", apparmor, "0", "modprobe");
        check("mount its /proc", apparmor, "0", "systempaths=unconfined");
    }
}
