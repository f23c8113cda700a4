//! `waxseal mail milter`: opens everything while it may be root, gives that up, and serves.

mod handing;

use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use waxseal_detect::mail::{MailAction, MailPolicy, OnError};
use waxseal_model::Moment;
use waxseal_sandbox::Signals;

use super::{place, state_problem};
use crate::alerts::Targets;
use crate::cli::MailMilter as Arguments;
use crate::commands::screen::{Problem, Screen, plain};
use crate::exit::Exit;
use crate::mail::milter::AlertSink;
use crate::mail::milter::account::{Account, AccountError, group};
use crate::mail::milter::notify::{Manager, handed_sockets};
use crate::mail::milter::place::{Access, ListenError, Listener};
use crate::mail::milter::serve::{Service, serve};
use crate::mail::milter::settings::{MilterSettings, Place, Places};
use crate::mail::settings::MailSettings;
use crate::mail::state::StateFolder;
use crate::mail::teller::Teller;

pub(super) fn run(arguments: &Arguments, screen: &Screen) -> Result<Exit, Problem> {
    let (mut settings, state) = place(&arguments.place)?;
    settings.milter = merged(arguments, settings.milter);
    let state = match (&arguments.place.state, &settings.milter.state) {
        (None, Some(path)) => StateFolder::at(path),
        _ => state,
    };
    if arguments.check {
        screen.print(&plan(&settings, &state))?;
        return Ok(Exit::Clean);
    }
    screen.warn(&warnings(&settings.milter));
    let ledger = state.load("milter").map_err(|err| state_problem(&err))?;
    let account = account(&settings.milter)?;
    raise_descriptors();
    let (listeners, metrics) = listeners(&settings.milter, account.as_ref())?;
    // Secrets may be root's alone.
    let targets = Targets::read(&settings.alerts).map_err(|err| Problem::usage(err, None))?;
    // Before the first thread, which would take the signals itself.
    let signals = Signals::take(&SIGNALS).map_err(|err| Problem::fault(format!("cannot take signals: {err}")))?;
    state.make().map_err(|err| state_problem(&err))?;
    if let Some(account) = &account {
        handing::hand_over(account, &settings, &state)?;
        account.become_it().map_err(|err| Problem::usage(err, None))?;
    }
    state.try_out().map_err(|err| state_problem(&err))?;
    let ledger = ledger.map(|(ledger, _)| ledger).unwrap_or_default();
    let alerts = match settings.alerts.is_empty() {
        true => None,
        // Its spool belongs to whoever it runs as.
        false => Some(Teller::open(targets, &state, &ledger, &settings.policy).map_err(Problem::fault)?),
    };
    let variable = std::env::var("NOTIFY_SOCKET").ok();
    let policy_file = arguments.place.policy.clone().or_else(|| settings.path.clone());
    let service = Service {
        listeners,
        metrics,
        signals,
        manager: Manager::find(variable.as_deref()),
        policy: settings.policy,
        settings: settings.milter,
        reload: reloader(policy_file),
        ledger,
        state,
        alerts: alerts.map(|it| Box::new(it) as Box<dyn AlertSink>),
        alert_targets: settings.alerts,
        clock: now,
    };
    // This program is a large one, and little of it serves. That it stays in memory where the kernel does not offer this is no harm.
    let _ = waxseal_sandbox::forget_start();
    serve(service).map_err(|err| Problem::fault(format!("cannot serve: {err}")))?;
    Ok(Exit::Clean)
}

/// Reads the policy anew. A file that was there and is gone is a mistake, not the policy of those who have none.
fn reloader(mut file: Option<PathBuf>) -> Box<dyn FnMut() -> Result<MailPolicy, String>> {
    Box::new(move || {
        let read = MailSettings::load(file.as_deref()).map_err(|err| err.to_string())?;
        file = read.path;
        Ok(read.policy)
    })
}

