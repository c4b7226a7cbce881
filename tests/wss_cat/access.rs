//! Who is trusted, who is let in, and by which way.

use super::*;

#[test]
fn whom_tls_trusts() {
    if !needs("ca-certificates.crt") {
        return;
    }
    let (authority, other) = (Authority::new("one"), Authority::new("another"));
    let work = Work::new();
    work.file("ca.pem", &authority.pem);
    work.file("other.pem", &other.pem);
    let (cert, key) = authority.issue("client");
    work.file("cert.pem", cert.pem());
    work.file("key.pem", key.serialize_pem());
    work.file("empty.pem", "");
    let serving = |config| {
        Server::start(move |_, stream| {
            if let Ok(mut socket) = tungstenite::accept(tls(&config, stream)) {
                let _ = socket.send(text("{\"n\":1}"));
                close(&mut socket, 1000);
            }
        })
    };
    let open = serving(authority.server("localhost", false));
    let url = format!("wss-cat --once --retries 0 wss://localhost:{}/", open.port);
    assert_eq!(work.kymo(&format!("{url} --ca-file ca.pem")).ok(), "{\"n\":1}\n");
    work.kymo(&format!("{url} --ca-file other.pem")).end().code(69).tells("UnknownIssuer");
    work.kymo(&url).end().code(69).tells("invalid peer certificate");
    let by_number = format!("wss-cat --once --retries 0 wss://127.0.0.1:{}/ --ca-file ca.pem", open.port);
    work.kymo(&by_number).end().code(69).tells("not valid for name");
    let ended = work.kymo(&format!("{url} --insecure")).end().code(0).tells("without checking who it is (--insecure)");
    assert_eq!(ended.stdout(), "{\"n\":1}\n");
    let closed = serving(authority.server("localhost", true));
    let url = format!("wss-cat --once --retries 0 wss://localhost:{}/ --ca-file ca.pem", closed.port);
    assert_eq!(work.kymo(&format!("{url} --cert cert.pem --key key.pem")).ok(), "{\"n\":1}\n");
    work.kymo(&url).end().code(69).tells("CertificateRequired");
    // A server that is its own authority: only its own certificate, and only for its name.
    let (config, pem) = Authority::alone("localhost");
    work.file("alone.pem", pem);
    let alone = serving(config);
    let url = |host: &str| format!("wss-cat --once --retries 0 wss://{host}:{}/ --ca-file", alone.port);
    assert_eq!(work.kymo(&format!("{} alone.pem", url("localhost"))).ok(), "{\"n\":1}\n");
    work.kymo(&format!("{} ca.pem", url("localhost"))).end().code(69).tells("CaUsedAsEndEntity");
    work.kymo(&format!("{} alone.pem", url("127.0.0.1"))).end().code(69).tells("not valid for name");
    // In the clear where TLS is spoken, and the reverse.
    work.kymo(&format!("wss-cat --retries 0 ws://localhost:{}/", open.port)).end().code(69).tells("connect to ws://");
    let plain = Server::start(|_, mut stream| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")));
    let words = format!("wss-cat --retries 0 wss://localhost:{}/ --ca-file ca.pem", plain.port);
    work.kymo(&words).end().code(69).tells("do the TLS handshake");
    // What the files must hold.
    let wrong = |flags: &str, why: &str| {
        work.kymo(&format!("wss-cat wss://localhost/ {flags}")).end().code(2).tells(why);
    };
    wrong("--ca-file none.pem", "read certificate file none.pem");
    wrong("--ca-file empty.pem", "empty.pem holds no certificate (PEM)");
    wrong("--ca-file ca.pem --cert cert.pem", "--key");
    wrong("--ca-file ca.pem --cert cert.pem --key ca.pem", "read key file ca.pem");
}

/// Keeps the headers of each request; refuses those without the right `Authorization`.
#[expect(clippy::result_large_err, reason = "the type is tungstenite's")]
fn guarded(wanted: &'static str) -> (Server, Arc<Mutex<Vec<Request>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let server = Server::start(move |_, stream| {
        let callback = |request: &Request, mut response: Response| {
            seen.lock().expect("no panic").push(request.clone());
            if request.headers().get("authorization").is_none_or(|value| value != wanted) {
                let mut refusal = ErrorResponse::new(None);
                *refusal.status_mut() = tungstenite::http::StatusCode::UNAUTHORIZED;
                return Err(refusal);
            }
            if let Some(protocols) = request.headers().get("sec-websocket-protocol") {
                let first = protocols.to_str().expect("a text").split(',').next().unwrap_or("").to_owned();
                response.headers_mut().insert("sec-websocket-protocol", first.parse().expect("a value"));
            }
            Ok(response)
        };
        if let Ok(mut socket) = tungstenite::accept_hdr(stream, callback) {
            let _ = socket.send(text("{\"n\":1}"));
            close(&mut socket, 1000);
        }
    });
    (server, requests)
}

