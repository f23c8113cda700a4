//! What a release's attestations say.

use waxseal_model::{Attestation, Collected, PackageHistory, PackageRef, Provenance, Subject, Unserved};
use waxseal_npm::attestation::{self, About, Trust};
use waxseal_npm::repository::RepositoryAddress;

use super::{Collector, OriginOf, missing};

impl Collector<'_> {
    /// Asked only where the registry's document says that there are attestations: it is one request more for each release.
    pub(super) fn provenance(&self, of: &OriginOf, history: Option<&PackageHistory>) -> Collected<Provenance> {
        let (Subject::Package(package), Some(history)) = (&of.subject, history) else {
            return Collected::NotRequested;
        };
        let Some(release) = history.release(&package.version) else {
            return Collected::NotRequested;
        };
        let attestations = match release.attested {
            true => self.attested(package, of),
            // Of a registry that serves none it is not known whether this release has any.
            false if history.unserved.contains(&Unserved::Signatures) => return Collected::NotRequested,
            false => Ok(Vec::new()),
        };
        let declared = of.manifest.as_ref().and_then(|it| it.repository.as_deref());
        match attestations {
            Ok(attestations) => Collected::Present(Provenance {
                attestations,
                declared: declared.and_then(https),
            }),
            Err(reason) => missing(
                &of.subject,
                METHOD,
                format!("its attestations were not checked: {reason}"),
            ),
        }
    }

    fn attested(&self, package: &PackageRef, of: &OriginOf) -> Result<Vec<Attestation>, String> {
        let Some(integrity) = &of.integrity else {
            return Err("its archive was not verified".to_owned());
        };
        let registry = self.registry().map_err(|err| err.message)?;
        let answer = registry.attestations(package).map_err(|err| err.to_string())?;
        let Some(answer) = answer else {
            return Err("the registry says that there are some, and hands none out".to_owned());
        };
        let trust = Trust::built_in().ok_or("what is trusted cannot be read")?;
        // Only what the registry signed itself needs its keys, and without them it is said to be unchecked.
        let needed = memchr::memmem::find(&answer, b"\"publicKey\"").is_some();
        let keys = if needed {
            registry.keys(package).ok().flatten()
        } else {
            None
        };
        let about = About { package, integrity };
        let mut made = attestation::verify(&answer, about, keys.as_ref(), trust).map_err(|err| err.to_string())?;
        for attestation in &mut made {
            attestation.repository = attestation.repository.take().and_then(|it| https(&it));
        }
        Ok(made)
    }
}

/// A repository's address in one form.
fn https(text: &str) -> Option<String> {
    RepositoryAddress::parse(text).ok().map(|it| it.https())
}

const METHOD: &str = "provenance";

#[cfg(test)]
mod tests;
