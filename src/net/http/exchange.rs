//! The one exchange that a WebSocket or a proxy begins with.

use super::response::Head;
use crate::net::stream::Stream;
use crate::net::wait::{Wait, unreachable};
use crate::reading::error::Result;
use rustix::event::PollFlags;
use std::time::Instant;

/// A longer head is no head.
const MOST_BYTES: usize = 64 << 10;

/// Sends a request and reads the head of the answer; the bytes that came after it are given back.
pub(crate) fn exchange(
    stream: &mut Stream,
    mut request: Vec<u8>,
    wait: Wait<'_>,
    by: Instant,
) -> Result<(Head, Vec<u8>)> {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        stream.send(&mut request).map_err(|e| unreachable("send the request").because(e))?;
        match stream.read(&mut buffer) {
            Ok(0) => return Err(unreachable("the server closed the connection before it answered")),
            Ok(n) => {
                answer.extend_from_slice(&buffer[..n]);
                if let Some((head, length)) = Head::parse(&answer)? {
                    return Ok((head, answer.split_off(length)));
                }
                if answer.len() > MOST_BYTES {
                    return Err(unreachable("the server's answer has no end"));
                }
            }
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {
                wait.need(&*stream, stream.interest(&request) | PollFlags::IN, by)?;
            }
            Err(e) => return Err(unreachable("read the answer").because(e)),
        }
    }
}
