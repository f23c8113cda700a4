//! The list of attempts: one file each. To add one: a file here, a line `mod`, and a line in the table.

mod abstract_socket;
mod aio;
mod alg;
mod bpf;
mod catch_all;
mod chroot;
mod clone3_user;
mod clone_user;
mod core_limit;
mod core_pattern;
mod fifo_in_bind;
mod file_handle;
mod file_in_home;
mod file_of_machine;
mod first;
mod first_descriptors;
mod first_environ;
mod first_memory;
mod first_program;
mod first_root;
mod first_score;
mod i386;
mod inherited;
mod inotify;
mod io_uring;
mod keyctl;
mod keys;
mod leaked_folder;
mod linked_file;
mod linked_folder;
mod linked_home;
mod linked_link;
mod linked_target;
mod lock;
mod loopback_v4;
mod loopback_v6;
mod mount;
mod new_mount_api;
mod nice;
mod open_tree;
mod other_network;
mod own_program;
mod packet;
mod path_socket;
mod peer_process;
mod perf;
mod personality;
mod pidfd_getfd;
mod pivot_root;
mod proc_of_process;
mod proc_sys;
mod project_write;
mod ptrace_attach;
mod raw;
mod real_time;
mod remount;
mod reopened;
mod rights;
mod rights_over_stdio;
mod routes;
mod rules;
mod setns;
mod setns_self;
mod settimeofday;
mod setuid;
mod signal;
mod socket_in_bind;
mod socket_in_project;
mod steal;
mod sysfs;
mod syslog;
mod sysrq;
mod tioclinux;
mod tiocsti;
mod tiocsti_high;
mod unshare_mount;
mod unshare_net;
mod unshare_user;
mod userfaultfd;
mod vm_readv;
mod vsock;
mod watching;
mod write_usr;
mod x32;

use crate::attempt::Attempt;

/// Every attempt.
pub(crate) const ATTEMPTS: &[Attempt] = &[
    abstract_socket::ATTEMPT,
    aio::ATTEMPT,
    alg::ATTEMPT,
    bpf::ATTEMPT,
    catch_all::ATTEMPT,
    chroot::ATTEMPT,
    clone3_user::ATTEMPT,
    clone_user::ATTEMPT,
    core_limit::ATTEMPT,
    core_pattern::ATTEMPT,
    fifo_in_bind::ATTEMPT,
    file_handle::ATTEMPT,
    file_in_home::ATTEMPT,
    file_of_machine::ATTEMPT,
    first_descriptors::ATTEMPT,
    first_environ::ATTEMPT,
    first_memory::ATTEMPT,
    first_program::ATTEMPT,
    first_root::ATTEMPT,
    first_score::ATTEMPT,
    i386::ATTEMPT,
    inherited::ATTEMPT,
    inotify::ATTEMPT,
    io_uring::ATTEMPT,
    keyctl::ATTEMPT,
    keys::ATTEMPT,
    leaked_folder::ATTEMPT,
    linked_file::ATTEMPT,
    linked_folder::ATTEMPT,
    linked_home::ATTEMPT,
    linked_link::ATTEMPT,
    linked_target::ATTEMPT,
    lock::ATTEMPT,
    loopback_v4::ATTEMPT,
    loopback_v6::ATTEMPT,
    mount::ATTEMPT,
    new_mount_api::ATTEMPT,
    nice::ATTEMPT,
    open_tree::ATTEMPT,
    other_network::ATTEMPT,
    own_program::ATTEMPT,
    packet::ATTEMPT,
    path_socket::ATTEMPT,
    peer_process::ATTEMPT,
    perf::ATTEMPT,
    personality::ATTEMPT,
    pidfd_getfd::ATTEMPT,
    pivot_root::ATTEMPT,
    proc_of_process::ATTEMPT,
    proc_sys::ATTEMPT,
    project_write::ATTEMPT,
    ptrace_attach::ATTEMPT,
    raw::ATTEMPT,
    real_time::ATTEMPT,
    remount::ATTEMPT,
    reopened::ATTEMPT,
    rights::ATTEMPT,
    rights_over_stdio::ATTEMPT,
    routes::ATTEMPT,
    rules::ATTEMPT,
    setns::ATTEMPT,
    setns_self::ATTEMPT,
    settimeofday::ATTEMPT,
    setuid::ATTEMPT,
    signal::ATTEMPT,
    socket_in_bind::ATTEMPT,
    socket_in_project::ATTEMPT,
    steal::ATTEMPT,
    sysfs::ATTEMPT,
    syslog::ATTEMPT,
    sysrq::ATTEMPT,
    tioclinux::ATTEMPT,
    tiocsti::ATTEMPT,
    tiocsti_high::ATTEMPT,
    unshare_mount::ATTEMPT,
    unshare_net::ATTEMPT,
    unshare_user::ATTEMPT,
    userfaultfd::ATTEMPT,
    vm_readv::ATTEMPT,
    vsock::ATTEMPT,
    watching::ATTEMPT,
    write_usr::ATTEMPT,
    x32::ATTEMPT,
];
