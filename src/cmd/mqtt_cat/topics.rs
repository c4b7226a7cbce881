//! Which topics are subscribed to, and which parts of them become fields.

use crate::net::mqtt;
use crate::net::mqtt::packet::QoS;
use crate::net::mqtt::topic::{self, Pattern};
use crate::reading::error::{Error, Result};

/// A topic filter with its own quality of service, or none.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    /// As the broker is asked for it.
    pub(super) topic: String,
    pub(super) qos: Option<QoS>,
    /// With the names of its parts, where it names some.
    pattern: Option<Pattern>,
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Filter, String> {
        let (topic, qos) = match text.rsplit_once('@') {
            Some((topic, qos @ ("0" | "1" | "2"))) => (topic, Some(mqtt::parse_qos(qos)?)),
            _ => (text, None),
        };
        let pattern = topic.contains('{').then(|| Pattern::parse(topic)).transpose()?;
        let topic = pattern.as_ref().map_or_else(|| topic.to_owned(), Pattern::filter);
        topic::check_filter(&topic)?;
        Ok(Filter { topic, qos, pattern })
    }
}

/// The patterns of all topics: of the map, then of those that are subscribed to, where one of these names a part. Then the
/// others fit as well, and have no fields.
pub(super) fn patterns(map: &[Pattern], topics: &[Filter]) -> Vec<Pattern> {
    let names = topics.iter().any(|one| one.pattern.is_some());
    let of_topics = topics.iter().filter(|_| names);
    let of_topics = of_topics.filter_map(|one| one.pattern.clone().or_else(|| Pattern::parse(&one.topic).ok()));
    map.iter().cloned().chain(of_topics).collect()
}

/// No two things can be put into one field.
pub(super) fn distinct(topic_field: Option<&str>, maps: &[Pattern], added: &[&str]) -> Result<()> {
    let maps = maps.iter().map(|map| map.fields().collect()).chain([Vec::new()]);
    for fields in maps {
        let mut names: Vec<&str> = topic_field.into_iter().chain(added.iter().copied()).chain(fields).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::usage(format!("two values would go into field {}", pair[0])));
        }
    }
    Ok(())
}

/// A topic filter without names.
pub(super) fn plain(text: &str) -> Result<Pattern, String> {
    topic::check_filter(text)?;
    Pattern::parse(text)
}
