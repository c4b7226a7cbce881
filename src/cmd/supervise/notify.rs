//! What systemd is told: that the station is ready, how it is, and that it lives (sd_notify(3)); and the unit file by which
//! systemd starts it.

use super::plan::Plan;
use crate::reading::error::{Error, Result};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::time::{Duration, Instant};

/// The way to systemd; nothing is told if it did not start us.
pub(super) struct Notify {
    to: Option<(UnixDatagram, SocketAddr)>,
    /// It is told at least so often that we live.
    watchdog: Option<Duration>,
    told: Instant,
    ready: bool,
    status: String,
}

impl Notify {
    /// As NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID say.
    pub(super) fn from_environment() -> Notify {
        let address = std::env::var_os("NOTIFY_SOCKET").and_then(|name| {
            let bytes = name.as_bytes();
            match bytes.strip_prefix(b"@") {
                Some(name) => SocketAddr::from_abstract_name(name).ok(),
                None => SocketAddr::from_pathname(Path::new(&name)).ok(),
            }
        });
        let number = |name| std::env::var(name).ok().and_then(|text: String| text.parse::<u64>().ok());
        let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let every = number("WATCHDOG_USEC").filter(|_| ours).map(|us| Duration::from_micros(us) / 2);
        Notify {
            to: UnixDatagram::unbound().and_then(|to| to.set_nonblocking(true).map(|()| to)).ok().zip(address),
            watchdog: every,
            told: Instant::now(),
            ready: false,
            status: String::new(),
        }
    }

    pub(super) fn tell(&self, text: &str) {
        if let Some((socket, address)) = &self.to {
            // Nobody who listens is no fault.
            let _ = socket.send_to_addr(text.as_bytes(), address);
        }
    }

    /// Everything is up, or was tried.
    pub(super) fn ready(&mut self) {
        if !std::mem::replace(&mut self.ready, true) {
            self.tell("READY=1");
        }
    }

    /// The file is read again; `reloaded` follows.
    pub(super) fn reloading(&mut self) {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let us = now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1_000);
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={us}"));
    }

    /// It was read, whatever stood in it.
    pub(super) fn reloaded(&self) {
        if self.ready {
            self.tell("READY=1");
        }
    }

    /// So often, at least, it is to be told that we live.
    pub(super) fn watches(&self) -> Duration {
        self.watchdog.unwrap_or(Duration::MAX)
    }

    /// A line about how we are; told when it changes.
    pub(super) fn status(&mut self, text: &str) {
        if self.status != text {
            text.clone_into(&mut self.status);
            self.tell(&format!("STATUS={text}"));
        }
    }

    /// We live.
    pub(super) fn watchdog(&mut self) {
        if self.watchdog.is_some_and(|every| self.told.elapsed() >= every / 2) {
            self.told = Instant::now();
            self.tell("WATCHDOG=1");
        }
    }
}

/// A unit file for systemd.
pub(super) fn unit_file(path: &Path, plan: &Plan) -> Result<String> {
    let failed = |e| Error::io("find this program", e);
    let program = std::env::current_exe().map_err(failed)?;
    let file = std::path::absolute(path).map_err(failed)?;
    let name = path.file_stem().map_or("kymo".into(), |stem| stem.to_string_lossy());
    // One after the other in the worst case, and some time to tell it.
    let stop: Duration =
        plan.units.iter().map(|unit| unit.drain + unit.grace).sum::<Duration>() + Duration::from_secs(10);
    // What a killed one has left is waited for.
    let start =
        plan.units.iter().map(|unit| unit.drain + unit.grace).max().unwrap_or_default() + Duration::from_secs(30);
    let word = |path: &Path| path.display().to_string().replace('%', "%%").replace(' ', "\\x20");
    Ok(format!(
        "# Put it into /etc/systemd/system/kymo-{name}.service, then: systemctl enable --now kymo-{name}\n\
         [Unit]\n\
         Description=kymo station {name}\n\
         Wants=network-online.target\n\
         After=network-online.target time-sync.target\n\
         StartLimitIntervalSec=0\n\
         \n\
         [Service]\n\
         Type=notify\n\
         ExecStart={} supervise {}\n\
         ExecReload=/bin/kill -HUP $MAINPID\n\
         Restart=on-failure\n\
         RestartSec=1\n\
         RestartPreventExitStatus=2 77\n\
         WatchdogSec=30\n\
         TimeoutStartSec={}\n\
         TimeoutStopSec={}\n\
         # Each unit has a keeper, which ends it in order, also if the supervisor is killed:\n\
         KillMode=process\n\
         # The user that owns the readings:\n\
         # User=kymo\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n",
        word(&program),
        word(&file),
        start.as_secs(),
        stop.as_secs(),
    ))
}
