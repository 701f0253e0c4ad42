//! Type expressions: `list(string)`, `object({ a = optional(number, 1) })`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::hcl::ast::{Call, Expr, ExprKind, ObjectKey};
use crate::value::{ObjectType, Type, Value, convert};

use super::TypeDefaults;

/// Reads a type constraint whose defaults are written out.
pub fn constant_type(expr: &Expr) -> Result<(Type, TypeDefaults), Diagnostics> {
    read(expr, &super::settings::constant)
}

/// Reads a type constraint with the defaults of its optional attributes. `constant` evaluates a default, which may
/// refer to nothing.
pub fn read(
    expr: &Expr,
    constant: &dyn Fn(&Expr) -> Result<Value, Diagnostics>,
) -> Result<(Type, TypeDefaults), Diagnostics> {
    let wrong = |what: &str| -> Diagnostics {
        Diagnostic::error("Invalid type specification", what)
            .at(expr.span)
            .hint("Types are string, number, bool, any, list(T), set(T), map(T), object({ name = T }) and tuple([T]).")
            .into()
    };
    match &expr.kind {
        ExprKind::Parens(inner) => read(inner, constant),
        ExprKind::Traversal(root, steps) if steps.is_empty() => match &*root.name {
            "string" => Ok((Type::String, TypeDefaults::default())),
            "number" => Ok((Type::Number, TypeDefaults::default())),
            "bool" => Ok((Type::Bool, TypeDefaults::default())),
            "any" => Ok((Type::Dynamic, TypeDefaults::default())),
            "list" | "set" | "map" => Err(wrong(&format!(
                "The {0} type constructor requires one argument specifying the element type, for example {0}(string).",
                root.name
            ))),
            other => Err(wrong(&format!("The keyword \"{other}\" is not a valid type specification."))),
        },
        // The quoted form of early versions of the language.
        ExprKind::Literal(value) => match value.as_str() {
            Some("string") => Ok((Type::String, TypeDefaults::default())),
            Some("list") => Ok((Type::list(Type::Dynamic), TypeDefaults::default())),
            Some("map") => Ok((Type::map(Type::Dynamic), TypeDefaults::default())),
            _ => Err(wrong("A type is a keyword or a type constructor call.")),
        },
        ExprKind::Call(call) => constructor(call, &wrong, constant),
        _ => Err(wrong("A type is a keyword or a type constructor call.")),
    }
}

fn constructor(
    call: &Call,
    wrong: &dyn Fn(&str) -> Diagnostics,
    constant: &dyn Fn(&Expr) -> Result<Value, Diagnostics>,
) -> Result<(Type, TypeDefaults), Diagnostics> {
    let [arg] = call.args.as_slice() else {
        return Err(wrong(&format!("The \"{}\" type constructor requires exactly one argument.", call.name.name)));
    };
    let element = |make: fn(Type) -> Type| {
        let (ty, inner) = read(arg, constant)?;
        let mut defaults = TypeDefaults::default();
        if !inner.is_empty() {
            defaults.children.insert("".into(), inner);
        }
        Ok((make(ty), defaults))
    };
    match &*call.name.name {
        "list" => element(Type::list),
        "set" => element(Type::set),
        "map" => element(Type::map),
        "tuple" => {
            let ExprKind::Tuple(items) = &arg.kind else {
                return Err(wrong("Tuple types list their element types: tuple([string])."));
            };
            let (mut types, mut defaults) = (Vec::new(), TypeDefaults::default());
            for (i, item) in items.iter().enumerate() {
                let (ty, inner) = read(item, constant)?;
                types.push(ty);
                if !inner.is_empty() {
                    defaults.children.insert(i.to_string().into(), inner);
                }
            }
            Ok((Type::tuple(types), defaults))
        }
        "object" => object(arg, wrong, constant),
        "optional" => Err(wrong("Keyword \"optional\" is valid only as a modifier for object type attributes.")),
        other => Err(wrong(&format!("Keyword \"{other}\" is not a valid type constructor."))),
    }
}

fn object(
    arg: &Expr,
    wrong: &dyn Fn(&str) -> Diagnostics,
    constant: &dyn Fn(&Expr) -> Result<Value, Diagnostics>,
) -> Result<(Type, TypeDefaults), Diagnostics> {
    let ExprKind::Object(items) = &arg.kind else {
        return Err(wrong("Object types list their attributes: object({ name = string })."));
    };
    let mut found = Diagnostics::new();
    let (mut attributes, mut optional) = (BTreeMap::new(), BTreeSet::new());
    let mut defaults = TypeDefaults::default();
    for (key, expr) in items {
        let name = match key {
            ObjectKey::Name(ident) => ident.name.clone(),
            ObjectKey::Expr(key) => match key.as_str() {
                Some(name) => name.into(),
                None => {
                    found.push(
                        Diagnostic::error("Invalid type specification", "Attribute names must be plain.").at(key.span),
                    );
                    continue;
                }
            },
        };
        let (ty_expr, default) = match &expr.kind {
            ExprKind::Call(call) if &*call.name.name == "optional" => {
                let invalid = |detail: &str| Diagnostic::error("Invalid type specification", detail).at(expr.span);
                let Some(ty) = call.args.first() else {
                    found.push(invalid("Optional attribute modifier requires the attribute type as its argument."));
                    continue;
                };
                if let Some(extra) = call.args.get(2) {
                    found.push(
                        invalid(
                            "Optional attribute modifier expects at most two arguments: the attribute type, and a default value.",
                        )
                        .at(extra.span),
                    );
                    continue;
                }
                optional.insert(name.clone());
                (ty, call.args.get(1))
            }
            _ => (expr, None),
        };
        let Some((ty, inner)) = found.take(read(ty_expr, constant)) else { continue };
        if let Some(default) = default
            && let Some(value) = found.take(constant(default))
        {
            if let Err(why) = convert(&value, &ty) {
                found.push(
                    Diagnostic::error(
                        "Invalid default value for optional attribute",
                        format!("This default value is not compatible with the attribute's type constraint: {why}."),
                    )
                    .at(default.span),
                );
            }
            defaults.attributes.insert(name.clone(), value);
        }
        if attributes.contains_key(&name) {
            found.push(
                Diagnostic::error("Invalid type specification", "Object constructor map keys must be unique.")
                    .at(expr.span),
            );
        }
        if !inner.is_empty() {
            defaults.children.insert(name.clone(), inner);
        }
        attributes.insert(name, ty);
    }
    found.or((Type::Object(Arc::new(ObjectType { attributes, optional })), defaults))
}
