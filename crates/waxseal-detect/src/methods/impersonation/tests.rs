mod borrowed;
mod measure;
mod names;
mod squats;

use waxseal_model::{Collected, PackageName, PackageRef, Subject};

use crate::testing::*;

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = names::samples();
    samples.extend(borrowed::samples());
    samples
}

/// A release of a package that is called so.
fn called(name: &str) -> World {
    named(release(), name)
}

fn named(mut world: World, name: &str) -> World {
    if let Ok(parsed) = PackageName::parse(name) {
        world.current.subject = Subject::Package(PackageRef {
            name: parsed,
            version: "1.0.16".to_owned(),
        });
    } else {
        world.current.subject = Subject::Folder("./package".to_owned());
    }
    world.manifest().name = Some(name.to_owned());
    world
}

impl World {
    fn described(mut self, text: &str) -> Self {
        self.manifest().description = Some(text.to_owned());
        self
    }

    fn introduced(mut self, text: &str) -> Self {
        self.source().readme = Some(text.to_owned());
        self
    }

    fn kept_at(mut self, repository: &str) -> Self {
        self.manifest().repository = Some(repository.to_owned());
        self
    }

    /// The registry lists nothing before it.
    fn first(mut self) -> Self {
        self.current.history = Collected::Present(waxseal_model::PackageHistory::default());
        self
    }
}

#[test]
fn borrowed_names_are_weighed_as_the_manual_says() {
    check(&samples());
}
