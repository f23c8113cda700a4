//! What is publicly known of a release: by its name and version, by the hash of its archive, by its files.

use std::fs::File;
use std::io::Read as _;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256, Sha512};
use waxseal_model::{Advisories, Collected, DatabaseInfo, Gap, GapWeight, Moment, Subject};
use waxseal_npm::osv::{Algorithm, Hash};
use waxseal_npm::spec::LocalPath;

use super::{Collector, OriginOf};
use crate::db::{Database, DatabaseError, Hashes, age};

/// How what is publicly known is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownMalicious {
    /// The moment it is.
    pub now: Moment,
    /// How many seconds old it may be.
    pub max_age: Option<u64>,
}

/// The database, opened when it is first asked.
pub(in crate::collect) struct Known {
    options: KnownMalicious,
    database: OnceLock<Result<Database, DatabaseError>>,
}

impl Collector<'_> {
    /// Looks releases up among what is publicly known too.
    #[must_use]
    pub fn looking_up(mut self, options: KnownMalicious) -> Self {
        let database = OnceLock::new();
        self.known = Some(Known { options, database });
        self
    }

    /// The database of known-malicious packages that is used; `None` where there is none that can be read.
    pub fn database(&self) -> Option<DatabaseInfo> {
        let known = self.known.as_ref()?;
        self.opened(known).as_ref().ok().map(Database::info)
    }

    /// What is known of a release by its name alone; without a version, of all releases of the name.
    pub(in crate::collect) fn known_of(
        &self,
        subject: &Subject,
        name: &str,
        version: Option<&str>,
    ) -> Collected<Advisories> {
        self.look_up(subject, name, version, &Hashes::default())
    }

    pub(super) fn advisories(&self, of: &OriginOf) -> Collected<Advisories> {
        let claimed = of.manifest.as_ref();
        let claimed =
            |field: fn(&waxseal_model::Manifest) -> Option<&String>| claimed.and_then(field).map(String::as_str);
        let (name, version) = match &of.subject {
            Subject::Package(release) => (release.name.as_str(), Some(release.version.as_str())),
            Subject::Folder(_) | Subject::Archive(_) => (
                claimed(|it| it.name.as_ref()).unwrap_or_default(),
                claimed(|it| it.version.as_ref()),
            ),
            _ => return Collected::NotRequested,
        };
        let mut archive: Vec<Hash> = of.integrity.as_deref().and_then(Hash::parse).into_iter().collect();
        if let (Subject::Archive(path), Some(_)) = (&of.subject, &self.known) {
            archive.extend(self.hashes_of(path));
        }
        let hashes = Hashes {
            archive: &archive,
            files: &of.files,
        };
        self.look_up(&of.subject, name, version, &hashes)
    }

    fn look_up(
        &self,
        subject: &Subject,
        name: &str,
        version: Option<&str>,
        hashes: &Hashes<'_>,
    ) -> Collected<Advisories> {
        let Some(known) = &self.known else {
            return Collected::NotRequested;
        };
        let gap = |reason: String, weight| Gap {
            subject: subject.clone(),
            method: METHOD.to_owned(),
            reason,
            weight,
        };
        // What was set up and cannot be read is not the same as what nobody set up.
        let unusable = |err: &DatabaseError| {
            let weight = match err {
                DatabaseError::Absent if known.options.max_age.is_none() => GapWeight::Partial,
                _ => GapWeight::Decisive,
            };
            gap(format!("{err}; {}", err.hint()), weight)
        };
        let database = match self.opened(known) {
            Ok(database) => database,
            Err(err) => return Collected::Missing(unusable(err)),
        };
        let matches = match database.matches(name, version, hashes) {
            Ok(matches) => matches,
            Err(err) => return Collected::Missing(unusable(&err)),
        };
        let info = database.info();
        let short = match database.broken().first() {
            Some(err) => Some(unusable(err)),
            None => too_old(&info, known.options).map(|(reason, weight)| gap(reason, weight)),
        };
        Collected::Present(Advisories {
            database: info,
            matches,
            gap: short,
        })
    }

    fn opened<'k>(&self, known: &'k Known) -> &'k Result<Database, DatabaseError> {
        let (env, _) = self.surroundings();
        known
            .database
            .get_or_init(|| Database::open(&Database::default_folder(env)))
    }

    /// Hashes of an archive on disk. Where it cannot be read, nobody judges it either.
    fn hashes_of(&self, path: &str) -> Vec<Hash> {
        let (env, _) = self.surroundings();
        let Ok(mut file) = File::open(LocalPath(path.to_owned()).resolve(env)) else {
            return Vec::new();
        };
        let (mut sha256, mut sha512) = (Sha256::new(), Sha512::new());
        let mut chunk = vec![0; CHUNK];
        while let Ok(length @ 1..) = file.read(&mut chunk) {
            sha256.update(&chunk[..length]);
            sha512.update(&chunk[..length]);
        }
        let hash = |algorithm, digest: &[u8]| Hash {
            algorithm,
            digest: digest.to_vec(),
        };
        vec![
            hash(Algorithm::Sha256, &sha256.finalize()),
            hash(Algorithm::Sha512, &sha512.finalize()),
        ]
    }
}

/// Why what is known is not as fresh as it should be, and how much that matters.
pub(crate) fn too_old(info: &DatabaseInfo, options: KnownMalicious) -> Option<(String, GapWeight)> {
    let Some(updated) = info.updated else {
        let weight = options.max_age.map_or(GapWeight::Partial, |_| GapWeight::Decisive);
        let reason =
            "there are only lists of known-malicious packages; `waxseal db update` gets what is publicly known";
        return Some((reason.to_owned(), weight));
    };
    let most = i64::try_from(options.max_age?).unwrap_or(i64::MAX);
    let old = options.now.since(updated);
    (old > most).then(|| {
        let reason = format!(
            "the known-malicious data is {} old, and no more than {} are accepted; run `waxseal db update`",
            age(old),
            age(most)
        );
        (reason, GapWeight::Decisive)
    })
}

const METHOD: &str = "known-malicious";

/// Read at once.
const CHUNK: usize = 256 << 10;
