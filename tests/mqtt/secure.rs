//! Who we are and whom we trust: TLS, logins, topics that the broker refuses.

use super::broker::Broker;
use super::wire::Sender;
use crate::harness::programs::{found, program};
use crate::harness::{Ended, Work};
use crate::wss_cat::server::Authority;
use rustix::process::Signal;

/// A broker with a certificate of this authority for 127.0.0.1, and the SHA-256 of that.
fn secure(authority: &Authority, conf: &str) -> Option<(Broker, String)> {
    let (cert, key) = authority.issue("127.0.0.1");
    let files = [("ca.pem", authority.pem.clone()), ("cert.pem", cert.pem()), ("key.pem", key.serialize_pem())];
    let conf = format!("cafile DIR/ca.pem\ncertfile DIR/cert.pem\nkeyfile DIR/key.pem\n{conf}");
    let digest = ring::digest::digest(&ring::digest::SHA256, cert.der());
    let pin = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":");
    Some((Broker::start_with(&files, &conf)?, pin))
}

#[test]
fn a_broker_is_trusted_by_its_authority_or_its_fingerprint() {
    let (authority, other) = (Authority::new("ours"), Authority::new("theirs"));
    let Some((broker, pin)) = secure(&authority, "") else { return };
    let work = Work::new();
    work.file("ca.pem", &authority.pem);
    work.file("other.pem", &other.pem);
    let url = format!("mqtts://127.0.0.1:{}", broker.port);
    let cat = |words: &str| work.kymo(&format!("mqtt-cat {words} -t a --id x --init-session --retries 0"));
    for trust in ["--ca-file ca.pem", &format!("--pin {pin}"), &format!("--pin {} --pin {pin}", "00".repeat(32))] {
        cat(&format!("{url} {trust}")).ok();
        // TLS is meant, also where no mqtts:// says so.
        cat(&format!("--host 127.0.0.1 -p {} {trust}", broker.port)).ok();
        cat(&format!("--host 127.0.0.1 -p {} --tls {trust} --mqtt 311", broker.port)).ok();
    }
    cat(&format!("{url} --insecure")).end().code(0).tells("--insecure");
    for distrust in ["--ca-file other.pem", "", &format!("--pin {}", "00".repeat(32))] {
        let ended = cat(&format!("{url} {distrust}")).end();
        refused(&ended);
        drop(ended.tells("certificate"));
    }
    // One who speaks plainly is not understood.
    cat(&broker.url()).end().code(69);
    cat("--tls --host 127.0.0.1 --ca-file missing.pem").end().code(2).tells("missing.pem");
}

#[test]
fn a_broker_that_wants_a_certificate_gets_ours() {
    let (authority, other) = (Authority::new("ours"), Authority::new("theirs"));
    let Some((broker, _)) = secure(&authority, "require_certificate true") else { return };
    let work = Work::new();
    work.file("ca.pem", &authority.pem);
    for (name, by) in [("me", &authority), ("stranger", &other)] {
        let (cert, key) = by.issue("me");
        work.file(&format!("{name}.pem"), cert.pem());
        work.file(&format!("{name}.key"), key.serialize_pem());
    }
    let url = format!("mqtts://127.0.0.1:{}", broker.port);
    let words = format!("mqtt-cat {url} -t a --id x --init-session --retries 0 --ca-file ca.pem");
    work.kymo(&format!("{words} --cert me.pem --key me.key")).ok();
    refused(&work.kymo(&format!("{words} --cert stranger.pem --key stranger.key")).end());
    refused(&work.kymo(&words).end());
}

fn refused(ended: &Ended) {
    let code = ended.output.status.code();
    ended.assert(matches!(code, Some(69 | 77)), "a refusal");
}

