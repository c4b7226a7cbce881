//! The `sslmode`s, with libpq's meanings.

use crate::host::options::TlsArgs;
use crate::reading::error::{Error, Result};
use rustls::ClientConfig;
use std::path::{Path, PathBuf};
use tokio_postgres::config::SslMode;

/// How much a server has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// In the clear.
    Disable,
    /// TLS if the server has it, and whoever it is.
    Prefer,
    /// TLS with whoever it is; with a file of authorities as `VerifyCa`.
    Require,
    /// A chain to an authority, whatever the name.
    VerifyCa,
    /// A chain, and the name that we asked for.
    VerifyFull,
}

/// TLS as the target wants it.
#[derive(Clone, Debug)]
pub(super) struct Ssl {
    pub(super) mode: Mode,
    pub(super) roots: Roots,
    /// Our own certificate and its key.
    pub(super) own: Option<(PathBuf, PathBuf)>,
}

/// The authorities that are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// `sslrootcert=system`.
    System,
    File(PathBuf),
    /// Not given, and this default file is not there.
    Missing(PathBuf),
}

impl Ssl {
    /// Whether TLS is asked for, and rustls' settings. Nobody is on the way to a socket of this machine: there it is not.
    pub(super) fn config(&self, is_socket: bool) -> Result<(SslMode, ClientConfig)> {
        let mut args = TlsArgs::default();
        let mode = if is_socket { Mode::Disable } else { self.mode };
        if let (Some((cert, key)), true) = (&self.own, mode != Mode::Disable) {
            args.cert = Some(cert.clone());
            args.key = Some(key.clone());
        }
        let (mode, config) = match (mode, &self.roots) {
            (Mode::Disable, _) => (SslMode::Disable, anyone(args)?),
            (Mode::Prefer, _) => (SslMode::Prefer, anyone(args)?),
            (Mode::Require, Roots::Missing(_)) => (SslMode::Require, anyone(args)?),
            (_, Roots::Missing(path)) => return Err(no_roots(path)),
            (Mode::VerifyFull, roots) => (SslMode::Require, with_roots(args, roots).config()?),
            (_, roots) => (SslMode::Require, with_roots(args, roots).config_for_any_name()?),
        };
        Ok((mode, ClientConfig::clone(&config)))
    }
}

fn anyone(args: TlsArgs) -> Result<std::sync::Arc<ClientConfig>> {
    TlsArgs { insecure: true, ..args }.config()
}

fn with_roots(args: TlsArgs, roots: &Roots) -> TlsArgs {
    match roots {
        Roots::File(path) => TlsArgs { ca_file: Some(path.clone()), ..args },
        _ => args,
    }
}

fn no_roots(path: &Path) -> Error {
    let path = path.display();
    Error::usage(format!("{path} has no authorities to check the server with: give sslrootcert=FILE, or system"))
}
