//! `serve`: the stream for whoever watches, as messages of a WebSocket. What a server is, is in `live.rs`; here
//! are the flags, and the sink that hands it the records.

use crate::flow::batch::Batch;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Sink};
use crate::host::diag;
use crate::host::options::InputArgs;
use crate::net::listener;
use crate::net::live::{Live, Settings};
use crate::reading::error::{Code, Result};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo replay --speed 600x --restamp examples/surfrad.ndjson | kymo serve :8080";

/// Serve records over HTTP, as a WebSocket stream
///
/// Every client of ws://ADDR/ws gets the records from then on, one a message. A client that is too slow loses the
/// oldest records and receives their number: {"lost":17}. Nothing ever waits for a client. http://ADDR/healthz returns
/// counts. At the end of the input each client gets the rest, within 2 s, and a close: 1000, or 1001 if the stream was
/// interrupted.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// Where to listen: `:8080` (only this machine: 127.0.0.1), `0.0.0.0:8080`, `[::1]:8080`; port 0: a free port,
    /// which is reported
    #[arg(value_name = "ADDR", value_parser = listener::address)]
    pub address: String,

    /// Accept at most N clients; refuse others (503)
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_clients: u32,

    /// Buffer at most N records for each client, and at most 64 MiB; then drop its oldest
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub queue: u32,

    /// Also let pages of ORIGIN read the stream in a browser: `https://host`, or `*` for all (can be repeated)
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<String>,

    /// Also answer requests that call this server HOST, as a proxy or a name in DNS makes them; `*`: by any name (can be
    /// repeated) [default: on loopback only localhost, 127.0.0.1 and ::1; elsewhere any]
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,

    /// Pass the records on
    #[arg(long)]
    pub pass: bool,

    #[command(flatten)]
    pub input: InputArgs,
}

impl Args {
    /// The sink for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let settings = Settings {
            max_clients: self.max_clients as usize,
            queue: self.queue.into(),
            origins: self.allow_origin,
            hosts: self.allow_host,
        };
        let sink = Serve { address: self.address, settings, live: None };
        Ok(Plan::sink(self.input, self.pass, move || Ok(sink)))
    }
}

struct Serve {
    address: String,
    settings: Settings,
    /// While the pipeline runs.
    live: Option<Live>,
}

impl Sink for Serve {
    fn start(&mut self) -> Result<()> {
        let live = Live::start(&self.address, self.settings.clone())?;
        diag::notice(Code::Listening, format_args!("listening on http://{}", live.address()));
        self.live = Some(live);
        Ok(())
    }

    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        if let Some(live) = &mut self.live {
            live.send(batch)?;
        }
        batch.records().for_each(|record| out.pass(&record));
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        if let Some(live) = &mut self.live {
            live.complete();
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        self.live.as_mut().map_or(Ok(()), Live::end)
    }

    fn counts(&self) -> Counts {
        let served = self.live.as_ref().map(Live::served).unwrap_or_default();
        vec![("clients", served.clients), ("refused", served.refused), ("lost", served.lost)]
    }
}