#[test]
fn a_login_is_given_and_never_shown() {
    let work = Work::new();
    let Some(mut passwd) = program("mosquitto_passwd") else { return };
    let passwords = work.file("passwords", "");
    let words = [passwords.to_str().expect("a path"), "me", "  hunter2 "];
    assert!(passwd.arg("-b").args(words).status().expect("mosquitto_passwd").success());
    let files = [("passwords", work.read("passwords"))];
    let Some(broker) = Broker::start_with(&files, "allow_anonymous false\npassword_file DIR/passwords") else { return };
    // Line breaks at its end are not part of it; blanks are.
    work.file("right", "  hunter2 \n\n");
    work.file("windows", "  hunter2 \r\n");
    work.file("wrong", "hunter3\n");
    work.file("name", "me\n");
    let url = broker.url();
    let of_me = url.replace("//", "//me@");
    let flags = "-t a --id x --init-session --retries 0";
    for version in ["", "--mqtt 5", "--mqtt 311"] {
        work.kymo(&format!("mqtt-cat {url} {flags} -u me --password-file right {version}")).ok();
        for words in [
            format!("{url} -u me --password-file wrong"),
            format!("{url} -u you --password-file right"),
            format!("{url} -u me"),
            url.clone(),
        ] {
            let ended = work.kymo(&format!("mqtt-cat {words} {flags} {version}")).end().code(77);
            ended.assert(!ended.stderr().contains("hunter"), "no password in a message");
            drop(ended.tells(&format!("connect to {url}: ")));
        }
    }
    work.kymo(&format!("mqtt-cat {of_me} {flags} --password-file windows")).ok();
    work.kymo(&format!("mqtt-cat {url} {flags} --username me --password-file right")).ok();
    let path = |name: &str| work.path(name).to_str().expect("a path").to_owned();
    for variables in [
        [("MQTT_USERNAME", "me".to_owned()), ("MQTT_PASSWORD", "  hunter2 ".to_owned()), ("MQTT_HOST", String::new())],
        [("MQTT_USERNAME_FILE", path("name")), ("MQTT_PASSWORD_FILE", path("right")), ("MQTT_HOST", String::new())],
        // The file comes first.
        [
            ("MQTT_USERNAME", "me".to_owned()),
            ("MQTT_PASSWORD", "hunter3".to_owned()),
            ("MQTT_PASSWORD_FILE", path("right")),
        ],
    ] {
        let mut run = work.kymo(&format!("mqtt-cat {url} {flags}"));
        for (name, value) in &variables {
            run = run.env(name, value);
        }
        run.ok();
    }
    // A password in the words is refused, and `ps` shows none.
    let words = url.replace("//", "//me:hunter2@");
    let ended = work.kymo(&format!("mqtt-cat {words} {flags}")).end().code(2);
    ended.assert(!ended.stderr().contains("hunter"), "no password in a message");
    let child =
        work.kymo(&format!("mqtt-cat {url} -t a -u me --log-level debug")).env("MQTT_PASSWORD", "  hunter2 ").start();
    child.told("connected to");
    let shown = std::fs::read(format!("/proc/{}/cmdline", child.child.id())).expect("its words");
    assert!(!String::from_utf8_lossy(&shown).contains("hunter"));
    child.signal(Signal::TERM);
    let (_, told, status) = child.end();
    assert!(status.success() && !told.contains("hunter"), "{told}");
}

#[test]
fn a_topic_that_is_refused_ends_it_unless_the_rest_is_enough() {
    let Some(plugin) = found("mosquitto_dynamic_security.so") else { return };
    let rules = r#"{"defaultACLAccess":{"publishClientSend":true,"publishClientReceive":true,"subscribe":true,"unsubscribe":true},
        "groups":[{"groupname":"all","roles":[{"rolename":"some"}]}],"anonymousGroup":"all",
        "roles":[{"rolename":"some","acls":[{"acltype":"subscribePattern","topic":"secret/#","priority":0,"allow":false}]}]}"#;
    let conf = format!("plugin {}\nplugin_opt_config_file DIR/rules.json", plugin.display());
    let Some(broker) = Broker::start_with(&[("rules.json", rules.to_owned())], &conf) else { return };
    let work = Work::new();
    Sender::connect(broker.port).retain("open/a", "1");
    for version in ["5", "311"] {
        let words = format!("mqtt-cat {} -t secret/a -t open/# -C 1 --mqtt {version}", broker.url());
        work.kymo(&words).end().code(77).tells("subscribe to secret/a: ");
        let ended = work.kymo(&format!("{words} --allow-partial")).end().code(0).tells("subscribe to secret/a: ");
        assert_eq!(ended.stdout(), "{\"value\":1,\"topic\":\"open/a\"}\n");
        // Of nothing there is no part.
        let words = words.replace("-t open/#", "");
        work.kymo(&format!("{words} --allow-partial")).end().code(77);
    }
}

/// Less than was asked for can be lost: that is told.
#[test]
fn a_quality_that_is_lowered_is_told() {
    let Some(broker) = Broker::start("max_qos 0") else { return };
    let work = Work::new();
    let words = format!("mqtt-cat {} --id x --init-session -t a -t b@0", broker.url());
    let ended = work.kymo(&words).end().code(0).tells("a: the broker grants QoS 0 instead of 1");
    assert!(!ended.stderr().contains("b: the broker"));
}
