//! Flags of commands that speak to a web server.

use super::connection::TlsArgs;
use super::spans::duration;
use crate::host::secrets::Secret;
use clap::{Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// What the environment says to them, for the help.
pub(crate) const WEB_ENVIRONMENT: &str = "\
Environment:
  KYMO_BEARER, KYMO_BEARER_FILE          a token, or the file that contains it
  KYMO_BASIC_AUTH, KYMO_BASIC_AUTH_FILE  user:password, or the file that contains it
  HTTPS_PROXY                            the proxy for TLS: http://[USER:PASSWORD@]HOST:PORT
  NO_PROXY                               hosts and domains that are reached without it

Secrets in files are read again for each request. If the server answers 401 or 403, kymo ends (exit 77).";

/// Flags of everything that sends requests to a web server.
#[derive(Args, Clone, Debug)]
pub(crate) struct WebArgs {
    /// Send a header field with the request ('Name: value'; @FILE: the lines of FILE); can be repeated
    #[arg(short = 'H', long = "http-header", value_name = "FIELD", value_parser = Secret::word, help_heading = "Connection")]
    pub http_header: Vec<Secret>,

    /// Send the token in FILE as `Authorization: Bearer`; the token itself can be in KYMO_BEARER
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, env = "KYMO_BEARER_FILE", hide_env_values = true, conflicts_with = "basic_auth_file", help_heading = "Connection")]
    pub bearer_file: Option<PathBuf>,

    /// Send `user:password` in FILE as `Authorization: Basic`; the same can be in KYMO_BASIC_AUTH
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, env = "KYMO_BASIC_AUTH_FILE", hide_env_values = true, help_heading = "Connection")]
    pub basic_auth_file: Option<PathBuf>,

    /// Wait at most DURATION for each step of connecting
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10s", help_heading = "Connection")]
    pub connect_timeout: Duration,

    /// Connect through the HTTP proxy at URL (http://HOST:PORT) with CONNECT [default: with TLS, HTTPS_PROXY]
    #[arg(long, value_name = "URL", value_parser = Secret::word, help_heading = "Connection")]
    pub proxy: Option<Secret>,

    #[command(flatten)]
    pub tls: TlsArgs,
}
