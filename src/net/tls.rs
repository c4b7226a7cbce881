//! Whom TLS trusts, and who we are: rustls with ring, the system's roots or those of `--ca-file`.

pub(crate) mod server;

use crate::host::options::{Fingerprint, TlsArgs};
use crate::reading::error::{Error, Result};
use ::ring::digest::{SHA256, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use std::path::Path;
use std::sync::Arc;

impl TlsArgs {
    /// The settings for rustls. `Io` if a file cannot be read, `Usage` if it does not hold what it should.
    pub(crate) fn config(&self) -> Result<Arc<ClientConfig>> {
        self.config_for(Name::Ours)
    }

    /// As [`TlsArgs::config`], but whoever has a certificate of an authority's is believed, whatever its name.
    pub(crate) fn config_for_any_name(&self) -> Result<Arc<ClientConfig>> {
        self.config_for(Name::Any)
    }

    fn config_for(&self, name: Name) -> Result<Arc<ClientConfig>> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|e| Error::usage("set up TLS").because(e))?;
        let trust = if self.insecure {
            Trust::Anyone
        } else if !self.pin.is_empty() {
            Trust::Pinned(self.pin.clone())
        } else {
            let own = self.ca_file.as_deref().map(certificates).transpose()?.unwrap_or_default();
            let roots = Arc::new(self.roots(&own)?);
            let chain = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
                .build()
                .map_err(|e| Error::usage("set up TLS").because(e))?;
            Trust::Chain(chain, own, name)
        };
        let verifier = Arc::new(Verifier { trust, provider });
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
        let config = match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => {
                let private = PrivateKeyDer::from_pem_file(key).map_err(|e| unread("key", key, e))?;
                builder
                    .with_client_auth_cert(certificates(cert)?, private)
                    .map_err(|e| Error::usage(format!("use certificate {} with its key", cert.display())).because(e))?
            }
            _ => builder.with_no_client_auth(),
        };
        Ok(Arc::new(config))
    }

    fn roots(&self, own: &[CertificateDer<'static>]) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        match &self.ca_file {
            Some(path) => {
                for certificate in own {
                    roots.add(certificate.clone()).map_err(|e| unusable("certificate", path, e))?;
                }
            }
            None => {
                // One that rustls cannot use must not keep it from the others.
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                if roots.is_empty() {
                    return Err(Error::usage(
                        "this system has no certificate authorities, and no file with some was given",
                    ));
                }
            }
        }
        Ok(roots)
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = all.map_err(|e| unread("certificate", path, e))?;
    if all.is_empty() {
        return Err(Error::usage(format!("{} holds no certificate (PEM)", path.display())));
    }
    Ok(all)
}

/// A PEM file cannot be read or understood. Its error names that of the system, but has it as no source.
fn unread(what: &str, path: &Path, why: pem::Error) -> Error {
    match why {
        pem::Error::Io(why) => unusable(what, path, why),
        why => unusable(what, path, why),
    }
}

fn unusable(what: &str, path: &Path, why: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::usage(format!("read {what} file {}", path.display())).because(why)
}

/// Whom to believe.
#[derive(Debug)]
enum Trust {
    /// A chain to a root; or a server that is its own authority, as devices in a house are, if its very certificate
    /// is in `--ca-file`. Then its dates and its name must be right too.
    Chain(Arc<WebPkiServerVerifier>, Vec<CertificateDer<'static>>, Name),
    /// `--pin`: a server whose certificate is known.
    Pinned(Vec<Fingerprint>),
    /// `--insecure`.
    Anyone,
}

/// Which name must stand in a certificate that has a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// The one that we asked for.
    Ours,
    Any,
}

/// Judges a server by what is trusted, and checks in any case that it holds its key.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.trust {
            Trust::Anyone => Ok(ServerCertVerified::assertion()),
            Trust::Pinned(pins) => {
                let found = fingerprint(certificate);
                if pins.contains(&found) {
                    return Ok(ServerCertVerified::assertion());
                }
                let hex: String = found.0.iter().map(|byte| format!("{byte:02x}")).collect();
                let why = format!("the server's certificate has the SHA-256 {hex}, which no --pin names");
                Err(rustls::Error::General(why))
            }
            Trust::Chain(chain, own, wanted) => {
                match chain.verify_server_cert(certificate, between, name, ocsp, now) {
                    // rustls looks at the dates before it says this, and at the name after; it has no word of its own for it.
                    Err(why) if own.contains(certificate) && is_authority(&why) => {
                        if *wanted == Name::Ours {
                            verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                        }
                        Ok(ServerCertVerified::assertion())
                    }
                    // The name is the last thing that it looks at.
                    Err(rustls::Error::InvalidCertificate(
                        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                    )) if *wanted == Name::Any => Ok(ServerCertVerified::assertion()),
                    result => result,
                }
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The certificate is that of an authority and not of a server: rustls hands this error of the library beneath it on as it is.
fn is_authority(why: &rustls::Error) -> bool {
    let rustls::Error::InvalidCertificate(CertificateError::Other(why @ OtherError(_))) = why else { return false };
    matches!(why.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// The fingerprint of a certificate.
fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    let digest = digest(&SHA256, certificate);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_ref());
    Fingerprint(bytes)
}
