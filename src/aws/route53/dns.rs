//! DNS names and ids as Route 53 spells them. Pure.

/// Name of the same meaning in one spelling: lower case, no trailing dot, octal escapes resolved (`\052` is `*`).
pub fn normal(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        match after.get(..3).and_then(octal) {
            Some(c) => {
                out.push(c);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                out.push('\\');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.to_ascii_lowercase()
}

/// The character of an escape. A dot within a label stays escaped: it is not the dot between labels.
fn octal(digits: &str) -> Option<char> {
    let code = u8::from_str_radix(digits, 8).ok()?;
    (code.is_ascii_graphic() && code != b'.' && code != b'\\').then_some(char::from(code))
}

/// The full name of a record that is named within its zone or in full.
pub fn expand(name: &str, zone: &str) -> String {
    let (name, zone) = (normal(name), normal(zone));
    if name.is_empty() || name == zone {
        zone
    } else if name.strip_suffix(&zone).is_some_and(|n| n.ends_with('.')) {
        name
    } else {
        format!("{name}.{zone}")
    }
}

/// The spelling of a name in ids and state: lower case, without trailing dot.
pub fn stored(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_lowercase()
}

/// The target of an alias as state holds it: the prefix that the console adds for load balancers is left out.
pub fn alias_target(name: &str) -> String {
    let name = stored(name);
    name.strip_prefix("dualstack.").map(str::to_owned).unwrap_or(name)
}

/// A zone's id without the path that answers put before it.
pub fn zone_id(id: &str) -> &str {
    id.strip_prefix("/hostedzone/").unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        assert_eq!(normal("\\052.Example.COM."), "*.example.com");
        assert_eq!(normal("a\\056b.com"), "a\\056b.com");
        assert_eq!(normal("a\\5"), "a\\5");
        assert_eq!(normal("\\é.x"), "\\é.x");
    }

    #[test]
    fn records_are_named_within_their_zone() {
        let check = |name: &str, expect: &str| assert_eq!(expand(name, "example.com."), expect);
        check("www", "www.example.com");
        check("WWW.example.com.", "www.example.com");
        check("", "example.com");
        check("example.com", "example.com");
        check("myexample.com", "myexample.com.example.com");
        check("*", "*.example.com");
    }

    #[test]
    fn targets_of_aliases() {
        assert_eq!(alias_target("dualstack.LB-1.elb.amazonaws.com."), "lb-1.elb.amazonaws.com");
        assert_eq!(zone_id("/hostedzone/Z1"), "Z1");
    }
}
