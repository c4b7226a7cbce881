//! Who may ask a server: a page of anywhere can reach one on loopback through its reader's browser.

use super::request::Request;
use crate::net::address;
use crate::net::url::Url;

impl Request<'_> {
    /// The request comes from no page, from one of this server, or from one that was allowed; `*` allows all.
    pub(crate) fn origin_may(&self, allowed: &[String]) -> bool {
        self.all("Origin").all(|origin| {
            let own = Url::parse(origin).filter(Url::is_bare).map(|url| url.place);
            own.is_some() && own == self.field("Host") || allowed.iter().any(|one| one == "*" || one == origin)
        })
    }

    /// The request calls the server by a name that is its own (`None`: any is): a page whose name was made to mean this
    /// machine (DNS rebinding) calls it by that one. Who is no browser need not give a name.
    pub(crate) fn host_may(&self, allowed: Option<&[String]>) -> bool {
        let Some(allowed) = allowed else { return true };
        self.all("Host").all(|host| {
            let name = address::split(host).map_or(host, |(name, _)| name);
            let is = |one: &String| one == "*" || one.eq_ignore_ascii_case(name) || one.eq_ignore_ascii_case(host);
            address::is_loopback(name) || allowed.iter().any(is)
        })
    }
}
