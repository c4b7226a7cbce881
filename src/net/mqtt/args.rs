//! Flags and variables that say where the broker is, and who we are there.

use super::broker::Broker;
use super::packet::{Protocol, QoS};
use crate::host::options::{BrokerArgs, Version};
use crate::host::secrets::{Secret, SecretSource};
use crate::net::address::Address;
use crate::net::backoff::{Backoff, random};
use crate::net::dial::Dialer;
use crate::net::proxy::Proxy;
use crate::net::url::Url;
use crate::reading::error::{Error, Result};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use tungstenite::http::Uri;

impl BrokerArgs {
    /// Says what is wrong with the words alone; no file is read.
    pub(crate) fn check(&self) -> Result<()> {
        if let (Some(host), None) = (&self.host, &self.url) {
            host.split(',').try_for_each(|host| parse_host(host.trim(), 1883).map(drop))?;
        }
        if self.id.as_deref() == Some("") {
            return Err(Error::usage("--id: a client id is not empty"));
        }
        let Some(place) = self.place()? else { return Ok(()) };
        place.hosts.iter().try_for_each(|host| parse_host(host, 1883).map(drop))
    }

    /// Somebody has chosen our client id.
    pub(crate) fn has_id(&self) -> bool {
        self.id.is_some() || SecretSource::named(None, "MQTT_CLIENT_ID", "MQTT_CLIENT_ID_FILE").is_some()
    }

    /// What the URL says, if there is one.
    fn place(&self) -> Result<Option<Place>> {
        match &self.url {
            Some(_) if self.host.is_some() || self.port.is_some() => {
                Err(Error::usage("the URL says where the broker is: give no --host and no --port"))
            }
            url => url.as_ref().map(Place::parse).transpose(),
        }
    }

    /// The broker that these flags and the environment name. `stage`: the command, for messages. `max_packet`: larger
    /// messages come in pieces.
    pub(crate) fn broker(&self, max_packet: usize) -> Result<Broker> {
        let place = match self.place()? {
            Some(place) => place,
            None => Place { secure: false, web: None, user: None, hosts: self.hosts()?, topic: None },
        };
        let trust = &self.trust;
        let given = trust.ca_file.is_some() || trust.cert.is_some() || !trust.pin.is_empty() || trust.insecure;
        let secure = place.secure || self.tls || given;
        let port = match self.port {
            Some(0) | None => None,
            port => port,
        };
        let port = match port {
            Some(port) => Some(port),
            None => setting("MQTT_PORT", "MQTT_PORT_FILE")?.map(|text| parse_port(&text)).transpose()?.flatten(),
        };
        let port = port.unwrap_or(match (place.web.is_some(), secure) {
            (false, false) => 1883,
            (false, true) => 8883,
            (true, false) => 80,
            (true, true) => 443,
        });
        let tls = secure.then(|| trust.config()).transpose()?;
        let dialer = |address: Address| -> Result<Dialer> {
            let proxy = match place.web.is_some() && secure {
                true => Proxy::from_environment(&address.host)?,
                false => None,
            };
            let (tls, timeout) = (tls.clone(), self.connect_timeout);
            Ok(Dialer { address, proxy, tls, insecure: trust.insecure, timeout })
        };
        let hosts =
            place.hosts.iter().map(|text| parse_host(text, port).and_then(dialer)).collect::<Result<Vec<_>>>()?;
        let username = match self.username.clone().or(place.user) {
            Some(name) => Some(name),
            None => match setting("MQTT_USERNAME", "MQTT_USERNAME_FILE")? {
                Some(name) => Some(name),
                None => setting("MQTT_CLIENT_USER", "MQTT_CLIENT_USER_FILE")?,
            },
        };
        let password = SecretSource::named(self.password_file.as_deref(), "MQTT_PASSWORD", "MQTT_PASSWORD_FILE");
        let password =
            password.or_else(|| SecretSource::named(None, "MQTT_CLIENT_PASSWORD", "MQTT_CLIENT_PASSWORD_FILE"));
        if let Some(password) = &password {
            // A file that is not there is told before anything is connected.
            password.read()?;
            if username.is_none() {
                return Err(Error::usage("a password needs a user name: give -u NAME"));
            }
        }
        if password.is_some() {
            hosts.iter().for_each(|host| host.warn_of_secret("the password"));
        }
        let protocol = self.mqtt.map(|version| match version {
            Version::V5 => Protocol::V5,
            Version::V311 => Protocol::V311,
        });
        Ok(Broker {
            hosts,
            next: 0,
            secure,
            web: place.web.clone(),
            username,
            password,
            is_given: protocol.is_some(),
            protocol,
            max_packet,
            backoff: Backoff::new(&self.retry),
            connections: 0,
        })
    }

    /// The first word, where that is no URL: it is a file to read then.
    pub(crate) fn take_file(&mut self) -> Option<PathBuf> {
        let is_file = |url: &mut Secret| url.expose_text().is_none_or(|text| Url::parse(text).is_none());
        self.url.take_if(is_file).map(|word| OsString::from_vec(word.expose().to_vec()).into())
    }

    /// The topic that the URL names.
    pub(crate) fn topic(&self) -> Result<Option<String>> {
        Ok(self.url.as_ref().map(Place::parse).transpose()?.and_then(|place| place.topic))
    }

    /// Our client id, if we have one.
    pub(crate) fn client_id(&self) -> Result<Option<String>> {
        match &self.id {
            Some(id) => Ok(Some(id.clone())),
            None => setting("MQTT_CLIENT_ID", "MQTT_CLIENT_ID_FILE"),
        }
    }

