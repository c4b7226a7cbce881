//! TLS of a server: its certificate, and whom it lets in.

use super::{certificates, unread, unusable};
use crate::host::options::TlsServerArgs;
use crate::reading::error::{Error, Result};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;

impl TlsServerArgs {
    /// TLS is to be spoken.
    pub(crate) fn is_wanted(&self) -> bool {
        self.tls_cert.is_some()
    }

    /// The settings for rustls; `None`: no TLS. `Usage` if a file does not hold what it should.
    pub(crate) fn config(&self) -> Result<Option<Arc<ServerConfig>>> {
        let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        let provider = Arc::new(ring::default_provider());
        let set_up = |e| Error::usage("set up TLS").because(e);
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(set_up)?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(path)? {
                    roots.add(certificate).map_err(|e| unusable("certificate", path, e))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|e| unusable("certificate", path, e))?)
            }
        };
        let private = PrivateKeyDer::from_pem_file(key).map_err(|e| unread("key", key, e))?;
        let mut config = builder
            .with_single_cert(certificates(cert)?, private)
            .map_err(|e| Error::usage(format!("use --tls-cert {}", cert.display())).because(e))?;
        // A client that only sends would never read a ticket; and whoever closes with something unread resets the
        // connection, and loses what it sent last.
        config.send_tls13_tickets = 0;
        Ok(Some(Arc::new(config)))
    }
}