#[test]
fn credentials_and_headers() {
    let work = Work::new();
    work.file("token", "hunter2\n\r\n");
    work.file("login", "me:hunter2\n");
    work.file("headers", "X-Key: hunter2\n\nX-More: b\n");
    work.file("none", "\n");
    let (server, requests) = guarded("Bearer hunter2");
    let url = server.url();
    let last = |name: &str| {
        let requests = requests.lock().expect("no panic");
        let values = requests.last().expect("a request").headers().get_all(name).iter();
        values.map(|value| value.to_str().expect("a text").to_owned()).collect::<Vec<_>>().join("|")
    };
    let flags = "--bearer-file token -H 'X-Site: a' -H 'x-site:b' -H @headers --origin https://o.example \
                 --protocol v2 --protocol v1";
    assert_eq!(work.kymo(&format!("wss-cat {url} --once {flags}")).ok(), "{\"n\":1}\n");
    assert_eq!((last("x-site"), last("x-key"), last("x-more")), ("a|b".into(), "hunter2".into(), "b".into()));
    assert_eq!((last("origin"), last("sec-websocket-protocol")), ("https://o.example".into(), "v2, v1".into()));
    assert_eq!(last("host"), format!("127.0.0.1:{}", server.port));
    work.kymo(&format!("wss-cat {url} --once --bearer-file token --header 'Host: other'")).ok();
    assert_eq!(last("host"), "other");
    work.kymo(&format!("wss-cat {url} --once")).env("KYMO_BEARER", "hunter2").ok();
    work.kymo(&format!("wss-cat {url} --once")).env("KYMO_BEARER_FILE", "token").ok();
    let ended = work.kymo(&format!("wss-cat {url} --once")).end().code(77);
    ended.tells("the server refuses the connection: HTTP 401 Unauthorized");

    let (server, _) = guarded("Basic bWU6aHVudGVyMg==");
    let url = server.url();
    work.kymo(&format!("wss-cat {url} --once --basic-auth-file login")).ok();
    work.kymo(&format!("wss-cat {url} --once")).env("KYMO_BASIC_AUTH", "me:hunter2").ok();
    work.kymo(&format!("wss-cat {url} --once")).env("KYMO_BASIC_AUTH_FILE", "login").ok();

    // A server without that protocol.
    let server = Server::sending(Vec::new(), 1000);
    let words = format!("wss-cat {} --retries 0 --protocol v1", server.url());
    work.kymo(&words).end().code(69).tells("the server speaks none of --protocol v1");
}

