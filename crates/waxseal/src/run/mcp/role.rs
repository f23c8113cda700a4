//! The process that speaks with a server: takes its two pipes, seals itself, and only then does the server start.

use std::fs::File;
use std::io::BufReader;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::ExitCode;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use waxseal_sandbox::{Limits, Role, take_descriptors};

use super::connection::Connection;
use super::protocol::{Order, Word};
use super::talk::talk;
use crate::reader::wire::{self, Inbox, WireError};

/// Runs the role. Standard input is a socket to the parent.
pub(crate) fn driver_main() -> ExitCode {
    // What a panic would print may hold text of a package.
    std::panic::set_hook(Box::new(|_| ()));
    match play() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn play() -> Result<(), WireError> {
    let mut socket = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let room = waxseal_sandbox::enter(Role::Driver).map_err(|err| std::io::Error::other(err.to_string()))?;
    // Unbuffered beyond the order: what follows it carries descriptors.
    let mut orders = Inbox::new(
        BufReader::with_capacity(1, socket.try_clone()?),
        MAX_ORDER,
        MAX_ORDER as u64,
    );
    let order: Order = orders.message()?;
    let mut taken = take_descriptors(&socket)?.into_iter();
    let mut next = || taken.next().ok_or(WireError::Malformed).and_then(unblocked);
    let mut connection = Connection::new(next()?, next()?);
    let limits = Limits {
        address_space: ADDRESS_SPACE,
        cpu_seconds: CPU_SECONDS,
    };
    let sealed = room.seal(&limits).map(|_| ()).map_err(|err| err.to_string());
    let failed = sealed.is_err();
    wire::send(&mut socket, &Word::Sealed(sealed))?;
    if failed {
        return Ok(());
    }
    let mut broken = None;
    let server = talk(&mut connection, &order, &mut |call| {
        if let Err(err) = wire::send(&mut socket, &Word::Call(Box::new(call))) {
            broken = Some(err);
        }
    });
    connection.close();
    if let Some(err) = broken {
        return Err(err);
    }
    wire::send(&mut socket, &Word::Finished(Box::new(server)))
}

fn unblocked(pipe: OwnedFd) -> Result<File, WireError> {
    let flags = fcntl_getfl(&pipe).map_err(std::io::Error::from)?;
    fcntl_setfl(&pipe, flags | OFlags::NONBLOCK).map_err(std::io::Error::from)?;
    Ok(File::from(pipe))
}

/// An order is a few hundred bytes.
const MAX_ORDER: usize = 64 << 10;
/// A message of 8 MiB takes thirty times that at most once it is parsed.
const ADDRESS_SPACE: u64 = 2 << 30;
const CPU_SECONDS: u64 = 120;
