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
            // As early versions of the language had them.
            "list" => Ok((Type::list(Type::Dynamic), TypeDefaults::default())),
            "map" => Ok((Type::map(Type::Dynamic), TypeDefaults::default())),
            "set" => Err(wrong("The set type constructor requires one argument specifying the element type.")),
            "object" => Err(wrong(OBJECT)),
            "tuple" => Err(wrong(TUPLE)),
            other => Err(wrong(&format!("The keyword \"{other}\" is not a valid type specification."))),
        },
        ExprKind::Literal(value) if value.as_str().is_some() => {
            Err(quoted(value.as_str().unwrap_or_default()).at(expr.span).into())
        }
        ExprKind::Call(call) => constructor(call, &wrong, constant),
        _ => Err(wrong(
            "A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).",
        )),
    }
}

const OBJECT: &str =
    "The object type constructor requires one argument specifying the attribute types and values as a map.";
const TUPLE: &str = "The tuple type constructor requires one argument specifying the element types as a list.";

/// The quoted form of early versions of the language.
fn quoted(text: &str) -> Diagnostic {
    const QUOTED: &str = "Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now \
                          deprecated and will be removed in a future version of Terraform. Remove the quotes around";
    let detail = match text {
        "string" => format!("{QUOTED} \"string\"."),
        "list" => format!(
            "{QUOTED} \"list\" and write list(string) instead to explicitly indicate that the list elements are strings."
        ),
        "map" => format!(
            "{QUOTED} \"map\" and write map(string) instead to explicitly indicate that the map elements are strings."
        ),
        _ => {
            return Diagnostic::error(
                "Invalid legacy variable type hint",
                "To provide a full type expression, remove the surrounding quotes and give the type expression directly.",
            );
        }
    };
    Diagnostic::error("Invalid quoted type constraints", detail)
}

fn constructor(
    call: &Call,
    wrong: &dyn Fn(&str) -> Diagnostics,
    constant: &dyn Fn(&Expr) -> Result<Value, Diagnostics>,
) -> Result<(Type, TypeDefaults), Diagnostics> {
    let [arg] = call.args.as_slice() else {
        let needs = match &*call.name.name {
            name @ ("list" | "set" | "map") => {
                format!("The {name} type constructor requires one argument specifying the element type.")
            }
            "object" => OBJECT.to_owned(),
            "tuple" => TUPLE.to_owned(),
            name @ ("string" | "number" | "bool" | "any") => {
                format!("Primitive type keyword \"{name}\" does not expect arguments.")
            }
            name => format!("Keyword \"{name}\" is not a valid type constructor."),
        };
        let mut found = wrong(&needs);
        if let (Some(second), Some(last)) = (call.args.get(1), call.args.last()) {
            found.iter_mut().for_each(|d| d.span = Some(second.span.to(last.span)));
        }
        return Err(found);
    };
    let element = |make: fn(Type) -> Type| {
        let (ty, inner) = read(arg, constant)?;
        let mut defaults = TypeDefaults::default();
        if !inner.is_empty() {
            defaults.children.insert("".into(), inner);
        }
        Ok((make(ty), defaults))
    };
    let of_name = |what: &str| -> Diagnostics { wrong(what).into_iter().map(|d| d.at(call.name.span)).collect() };
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
        "optional" => Err(of_name("Keyword \"optional\" is valid only as a modifier for object type attributes.")),
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
