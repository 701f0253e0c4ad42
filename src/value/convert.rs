//! Conversion between types, and the one type that several types share.

use std::collections::BTreeMap;
use std::fmt;

use super::{Kind, Number, ObjectType, Refinement, Type, Value};
use crate::addr::Name;

/// Why a value does not convert; prints as a phrase such as "element 0: a number is required".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Where in the value, from the outside in: "element 0".
    place: Vec<String>,
    reason: String,
}

impl Unfit {
    fn within(mut self, place: String) -> Self {
        self.place.insert(0, place);
        self
    }

    /// The phrase with the place as a path: `[0].a: a number is required`.
    pub fn by_path(&self) -> String {
        let step = |place: &String| match place.split_once(' ') {
            Some(("attribute", name)) => format!(".{}", name.trim_matches('"')),
            Some(("element", key)) => format!("[{key}]"),
            _ => place.clone(),
        };
        let path: String = self.place.iter().map(step).collect();
        if path.is_empty() { self.reason.clone() } else { format!("{path}: {}", self.reason) }
    }

    /// The phrase without the place.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl From<&str> for Unfit {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

impl From<String> for Unfit {
    fn from(reason: String) -> Self {
        Self { place: Vec::new(), reason }
    }
}

impl From<Unfit> for String {
    fn from(unfit: Unfit) -> Self {
        unfit.to_string()
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.reason)
    }
}

/// Converts a value to a type constraint; see [`fit`].
pub fn convert(value: &Value, to: &Type) -> Result<Value, String> {
    fit(value, to).map_err(Into::into)
}

/// Converts a value to a type constraint. An error tells the place within the value apart from the reason.
///
/// Follows the rules of the Terraform language: primitive values convert where the text allows, sequences and mappings
/// element by element, objects attribute by attribute (those not in the constraint are dropped).
pub fn fit(value: &Value, to: &Type) -> Result<Value, Unfit> {
    let converted = convert_kind(value, to).map_err(|why| {
        // Where no value of the type could be converted, that is the reason, and not what this value holds.
        let from = value.ty();
        if convertible(&from, to).is_none() { mismatch(&from, to).into() } else { why }
    })?;
    let marks = converted.marks | value.marks;
    Ok(Value { kind: converted.kind, marks })
}

fn convert_kind(value: &Value, to: &Type) -> Result<Value, Unfit> {
    if let Kind::Null(ty) | Kind::Unknown(ty, _) = &value.kind {
        return convert_absent(value, ty, to);
    }
    match to {
        Type::Dynamic => Ok(value.clone()),
        Type::Bool => match &value.kind {
            Kind::Bool(_) => Ok(value.clone()),
            Kind::String(s) => match &**s {
                "true" | "1" => Ok(true.into()),
                "false" | "0" => Ok(false.into()),
                "True" | "TRUE" => Err("a bool is required; to convert from string, use lowercase \"true\"".into()),
                "False" | "FALSE" => Err("a bool is required; to convert from string, use lowercase \"false\"".into()),
                _ => Err("a bool is required".into()),
            },
            _ => Err(unfit(value, to)),
        },
        Type::Number => match &value.kind {
            Kind::Number(_) => Ok(value.clone()),
            Kind::String(s) => s.parse::<Number>().map(Value::from).map_err(|_| "a number is required".into()),
            _ => Err(unfit(value, to)),
        },
        Type::String => match &value.kind {
            Kind::String(_) => Ok(value.clone()),
            Kind::Number(n) => Ok(n.to_string().into()),
            Kind::Bool(b) => Ok(b.to_string().into()),
            _ => Err(unfit(value, to)),
        },
        Type::List(element) => {
            let (element, items) = sequence(value, to, element)?;
            Ok(Value::list(element, items))
        }
        Type::Set(element) => {
            let (element, items) = sequence(value, to, element)?;
            Ok(Value::set(element, items))
        }
        Type::Map(element) => {
            let entries = value.as_map().ok_or_else(|| unfit(value, to))?;
            let (keys, values): (Vec<_>, Vec<_>) = entries.iter().map(|(k, v)| (k.clone(), v)).unzip();
            let common = element_type(element, &values, "map")?;
            let items = keys
                .into_iter()
                .zip(values)
                .map(|(k, v)| match fit_element(v, element, &common) {
                    Ok(v) => Ok((k, v)),
                    Err(why) => Err(why.within(format!("element \"{k}\""))),
                })
                .collect::<Result<BTreeMap<Name, Value>, _>>()?;
            Ok(Value::map(common, items))
        }
        Type::Tuple(types) => match &value.kind {
            Kind::Tuple(items) if items.len() == types.len() => {
                Ok(Value::tuple(items.iter().zip(types.iter()).map(|(v, t)| fit(v, t)).collect::<Result<_, _>>()?))
            }
            Kind::List(_, items) if items.len() == types.len() => {
                Ok(Value::tuple(items.iter().zip(types.iter()).map(|(v, t)| fit(v, t)).collect::<Result<_, _>>()?))
            }
            Kind::Tuple(items) => {
                Err(format!("tuple of {} elements is required, not {}", types.len(), items.len()).into())
            }
            _ => Err(unfit(value, to)),
        },
        Type::Object(object) => {
            let entries = value.as_map().ok_or_else(|| unfit(value, to))?;
            if let Some(why) = attributes_required(&object.missing_from(|name| entries.contains_key(name))) {
                return Err(why.into());
            }
            let items = object
                .attributes
                .iter()
                .map(|(k, t)| match entries.get(k) {
                    Some(v) => match fit(v, t) {
                        Ok(v) => Ok((k.clone(), v)),
                        Err(why) => Err(why.within(format!("attribute \"{k}\""))),
                    },
                    None => Ok((k.clone(), Value::null(t.clone()))),
                })
                .collect::<Result<BTreeMap<_, _>, _>>()?;
            Ok(Value::object(items))
        }
    }
}

