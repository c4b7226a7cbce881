//! Other ways in than TCP in the clear: TLS, a socket in the file system, datagrams, sockets that are handed over.

use super::client::{listening, start};
use super::{await_rejects, reasons};
use crate::harness::programs::needs;
use crate::harness::{PATIENCE, Work, binary, free_port, until};
use crate::wss_cat::server::Authority;
use rustix::fd::OwnedFd;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::Arc;

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// A client that trusts this authority; `own`: it shows a certificate of that one.
fn client(address: &str, authority: &Authority, own: Option<&Authority>) -> Tls {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let (cert, key) = authority.issue("meter");
            let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
            builder.with_client_auth_cert(vec![cert.der().clone()], key).expect("a configuration")
        }
    };
    let name = ServerName::try_from("localhost").expect("a name");
    let session = ClientConnection::new(Arc::new(config), name).expect("a session");
    let socket = TcpStream::connect(address).expect("a connection");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    StreamOwned::new(session, socket)
}

#[test]
fn tls() {
    let work = Work::new();
    let (authority, other) = (Authority::new("one"), Authority::new("another"));
    let (cert, key) = authority.issue("localhost");
    work.file("cert", cert.pem());
    work.file("key", key.serialize_pem());
    work.file("ca", &authority.pem);
    let own = "--tls-cert cert --tls-key key";
    let server = start(&work, &format!("tcp-listen localhost:0 {own} --rejects r --log-level info"));
    let mut one = client(&server.address, &authority, None);
    // More than a TLS record, and than one turn takes, in one go.
    let many: String = (0..20_000).map(|n| format!("{{\"n\":{n},\"filling\":\"xxxxxxxxxxxxxxxx\"}}\n")).collect();
    one.write_all(many.as_bytes()).expect("sent");
    for line in many.lines() {
        assert_eq!(server.run.line(), line);
    }
    one.write_all(b"{\"last\":1}").expect("sent");
    one.conn.send_close_notify();
    one.flush().expect("sent");
    assert_eq!(server.run.line(), "{\"last\":1}");
    server.run.told("after 20001 lines: closed");
    drop(one);
    // Anybody on the way can cut a connection off; only TLS' own word for the end is the client's.
    let mut cut = client(&server.address, &authority, None);
    cut.write_all(b"{\"n\":1}\n{\"n\":2}").expect("sent");
    drop(cut);
    assert_eq!(server.run.line(), "{\"n\":1}");
    server.run.told("disconnected");
    await_rejects(&work, "r", 1);
    assert_eq!(reasons(&work, "r"), [("its end is missing: cut off".to_owned(), "{\"n\":2}".to_owned())]);
    // Who speaks no TLS is told of, and harms nobody.
    let mut plain = TcpStream::connect(&server.address).expect("a connection");
    plain.write_all(b"{\"n\":1}\n").expect("sent");
    server.run.told("no TLS with 127.0.0.1:");
    let mut rest = Vec::new();
    assert!(plain.read_to_end(&mut rest).is_ok() && rest.first() == Some(&21), "a TLS alert");

    let server = start(&work, &format!("run 'tcp-listen 127.0.0.1:0 {own} --client-ca ca --reply | store db'"));
    let mut known = client(&server.address, &authority, Some(&authority));
    known.write_all(b"{\"time\":1}\n{\"time\":2}\n").expect("sent");
    let mut answers = BufReader::new(&mut known);
    let mut answer = String::new();
    while !answer.ends_with("{\"ack\":2}\n") {
        assert_ne!(answers.read_line(&mut answer).expect("an answer"), 0, "{answer}");
    }
    for stranger in [None, Some(&other)] {
        let mut unknown = client(&server.address, &authority, stranger);
        // The handshake of TLS 1.3 is over for the client before the server has looked at its certificate.
        let refused = unknown.write_all(b"{\"time\":3}\n").and_then(|()| unknown.read(&mut [0; 10]));
        assert!(refused.is_err(), "{refused:?}");
    }
    server.run.told("no TLS with 127.0.0.1:");
    drop(known);
    assert_eq!(server.end().2, Some(0));
    assert_eq!(work.kymo("query db").ok().lines().count(), 2);

    work.file("bad", "no certificate");
    for (words, told) in [
        ("--tls-cert bad --tls-key key", "bad holds no certificate"),
        ("--tls-cert cert --tls-key bad", "read key file bad"),
        ("--tls-cert ca --tls-key key", "use --tls-cert ca"),
        ("--tls-cert cert --tls-key key --client-ca bad", "bad holds no certificate"),
        ("--tls-cert cert --tls-key key --client-ca none", "read certificate file none"),
    ] {
        work.kymo(&format!("tcp-listen :0 {words}")).end().code(2).tells(told);
    }
    work.kymo("tcp-listen udp::0 --tls-cert cert --tls-key key").end().code(2).tells("which --tls-cert needs");
}

#[test]
fn a_socket_in_the_file_system() {
    let work = Work::new();
    let path = work.path("meters");
    let words = "tcp-listen unix:meters --envelope --allow 10.0.0.0/8 --max-per-ip 1";
    let server = start(&work, words);
    assert_eq!(server.address, "unix:meters");
    for n in 1..3 {
        let mut client = UnixStream::connect(&path).expect("a listener");
        client.write_all(b"{\"n\":1}").expect("sent");
        drop(client);
        let peer = format!("{{\"n\":1,\"peer\":\"unix:{n}\",");
        assert!(server.run.line().starts_with(&peer));
    }
    work.kymo(words).end().code(75).tells("listen on unix:meters: Address already in use");
    assert_eq!(server.end().2, Some(0));
    assert!(!path.exists(), "its file goes with it");
    // One that was left by a kill is replaced; what is no socket is not touched.
    drop(start(&work, words));
    assert!(path.exists());
    assert_eq!(start(&work, words).end().2, Some(0));
    work.file("meters", "precious");
    work.kymo(words).end().code(75).tells("Address already in use");
    assert_eq!(work.read("meters"), "precious");
    work.kymo("tcp-listen unix:none/here").end().code(74).tells("listen on unix:none/here");
}

