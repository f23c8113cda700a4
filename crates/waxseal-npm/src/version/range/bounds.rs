//! A range taken apart, for those who write it in another language.

use super::{Comparator, Operator, Range};

impl Range {
    /// The alternatives of bounds that it comes to, each an operator and a version; what holds for any version is left out.
    pub fn bounds(&self) -> Vec<Vec<(&'static str, String)>> {
        let bound = |comparator: &Comparator| {
            let operator = match comparator.operator {
                Operator::Equal => "=",
                Operator::Less => "<",
                Operator::LessOrEqual => "<=",
                Operator::Greater => ">",
                Operator::GreaterOrEqual => ">=",
            };
            comparator
                .version
                .as_ref()
                .map(|version| (operator, version.to_string()))
        };
        let bounds = |comparators: &Vec<Comparator>| comparators.iter().filter_map(bound).collect();
        self.alternatives.iter().map(bounds).collect()
    }
}
