//! Messages of any form: all of one is records, or all of it is one reject.

use crate::harness::Work;
use crate::mqtt::broker::Broker;
use crate::mqtt::wire::Sender;
use crate::wss_cat::server::{Server, text};
use flate2::Compression;
use flate2::read::{GzEncoder, ZlibEncoder};
use std::io::Read as _;
use tungstenite::Message;

/// K65, K71: what a switch, a sensor and a logger send over MQTT, with times of their own clock, as clean records.
#[test]
fn messages_of_any_form() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    for (topic, payload) in [
        ("t/relay", "on"),
        ("t/temp", "21.5 °C"),
        ("c/logger", "27.10.2024 02:30:00;21,5\n27.10.2024 02:10:00;21,6\n"),
        ("c/bad", "27.10.2024 03:30:00;21,5\nonly one\n"),
        ("s/pack", "[{\"bn\":\"d\",\"bt\":1.7e9,\"v\":1},{\"n\":\"x\",\"v\":2}]"),
        ("n/w", "{\"t\":NaN}\n{\"t\":1}"),
    ] {
        sender.retain(topic, payload);
    }
    let cat = |words: &str| work.kymo(&format!("mqtt-cat {} -W 5s {words}", broker.url())).end();
    assert_eq!(
        cat("-t t/+ --topic-map t/{device} --no-topic -C 2 --from text").stdout(),
        "{\"value\":1,\"device\":\"relay\"}\n{\"value\":21.5,\"unit\":\"°C\",\"device\":\"temp\"}\n"
    );
    let local = "--no-topic --time-format '%d.%m.%Y %H:%M:%S' --tz Europe/Berlin";
    let csv = "--from csv --columns time,value --decimal ,";
    assert_eq!(
        cat(&format!("-t c/logger -C 1 {csv} {local}")).stdout(),
        "{\"time\":\"2024-10-27T00:30:00Z\",\"value\":21.5}\n{\"time\":\"2024-10-27T01:10:00Z\",\"value\":21.6}\n"
    );
    // Nothing is torn out of what was not understood as a whole.
    let ended = cat(&format!("-t c/bad -C 1 {csv} {local}")).code(1).tells("1 column, not 2");
    assert_eq!(ended.stdout(), "");
    assert!(cat("-t s/pack -C 1 --from senml").stdout().contains("\"device\":\"dx\",\"value\":2"));
    assert_eq!(cat("-t n/w -C 1 --no-topic --null NaN").stdout(), "{\"t\":null}\n{\"t\":1}\n");
}

/// A name that is said once may be in each record: what comes of it is bounded, in a record and in a message.
#[test]
fn what_multiplies_is_bounded() {
    let work = Work::new();
    let name = "n".repeat(900);
    let csv = format!("{name},b\n1,2\n1,{}\n3,4\n", "x".repeat(200));
    let ended =
        work.kymo("validate --from csv --max-record 1KiB").stdin(csv).end().code(1).tells("longer than --max-record");
    assert_eq!(ended.stdout().lines().count(), 2);
    let Some(broker) = Broker::start("") else { return };
    let mut sender = Sender::connect(broker.port);
    let pack = format!("[{{\"bn\":\"{}\",\"bt\":1.7e9}}{}]", "n".repeat(100_000), ",{\"v\":1}".repeat(1_000));
    sender.retain("s/pack", pack);
    sender.retain("s/zip", "\u{1f}\u{8b}");
    let cat = |topic: &str| work.kymo(&format!("mqtt-cat {} -W 5s -t {topic} -C 1 --from senml", broker.url())).end();
    assert_eq!(cat("s/pack").code(1).tells("its records take more than 16 MiB").stdout(), "");
    cat("s/zip").code(1);
}

/// K71: what is around a message, in it several times, or compressed.
#[test]
fn lines_ends_of_texts_and_compressed_messages() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    let packed = |gzip: bool, bytes: &[u8]| {
        let level = Compression::default();
        let mut to = Vec::new();
        let length = match gzip {
            true => GzEncoder::new(bytes, level).read_to_end(&mut to),
            false => ZlibEncoder::new(bytes, level).read_to_end(&mut to),
        };
        length.expect("bytes");
        to
    };
    let whole = packed(true, b"{\"v\":7}");
    for (topic, payload) in [
        ("p/lines", b"{\"v\":1}\r\n\r\n{\"v\":2}\n".to_vec()),
        ("p/nul", b"{\"v\":3}\r\n\0\0".to_vec()),
        ("p/torn", b"{\"v\":4}\n{\"v\":".to_vec()),
        ("p/gzip", packed(true, b"{\"v\":5}")),
        ("p/zlib", packed(false, b"[{\"v\":6}]")),
        ("p/half", whole[..whole.len() - 9].to_vec()),
        ("p/bomb", packed(true, &vec![b' '; 20 << 20])),
        ("p/list", b" [1, {\"a\":\"b\"}]".to_vec()),
    ] {
        sender.retain(topic, payload);
    }
    let cat = |topic: &str, flags: &str| {
        work.kymo(&format!("mqtt-cat {} -t p/{topic} -C 1 -W 20s --no-topic {flags}", broker.url())).end()
    };
    assert_eq!(cat("lines", "").stdout(), "{\"v\":1}\n{\"v\":2}\n");
    assert_eq!(cat("nul", "").stdout(), "{\"v\":3}\n");
    assert_eq!(cat("torn", "").code(1).tells("more after the end of the value at byte 9").stdout(), "");
    assert_eq!(cat("gzip", "--inflate").stdout(), "{\"v\":5}\n");
    assert_eq!(cat("zlib", "--inflate").stdout(), "{\"v\":6}\n");
    assert_eq!(cat("gzip", "").code(1).stdout(), "");
    assert_eq!(cat("half", "--inflate").code(1).tells("its compressed bytes are damaged").stdout(), "");
    assert_eq!(cat("bomb", "--inflate").code(1).tells("it unpacks to more than 16 MiB").stdout(), "");
    assert_eq!(cat("lines", "--inflate").stdout(), "{\"v\":1}\n{\"v\":2}\n");
    assert_eq!(cat("list", "--whole").stdout(), "{\"message\":[1, {\"a\":\"b\"}]}\n");
    assert_eq!(cat("lines", "--whole").stdout(), "{\"v\":1}\n{\"v\":2}\n");
    for flags in ["--whole --from csv", "--whole --flatten", "--whole --null NaN"] {
        cat("list", flags).code(2).tells("--whole");
    }
}

#[test]
fn frames_of_bytes_become_text_of_them() {
    let work = Work::new();
    let frames = vec![Message::Binary(vec![0, 255, 16].into()), text("{\"v\":1}\n{\"v\":2}"), text("[{\"v\":3}]")];
    let server = Server::sending(frames, 1000);
    let cat = |flags: &str| work.kymo(&format!("wss-cat {} -C 4 {flags}", server.url())).ok();
    let rest = "{\"v\":1}\n{\"v\":2}\n{\"v\":3}\n";
    assert_eq!(cat("--binary base64"), format!("{{\"base64\":\"AP8Q\"}}\n{rest}"));
    assert_eq!(cat("--binary hex"), format!("{{\"hex\":\"00ff10\"}}\n{rest}"));
    let ended = work.kymo(&format!("wss-cat {} -C 3 --whole --binary utf8", server.url())).end().code(1);
    assert_eq!(ended.stdout(), "{\"v\":1}\n{\"v\":2}\n{\"message\":[{\"v\":3}]}\n");
}
