//! The pipelines of `examples/devices`: what each makes of messages of the shape that its device sends. Beside a pipeline are
//! these messages, and `NAME.records`: what must be in the database.

use crate::harness::programs::needs;
use crate::harness::{Running, Work, repository, until};
use crate::http_listen::client::Client;
use crate::mqtt::broker::Broker;
use crate::mqtt::wait_for_rows;
use crate::mqtt::wire::Sender;
use crate::tcp_listen::client::listening;
use crate::wss_cat::server::{Server, text};
use rustix::process::Signal;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

/// A pipeline, and how its device sends.
struct Device {
    name: String,
    /// In one line.
    pipeline: String,
}

impl Device {
    fn all() -> Vec<Device> {
        let entries = std::fs::read_dir(repository().join("examples/devices")).expect("a folder");
        let files = entries.map(|entry| entry.expect("an entry").path());
        let mut names: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|of| of == "kymo")).collect();
        names.sort();
        let device = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).expect("a pipeline");
            let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::trim);
            let pipeline = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
            Device { name: path.file_stem().expect("a name").to_string_lossy().into_owned(), pipeline }
        };
        names.into_iter().map(device).collect()
    }

    /// What is beside it, if it has that.
    fn file(&self, kind: &str) -> Option<String> {
        std::fs::read_to_string(repository().join(format!("examples/devices/{}.{kind}", self.name))).ok()
    }

    fn records(&self) -> Vec<Value> {
        objects(&self.file("records").unwrap_or_else(|| panic!("{}: no records", self.name)))
    }

    /// The words that a user types, `kymo run` with them.
    fn words(&self) -> usize {
        let words = shell_words::split(&self.pipeline).expect("words");
        2 + words.iter().filter(|word| *word != "|").count()
    }

    /// Starts it, with another address in it.
    fn start(&self, work: &Work, address: &str, own: &str) -> Running {
        assert!(self.pipeline.contains(address), "{}: no {address}", self.name);
        let pipeline = self.pipeline.replace(address, own).replace("examples/", "EX/");
        // Winter time of Berlin.
        work.kymo(&format!("run {}", shell_words::quote(&pipeline))).env("TZ", "Europe/Berlin").start()
    }

    /// Compares what is in the database. What is stamped has its own time in each run.
    fn compare(&self, work: &Work) {
        let mut found = objects(&work.kymo("query devices.db").ok());
        if self.pipeline.contains("--stamp=time") {
            let time = |record: &mut Value| record.as_object_mut().and_then(|fields| fields.remove("time"));
            assert!(found.iter_mut().all(|record| time(record).is_some()), "{}", self.name);
        }
        let sorted = |mut records: Vec<Value>| {
            records.sort_by_key(Value::to_string);
            records
        };
        assert_eq!(sorted(found), sorted(self.records()), "{}", self.name);
    }

    fn end(&self, work: &Work, run: Running) {
        wait_for_rows(work, "devices.db", self.records().len());
        run.signal(Signal::TERM);
        let (_, told, status) = run.end();
        assert!(status.success(), "{}: {told}", self.name);
        self.compare(work);
    }
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

/// Those whose messages are of this kind.
fn of_kind(kind: &str) -> impl Iterator<Item = (Device, String)> {
    let devices: Vec<Device> = Device::all();
    let found: Vec<_> = devices.into_iter().filter_map(|device| device.file(kind).map(|text| (device, text))).collect();
    assert!(!found.is_empty(), "no device with .{kind}");
    found.into_iter()
}

#[test]
fn devices_of_a_broker() {
    for (device, messages) in of_kind("messages") {
        let Some(broker) = Broker::start("log_type all") else { return };
        let work = Work::new();
        let run = device.start(&work, "mqtt://localhost", &broker.url());
        until("subscribed", || broker.log().contains("Sending SUBACK"));
        let mut sender = Sender::connect(broker.port);
        for (topic, payload) in messages.lines().filter_map(|line| line.split_once('\t')) {
            sender.send(1, topic, payload);
        }
        device.end(&work, run);
    }
}

#[test]
fn devices_that_serve_a_websocket() {
    for (device, frames) in of_kind("frames") {
        let work = Work::new();
        let server = Server::sending(frames.lines().map(text).collect(), 1000);
        let address = ["wss://websockets.weatherstem.com", "ws://localhost:3000"];
        let address = address.into_iter().find(|address| device.pipeline.contains(address)).expect("a known address");
        let run = device.start(&work, address, server.url().trim_end_matches('/'));
        device.end(&work, run);
    }
}

#[test]
fn devices_that_connect() {
    for (device, lines) in of_kind("lines") {
        let work = Work::new();
        let address = device.pipeline.split(' ').nth(1).expect("an address");
        let run = device.start(&work, &format!(" {address} "), " 127.0.0.1:0 ");
        let mut client = TcpStream::connect(listening(&run)).expect("a connection");
        client.write_all(lines.as_bytes()).expect("sent");
        device.end(&work, run);
    }
}

#[test]
fn devices_that_post() {
    for (device, posts) in of_kind("posts") {
        let work = Work::new();
        let run = device.start(&work, " :8080 ", " 127.0.0.1:0 ");
        let url = listening(&run);
        let mut client = Client::connect(url.trim_start_matches("http://"));
        for (path, body) in posts.lines().filter_map(|line| line.split_once('\t')) {
            assert_eq!(client.ask("POST", path, "", body).status, 200, "{body}");
        }
        drop(client);
        device.end(&work, run);
    }
}

#[test]
fn devices_that_are_asked() {
    if !needs("curl") {
        return;
    }
    for (device, body) in of_kind("body") {
        let work = Work::new();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        let server = Server::start(move |_, mut stream| {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        });
        let url = format!("every 1s -- curl -s http://127.0.0.1:{}/", server.port);
        let run = device.start(&work, "every 1m -- curl -s http://weatherlink.lan/", &url);
        device.end(&work, run);
    }
}

#[test]
fn devices_that_write_files() {
    let mut count = 0;
    for device in Device::all().into_iter().filter(|device| device.pipeline.starts_with("store ")) {
        let work = Work::new();
        work.kymo(&format!("run {}", shell_words::quote(&device.pipeline.replace("examples/", "EX/")))).ok();
        device.compare(&work);
        count += 1;
    }
    assert!(count > 1);
}

/// A pipeline for a device is a line that one can remember; the page shows each.
#[test]
fn each_is_at_most_twelve_words_and_on_the_page() {
    let page = std::fs::read_to_string(repository().join("doc/devices.md")).expect("a page");
    for device in Device::all() {
        assert!(device.words() <= 12, "{}: {} words", device.name, device.words());
        assert!(page.contains(&device.pipeline), "{}: doc/devices.md lacks\n{}", device.name, device.pipeline);
    }
}
