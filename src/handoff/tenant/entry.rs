//! The stack's `tenants` map as it is written in a file of variables.

use crate::diag::{Diagnostic, Diagnostics, SourceId, Span};
use crate::hcl::ast::{Expr, ExprKind, ObjectKey};
use crate::hcl::{format, is_identifier, parse_body, write_expr};
use crate::value::Value;

use super::{Arch, Capacity, Tenant};

/// The argument that the map is the value of.
pub const TENANTS: &str = "tenants";

/// Smallest uid of a tenant, away from the users of images and nodes.
const FIRST_UID: i64 = 10001;

/// Where the entries of the map stand in a file.
#[derive(Clone, Debug)]
pub struct Entries {
    /// The name of the argument.
    pub span: Span,
    /// The braces and what is between them.
    object: Span,
    pub keys: Vec<(String, Span)>,
    /// The value of each entry.
    values: Vec<Expr>,
}

impl Entries {
    /// Finds the map in a text; `None` where it does not set the argument.
    pub fn find(source: SourceId, text: &str) -> Result<Option<Self>, Diagnostics> {
        let (body, found) = parse_body(source, text);
        let body = found.or(body)?;
        let Some(attribute) = body.attribute(TENANTS) else { return Ok(None) };
        let ExprKind::Object(items) = &attribute.expr.kind else {
            let detail = "kiban adds an entry where the map is written out in braces.";
            return Err(Diagnostic::error("Unsuitable tenants map", detail).at(attribute.expr.span).into());
        };
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (key, value) in items {
            let named = match key {
                ObjectKey::Name(name) => Some((name.name.to_string(), name.span)),
                ObjectKey::Expr(expr) => expr.as_str().map(|s| (s.to_owned(), expr.span)),
            };
            if let Some(named) = named {
                keys.push(named);
                values.push(value.clone());
            }
        }
        Ok(Some(Self { span: attribute.name.span, object: attribute.expr.span, keys, values }))
    }

    pub fn key(&self, tenant: &str) -> Option<Span> {
        self.keys.iter().find(|(name, _)| name == tenant).map(|(_, span)| *span)
    }

    /// The value of an argument of a tenant, else its key.
    pub fn argument(&self, tenant: &str, argument: &str) -> Option<Span> {
        let at = self.keys.iter().position(|(name, _)| name == tenant)?;
        if let Some(ExprKind::Object(items)) = self.values.get(at).map(|v| &v.kind) {
            let own = |key: &ObjectKey| matches!(key, ObjectKey::Name(n) if &*n.name == argument);
            if let Some((_, value)) = items.iter().find(|(key, _)| own(key)) {
                return Some(value.span);
            }
        }
        self.key(tenant)
    }

    /// The text with one more entry, at the end of the map. Nothing else moves.
    pub fn added(&self, source: SourceId, text: &str, tenant: &Tenant, uid: i64) -> Result<String, Diagnostics> {
        let end = self.object.range().end.saturating_sub(1);
        let (head, tail) = (text.get(..end).unwrap_or(text), text.get(end..).unwrap_or_default());
        let gap = if self.keys.is_empty() { "" } else { "\n" };
        Ok(format!("{}\n{gap}{}{tail}", head.trim_end(), entry(source, tenant, uid)?))
    }
}

/// A text that does not have the map yet, with the map of one tenant.
pub fn begun(source: SourceId, text: &str, tenant: &Tenant, uid: i64) -> Result<String, Diagnostics> {
    let gap = if text.trim().is_empty() { "" } else { "\n\n" };
    Ok(format!("{}{gap}{TENANTS} = {{\n{}}}\n", text.trim_end(), entry(source, tenant, uid)?))
}