/// What a person should know before it serves.
fn warnings(settings: &MilterSettings) -> Vec<String> {
    let mut said = Vec::new();
    if rustix::process::geteuid().is_root() && settings.user.is_none() {
        said.push("it serves as root, which it never needs; name an account with `--user`".to_owned());
    }
    for place in settings.places() {
        match (&place, place.is_local()) {
            (Place::Unix(_), _) => {}
            (Place::Inet { .. }, true) => said.push(format!(
                "any local process can hand in mails, and so findings, at `{place}`; a unix socket is only for its group"
            )),
            (Place::Inet { .. }, false) => said.push(format!(
                "`{place}` can be reached from other machines; the milter protocol knows no passwords"
            )),
        }
    }
    if let Some(place) = settings.metrics.as_ref().filter(|it| !it.is_local()) {
        said.push(format!("the figures at `{place}` can be read from other machines"));
    }
    said
}

/// What was typed goes before what the file says.
fn merged(arguments: &Arguments, file: MilterSettings) -> MilterSettings {
    let listen = (!arguments.listen.is_empty()).then(|| Places(arguments.listen.clone()));
    MilterSettings {
        listen: listen.or(file.listen),
        user: arguments.user.clone().or(file.user),
        metrics: arguments.metrics.clone().or(file.metrics),
        log: arguments.log.clone().or(file.log),
        ..file
    }
}

/// Who to become; nobody else where this process is not root, which could not.
fn account(settings: &MilterSettings) -> Result<Option<Account>, Problem> {
    let Some(name) = settings
        .user
        .as_deref()
        .filter(|_| rustix::process::geteuid().is_root())
    else {
        return Ok(None);
    };
    let found = Account::find(name).map_err(|err| Problem::usage(err, None))?;
    Ok(Some(found))
}

/// Opens where it listens, or takes over what the service manager opened.
fn listeners(
    settings: &MilterSettings,
    account: Option<&Account>,
) -> Result<(Vec<Listener>, Option<Listener>), Problem> {
    let variable = |name: &str| std::env::var(name).ok();
    let count = handed_sockets(variable("LISTEN_PID").as_deref(), variable("LISTEN_FDS").as_deref());
    let access = Access {
        mode: settings.socket_mode(),
        user: account.map(|it| it.user),
        group: socket_group(settings, account)?,
    };
    let open = |place: &Place| Listener::open(place, access).map_err(|err| listen_problem(&err));
    let listeners = match count {
        0 => settings.places().iter().map(open).collect::<Result<Vec<_>, _>>()?,
        _ => waxseal_sandbox::inherited_sockets(count)
            .and_then(|sockets| sockets.into_iter().map(Listener::inherited).collect())
            .map_err(|err| Problem::usage(format!("cannot use the service manager's sockets: {err}"), None))?,
    };
    Ok((listeners, settings.metrics.as_ref().map(open).transpose()?))
}

/// The group that was named; else Postfix's, if this process is root and there is one.
fn socket_group(settings: &MilterSettings, account: Option<&Account>) -> Result<Option<u32>, Problem> {
    match &settings.socket_group {
        Some(name) => group(name).map(Some).map_err(|err| Problem::usage(err, None)),
        None if rustix::process::geteuid().is_root() => match group("postfix") {
            Ok(number) => Ok(Some(number)),
            Err(AccountError::NoGroup(_)) => Ok(account.map(|it| it.group)),
            Err(err) => Err(Problem::usage(err, None)),
        },
        None => Ok(None),
    }
}

fn listen_problem(err: &ListenError) -> Problem {
    let hint = match err {
        ListenError::Taken(_) => Some("end the other server, or choose another place with `--listen`".to_owned()),
        ListenError::NoSocket(_) => None,
        ListenError::Io { .. } => Some("its folder must be there, and be ours to write to".to_owned()),
    };
    Problem::usage(err, hint)
}

/// As many descriptors as this process may have; each connection takes one.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
}

