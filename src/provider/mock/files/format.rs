//! The form in which objects stand in files: `{"values": {"name": {"string": "a"}}}`, with null left away.
//!
//! Knows nothing of files themselves.

use serde_json::{Map, Value as Json, json};

use crate::addr::Name;
use crate::provider::Object;
use crate::value::{Kind, Number, Type, Value};

/// An object as the text of its file.
pub(super) fn to_text(kind: &str, object: &Object) -> String {
    let values = entries(object.0.iter());
    format!("{:#}", json!({ "resource_type": kind, "values": values }))
}

/// The object in a text, with all attributes of a type: what is not there is null.
pub(super) fn from_text(text: &str, ty: &Type) -> Result<Object, String> {
    let document: Json = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let values = document.get("values").ok_or("\"values\" is missing")?;
    let value = object_from(values, ty)?;
    Ok(Object::from_value(&value))
}

/// A value in the form of the files, as a value of a type.
pub(super) fn value_from(json: &Json, ty: &Type) -> Result<Value, String> {
    let find = |key: &str| json.get(key).filter(|v| !v.is_null());
    let items = |key: &str, element: &Type| -> Result<Option<Vec<Value>>, String> {
        let Some(found) = find(key) else { return Ok(None) };
        let items = found.as_array().ok_or_else(|| format!("\"{key}\" must be an array"))?;
        items.iter().map(|v| value_from(v, element)).collect::<Result<Vec<_>, _>>().map(Some)
    };
    let found = match ty {
        Type::Bool => match find("boolean") {
            Some(v) => Some(Value::from(v.as_bool().ok_or("\"boolean\" must be true or false")?)),
            None => None,
        },
        Type::String => match find("string") {
            Some(v) => Some(Value::from(v.as_str().ok_or("\"string\" must be a string")?)),
            None => None,
        },
        Type::Number => match find("number") {
            Some(v) => Some(number(v).ok_or("\"number\" must be a number in quotes")?),
            None => None,
        },
        Type::List(element) => items("list", element)?.map(|v| Value::list((**element).clone(), v)),
        Type::Set(element) => items("set", element)?.map(|v| Value::set((**element).clone(), v)),
        Type::Map(element) => match find("map") {
            Some(v) => {
                let entries = v.as_object().ok_or("\"map\" must be an object")?;
                let entries = entries.iter().map(|(k, v)| Ok((Name::from(&**k), value_from(v, element)?)));
                Some(Value::map((**element).clone(), entries.collect::<Result<_, String>>()?))
            }
            None => None,
        },
        Type::Object(_) => find("object").map(|v| object_from(v, ty)).transpose()?,
        Type::Tuple(_) | Type::Dynamic => return Err("a type without a form in files".into()),
    };
    Ok(found.unwrap_or_else(|| Value::null(ty.clone())))
}

fn object_from(values: &Json, ty: &Type) -> Result<Value, String> {
    let Type::Object(object) = ty else { return Err("an object is required".into()) };
    let given = values.as_object().ok_or("an object is required")?;
    let attributes = object.attributes.iter().map(|(name, ty)| {
        let value = given.get(&**name).map_or_else(|| Ok(Value::null(ty.clone())), |v| value_from(v, ty));
        Ok((name.clone(), value.map_err(|why| format!("{name}: {why}"))?))
    });
    Ok(Value::object(attributes.collect::<Result<_, String>>()?))
}

fn number(json: &Json) -> Option<Value> {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    text.parse::<Number>().ok().map(Value::from)
}

fn entries<'a>(values: impl Iterator<Item = (&'a Name, &'a Value)>) -> Json {
    let there = values.filter(|(_, v)| !v.is_null() && v.is_known());
    Json::Object(there.map(|(name, value)| (name.to_string(), to_json(value))).collect::<Map<_, _>>())
}

fn to_json(value: &Value) -> Json {
    let items = |items: &[Value]| items.iter().map(to_json).collect::<Vec<_>>();
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(..) => json!({}),
        Kind::Bool(b) => json!({ "boolean": b }),
        Kind::Number(n) => json!({ "number": written(n) }),
        Kind::String(s) => json!({ "string": &**s }),
        Kind::List(_, v) | Kind::Tuple(v) => json!({ "list": items(v) }),
        Kind::Set(_, v) => json!({ "set": items(v) }),
        Kind::Map(_, m) => {
            json!({ "map": m.iter().map(|(k, v)| (k.to_string(), to_json(v))).collect::<Map<_, _>>() })
        }
        Kind::Object(m) => json!({ "object": entries(m.iter()) }),
    }
}

/// A number with an exponent where it has more than six digits before the point, or four zeros after it.
fn written(number: &Number) -> String {
    let text = number.to_string();
    let (sign, plain) = text.strip_prefix('-').map_or(("", &*text), |rest| ("-", rest));
    if plain.contains(['e', 'E']) {
        return text;
    }
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0');
    let exponent = whole.len() as i64 - leading as i64 - 1;
    if digits.is_empty() || (-4..6).contains(&exponent) {
        return text;
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{point}{rest}e{direction}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::mock::definition;

    #[test]
    fn objects_survive_their_form_in_files() {
        let schema = definition::complex().resource();
        let loose = crate::value::json::from_json(&json!({
            "id": "a", "bool": true, "number": 1.5, "integer": 0, "string": "",
            "list": [{"string": "x"}, {"list": []}], "set": [], "map": {"k": {"bool": false}},
            "object": {"object": {"object": {"float": 0.25}}},
            "list_block": [{"string": "y", "set_block": [{"number": 1}]}],
        }));
        let object = Object::from_value(&schema.block.conform(&loose).expect("conforms"));
        let text = to_text("tfcoremock_complex_resource", &object);
        assert_eq!(from_text(&text, &schema.block.ty()), Ok(object));
        assert!(text.contains("\"number\": \"1.5\"") && !text.contains("float\": null"), "{text}");
    }

    #[test]
    fn numbers_are_written_as_the_public_provider_writes_them() {
        let check = |number: &str, expect: &str| {
            assert_eq!(written(&number.parse().expect(number)), expect, "{number}");
        };
        check("0", "0");
        check("-7", "-7");
        check("0.1", "0.1");
        check("100000", "100000");
        check("1000000", "1e+06");
        check("-1200000", "-1.2e+06");
        check("1234567", "1.234567e+06");
        check("0.0001", "0.0001");
        check("0.00001", "1e-05");
        check("100000000000000000000000", "1e+23");
    }

    #[test]
    fn a_broken_text_says_what_is_wrong() {
        let ty = definition::simple().resource().block.ty();
        let check = |text: &str, expect: &str| {
            let why = from_text(text, &ty).expect_err(text);
            assert!(why.contains(expect), "{why}");
        };
        check("{", "EOF");
        check("{}", "\"values\" is missing");
        check(r#"{"values": {"integer": {"number": "x"}}}"#, "integer: \"number\" must be a number");
        check(r#"{"values": {"bool": {"boolean": "x"}}}"#, "bool: \"boolean\" must be true or false");
    }
}
