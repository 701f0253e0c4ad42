//! The functions of `hashicorp/aws`: names of resources taken apart and put together.
//!
//! Knows nothing of any service's API. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use crate::eval::functions::{Accepts, Answer, Function, FunctionError, Outcome, param};
use crate::value::{Type, Value};

const STRING: Outcome = Outcome::Maybe(|_| Ok(Type::String));

pub const FUNCTIONS: &[Function] = &[
    Function::new(
        "arn_build",
        &[
            param("partition", Accepts::String),
            param("service", Accepts::String),
            param("region", Accepts::String),
            param("account_id", Accepts::String),
            param("resource", Accepts::String),
        ],
        STRING,
        |a| Ok(format!("arn:{}:{}:{}:{}:{}", a.str(0)?, a.str(1)?, a.str(2)?, a.str(3)?, a.str(4)?).into()),
    ),
    Function::new(
        "arn_parse",
        &[param("arn", Accepts::String)],
        Outcome::Maybe(|_| Ok(Type::object(SECTIONS.map(|name| (name, Type::String))))),
        |a| {
            let sections = sections(a.str(0)?)?;
            Ok(Value::object(SECTIONS.iter().zip(sections).map(|(name, s)| ((*name).into(), s.into())).collect()))
        },
    ),
    Function::new("trim_iam_role_path", &[param("arn", Accepts::String)], STRING, |a| trim_iam_role_path(a.str(0)?)),
];

/// The sections of an ARN, in order, behind its prefix.
const SECTIONS: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

fn sections(arn: &str) -> Result<[&str; 5], FunctionError> {
    let Some(rest) = arn.strip_prefix("arn:") else { return Err(FunctionError::new("arn: invalid prefix")) };
    let found: Vec<&str> = rest.splitn(5, ':').collect();
    found.try_into().map_err(|_| FunctionError::new("arn: not enough sections"))
}

fn trim_iam_role_path(arn: &str) -> Answer {
    let [partition, service, region, account, resource] = sections(arn)?;
    if service != "iam" {
        return Err(FunctionError::new("service must be \"iam\""));
    }
    if !region.is_empty() {
        return Err(FunctionError::new("region must be empty"));
    }
    let Some(path) = resource.strip_prefix("role/") else {
        return Err(FunctionError::new("resource must begin with \"role/\""));
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    Ok(format!("arn:{partition}:iam::{account}:role/{name}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_taken_apart() {
        let found = |arn| sections(arn).map_err(|e| e.text);
        assert_eq!(
            found("arn:aws:iam::444455556666:role/example"),
            Ok(["aws", "iam", "", "444455556666", "role/example"])
        );
        assert_eq!(found("arn:aws:s3:::bucket/a:b:c"), Ok(["aws", "s3", "", "", "bucket/a:b:c"]));
        assert_eq!(found("arn:::::"), Ok([""; 5]));
        assert_eq!(found("Arn:aws:s3:eu:x:y"), Err("arn: invalid prefix".into()));
        assert_eq!(found("arn:aws:iam::444455556666"), Err("arn: not enough sections".into()));
    }

    #[test]
    fn roles_lose_their_path() {
        let role = |rest: &str| {
            let trimmed = trim_iam_role_path(&format!("arn:aws:iam:{rest}"));
            trimmed.map(|v| v.as_str().unwrap_or_default().to_owned()).map_err(|e| e.text)
        };
        for (given, expected) in [
            (":1:role/with/path/example", "arn:aws:iam::1:role/example"),
            (":1:role/example", "arn:aws:iam::1:role/example"),
            (":1:role/a/", "arn:aws:iam::1:role/"),
            (":1:role//x", "arn:aws:iam::1:role/x"),
            ("::role/a/x", "arn:aws:iam:::role/x"),
        ] {
            assert_eq!(role(given), Ok(expected.to_owned()), "{given}");
        }
        assert_eq!(role(":1:user/a/x"), Err("resource must begin with \"role/\"".into()));
        assert_eq!(role("eu:1:role/a/x"), Err("region must be empty".into()));
        assert_eq!(
            trim_iam_role_path("arn:aws:s3::1:role/a/x").map_err(|e| e.text),
            Err("service must be \"iam\"".into())
        );
    }
}
