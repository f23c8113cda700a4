//! Functions that give back another in another calling style.

use std::rc::Rc;

use crate::fold::{Api, Value};

/// What a wrapped API wraps: `promisify(exec)` is `exec`, `fetch.bind(window)` is `fetch`.
pub(super) fn unwrap_api(mut api: Rc<Api>) -> Rc<Api> {
    for _ in 0..MAX_WRAPPERS {
        if api.path.strip_suffix("()").is_some_and(is_wrapper)
            && let Some(Value::Api(inner)) = api.calls.last().and_then(|call| call.arguments.first())
        {
            api = Rc::clone(inner);
        } else if let Some(inner) = api
            .path
            .strip_suffix(".bind()")
            .or_else(|| api.path.strip_suffix(".__promisify__"))
        {
            api = Rc::new(Api {
                path: inner.into(),
                origins: api.origins.clone(),
                calls: Rc::clone(&api.calls),
            });
        } else {
            break;
        }
    }
    api
}

pub(super) fn is_wrapper(path: &str) -> bool {
    WRAPPERS.contains(&path)
}

/// Functions that give back what they are given, in another calling style.
#[rustfmt::skip]
pub(super) const WRAPPERS: [&str; 6] = [
    "node:util.promisify",
    "pify",
    "util-promisify",
    "es6-promisify.promisify",
    "node:util.callbackify",
    "node:util.deprecate",
];
const MAX_WRAPPERS: usize = 4;
