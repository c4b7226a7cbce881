//! URLs, split into their parts. What each part may be and what to say if it is wrong is for who asks: no error of
//! this file can show a password.

use super::address::Address;

/// A URL's parts as they are written: nothing is decoded yet.
///
/// A `#` has no meaning here: it may be in a topic or in a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Url<'u> {
    pub(crate) scheme: &'u str,
    /// `user` or `user:password`, before the last `@` of the authority.
    pub(crate) userinfo: Option<&'u str>,
    /// Host and port; where the scheme allows it several, with commas between.
    pub(crate) place: &'u str,
    /// Path and query: empty, or from their `/` or `?` on.
    pub(crate) tail: &'u str,
}

impl<'u> Url<'u> {
    /// Out of `scheme://[user[:password]@]host[:port][/path][?query]`; `None`: it does not begin with a scheme.
    pub(crate) fn parse(text: &'u str) -> Option<Url<'u>> {
        let (scheme, rest) = text.split_once("://")?;
        let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        named.then(|| Url::of(scheme, rest))
    }

    /// Out of what is behind the scheme.
    pub(crate) fn of(scheme: &'u str, rest: &'u str) -> Url<'u> {
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (userinfo, place) = match authority.rsplit_once('@') {
            Some((userinfo, place)) => (Some(userinfo), place),
            None => (None, authority),
        };
        Url { scheme, userinfo, place, tail }
    }

    /// Host and port; without a port: this one.
    pub(crate) fn address(&self, port: Option<u16>) -> Option<Address> {
        Address::parse(self.place, port)
    }

    /// User and password.
    pub(crate) fn login(&self) -> (&'u str, Option<&'u str>) {
        let userinfo = self.userinfo.unwrap_or_default();
        userinfo.split_once(':').map_or((userinfo, None), |(user, password)| (user, Some(password)))
    }

    /// Empty, or from its `/` on.
    pub(crate) fn path(&self) -> &'u str {
        self.tail.split_once('?').map_or(self.tail, |(path, _)| path)
    }

    /// What is behind the `?`, as names and values.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'u str, &'u str)> {
        let query = self.tail.split_once('?').map_or("", |(_, query)| query);
        let parts = query.split('&').filter(|part| !part.is_empty());
        parts.map(|part| part.split_once('=').unwrap_or((part, "")))
    }

    /// It has a scheme, host and port, and nothing else.
    pub(crate) fn is_bare(&self) -> bool {
        self.userinfo.is_none() && self.tail.is_empty()
    }
}

/// `%40` and the like in a part of a URL. What is none stays as it is.
pub(crate) fn percent_decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let url = Url::parse("postgres://me:a:b@[::1]:5433,h/x/y?k=v&w&=z").expect("one");
        assert_eq!((url.scheme, url.userinfo, url.place), ("postgres", Some("me:a:b"), "[::1]:5433,h"));
        assert_eq!((url.login(), url.path()), (("me", Some("a:b")), "/x/y"));
        assert_eq!(url.parameters().collect::<Vec<_>>(), [("k", "v"), ("w", ""), ("", "z")]);
        let url = Url::parse("ws://h:9?k").expect("one");
        assert_eq!((url.path(), url.tail, url.login()), ("", "?k", ("", None)));
        assert_eq!(url.address(None), Address::parse("h:9", None));
        let topic = Url::parse("mqtt://a/t/@/+/#").expect("one");
        assert_eq!((topic.userinfo, topic.place, topic.tail), (None, "a", "/t/@/+/#"));
        assert!(Url::parse("http://h:1").is_some_and(|url| url.is_bare()));
        assert!(Url::parse("http://h/").is_some_and(|url| !url.is_bare()));
        for wrong in ["", "a", "://a", "1x://a", "a b://c", "./a://b", "a:b"] {
            assert_eq!(Url::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn percents() {
        assert_eq!(percent_decode("p%40s%2fs"), b"p@s/s");
        assert_eq!(percent_decode("%"), b"%");
        assert_eq!(percent_decode("%4%zz%41"), b"%4%zzA");
    }
}
