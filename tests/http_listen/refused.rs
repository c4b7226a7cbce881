//! Who is not let in, what is no request, and what is too much.

use super::client::{Answer, Client, listen};
use crate::harness::Work;
use crate::wss_cat::server::Authority;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

#[test]
fn tokens() {
    let work = Work::new();
    work.file("tokens", "one\n\ntwo \n");
    let server = listen(&work, "http-listen 127.0.0.1:0 --token-file tokens");
    let status = |head: &str| Client::connect(&server.address).ask("POST", "/", head, "{}").status;
    for head in ["Authorization: Bearer one\r\n", "authorization: bearer two\r\n"] {
        assert_eq!(status(head), 200);
    }
    for head in ["", "Authorization: Bearer on\r\n", "Authorization: Bearer\r\n", "Authorization: Basic one\r\n"] {
        assert_eq!(status(head), 401, "{head}");
    }
    let answer = Client::connect(&server.address).post("{}");
    assert!(answer.head.contains("WWW-Authenticate: Bearer"), "{answer:?}");
    assert_eq!(Client::connect(&server.address).ask("GET", "/healthz", "", "").status, 200);
    // It is read again.
    work.file("tokens", "three");
    assert_eq!((status("Authorization: Bearer one\r\n"), status("Authorization: Bearer three\r\n")), (401, 200));
    std::fs::remove_file(work.path("tokens")).expect("a file");
    assert_eq!(status("Authorization: Bearer three\r\n"), 503);
    work.file("tokens", "three");
    assert_eq!(status("Authorization: Bearer three\r\n"), 200);
    let (_, told, code) = server.end();
    assert_eq!(code, Some(0));
    assert!(!told.contains("three"), "{told}");
    work.kymo("http-listen 127.0.0.1:0 --token-file none").end().code(74).tells("none");
}

/// A page in a browser must not write here.
#[test]
fn pages_and_names() {
    let work = Work::new();
    let server = listen(&work, "http-listen 127.0.0.1:0 --allow-origin https://lab --allow-host kymo.lab");
    let ask = |method: &str, head: &str| {
        let mut client = Client::connect(&server.address);
        client.send(format!("{method} / HTTP/1.1\r\n{head}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"));
        client.answer()
    };
    assert_eq!(ask("POST", "Host: kymo.lab\r\n").status, 200);
    assert_eq!(ask("POST", "Host: [::1]:80\r\n").status, 200);
    assert_eq!(ask("POST", "Host: evil\r\n").status, 403);
    assert_eq!(ask("POST", "Host: localhost\r\nOrigin: https://evil\r\n").status, 403);
    assert_eq!(ask("POST", "Host: localhost\r\nOrigin: null\r\n").status, 403);
    assert_eq!(ask("POST", "Host: localhost\r\nOrigin: http://localhost\r\n").status, 403);
    let answer = ask("POST", "Host: localhost\r\nOrigin: https://lab\r\n");
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("Access-Control-Allow-Origin: https://lab\r\n"), "{answer:?}");
    let before = ask("OPTIONS", "Origin: https://lab\r\nAccess-Control-Request-Method: POST\r\n");
    assert_eq!(before.status, 204);
    assert!(before.head.contains("Allow-Methods: POST, PUT"), "{before:?}");
    assert_eq!(server.end().2, Some(0));
    let server = listen(&work, "http-listen 127.0.0.1:0 --allow-origin '*' --allow-host '*' -C 1");
    let mut client = Client::connect(&server.address);
    client.send("POST / HTTP/1.1\r\nHost: any\r\nOrigin: https://any\r\nContent-Length: 2\r\n\r\n{}");
    assert_eq!(client.answer().status, 200);
    assert_eq!(server.run.end().2.code(), Some(0));
}

#[test]
fn who_may_connect() {
    let work = Work::new();
    let server = listen(&work, "http-listen 127.0.0.1:0 --max-clients 2 --max-per-ip 2");
    let (mut busy, mut idle) = (Client::connect(&server.address), Client::connect(&server.address));
    assert_eq!(idle.post("{}").status, 200);
    busy.send("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{");
    // Who sends nothing makes room.
    assert_eq!(Client::connect(&server.address).post("{}").status, 200);
    assert!(idle.is_left());
    busy.send("}");
    assert_eq!(busy.answer().status, 200);
    assert_eq!(server.end().2, Some(0));
    let server = listen(&work, "http-listen 127.0.0.1:0 --max-per-ip 1");
    let _first = Client::connect(&server.address);
    let mut second = Client::connect(&server.address);
    let answer = second.answer();
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("--max-per-ip"), "{answer:?}");
    assert_eq!(server.end().2, Some(0));
    let server = listen(&work, "http-listen 127.0.0.1:0 --allow 10.0.0.0/8");
    assert!(Client::connect(&server.address).is_left());
    assert_eq!(server.end().2, Some(0));
}