    fn hosts(&self) -> Result<Vec<String>> {
        let text = match &self.host {
            Some(text) => text.clone(),
            None => setting("MQTT_HOST", "MQTT_HOST_FILE")?.unwrap_or_else(|| "localhost".to_owned()),
        };
        Ok(text.split(',').map(|host| host.trim().to_owned()).collect())
    }
}

/// A quality of service on the command line.
pub(crate) fn parse_qos(text: &str) -> Result<QoS, String> {
    match text {
        "0" => Ok(QoS::Zero),
        "1" => Ok(QoS::One),
        "2" => Ok(QoS::Two),
        _ => Err("0, 1 or 2".to_owned()),
    }
}

/// A client id that nobody else has.
pub(crate) fn own_id() -> String {
    format!("kymo-{:012x}", random() >> 16)
}

const SCHEMES: &str = "must begin with mqtt://, mqtts://, ws:// or wss://";

/// What a URL says.
struct Place {
    secure: bool,
    /// The path of a WebSocket.
    web: Option<Uri>,
    user: Option<String>,
    hosts: Vec<String>,
    topic: Option<String>,
}

impl Place {
    fn parse(url: &Secret) -> Result<Place> {
        let wrong = |why: &str| Error::usage(format!("URL: {why}"));
        let url = Url::parse(url.expose_text().unwrap_or("")).ok_or_else(|| wrong(SCHEMES))?;
        let (secure, is_web) = match url.scheme.to_ascii_lowercase().as_str() {
            "mqtt" => (false, false),
            "mqtts" => (true, false),
            "ws" => (false, true),
            "wss" => (true, true),
            _ => return Err(wrong(SCHEMES)),
        };
        let (user, password) = url.login();
        if password.is_some() {
            return Err(wrong("everyone on this machine could read the password: give --password-file"));
        }
        if url.place.is_empty() || !is_web && url.tail.starts_with('?') {
            return Err(wrong("no HOST or HOST:PORT"));
        }
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        // A topic may contain anything, `?` and `#` too.
        let topic = url.tail.strip_prefix('/').filter(|_| !is_web).and_then(given);
        let path = match url.tail {
            "" | "/" => "/mqtt".to_owned(),
            query if query.starts_with('?') => format!("/mqtt{query}"),
            path => path.to_owned(),
        };
        let web = is_web.then(|| path.parse()).transpose();
        let web = web.map_err(|_| wrong("its path has a character that must be escaped"))?;
        Ok(Place { secure, web, user: given(user), hosts: url.place.split(',').map(str::to_owned).collect(), topic })
    }
}

/// `HOST[:PORT]`; port 0 is the default one.
fn parse_host(text: &str, port: u16) -> Result<Address> {
    let wrong = || Error::usage(format!("{text:?} is not HOST or HOST:PORT"));
    let plain = text.strip_suffix(":0").unwrap_or(text);
    Address::parse(plain, Some(port)).ok_or_else(wrong)
}

fn parse_port(text: &str) -> Result<Option<u16>> {
    let port: u16 = text.trim().parse().map_err(|_| Error::usage(format!("MQTT_PORT: {text:?} is not a port")))?;
    Ok((port > 0).then_some(port))
}

/// A setting of the environment: the content of the file that NAME_FILE names, else NAME.
fn setting(name: &'static str, in_file: &'static str) -> Result<Option<String>> {
    let Some(source) = SecretSource::named(None, name, in_file) else { return Ok(None) };
    let secret = source.read()?;
    let text = secret.expose_text().ok_or_else(|| Error::usage(format!("{name} is not UTF-8")))?;
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let parse = |text: &str| Place::parse(&Secret::new(text)).map(|p| (p.secure, p.user, p.hosts.join(" ")));
        let right = |secure, user: Option<&str>, hosts: &str| (secure, user.map(str::to_owned), hosts.to_owned());
        assert_eq!(parse("mqtt://a").unwrap(), right(false, None, "a"));
        assert_eq!(parse("MQTTS://u@a:1/").unwrap(), right(true, Some("u"), "a:1"));
        assert_eq!(parse("mqtt://a:1,b,[::1]:2").unwrap(), right(false, None, "a:1 b [::1]:2"));
        let topic = |text: &str| Place::parse(&Secret::new(text)).unwrap().topic;
        assert_eq!(topic("mqtt://a:1/t/@/+/#").as_deref(), Some("t/@/+/#"));
        assert_eq!(topic("mqtt://a:1/"), None);
        let web = |text: &str| Place::parse(&Secret::new(text)).unwrap().web.unwrap().to_string();
        assert_eq!(["ws://a", "ws://a:80/", "wss://a/x?k=1"].map(web), ["/mqtt", "/mqtt", "/x?k=1"]);
        assert_eq!(topic("ws://a/x"), None);
        for wrong in ["a", "http://a", "mqtt://", "mqtt://u:p@a", "mqtt:///"] {
            let why = parse(wrong).unwrap_err();
            assert!(!why.to_string().contains(":p@"), "{why}");
        }
    }

    #[test]
    fn hosts() {
        let parse = |text: &str| parse_host(text, 1883).map(|a| a.to_string()).ok();
        assert_eq!(parse("a").as_deref(), Some("a:1883"));
        assert_eq!(parse("a:0").as_deref(), Some("a:1883"));
        assert_eq!(parse("my_broker:1").as_deref(), Some("my_broker:1"));
        assert_eq!(parse("[::1]:0").as_deref(), Some("[::1]:1883"));
        for wrong in ["", "a:", "a:65536", "a:-1", "a b", "a/b"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
