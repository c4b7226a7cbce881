//! Flags of commands that speak to an MQTT broker.

use super::connection::{RetryArgs, TlsArgs};
use super::spans::duration;
use crate::host::secrets::Secret;
use clap::{Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// Flags of everything that speaks to a broker.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Broker")]
pub(crate) struct BrokerArgs {
    /// The broker: `mqtt://[USER@]HOST[:PORT][/TOPIC]`, or mqtts:// for TLS; by WebSocket `ws://[USER@]HOST[:PORT][/PATH]`, or
    /// wss:// [default: MQTT_HOST, else localhost]
    #[arg(value_name = "URL", value_parser = Secret::word, value_hint = ValueHint::Url)]
    pub url: Option<Secret>,

    /// The broker's host, instead of a URL; several with commas between are tried in turn
    #[arg(long, value_name = "HOST[:PORT],…", help_heading = "Broker")]
    pub host: Option<String>,

    /// The port of hosts that have none [default: 1883; 8883 with TLS]
    #[arg(short = 'p', long, value_name = "PORT", help_heading = "Broker")]
    pub port: Option<u16>,

    /// The client id, by which the broker recognizes the session [default: a random one]
    #[arg(short = 'i', long, value_name = "ID", help_heading = "Broker")]
    pub id: Option<String>,

    /// The user name
    #[arg(short = 'u', long, value_name = "NAME", help_heading = "Broker")]
    pub username: Option<String>,

    /// The file with the password; it is read again for each connection
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Broker")]
    pub password_file: Option<PathBuf>,

    /// The version of MQTT [default: 5, or 3.1.1 if the broker does not speak that]
    #[arg(long, value_name = "VERSION", value_enum, help_heading = "Broker")]
    pub mqtt: Option<Version>,

    /// Send a keepalive every DURATION if nothing else was sent (0: never)
    #[arg(short = 'k', long, value_name = "DURATION", value_parser = duration, default_value = "60s", help_heading = "Broker")]
    pub keepalive: Duration,

    /// Use TLS even without mqtts://; --ca-file, --cert, --pin and --insecure imply it
    #[arg(long, help_heading = "TLS")]
    pub tls: bool,

    /// Wait at most DURATION for each step of connecting
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10s", help_heading = "Connection")]
    pub connect_timeout: Duration,

    #[command(flatten)]
    pub retry: RetryArgs,

    #[command(flatten)]
    pub trust: TlsArgs,
}

/// `--mqtt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// MQTT 5
    V5,
    /// MQTT 3.1.1
    V311,
}

/// For the help of commands that have these flags.
pub(crate) const BROKER_ENVIRONMENT: &str = "\
Environment:
  MQTT_HOST       the broker's host, or several with commas between: HOST[:PORT],…
  MQTT_PORT       the port of hosts that have none
  MQTT_CLIENT_ID  the client id
  MQTT_USERNAME   the user name
  MQTT_PASSWORD   the password
  MQTT_CLIENT_USER, MQTT_CLIENT_PASSWORD  older names of the last two
  MQTT_…_FILE     the file that contains one of these

A flag overrides its variable, and MQTT_…_FILE overrides MQTT_….";
