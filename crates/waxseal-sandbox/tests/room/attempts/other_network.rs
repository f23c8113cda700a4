//! A machine in the network of this machine: nothing may arrive at it, neither a connection nor a packet.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::attempt::{Attempt, Scene, Victim, unsupported};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    root: true,
    ..Attempt::new(
        "reaching_a_neighbour_in_the_network",
        act,
        &[libc::EAGAIN, libc::ETIMEDOUT],
    )
};

/// Two networks that are joined by a cable: in the one the attempt is started, in the other somebody answers.
fn scene() -> io::Result<Scene> {
    let (here, there) = (network("sleep", &["100"])?, network_of()?);
    let (a, b) = (here.0.id().to_string(), there.0.id().to_string());
    within(
        &a,
        &[
            "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", &b,
        ],
    )?;
    for (network, device, address) in [(&a, "v0", "198.51.100.2/24"), (&b, "v1", "198.51.100.1/24")] {
        within(
            network,
            &["sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"],
        )?;
        within(network, &["ip", "address", "add", address, "dev", device])?;
        within(network, &["ip", "link", "set", device, "up"])?;
    }
    let counter = format!("/proc/{b}/net/dev");
    let seen = std::cell::Cell::new(received(&counter));
    Ok(Scene {
        around: ["nsenter", &format!("--net=/proc/{a}/ns/net"), "--"]
            .map(str::to_owned)
            .into(),
        arrived: Some(Box::new(move || {
            std::thread::sleep(Duration::from_millis(50));
            let now = received(&counter);
            seen.replace(now) != now
        })),
        keep: vec![Box::new(here), Box::new(there)],
        ..Scene::default()
    })
}

fn network(program: &str, arguments: &[&str]) -> io::Result<Victim> {
    let child = Command::new("unshare")
        .args(["-n", "--", program])
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .map_err(|_| unsupported("there is no `unshare`"))?;
    own_network(&child)?;
    Ok(Victim(child))
}

/// Somebody who answers every connection with one byte: a script, since this program has its roles taken.
fn network_of() -> io::Result<Victim> {
    let script = "import socket\ns=socket.socket()\ns.bind(('0.0.0.0',7000))\ns.listen(9)\nwhile True:\n c,_=s.accept()\n c.sendall(b'x')\n c.close()\n";
    network("python3", &["-c", script])
}

/// Waits until a child has left the network of this machine.
fn own_network(child: &Child) -> io::Result<()> {
    let ours = std::fs::read_link("/proc/self/ns/net")?;
    for _ in 0..200 {
        if std::fs::read_link(format!("/proc/{}/ns/net", child.id()))? != ours {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(unsupported("this machine gave no second network"))
}

fn within(process: &str, command: &[&str]) -> io::Result<()> {
    let status = Command::new("nsenter")
        .arg(format!("--net=/proc/{process}/ns/net"))
        .arg("--")
        .args(command)
        .stderr(Stdio::null())
        .status()
        .map_err(|_| unsupported("there is no `nsenter`"))?;
    if status.success() {
        Ok(())
    } else {
        Err(unsupported("this machine gave no cable (`ip link add`)"))
    }
}

/// Packets that the neighbour received.
fn received(counter: &str) -> u64 {
    let text = std::fs::read_to_string(counter).unwrap_or_default();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("v1:"));
    line.and_then(|it| it.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}

fn act(_: &[String]) -> io::Result<()> {
    let _ = UdpSocket::bind("0.0.0.0:0").and_then(|it| it.send_to(b"secret", "198.51.100.1:7000"));
    let address = std::net::SocketAddr::from(([198, 51, 100, 1], 7_000));
    // The room's own network may take the connection, but it is not the neighbour who answers.
    let mut last = io::Error::from_raw_os_error(libc::ETIMEDOUT);
    for _ in 0..20 {
        match TcpStream::connect_timeout(&address, Duration::from_secs(1)).and_then(|mut it| {
            it.write_all(b"secret")?;
            it.set_read_timeout(Some(Duration::from_millis(1_000)))?;
            it.read_exact(&mut [0])
        }) {
            Err(err) if err.kind() == io::ErrorKind::ConnectionRefused => {
                last = err;
                std::thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
    Err(last)
}
