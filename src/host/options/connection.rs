//! Flags of commands that connect or listen.

use super::spans::duration;
use clap::{Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// Flags of everything that connects again.
#[derive(Args, Clone, Debug)]
pub(crate) struct RetryArgs {
    /// Give up after N failed attempts in a row [default: never]
    #[arg(long, value_name = "N", help_heading = "Connection")]
    pub retries: Option<u32>,

    /// Wait at most DURATION before the next attempt
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "60s", help_heading = "Connection")]
    pub max_backoff: Duration,
}

/// Flags of everything that speaks TLS to a server.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArgs {
    /// Trust the certificates in FILE (PEM; authorities, or the server's own) instead of the system's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_file: Option<PathBuf>,

    /// Present the certificate in FILE (PEM) to the server
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "key")]
    pub cert: Option<PathBuf>,

    /// The key of --cert (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "cert")]
    pub key: Option<PathBuf>,

    /// Trust a server by the SHA-256 of its certificate alone, whoever issued it (hex; colons are allowed); can be
    /// repeated
    #[arg(long, value_name = "SHA256", value_parser = Fingerprint::parse, conflicts_with_all = ["ca_file", "insecure"])]
    pub pin: Vec<Fingerprint>,

    /// Accept any certificate: anyone on the way can read and change what is sent
    #[arg(long)]
    pub insecure: bool,
}

/// Flags of everything that listens.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsServerArgs {
    /// Speak TLS only, with the certificate in FILE (PEM; followed by the certificates between it and its authority)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The key of --tls-cert (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Accept only clients with a certificate of an authority in FILE (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_cert")]
    pub client_ca: Option<PathBuf>,
}

/// `--pin`: the SHA-256 of a certificate (DER), as `openssl x509 -fingerprint -sha256` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    pub(crate) fn parse(text: &str) -> Result<Fingerprint, String> {
        let wrong = || "64 hexadecimal digits".to_owned();
        let digits: Vec<u8> = text.bytes().filter(|&b| b != b':').collect();
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return Err(wrong());
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let digit = |b: u8| char::from(b).to_digit(16).ok_or_else(wrong);
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Fingerprint(bytes))
    }
}
