//! The functions of the language, one file for each family.
//!
//! This module does for all of them what is the same for each: conversion of arguments, null and unknown arguments,
//! marks. A function itself sees plain values. Knows nothing of expressions but for the lazy ones, `try` and `can`.

mod charset;
mod collection;
mod collection_reshape;
mod csv;
mod datetime;
mod duration;
mod encoding;
mod filesystem;
mod format;
mod glob;
mod gzip;
mod hash_crypto;
mod ip_network;
mod json;
mod json_decode;
mod numeric;
mod power;
mod regexp;
mod regexp_syntax;
mod secrets;
mod sets;
mod string;
mod templates;
mod type_conversion;
mod uuid;
mod yaml;
mod yaml_decode;

pub use duration::{Moment, parse as parse_duration};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::expr::{Cx, Evaluated};
use crate::addr::Name;
use crate::diag::{Called, Parameter, Span};
use crate::hcl::ast::Expr;
use crate::value::json::type_to_json;
use crate::value::{Kind, Marks, Number, Refinement, Type, Value, fit};

/// The function of a name, without namespace.
pub fn lookup(name: &str) -> Option<&'static Function> {
    TABLE.get(name).copied()
}

/// Names of all functions, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}

static TABLE: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    [
        numeric::FUNCTIONS,
        string::FUNCTIONS,
        format::FUNCTIONS,
        regexp::FUNCTIONS,
        collection::FUNCTIONS,
        collection_reshape::FUNCTIONS,
        sets::FUNCTIONS,
        secrets::FUNCTIONS,
        charset::FUNCTIONS,
        encoding::FUNCTIONS,
        csv::FUNCTIONS,
        json::FUNCTIONS,
        json_decode::FUNCTIONS,
        yaml::FUNCTIONS,
        yaml_decode::FUNCTIONS,
        filesystem::FUNCTIONS,
        templates::FUNCTIONS,
        datetime::FUNCTIONS,
        hash_crypto::FUNCTIONS,
        uuid::FUNCTIONS,
        ip_network::FUNCTIONS,
        type_conversion::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
    .map(|f| (f.name, f))
    .collect()
});

