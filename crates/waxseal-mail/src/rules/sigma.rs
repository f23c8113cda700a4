//! Sigma rules over the logs of Postfix and waxseal.

use super::Kind;

pub(super) const KIND: Kind = Kind {
    id: "sigma",
    title: "Sigma: the same for a log store",
    text: include_str!("sigma.yml"),
    exempt: None,
    domain: None,
    socket: None,
};
