//! recipients

use waxseal_model::Finding;

use crate::{Case, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "recipients",
    title: "recipients",
    summary: "",
    needs: &[Need::Source],
    indicators: &[],
    run,
    manual: "",
};

fn run(_case: &Case<'_>) -> Vec<Finding> {
    Vec::new()
}
