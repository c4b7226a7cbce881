//! A server with ThingsBoard's rules: it acknowledges what is in its hands, closes the connection on a limit, on a payload that
//! is too large and on one that it cannot read, and acknowledges and forgets what goes to a topic that it does not know.

use serde_json::Value;
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Acknowledge,
    /// It is taken, and the connection ends before that is said.
    CloseAfter,
    CloseBefore,
    /// It is refused with this reason of MQTT 5.
    Refuse(u8),
}

/// What the server has, and has seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// By device, in the order of arrival; the device API's is the empty name.
    pub(crate) entries: HashMap<String, Vec<(i64, Value)>>,
    pub(crate) connections: u64,
    /// Connections that ended because of a limit.
    pub(crate) limited: u64,
    /// Messages to topics that it does not know.
    pub(crate) forgotten: u64,
}

/// A bucket of tokens that fills up by itself.
struct Bucket {
    most: f64,
    per_second: f64,
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn take(&mut self, count: f64) -> bool {
        let now = Instant::now();
        self.tokens = (self.tokens + now.duration_since(self.at).as_secs_f64() * self.per_second).min(self.most);
        self.at = now;
        self.tokens -= count;
        self.tokens >= 0.0
    }
}

/// Count and seconds.
pub(crate) type Limit = (u32, u32);

type Decide = dyn Fn(u64, &str) -> Then + Send + Sync;

pub(crate) struct Contract {
    pub(crate) port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Contract {
    /// `then` decides by the number of the message and its payload.
    pub(crate) fn start(
        messages: &[Limit],
        points: &[Limit],
        then: impl Fn(u64, &str) -> Then + Send + Sync + 'static,
    ) -> Contract {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let buckets = |limits: &[Limit]| {
            let bucket = |&(count, seconds): &Limit| {
                let most = f64::from(count);
                Bucket { most, per_second: most / f64::from(seconds), tokens: most, at: Instant::now() }
            };
            limits.iter().map(bucket).collect::<Vec<_>>()
        };
        let limits = Arc::new(Mutex::new((buckets(messages), buckets(points), 0_u64)));
        let (kept, then): (_, Arc<Decide>) = (Arc::clone(&seen), Arc::new(then));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, limits, then) = (Arc::clone(&kept), Arc::clone(&limits), Arc::clone(&then));
                std::thread::spawn(move || {
                    let _ = stream.set_nodelay(true);
                    let mut session = Session { stream, level: 4 };
                    while let Some((kind, body)) = session.packet() {
                        let goes_on = match kind >> 4 {
                            1 => {
                                kept.lock().expect("no panic").connections += 1;
                                session.welcome(&body)
                            }
                            3 => {
                                let (topic, id, payload) = session.message(kind, &body);
                                let count = points_of(&payload);
                                let number = {
                                    let mut limits = limits.lock().expect("no panic");
                                    let (messages, points, _) = &mut *limits;
                                    // Each bucket counts it.
                                    let mut free = true;
                                    messages.iter_mut().for_each(|bucket| free &= bucket.take(1.0));
                                    points.iter_mut().for_each(|bucket| free &= bucket.take(count));
                                    if !free {
                                        kept.lock().expect("no panic").limited += 1;
                                        return;
                                    }
                                    limits.2 += 1;
                                    limits.2 - 1
                                };
                                let then = then(number, &payload);
                                if let Then::Refuse(reason) = then {
                                    if !session.send(&[0x40, 3, (id >> 8) as u8, id as u8, reason]) {
                                        return;
                                    }
                                    continue;
                                }
                                then != Then::CloseBefore
                                    && kept.lock().expect("no panic").take(&topic, &payload)
                                    && then == Then::Acknowledge
                                    && session.send(&[0x40, 2, (id >> 8) as u8, id as u8])
                            }
                            12 => session.send(&[0xd0, 0]),
                            14 => false,
                            _ => true,
                        };
                        if !goes_on {
                            return;
                        }
                    }
                });
            }
        });
        Contract { port, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no panic")
    }
}

/// How many values a payload has.
fn points_of(payload: &str) -> f64 {
    let values = |entry: &Value| entry["values"].as_object().map_or(0, |values| values.len());
    match serde_json::from_str::<Value>(payload) {
        Ok(Value::Object(object)) if object.contains_key("values") => values(&Value::Object(object)) as f64,
        Ok(Value::Object(object)) => {
            object.values().filter_map(Value::as_array).flatten().map(values).sum::<usize>() as f64
        }
        _ => 0.0,
    }
}

impl Seen {
    /// False: the connection ends.
    fn take(&mut self, topic: &str, payload: &str) -> bool {
        if payload.len() > 65_536 {
            return false;
        }
        let Ok(payload) = serde_json::from_str::<Value>(payload) else { return false };
        let mut keep = |device: &str, entry: &Value| {
            let Some(time) = entry["ts"].as_i64().filter(|_| entry["values"].is_object()) else { return false };
            self.entries.entry(device.to_owned()).or_default().push((time, entry["values"].clone()));
            true
        };
        match topic {
            "v1/devices/me/telemetry" => keep("", &payload),
            "v1/gateway/telemetry" => {
                let Some(devices) = payload.as_object() else { return false };
                devices.iter().all(|(device, entries)| {
                    entries.as_array().is_some_and(|entries| entries.iter().all(|entry| keep(device, entry)))
                })
            }
            _ => {
                self.forgotten += 1;
                true
            }
        }
    }
}

struct Session {
    stream: TcpStream,
    level: u8,
}

impl Session {
    fn packet(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut byte = [0];
        self.stream.read_exact(&mut byte).ok()?;
        let kind = byte[0];
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            self.stream.read_exact(&mut byte).ok()?;
            length |= usize::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] < 0x80 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).ok()?;
        Some((kind, body))
    }

    fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    fn welcome(&mut self, body: &[u8]) -> bool {
        self.level = body[6];
        if self.level == 5 { self.send(&[0x20, 3, 0, 0, 0]) } else { self.send(&[0x20, 2, 0, 0]) }
    }

    fn message(&self, kind: u8, body: &[u8]) -> (String, u16, String) {
        assert_eq!(kind >> 1 & 3, 1, "QoS 1");
        let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
        let topic = String::from_utf8(body[2..2 + length].to_vec()).expect("a topic");
        let rest = &body[2 + length..];
        let id = u16::from_be_bytes([rest[0], rest[1]]);
        // Of version 5: no properties.
        let payload = &rest[if self.level == 5 { 3 } else { 2 }..];
        (topic, id, String::from_utf8_lossy(payload).into_owned())
    }
}