/// Null and unknown values change their type where a known value of it might.
fn convert_absent(value: &Value, from: &Type, to: &Type) -> Result<Value, Unfit> {
    if *to == Type::Dynamic || from == to {
        return Ok(value.clone());
    }
    let target = convertible(from, to).ok_or_else(|| unfit(value, to))?;
    Ok(match &value.kind {
        Kind::Unknown(_, refinement) => {
            let same_shape = matches!((from, &target), (Type::List(_), Type::List(_)) | (Type::Map(_), Type::Map(_)));
            let kept = Refinement {
                not_null: refinement.not_null,
                prefix: None,
                length: refinement.length.filter(|_| same_shape),
                origin: None,
            };
            Value::unknown_refined(target, kept)
        }
        _ => Value::null(target),
    })
}

/// The type that a value of `from` has after conversion, where some value of it could be converted.
fn convertible(from: &Type, to: &Type) -> Option<Type> {
    Some(match (from, to) {
        (_, Type::Dynamic) => from.clone(),
        (Type::Dynamic, _) => to.clone(),
        (a, b) if a.is_primitive() && b.is_primitive() => {
            let possible = a == b || *a == Type::String || *b == Type::String;
            return possible.then(|| b.clone());
        }
        (Type::List(a) | Type::Set(a), Type::List(b)) => Type::list(convertible(a, b)?),
        (Type::List(a) | Type::Set(a), Type::Set(b)) => Type::set(convertible(a, b)?),
        (Type::Map(a), Type::Map(b)) => Type::map(convertible(a, b)?),
        (Type::Tuple(items), Type::List(b) | Type::Set(b)) => {
            let element = match **b {
                Type::Dynamic => unify(&items.iter().collect::<Vec<_>>())?,
                ref b => items.iter().all(|t| convertible(t, b).is_some()).then(|| b.clone())?,
            };
            if matches!(to, Type::List(_)) { Type::list(element) } else { Type::set(element) }
        }
        (Type::Object(o), Type::Map(b)) => {
            let element = match **b {
                Type::Dynamic => unify(&o.attributes.values().collect::<Vec<_>>())?,
                ref b => o.attributes.values().all(|t| convertible(t, b).is_some()).then(|| b.clone())?,
            };
            Type::map(element)
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            Type::tuple(a.iter().zip(b.iter()).map(|(a, b)| convertible(a, b)).collect::<Option<Vec<_>>>()?)
        }
        (Type::Object(a), Type::Object(b)) => {
            let attribute = |(k, t): (&Name, &Type)| match a.attributes.get(k) {
                Some(from) => Some((k.clone(), convertible(from, t)?)),
                None => b.optional.contains(k).then(|| (k.clone(), t.clone())),
            };
            Type::object(b.attributes.iter().map(attribute).collect::<Option<Vec<_>>>()?)
        }
        (Type::Map(a), Type::Object(b)) => {
            let attributes = b.attributes.iter().map(|(k, t)| Some((k.clone(), convertible(a, t)?)));
            Type::object(attributes.collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}

fn sequence(value: &Value, to: &Type, element: &Type) -> Result<(Type, Vec<Value>), Unfit> {
    let items = value.as_slice().ok_or_else(|| unfit(value, to))?;
    let word = if matches!(to, Type::Set(_)) { "set" } else { "list" };
    let common = element_type(element, &items.iter().collect::<Vec<_>>(), word)?;
    let items = items
        .iter()
        .enumerate()
        .map(|(i, v)| fit_element(v, element, &common).map_err(|why| why.within(format!("element {i}"))))
        .collect::<Result<_, _>>()?;
    Ok((common, items))
}

/// One element to the type that all have: by way of the constraint, which knows what may be left out.
fn fit_element(value: &Value, constraint: &Type, common: &Type) -> Result<Value, Unfit> {
    if constraint.has_dynamic() { fit(&fit(value, constraint)?, common) } else { fit(value, common) }
}

/// The element type under a constraint that may contain `any`.
fn element_type(constraint: &Type, items: &[&Value], word: &str) -> Result<Type, Unfit> {
    if !constraint.has_dynamic() || items.is_empty() {
        return Ok(constraint.clone());
    }
    let types = items.iter().map(|v| fit(v, constraint).map(|v| v.ty())).collect::<Result<Vec<_>, _>>()?;
    // A null without type is none of the other elements' type, unless that is primitive.
    let untyped_null = |v: &&Value| v.kind == Kind::Null(Type::Dynamic);
    if word != "map" && items.iter().any(untyped_null) && types.iter().any(|t| *t != Type::Dynamic && !t.is_primitive())
    {
        return Err(format!("all {word} elements must have the same type").into());
    }
    unify(&types.iter().collect::<Vec<_>>())
        .ok_or_else(|| format!("all {word} elements must have the same type").into())
}

/// Says that no value of one type converts to the other, and why.
fn mismatch(from: &Type, to: &Type) -> String {
    let inner = |from: &Type, to: &Type| convertible(from, to).is_none().then(|| mismatch(from, to));
    match (from, to) {
        (Type::Tuple(_), Type::List(t)) if **t == Type::Dynamic => "all list elements must have the same type".into(),
        (Type::Tuple(_), Type::Set(t)) if **t == Type::Dynamic => "all set elements must have the same type".into(),
        (Type::Object(_), Type::Map(t)) if **t == Type::Dynamic => "all map elements must have the same type".into(),
        (Type::Tuple(items), Type::List(t) | Type::Set(t)) => {
            let found =
                items.iter().enumerate().find_map(|(i, item)| Some(format!("element {i}: {}", inner(item, t)?)));
            found.unwrap_or_else(|| required(to))
        }
        (Type::Object(o), Type::Map(t)) => {
            let mut attributes = o.attributes.iter();
            let found = attributes.find_map(|(k, item)| Some(format!("element \"{k}\": {}", inner(item, t)?)));
            found.unwrap_or_else(|| required(to))
        }
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            let word = match to {
                Type::List(_) => "list",
                Type::Set(_) => "set",
                _ => "map",
            };
            inner(a, b).map_or_else(|| required(to), |why| format!("incorrect {word} element type: {why}"))
        }
        (Type::Object(from), Type::Object(wanted)) => {
            let missing: Vec<&str> = wanted.missing_from(|name| from.attributes.contains_key(name));
            if let Some(why) = attributes_required(&missing) {
                return why;
            }
            let mut attributes = from.attributes.iter();
            let found = attributes
                .find_map(|(k, item)| Some(format!("attribute \"{k}\": {}", inner(item, wanted.attributes.get(k)?)?)));
            found.unwrap_or_else(|| required(to))
        }
        _ => required(to),
    }
}

/// Says which attributes an object lacks, if any.
fn attributes_required(missing: &[&str]) -> Option<String> {
    match missing {
        [] => None,
        [one] => Some(format!("attribute \"{one}\" is required")),
        [init @ .., last] => {
            let init: Vec<String> = init.iter().map(|name| format!("\"{name}\"")).collect();
            Some(format!("attributes {} and \"{last}\" are required", init.join(", ")))
        }
    }
}

fn unfit(value: &Value, to: &Type) -> Unfit {
    mismatch(&value.ty(), to).into()
}

fn required(to: &Type) -> String {
    fn name(ty: &Type) -> String {
        let (word, element) = match ty {
            Type::List(t) => ("list", t),
            Type::Set(t) => ("set", t),
            Type::Map(t) => ("map", t),
            ty => return ty.friendly_name(),
        };
        if **element == Type::Dynamic {
            format!("{word} of any single type")
        } else {
            format!("{word} of {}", name(element))
        }
    }
    format!("{} required", name(to))
}

/// The type that all the given types convert to, where there is one.
pub fn unify(types: &[&Type]) -> Option<Type> {
    let Some(first) = types.first().copied() else { return Some(Type::Dynamic) };
    if types.iter().all(|t| *t == first) {
        return Some(first.clone());
    }
    let is = |fits: fn(&Type) -> bool| types.iter().all(|t| **t == Type::Dynamic || fits(t));
    // What is not known yet may turn out to be any primitive value, but then only its text is sure to fit.
    if is(Type::is_primitive) {
        let mut known = types.iter().filter(|t| ***t != Type::Dynamic);
        let one = *known.next()?;
        return if known.all(|t| *t == one) {
            Some(one.clone())
        } else {
            types.contains(&&Type::String).then_some(Type::String)
        };
    }
    if types.contains(&&Type::Dynamic) {
        return Some(Type::Dynamic);
    }
    match first {
        Type::Object(_) if is(|t| matches!(t, Type::Object(_))) => unify_objects(types),
        Type::Tuple(_) if is(|t| matches!(t, Type::Tuple(_))) => unify_tuples(types),
        _ if is(|t| matches!(t, Type::Map(_) | Type::Object(_))) => elements(types).map(Type::map),
        _ if is(|t| matches!(t, Type::List(_) | Type::Tuple(_))) => elements(types).map(Type::list),
        _ if is(|t| matches!(t, Type::Set(_))) => elements(types).map(Type::set),
        // Elements of a set have an order among them that a list can keep.
        _ if is(|t| matches!(t, Type::List(_) | Type::Set(_))) => {
            let lists: Vec<&Type> = types.iter().copied().filter(|t| matches!(t, Type::List(_))).collect();
            let list = elements(&lists).map(Type::list)?;
            types.iter().all(|t| convertible(t, &list).is_some()).then_some(list)
        }
        _ if is(|t| matches!(t, Type::Set(_) | Type::Tuple(_))) => elements(types).map(Type::set),
        _ => None,
    }
}

/// The type that the elements of all the given types convert to.
fn elements(types: &[&Type]) -> Option<Type> {
    let mut all: Vec<&Type> = Vec::new();
    for ty in types {
        match ty {
            Type::List(t) | Type::Set(t) | Type::Map(t) => all.push(t),
            Type::Tuple(items) => all.extend(items.iter()),
            Type::Object(o) => all.extend(o.attributes.values()),
            _ => return None,
        }
    }
    unify(&all)
}

fn unify_objects(types: &[&Type]) -> Option<Type> {
    let objects: Vec<&ObjectType> =
        types.iter().filter_map(|t| if let Type::Object(o) = t { Some(&**o) } else { None }).collect();
    let first = objects.first()?;
    if !objects.iter().all(|o| o.attributes.keys().eq(first.attributes.keys())) {
        return elements(types).map(Type::map);
    }
    let attributes = first.attributes.keys().map(|k| {
        let column: Vec<&Type> = objects.iter().filter_map(|o| o.attributes.get(k)).collect();
        Some((k.clone(), unify(&column)?))
    });
    attributes.collect::<Option<Vec<_>>>().map(Type::object)
}

fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let tuples: Vec<&[Type]> =
        types.iter().filter_map(|t| if let Type::Tuple(items) = t { Some(&**items) } else { None }).collect();
    let length = tuples.first()?.len();
    if !tuples.iter().all(|items| items.len() == length) {
        return elements(types).map(Type::list);
    }
    let columns = (0..length).map(|i| unify(&tuples.iter().filter_map(|items| items.get(i)).collect::<Vec<_>>()));
    columns.collect::<Option<Vec<_>>>().map(Type::tuple)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: impl Into<Value>, to: &Type, expect: Result<Value, &str>) {
        assert_eq!(convert(&value.into(), to), expect.map_err(str::to_owned));
    }

    #[test]
    fn primitives_convert_where_their_text_allows() {
        check("1", &Type::Number, Ok(1.into()));
        check(true, &Type::String, Ok("true".into()));
        check("yes", &Type::Bool, Err("a bool is required"));
        check(1, &Type::Bool, Err("bool required"));
    }

    #[test]
    fn tuples_become_lists_of_the_type_they_share() {
        let mixed = Value::from(vec![Value::from("a"), Value::from(1)]);
        let list = Value::list(Type::String, vec!["a".into(), "1".into()]);
        assert_eq!(convert(&mixed, &Type::list(Type::Dynamic)), Ok(list));
        let clash = Value::from(vec![Value::from("a"), Value::from(vec!["b"])]);
        assert!(convert(&clash, &Type::list(Type::Dynamic)).is_err());
    }

    #[test]
    fn marks_survive_conversion() {
        let v = convert(&Value::from("1").sensitive(), &Type::Number).expect("converts");
        assert!(v.is_sensitive_deep());
    }

    #[test]
    fn null_and_unknown_take_the_new_type() {
        assert_eq!(convert(&Value::null(Type::Dynamic), &Type::String), Ok(Value::null(Type::String)));
        assert_eq!(convert(&Value::unknown(Type::String), &Type::Number), Ok(Value::unknown(Type::Number)));
        assert!(convert(&Value::unknown(Type::Bool), &Type::Number).is_err());
    }
}
