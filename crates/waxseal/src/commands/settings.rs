//! The command line over the configuration over the defaults.

use std::time::Duration;

use waxseal_model::{Decision, Moment};
use waxseal_npm::Environment;

use super::screen::{Problem, Screen};
use crate::cli::{Known, Limits, Origin, Shared, Source};
use crate::collect::{KnownMalicious, Repositories};
use crate::config::{Config, FailOn};
use crate::pins::{self, Pins};
use crate::reader::ReaderOptions;

/// The surroundings and the configuration.
pub(super) fn load(shared: &Shared) -> Result<(Environment, Config), Problem> {
    let env = Environment::current()
        .map_err(|err| Problem::usage(format!("cannot read the working directory: {err}"), None))?;
    let config = Config::load(shared.config.as_deref(), &env.cwd).map_err(|err| Problem::usage(&err, err.hint()))?;
    Ok((env, config))
}

/// Where packages come from; the environment is changed to what was asked for.
pub(super) fn source(arguments: &Source, config: &Config, env: &mut Environment) -> bool {
    if let Some(url) = arguments.registry.as_ref().or(config.source.registry.as_ref()) {
        // npm's environment goes before its files, and npm reads these names in any case.
        env.vars.retain(|name, _| !name.eq_ignore_ascii_case(NPM_REGISTRY));
        env.vars.insert(NPM_REGISTRY.to_owned(), url.clone());
    }
    arguments.offline || config.source.offline
}

/// What was recorded of servers that were pinned; that it cannot be read is said, and stops nothing.
pub(super) fn pins(env: &Environment, screen: &Screen) -> Pins {
    pins::load(env).unwrap_or_else(|err| {
        screen.warn(&[format!("{err}, so nothing is compared with them")]);
        Pins::default()
    })
}

/// What a reader may use.
pub(super) fn reader(arguments: &Limits, config: &Config) -> ReaderOptions {
    let default = ReaderOptions::default();
    let limits = &config.limits;
    ReaderOptions {
        max_unpacked: arguments
            .max_unpacked
            .or(limits.max_unpacked)
            .map_or(default.max_unpacked, |size| size.0),
        memory: arguments
            .max_memory
            .or(limits.max_memory)
            .map_or(default.memory, |size| size.0),
        time: arguments
            .max_time
            .or(limits.max_time)
            .map_or(default.time, |time| Duration::from_secs(time.0)),
        allow_unsealed: arguments.allow_unsealed,
        program: default.program,
    }
}

/// Whether and where source repositories are asked.
pub(super) fn repositories(arguments: &Origin, config: &Config) -> Repositories {
    Repositories {
        ask: config.repository.ask && !arguments.no_repository,
        ..config.repository.clone()
    }
}

/// The decision from which on a report fails.
pub(super) fn fail_on(asked: Option<FailOn>, config: &Config) -> Decision {
    match asked.or(config.report.fail_on).unwrap_or_default() {
        FailOn::Review => Decision::Review,
        FailOn::Block => Decision::Block,
    }
}

/// How what is publicly known is used.
pub(super) fn known(arguments: &Known, config: &Config, now: Moment) -> KnownMalicious {
    let oldest = arguments.max_db_age.or(config.database.max_age);
    KnownMalicious {
        now,
        max_age: oldest.map(|time| time.0),
    }
}

/// The moment it is.
pub(super) fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_second())
}

const NPM_REGISTRY: &str = "npm_config_registry";