#[test]
fn secrets_are_nowhere() {
    let work = Work::new();
    work.file("token", "hunter2\n");
    work.file("headers", "X-Key: hunter3");
    work.file("subscribe", "{\"key\":\"hunter4\"}\n");
    let (sender, sent) = std::sync::mpsc::channel();
    let server = Server::start(move |_, stream| {
        let mut stream = raw(stream, |_, _| ());
        let _ = sender.send(client_frame(&mut stream));
        let _ = stream.write_all(&frame(0x81, b"{\"n\":1}"));
        let _ = stream.write_all(b"\x88\x02\x03\xe9");
        drain(&mut stream);
    });
    let words = format!(
        "wss-cat {}?key=hunter5 --bearer-file token -H @headers --send-file subscribe --log-level debug --max-backoff 10ms",
        server.url()
    );
    let running = work.kymo(&words).start();
    for _ in 0..3 {
        // After each connect, without the line break of the file.
        assert_eq!(sent.recv().expect("a message"), Some((0x81, b"{\"key\":\"hunter4\"}".to_vec())));
        running.line();
    }
    let cmdline = std::fs::read(format!("/proc/{}/cmdline", running.child.id())).expect("a process");
    for secret in ["hunter2", "hunter3", "hunter4"] {
        assert!(!String::from_utf8_lossy(&cmdline).contains(secret));
    }
    running.signal(Signal::TERM);
    let (stdout, stderr, _) = running.end();
    assert!(stderr.contains("1001 (going away)") && !(stdout + &stderr).contains("hunter"), "{stderr}");

    // Nor in what is said about wrong words.
    let wrong = [
        "ws://me:hunter2@host/",
        "http://host/?key=hunter2",
        "'ws://ho st/hunter2'",
        "ws://h/ -H hunter2",
        "ws://h/ -H 'X-Key: hunter2\x01'",
        "ws://h/ -H 'Upgrade: hunter2'",
        "ws://h/ --proxy http://me:hunter2@proxy:1",
        "ws://h/ --proxy socks5://me:hunter2@proxy:1",
    ];
    for words in wrong {
        let ended = work.kymo(&format!("wss-cat {words}")).end().code(2);
        ended.assert(!ended.stderr().contains("hunter2"), "no secret");
    }
}