#[test]
fn what_is_no_request_and_what_is_too_much() {
    let work = Work::new();
    let server = listen(&work, "http-listen 127.0.0.1:0 --max-body 1KiB --timeout 20s");
    let post = "POST / HTTP/1.1\r\n";
    let long = "x".repeat(20_000);
    for (request, status) in [
        ("nonsense\r\n\r\n".to_owned(), 400),
        ("{\"a\":1}\n{\"a\":2}\n".to_owned(), 400),
        ("POST / HTTP/2.0\r\n\r\n".to_owned(), 505),
        (format!("{post}A: {long}\r\n\r\n"), 431),
        (format!("{post}\r\n"), 411),
        (format!("{post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{{}}"), 400),
        (format!("{post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"), 400),
        (format!("{post}Content-Length: +2\r\n\r\n{{}}"), 400),
        (format!("{post}Content-Length: 99999999999999999999\r\n\r\n"), 413),
        (format!("{post}Content-Length: 1025\r\n\r\n"), 413),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\n401\r\n{}\r\n", "x".repeat(1025)), 413),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\nx"), 400),
        (format!("{post}Transfer-Encoding: gzip, chunked\r\n\r\n"), 501),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(), 400),
        (format!("{post}Host: localhost\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}"), 400),
        (format!("{post}Expect: tea\r\nContent-Length: 2\r\n\r\n{{}}"), 417),
        (format!("{post}Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{{}}"), 415),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), 405),
        ("DELETE / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), 405),
        ("POST /healthz HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}".to_owned(), 405),
    ] {
        let mut client = Client::connect(&server.address);
        client.send(&request);
        let answer = client.answer();
        assert_eq!(answer.status, status, "{}: {answer:?}", &request[..request.len().min(200)]);
        assert!(answer.head.contains("Connection: close"), "{answer:?}");
        assert!(client.is_left());
    }
    assert_eq!(Client::connect(&server.address).post("{}").status, 200);
    assert_eq!(server.end().2, Some(0));
    // Slow ones are left, and hold nobody up.
    let server = listen(&work, "http-listen 127.0.0.1:0 --timeout 500ms --max-body 100KiB --max-memory 150KiB");
    let (mut slow, mut silent) = (Client::connect(&server.address), Client::connect(&server.address));
    slow.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n{");
    assert_eq!(Client::connect(&server.address).post("{}").status, 200);
    assert_eq!(slow.answer().status, 408);
    assert!(silent.is_left());
    // Nor do those that would fill the memory.
    let mut large: Vec<Client> = (0..5).map(|_| Client::connect(&server.address)).collect();
    for client in &mut large {
        client.send(format!("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n{}", "x".repeat(60_000)));
    }
    let refused = large.iter_mut().map(Client::answer).filter(|answer| answer.status == 503).count();
    assert!(refused > 0, "{refused}");
    assert_eq!(server.end().2, Some(0));
}

/// A name that it has once may be in each record: the answer says that the rest was not taken.
#[test]
fn a_small_body_does_not_become_a_large_one() {
    let work = Work::new();
    let server = listen(&work, "http-listen 127.0.0.1:0 --rejects r");
    let body = format!("{}\n{}", "n".repeat(50_000), "1\n".repeat(2000));
    let answer = Client::connect(&server.address).ask("POST", "/", "Content-Type: text/csv\r\n", body);
    assert_eq!(answer.status, 413);
    let accepted = answer.json()["accepted"].as_u64().expect("a number");
    assert!((1..1000).contains(&accepted), "{accepted}");
    server.end();
}

#[test]
fn tls() {
    let work = Work::new();
    let authority = Authority::new("one");
    let (cert, key) = authority.issue("localhost");
    work.file("cert", cert.pem());
    work.file("key", key.serialize_pem());
    work.file("ca", &authority.pem);
    let server = listen(&work, "http-listen localhost:0 --tls-cert cert --tls-key key -C 1");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let session = ClientConnection::new(Arc::new(config), name).expect("a session");
    let mut stream = StreamOwned::new(session, TcpStream::connect(&server.address).expect("a connection"));
    stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}").expect("sent");
    assert_eq!(Answer::read(&mut BufReader::new(stream), true).expect("an answer").status, 200);
    assert_eq!(server.run.end().0, "{\"a\":1}\n");
    let server = listen(&work, "http-listen 127.0.0.1:0 --tls-cert cert --tls-key key --client-ca ca");
    let mut plain = Client::connect(&server.address);
    plain.send("POST / HTTP/1.1\r\n\r\n");
    plain.is_left();
    server.run.told("no TLS with");
    assert_eq!(server.end().2, Some(0));
}

#[test]
fn wrong_words() {
    let work = Work::new();
    for (words, why) in [
        ("udp::0", "has no connections"),
        (":0 --max-body 2MiB --max-memory 1MiB", "--max-memory must be at least"),
        (":0 --max-body 0", "--max-body"),
        (":0 --timeout 0s", "--timeout"),
        (":0 --path in/{device}", "a path begins with /"),
        (":0 --path /{a}/{a}", "two values go into the field a"),
        (":0 --path /{peer} --envelope", "two values go into the field peer"),
        (":0 --columns a,b", "--columns needs --from"),
        (":0 --tls-cert c", "--tls-key"),
    ] {
        work.kymo(&format!("http-listen {words}")).end().code(2).tells(why);
    }
    // Whoever listens for all is told who may write.
    let server = listen(&work, "http-listen 0.0.0.0:0 -W 100ms");
    server.run.told("everybody who reaches this address can write");
    assert_eq!(server.run.end().2.code(), Some(0));
    let server = listen(
        &work,
        "http-listen 127.0.0.1:0 --tz Europe/Berlin --time-format '%d.%m.%Y %H:%M' --time t -C 1 --fold later",
    );
    assert_eq!(Client::connect(&server.address).post("{\"t\":\"01.07.2026 12:00\"}").status, 200);
    assert_eq!(server.run.end().0, "{\"t\":\"2026-07-01T10:00:00Z\"}\n");
}
