//! Flags that say how a web server is spoken to.

use super::fields::Secrets;
use super::place::Place;
use crate::host::options::WebArgs;
use crate::host::secrets::{Secret, SecretSource};
use crate::net::dial::Dialer;
use crate::net::proxy::Proxy;
use crate::reading::error::{Error, Result};

impl WebArgs {
    /// Who we are, for the server.
    pub(crate) fn secrets(&self) -> Result<Secrets> {
        let bearer = SecretSource::find(self.bearer_file.as_deref(), "KYMO_BEARER");
        let basic = SecretSource::find(self.basic_auth_file.as_deref(), "KYMO_BASIC_AUTH");
        if bearer.is_some() && basic.is_some() {
            return Err(Error::usage("a bearer token and a password: the server takes only one of them"));
        }
        Ok(Secrets { bearer, basic })
    }

    /// How the server is reached; its TLS is set up later.
    pub(crate) fn dialer(&self, place: &Place) -> Result<Dialer> {
        let proxy = match &self.proxy {
            None if place.secure => Proxy::from_environment(&place.address.host)?,
            None => None,
            Some(word) => Some(given_proxy(word)?),
        };
        let (address, insecure) = (place.address.clone(), self.tls.insecure);
        Ok(Dialer { address, proxy, tls: None, insecure, timeout: self.connect_timeout })
    }
}

fn given_proxy(word: &Secret) -> Result<Proxy> {
    let proxy = Proxy::parse(word.expose_text().unwrap_or("")).map_err(|e| e.context("--proxy"))?;
    if proxy.has_credentials() {
        let why = "--proxy: everyone on this machine could read the password: put the proxy into HTTPS_PROXY";
        return Err(Error::usage(why));
    }
    Ok(proxy)
}
