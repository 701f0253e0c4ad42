//! Values to and from JSON, in the form that states and plans use.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Kind, Number, Type, Value, convert};

/// JSON of a value; unknown values become null, marks are lost.
pub fn to_json(value: &Value) -> Json {
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(..) => Json::Null,
        Kind::Bool(b) => Json::Bool(*b),
        Kind::Number(n) => number(n),
        Kind::String(s) => Json::String(s.to_string()),
        Kind::List(_, v) | Kind::Set(_, v) | Kind::Tuple(v) => v.iter().map(to_json).collect(),
        Kind::Map(_, m) | Kind::Object(m) => m.iter().map(|(k, v)| (k.to_string(), to_json(v))).collect(),
    }
}

fn number(n: &Number) -> Json {
    n.to_string().parse::<serde_json::Number>().map_or(Json::Null, Json::Number)
}

/// The value of JSON that carries its own types: arrays become tuples, objects objects.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::null(Type::Dynamic),
        Json::Bool(b) => (*b).into(),
        Json::Number(n) => n.to_string().parse::<Number>().map_or_else(|_| Value::null(Type::Number), Value::from),
        Json::String(s) => s.into(),
        Json::Array(items) => Value::tuple(items.iter().map(from_json).collect()),
        Json::Object(items) => {
            Value::object(items.iter().map(|(k, v)| (k.as_str().into(), from_json(v))).collect::<BTreeMap<_, _>>())
        }
    }
}

/// The value of JSON under a type. An error says what does not fit.
pub fn from_json_as(json: &Json, ty: &Type) -> Result<Value, String> {
    convert(&from_json(json), ty)
}

/// JSON of a value as states keep it: where the type leaves it open what stands there, the type of the value goes along.
pub fn to_stored(value: &Value, ty: &Type) -> Json {
    match (ty, &value.kind) {
        (Type::Dynamic, _) if value.ty() != Type::Dynamic => {
            serde_json::json!({ "value": to_json(value), "type": type_to_json(&value.ty()) })
        }
        _ if !ty.has_dynamic() => to_json(value),
        (Type::List(t) | Type::Set(t), Kind::List(_, v) | Kind::Set(_, v)) => {
            v.iter().map(|v| to_stored(v, t)).collect()
        }
        (Type::Tuple(types), Kind::Tuple(v)) => v.iter().zip(types.iter()).map(|(v, t)| to_stored(v, t)).collect(),
        (Type::Map(t), Kind::Map(_, m)) => m.iter().map(|(k, v)| (k.to_string(), to_stored(v, t))).collect(),
        (Type::Object(o), Kind::Object(m)) => {
            let of = |k| o.attributes.get(k).unwrap_or(&Type::Dynamic);
            m.iter().map(|(k, v)| (k.to_string(), to_stored(v, of(k)))).collect()
        }
        _ => to_json(value),
    }
}

/// Reads what [`to_stored`] makes. Of the types it gives those that the JSON carries; the rest is left to a conversion.
pub fn from_stored(json: &Json, ty: &Type) -> Result<Value, String> {
    if !ty.has_dynamic() {
        return Ok(from_json(json));
    }
    match (ty, json) {
        (Type::Dynamic, Json::Null) => Ok(Value::null(Type::Dynamic)),
        (Type::Dynamic, _) => {
            let (value, ty) = (json.get("value"), json.get("type").and_then(type_from_json));
            let (Some(value), Some(ty)) = (value, ty) else { return Err("a value with its type is required".into()) };
            from_json_as(value, &ty)
        }
        (Type::List(t) | Type::Set(t), Json::Array(items)) => {
            Ok(Value::tuple(items.iter().map(|v| from_stored(v, t)).collect::<Result<_, _>>()?))
        }
        (Type::Tuple(types), Json::Array(items)) => {
            Ok(Value::tuple(items.iter().zip(types.iter()).map(|(v, t)| from_stored(v, t)).collect::<Result<_, _>>()?))
        }
        (Type::Map(_) | Type::Object(_), Json::Object(items)) => {
            let of = |k: &str| match ty {
                Type::Object(o) => o.attributes.get(k),
                _ => ty.element(),
            };
            let entry = |(k, v): (&String, &Json)| {
                let value = of(k).map_or_else(|| Ok(from_json(v)), |t| from_stored(v, t))?;
                Ok((k.as_str().into(), value))
            };
            Ok(Value::object(items.iter().map(entry).collect::<Result<BTreeMap<_, _>, String>>()?))
        }
        _ => Ok(from_json(json)),
    }
}