#[test]
fn datagrams() {
    let work = Work::new();
    let server = start(&work, "tcp-listen udp:127.0.0.1:0 --rejects r --max-line 100 --summary");
    let address = server.address.strip_prefix("udp:").expect("an address").to_owned();
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let send = |text: &str| socket.send_to(text.as_bytes(), &address).expect("sent");
    send("{\"n\":1}");
    send("{\"n\":2}\n{\"n\":3}\r\n\n{\"n\":4}");
    send("half a");
    send(" line\n");
    send(&"x".repeat(60_000));
    send("");
    send("{\"n\":5}\n");
    for n in 1..=5 {
        assert_eq!(server.run.line(), format!("{{\"n\":{n}}}"));
    }
    let (out, told, code) = server.end();
    assert_eq!((out.as_str(), code), ("", Some(1)));
    assert!(told.contains("\"rejected\":3"), "{told}");
    let found = reasons(&work, "r");
    assert_eq!((found[0].1.as_str(), found[1].1.as_str()), ("half a", " line"));
    assert_eq!(found[2..].iter().map(|(_, raw)| raw.len()).sum::<usize>(), 60_000);

    let server = start(&work, "tcp-listen udp:127.0.0.1:0 --allow 10.0.0.0/8");
    let address = server.address.strip_prefix("udp:").expect("an address").to_owned();
    socket.send_to(b"{\"n\":1}", &address).expect("sent");
    server.run.told("refuse 127.0.0.1:");
    assert_eq!(server.end().0, "");

    let server = start(&work, "tcp-listen udp:127.0.0.1:0 --tsv device,value -C 2");
    let address = server.address.strip_prefix("udp:").expect("an address").to_owned();
    socket.send_to(b"a\t1\nb\t2\nc\t3", &address).expect("sent");
    assert_eq!(server.run.end().0, "{\"device\":\"a\",\"value\":1}\n{\"device\":\"b\",\"value\":2}\n");
}

/// A service manager hands over its sockets from number 3 on, and says to whom.
#[test]
fn sockets_that_are_handed_over() {
    let work = Work::new();
    let hand_over = |socket: OwnedFd, words: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"", "-"]);
        command.arg(binary()).args(words.split(' ')).current_dir(work.path(""));
        command.stdin(Stdio::from(socket)).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("a child")
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let address = listener.local_addr().expect("an address");
    // This client comes before the program is there.
    let mut early = TcpStream::connect(address).expect("a connection");
    early.write_all(b"{\"n\":1}\n").expect("sent");
    let output = hand_over(listener.into(), "tcp-listen systemd -C 1").wait_with_output().expect("an output");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{\"n\":1}\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("kymo: tcp-listen: listening on {address}\n"));

    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    UdpSocket::bind("127.0.0.1:0")
        .expect("a socket")
        .send_to(b"{\"n\":2}", socket.local_addr().expect("an address"))
        .expect("sent");
    let output = hand_over(socket.try_clone().expect("a socket").into(), "tcp-listen systemd -C 1").wait_with_output();
    assert_eq!(String::from_utf8_lossy(&output.expect("an output").stdout), "{\"n\":2}\n");
    let output = hand_over(socket.into(), "tcp-listen systemd --reply").wait_with_output().expect("an output");
    assert!(String::from_utf8_lossy(&output.stderr).contains("has no connections, which --reply and TLS need"));
    assert_eq!(output.status.code(), Some(2));

    let other = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let client = TcpStream::connect(other.local_addr().expect("an address")).expect("a connection");
    let output = hand_over(client.into(), "tcp-listen systemd").wait_with_output().expect("an output");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("systemd: use socket 3: neither a listening stream socket")
    );
    assert_eq!(output.status.code(), Some(2));
    // Those of another process are not ours.
    work.kymo("tcp-listen systemd")
        .env("LISTEN_PID", "1")
        .env("LISTEN_FDS", "1")
        .end()
        .code(2)
        .tells("no socket was handed over");

    if !needs("systemd-socket-activate") {
        return;
    }
    let port = format!("127.0.0.1:{}", free_port());
    let run = work.shell(&format!("exec systemd-socket-activate -l {port} kymo tcp-listen systemd -C 1")).start();
    let mut client = None;
    until("a listener", || {
        client = TcpStream::connect(&port).ok();
        client.is_some()
    });
    client.expect("a connection").write_all(b"{\"n\":3}\n").expect("sent");
    assert_eq!(listening(&run), port);
    assert_eq!(run.end().0, "{\"n\":3}\n");
}

/// K49: who may write to a socket in the file system is said, not left to the umask.
#[test]
fn a_socket_has_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let work = Work::new();
    let path = work.path("s");
    for (flag, mode) in [("--mode 600", 0o600), ("--mode 660", 0o660), ("", 0o777)] {
        let words = format!("umask 000; exec kymo tcp-listen unix:{} {flag}", path.display());
        let run = work.shell(&words).start();
        run.told("listening on unix:");
        assert_eq!(std::fs::metadata(&path).expect("a socket").permissions().mode() & 0o777, mode, "{flag}");
        run.signal(rustix::process::Signal::TERM);
        run.end();
    }
    work.kymo("tcp-listen :0 --mode 600").end().code(2).tells("--mode is for unix:PATH");
    work.kymo("tcp-listen unix:x --mode 888").end().code(2).tells("three octal digits");
}
