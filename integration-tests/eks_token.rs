//! `kiban eks-token`: what kubectl takes for a user.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libtest_mimic::Trial;
use serde_json::Value as Json;

use crate::support::{Account, Endpoint};
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![trial("eks_token::is_a_signed_question", signed), trial("eks_token::is_told_what_is_missing", missing)]
}

fn signed() {
    let mut account = Account::new();
    account.extra.insert(
        "KUBERNETES_EXEC_INFO".into(),
        r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}"#
            .into(),
    );
    let text = account.expect(".", &["eks-token", "-cluster=main", "-region=eu-west-1"], 0);
    let credential: Json = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(credential["kind"], "ExecCredential");
    assert_eq!(credential["apiVersion"], "client.authentication.k8s.io/v1");
    assert!(credential["status"]["expirationTimestamp"].as_str().is_some_and(|t| t.ends_with('Z')), "{credential}");
    let token = credential["status"]["token"].as_str().expect("token").strip_prefix("k8s-aws-v1.").expect("prefix");
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(token).expect("base64url")).expect("text");
    assert!(url.starts_with(&Endpoint::get().url), "{url}");
    for part in
        ["Action=GetCallerIdentity", "X-Amz-Expires=60", "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id", "eu-west-1%2Fsts"]
    {
        assert!(url.contains(part), "{part}: {url}");
    }
    assert!(url.contains(&format!("X-Amz-Credential={}%2F", account.id)), "{url}");
}

fn missing() {
    let account = Account::new();
    let text = account.expect(".", &["eks-token"], 1);
    assert!(text.contains("-cluster"), "{text}");
    let mut command = account.command(".", &["eks-token", "-cluster=main"]);
    let done = command.env_remove("AWS_REGION").output().expect("runs");
    let text = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.code() == Some(1) && text.contains("Missing region"), "{text}");
}
