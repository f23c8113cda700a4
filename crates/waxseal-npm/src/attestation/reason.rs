//! Why an attestation does not hold, or could not be checked: our sentences, never the library's, which quote the bundle.

use sigstore_verify::bundle::Error as BundleError;
use sigstore_verify::crypto::Error as CryptoError;
use sigstore_verify::{CertificateError, Error, TimestampError, TransparencyLogError};

/// What came of checking one that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is wrong.
    Broken(String),
    /// Nothing can be said of it with what is known here.
    Unchecked(String),
}

impl Outcome {
    pub(super) fn broken(reason: &str) -> Self {
        Self::Broken(reason.to_owned())
    }

    pub(super) fn unchecked(reason: &str) -> Self {
        Self::Unchecked(reason.to_owned())
    }
}

/// The sentence for an error. Whatever newer keys or authorities than those built in could explain is unchecked: a forgery gains
/// nothing by it, since an attestation that holds lowers no verdict either.
pub(super) fn of(err: &Error) -> Outcome {
    let broken = Outcome::broken;
    let unchecked = Outcome::unchecked;
    match err {
        Error::SignatureInvalid(_) => broken("its signature is not over its statement"),
        Error::ArtifactMismatch(_) => broken("it is about other bytes than the archive's"),
        Error::InvalidBundle(_) | Error::Types(_) => broken("its bundle contradicts itself"),
        Error::Certificate(err) => certificate(err),
        Error::TransparencyLog(err) => log(err),
        Error::Timestamp(TimestampError::Invalid(_) | TimestampError::OutsideAuthorityValidity { .. }) => {
            unchecked("its time stamp is of no authority that was known when waxseal was built")
        }
        Error::Timestamp(_) => unchecked("nothing in it proves when it was signed"),
        Error::Bundle(BundleError::MissingInclusionProof(_)) => {
            unchecked("it holds no proof of its entry in the public log")
        }
        Error::Bundle(_) => broken("its bundle is not well-formed"),
        Error::Crypto(CryptoError::UnsupportedAlgorithm(_)) | Error::UnsupportedBundle(_) => {
            unchecked("it is signed in a way that waxseal does not know")
        }
        Error::Crypto(_) => broken("its key or signature is not well-formed"),
        _ => unchecked("it could not be checked"),
    }
}

fn certificate(err: &CertificateError) -> Outcome {
    match err {
        CertificateError::Malformed(_) => Outcome::broken("its certificate cannot be read"),
        CertificateError::NotYetValid { .. } | CertificateError::Expired { .. } => {
            Outcome::broken("its certificate was not valid when it was signed")
        }
        CertificateError::Sct(_) => {
            Outcome::unchecked("its certificate is in no certificate log that was known when waxseal was built")
        }
        _ => Outcome::unchecked("its certificate is of no authority that was known when waxseal was built"),
    }
}

fn log(err: &TransparencyLogError) -> Outcome {
    match err {
        TransparencyLogError::UnknownLog { .. } => {
            Outcome::unchecked("it is in a public log that was not known when waxseal was built")
        }
        TransparencyLogError::InclusionProof(_) => Outcome::broken("its proof does not lead to the public log"),
        TransparencyLogError::Checkpoint(_) => Outcome::broken("its public log's checkpoint is not signed by that log"),
        TransparencyLogError::InclusionPromise(_) => {
            Outcome::broken("its public log's receipt is not signed by that log")
        }
        TransparencyLogError::EntryMismatch(_) => Outcome::broken("its entry in the public log is another's"),
        TransparencyLogError::IntegratedTime(_) => {
            Outcome::broken("it came into the public log when its certificate was not valid")
        }
        _ => Outcome::broken("its entry in the public log cannot be read"),
    }
}
