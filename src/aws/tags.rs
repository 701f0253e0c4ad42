//! Tags: what the configuration sets, what `default_tags` adds, what AWS adds for itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::Name;
use crate::provider::{Object, PlannedChange};
use crate::value::{Kind, Type, Value};

pub type Tags = BTreeMap<String, String>;

/// Tag that an object carries from its creation until its id is in the journal. For APIs that take no client token and
/// whose objects have no unique name: after a crash in between, the object is found by it.
pub const TOKEN: &str = "kiban:token";

/// All tags the object should have: `tags_all`.
pub fn wanted(object: &Object) -> Tags {
    object.string_map("tags_all")
}

/// Live tags, without those that AWS itself sets and the token of a creation.
pub fn set(object: &mut Object, live: impl IntoIterator<Item = (String, String)>) {
    let own = live.into_iter().filter(|(k, _)| !k.starts_with("aws:") && k != TOKEN);
    object.set("tags_all", own.map(|(k, v)| (k, Value::from(v))).collect::<BTreeMap<_, _>>());
}

/// What to remove and what to set to get from one set of tags to another.
pub fn difference(prior: &Object, want: &Object) -> (Vec<String>, Tags) {
    let (old, new) = (wanted(prior), wanted(want));
    let removed = old.keys().filter(|k| !new.contains_key(*k)).cloned().collect();
    let changed = new.into_iter().filter(|(k, v)| old.get(k) != Some(v)).collect();
    (removed, changed)
}

/// Tags that the provider block speaks of.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    pub default_tags: Tags,
    pub ignored_keys: BTreeSet<String>,
    pub ignored_prefixes: Vec<String>,
}

impl Defaults {
    pub fn ignores(&self, key: &str) -> bool {
        self.ignored_keys.contains(key) || self.ignored_prefixes.iter().any(|p| key.starts_with(p))
    }

    /// Live tags as a data source shows them: without those that AWS itself sets and those that are ignored.
    pub fn shown(&self, live: impl IntoIterator<Item = (String, String)>) -> Value {
        to_value(live.into_iter().filter(|(k, _)| !k.starts_with("aws:") && k != TOKEN && !self.ignores(k)))
    }

    /// Splits live tags into those of the configuration and all: a default tag belongs to `tags` only where the
    /// configuration repeats it.
    pub fn after_read(&self, object: &mut Object, prior: &Object) {
        if !object.has("tags_all") {
            return;
        }
        let live: Tags = object.string_map("tags_all").into_iter().filter(|(k, _)| !self.ignores(k)).collect();
        let configured = prior.string_map("tags");
        let own = live.iter().filter(|(k, v)| configured.contains_key(*k) || self.default_tags.get(*k) != Some(*v));
        object.set("tags", to_value(own.map(|(k, v)| (k.clone(), v.clone()))));
        object.set("tags_all", to_value(live));
    }

    /// `tags_all` is the defaults under the tags of the configuration. As in the provider, what is created without tags
    /// tells them after the apply only, and so does a change to a tag without a value. Those of a type that is planned
    /// exactly are known.
    pub fn plan(&self, change: &mut PlannedChange, exactly: bool) {
        let Some(tags) = change.config.get("tags").cloned() else { return };
        if !change.planned.0.contains_key("tags_all") {
            return;
        }
        let all = self.under(&tags);
        let entries = all.as_map();
        let none = entries.is_some_and(|all| all.is_empty());
        let without_value = entries.is_some_and(|all| all.values().any(|v| v.as_str() == Some("")));
        let all = match &change.prior {
            Some(prior) if none && prior.string_map("tags_all").is_empty() => return,
            None if none && !exactly => return,
            Some(prior) if without_value && prior.string_map("tags") == change.config.string_map("tags") => all,
            _ if without_value => Value::unknown(Type::map(Type::String)),
            _ => all,
        };
        change.planned.set("tags_all", all);
    }

    /// What a call has to set: what was not known in the plan is known now.
    pub fn complete(&self, want: &Object) -> Object {
        match want.get("tags") {
            Some(tags) if want.is_unknown("tags_all") => want.clone().with("tags_all", self.under(tags)),
            _ => want.clone(),
        }
    }

    fn under(&self, tags: &Value) -> Value {
        let (tags, marks) = tags.clone().unmark();
        if matches!(tags.kind, Kind::Unknown(..)) {
            return Value::unknown(Type::map(Type::String)).mark(marks);
        }
        let defaults = self.default_tags.iter().map(|(k, v)| (k.as_str().into(), Value::from(v)));
        let own = tags.as_map().into_iter().flatten().filter(|(_, v)| !v.is_null());
        let all: BTreeMap<Name, Value> = defaults.chain(own.map(|(k, v)| (k.clone(), v.clone()))).collect();
        Value::map(Type::String, all).mark(marks)
    }
}

fn to_value(tags: impl IntoIterator<Item = (String, String)>) -> Value {
    Value::map(Type::String, tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Value {
        to_value(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn default_tags_belong_to_tags_only_where_configured() {
        let defaults = Defaults { default_tags: [("env".into(), "prod".into())].into(), ..Defaults::default() };
        let mut live = Object::new().with("tags_all", tags(&[("env", "prod"), ("a", "1")]));
        defaults.after_read(&mut live, &Object::new());
        assert_eq!(live.get("tags"), Some(&tags(&[("a", "1")])));
        let prior = Object::new().with("tags", tags(&[("env", "prod")]));
        defaults.after_read(&mut live, &prior);
        assert_eq!(live.string_map("tags").len(), 2);
    }
}
