//! Pages and programs that should not be there.

use super::*;

/// K45: a page whose name was made to mean this machine (DNS rebinding) is not answered.
#[test]
fn on_loopback_only_its_own_names_are_answered() {
    let work = Work::new();
    let ws = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let evil = "Host: evil.example\r\nOrigin: http://evil.example\r\n";
    let server = start(&work, "serve 127.0.0.1:0");
    for request in [
        format!("GET /ws HTTP/1.1\r\n{evil}{ws}\r\n"),
        format!("GET /healthz HTTP/1.1\r\n{evil}\r\n"),
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n".to_owned(),
        "GET /healthz HTTP/1.1\r\nHost: \r\n\r\n".to_owned(),
    ] {
        let answer = server.answer(&request);
        assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n") && answer.contains("--allow-host"), "{answer}");
    }
    for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.0.0.2", "[::1]", "[::1]:9"] {
        let answer = server.answer(&format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{host}: {answer}");
    }
    // Each Origin counts, not only the first.
    let origins = format!("Host: {0}\r\nOrigin: http://{0}\r\nOrigin: http://evil.example\r\n", server.address);
    let answer = server.answer(&format!("GET /ws HTTP/1.1\r\n{origins}{ws}\r\n"));
    assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{answer}");

    let server = start(&work, "serve 127.0.0.1:0 --allow-host Proxy.example --allow-host x.example:81");
    for (host, status) in [("proxy.example", 200), ("proxy.example:80", 200), ("x.example:81", 200), ("x.example", 403)]
    {
        let answer = server.answer(&format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
    // Elsewhere any name is right, unless some are named.
    for (words, status) in
        [("0.0.0.0:0", 200), ("127.0.0.1:0 --allow-host '*'", 200), ("0.0.0.0:0 --allow-host a", 403)]
    {
        let mut server = start(&work, &format!("serve {words}"));
        server.address = server.address.replace("0.0.0.0", "127.0.0.1");
        let answer = server.answer("GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{words}: {answer}");
    }
}

/// K43: half requests, however many, shut nobody out.
#[test]
fn half_requests_shut_nobody_out() {
    let work = Work::new();
    let server = start(&work, "serve 127.0.0.1:0 --max-clients 5");
    let half: Vec<TcpStream> = (0..500)
        .map(|_| {
            let mut socket = server.socket();
            let _ = socket.write_all(b"GET /healthz HTTP/1.1\r\nHost:");
            socket
        })
        .collect();
    assert_eq!(server.health()["clients"], 0);
    let _client = server.client();
    assert_eq!(server.health()["clients"], 1);
    drop(half);
}
