//! What of a certificate is certain before it is made.

use crate::provider::{Object, PlannedChange};
use crate::value::{Type, Value};

const NAMES: &str = "subject_alternative_names";
const RECORDS: &str = "domain_validation_options";

/// The attributes of one record that proves a domain.
pub fn record_type() -> Type {
    let texts = ["domain_name", "resource_record_name", "resource_record_type", "resource_record_value"];
    Type::object(texts.map(|name| (name, Type::String)))
}

pub fn complete(change: &mut PlannedChange) {
    check(change);
    let (domain, names) = (domain(&change.config), change.config.get(NAMES).cloned());
    let Some(all) = domain.map(|domain| alternatives(domain, names.as_ref())) else { return };
    let Some(all) = all else { return };
    // What is left open stays, as long as the domain does.
    if !change.configured(NAMES) && !change.is_create() && !change.changes("domain_name") {
        return;
    }
    // A certificate is for its first name as well.
    let same = |p: &Object| {
        let mut held = p.strings(NAMES);
        held.sort();
        held == all
    };
    if change.prior.as_ref().is_some_and(same) {
        if let Some(held) = change.prior.as_ref().and_then(|p| p.get(NAMES)) {
            change.planned.set(NAMES, held.clone());
        }
        return;
    }
    change.planned.set(NAMES, Value::set(Type::String, all.iter().map(Value::from).collect()));
    if change.config.str("validation_method") == Some("DNS") {
        let record = |name: &String| {
            let unknown = || Value::unknown(Type::String);
            Object::new()
                .with("domain_name", name.trim_end_matches('.'))
                .with("resource_record_name", unknown())
                .with("resource_record_type", unknown())
                .with("resource_record_value", unknown())
                .into_value()
        };
        change.planned.set(RECORDS, Value::set(record_type(), all.iter().map(record).collect()));
    }
}

fn domain(config: &Object) -> Option<String> {
    config.get("domain_name").filter(|v| v.is_known())?;
    config.string("domain_name")
}

/// All names of a certificate in order; `None` where some are not known.
fn alternatives(domain: String, names: Option<&Value>) -> Option<Vec<String>> {
    let names = match names {
        Some(names) if !names.is_wholly_known() => return None,
        Some(names) => names.as_slice().unwrap_or_default().iter().filter_map(Value::as_str).collect(),
        None => Vec::new(),
    };
    let mut all: Vec<String> = names.into_iter().map(str::to_owned).chain([domain]).collect();
    all.sort();
    all.dedup();
    Some(all)
}

fn check(change: &mut PlannedChange) {
    let set = |name: &str| change.configured(name);
    let mut wrong = Vec::new();
    if !set("domain_name") && !set("private_key") {
        wrong.push(("domain_name", "A certificate is either requested, by domain_name, or imported, by private_key."));
    }
    if set("private_key") != set("certificate_body") {
        wrong.push(("private_key", "An import needs both private_key and certificate_body."));
    }
    if set("private_key") && (set("domain_name") || set("validation_method") || set("certificate_authority_arn")) {
        wrong.push(("private_key", "An imported certificate has its names and its issuer already."));
    }
    if set("certificate_chain") && !set("private_key") {
        wrong.push(("certificate_chain", "Only an imported certificate comes with a chain."));
    }
    if set("certificate_authority_arn") && set("validation_method") {
        wrong.push(("validation_method", "What a private authority issues is not validated."));
    }
    if set("domain_name") && !set("validation_method") && !set("certificate_authority_arn") {
        wrong.push(("validation_method", "A requested certificate needs a validation_method, DNS or EMAIL."));
    }
    for (attribute, why) in wrong {
        change.error(attribute, why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_is_an_alternative_too() {
        let names = Value::set(Type::String, vec!["b.org".into(), "a.org".into()]);
        assert_eq!(alternatives("a.org".into(), Some(&names)), Some(vec!["a.org".into(), "b.org".into()]));
        assert_eq!(alternatives("a.org".into(), Some(&Value::unknown(Type::set(Type::String)))), None);
    }
}