/// One function with what its callers must keep to.
pub struct Function {
    pub name: &'static str,
    pub params: &'static [Param],
    /// Takes any number of further arguments.
    pub variadic: Option<Param>,
    /// What an unknown result is.
    pub result: Outcome,
    pub body: Body,
    /// What the arguments must look like where they are written.
    pub written: Option<Written>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Function {
    pub const fn new(name: &'static str, params: &'static [Param], result: Outcome, run: Run) -> Self {
        Self { name, params, variadic: None, result, body: Body::Eager(run), written: None }
    }

    const fn variadic(mut self, param: Param) -> Self {
        self.variadic = Some(param);
        self
    }

    const fn lazy(name: &'static str, params: &'static [Param], run: Lazy) -> Self {
        Self { name, params, variadic: None, result: Outcome::Any, body: Body::Lazy(run), written: None }
    }

    const fn written(mut self, check: Written) -> Self {
        self.written = Some(check);
        self
    }

    /// The description of the argument at a position.
    pub fn parameter(&self, position: usize) -> Option<&Param> {
        self.params.get(position).or(self.variadic.as_ref())
    }

    /// What the function takes and gives, as called by a name.
    pub(super) fn called(&self, as_written: &str) -> Called {
        let parameter = |p: &Param| Parameter { name: p.name.into(), ty: type_to_json(&p.accepts.ty()) };
        let given: Vec<Value> =
            self.params.iter().chain(&self.variadic).map(|p| Value::unknown(p.accepts.ty())).collect();
        let returns = match self.result {
            Outcome::Any => Type::Dynamic,
            Outcome::Of(accepts) => accepts.ty(),
            Outcome::From(ty) | Outcome::Maybe(ty) => ty(&given).unwrap_or(Type::Dynamic),
        };
        Called {
            as_written: as_written.into(),
            name: self.name.into(),
            params: self.params.iter().map(parameter).collect(),
            variadic: self.variadic.as_ref().map(parameter),
            returns: type_to_json(&returns),
        }
    }

    /// Applies the function to values; their number has been checked.
    pub(super) fn invoke(&self, given: Vec<Value>, cx: Cx<'_>) -> Result<Value, Vec<FunctionError>> {
        let Body::Eager(run) = self.body else {
            return Err(vec![FunctionError::new("it needs expressions as its arguments")]);
        };
        let secret = given.iter().any(Value::is_sensitive_deep);
        let mut arguments = Vec::with_capacity(given.len());
        let mut unfit = Vec::new();
        for (i, value) in given.into_iter().enumerate() {
            let Some(param) = self.parameter(i) else { continue };
            match fit(&value, &param.accepts.ty()) {
                Ok(value) => arguments.push((param, value)),
                Err(why) => unfit.push(FunctionError::argument(i, why.reason())),
            }
        }
        if !unfit.is_empty() {
            return Err(unfit);
        }
        if let Some(i) = arguments.iter().position(|(param, v)| v.is_null() && !param.null) {
            return Err(vec![FunctionError::argument(i, "argument must not be null")]);
        }
        let mut marks = Marks::NONE;
        let mut known = true;
        let mut values = Vec::with_capacity(arguments.len());
        for (param, value) in arguments {
            known &= value.is_known() || param.unknown;
            let (value, of_value) = match param.marks {
                Seen::None => value.unmark_deep(),
                Seen::Nested => value.unmark(),
                Seen::All => (value, Marks::NONE),
            };
            marks |= of_value;
            values.push(value);
        }
        let result = if known { run(&Args { values: &values, cx }) } else { self.result.unknown(&values) };
        match result {
            Ok(value) => {
                let of_values = if known { Marks::NONE } else { values.iter().fold(Marks::NONE, |m, v| m | v.marks) };
                Ok(value.mark(marks | of_values))
            }
            Err(e) => Err(vec![if secret { e.discreet() } else { e }]),
        }
    }
}

pub(super) type Written = fn(&[Expr]) -> Result<(), FunctionError>;
pub type Run = fn(&Args<'_>) -> Result<Value, FunctionError>;
pub(super) type Lazy = fn(&[Expr], Span, Cx<'_>) -> Evaluated;

/// How a function is carried out.
#[derive(Clone, Copy)]
pub enum Body {
    /// On the values of its arguments.
    Eager(Run),
    /// On the expressions themselves.
    Lazy(Lazy),
}

/// One parameter. By default null is refused, unknown makes the result unknown, marks go to the result.
pub struct Param {
    pub name: &'static str,
    pub accepts: Accepts,
    pub null: bool,
    pub unknown: bool,
    pub marks: Seen,
}

/// Marks of an argument that the function sees; those it does not see go to the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    None,
    /// Those within the argument, but not its own.
    Nested,
    All,
}

/// A parameter that takes none of the liberties.
pub const fn param(name: &'static str, accepts: Accepts) -> Param {
    Param { name, accepts, null: false, unknown: false, marks: Seen::None }
}

impl Param {
    const fn null(mut self) -> Self {
        self.null = true;
        self
    }

    const fn unknown(mut self) -> Self {
        self.unknown = true;
        self
    }

    const fn marks(mut self, seen: Seen) -> Self {
        self.marks = seen;
        self
    }
}

/// Type constraint of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    Any,
    Bool,
    Number,
    String,
    ListOfAny,
    ListOfBool,
    ListOfString,
    ListOfLists,
    SetOfAny,
    MapOfAny,
    MapOfStrings,
    MapOfStringLists,
}

impl Accepts {
    pub fn ty(self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::ListOfAny => Type::list(Type::Dynamic),
            Self::ListOfBool => Type::list(Type::Bool),
            Self::ListOfString => Type::list(Type::String),
            Self::ListOfLists => Type::list(Type::list(Type::Dynamic)),
            Self::SetOfAny => Type::set(Type::Dynamic),
            Self::MapOfAny => Type::map(Type::Dynamic),
            Self::MapOfStrings => Type::map(Type::String),
            Self::MapOfStringLists => Type::map(Type::list(Type::String)),
        }
    }
}

/// What is certain of a result that is not known yet.
#[derive(Clone, Copy)]
pub enum Outcome {
    /// Nothing.
    Any,
    /// A value of this type, not null.
    Of(Accepts),
    /// A value of the type that the function finds for these arguments.
    From(fn(&[Value]) -> Result<Type, FunctionError>),
    /// The same, but it may be null.
    Maybe(fn(&[Value]) -> Result<Type, FunctionError>),
}