/// A type in the JSON form of states and schemas: `"string"`, `["list","string"]`, `["object",{…}]`.
pub fn type_to_json(ty: &Type) -> Json {
    match ty {
        Type::Dynamic => "dynamic".into(),
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::List(t) => vec!["list".into(), type_to_json(t)].into(),
        Type::Set(t) => vec!["set".into(), type_to_json(t)].into(),
        Type::Map(t) => vec!["map".into(), type_to_json(t)].into(),
        Type::Tuple(items) => vec!["tuple".into(), items.iter().map(type_to_json).collect::<Json>()].into(),
        Type::Object(o) => {
            let attributes: serde_json::Map<_, _> =
                o.attributes.iter().map(|(k, t)| (k.to_string(), type_to_json(t))).collect();
            let mut parts = vec!["object".into(), Json::Object(attributes)];
            if !o.optional.is_empty() {
                parts.push(o.optional.iter().map(|k| Json::from(&**k)).collect());
            }
            parts.into()
        }
    }
}

/// Reads the JSON form of a type.
pub fn type_from_json(json: &Json) -> Option<Type> {
    match json {
        Json::String(s) => Some(match s.as_str() {
            "dynamic" => Type::Dynamic,
            "bool" => Type::Bool,
            "number" => Type::Number,
            "string" => Type::String,
            _ => return None,
        }),
        Json::Array(parts) => {
            let inner = parts.get(1)?;
            Some(match parts.first()?.as_str()? {
                "list" => Type::list(type_from_json(inner)?),
                "set" => Type::set(type_from_json(inner)?),
                "map" => Type::map(type_from_json(inner)?),
                "tuple" => Type::tuple(inner.as_array()?.iter().map(type_from_json).collect::<Option<Vec<_>>>()?),
                "object" => {
                    let attributes = inner.as_object()?.iter();
                    Type::object(
                        attributes.map(|(k, t)| Some((k.as_str(), type_from_json(t)?))).collect::<Option<Vec<_>>>()?,
                    )
                }
                _ => return None,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_json_under_their_type() {
        let ty = Type::object([("a", Type::set(Type::String)), ("b", Type::Number), ("c", Type::map(Type::Bool))]);
        let json: Json =
            serde_json::from_str(r#"{"a":["x","y"],"b":12345678901234567890123,"c":{"k":true}}"#).expect("json");
        let value = from_json_as(&json, &ty).expect("fits");
        assert_eq!(value.ty(), ty);
        assert_eq!(to_json(&value), json);
        assert_eq!(type_from_json(&type_to_json(&ty)), Some(ty));
    }

    #[test]
    fn open_types_are_stored_with_the_value() {
        let ty = Type::object([("a", Type::Dynamic), ("b", Type::map(Type::Dynamic)), ("c", Type::String)]);
        let stored: Json = serde_json::from_str(
            r#"{"a":{"value":["x",1,null],"type":["tuple",["string","number","dynamic"]]},
                "b":{"k":{"value":null,"type":"string"},"l":null},"c":"y"}"#,
        )
        .expect("json");
        let value = from_stored(&stored, &ty).expect("fits");
        assert_eq!(value.get("b").and_then(|b| b.get("k")), Some(&Value::null(Type::String)));
        assert_eq!(to_stored(&value, &ty).get("a"), stored.get("a"));
        let typed = convert(value.get("a").expect("a"), &Type::Dynamic).expect("converts");
        assert_eq!(typed.ty(), Type::tuple([Type::String, Type::Number, Type::Dynamic]));
        assert!(from_stored(&serde_json::json!({ "a": "bare" }), &ty).is_err());
    }
}
