//! Where a group is looked for, on machines of several kinds, and what the kernel of this one does with it.

use super::*;

const UNIFIED: &str = "29 22 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
const HYBRID: &str = "31 25 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
const CONTAINER: &str = "900 880 0:26 /pod/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";

fn check(groups: &str, mounts: &str, expected: Result<&str, &str>) {
    let found = own_group(groups, mounts).map_err(|err| err.to_string());
    assert_eq!(found, expected.map(PathBuf::from).map_err(str::to_owned));
}

#[test]
fn the_own_group_is_found_where_version_2_is_mounted() {
    check(
        "0::/user.slice/a.scope\n",
        UNIFIED,
        Ok("/sys/fs/cgroup/user.slice/a.scope"),
    );
    check("8:pids:/x\n0::/\n", HYBRID, Ok("/sys/fs/cgroup/unified/"));
    check("0::/pod/abc/inner\n", CONTAINER, Ok("/sys/fs/cgroup/inner"));
    check(
        "0::/elsewhere\n",
        CONTAINER,
        Err("its own control group is not to be seen from here"),
    );
    check("8:pids:/\n", HYBRID, Err("this kernel has no cgroup v2"));
    check(
        "0::/\n",
        "22 1 0:5 / / rw - ext4 /dev/vda rw\n",
        Err("cgroup v2 is not mounted"),
    );
}

/// A folder with the files of a group, as far as they are written to.
fn pretended(lent: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!(
        "waxseal-group-{}-{}",
        std::process::id(),
        lent.replace(' ', "-")
    ));
    fs::create_dir_all(&folder).expect("it works");
    fs::write(folder.join("cgroup.subtree_control"), format!("{lent}\n")).expect("it works");
    folder
}

#[test]
fn a_group_without_both_controllers_lends_none() {
    for (lent, expected) in [
        ("cpu memory pids", true),
        ("memory", false),
        ("pids cpu", false),
        ("memory_x pids", false),
    ] {
        let folder = pretended(lent);
        assert_eq!(lends(&folder), Ok(expected), "{lent}");
        if !expected {
            assert!(Group::make_in(&folder, &[]).is_err());
        }
        fs::remove_dir_all(folder).expect("it works");
    }
}

#[test]
fn a_group_that_cannot_be_limited_is_removed_again() {
    let folder = pretended("memory pids");
    // Nothing makes the files of limits appear here.
    let made = Group::make_in(&folder, &settings(&CellLimits::default()));
    assert!(made.expect_err("no limits here").to_string().contains("memory.max"));
    assert_eq!(fs::read_dir(&folder).expect("it works").count(), 1);
    fs::remove_dir_all(folder).expect("it works");
}

#[test]
fn only_kills_are_counted() {
    assert_eq!(kills("low 0\nhigh 0\nmax 12\noom 1\noom_kill 0\noom_group_kill 0\n"), 0);
    assert_eq!(kills("max 12\noom 1\noom_kill 3\noom_group_kill 1\n"), 3);
    assert_eq!(kills(""), 0);
}

/// Moves a process into a group of this machine and out again, where this user may make one at all, with or without controllers.
#[test]
fn a_process_is_put_into_a_group_and_the_group_removed_behind_it() {
    let read = |path: &str| fs::read_to_string(path).expect("it works");
    let Ok(own) = own_group(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo")) else {
        return skipped();
    };
    let folder = own.join(format!("waxseal-test-{}", std::process::id()));
    if fs::create_dir(&folder).is_err() {
        return skipped();
    }
    let group = Group { folder: folder.clone() };
    let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("it works");
    let way_in = OpenOptions::new()
        .write(true)
        .open(folder.join("cgroup.procs"))
        .expect("it works");
    let events = File::open(folder.join("cgroup.events")).expect("it works");
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("it works")).expect("it works");
    let put = Inside::new(way_in.into(), events.into()).put(pid);
    let there = fs::read_to_string(folder.join("cgroup.procs")).expect("it works");
    child.kill().expect("it works");
    child.wait().expect("it works");
    drop(group);
    put.expect("it works");
    assert_eq!(there.trim(), child.id().to_string());
    assert!(!folder.exists());
}

fn skipped() {
    let _ = io::stderr().write_all(b"SKIPPED: this user may make no control group here\n");
}