impl Outcome {
    fn unknown(self, values: &[Value]) -> Answer {
        Ok(match self {
            Self::Any => Value::unknown(Type::Dynamic),
            Self::Of(accepts) => unknown(accepts.ty()),
            Self::From(ty) => unknown(ty(values)?),
            Self::Maybe(ty) => Value::unknown(ty(values)?),
        })
    }
}

/// Why a function refused its arguments: a phrase without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// Position of the guilty argument.
    pub argument: Option<usize>,
    pub text: String,
    /// What is said instead where the text would show a part of a sensitive argument.
    instead: Option<String>,
}

impl FunctionError {
    pub fn new(text: impl Into<String>) -> Self {
        Self { argument: None, text: text.into(), instead: None }
    }

    fn argument(position: usize, text: impl Into<String>) -> Self {
        Self { argument: Some(position), text: text.into(), instead: None }
    }

    /// The text quotes argument content, which must not show where an argument is sensitive.
    pub fn revealing(self) -> Self {
        let instead = match self.argument {
            Some(_) => "it is unsuitable, and sensitive, so it cannot be shown",
            None => "the reason cannot be shown, because an argument is sensitive",
        };
        self.or(instead)
    }

    /// The text quotes argument content; where that is sensitive, these words stand for it.
    fn or(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }

    /// The text quotes these words of an argument.
    fn quoting(self, quoted: &str) -> Self {
        let instead = self.text.replace(&format!("\"{quoted}\""), "(sensitive value)");
        self.or(instead)
    }

    /// What may be said where an argument is sensitive.
    fn discreet(mut self) -> Self {
        if let Some(instead) = self.instead.take() {
            self.text = instead;
        }
        self
    }
}

pub type Answer = Result<Value, FunctionError>;

const NOT_WHOLE: &str = "value must be a whole number, between -9223372036854775808 and 9223372036854775807";

/// Arguments of one call, after conversion.
pub struct Args<'a> {
    values: &'a [Value],
    cx: Cx<'a>,
}

impl<'a> Args<'a> {
    pub fn value(&self, i: usize) -> Result<&'a Value, FunctionError> {
        self.values.get(i).ok_or_else(|| FunctionError::new("an argument is missing"))
    }

    fn rest(&self, from: usize) -> &'a [Value] {
        self.values.get(from..).unwrap_or(&[])
    }

    /// The value of an expression where the call stands.
    pub fn evaluate(&self, expr: &Expr) -> Evaluated {
        super::expr::eval(expr, self.cx)
    }

    pub fn str(&self, i: usize) -> Result<&'a str, FunctionError> {
        self.value(i)?.as_str().ok_or_else(|| FunctionError::argument(i, "string required"))
    }

    fn number(&self, i: usize) -> Result<&'a Number, FunctionError> {
        self.value(i)?.as_number().ok_or_else(|| FunctionError::argument(i, "number required"))
    }

    /// A whole number.
    fn int(&self, i: usize) -> Result<i64, FunctionError> {
        let number = self.number(i)?;
        number.to_i64().ok_or_else(|| FunctionError::new(NOT_WHOLE))
    }

    /// A whole number, in whose absence the error says what it would have been.
    fn int_named(&self, i: usize, name: &str) -> Result<i64, FunctionError> {
        self.int(i).map_err(|e| FunctionError { text: format!("{name}: {}", e.text), ..e })
    }

    fn list(&self, i: usize) -> Result<&'a [Value], FunctionError> {
        self.value(i)?.as_slice().ok_or_else(|| FunctionError::argument(i, "list required"))
    }

    fn map(&self, i: usize) -> Result<&'a BTreeMap<Name, Value>, FunctionError> {
        self.value(i)?.as_map().ok_or_else(|| FunctionError::argument(i, "map required"))
    }
}

/// An unknown value that is not null.
fn unknown(ty: Type) -> Value {
    match ty {
        Type::Dynamic => Value::unknown(ty),
        ty => Value::unknown_refined(ty, Refinement::not_null()),
    }
}

/// A string in the normal form of the language.
fn text(text: impl Into<String>) -> Value {
    Value::string(super::template::normalized(text.into()))
}

/// A list of strings.
fn strings<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Value {
    Value::list(Type::String, items.into_iter().map(text).collect())
}

fn is_unknown(value: &Value) -> bool {
    matches!(value.kind, Kind::Unknown(..))
}