/// What would be done, in words, and what Postfix needs.
fn plan(settings: &MailSettings, state: &StateFolder) -> String {
    let (policy, milter) = (&settings.policy, &settings.milter);
    let file = settings
        .path
        .as_ref()
        .map_or("none: everything is reported, nothing is stopped".to_owned(), |path| {
            format!("{} (read without a mistake)", path.display())
        });
    let does = match policy.mode {
        MailAction::Report => "report: mail with a hidden recipient goes on its way and is told of",
        MailAction::Tag => "tag: mail with a hidden recipient gets the header X-Waxseal-Hidden",
        MailAction::Strip => "strip: a hidden recipient is taken out, the others get the mail",
        MailAction::Hold => "hold: mail with a hidden recipient is kept in the hold queue",
        MailAction::Reject => "reject: mail with a hidden recipient is refused",
    };
    let on_error = match policy.on_error {
        OnError::Accept => "accept",
        OnError::Tempfail => "tempfail",
    };
    let places = milter.places();
    let shown: Vec<String> = places.iter().map(Place::to_string).collect();
    let mut text = format!(
        "policy      {file}\nmode        {does}\non-error    {on_error}: what becomes of mail that cannot be judged\n\
         listens at  {}\nstate       {}\nlog         {}\nmetrics     {}\nuser        {}\n",
        shown.join(", "),
        state.path().display(),
        milter
            .log
            .as_ref()
            .map_or("standard error".to_owned(), |it| it.display().to_string()),
        milter.metrics.as_ref().map_or("none".to_owned(), Place::to_string),
        milter.user.as_deref().unwrap_or("whoever starts it"),
    );
    for application in &policy.applications {
        let mode = application.mode.unwrap_or(policy.mode).policy_word();
        text.push_str(&format!(
            "application {}: {mode}, {} accepted\n",
            application.name,
            application.allow.len()
        ));
    }
    let mut shown: String = text.lines().map(|line| format!("{}\n", plain(line))).collect();
    shown.push_str(&for_postfix(&places, policy));
    shown
}

/// The lines that Postfix needs.
fn for_postfix(places: &[Place], policy: &MailPolicy) -> String {
    let default_action = match policy.on_error {
        OnError::Accept => "accept",
        OnError::Tempfail => "tempfail",
    };
    let name = places.first().map_or_else(String::new, postfix_name);
    let mut lines = vec![
        format!("postconf -e 'smtpd_milters = {name}'"),
        "postconf -e 'non_smtpd_milters = $smtpd_milters'".to_owned(),
        format!("postconf -e 'milter_default_action = {default_action}'"),
        "postconf -e 'milter_protocol = 6'".to_owned(),
    ];
    let named = policy.listeners.first();
    lines.extend(named.map(|it| format!("postconf -P 'submission/inet/milter_macro_daemon_name={it}'")));
    lines.push("postfix reload".to_owned());
    let mut text = "\nPostfix:\n".to_owned();
    for line in lines {
        text.push_str(&format!("  {}\n", plain(&line)));
    }
    if name.starts_with("unix:") && !is_in_spool(places) {
        text.push_str(CHROOT);
    }
    text
}

/// A place as Postfix names it: within its chroot where the socket lies there.
fn postfix_name(place: &Place) -> String {
    match place {
        Place::Unix(path) => match path.strip_prefix(SPOOL) {
            Ok(inside) => format!("unix:/{}", inside.display()),
            Err(_) => place.to_string(),
        },
        Place::Inet { .. } => place.to_string(),
    }
}

fn is_in_spool(places: &[Place]) -> bool {
    matches!(places.first(), Some(Place::Unix(path)) if path.starts_with(SPOOL))
}

fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_second())
}

/// `SIGHUP`, `SIGINT`, `SIGTERM`; the numbers are the same on every system (POSIX, `kill`).
const SIGNALS: [i32; 3] = [1, 2, 15];
/// Where Postfix's processes are locked in, if they are.
const SPOOL: &str = "/var/spool/postfix";
const CHROOT: &str = "
Where Postfix runs smtpd and cleanup in a chroot (the fifth column of master.cf, `y` on Debian), it looks for the socket below /var/spool/postfix:
listen at unix:/var/spool/postfix/waxseal/milter.sock then, and this command prints the name that fits.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_is_gone_is_not_read_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail.toml");
        std::fs::write(&path, "mode = \"hold\"\n").unwrap();
        let mut reload = reloader(Some(path.clone()));
        assert_eq!(reload().map(|it| it.mode), Ok(MailAction::Hold));
        std::fs::remove_file(&path).unwrap();
        assert!(reload().is_err());
        std::fs::write(&path, "mode = \"tag\"\n").unwrap();
        assert_eq!(reload().map(|it| it.mode), Ok(MailAction::Tag));
    }
}