#[test]
fn through_a_proxy() {
    let authority = Authority::new("one");
    let work = Work::new();
    work.file("ca.pem", &authority.pem);
    let config = authority.server("localhost", false);
    let secure = Server::start(move |_, stream| {
        if let Ok(mut socket) = tungstenite::accept(tls(&config, stream)) {
            let _ = socket.send(text("{\"n\":1}"));
            close(&mut socket, 1000);
        }
    });
    let plain = Server::sending(vec![text("{\"n\":2}")], 1000);
    let (through, heads) = proxy(None);
    let flag = format!("--proxy http://127.0.0.1:{}", through.port);
    let wss = format!("wss-cat wss://localhost:{}/ --once --retries 0 --ca-file ca.pem", secure.port);
    assert_eq!(work.kymo(&format!("wss-cat {} --once {flag}", plain.url())).ok(), "{\"n\":2}\n");
    assert_eq!(work.kymo(&format!("{wss} {flag}")).ok(), "{\"n\":1}\n");
    let with_password = format!("http://me:p%40ss@127.0.0.1:{}/", through.port);
    assert_eq!(work.kymo(&wss).env("HTTPS_PROXY", &with_password).ok(), "{\"n\":1}\n");
    let seen = std::mem::take(&mut *heads.lock().expect("no panic"));
    assert_eq!(seen.len(), 3);
    assert!(seen[0].starts_with(&format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", plain.port)), "{seen:?}");
    assert!(seen[1].starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", secure.port)), "{seen:?}");
    assert!(seen[2].contains("\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n"), "{seen:?}");
    // Spared; and not for what is in the clear.
    work.kymo(&wss).env("HTTPS_PROXY", &with_password).env("NO_PROXY", "x,localhost").ok();
    work.kymo(&format!("wss-cat {} --once", plain.url())).env("HTTPS_PROXY", &with_password).ok();
    assert_eq!(heads.lock().expect("no panic").len(), 0);
    for (status, code, why) in [
        ("407 Proxy Authentication Required", 77, "the proxy refuses: HTTP 407"),
        ("502 Bad Gateway", 69, "the proxy answers HTTP 502 Bad Gateway"),
    ] {
        let (wrong, _) = proxy(Some(status));
        work.kymo(&format!("{wss} --proxy 127.0.0.1:{}", wrong.port)).end().code(code).tells(why);
    }
    let refuses = refusing();
    let port = refuses.port;
    let ended = work.kymo(&format!("{wss} --proxy http://127.0.0.1:{port}")).end().code(69);
    ended.tells(&format!("proxy 127.0.0.1:{port}: reach 127.0.0.1:{port}: Connection refused"));
}

#[test]
fn words_that_cannot_be_right() {
    let work = Work::new();
    let wrong = [
        ("", "URL"),
        ("example.com", "URL example.com: must begin with ws:// or wss://"),
        ("ws://", "URL: no HOST or HOST:PORT"),
        ("ws://host:0/", "URL: no HOST or HOST:PORT"),
        ("'ws://host/a b'", "URL: its path has a character that must be escaped"),
        ("ws://h --each data", "--each data: a pointer begins with /"),
        ("ws://h --each /a~2", "--each /a~2: a pointer"),
        ("ws://h --max-message 0", "--max-message must be between 1 byte and 1GiB"),
        ("ws://h --max-message 2GiB", "--max-message must be between 1 byte and 1GiB"),
        ("ws://h -C 0", "0 is not in"),
        ("ws://h --binary octal", "there is no \"octal\""),
        ("ws://h --bearer-file a --basic-auth-file b", "cannot be used with"),
        ("ws://h --bearer-file none", "none is empty"),
        ("ws://h --header 'Connection: close'", "--http-header connection: kymo sets this field itself"),
        ("ws://h --http-header 'a b: c'", "--http-header must begin with a field's name"),
        ("ws://h --origin 'a\nb'", "--origin: its value is not allowed in a header"),
        ("ws://h --proxy http://", "--proxy: a proxy is http://HOST:PORT"),
        ("ws://h --send-file bytes", "a message to send is not UTF-8"),
    ];
    work.file("none", "\n");
    work.file("bytes", b"\xff\xfe");
    for (words, why) in wrong {
        work.kymo(&format!("wss-cat {words}")).end().code(2).tells(why);
    }
    work.kymo("wss-cat ws://h --bearer-file missing").end().code(74).tells("read secret file missing: No such file");
    work.kymo("wss-cat ws://h --send-file missing").end().code(74).tells("read secret file missing");
    work.kymo("wss-cat ws://h --rejects /none/r").end().code(74).tells("open rejects file /none/r");
}

/// K49: a secret that everybody on the way can read is warned of; on this machine nobody is on the way.
#[test]
fn a_secret_without_tls_is_warned_of() {
    let work = Work::new();
    work.file("word", "hunter2\n");
    for (words, secret) in [
        ("wss-cat ws://192.0.2.1/ --bearer-file word", "the bearer token"),
        ("wss-cat ws://192.0.2.1/ --basic-auth-file word", "the password"),
        ("wss-cat ws://192.0.2.1/ --header 'X-Api-Key: hunter2'", "a secret of --http-header"),
        ("wss-cat ws://192.0.2.1/ --send-file word", "what --send-file says"),
        ("mqtt-cat mqtt://192.0.2.1 -t a -u me --password-file word", "the password"),
    ] {
        let ended = work.kymo(&format!("{words} -W 100ms")).end().code(69);
        ended.assert(!ended.stderr().contains("hunter2"), "no secret");
        ended.tells(&format!("{secret} goes to 192.0.2.1:")).tells("without TLS");
    }
    // No authorities of the system are needed where a certificate is named.
    let pin = format!("--pin {}", "00".repeat(32));
    for words in [
        "wss-cat ws://127.0.0.1:1/ --bearer-file word",
        "wss-cat ws://localhost:1/ --bearer-file word",
        "wss-cat wss://192.0.2.1/ --bearer-file word PIN",
        "wss-cat ws://192.0.2.1/ -H 'X-Site: north'",
        "mqtt-cat mqtts://192.0.2.1 -t a -u me --password-file word PIN",
    ] {
        let ended = work.kymo(&format!("{} -W 100ms", words.replace("PIN", &pin))).end().code(69);
        ended.assert(!ended.stderr().contains("without TLS"), "no warning");
    }
}