/// The entry in the layout that it has within the map. What is as it would be without saying so is left out.
fn entry(source: SourceId, tenant: &Tenant, uid: i64) -> Result<String, Diagnostics> {
    let default = Tenant::new(&tenant.name, &tenant.contact);
    let mut arguments = vec![("contact", Value::from(tenant.contact.as_str())), ("uid", uid.into())];
    if tenant.arch != default.arch {
        arguments.push(("arch", Arch::as_str(tenant.arch).into()));
    }
    if tenant.capacity != default.capacity {
        arguments.push(("capacity", Capacity::as_str(tenant.capacity).into()));
    }
    if tenant.storage_gib != default.storage_gib {
        arguments.push(("storage_gib", tenant.storage_gib.into()));
    }
    if tenant.executors != default.executors {
        arguments.push(("executors", tenant.executors.into()));
    }
    if !tenant.admins.is_empty() {
        let admins = tenant.admins.iter().map(|a| a.as_str().into()).collect();
        arguments.push(("admins", Value::tuple(admins)));
    }
    if let Some(domain) = &tenant.domain {
        arguments.push(("domain", domain.as_str().into()));
    }
    let key = if is_identifier(&tenant.name) { tenant.name.clone() } else { format!("\"{}\"", tenant.name) };
    let lines: String = arguments.iter().map(|(name, value)| format!("{name} = {}\n", write_expr(value))).collect();
    let whole = format(source, &format!("{TENANTS} = {{\n{key} = {{\n{lines}}}\n}}\n"))?;
    let inner = whole.split_once('\n').map_or("", |(_, rest)| rest).trim_end();
    Ok(inner.strip_suffix('}').unwrap_or(inner).to_owned())
}

/// A uid that nobody in the map has, above all of theirs: one that was used before belongs to files that may still be there.
pub fn next_uid(tenants: &Value) -> i64 {
    let uid = |tenant: &Value| tenant.get("uid").and_then(Value::as_i64);
    tenants.as_map().into_iter().flatten().filter_map(|(_, t)| uid(t)).max().map_or(FIRST_UID, |m| m + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;

    fn added(text: &str, tenant: &Tenant) -> String {
        let source = Sources::default().add("terraform.tfvars", text);
        let entries = Entries::find(source, text).expect("readable").expect("map");
        entries.added(source, text, tenant, 10004).expect("text")
    }

    #[test]
    fn an_entry_goes_to_the_end_and_nothing_else_moves() {
        let text = "a  =   1 # odd\ntenants = {\n  x = { contact = \"x@e.com\", uid = 10003 } # first\n  # last word\n}\nb=2\n";
        let tenant = Tenant {
            arch: Arch::Arm64,
            admins: vec!["a@e.com".into(), "b@e.com".into()],
            ..Tenant::new("new-team", "new@e.com")
        };
        let expected = "a  =   1 # odd\ntenants = {\n  x = { contact = \"x@e.com\", uid = 10003 } # first\n  # last word\n\n  \
                        new-team = {\n    contact = \"new@e.com\"\n    uid     = 10004\n    arch    = \"arm64\"\n    admins  = \
                        [\"a@e.com\", \"b@e.com\"]\n  }\n}\nb=2\n";
        assert_eq!(added(text, &tenant), expected);
    }

    #[test]
    fn an_empty_map_begins() {
        let tenant = Tenant::new("abc", "a@e.com");
        let entry = "tenants = {\n  abc = {\n    contact = \"a@e.com\"\n    uid     = 10004\n  }\n}\n";
        assert_eq!(added("tenants = {}\n", &tenant), entry);
        let source = Sources::default().add("t", "");
        assert_eq!(begun(source, "x = 1\n", &tenant, 10004).expect("text"), format!("x = 1\n\n{entry}"));
    }

    #[test]
    fn a_map_that_is_computed_is_left_alone() {
        let text = "tenants = merge({}, {})\n";
        let source = Sources::default().add("t", text);
        assert!(Entries::find(source, text).is_err());
        assert!(Entries::find(source, "x = 1\n").expect("readable").is_none());
    }
}
