//! Addresses that blocks name: `moved`, `removed`, `import`.
//!
//! Knows nothing of what is declared.

use crate::addr::{AbsInstance, AbsResource, InstanceKey, Mode, ModuleInstance, Name, ResourceAddr, Target};
use crate::diag::{Diagnostic, Span};
use crate::hcl::ast::{Access, Expr, ExprKind, Ident};

use super::model::{AddressExpr, KeyExpr};

impl AddressExpr {
    /// Reads an address that is written without quotes; in JSON it is a text.
    pub(super) fn read(expr: &Expr, json: bool) -> Result<Self, Diagnostic> {
        if let (true, Some(text)) = (json, expr.as_str()) {
            return match Target::parse(text) {
                Some(target) => Ok(Self::of_target(target, expr.span)),
                None => Err(invalid(expr.span, "Resource specification must include a resource type and name.")),
            };
        }
        let Some((root, steps)) = expr.as_traversal() else { return Err(not_static(expr.span)) };
        let mut words = words(root, steps)?.into_iter().peekable();
        let mut modules = Vec::new();
        while let Some((_, key)) = words.next_if(|(word, _)| &*word.name == "module") {
            if key.is_some() {
                return Err(invalid(expr.span, "Prefix \"module.\" must be followed by a module name."));
            }
            let Some((name, key)) = words.next() else {
                return Err(invalid(expr.span, "Prefix \"module.\" must be followed by a module name."));
            };
            modules.push((name.name.clone(), key));
        }
        let resource = resource(&mut words, expr.span, !modules.is_empty())?;
        if words.next().is_some() {
            return Err(invalid(expr.span, "Unexpected extra operators after address."));
        }
        Ok(Self { modules, resource, span: expr.span })
    }

    fn of_target(target: Target, span: Span) -> Self {
        let (module, resource) = match target {
            Target::Module(m) => (m, None),
            Target::Resource(r) => (r.module, Some((r.resource, InstanceKey::None))),
            Target::Instance(i) => (i.resource.module, Some((i.resource.resource, i.key))),
        };
        let fixed = |key: InstanceKey| (key != InstanceKey::None).then_some(KeyExpr::Fixed(key));
        Self {
            modules: module.0.into_iter().map(|(name, key)| (name, fixed(key))).collect(),
            resource: resource.map(|(addr, key)| (addr, fixed(key))),
            span,
        }
    }

    /// The address, where all of its keys are written out.
    pub fn fixed(&self) -> Result<Target, Diagnostic> {
        let fixed = |key: &Option<KeyExpr>| match key {
            None => Ok(InstanceKey::None),
            Some(KeyExpr::Fixed(key)) => Ok(key.clone()),
            Some(KeyExpr::Expr(_)) => Err(not_static(self.span)),
        };
        let steps = self.modules.iter().map(|(name, key)| Ok((name.clone(), fixed(key)?)));
        let module = ModuleInstance(steps.collect::<Result<_, Diagnostic>>()?);
        let Some((addr, key)) = &self.resource else { return Ok(Target::Module(module)) };
        let resource = AbsResource { module, resource: addr.clone() };
        Ok(match fixed(key)? {
            InstanceKey::None => Target::Resource(resource),
            key => Target::Instance(AbsInstance { resource, key }),
        })
    }
}

fn invalid(span: Span, why: &str) -> Diagnostic {
    Diagnostic::error("Invalid address", why).at(span)
}

fn not_static(span: Span) -> Diagnostic {
    Diagnostic::error(
        "Invalid expression",
        "A single static variable reference is required: only attribute access and indexing with constant keys. No \
         calculations, function calls, template expressions, etc are allowed here.",
    )
    .at(span)
}

type Word<'a> = (&'a Ident, Option<KeyExpr>);

/// A traversal as names, each with the key that follows it.
fn words<'a>(root: &'a Ident, steps: &'a [Access]) -> Result<Vec<Word<'a>>, Diagnostic> {
    let mut out: Vec<Word<'a>> = vec![(root, None)];
    for step in steps {
        let key = match step {
            Access::Attr(name) => {
                out.push((name, None));
                continue;
            }
            Access::LegacyIndex(n, _) => KeyExpr::Fixed(InstanceKey::Int(*n)),
            Access::Index(expr) => key(expr),
            Access::AttrSplat(span) | Access::FullSplat(span) => return Err(not_static(*span)),
        };
        match out.last_mut() {
            Some((_, slot @ None)) => *slot = Some(key),
            _ => return Err(invalid(step.span(), "Unexpected extra operators after address.")),
        }
    }
    Ok(out)
}

fn key(expr: &Expr) -> KeyExpr {
    let fixed = match &expr.kind {
        ExprKind::Literal(value) => match (value.as_str(), value.as_i64()) {
            (Some(text), _) => Some(InstanceKey::Str(text.into())),
            (_, Some(n)) => u64::try_from(n).ok().map(InstanceKey::Int),
            _ => None,
        },
        _ => None,
    };
    fixed.map_or_else(|| KeyExpr::Expr(expr.clone()), KeyExpr::Fixed)
}

fn resource<'a>(
    words: &mut impl Iterator<Item = Word<'a>>,
    span: Span,
    below_module: bool,
) -> Result<Option<(ResourceAddr, Option<KeyExpr>)>, Diagnostic> {
    let incomplete = || invalid(span, "Resource specification must include a resource type and name.");
    let plain = |word: Option<Word<'a>>| -> Result<Name, Diagnostic> {
        match word {
            Some((name, None)) => Ok(name.name.clone()),
            _ => Err(incomplete()),
        }
    };
    let (mode, kind) = match words.next() {
        None if below_module => return Ok(None),
        Some((word, None)) => match &*word.name {
            "data" => (Mode::Data, plain(words.next())?),
            "ephemeral" => (Mode::Ephemeral, plain(words.next())?),
            "resource" => (Mode::Managed, plain(words.next())?),
            _ => (Mode::Managed, word.name.clone()),
        },
        _ => return Err(incomplete()),
    };
    let (name, key) = words.next().ok_or_else(incomplete)?;
    Ok(Some((ResourceAddr { mode, kind, name: name.name.clone() }, key)))
}

impl std::fmt::Display for AddressExpr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = |key: &Option<KeyExpr>| match key {
            None => String::new(),
            Some(KeyExpr::Fixed(key)) => key.to_string(),
            Some(KeyExpr::Expr(_)) => "[...]".to_owned(),
        };
        for (i, (name, k)) in self.modules.iter().enumerate() {
            write!(f, "{}module.{name}{}", if i > 0 { "." } else { "" }, key(k))?;
        }
        match &self.resource {
            Some((addr, k)) => write!(f, "{}{addr}{}", if self.modules.is_empty() { "" } else { "." }, key(k)),
            None => Ok(()),
        }
    }
}
